//! Addresses as the old server took them: `root@localhost` is one.

use email_address::{EmailAddress, Options};

use super::errors::denied;
use crate::server::trouble::Trouble;

/// # Errors
/// 403 where it is none.
pub fn checked(text: &str) -> Result<String, Trouble> {
    let options = Options::default().without_display_text();
    let text = text.trim();
    match EmailAddress::parse_with_options(text, options) {
        Ok(_) if !text.contains(char::is_control) => Ok(text.into()),
        _ => Err(denied("Invalid Email")),
    }
}
