//! Which database is a store, which can become one, and what a rehearsal leaves of it.

use std::process::Stdio;

use heirloom::sql::Cell;
use xtask::servers::scratch_postgres;

use super::site;
use crate::session::{IMPORT, IN_WEST, Site};

const RELATIONS: &str =
    "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace";

#[test]
fn a_rehearsal_leaves_an_empty_database_empty() {
    let site = site();
    for option in ["--dry-run", "--dry-run --report r.json"] {
        let ended = site.import(option);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(site.store.rows(RELATIONS).is_empty());
    }
    assert_eq!(site.import("").code, Some(0));
    let plan = site.report("r.json")["plan"].as_str().map(str::to_string);
    assert_eq!(Some(site.ask::<String>("SELECT plan FROM runs")), plan);
}

#[test]
fn a_rehearsal_leaves_rows_and_sequences() {
    let site = site();
    assert_eq!(site.import("").code, Some(0));
    site.add_node(2, "New", IN_WEST);
    let (digest, before) = (site.digest(), site.store.imprint());
    let ended = site.import("--dry-run");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.digest(), digest);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    assert_eq!(text(site.store.imprint()), text(before));
}

#[test]
fn rows_inserted_by_hand_get_ids_above_the_imported_ones() {
    let site = Site::small(&[(7, "Seventh", IN_WEST), (40, "Fortieth", IN_WEST)]).on_server();
    for _ in 0..2 {
        assert_eq!(site.import("").code, Some(0));
    }
    for id in [41, 42] {
        site.store.edit(&format!(
            "INSERT INTO nodes (slug, name, layer_id, status_id, longitude, latitude)
             VALUES ('own{id}', 'Own', 1, 1, 0, 0)"
        ));
        assert_eq!(site.ask::<i64>("SELECT max(id) FROM nodes"), id);
    }
    site.add_node(41, "Later", IN_WEST);
    assert_eq!(site.import("").code, Some(0));
    let later = "SELECT id FROM nodes WHERE name = 'Later'";
    assert_eq!(site.ask::<i64>(later), 43);
}

#[test]
fn commands_that_open_an_empty_database_at_once_all_work() {
    for _ in 0..3 {
        let site = site();
        let import: Vec<&str> = IMPORT.split_whitespace().chain(["--noinput"]).collect();
        let commands: [&[&str]; 4] = [&["digest"], &import, &["statuses", "list"], &["digest"]];
        let running = commands.map(|words| {
            let mut command = site.program(words);
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().expect("the program starts")
        });
        for (child, words) in running.into_iter().zip(commands) {
            let ended = child.wait_with_output().expect("the program ends");
            let said = String::from_utf8_lossy(&ended.stderr);
            assert_eq!(ended.status.code(), Some(0), "{words:?}: {said}");
        }
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM statuses"), 3);
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM nodes"), 1);
    }
}

#[test]
fn a_database_of_something_else_is_refused() {
    let site = site();
    site.store.edit("CREATE TABLE songs (id integer)");
    for command in [&format!("{IMPORT} --noinput"), "digest", "users list"] {
        let ended = site.run(command);
        assert_eq!(ended.code, Some(2), "{command}: {ended:?}");
        assert!(ended.err.contains("not a Heirloom store"), "{ended:?}");
        assert_eq!(ended.out, "");
    }
    assert_eq!(site.store.lines(RELATIONS), ["songs"]);
}

#[test]
fn the_schema_that_the_url_names_is_the_stores() {
    let site = site();
    site.store.edit("CREATE SCHEMA heir");
    let url = format!("{}?search_path=heir", site.store.url());
    let ended = site.import(&format!("--store {url}"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(site.store.rows(RELATIONS).is_empty());
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM heir.nodes"), 1);
    // beside it is room for another
    assert_eq!(site.import("").code, Some(0));
    let digests = [
        site.run("digest"),
        site.run(&format!("digest --store {url}")),
    ];
    assert_eq!(digests[0].out, digests[1].out);

    let url = format!("{}?search_path=nowhere", site.store.url());
    for command in [&format!("{IMPORT} --noinput"), "digest"] {
        let ended = site.run(&format!("{command} --store {url}"));
        assert_eq!(ended.code, Some(2), "{command}: {ended:?}");
        assert!(ended.err.contains("search_path"), "{ended:?}");
        assert!(ended.err.contains("CREATE SCHEMA"), "{ended:?}");
    }
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'nowhere'";
    assert_eq!(site.store.rows(schemas), [[Cell::Int(0)]]);
}

/// An account of the server, gone with the value.
struct Account<'a> {
    site: &'a Site,
    name: String,
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        self.site
            .store
            .edit(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    }
}

#[test]
fn an_account_that_may_not_create_is_told_what_to_grant() {
    let site = site();
    // as unique as a database's name
    let unique = scratch_postgres();
    let account = Account {
        name: format!("{}_account", unique.name()),
        site: &site,
    };
    site.store.edit(&format!(
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         CREATE ROLE {} LOGIN PASSWORD 'secret-of-a-test'",
        account.name
    ));
    let url = site.store.url();
    let place = url.split_once("://").map_or(&*url, |(_, rest)| rest);
    let place = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let url = format!("postgres://{}:secret-of-a-test@{place}", account.name);
    for command in [&format!("{IMPORT} --noinput"), "digest"] {
        let ended = site.run(&format!("{command} --store {url}"));
        assert_eq!(ended.code, Some(2), "{command}: {ended:?}");
        assert!(
            ended.err.contains("GRANT CREATE ON SCHEMA public TO"),
            "{ended:?}"
        );
        assert!(!ended.err.contains("secret-of-a-test"), "{ended:?}");
        assert!(!site.store.exists());
    }
    let name = &account.name;
    site.store
        .edit(&format!("GRANT CREATE ON SCHEMA public TO {name}"));
    let ended = site.run(&format!("digest --store {url}"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
