//! How the files of a collection are called: its name as a URL's query would have it, cut where
//! a file system could not hold it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha1::{Digest as _, Sha1};

use crate::config::{percent_decoded, percent_encoded};

/// The longest name of a file, in bytes, without what it ends in.
const LONGEST: usize = 238;
/// So much of a longer one stays.
const KEPT: usize = 208;
/// Between that and the hash of the whole name: no collection of a dump has a `$` in it.
const SEAM: &str = "%24";

/// The name of a collection's files, without what it ends in.
#[must_use]
pub fn of_file(collection: &str) -> String {
    let whole = percent_encoded(collection).replace("%20", "+");
    if whole.len() <= LONGEST {
        return whole;
    }
    let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha1::digest(collection));
    whole
        .chars()
        .take(KEPT)
        .chain(SEAM.chars())
        .chain(hash.chars())
        .collect()
}

/// The name of the collection that has such a file; `None` where an escape in it is none, or no
/// collection can have that name. Of a name that [`is_cut`], only the collection's metadata know
/// the rest.
#[must_use]
pub fn of_collection(file: &str) -> Option<String> {
    let name = percent_decoded(&file.replace('+', " ")).ok()?;
    is_collection(&name).then_some(name)
}

/// Whether a collection can have this name: MongoDB allows 255 bytes.
#[must_use]
pub fn is_collection(name: &str) -> bool {
    (1..256).contains(&name.len()) && !name.contains('\0')
}

/// Whether the name of a file may be a part and a hash of the collection's name.
#[must_use]
pub fn is_cut(file: &str) -> bool {
    file.len() == LONGEST && file.contains(SEAM)
}

/// Whether a database can have this name.
#[must_use]
pub fn is_database(name: &str) -> bool {
    (1..64).contains(&name.len()) && !name.contains(['/', '\\', '.', ' ', '"', '\0', '$'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        #[track_caller]
        fn check(collection: &str, file: &str) {
            assert_eq!(of_file(collection), file);
            assert_eq!(of_collection(file).as_deref(), Some(collection));
        }
        check("Customer", "Customer");
        check("a.b-c_d~e", "a.b-c_d~e");
        check("two words", "two+words");
        check("a+b", "a%2Bb");
        check("100%20", "100%2520");
        check("cafés", "caf%C3%A9s");
        check("$admin.system.users", "%24admin.system.users");
        check("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd");
        assert_eq!(of_collection("caf%c3%a9s").as_deref(), Some("cafés"));
        for bad in ["100%", "%zz", "%ff", "%00"] {
            assert_eq!(of_collection(bad), None, "{bad}");
        }
    }

    /// The hash is another program's.
    #[test]
    fn long_names() {
        let whole = "a".repeat(LONGEST);
        assert_eq!(of_file(&whole), whole);
        assert!(!is_cut(&whole));
        let file = of_file(&"a".repeat(LONGEST + 1));
        assert_eq!(
            file,
            format!("{}%24_cMIV897lX9H69gojV5ddCb0Q5Q", "a".repeat(KEPT))
        );
        assert!(is_cut(&file));
        let snow = of_file(&"☃".repeat(80));
        assert!(is_cut(&snow));
        assert!(snow.starts_with(&"%E2%98%83".repeat(23)));
    }

    #[test]
    fn collections() {
        for name in ["a", "../a b$", &"a".repeat(255), &"☃".repeat(85)] {
            assert!(is_collection(name), "{name}");
        }
        for name in ["", "a\0", &"a".repeat(256), &"☃".repeat(86)] {
            assert!(!is_collection(name), "{name}");
        }
    }

    #[test]
    fn databases() {
        for name in ["a", "ConferenceApp-staging", "é", &"a".repeat(63)] {
            assert!(is_database(name), "{name}");
        }
        for name in ["", "a.b", "a b", "..", "a/b", "$a", &"a".repeat(64)] {
            assert!(!is_database(name), "{name}");
        }
    }
}
