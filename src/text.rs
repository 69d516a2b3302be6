//! Words of people, made fit for a store, a terminal, a slug or a comparison.
//!
//! Legacy text was typed by thousands of people into forms that checked little.
//! Nothing in here fails: text that can't become what is asked for gives `None`
//! or an empty string, and the caller turns that into a finding.

mod slug;
mod username;

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

pub use slug::Slug;
pub use username::{NoUsername, Username};

/// The longest address that a mail server accepts, in bytes (RFC 5321).
const EMAIL_MAX_BYTES: usize = 254;

/// The longest label of a domain name, in bytes (RFC 1035).
const LABEL_MAX_BYTES: usize = 63;

/// The text without NUL, the one character that PostgreSQL can't hold.
///
/// Both stores get the same text, so the digest of the same data is the same
/// in either. Compare the lengths to know whether there is something to report.
#[must_use]
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text as a terminal may see it: on one line, without a character that
/// moves the cursor, changes colours or turns the direction of reading.
///
/// Such characters become visible escapes (`\n`, `\x1b`, `\u{202e}`).
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts_on_terminal) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if acts_on_terminal(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Controls (C0, DEL, C1), line and paragraph separators, and the characters
/// that steer bidirectional text.
fn acts_on_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text as a slug: transliterated to ASCII, lower case, words joined by
/// one hyphen, every other sign removed (as Django's `slugify` does it, which
/// made the legacy slugs: `Mario.Rossi` is `mariorossi`).
///
/// Empty where nothing is left.
#[must_use]
pub fn slugify(text: &str) -> String {
    let ascii = deunicode::deunicode(text);
    let mut slug = String::with_capacity(ascii.len());
    let mut gap = false;
    for character in ascii.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.push(character.to_ascii_lowercase());
        } else if character.is_ascii_whitespace() || character == '-' {
            gap = true;
        }
    }
    slug
}

/// A usable email address, as it was written but trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes an address that mail could reach: one `@`, a local part without
    /// spaces or the signs that only quoted addresses have, a domain of at
    /// least two labels, at most 254 bytes.
    ///
    /// This is a sieve against typing errors, no proof that the mailbox exists.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > EMAIL_MAX_BYTES {
            return None;
        }
        let (local, domain) = text.split_once('@')?;
        (is_local_part(local) && is_domain(domain)).then(|| Self(text.to_owned()))
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which addresses are compared: ASCII case is ignored.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local_part(local: &str) -> bool {
    !local.is_empty()
        && !local.chars().any(|c| {
            c.is_whitespace()
                || acts_on_terminal(c)
                || matches!(
                    c,
                    '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"' | '\\'
                )
        })
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= LABEL_MAX_BYTES
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    domain.split('.').all(is_label) && !top.bytes().all(|b| b.is_ascii_digit())
}

/// The form under which any email column is compared, malformed ones included:
/// trimmed, ASCII lower case. `None` where it is blank.
#[must_use]
pub fn email_key(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_ascii_lowercase())
}

/// A person's first and last name, guessed from one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonName {
    /// The first word; may be empty.
    pub first: String,
    /// All other words, joined by one space; may be empty.
    pub last: String,
}

impl PersonName {
    /// Splits an owner's name at its first gap.
    ///
    /// Capitals are set only where the person wrote none at all: `McDonald`
    /// and `de Luca` know better than a rule.
    #[must_use]
    pub fn from_owner(owner: &str) -> Self {
        let shout = !owner.chars().any(char::is_uppercase);
        let spell = |word: &str| {
            if shout {
                capitalised(word)
            } else {
                word.to_owned()
            }
        };
        let mut words = owner.split_whitespace().map(spell);
        Self {
            first: words.next().unwrap_or_default(),
            last: words.collect::<Vec<_>>().join(" "),
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// The username that an owner would get if nobody else had it: from the name,
/// else from what stands before the `@` of the email, else `user`.
#[must_use]
pub fn username_wish(owner: &str, email: &str) -> String {
    let from_owner = slugify(owner);
    if !from_owner.is_empty() {
        return from_owner;
    }
    let local = email.split('@').next().unwrap_or_default();
    let from_email = slugify(&local.replace('.', "-"));
    if from_email.is_empty() {
        "user".to_owned()
    } else {
        from_email
    }
}

/// `1 document`, `2 documents`.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    hex_digits(bytes).map(char::from).collect()
}

/// The same as ASCII, for who writes many.
pub fn hex_digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS[usize::from(value & 15)];
    bytes
        .iter()
        .flat_map(move |byte| [digit(byte >> 4), digit(*byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storable_removes_nul_only() {
        fn check(input: &str, expected: &str) {
            let output = storable(input);
            assert_eq!(output, expected);
            assert_eq!(matches!(output, Cow::Borrowed(_)), input == expected);
        }
        check("", "");
        check("Città\n\u{1b}", "Città\n\u{1b}");
        check("a\0b\0", "ab");
    }

    #[test]
    fn printable_shows_what_would_act() {
        fn check(input: &str, expected: &str) {
            let output = printable(input);
            assert_eq!(output, expected);
            assert_eq!(matches!(output, Cow::Borrowed(_)), input == expected);
        }
        check("Жора 🦄 \\n", "Жора 🦄 \\n");
        check("a\nb\tc\r", "a\\nb\\tc\\r");
        check("\u{1b}[31mred\0\u{7f}", "\\x1b[31mred\\x00\\x7f");
        check("\u{85}\u{9b}2J", "\\u{85}\\u{9b}2J");
        check("exe\u{202e}gpj\u{2069}", "exe\\u{202e}gpj\\u{2069}");
    }

    #[test]
    fn slugs() {
        fn check(input: &str, expected: &str) {
            assert_eq!(slugify(input), expected, "{input:?}");
        }
        check("Mario.Rossi", "mariorossi");
        check("Node A", "node-a");
        check("node-a", "node-a");
        check("  --Node -- A!  ", "node-a");
        check("Жора", "zhora");
        check("Città Alta & Co.", "citta-alta-co");
        check("北亰", "bei-jing");
        check("under_score", "under_score");
        check("🦄", "unicorn");
        check("!?…", "");
        check("", "");
    }

    #[test]
    fn emails() {
        fn check(input: &str, expected: Option<&str>) {
            let email = Email::parse(input);
            assert_eq!(email.as_ref().map(Email::as_str), expected, "{input:?}");
        }
        check(" Foo@X.org ", Some("Foo@X.org"));
        check("a+b.c@sub.example.co.uk", Some("a+b.c@sub.example.co.uk"));
        check("жора@пример.рф", Some("жора@пример.рф"));
        check("", None);
        check("nobody", None);
        check("@x.org", None);
        check("a@", None);
        check("a@b@c.org", None);
        check("a b@c.org", None);
        check("a\u{7}@c.org", None);
        check("a\u{202e}@c.org", None);
        check("a@localhost", None);
        check("a@c..org", None);
        check("a@-c.org", None);
        check("a@10.0.0.1", None);
        check("<a@c.org>", None);
        check("a@c.org.", None);
        check(
            &format!("{}@c.org", "a".repeat(248)),
            Some(&format!("{}@c.org", "a".repeat(248))),
        );
        check(&format!("{}@c.org", "a".repeat(249)), None);
    }

    #[test]
    fn email_keys() {
        fn check(input: &str, expected: Option<&str>) {
            assert_eq!(email_key(input).as_deref(), expected);
        }
        check(" Foo@X.org", Some("foo@x.org"));
        check("NOT AN ADDRESS", Some("not an address"));
        check("ÀB@X.org", Some("Àb@x.org"));
        check(" \t", None);
        assert_eq!(
            Email::parse("Foo@X.org").map(|e| e.key()).as_deref(),
            Some("foo@x.org")
        );
    }

    #[test]
    fn names() {
        fn check(input: &str, first: &str, last: &str) {
            let name = PersonName::from_owner(input);
            assert_eq!((name.first.as_str(), name.last.as_str()), (first, last));
        }
        check("mario de luca", "Mario", "De Luca");
        check("  Ronald   McDonald ", "Ronald", "McDonald");
        check("Mario de Luca", "Mario", "de Luca");
        check("MARIO ROSSI", "MARIO", "ROSSI");
        check("élise", "Élise", "");
        check("жора", "Жора", "");
        check(" ", "", "");
    }

    #[test]
    fn usernames() {
        fn check(owner: &str, email: &str, expected: &str) {
            assert_eq!(username_wish(owner, email), expected);
        }
        check("Mario Rossi", "x@y.org", "mario-rossi");
        check("Жора", "x@y.org", "zhora");
        check("...", "mario.rossi@y.org", "mario-rossi");
        check("", "!!@y.org", "user");
        check("", "", "user");
        check("", "plain", "plain");
    }
}
