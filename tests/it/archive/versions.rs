//! Backups of other versions.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::super::session::Site;
use super::fixture;

/// What a backup of each schema version says once it is restored, from 1 on. A new migration
/// needs a new one here: see fixtures/archives/README.md.
const DIGESTS: [&str; 4] = [
    "sha256:1b54eae2a4a649fdf0315b0f71310e8bed697c1980aa306c7c2dfeb09f2093eb",
    "sha256:048b7d6e1f78975c9ff8ffda6b7fd459f13dc8ca7710f32f297e35b52a837b7d",
    "sha256:791d961f1ed0cac3441d1d0e402705f53f8b470e2d9fbac7b04dd694cfdd24e2",
    "sha256:153c4657768f175c001a50c13189cccc1b1cac1dd3add7ad4b820ab2015c3928",
];

#[test]
fn a_backup_of_each_schema_version_can_be_restored() {
    let versions = heirloom::store::schema_version() as usize;
    assert_eq!(DIGESTS.len(), versions, "a fixture for each schema version");
    for (schema, digest) in (1..).zip(DIGESTS) {
        let site = Site::empty();
        let name = format!("schema-{schema}.tar.gz");
        fs::copy(fixture(&name), site.path(&name)).unwrap();
        let ended = site.run(&format!("restore {name} --noinput --report r.json"));
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
        assert_eq!(site.digest(), digest, "{name}");
        assert_eq!(site.report("r.json")["archive"]["schema"], schema);
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM decisions"), 1);
        assert_eq!(site.left_over(), [""; 0]);
        site.store.check_integrity();
    }
}

#[test]
fn versions_that_cannot_be_restored_are_named() {
    let site = super::site();
    let before = site.contents();
    let check = |name: &str, parts: &[&str]| {
        fs::copy(fixture(name), site.path(name)).unwrap();
        for command in [
            format!("restore {name} --noinput --report r.json"),
            format!("backup verify {name}"),
        ] {
            let ended = site.run(&command);
            assert_eq!(ended.code, Some(2), "{command}: {ended:?}");
            for part in parts {
                assert!(ended.err.contains(part), "{part:?} in {ended:?}");
            }
        }
        assert_eq!(site.report("r.json")["outcome"], "refused");
        assert_eq!(site.contents(), before);
    };
    check(
        "too-old.tar.gz",
        &[
            "0.0.3",
            "the last version that can restore it is 0.0.9",
            "(1)",
            "(6)",
        ],
    );
    check("too-new.tar.gz", &["9.9.9", "newer than this one"]);
}

/// Backups of these schema versions are restored by all later ones: what they were must not
/// change.
#[test]
fn migrations_are_as_they_were() {
    for (migration, expected) in [
        (
            "sqlite/2026-11-21-000000_first",
            "6a84d83f625ae29aff78a17c30315d0a1cf964a3dd65769548aab45f22e021c8",
        ),
        (
            "postgres/2026-11-21-000000_first",
            "1cf4f7261a625e9313d8b9d1ece811a3749da52f274872a5d4ac7a02de19bb08",
        ),
        (
            "sqlite/2026-11-21-100000_server",
            "514e40a2b4e958a15b5af3ab4349980350b0c6f3d331cc9494eb9ecf66984e72",
        ),
        (
            "postgres/2026-11-21-100000_server",
            "5e15641c082c0a513a183f1b41e23e8addecb0aa173564a2430d26459522ee6e",
        ),
        (
            "sqlite/2026-11-21-200000_streams",
            "cad88e7e29427d35d6748b3f8604eddceab9221ea275c436f3a255eca113aeb7",
        ),
        (
            "postgres/2026-11-21-200000_streams",
            "520b1f0ab76eb36cd4094316f341853e3841a98e08e478a5d3042fc295a6b449",
        ),
        (
            "sqlite/2026-11-21-300000_apiomat",
            "0d0395bcf57122f6e1d305f234cc830b9b2c923d209bf9de61bb478e4f5d43a4",
        ),
        (
            "postgres/2026-11-21-300000_apiomat",
            "3fa928801e9aa2275662d22154b7b27ae6d54fb98c2c719bc089c028219fadfa",
        ),
    ] {
        let path = format!("migrations/{migration}/up.sql");
        let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        let sum = heirloom::text::hex(&Sha256::digest(text));
        assert_eq!(sum, expected, "{path} was changed: make a new migration");
    }
}
