//! Who keeps a restore waiting is named.

use diesel::connection::SimpleConnection as _;

use super::site;

#[test]
fn whoever_uses_the_store_for_too_long_is_named() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    site.store.edit("UPDATE nodes SET notes = 'edited'");
    let before = site.contents();
    let url = format!("{}?options=-clock_timeout%3D300", site.store.url());
    for (name, work, told) in [
        ("pg_dump", "SELECT count(*) FROM nodes", "reads it"),
        (
            "psql\u{7}",
            "UPDATE nodes SET notes = 'mine'",
            "writes to it",
        ),
        ("", "UPDATE users SET first_name = 'mine'", "writes to it"),
    ] {
        let mut other = site.store.connect();
        let begin = format!("SET application_name = '{name}'; BEGIN; {work}");
        other.batch_execute(&begin).expect(work);
        let ended = site.run(&format!("--store {url} restore b.tar.gz --noinput"));
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let name = match name {
            "" => "a program without a name",
            name => name.trim_end_matches('\u{7}'),
        };
        for part in [name, "(process ", told, "Nothing was changed", "try again"] {
            assert!(ended.err.contains(part), "{part:?} in {ended:?}");
        }
        assert!(!ended.err.contains('\u{7}'), "{ended:?}");
        other.batch_execute("ROLLBACK").expect("an end");
        assert_eq!(site.contents(), before);
    }
    let ended = site.run("restore b.tar.gz --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_ne!(site.contents(), before);
}
