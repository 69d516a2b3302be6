//! Names and passwords of every sign, by every way, and seen nowhere.

use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection as _;
use heirloom::config::percent_encoded;

use crate::servers::{Account, Desk, Mysql, Said, mysql_place, within};

/// What a URL, a shell, TOML and SQL each read as their own.
const PASSWORD: &str = r#"p@:/?%#' ü"\$&=+[]secret"#;

struct Odd {
    site: Mysql,
    name: String,
    _account: Account,
}

impl Odd {
    fn new() -> Self {
        let site = Mysql::with_nodes("InnoDB", 2);
        let name = format!("o@:/?%#' ü{}", site.name());
        let account = Account::new(&name, PASSWORD);
        account.may("SELECT", &format!("{}.*", site.name()));
        Odd {
            site,
            name,
            _account: account,
        }
    }

    fn url(&self, password: &str) -> String {
        let user = percent_encoded(&self.name);
        match password {
            "" => self.site.url_of(&user, ""),
            _ => {
                let password = percent_encoded(password);
                self.site.url_of(&format!("{user}:{password}"), "")
            }
        }
    }

    fn parts(&self) -> String {
        let place = mysql_place();
        let (host, port) = place.split_once(':').unwrap_or((&place, "3306"));
        format!(
            "engine = \"mysql\"\nname = \"{}\"\nuser = {}\nhost = \"{host}\"\nport = {port}",
            self.site.name(),
            toml(&self.name),
        )
    }
}

fn toml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// Nothing that the program wrote has the password, in the clear or encoded.
#[track_caller]
fn is_seen_nowhere(desk: &Desk, said: &Said) {
    let encoded = percent_encoded(PASSWORD);
    let held = ["store.sqlite3", "report.json"].map(|name| {
        let bytes = fs::read(desk.path(name)).unwrap_or_default();
        (name, String::from_utf8_lossy(&bytes).into_owned())
    });
    let said = [("out", said.out.clone()), ("err", said.err.clone())];
    for (place, text) in held.iter().chain(&said) {
        for secret in [PASSWORD, &encoded, "secret"] {
            assert!(!text.contains(secret), "{secret} in {place}");
        }
    }
    let left: Vec<_> = fs::read_dir(desk.path("tmp")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn odd_signs_come_through_by_every_way_and_are_seen_nowhere() {
    let odd = Odd::new();
    let said = |desk: &Desk, said: Said| {
        let said = said.exits(0);
        assert!(!said.err.is_empty(), "verbosity 3 tells what it does");
        is_seen_nowhere(desk, &said);
        let identity = said.report["source"]["identity"].as_str();
        assert!(identity.is_some_and(|text| text.contains(odd.site.name())));
    };
    let loud = ["--verbosity", "3"];

    let desk = Desk::new();
    said(&desk, desk.import_with(&odd.url(PASSWORD), &loud));

    let desk = Desk::new();
    desk.configure(&format!("{}\npassword = {}", odd.parts(), toml(PASSWORD)));
    said(&desk, desk.import_with("", &loud));

    let desk = Desk::new();
    desk.configure(&odd.parts());
    let mut command = desk.importing("", &loud);
    command.env("HEIRLOOM_NODESHOT_PASSWORD", PASSWORD);
    said(&desk, desk.finish(command));

    let desk = Desk::new();
    desk.write("word", &format!("{PASSWORD}\n"));
    desk.configure(&format!(
        "url = {}\npassword_file = \"word\"",
        toml(&odd.url(""))
    ));
    said(&desk, desk.import_with("", &loud));

    let desk = Desk::new();
    desk.configure(&format!("url = {}", toml(&odd.url(PASSWORD))));
    said(&desk, desk.import_with("", &loud));
}

#[test]
fn a_wrong_password_is_seen_nowhere() {
    let odd = Odd::new();
    let desk = Desk::new();
    let wrong = format!("x{PASSWORD}");
    let said = desk
        .import_with(&odd.url(&wrong), &["--verbosity", "3"])
        .exits(2)
        .tells(&["Access denied"]);
    is_seen_nowhere(&desk, &said);
    // a URL that is none may be a password in pieces
    let broken = format!("mysql://{}:{PASSWORD}@127.0.0.1/old", "me");
    let said = desk.import_with(&broken, &["--verbosity", "3"]).exits(2);
    is_seen_nowhere(&desk, &said);
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_has_the_password_among_its_words() {
    let odd = Odd::new();
    let desk = Desk::new();
    desk.configure(&odd.parts());
    let mut command = desk.importing("", &[]);
    command.env("HEIRLOOM_NODESHOT_PASSWORD", PASSWORD);
    let mut holder = odd.site.connection();
    holder
        .batch_execute("LOCK TABLES nodeshot_interface WRITE")
        .expect("a lock");
    let child = desk.start(command);
    within("it waits for the lock", || {
        let waiting = odd.site.ask(&format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{}' \
             AND state LIKE 'Waiting for table%'",
            odd.site.name()
        ));
        (!waiting.is_empty()).then_some(())
    });
    let words = fs::read(format!("/proc/{}/cmdline", child.id())).expect("its words");
    assert!(!String::from_utf8_lossy(&words).contains("secret"));
    assert_eq!(children_of(child.id()), [""; 0]);
    holder.batch_execute("UNLOCK TABLES").expect("it ends");
    desk.end(child).exits(0);
}

/// The statuses of the processes that a process started.
#[cfg(target_os = "linux")]
fn children_of(parent: u32) -> Vec<String> {
    let line = format!("PPid:\t{parent}\n");
    let processes = fs::read_dir(Path::new("/proc")).expect("the processes");
    processes
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("status")).ok())
        .filter(|status| status.contains(&line))
        .collect()
}
