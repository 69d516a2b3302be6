use super::world::World;

const GOOD: &str = "correct horse\n";

#[test]
fn init_makes_a_configuration_a_store_and_an_admin() {
    let world = World::empty();
    let said = world.ok_typing(GOOD, &["init"]);
    assert_eq!(
        said,
        "heirloom.toml is written. The store sqlite:heirloom.sqlite3 is ready, with the admin admin.\n"
    );
    assert_eq!(world.files(), ["heirloom.sqlite3", "heirloom.toml"]);
    assert_eq!(world.read("heirloom.toml"), heirloom::config::EXAMPLE);
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
fn the_configuration_names_the_store() {
    let world = World::empty();
    let store = "sqlite:old 'town' \"net\".db";
    let arguments = [
        "--store", store, "--config", "h.toml", "init", "--admin", "root",
    ];
    world.ok_typing(GOOD, &arguments);
    assert_eq!(world.files(), ["h.toml", "old 'town' \"net\".db"]);
    let line = world.line(&["users", "list", "--config", "h.toml"], "root");
    assert_eq!(line[1], "root");
}

#[test]
fn a_refused_init_leaves_nothing() {
    let world = World::empty();
    let check = |input: &str, arguments: &[&str], words: &str| {
        let arguments = [&["init"], arguments].concat();
        world.wrong_typing(input, &arguments, words);
        assert!(
            world.files().is_empty(),
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
    check(GOOD, &["--store", "postgres://h/db"], "not SQLite");
}

#[test]
fn a_name_that_is_taken_is_no_admin() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "admin"]);
    world.wrong_typing(GOOD, &["init"], "--admin NAME");
    assert!(!world.path("heirloom.toml").exists());
    world.ok_typing(GOOD, &["init", "--admin", "root"]);
}

#[test]
fn a_file_that_is_no_store_stays_as_it_is() {
    let world = World::empty();
    world.write(
        "heirloom.sqlite3",
        "this is no database, only a text of some length",
    );
    world.wrong_typing(GOOD, &["init"], "not a Heirloom store");
    assert_eq!(world.files(), ["heirloom.sqlite3"]);
}
