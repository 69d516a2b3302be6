//! Nothing of the store is lost, whatever a later import brings and whoever wrote meanwhile.

use super::folder::{device, empty, lines, one_stream, points, stream, user, write};
use super::{SERVER, copy, findings, import, outcomes, with};
use crate::session::Site;

const SATISFIED: &str = "Do these results satisfy you?";

#[test]
fn a_point_that_was_deleted_by_hand_takes_no_other_with_it() {
    let site = one_stream(r#"[{"t":1,"d":1},{"t":2,"d":2},{"t":3,"d":3}]"#);
    import(&site, "old", 0);
    site.store.edit(
        "INSERT INTO datapoints (stream_id, position, time, value) VALUES (1, 3, 10, '10');
         DELETE FROM datapoints WHERE time = 1",
    );
    write(
        &site,
        "old/u/d/s/data.json",
        r#"[{"t":1,"d":1},{"t":2,"d":2},{"t":3,"d":3},{"t":4,"d":4}]"#,
    );
    import(&site, "old", 0);
    assert_eq!(points(&site), ["2|2|-", "3|3|-", "4|4|-", "10|10|-"]);
}

#[test]
fn a_point_that_changes_while_the_person_is_asked_is_not_overwritten() {
    let site = one_stream(r#"[{"t":1,"d":1}]"#);
    import(&site, "old", 0);
    site.store
        .edit("INSERT INTO datapoints (stream_id, position, time, value) VALUES (1, 1, 9, '9')");
    write(
        &site,
        "old/u/d/s/data.json",
        r#"[{"t":1,"d":1},{"t":5,"d":5}]"#,
    );
    let mut person = site.attended("import connectordb old");
    person.expect(SATISFIED);
    site.store
        .edit("UPDATE datapoints SET value = '\"edited\"' WHERE time = 9");
    person.say("y");
    // planned anew, and asked again
    person.answer(SATISFIED, "y");
    assert_eq!(person.end().0, 0);
    assert_eq!(points(&site), ["1|1|-", "5|5|-", "9|\"edited\"|-"]);
}

#[test]
fn devices_go_on_writing_while_their_history_comes_in() {
    let site = one_stream(r#"[{"t":1,"d":1}]"#);
    import(&site, "old", 0);
    write(
        &site,
        "old/u/d/s/data.json",
        r#"[{"t":1,"d":1},{"t":5,"d":5}]"#,
    );
    let mut person = site.attended("import connectordb old");
    person.expect(SATISFIED);
    site.store.edit(
        "INSERT INTO datapoints (stream_id, position, time, value) VALUES (1, 1, 8, '8'), (1, 2, 9, '9')",
    );
    person.say("y");
    assert_eq!(person.end().0, 0);
    assert_eq!(points(&site), ["1|1|-", "5|5|-", "8|8|-", "9|9|-"]);
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM datapoints WHERE run IS NULL"),
        2
    );
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 2");
}

#[test]
fn what_was_written_here_and_in_the_old_server_is_one_point() {
    let site = one_stream(r#"[{"t":1,"d":1}]"#);
    import(&site, "old", 0);
    site.store
        .edit("INSERT INTO datapoints (stream_id, position, time, value) VALUES (1, 1, 2, '2.50')");
    write(
        &site,
        "old/u/d/s/data.json",
        r#"[{"t":1,"d":1},{"t":2,"d":2.5},{"t":2,"d":2.5},{"t":3,"d":3}]"#,
    );
    import(&site, "old", 0);
    assert_eq!(points(&site), ["1|1|-", "2|2.50|-", "2|2.5|-", "3|3|-"]);
    assert_eq!(outcomes(&site, "datapoints"), "created 2, unchanged 2");
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 4");
    let told = findings(&site);
    assert!(
        !told.iter().any(|code| code.starts_with("stream-differs")),
        "{told:?}"
    );
}

#[test]
fn one_email_proves_nothing_between_two_servers() {
    let site = empty();
    user(&site, "test", "root@localhost");
    device(&site, "test/user", "key-of-the-first");
    stream(&site, "test/user/mood", "{}", r#"[{"t":1,"d":1}]"#);
    import(&site, "old", 0);
    let before = site.contents();
    device(&site, "test/user", "key-of-the-second");
    stream(
        &site,
        "test/user/mood",
        "{}",
        r#"[{"t":0.5,"d":"another's"}]"#,
    );
    import(&site, "old", 3);
    assert_eq!(outcomes(&site, "users"), "refused 1");
    assert_eq!(site.contents(), before);
}

#[test]
fn what_into_brought_is_not_taken_for_anothers() {
    let site = Site::empty();
    site.digest();
    site.store
        .edit("INSERT INTO users (username, email) VALUES ('me', 'me@example.org')");
    for (folder, key, points) in [
        ("a", "key-a", r#"[{"t":1,"d":"a"}]"#),
        ("b", "key-b", r#"[{"t":2,"d":"b"}]"#),
    ] {
        let other = empty();
        user(&other, "x", "x@example.org");
        device(&other, "x/phone", key);
        stream(&other, "x/phone/steps", "{}", points);
        copy(&other.path("old"), &site.path(folder));
    }
    import(&site, "a/x/phone --into me", 0);
    let before = site.contents();
    import(&site, "b/x/phone --into me", 3);
    assert_eq!(outcomes(&site, "devices"), "refused 1");
    assert_eq!(site.contents(), before);
    import(&site, "a/x/phone/steps --into me/phone", 0);
    import(&site, "a/x/phone --into me", 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 1");
    // nor does a device move to who took over the name
    site.store.edit(
        "UPDATE users SET username = 'moved' WHERE username = 'me';
         INSERT INTO users (username, email) VALUES ('me', 'me2@example.org')",
    );
    import(&site, "a/x/phone --into me", 3);
    assert_eq!(site.ask::<i64>("SELECT user_id FROM stream_devices"), 1);
}

#[test]
fn a_stream_that_into_brought_must_begin_as_before() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    let folder = |name: &str, points: &str| {
        let other = one_stream(points);
        copy(&other.path("old"), &site.path(name));
    };
    folder("one", r#"[{"t":1,"d":1}]"#);
    folder("more", r#"[{"t":1,"d":1},{"t":2,"d":2}]"#);
    folder("another", r#"[{"t":0,"d":7}]"#);
    import(&site, "one/u/d/s --into bob/user", 0);
    import(&site, "more/u/d/s --into bob/user", 0);
    assert_eq!(outcomes(&site, "datapoints"), "created 1, unchanged 1");
    import(&site, "another/u/d/s --into bob/user", 3);
    assert_eq!(outcomes(&site, "streams"), "refused 1");
}

#[test]
fn two_folders_of_one_name_and_a_folder_that_changed_its_owner() {
    let site = empty();
    user(&site, "a", "a@example.org");
    user(&site, "b", "b@example.org");
    for folder in ["d", "e", "user", "z"] {
        device(&site, &format!("a/{folder}"), &format!("key-{folder}"));
    }
    let rename = |file: &str, from: &str, to: &str| {
        let (from, to) = (format!("\"name\":\"{from}\""), format!("\"name\":\"{to}\""));
        site.write(file, &site.read(file).replace(&from, &to));
    };
    rename("old/b/user.json", "b", "a");
    rename("old/a/e/device.json", "e", "d");
    rename("old/a/z/device.json", "z", "user");
    import(&site, "old", 3);
    assert_eq!(outcomes(&site, "users"), "created 1, refused 1");
    assert_eq!(outcomes(&site, "devices"), "created 2, refused 2");
    // one that an earlier run brought is not renamed into another
    rename("old/a/user.json", "a", "c");
    let before = site.contents();
    import(&site, "old", 3);
    assert!(findings(&site).contains(&"name-taken a".into()));
    assert_eq!(site.contents(), before);
}

#[test]
fn keys_and_emails_pass_from_row_to_row_in_one_run() {
    let site = empty();
    user(&site, "a", "a@example.org");
    user(&site, "b", "b@example.org");
    device(&site, "a/user", "key-a");
    device(&site, "a/x", "one");
    device(&site, "a/y", "two");
    import(&site, "old", 0);
    user(&site, "a", "new@example.org");
    user(&site, "b", "a@example.org");
    device(&site, "a/x", "two");
    device(&site, "a/y", "one");
    import(&site, "old --accept-source", 0);
    assert_eq!(
        lines(&site, "SELECT username, email FROM users ORDER BY 1"),
        ["a|new@example.org", "b|a@example.org"]
    );
    assert_eq!(
        lines(
            &site,
            "SELECT name, api_key FROM stream_devices WHERE name IN ('x', 'y') ORDER BY 1"
        ),
        ["x|two", "y|one"]
    );
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "devices"), "unchanged 3");
}

#[test]
fn an_address_that_the_account_has_already_is_no_second_one() {
    let site = empty();
    user(&site, "a", "a@example.org");
    device(&site, "a/user", "key-a");
    import(&site, "old", 0);
    site.store
        .edit("INSERT INTO email_addresses (user_id, email) VALUES (1, 'new@example.org')");
    user(&site, "a", "new@example.org");
    import(&site, "old", 0);
    assert_eq!(
        site.ask::<String>("SELECT email FROM users"),
        "new@example.org"
    );
}

#[test]
fn texts_that_no_index_can_hold_are_refused_by_themselves() {
    let long = "x".repeat(9_000);
    let site = empty();
    user(&site, "a", &format!("a@{long}.org"));
    device(&site, "a/user", &long);
    device(&site, "a/x", "key-x");
    let file = "old/a/x/device.json";
    site.write(
        file,
        &site
            .read(file)
            .replace("\"name\":\"x\"", &format!("\"name\":\"{long}\"")),
    );
    import(&site, "old", 3);
    assert_eq!(outcomes(&site, "users"), "created 1");
    assert_eq!(outcomes(&site, "devices"), "created 1, refused 1");
}

#[test]
fn after_a_reset_the_devices_with_points_of_the_stores_own_go_on() {
    let site = one_stream(r#"[{"t":1,"d":1}]"#);
    import(&site, "old", 0);
    site.store
        .edit("INSERT INTO datapoints (stream_id, position, time, value) VALUES (1, 1, 9, '9')");
    assert_eq!(site.run("reset --noinput").code, Some(0));
    import(&site, "old", 0);
    assert!(findings(&site).contains(&"device-adopted u/d".into()));
    assert_eq!(points(&site), ["1|1|-", "9|9|-"]);
}

#[test]
fn reports_are_not_written_into_the_export() {
    let site = with(SERVER);
    let file = format!("{SERVER}/alice/user.json");
    let before = site.read(&file);
    for option in ["--report", "--credentials", "--decisions"] {
        let ended = site.run(&format!(
            "import connectordb {SERVER} --noinput {option} {file}"
        ));
        assert_eq!(ended.code, Some(2), "{option}: {ended:?}");
    }
    assert_eq!(site.read(&file), before);
}
