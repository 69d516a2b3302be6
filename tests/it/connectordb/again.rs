//! Importing again brings only what is new, whoever wrote to the store meanwhile.

use super::folder::{lines, one_stream, points, write};
use super::{SERVER, findings, import, outcomes, with};

#[test]
fn nothing_changes_where_nothing_changed() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    let before = site.contents();
    import(&site, SERVER, 0);
    assert_eq!(site.contents(), before);
    for (entity, expected) in [
        ("users", "unchanged 2"),
        ("devices", "unchanged 6"),
        ("streams", "unchanged 11"),
        ("datapoints", "unchanged 27"),
    ] {
        assert_eq!(outcomes(&site, entity), expected);
    }
}

#[test]
fn points_that_were_added_come_in() {
    let site = one_stream(r#"[{"t":1,"d":1},{"t":2,"d":2}]"#);
    import(&site, "old", 0);
    write(
        &site,
        "old/u/d/s/data.json",
        r#"[{"t":1,"d":1},{"t":2,"d":2},{"t":2,"d":3},{"t":5,"d":4}]"#,
    );
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "created 2, unchanged 2");
    assert_eq!(points(&site), ["1|1|-", "2|2|-", "2|3|-", "5|4|-"]);
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 4");
}

#[test]
fn new_points_go_in_by_their_time_among_those_written_here() {
    let site = one_stream(r#"[{"t":1,"d":1},{"t":2,"d":2}]"#);
    import(&site, "old", 0);
    site.store.edit(
        "INSERT INTO datapoints (stream_id, position, time, value) VALUES (1, 2, 4, '\"here\"'), (1, 3, 9, '9')",
    );
    write(
        &site,
        "old/u/d/s/data.json",
        r#"[{"t":1,"d":1},{"t":2,"d":2},{"t":3,"d":3},{"t":4,"d":4},{"t":10,"d":10}]"#,
    );
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "created 3, unchanged 2");
    let all = [
        "1|1|-",
        "2|2|-",
        "3|3|-",
        "4|\"here\"|-",
        "4|4|-",
        "9|9|-",
        "10|10|-",
    ];
    assert_eq!(points(&site), all);
    let own = "SELECT count(*) FROM datapoints WHERE run IS NULL";
    assert_eq!(
        site.ask::<i64>(own),
        2,
        "what was written here stays its own"
    );
    let positions = "SELECT max(position) - count(*) FROM datapoints";
    assert_eq!(site.ask::<i64>(positions), -1, "without gaps");
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 5");
    assert_eq!(points(&site), all);
    // what imports brought goes, what was written here stays
    assert_eq!(site.run("reset --noinput").code, Some(0));
    assert_eq!(points(&site), ["4|\"here\"|-", "9|9|-"]);
    assert_eq!(site.ask::<i64>("SELECT max(position) FROM datapoints"), 1);
}

#[test]
fn another_spelling_of_the_same_points_is_nothing_new() {
    let site = one_stream(r#"[{"t":1,"d":{"b":1.0,"a":"é"}},{"t":1,"d":7},{"t":2,"d":7}]"#);
    import(&site, "old", 0);
    write(
        &site,
        "old/u/d/s/data.json",
        "[{\"t\": 1e0, \"d\": 7}, {\"t\": 1, \"d\": {\"a\": \"\\u00e9\", \"b\": 1}}, {\"t\": 2.0, \"d\": 7}, {\"t\": 2, \"d\": 7}]",
    );
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "created 1, unchanged 3");
    assert!(findings(&site).contains(&"stream-differs u/d/s".into()));
    assert_eq!(points(&site).len(), 4);
    // from then on it is the list that is known
    import(&site, "old", 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 4");
    assert!(!findings(&site).contains(&"stream-differs u/d/s".into()));
    assert_eq!(points(&site).len(), 4);
}

#[test]
fn a_change_of_the_source_and_an_edit_in_the_store_are_merged() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    site.store
        .edit("UPDATE stream_devices SET description = 'edited here' WHERE name = 'phone'");
    let file = format!("{SERVER}/alice/phone/device.json");
    let text = site
        .read(&file)
        .replace("\"enabled\": true", "\"enabled\": false");
    assert!(text.contains("\"enabled\": false"), "{text}");
    site.write(&file, &text);
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "devices"), "unchanged 5, updated 1");
    let phone = lines(
        &site,
        "SELECT description, is_enabled FROM stream_devices WHERE name = 'phone'",
    );
    assert!(
        phone == ["edited here|0"] || phone == ["edited here|false"],
        "{phone:?}"
    );
}

#[test]
fn what_was_deleted_here_stays_deleted() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    site.store.edit(
        "DELETE FROM datapoints WHERE stream_id IN (SELECT id FROM streams WHERE name = 'place');
         DELETE FROM streams WHERE name = 'place'",
    );
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "streams"), "skipped 1, unchanged 10");
    assert_eq!(outcomes(&site, "datapoints"), "skipped 2, unchanged 25");
}

#[test]
fn what_an_export_does_not_say_stays() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    let ended = site.run("export connectordb client --no-passwords");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // as the client writes it where its user may not read everything
    for file in ["client/alice/phone/device.json", "client/bob/user.json"] {
        let mut json: serde_json::Value = serde_json::from_str(&site.read(file)).unwrap();
        for key in ["apikey", "role", "email", "enabled"] {
            json.as_object_mut().unwrap().remove(key);
        }
        site.write(file, &json.to_string());
    }
    let before = site.digest();
    import(&site, "client", 0);
    assert_eq!(outcomes(&site, "users"), "unchanged 2");
    assert_eq!(outcomes(&site, "devices"), "unchanged 6");
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 27");
    assert!(site.digest() == before, "passwords, keys, emails");
}
