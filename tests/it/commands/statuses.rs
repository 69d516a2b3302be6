use super::world::World;

const LIST: [&str; 2] = ["statuses", "list"];

#[test]
fn one_status_is_the_default() {
    let world = World::empty();
    assert_eq!(world.line(&LIST, "potential")[4], "yes");
    let said = world.ok(&["statuses", "add", "--name", "In Repair", "--default"]);
    assert_eq!(
        said,
        "The status in-repair is added, and is the default now.\n"
    );
    assert_eq!(
        world.line(&LIST, "in-repair"),
        ["4", "in-repair", "In Repair", "0", "yes"]
    );
    assert_eq!(world.line(&LIST, "potential")[4], "no");
    world.ok(&["statuses", "add", "--name", "Gone"]);
    assert_eq!(world.line(&LIST, "gone")[4], "no");
    assert_eq!(
        world.number("SELECT count(*) FROM statuses WHERE is_default"),
        1
    );
}

#[test]
fn a_status_that_is_there_can_be_made_the_default() {
    let world = World::empty();
    let add = ["statuses", "add", "--name", "Planned"];
    world.wrong(&add, "planned is taken");
    let said = world.ok(&["statuses", "add", "--name", "Planned", "--default"]);
    assert!(
        said.contains("was there already (planned); it is the default now"),
        "{said}"
    );
    let said = world.ok(&["statuses", "add", "--name", "Planned", "--default"]);
    assert!(said.contains("and is the default."), "{said}");
    assert_eq!(
        world.number("SELECT count(*) FROM statuses WHERE is_default"),
        1
    );
    world.ok(&["statuses", "remove", "potential"]);
    assert_eq!(world.number("SELECT count(*) FROM statuses"), 2);
}

#[test]
fn statuses_in_use_stay() {
    let world = World::imported();
    world.wrong(&["statuses", "remove", "active"], "203 nodes");
    world.wrong(
        &["statuses", "remove", "potential"],
        "heirloom statuses add --name NAME --slug SLUG --default",
    );
    world.wrong(
        &["statuses", "remove", "none"],
        "active, planned, potential",
    );
    world.ok(&["statuses", "remove", "planned"]);
}
