//! bcrypt hashes as its own tools write them, `$2a$10$…`: of ApiOmat's customers, and inside
//! ConnectorDB's form.

use super::Check;

/// The word for the algorithm.
pub(super) const ALGORITHM: &str = "bcrypt";

/// Cost of bcrypt that is worked off. ConnectorDB writes 10.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;
/// bcrypt looks at no more of a password.
const BYTES: usize = 72;
/// Of salt and hash together.
const SIGNS: usize = 53;

/// Whether a text is such a hash, within the bounds that are worked off. `$2x$` is none: it
/// marks the hashes of a faulty tool, which another computation made.
pub(super) fn is_known(hash: &str) -> bool {
    let fields: Vec<&str> = hash.split('$').collect();
    let ["", "2a" | "2b" | "2y", cost, digest] = fields.as_slice() else {
        return false;
    };
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/';
    cost.len() == 2
        && !cost.starts_with('+')
        && cost.parse().is_ok_and(|cost| COSTS.contains(&cost))
        && digest.len() == SIGNS
        && digest.bytes().all(is_sign)
}

/// Compares a typed password with a hash that [`is_known`] knows.
pub(super) fn check(hash: &str, password: &[u8]) -> Check {
    if !is_known(hash) {
        return Check::Unusable;
    }
    let counts = password.get(..BYTES).unwrap_or(password);
    match bcrypt::verify(counts, hash) {
        Ok(true) => Check::Outdated,
        Ok(false) => Check::Wrong,
        Err(_) => Check::Unusable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Form;

    /// Of `demo` with the cost 4, but for its first field.
    fn demo(version: &str) -> String {
        let hash = bcrypt::hash("demo", 4).unwrap();
        hash.replacen("2b", version, 1)
    }

    #[test]
    fn each_version_opens_with_its_password_and_is_to_be_renewed() {
        for version in ["2a", "2b", "2y"] {
            let hash = demo(version);
            assert!(hash.starts_with(&format!("${version}$04$")), "{hash}");
            let check = |password| crate::password::check(Some(&hash), password);
            assert_eq!(check("demo"), Check::Outdated, "{version}");
            assert_eq!(check("Demo"), Check::Wrong, "{version}");
            assert_eq!(check(""), Check::Wrong, "{version}");
            assert_eq!(Form::of(Some(&hash)), Form::Legacy("bcrypt"), "{version}");
            assert_eq!(Form::of(Some(&hash)).to_string(), "legacy bcrypt");
        }
    }

    #[test]
    fn a_hash_of_another_tool() {
        // of libxcrypt
        for (hash, password) in [
            (
                "$2a$05$BCryptRequires22Chrcte0nBqtfuKho.unl5DL0ZnMiIpL2KvRya",
                "correct horse",
            ),
            (
                "$2b$05$BCryptRequires22Chrcte0nBqtfuKho.unl5DL0ZnMiIpL2KvRya",
                "correct horse",
            ),
            (
                "$2y$05$BCryptRequires22Chrcte0nBqtfuKho.unl5DL0ZnMiIpL2KvRya",
                "correct horse",
            ),
            (
                "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
                "a",
            ),
        ] {
            assert_eq!(check(hash, password.as_bytes()), Check::Outdated, "{hash}");
            assert_eq!(check(hash, b"another"), Check::Wrong, "{hash}");
        }
    }

    #[test]
    fn what_is_beyond_72_bytes_does_not_count() {
        let long = "p".repeat(80);
        let hash = bcrypt::hash(&long[..BYTES], 4).unwrap();
        assert_eq!(check(&hash, long.as_bytes()), Check::Outdated);
        assert_eq!(check(&hash, &long.as_bytes()[..71]), Check::Wrong);
    }

    #[test]
    fn what_is_none_is_not_worked_off() {
        let good = demo("2a");
        for bad in [
            demo("2x"),
            demo("2"),
            good.replace("$04$", "$03$"),
            good.replace("$04$", "$17$"),
            good.replace("$04$", "$31$"),
            good.replace("$04$", "$4$"),
            good.replace("$04$", "$+4$"),
            good[..59].to_owned(),
            format!("{good}A"),
            format!("{}ä", &good[..58]),
            format!("{}=", &good[..59]),
            good[1..].to_owned(),
            format!("${good}"),
            "$2a$".to_owned(),
        ] {
            assert_eq!(check(&bad, b"demo"), Check::Unusable, "{bad}");
            let answer = crate::password::check(Some(&bad), "demo");
            assert_eq!(answer, Check::Unusable, "{bad}");
            assert_eq!(Form::of(Some(&bad)), Form::Unknown, "{bad}");
        }
    }
}
