//! A store's file, its name and what else may be in its place.

use super::world::World;

const GOOD: &str = "correct horse\n";

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
fn a_file_that_is_no_store_stays_as_it_is() {
    let world = World::empty();
    world.write(
        "heirloom.sqlite3",
        "this is no database, only a text of some length",
    );
    world.wrong_typing(GOOD, &["init"], "not a Heirloom store");
    assert!(world.store.exists());
    assert_eq!(world.files(), [""; 0]);
}
