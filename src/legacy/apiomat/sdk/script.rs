//! Texts in JavaScript.

use std::ops::Range;

use crate::legacy::apiomat::error::ApiomatError;

const NAME: &str = "APPCONFIG";

/// A text that is assigned to the name, and where its first line begins.
pub struct Metadata {
    pub text: String,
    line: usize,
    column: usize,
}

impl Metadata {
    /// An error in the text, told by where it is in the script. Escapes in front of it, of which
    /// SDKs have none, move it.
    pub fn in_file(&self, error: ApiomatError) -> ApiomatError {
        match error {
            ApiomatError::Damaged {
                file,
                line,
                column,
                reason,
            } => ApiomatError::Damaged {
                column: if line == 1 {
                    column + self.column
                } else {
                    column
                },
                line: line + self.line,
                file,
                reason,
            },
            other => other,
        }
    }
}

/// All that is assigned to the name, in order.
pub fn metadata(script: &str) -> impl Iterator<Item = Metadata> {
    script.match_indices(NAME).filter_map(|(at, _)| {
        let behind = at + NAME.len();
        let text = assigned(script.get(behind..)?)?;
        let begin = behind + text.start;
        let before = script.get(..begin)?;
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Some(Metadata {
            text: unescaped(script.get(begin..behind + text.end)?),
            line: before.matches('\n').count(),
            column: begin - line_start,
        })
    })
}

/// What is between the quotes in ` = '…'`. Where the end is missing, all that is there.
fn assigned(behind: &str) -> Option<Range<usize>> {
    let value = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|sign| "'\"`".contains(*sign))?;
    let begin = behind.len() - value.len() + 1;
    let mut escaped = false;
    let end = value.get(1..)?.char_indices().find(|(_, sign)| {
        let ends = *sign == quote && !escaped;
        escaped = *sign == '\\' && !escaped;
        ends
    });
    Some(begin..end.map_or(behind.len(), |(end, _)| begin + end))
}

/// Without the escapes of JavaScript. What is none stays as it is.
fn unescaped(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut signs = literal.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            // JSON has the same escape, and knows pairs of them
            Some('u') => out.push_str("\\u"),
            Some('\n') | None => {}
            Some(other) => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let found: Vec<String> = metadata(script).map(|found| found.text).collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn assignments() {
        check("", &[]);
        check("x.APPCONFIG", &[]);
        check("if (x.APPCONFIG == '{}') {}", &[]);
        check("x.APPCONFIG = y;", &[]);
        check("a.APPCONFIG = '{}'; b.APPCONFIG=\"[]\"", &["{}", "[]"]);
        check("APPCONFIG =\n  `{\"é\": 1}`", &["{\"é\": 1}"]);
        check(r"APPCONFIG = 'it\'s \\ \u0041\n'", &["it's \\ \\u0041\n"]);
        check("APPCONFIG = '{\"a\"", &["{\"a\""]);
        check("APPCONFIG = '", &[""]);
        check("APPCONFIG = 'a\\", &["a"]);
    }
}
