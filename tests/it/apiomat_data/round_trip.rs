//! In and out again is as it was.

use std::fs;

use super::{copy, export, files, findings, import, outcomes, shipped};
use crate::session::Site;
use crate::store::{TestStore, on_postgres};

/// The systems of the shipped dump: which, its database, what comes in, what is told.
const SYSTEMS: [(&str, &str, u64, u64, &[&str]); 3] = [
    (
        "live",
        "ConferenceApp",
        11,
        16,
        &[
            "app-without-metadata ",
            "dangling-reference ConferenceApp/live/Attendee",
            "other-database ",
            "other-database ",
            "other-database ",
        ],
    ),
    (
        "staging",
        "ConferenceApp-staging",
        1,
        1,
        &[
            "app-without-metadata ",
            "other-database ",
            "other-database ",
            "other-database ",
        ],
    ),
    (
        "test",
        "ConferenceAppTEST",
        1,
        2,
        &[
            "app-without-metadata ",
            "other-database ",
            "other-database ",
            "other-database ",
        ],
    ),
];

fn of(system: &str) -> String {
    format!("--app ConferenceApp --system {system}")
}

/// With all three systems of the shipped dump in the store.
fn filled() -> Site {
    let site = shipped();
    for (system, ..) in SYSTEMS {
        import(&site, &format!("dump {}", of(system)), 0);
    }
    site
}

#[track_caller]
fn goes_out_as_it_came(site: &Site, dump: &Site) {
    for (system, database, ..) in SYSTEMS {
        let out = format!("out-{system}");
        export(site, &format!("ConferenceApp --system {system}"), &out);
        let written = files(&site.path(&out).join(database));
        let given = files(&dump.path("dump").join(database));
        assert_eq!(
            written.keys().collect::<Vec<_>>(),
            given.keys().collect::<Vec<_>>(),
            "{system}"
        );
        for (name, bytes) in &given {
            assert!(written[name] == *bytes, "{system}: {name}");
        }
        let databases = fs::read_dir(site.path(&out)).unwrap().count();
        assert_eq!(databases, 1, "{system}: only its own database");
    }
}

#[test]
fn what_is_rehearsed_is_what_is_run_and_once_is_enough() {
    let site = shipped();
    for (place, (system, _, collections, documents, told)) in SYSTEMS.into_iter().enumerate() {
        let line = format!("dump {}", of(system));
        let before = (place > 0).then(|| (site.digest(), site.store.imprint()));
        import(&site, &format!("{line} --dry-run"), 0);
        let rehearsed = site.report("r.json");
        match before {
            None => assert!(!site.store.exists(), "a missing store is still missing"),
            Some((digest, imprint)) => {
                assert_eq!(site.digest(), digest);
                assert!(on_postgres() || site.store.imprint() == imprint);
            }
        }
        let plan = rehearsed["plan"].as_str().unwrap();
        import(&site, &format!("{line} --expect {plan}"), 0);
        let run = site.report("r.json");
        for key in ["plan", "entities", "findings"] {
            assert_eq!(run[key], rehearsed[key], "{system}: {key}");
        }
        let created = |count: u64| format!("created {count}");
        assert_eq!(outcomes(&site, "collections"), created(collections));
        assert_eq!(outcomes(&site, "documents"), created(documents));
        let mut found = findings(&site);
        found.sort();
        assert_eq!(found, told, "{system}");
        super::balances(&site);

        let (digest, contents) = (site.digest(), site.contents());
        for more in ["", "--drop"] {
            import(&site, &format!("{line} {more}"), 0);
            let unchanged = |count: u64| format!("unchanged {count}");
            assert_eq!(outcomes(&site, "collections"), unchanged(collections));
            assert_eq!(outcomes(&site, "documents"), unchanged(documents));
            assert_eq!(site.digest(), digest, "{system} {more}");
            assert!(site.contents() == contents, "{system} {more}");
        }
    }
    assert_eq!(site.outcomes(), ["committed"; 9].join(" "));
}

#[test]
fn a_plan_that_is_not_the_expected_one_is_not_run() {
    let site = shipped();
    import(&site, &format!("dump {} --dry-run", of("live")), 0);
    let plan = site.report("r.json")["plan"].as_str().unwrap().to_string();
    import(&site, &format!("dump {} --expect {plan}", of("test")), 5);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM collections"), 0);
}

#[test]
fn documents_go_out_to_the_byte() {
    let site = filled();
    goes_out_as_it_came(&site, &site);
}

#[test]
fn what_went_out_comes_in_as_the_same() {
    let site = filled();
    goes_out_as_it_came(&site, &site);
    let digest = site.digest();
    for (system, _, collections, ..) in SYSTEMS {
        import(&site, &format!("out-{system} {} --drop", of(system)), 0);
        assert_eq!(
            outcomes(&site, "collections"),
            format!("unchanged {collections}")
        );
    }
    assert_eq!(site.digest(), digest);
}

#[test]
fn an_empty_folder_is_filled_and_any_other_is_left_alone() {
    let site = filled();
    fs::create_dir(site.path("empty")).unwrap();
    export(&site, "ConferenceApp --system test", "empty");
    assert!(site.exists("empty/ConferenceAppTEST/Talk.bson"));
    fs::create_dir(site.path("full")).unwrap();
    site.write("full/mine.txt", "mine");
    site.write("file", "mine");
    for (line, out, part) in [
        ("ConferenceApp --system test", "full", "full is not empty"),
        ("ConferenceApp --system test", "empty", "empty is not empty"),
        ("ConferenceApp --system test", "file", "file"),
        (
            "ConferenceApp --system test",
            "not/there",
            "not does not exist",
        ),
        (
            "OldApp --system live",
            "new",
            "ConferenceApp live, ConferenceApp staging",
        ),
        ("conferenceapp --system live", "new", "ConferenceApp live"),
    ] {
        let ended = site.run(&format!("export apiomat-data {line} --out {out}"));
        assert_eq!(ended.code, Some(2), "{out}: {ended:?}");
        assert!(ended.err.contains(part), "{out}: {ended:?}");
    }
    assert_eq!(files(&site.path("full")).len(), 1);
    assert_eq!(site.read("full/mine.txt"), "mine");
    assert_eq!(site.read("file"), "mine");
    assert!(!site.exists("new") && !site.exists("not"));
    let entries = fs::read_dir(site.path("")).unwrap();
    for entry in entries {
        let name = entry.unwrap().file_name();
        assert!(!name.to_string_lossy().ends_with(".part"), "{name:?}");
    }
}

#[test]
fn an_empty_store_says_what_brings_documents() {
    let site = Site::empty();
    let ended = site.run("export apiomat-data App --system live --out out");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains("heirloom import apiomat-data"),
        "{ended:?}"
    );
    assert!(!site.exists("out"));
}

#[test]
fn a_backup_takes_documents_into_the_other_kind_of_store() {
    let site = filled();
    let digest = site.digest();
    assert_eq!(site.run("backup --out b.tar.gz").code, Some(0));
    let same = Site::empty();
    let mut other = Site::empty();
    other = match on_postgres() {
        true => {
            other.store = TestStore::in_file(&other.path("heirloom.sqlite3"));
            other
        }
        false => other.on_server(),
    };
    for store in [same, other] {
        fs::copy(site.path("b.tar.gz"), store.path("b.tar.gz")).unwrap();
        let ended = store.run("restore b.tar.gz --noinput");
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(store.digest(), digest);
        goes_out_as_it_came(&store, &site);
        // and goes on there as if nothing had happened
        copy(&site.path("dump"), &store.path("dump"));
        import(&store, &format!("dump {}", of("live")), 0);
        assert_eq!(outcomes(&store, "documents"), "unchanged 16");
        assert_eq!(store.digest(), digest);
    }
}

#[test]
fn a_reset_takes_all_of_it() {
    let site = Site::empty();
    let nothing = site.digest();
    copy(&shipped().path("dump"), &site.path("dump"));
    import(&site, &format!("dump {}", of("live")), 0);
    let ended = site.run("reset --noinput");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(site.digest(), nothing);
    import(&site, &format!("dump {}", of("live")), 0);
    assert_eq!(outcomes(&site, "documents"), "created 16");
}
