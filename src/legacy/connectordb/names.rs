//! Which names ConnectorDB lets users, devices and streams have.

/// The longest one.
const LONGEST: usize = 29;

/// What no user may be called.
const RESERVED: [&str; 13] = [
    "support",
    "www",
    "api",
    "app",
    "favicon.ico",
    "robots.txt",
    "sitemap.xml",
    "join",
    "login",
    "user",
    "admin",
    "nobody",
    "root",
];

/// Whether a name has the form that all must have.
#[must_use]
pub fn is_usual(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= LONGEST
        && bytes
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether ConnectorDB keeps a name from users; an account made with its command line may have
/// one nevertheless.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "Alice_2-x", &"a".repeat(29)] {
            assert!(is_usual(name), "{name}");
        }
        for name in [
            "",
            "2a",
            "_a",
            "a b",
            "é",
            "aé",
            "a/b",
            ".a",
            "a\0",
            "a\n",
            &"a".repeat(30),
        ] {
            assert!(!is_usual(name), "{name}");
        }
        assert!(is_reserved("root") && !is_reserved("Root"));
    }
}
