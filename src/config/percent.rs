//! Percent-encoding of the parts of a database URL.

use super::url::UrlProblem;

/// The text with its `%41` read. Refused: `%` without a code, NUL, no UTF-8.
pub fn decoded(text: &str) -> Result<String, UrlProblem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut hex = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (hex(), hex()) else {
            return Err(UrlProblem::BadEscape);
        };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| UrlProblem::BadEscape)?);
    }
    if bytes.contains(&0) {
        return Err(UrlProblem::BadEscape);
    }
    String::from_utf8(bytes).map_err(|_| UrlProblem::BadEscape)
}

/// Every byte that may mean something in a URL as `%41`.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Option<&str>) {
        let text = decoded(input).ok();
        assert_eq!(text.as_deref(), expected);
        if let Some(text) = text {
            assert_eq!(decoded(&encoded(&text)), Ok(text));
        }
    }

    #[test]
    fn both_ways() {
        check("", Some(""));
        check("a%2Fb%c3%a8+", Some("a/bè+"));
        check("%25%3A", Some("%:"));
        check("100%", None);
        check("%4", None);
        check("%+1", None);
        check("%00", None);
        check("%ff", None);
    }
}
