//! What is broken is told with the row it is about, and the rest comes in.

use std::fs;
use std::os::unix::fs::symlink;

use super::folder::{device, empty, lines, one_stream, points, stream, user, write};
use super::{SERVER, findings, import, outcomes, with};

#[track_caller]
fn has(site: &crate::session::Site, finding: &str) {
    let all = findings(site);
    assert!(
        all.iter().any(|found| found == finding),
        "{finding} in {all:?}"
    );
}

#[test]
fn a_file_of_points_cut_anywhere_gives_the_points_before() {
    let whole = r#"[{"t":1,"d":"a,]"},{"t":2,"d":[1,{"x":2}]},{"t":3}]"#;
    for length in 0..whole.len() {
        let site = one_stream(&whole[..length]);
        import(&site, "old", 3);
        has(&site, "broken-list u/d/s");
        let came = points(&site);
        let all = ["1|\"a,]\"|-", "2|[1,{\"x\":2}]|-", "3|-|-"];
        assert_eq!(came, all[..came.len()], "{length}");
        // mended, the rest comes
        write(&site, "old/u/d/s/data.json", whole);
        import(&site, "old", 0);
        assert_eq!(points(&site), all, "{length}");
    }
}

#[test]
fn points_that_are_none_are_refused_one_by_one() {
    for (bad, part) in [
        ("NaN", "byte"),
        ("1", "no object"),
        (r#"{"t":"now","d":1}"#, "byte"),
        (r#"{"t":2,"d":NaN}"#, "byte"),
        (r#"{"t":2,"d":tru}"#, "byte"),
        (r#"{"t":1e999,"d":1}"#, "byte"),
        (r#"{"t":2,"o":7}"#, "byte"),
    ] {
        let site = one_stream(&format!(r#"[{{"t":1,"d":1}},{bad},{{"t":3,"d":3}}]"#));
        import(&site, "old", 3);
        assert_eq!(
            outcomes(&site, "datapoints"),
            "created 2, refused 1",
            "{bad}"
        );
        has(&site, "bad-point u/d/s[1]");
        assert!(site.read("r.json").contains(part), "{bad}");
        assert_eq!(points(&site), ["1|1|-", "3|3|-"], "{bad}");
        // known by then
        import(&site, "old", 0);
        assert_eq!(
            outcomes(&site, "datapoints"),
            "refused 1, unchanged 2",
            "{bad}"
        );
    }
}

#[test]
fn a_value_above_16_mib_is_refused_and_one_below_comes_in() {
    let text = "x".repeat(15 << 20);
    let site = one_stream(&format!(
        r#"[{{"t":1,"d":"{text}"}},{{"t":2,"d":"{text}{text}"}},{{"t":3,"d":3}}]"#
    ));
    import(&site, "old", 3);
    assert_eq!(outcomes(&site, "datapoints"), "created 2, refused 1");
    assert!(site.read("r.json").contains("16 MiB"));
    let length: i64 = site.ask("SELECT length(value) FROM datapoints WHERE position = 0");
    assert_eq!(length, (15 << 20) + 2);
}

#[test]
fn metadata_that_cannot_be_read_keeps_its_row_and_what_hangs_on_it_out() {
    for (file, text, entity, key) in [
        ("alice/user.json", "{", "users", "alice"),
        ("alice/user.json", "[]", "users", "alice"),
        ("alice/user.json", r#"{"name":7}"#, "users", "alice"),
        ("alice/user.json", r#"{"name":"a/b"}"#, "users", "alice"),
        ("alice/user.json", r#"{"name":".."}"#, "users", "alice"),
        (
            "alice/phone/device.json",
            r#"{"name":"phone","enabled":"yes"}"#,
            "devices",
            "alice/phone",
        ),
        (
            "alice/phone/light/stream.json",
            r#"{"schema":{}}"#,
            "streams",
            "alice/phone/light",
        ),
    ] {
        let site = with(SERVER);
        site.write(&format!("{SERVER}/{file}"), text);
        import(&site, SERVER, 3);
        assert!(
            outcomes(&site, entity).contains("refused 1"),
            "{file}: {text}"
        );
        let code = match text.contains("a/b") || text.contains("..") {
            true => "name-impossible",
            false => "unreadable-file",
        };
        has(&site, &format!("{code} {key}"));
        assert!(outcomes(&site, "datapoints").contains("skipped"), "{file}");
        assert!(
            outcomes(&site, "datapoints").contains("created"),
            "the rest comes in"
        );
        assert!(site.read("r.json").contains("cause\":{"), "{file}");
    }
}

#[test]
fn a_row_that_is_refused_now_keeps_its_last_good_state() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    let before = site.contents();
    site.write(&format!("{SERVER}/alice/phone/device.json"), "{");
    import(&site, SERVER, 3);
    has(&site, "kept-last-good alice/phone");
    assert_eq!(site.contents(), before);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 27");
}

#[test]
fn unknown_and_missing_keys() {
    let site = empty();
    user(&site, "u", "u@example.org");
    write(
        &site,
        "old/u/d/device.json",
        r#"{"name":"d","colour":"red"}"#,
    );
    write(&site, "old/u/d/s/stream.json", r#"{"name":"s"}"#);
    write(&site, "old/u/d/s/data.json", "[]");
    import(&site, "old", 0);
    has(&site, "unknown-key ");
    has(&site, "fields-missing u/d");
    let device = lines(
        &site,
        "SELECT data, is_enabled, is_visible FROM stream_devices",
    );
    assert!(device[0].contains("red"), "{device:?}");
    assert!(
        device[0].ends_with("|1|1") || device[0].ends_with("|true|true"),
        "{device:?}"
    );
    assert_eq!(site.ask::<String>("SELECT schema FROM streams"), "{}");
}

#[test]
fn missing_files() {
    let site = with(SERVER);
    fs::remove_file(site.path(SERVER).join("alice/phone/light/data.json")).unwrap();
    fs::remove_file(site.path(SERVER).join("alice/phone/place/data.json")).unwrap();
    import(&site, SERVER, 0);
    has(&site, "file-missing alice/phone/light");
    has(&site, "file-missing alice/phone/place");
    assert_eq!(outcomes(&site, "streams"), "created 11");
}

#[test]
fn an_export_without_its_marker_is_incomplete() {
    let site = with(SERVER);
    fs::remove_file(site.path(SERVER).join("connectordb.json")).unwrap();
    let ended = import_fails(&site, SERVER);
    assert!(ended.contains("--incomplete"), "{ended}");
    import(&site, &format!("{SERVER} --incomplete"), 0);
    has(&site, "export-incomplete ");
    assert_eq!(outcomes(&site, "datapoints"), "created 27");
}

#[track_caller]
fn import_fails(site: &crate::session::Site, line: &str) -> String {
    let ended = site.run(&format!("import connectordb {line} --noinput"));
    assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
    assert!(!site.store.exists(), "{line}: no store is made");
    ended.err
}

#[test]
fn folders_that_are_no_export() {
    let site = with(SERVER);
    for (version, part) in [
        ("3", "3"),
        ("\"2\"", "connectordb.json"),
        ("null", "connectordb.json"),
    ] {
        site.write(
            &format!("{SERVER}/connectordb.json"),
            &format!("{{\"Version\": {version}}}"),
        );
        let said = import_fails(&site, SERVER);
        assert!(said.contains(part), "{said}");
    }
    assert!(import_fails(&site, "nowhere").contains("nowhere"));
    assert!(import_fails(&site, "tmp").contains("tmp"));
    let said = import_fails(&site, &format!("{SERVER}/alice/user.json"));
    assert!(said.contains("folder"), "{said}");
}

#[test]
fn links_out_of_the_folder_are_not_followed() {
    let site = one_stream("[]");
    write(&site, "secret/data.json", r#"[{"t":1,"d":"secret"}]"#);
    fs::remove_file(site.path("old/u/d/s/data.json")).unwrap();
    symlink(
        site.path("secret/data.json"),
        site.path("old/u/d/s/data.json"),
    )
    .unwrap();
    symlink(site.path("secret"), site.path("old/u/d/t")).unwrap();
    symlink("/etc", site.path("old/etc")).unwrap();
    import(&site, "old", 0);
    let links = findings(&site)
        .iter()
        .filter(|code| code.starts_with("not-read"))
        .count();
    assert_eq!(links, 3);
    assert_eq!(points(&site), [""; 0]);
}

#[test]
fn schemas_that_are_none_and_values_that_they_do_not_allow() {
    let site = empty();
    user(&site, "u", "u@example.org");
    device(&site, "u/d", "key-of-d");
    stream(
        &site,
        "u/d/broken",
        "{\"type\":\"nothing\"}",
        r#"[{"t":1,"d":1}]"#,
    );
    stream(
        &site,
        "u/d/far",
        "{\"$ref\":\"http://127.0.0.1:9/x.json\"}",
        r#"[{"t":1,"d":1}]"#,
    );
    stream(&site, "u/d/text", "no json", r#"[{"t":1,"d":1}]"#);
    stream(
        &site,
        "u/d/number",
        "{\"type\":\"number\"}",
        r#"[{"t":1,"d":1},{"t":2,"d":"two"},{"t":3}]"#,
    );
    import(&site, "old", 0);
    for name in ["broken", "far", "text"] {
        has(&site, &format!("schema-invalid u/d/{name}"));
    }
    has(&site, "schema-mismatch u/d/number");
    assert_eq!(outcomes(&site, "datapoints"), "created 6");
    let schema: String = site.ask("SELECT schema FROM streams WHERE name = 'text'");
    assert_eq!(schema, "no json", "kept as it is");
}
