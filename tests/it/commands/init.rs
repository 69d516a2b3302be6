use super::world::World;
use crate::store::on_postgres;

const GOOD: &str = "correct horse\n";

#[test]
fn init_makes_a_configuration_a_store_and_an_admin() {
    let world = World::empty();
    let said = world.ok_typing(GOOD, &["init"]);
    let store = world.store.url();
    assert_eq!(
        said,
        format!("heirloom.toml is written. The store {store} is ready, with the admin admin.\n")
    );
    assert_eq!(world.files(), ["heirloom.toml"]);
    assert!(world.store.exists());
    // the default store is left as a comment, any other is named
    let written = world.read("heirloom.toml");
    let lines = |of: &str| of.lines().filter(|line| !line.contains("url =")).count();
    assert_eq!(written == heirloom::config::EXAMPLE, !on_postgres());
    assert_eq!(lines(&written), lines(heirloom::config::EXAMPLE));
    assert_eq!(
        written.contains(&format!("\nurl = \"{store}\"")),
        on_postgres()
    );
    assert_eq!(
        world.line(&["users", "list"], "admin"),
        ["1", "admin", "yes", "yes", "yes", "set"]
    );
    world.ok_typing(GOOD, &["users", "check", "admin"]);

    world.wrong_typing(GOOD, &["init"], "heirloom.toml is there already");
    let said = world.ok(&["init", "--config", "other.toml"]);
    assert!(said.contains("it has an admin already"), "{said}");
    assert_eq!(world.number("SELECT count(*) FROM users"), 1);
}

#[test]
fn a_refused_init_leaves_nothing() {
    let world = World::empty();
    let check = |input: &str, arguments: &[&str], words: &str| {
        let arguments = [&["init"], arguments].concat();
        world.wrong_typing(input, &arguments, words);
        assert!(
            world.files().is_empty() && !world.store.exists(),
            "{arguments:?}: {:?}",
            world.files()
        );
    };
    check("", &[], "there is no password");
    check("short\n", &[], "at least 8 characters");
    check(GOOD, &["--admin", "a b"], "a username has");
    check(
        GOOD,
        &["--config", "no/h.toml"],
        "the folder no does not exist",
    );
    check(
        GOOD,
        &["--store", "sqlite:no/h.db"],
        "the folder no does not exist",
    );
    check(GOOD, &["--store", "mysql://h/db"], "sqlite or postgres");
}

#[test]
fn a_name_that_is_taken_is_no_admin() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "admin"]);
    world.wrong_typing(GOOD, &["init"], "--admin NAME");
    assert!(!world.path("heirloom.toml").exists());
    world.ok_typing(GOOD, &["init", "--admin", "root"]);
}
