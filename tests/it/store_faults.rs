//! What may be wrong with the store and its other users, whatever kind it is.

use super::session::{IMPORT, IN_WEST, Site, Terminal};

fn site() -> Site {
    Site::small(&[(1, "Alone", IN_WEST)])
}

#[test]
fn a_store_of_a_newer_version() {
    let site = site();
    site.digest();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
    site.store.edit(newer);
    let before = site.contents();
    for command in [&format!("{IMPORT} --noinput"), "digest"] {
        let ended = site.run(command);
        assert_eq!(ended.code, Some(2), "{command}: {ended:?}");
        assert!(ended.err.contains("newer version"), "{ended:?}");
        assert_eq!(ended.out, "");
        assert_eq!(site.contents(), before, "{command}");
    }
}

/// A run holds the lock while its person thinks, and only the run lock: others may write.
#[test]
fn two_imports_at_once() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let words: Vec<&str> = IMPORT.split_whitespace().collect();
    let mut first = Terminal::start(site.program(&words));
    first.expect("(y/n): ");
    assert_eq!(site.import("").code, Some(6));
    site.store
        .edit("INSERT INTO layers (slug, name) VALUES ('own', 'Own')");
    first.say("y");
    let (code, seen) = first.end();
    assert_eq!(code, 0, "{seen}");
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 2);
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM layers WHERE slug = 'own'"),
        1
    );
}
