//! Which database is the application's.

use std::fs;

use super::dumps::{Archive, cars, collection, docs, write};
use super::{APP, copy, export, import, is_wrong, messages, shipped, short};
use crate::session::Site;

/// The systems and names of databases that the store has something of.
fn known(site: &Site) -> Vec<String> {
    site.store
        .lines("SELECT DISTINCT application, system, database FROM collections ORDER BY 1, 2, 3")
}

#[test]
fn live_has_the_bare_name_and_the_others_either_style() {
    for (system, database) in [
        ("live", "App"),
        ("staging", "App-staging"),
        ("staging", "AppSTAGING"),
        ("test", "App-test"),
        ("test", "AppTEST"),
        ("TEST", "AppTEST"),
    ] {
        let site = Site::empty();
        collection(&site, &format!("dump/{database}"), "cars", &docs("1a"));
        import(&site, &format!("dump --app App --system {system}"), 0);
        let system = system.to_lowercase();
        assert_eq!(known(&site), [format!("App | {system} | {database}")]);
        export(&site, &format!("App --system {system}"), "out");
        assert!(site.exists(&format!("out/{database}/cars.bson")));
    }
}

#[test]
fn both_styles_at_once_are_one_too_many() {
    let site = Site::empty();
    collection(&site, "dump/App-test", "cars", &docs("1a"));
    collection(&site, "dump/AppTEST", "cars", &docs("1b"));
    let line = "--app App --system test";
    let parts = ["App-test and AppTEST", "Give the folder of the right one"];
    is_wrong(&site, &format!("dump {line}"), &parts);
    import(&site, &format!("dump/AppTEST {line}"), 0);
    assert_eq!(short(&site, "cars"), "1b");
}

#[test]
fn how_databases_are_called_is_configured() {
    let site = Site::empty();
    for database in ["test.of.App", "App-test", "App"] {
        collection(&site, &format!("dump/{database}"), "cars", &docs("1a"));
    }
    site.write(
        "heirloom.toml",
        "[apiomat]\ndatabases = ['{system}.of.{app}']\n",
    );
    import(&site, "dump --app App --system test", 0);
    assert_eq!(known(&site), ["App | test | test.of.App"]);
    // the bare name is LIVE's whatever is configured
    import(&site, "dump --app App --system live", 0);
    assert_eq!(known(&site)[0], "App | live | App");
    let ended = import(&site, "dump --app App --system staging", 2);
    assert!(ended.err.contains("called staging.of.App"), "{ended:?}");
}

#[test]
fn what_the_dump_does_not_hold() {
    let site = shipped();
    for (line, parts) in [
        (
            "dump --app NoSuchApp --system live",
            &[
                "whose database is called NoSuchApp.",
                "It holds ConferenceApp, ConferenceApp-staging, ConferenceAppTEST, OldApp.",
                "--app",
            ][..],
        ),
        (
            "dump --app conferenceapp --system live",
            &["which counts capitals"],
        ),
        (
            "dump --app NoSuchApp --system staging",
            &["called NoSuchApp-staging or NoSuchAppSTAGING"],
        ),
        (
            "dump --app OldApp --system test",
            &["OldApp would be its live data: --system live."],
        ),
        (
            "dump/ConferenceApp-staging --app ConferenceApp --system live",
            &["ConferenceApp-staging would be its staging data: --system staging."],
        ),
    ] {
        is_wrong(&site, line, parts);
    }
    // a folder of another name, and one that is a copy of the right one
    copy(&site.path("dump/ConferenceApp"), &site.path("copy"));
    is_wrong(
        &site,
        "copy --app ConferenceApp --system live",
        &["must have the database's name"],
    );
}

#[test]
fn system_names_and_apps_that_are_none() {
    let site = cars("1a");
    is_wrong(
        &site,
        "dump --app App --system production",
        &["live|staging|test"],
    );
    is_wrong(&site, "dump --system live", &["--app"]);
    is_wrong(&site, "dump --app App", &["--system"]);
    collection(&site, "dump/admin", "secrets", &docs("1x"));
    let nobodys = ["admin is no application", "import apiomat"];
    is_wrong(&site, "dump --app admin --system live", &nobodys);
}

/// Whatever else is in the dump is named, and stays out.
#[test]
fn other_databases_are_left_alone() {
    let names = ["App-test", "Other", "admin", "apiomat", "config", "local"];
    let site = cars("1a");
    for name in names {
        collection(&site, &format!("dump/{name}"), "secrets", &docs("1x"));
    }
    let listed: Vec<_> = names.iter().map(|name| (*name, "secrets")).collect();
    let mut archive = Archive::new(&[&listed[..], &[("App", "cars")]].concat());
    for of in listed {
        archive = archive.whole(of, &docs("1x"));
    }
    write(&site, "all", &archive.whole(("App", "cars"), &docs("1a")).0);
    for given in ["dump", "all"] {
        import(&site, &format!("{given} {APP}"), 0);
        let told = messages(&site, "other-database");
        assert_eq!(told.len(), names.len(), "{told:?}");
        for name in names {
            let what = match name {
                "App-test" | "Other" => "is of another application or system",
                _ => "is no application's",
            };
            let message = format!("The database {name} {what}: it is left alone.");
            assert!(told.contains(&message), "{message} in {told:?}");
        }
        assert_eq!(known(&site), ["App | live | App"]);
        assert_eq!(site.ask::<i64>("SELECT count(*) FROM documents"), 1);
    }
}

/// The live data of an application AppTEST, and the test data of App, have one name.
#[test]
fn a_name_that_two_may_have_is_told() {
    let site = cars("1a");
    collection(&site, "dump/AppTEST", "cars", &docs("1t"));
    import(&site, "dump --app App --system test", 0);
    assert_eq!(messages(&site, "ambiguous-database"), [""; 0]);
    for (given, other) in [
        ("--app AppTEST --system live", "the test data of App would"),
        ("--app App --system test", "the live data of AppTEST would"),
    ] {
        import(&site, &format!("dump {given}"), 0);
        let told = messages(&site, "ambiguous-database");
        assert_eq!(told.len(), 1);
        assert!(told[0].contains(other), "{told:?}");
    }
}

/// Collections of one name in three systems are three.
#[test]
fn systems_do_not_mix() {
    let site = cars("1a");
    collection(&site, "dump/App-staging", "cars", &docs("1b 2b"));
    collection(&site, "dump/AppTEST", "cars", &docs("3c"));
    for system in ["live", "staging", "test"] {
        import(
            &site,
            &format!("dump --app App --system {system} --drop"),
            0,
        );
    }
    for (system, database, documents) in [
        ("live", "App", "1a"),
        ("staging", "App-staging", "1b 2b"),
        ("test", "AppTEST", "3c"),
    ] {
        export(&site, &format!("App --system {system}"), system);
        let bytes = fs::read(site.path(system).join(database).join("cars.bson")).unwrap();
        assert!(bytes == docs(documents).concat(), "{system}");
    }
}

/// What came out of databases of both styles goes out into one.
#[test]
fn both_styles_one_after_the_other() {
    let site = Site::empty();
    collection(&site, "old/AppTEST", "cars", &docs("1a"));
    collection(&site, "old/AppTEST", "bikes", &docs("1x"));
    collection(&site, "new/App-test", "cars", &docs("1a 2b"));
    let line = "--app App --system test";
    import(&site, &format!("old {line}"), 0);
    import(&site, &format!("new {line}"), 0);
    assert_eq!(
        known(&site),
        ["App | test | App-test", "App | test | AppTEST"]
    );
    export(&site, "App --system test", "out");
    assert_eq!(
        fs::read(site.path("out/App-test/cars.bson")).unwrap(),
        docs("1a 2b").concat()
    );
    assert_eq!(
        fs::read(site.path("out/App-test/bikes.bson")).unwrap(),
        docs("1x").concat()
    );
    assert!(!site.exists("out/AppTEST"));
}

/// Two names of files may mean one collection.
#[test]
fn one_collection_under_two_names() {
    let site = cars("1a");
    for name in ["my+car", "my%20car"] {
        write(
            &site,
            &format!("dump/App/{name}.bson"),
            &docs("1b").concat(),
        );
    }
    import(&site, &format!("dump {APP}"), 0);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM collections"), 2);
    assert_eq!(short(&site, "my car"), "1b");
    let told = messages(&site, "not-read");
    assert!(
        told[0].contains("is there a second time; this one is not read"),
        "{told:?}"
    );
}
