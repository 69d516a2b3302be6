//! What the store has of its own is never overwritten.

use super::folder::{device, empty, lines, stream, user};
use super::{SERVER, findings, import, outcomes, with};

#[test]
fn an_account_of_the_same_name_and_email_is_adopted() {
    let site = with(SERVER);
    site.digest();
    site.store.edit("INSERT INTO users (username, email, first_name, password) VALUES ('alice', 'ALICE@example.org', 'Here', 'x')");
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "users"), "created 1, unchanged 1");
    assert!(findings(&site).contains(&"account-adopted alice".into()));
    let alice = lines(
        &site,
        "SELECT first_name, password, data FROM users WHERE username = 'alice'",
    );
    assert_eq!(alice, ["Here|x|{}"]);
    assert_eq!(outcomes(&site, "datapoints"), "created 27");
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "users"), "unchanged 2");
}

#[test]
fn another_account_of_the_same_name_stays_alone() {
    let site = with(SERVER);
    site.digest();
    site.store
        .edit("INSERT INTO users (username, email) VALUES ('alice', 'other@example.org')");
    import(&site, SERVER, 3);
    assert_eq!(outcomes(&site, "users"), "created 1, refused 1");
    assert!(findings(&site).contains(&"name-taken alice".into()));
    assert_eq!(outcomes(&site, "devices"), "created 3, skipped 3");
    assert_eq!(outcomes(&site, "datapoints"), "created 4, skipped 23");
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM stream_devices WHERE user_id = 1"),
        0
    );
}

#[test]
fn two_servers_with_an_account_of_one_name_are_not_mixed() {
    let site = with(SERVER);
    import(&site, SERVER, 0);
    let before = site.contents();
    let other = empty();
    user(&other, "bob", "another-bob@example.org");
    device(&other, "bob/user", "another-key");
    device(&other, "bob/weather-station", "one-more-key");
    stream(
        &other,
        "bob/weather-station/wind",
        "{}",
        r#"[{"t":9e9,"d":1}]"#,
    );
    super::copy(&other.path("old"), &site.path("old"));
    import(&site, "old", 3);
    assert_eq!(outcomes(&site, "users"), "refused 1");
    assert_eq!(outcomes(&site, "datapoints"), "skipped 1");
    assert_eq!(site.contents(), before);
    // unless a person says that it is the same
    import(&site, "old --accept-source", 0);
    assert_eq!(outcomes(&site, "users"), "updated 1");
    assert_eq!(outcomes(&site, "datapoints"), "created 1");
}

#[test]
fn a_device_of_the_stores_own_is_not_written_to() {
    let site = with(SERVER);
    site.digest();
    site.store.edit(
        "INSERT INTO users (username, email) VALUES ('alice', 'alice@example.org');
         INSERT INTO stream_devices (user_id, name, api_key) VALUES (1, 'phone', 'own'), (1, 'user', 'own-user')",
    );
    import(&site, SERVER, 3);
    assert_eq!(
        outcomes(&site, "devices"),
        "created 4, refused 1, unchanged 1"
    );
    assert!(findings(&site).contains(&"name-taken alice/phone".into()));
    let own = lines(
        &site,
        "SELECT name, api_key FROM stream_devices WHERE user_id = 1 AND name <> 'meta' ORDER BY name",
    );
    assert_eq!(own, ["phone|own", "user|own-user"]);
}

#[test]
fn one_email_and_one_key_belong_to_one_row() {
    let site = empty();
    user(&site, "a", "same@example.org");
    user(&site, "b", "Same@example.org");
    device(&site, "a/x", "one-key");
    device(&site, "b/x", "one-key");
    import(&site, "old", 0);
    let all = findings(&site);
    assert!(all.contains(&"email-taken b".into()), "{all:?}");
    assert!(all.contains(&"api-key-taken b/x".into()), "{all:?}");
    assert!(
        !site.read("r.json").contains("one-key"),
        "a key is never shown"
    );
    let emails = lines(
        &site,
        "SELECT username, coalesce(email, '-'), data FROM users ORDER BY username",
    );
    assert_eq!(emails[0].split('|').nth(1), Some("same@example.org"));
    assert!(
        emails[1].contains("Same@example.org") && emails[1].starts_with("b|-|"),
        "{emails:?}"
    );
    // it goes out as it came
    assert_eq!(site.run("export connectordb out").code, Some(0));
    assert!(
        site.read("out/b/user.json")
            .contains("\"email\": \"Same@example.org\"")
    );
}
