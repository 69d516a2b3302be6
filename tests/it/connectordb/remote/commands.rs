use super::played::{Played, world};
use super::{PASSWORD, Site, finish};

#[test]
fn a_folder_or_a_server() {
    #[track_caller]
    fn check(line: &str, says: &str) {
        let site = Site::empty();
        let ended = site.run(line);
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        assert!(ended.err.contains(says), "{line}: {ended:?}");
        assert!(!site.exists("heirloom.sqlite3"));
    }
    check("import connectordb --noinput", "<FOLDER|--from <URL>>");
    check(
        "import connectordb x --from http://127.0.0.1:1 --user a --noinput",
        "cannot be used with",
    );
    check(
        "import connectordb --from http://127.0.0.1:1 --noinput",
        "--user",
    );
    check(
        "import connectordb x --user a --noinput",
        "cannot be used with",
    );
    check(
        "import connectordb x --spool s --noinput",
        "cannot be used with",
    );
    check(
        "import connectordb --from http://127.0.0.1:1 --user a --into b --noinput",
        "cannot be used with",
    );
    check(
        "import connectordb --from 127.0.0.1:1 --user a --password-file heirloom.toml --noinput",
        "must be https://HOST or http://HOST",
    );
    check(
        "import connectordb --from http://127.0.0.1:1 --user a --noinput",
        "Give --password-file FILE, or set HEIRLOOM_CONNECTORDB_PASSWORD",
    );
    check(
        "import connectordb --from http://127.0.0.1:1 --user a --password-file none --noinput",
        "none cannot be read",
    );
    check("export connectordb", "<FOLDER|--to <URL>>");
    check(
        "export connectordb x --to http://127.0.0.1:1 --user a",
        "cannot be used with",
    );
    check(
        "export connectordb x --from http://127.0.0.1:1 --user a --no-passwords",
        "cannot be used with",
    );
}

#[test]
fn a_password_in_the_address_is_not_repeated() {
    let site = Site::empty();
    let ended =
        site.run("import connectordb --from http://me:hushhush@127.0.0.1:1 --user a --noinput");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.err.contains("Give --user NAME") && !ended.err.contains("hushhush"),
        "{ended:?}"
    );
}

#[test]
fn a_path_counts_for_nothing_and_the_environment_has_the_password() {
    let site = Site::empty();
    let server = Played::start(|asked| world(asked, 3));
    let url = format!("{}/cdb/", server.url());
    let words = [
        "export",
        "connectordb",
        "out",
        "--from",
        &url,
        "--user",
        "alice",
    ];
    let mut program = site.program(&words);
    program.env("HEIRLOOM_CONNECTORDB_PASSWORD", PASSWORD);
    let ended = finish(program);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .err
            .contains("the path /cdb/ of the URL counts for nothing"),
        "{ended:?}"
    );
    assert!(site.exists("out/connectordb.json"));
}
