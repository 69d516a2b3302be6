//! The password to which ApiOmat's own migration tool reset a customer's.

use sha2::{Digest as _, Sha256};

use super::{HashError, SALT_BYTES, check, hash_quickly};

const WORD: &str = "secret";

/// The hash of the word, which everybody knows. The salt is made of the customer, so that the same
/// customer gets the same hash in every run; it protects nothing that could be protected.
///
/// # Errors
/// [`HashError`] where the crate refuses; never seen.
pub fn reset(customer: &str) -> Result<String, HashError> {
    let digest = Sha256::digest(customer);
    let mut salt = [0; SALT_BYTES];
    salt.iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    hash_quickly(WORD, &salt)
}

/// Whether a stored password is that word, in whatever form.
#[must_use]
pub fn is_reset(stored: &str) -> bool {
    check(Some(stored), WORD).is_right()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{Check, check};

    #[test]
    fn it_opens_with_the_word_and_is_to_be_renewed() {
        let hash = reset("a").unwrap();
        assert_eq!(hash, reset("a").unwrap());
        assert_ne!(hash, reset("b").unwrap());
        assert_eq!(check(Some(&hash), WORD), Check::Outdated);
        assert_eq!(check(Some(&hash), "Secret"), Check::Wrong);
        assert!(is_reset(&hash));
        assert!(is_reset(&bcrypt::hash(WORD, 4).unwrap()));
        assert!(!is_reset(&bcrypt::hash("Secret", 4).unwrap()));
        assert!(!is_reset("secret"));
    }
}
