//! The customer's password: reset as the old tool did it, or kept as it was.

use super::{FILE, argon2, changed, check, conference, does_not_open, exported};
use super::{findings, import, json, keep, opens, shop, stops, with};
use crate::server::client::{As, Running};
use crate::session::Site;

const PASSWORD: &str = "/customer/password";
const PROMPT: &str = "Reset the password (true or false)";
const FINAL: &str = "Do these results satisfy you?";

fn duty(site: &Site) -> i64 {
    site.ask("SELECT count(*) FROM users WHERE must_change_password")
}

fn stored(site: &Site) -> String {
    site.ask("SELECT password FROM users")
}

/// A site whose customer has this hash.
fn with_hash(hash: &str) -> Site {
    with(&changed(shop(), PASSWORD, json!(hash)))
}

#[test]
fn nobody_else_decides() {
    let site = conference();
    for more in ["--noinput", "--noinput --dry-run", "--noinput --strict"] {
        let told = stops(&site, &format!("{FILE} {more}"), 2);
        assert!(told.contains("--reset-password true"), "{told}");
        assert!(told.contains("--reset-password false"), "{told}");
    }
    // without a terminal, and with neither
    let told = stops(&site, FILE, 2);
    assert!(told.contains("--noinput"), "{told}");
    // what stands there is neither
    stops(
        &site,
        &format!("{FILE} --noinput --reset-password maybe"),
        2,
    );
}

#[test]
fn a_person_is_asked() {
    for (answers, duty_to_change, word) in [
        (&["", "maybe", "true"][..], 1, "secret"),
        (&["", "", "TRUE", "false"], 0, "correct horse"),
        (&["no"], 0, "correct horse"),
        (&["y"], 1, "secret"),
    ] {
        let site = with(&shop());
        let mut terminal = site.attended(&format!("import apiomat {FILE}"));
        let shown = terminal.expect(PROMPT);
        assert!(shown.contains("The customer is Jo Doe."), "{shown}");
        let (last, before) = answers.split_last().unwrap();
        for answer in before {
            terminal.say(answer);
            terminal.expect(PROMPT);
        }
        terminal.say(last);
        terminal.answer(FINAL, "y");
        let (code, seen) = terminal.end();
        assert_eq!(code, 0, "{seen}");
        assert_eq!(seen.matches(PROMPT).count(), answers.len(), "{seen}");
        assert_eq!(duty(&site), duty_to_change, "{answers:?}");
        opens(&site, "jo-doe", word);
    }
}

#[test]
fn who_does_not_answer_cancels() {
    let site = with(&shop());
    for key in ['d', 'c'] {
        let mut terminal = site.attended(&format!("import apiomat {FILE}"));
        terminal.expect(PROMPT);
        terminal.press(key);
        let (code, seen) = terminal.end();
        assert_eq!(code, 4, "{key}: {seen}");
        assert!(!site.store.exists());
    }
    // and so does who is not satisfied
    let mut terminal = site.attended(&format!("import apiomat {FILE}"));
    terminal.answer(PROMPT, "true");
    terminal.answer(FINAL, "n");
    assert_eq!(terminal.end().0, 4);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM users"), 0);
}

#[test]
fn who_gave_the_option_is_not_asked_and_a_rehearsal_says_the_command() {
    let site = with(&shop());
    let mut terminal = site.attended(&format!("import apiomat {FILE} --reset-password true"));
    terminal.answer(FINAL, "y");
    let (code, seen) = terminal.end();
    assert_eq!((code, seen.contains(PROMPT)), (0, false), "{seen}");

    let site = with(&shop());
    let mut terminal = site.attended(&format!("import apiomat {FILE} --dry-run"));
    terminal.answer(PROMPT, "true");
    let (code, seen) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    let command = seen.lines().find(|line| line.contains("--expect sha256:"));
    let command = command
        .unwrap_or_else(|| panic!("no command: {seen}"))
        .trim();
    let words = command.strip_prefix("heirloom ").unwrap();
    assert!(words.contains("--reset-password true"), "{words}");
    let ended = site.run(&format!("{words} --noinput"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_reset_password_can_only_be_changed() {
    let site = with(&shop());
    import(&site, &format!("{FILE} --reset-password true"), 0);
    assert!(findings(&site).contains(&"password-reset jo@shop.example".into()));
    assert_eq!(duty(&site), 1);
    let running = Running::start(&site);
    let with_word = As::Password("jo-doe", "secret");
    running
        .get("/api/account", As::Password("jo-doe", "correct horse"))
        .is(401);
    for path in ["/api/nodes.geojson", "/api/layers.geojson", "/api/runs"] {
        let refused = running.get(path, with_word).is(403);
        assert_eq!(refused.code(), "password-change-required", "{path}");
    }
    let change = |to: &str| {
        let body = json!({"current": "secret", "password": to}).to_string();
        running.ask("PUT", "/api/account/password", with_word, &[], &body)
    };
    change("short").is(422);
    change("battery staple").is(204);
    running.get("/api/nodes.geojson", with_word).is(401);
    running
        .get(
            "/api/nodes.geojson",
            As::Password("jo-doe", "battery staple"),
        )
        .is(200);
    drop(running);
    assert_eq!(duty(&site), 0);
    // and no later import takes it away
    for answer in ["true", "false"] {
        import(&site, &format!("{FILE} --reset-password {answer}"), 0);
        assert_eq!(duty(&site), 0);
        opens(&site, "jo-doe", "battery staple");
    }
}

#[test]
fn the_command_line_knows_it_too() {
    let site = conference();
    import(&site, &format!("{FILE} --reset-password true"), 0);
    let first = site.digest();
    import(&site, &format!("{FILE} --reset-password true"), 0);
    assert_eq!(site.digest(), first, "a second run");
    does_not_open(&site, "conference-office", "Secret");
    opens(&site, "conference-office", "secret");
    assert_eq!(duty(&site), 1, "a look at it changes nothing");
}

#[test]
fn a_kept_password_opens_with_what_it_was() {
    let bcrypt = bcrypt::hash("correct horse", 4).unwrap();
    let php = bcrypt.replacen("$2b$", "$2y$", 1);
    for (hash, answer) in [
        (argon2(), "right"),
        (bcrypt, "right, and its hash is renewed"),
        (php, "right, and its hash is renewed"),
    ] {
        let site = with_hash(&hash);
        keep(&site, "", 0);
        assert!(findings(&site).is_empty(), "{:?}", findings(&site));
        assert_eq!(stored(&site), hash);
        assert_eq!(duty(&site), 0);
        does_not_open(&site, "jo-doe", "secret");
        let ended = check(&site, "jo-doe", "correct horse");
        assert_eq!(
            (ended.code, ended.out.trim()),
            (Some(0), answer),
            "{ended:?}"
        );
        assert!(stored(&site).starts_with("$argon2id$"));
        let renewed = stored(&site);
        keep(&site, "", 0);
        assert_eq!(stored(&site), renewed);
    }
}

#[test]
fn a_form_that_nobody_knows_is_kept_and_goes_out_again() {
    for hash in ["md5salted:00ff", "{SSHA}x9/=", "plain", "!locked"] {
        let site = with_hash(hash);
        let ended = keep(&site, "--verbosity 3", 0);
        assert!(findings(&site).contains(&"password-unknown jo@shop.example".into()));
        let told = format!("{}{}{}", ended.out, ended.err, site.read("r.json"));
        assert!(hash == "plain" || !told.contains(hash), "{told}");
        assert_eq!(stored(&site), hash);
        does_not_open(&site, "jo-doe", hash);
        assert_eq!(exported(&site, "Shop")["customer"]["password"], hash);
    }
    // none at all is none
    for hash in [json!(null), json!("")] {
        let site = with(&changed(shop(), PASSWORD, hash));
        keep(&site, "", 0);
        assert_eq!(findings(&site), [""; 0]);
        assert_eq!(
            site.ask::<i64>("SELECT count(*) FROM users WHERE password IS NULL"),
            1
        );
        assert_eq!(exported(&site, "Shop")["customer"]["password"], json!(null));
    }
}

#[test]
fn the_word_that_everybody_knows_must_be_changed_wherever_it_comes_from() {
    // reset here, and out into another store
    let site = with(&shop());
    import(&site, &format!("{FILE} --reset-password true"), 0);
    let out = exported(&site, "Shop");
    // reset by the old tool
    let reset = changed(shop(), PASSWORD, json!(bcrypt::hash("secret", 4).unwrap()));
    for file in [out, reset] {
        let other = with(&file);
        keep(&other, "", 0);
        assert!(findings(&other).contains(&"password-reset jo@shop.example".into()));
        assert_eq!(duty(&other), 1);
        opens(&other, "jo-doe", "secret");
    }
}
