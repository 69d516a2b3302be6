use super::world::World;

const LIST: [&str; 2] = ["users", "list"];
const GOOD: &str = "correct horse\n";

#[test]
fn add_gives_an_account_its_address() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "mario", "--email", "Mario@x.org"]);
    assert_eq!(
        world.line(&LIST, "mario"),
        ["1", "mario", "Mario@x.org", "yes", "no", "no", "set"]
    );
    let address = "SELECT count(*) FROM email_addresses \
                   WHERE user_id = 1 AND email = 'Mario@x.org' AND is_verified AND is_primary";
    assert_eq!(world.number(address), 1);
    let joined = "SELECT date_joined > '2020-01-01' FROM users WHERE NOT must_change_password";
    assert_eq!(world.number(joined), 1);
    world.ok_typing("пароль88\r\n", &["users", "add", "root", "--admin"]);
    assert_eq!(
        world.line(&LIST, "root"),
        ["2", "root", "yes", "yes", "yes", "set"]
    );
    assert_eq!(
        world.ok_typing("пароль88", &["users", "check", "root"]),
        "right\n"
    );
}

#[test]
fn add_refuses() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "mario", "--email", "mario@x.org"]);
    let check = |input: &str, arguments: &[&str], words: &str| {
        let arguments = [&["users", "add"], arguments].concat();
        world.wrong_typing(input, &arguments, words);
    };
    check(GOOD, &["mario"], "mario is taken");
    check(GOOD, &["a b"], "a username has");
    check(
        GOOD,
        &["b", "--email", "MARIO@X.ORG"],
        "that of the account mario",
    );
    check(GOOD, &["b", "--email", "mario"], "no email address");
    check("1234567\n", &["b"], "at least 8 characters");
    check("\n", &["b"], "at least 8 characters");
    check("", &["b"], "there is no password");
    assert_eq!(world.number("SELECT count(*) FROM users"), 1);
    assert_eq!(world.number("SELECT count(*) FROM email_addresses"), 1);
}

#[test]
fn a_set_password_frees_the_account() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "mario"]);
    world.sql("UPDATE users SET password_generated = true, must_change_password = true");
    world.ok_typing("another one\n", &["users", "password", "mario"]);
    let asked = "SELECT password_generated OR must_change_password FROM users";
    assert_eq!(world.number(asked), 0);
    world.ok_typing("another one\n", &["users", "check", "mario"]);
    world.wrong_typing(GOOD, &["users", "password", "nobody"], "no account nobody");
    world.wrong_typing("short\n", &["users", "password", "mario"], "at least 8");
    world.wrong(&["users", "password"], "Usage");
    world.wrong(&["users", "password", "--unclaimed"], "--credentials");
}

#[test]
fn check_notes_logins_and_renews_old_hashes() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "mario"]);
    world.sql(
        "UPDATE users SET password = 'sha1$abcDEF123456$d8c6d44a1bbe62448689be6f96fc7fcac2979553'",
    );
    assert_eq!(world.line(&LIST, "mario").last().unwrap(), "legacy sha1");
    world.wrong_typing(
        "correct house\n",
        &["users", "check", "mario"],
        "wrong password",
    );
    assert_eq!(world.line(&LIST, "mario").last().unwrap(), "legacy sha1");

    let said = world.ok_typing(GOOD, &["users", "check", "mario"]);
    assert_eq!(said, "right, and its hash is renewed\n");
    let line = world.line(&LIST, "mario");
    assert_eq!(line[5], "set");
    assert!(line[6].ends_with('Z'), "{line:?}");
    assert_eq!(
        world.ok_typing(GOOD, &["users", "check", "mario"]),
        "right\n"
    );
}

#[test]
fn nobody_logs_in_to_these() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "mario"]);
    let check = |words: &str| world.wrong_typing(GOOD, &["users", "check", "mario"], words);
    world.wrong_typing(GOOD, &["users", "check", "nobody"], "no account nobody");
    world.sql("UPDATE users SET is_active = false");
    check("inactive");
    world.sql("UPDATE users SET is_active = true, password = '!'");
    check("no usable password");
    world.sql("UPDATE users SET password = NULL");
    check("no usable password");
    assert_eq!(
        world.number("SELECT count(*) FROM users WHERE last_login IS NULL"),
        1
    );
}

#[test]
fn unclaimed_accounts_get_new_passwords() {
    let world = World::imported();
    // neither was made by the import: one by hand, one was used since
    world.ok_typing(GOOD, &["users", "add", "hand"]);
    world.sql("UPDATE users SET password_generated = true WHERE username = 'hand'");
    world.sql("UPDATE users SET last_login = '2020-01-01 00:00:00' WHERE username = 'viola-bosco'");
    let waiting = world.number(
        "SELECT count(*) FROM users WHERE password_generated AND last_login IS NULL AND username <> 'hand'",
    );
    let digest = world.ok(&["digest"]);
    let renew = [
        "users",
        "password",
        "--unclaimed",
        "--credentials",
        "new.csv",
    ];
    let said = world.ok(&renew);
    assert!(said.starts_with(&format!("{waiting} accounts")), "{said}");
    assert_eq!(
        world.ok(&["digest"]),
        digest,
        "a generated password is no data"
    );

    let file = world.read("new.csv");
    let mut lines = file.lines();
    assert_eq!(lines.next(), Some("username,email,password"));
    assert_eq!(lines.clone().count() as i64, waiting);
    assert!(!file.contains("\"hand\"") && !file.contains("\"viola-bosco\""));
    let gatti = lines
        .find(|line| line.starts_with("\"viola-gatti\""))
        .unwrap();
    let fields: Vec<&str> = gatti
        .split(',')
        .map(|field| field.trim_matches('"'))
        .collect();
    assert_eq!(fields[1], "viola.gatti@mail.example");
    world.ok_typing(fields[2], &["users", "check", "viola-gatti"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = world
            .path("new.csv")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    world.wrong(&renew, "must not exist yet");
    assert_eq!(world.read("new.csv"), file);
}

#[test]
fn passwords_that_are_not_stored_are_not_handed_out() {
    let world = World::imported();
    world.store.refuse("UPDATE", "users", "old.id > 200");
    let hashes = "SELECT count(DISTINCT password) FROM users WHERE password_generated";
    let before = world.number(hashes);
    let digest = world.ok(&["digest"]);
    let said = world.type_in(
        "",
        &[
            "users",
            "password",
            "--unclaimed",
            "--credentials",
            "new.csv",
        ],
    );
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(!world.path("new.csv").exists());
    assert_eq!(world.number(hashes), before);
    assert_eq!(world.ok(&["digest"]), digest);
}

#[test]
fn without_unclaimed_accounts_there_is_no_file() {
    let world = World::empty();
    let said = world.ok(&[
        "users",
        "password",
        "--unclaimed",
        "--credentials",
        "new.csv",
    ]);
    assert!(said.starts_with("No account"), "{said}");
    assert!(!world.path("new.csv").exists());
}

#[test]
fn lists_are_safe_for_a_terminal() {
    let world = World::empty();
    world.ok_typing(GOOD, &["users", "add", "mario"]);
    world.sql("UPDATE users SET username = 'ma\u{1b}[31mrio'");
    assert!(world.ok(&LIST).contains("ma\\x1b[31mrio"));
}
