//! Backups that something happened to.

use std::fs;

use heirloom::archive::ArchiveError;

use super::{current, verdict};

#[test]
fn cut_at_every_tenth_of_its_length() {
    let whole = current();
    for tenth in 0..10 {
        let cut = &whole[..whole.len() * tenth / 10];
        let error = verdict(cut).expect_err("it is cut");
        match tenth {
            0 => assert!(matches!(
                error,
                ArchiveError::NotAnArchive(_) | ArchiveError::Incomplete
            )),
            _ => assert!(
                matches!(error, ArchiveError::Incomplete),
                "{tenth}: {error}"
            ),
        }
    }
    let last = verdict(&whole[..whole.len() - 1]).expect_err("its last byte is missing");
    assert!(matches!(last, ArchiveError::Incomplete), "{last}");
}

/// A few bits mean nothing, in gzip's header and where a block ends: then the content is the same.
#[test]
fn each_byte_flipped_is_noticed_or_harmless() {
    let site = super::super::session::Site::small(&[]);
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let whole = fs::read(site.path("b.tar.gz")).unwrap();
    let read = verdict(&whole).expect("it is whole");
    let mut harmless = Vec::new();
    for at in 0..whole.len() {
        for mask in [0x01, 0xff] {
            let mut flipped = whole.clone();
            flipped[at] ^= mask;
            if let Ok(found) = verdict(&flipped) {
                assert_eq!(found, read, "byte {at}");
                harmless.push(at);
            }
        }
    }
    assert!(harmless.len() < 20, "{harmless:?}");
}

#[test]
fn what_is_no_backup_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for (bytes, part) in [
        (&b""[..], ""),
        (b"hello", "no backup"),
        (b"PK\x03\x04 a zip file, for instance", "no backup"),
    ] {
        let error = verdict(bytes).expect_err("it is none").to_string();
        assert!(error.contains(part), "{error}");
    }
    assert!(heirloom::archive::verify(folder.path(), &mut ()).is_err());
    assert!(heirloom::archive::verify(&folder.path().join("none"), &mut ()).is_err());
}

#[test]
fn nothing_may_stand_behind_its_end() {
    let whole = current();
    for more in [&b"x"[..], &whole, &[0; 512]] {
        let error = verdict(&[&whole, more].concat()).expect_err("it goes on");
        assert!(error.to_string().contains("behind its end"), "{error}");
    }
}

#[test]
fn a_refusal_changes_nothing() {
    let site = super::site();
    let before = site.contents();
    let whole = fs::read(site.path("b.tar.gz")).unwrap();
    fs::write(site.path("cut.tar.gz"), &whole[..whole.len() / 2]).unwrap();
    site.write("none.tar.gz", "no backup");
    for (file, code) in [("cut.tar.gz", 1), ("none.tar.gz", 2), ("missing.tar.gz", 2)] {
        for command in [
            format!("restore {file} --noinput"),
            format!("backup verify {file}"),
        ] {
            let ended = site.run(&command);
            assert_eq!(ended.code, Some(code), "{command}: {ended:?}");
            assert!(ended.err.starts_with("heirloom: "), "{ended:?}");
            assert_eq!(ended.out, "");
        }
    }
    assert_eq!(site.contents(), before);
    assert_eq!(site.left_over(), [""; 0]);
}
