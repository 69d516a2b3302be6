//! The small files.

use std::path::Path;

use super::fixture;
use crate::legacy::connectordb::metadata::{LIMIT, Metadata, read};
use crate::legacy::connectordb::*;
use crate::password::Secret;

#[test]
fn fixtures_are_read() {
    let alice: UserMetadata = read(&fixture("server/alice")).unwrap();
    assert_eq!(alice.nickname.as_deref(), Some("Alice <A & B>"));
    assert_eq!(alice.public, Some(true));
    assert_eq!(alice.password_scheme.as_deref(), Some("bcrypt"));
    let salt = alice.password_salt.as_ref().map(Secret::expose);
    assert_eq!(salt, Some("edb88e3c-8d52-4d4a-438e-2f8b4a97544c"));
    assert!(alice.rest.is_empty());
    let logger: DeviceMetadata = read(&fixture("client/carol/logger")).unwrap();
    assert_eq!(logger.apikey, None);
    let steps: StreamMetadata = read(&fixture("client/carol/logger/steps")).unwrap();
    assert_eq!(steps.downlink, Some(true));
}

fn from<T: Metadata>(text: &[u8]) -> Result<T, Unreadable> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(T::FILE), text).unwrap();
    read(folder.path())
}

#[test]
fn absent_null_and_unknown() {
    let user: UserMetadata =
        from(b"\xef\xbb\xbf{\"name\":null,\"icon\":\"\",\"Password\":\"hidden\"}\r\n").unwrap();
    assert_eq!((user.name, user.icon), (None, Some(String::new())));
    assert_eq!(user.rest.keys().collect::<Vec<_>>(), ["Password"]);
}

#[test]
fn what_cannot_be_read() {
    #[track_caller]
    fn check(text: &[u8], reason: &str) {
        let error = from::<UserMetadata>(text).unwrap_err();
        assert_eq!(error.cause, Cause::Content);
        assert!(error.reason.contains(reason), "{}", error.reason);
        assert!(error.file.ends_with("user.json"));
        assert!(!format!("{error} {error:?}").contains("hidden"));
    }
    check(b"", "EOF while parsing a value at line 1 column 0");
    check(b"{\n \"password\": \"hidden\",\n}", "at line 3 column 1");
    check(b"\"hidden\"", "it must hold an object, but holds a text");
    check(
        b"{\"password\":[\"hidden\"]}",
        "\"password\" must be a text, but is an array",
    );
    check(
        b"{\"public\":\"hidden\"}",
        "\"public\" must be true or false, but is a text",
    );
    check(
        &vec![b' '; LIMIT as usize + 1],
        "it is larger than 1024 KiB",
    );
    check(&b"[".repeat(100_000), "recursion limit");
    check(b"{\"name\":\"\xff\"}", "invalid unicode");
    let missing = read::<UserMetadata>(Path::new("nowhere")).unwrap_err();
    assert_eq!(missing.cause, Cause::Missing);
}

#[test]
fn secrets_stay_hidden() {
    let text = br#"{"password":"hidden","password_salt":"hidden","other":"hidden","name":"alice"}"#;
    let user: UserMetadata = from(text).unwrap();
    let device: DeviceMetadata = from(br#"{"apikey":"hidden"}"#).unwrap();
    let shown = format!(
        "{user:?} {device:?} {:?} {:?}",
        user.entries(),
        device.entries()
    );
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(
        shown.contains("alice") && shown.contains("other"),
        "{shown}"
    );
}
