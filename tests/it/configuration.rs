//! Configuration and environment: what they change in an import, and which one wins.

use super::session::{IMPORT, IN_BOTH, IN_WEST, OUTSIDE, Site, finish};

fn site() -> Site {
    Site::small(&[
        (1, "Alone", IN_WEST),
        (2, "Both", IN_BOTH),
        (3, "Outside", OUTSIDE),
    ])
}

#[test]
fn an_unknown_key_stops_every_command() {
    let site = site();
    site.write("heirloom.toml", "[nodeshot]\ndefault_leyer = \"rest\"\n");
    let import = format!("{IMPORT} --noinput");
    let commands = [
        &import,
        "digest",
        "export geojson",
        "runs list",
        "runs show 1",
        "layers list",
        "layers import layers.geojson",
        "statuses list",
        "users list",
    ];
    for command in commands {
        let ended = site.run(command);
        assert_eq!(ended.code, Some(2), "{command}: {ended:?}");
        assert!(
            ended.err.contains("nodeshot.default_leyer"),
            "{command}: {ended:?}"
        );
        assert_eq!(ended.out, "", "{command}");
    }
    assert!(!site.store.exists());
    site.write("other.toml", "[nodeshot]\ndefault_layer = \"rest\"\n");
    assert_eq!(
        site.import("--config other.toml").code,
        Some(0),
        "another file is taken"
    );
    assert_eq!(site.import("--config nowhere.toml").code, Some(2));
}

#[test]
fn the_environment_wins_over_the_file_and_options_over_both() {
    let site = site();
    site.write("heirloom.toml", "[nodeshot]\ndefault_layer = \"east\"\n");
    let check = |variable: Option<&str>, options: &str, expected: &str| {
        let line = format!("{IMPORT} --noinput {options}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = site.program(&words);
        if let Some(layer) = variable {
            command.env("HEIRLOOM_NODESHOT_DEFAULT_LAYER", layer);
        }
        command.env("HEIRLOOM_NODESHOT_DEFAULT_LEYER", "ignored");
        let ended = finish(command);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(site.layer_of(3).as_deref(), Some(expected));
    };
    check(None, "", "east");
    check(Some("south"), "", "south");
    check(Some("south"), "--default-layer rest", "rest");
    check(Some(""), "", "east");
}

#[test]
fn a_status_that_does_not_exist_stops_the_import_alone() {
    let site = site();
    site.write(
        "heirloom.toml",
        "[nodeshot]\nstatus_mapping = { a = \"live\", default = \"planned\" }\n",
    );
    let ended = site.import("");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for part in ["nodeshot.status_mapping.a", "live", "statuses add"] {
        assert!(ended.err.contains(part), "{part} in {ended:?}");
    }
    for command in ["statuses list", "layers list", "users list", "digest"] {
        assert_eq!(site.run(command).code, Some(0), "{command}");
    }
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM layers"), 0);
    site.store
        .edit("INSERT INTO statuses (slug, name) VALUES ('live', 'Live')");
    assert_eq!(site.import("").code, Some(0));
    let status = "SELECT slug FROM statuses WHERE id = (SELECT status_id FROM nodes WHERE id = 1)";
    assert_eq!(site.ask::<String>(status), "live");
    site.write("heirloom.toml", "[nodeshot]\nstatus_mapping = false\n");
    assert_eq!(site.import("").code, Some(0));
    assert_eq!(
        site.ask::<String>(status),
        "potential",
        "the store's default"
    );
}

#[test]
fn links_stay_out_where_the_configuration_says_so() {
    let site = Site::shipped();
    site.write("heirloom.toml", "[nodeshot]\nimport_links = false\n");
    assert_eq!(site.import("--report r.json").code, Some(3));
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM links"), 0);
    let links = &site.report("r.json")["entities"]["links"];
    assert_eq!(
        (&links["retrieved"], &links["skipped"]),
        (&300.into(), &300.into())
    );
}

#[test]
fn times_are_those_of_the_legacy_servers_clock() {
    let site = site();
    let added = "SELECT added FROM nodes WHERE id = 1";
    assert_eq!(site.import("--report r.json").code, Some(0));
    assert_eq!(site.ask::<String>(added), "2012-07-01 12:00:00");
    assert!(site.read("r.json").contains("time-zone-assumed"));
    site.write("heirloom.toml", "[nodeshot]\ntime_zone = \"Europe/Rome\"\n");
    assert_eq!(site.import("--report r.json").code, Some(0));
    assert_eq!(site.ask::<String>(added), "2012-07-01 10:00:00");
    assert!(!site.read("r.json").contains("time-zone-assumed"));
    site.write("heirloom.toml", "[nodeshot]\ntime_zone = \"Rome\"\n");
    let ended = site.import("");
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("nodeshot.time_zone"), "{ended:?}");
}

#[test]
fn a_password_in_a_url_is_never_printed() {
    let site = site();
    let check = |options: &str, config: &str| {
        site.write("heirloom.toml", config);
        let line =
            format!("import nodeshot --layers layers.geojson --noinput --verbosity 3 {options}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = site.program(&words);
        command.env_remove("HEIRLOOM_STORE_URL");
        let ended = finish(command);
        // nobody listens there, or the address is none
        assert!(
            matches!(ended.code, Some(1 | 2)),
            "{options} {config}: {ended:?}"
        );
        for said in [&ended.out, &ended.err] {
            assert!(!said.contains("hush"), "{options} {config}: {ended:?}");
        }
        assert!(!site.exists("heirloom.sqlite3"));
    };
    let mysql = "mysql://keeper:hush-hush@127.0.0.1:1/nodeshot";
    let postgres = "postgres://keeper:hush-hush@127.0.0.1:1/nodeshot";
    check(&format!("--from {mysql}"), "");
    check(&format!("--from {postgres}"), "");
    check("", &format!("[nodeshot]\nurl = \"{mysql}\"\n"));
    check(
        "--from sqlite:old.db",
        &format!("[store]\nurl = \"{postgres}\"\n"),
    );
    check(&format!("--from sqlite:old.db --store {postgres}"), "");
    // mistyped ones
    check("--from mysql:keeper:hush-hush@127.0.0.1:1/nodeshot", "");
    check("--from msql://keeper:hush-hush@127.0.0.1:1/nodeshot", "");
    check("--from mysql://keeper:hush-hush/x@127.0.0.1:1/nodeshot", "");
    check(
        "",
        "[nodeshot]\nurl = \"mysql://keeper:hush-hush@127.0.0.1:1/nodeshot\n",
    );
}

#[test]
fn without_a_source_the_command_says_where_to_name_one() {
    let site = site();
    let line = "import nodeshot --layers layers.geojson --noinput";
    let ended = site.run(line);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("--from") && ended.err.contains("[nodeshot]"),
        "{ended:?}"
    );
    site.write("heirloom.toml", "[nodeshot]\nurl = \"sqlite:old.db\"\n");
    assert_eq!(site.run(line).code, Some(0));
}
