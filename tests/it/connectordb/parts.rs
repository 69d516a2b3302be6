//! One user, one device, one stream of an export.

use super::{SERVER, import, outcomes, with};

#[test]
fn only_brings_what_is_named() {
    let site = with(SERVER);
    import(&site, &format!("{SERVER} --only alice/phone/light"), 0);
    for (entity, expected) in [
        ("users", "created 1"),
        ("devices", "created 1"),
        ("streams", "created 1"),
        ("datapoints", "created 4"),
    ] {
        assert_eq!(outcomes(&site, entity), expected, "{entity}");
    }
    // the rest later, what came is known
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "streams"), "created 10, unchanged 1");
    let ended = site.run(&format!(
        "import connectordb {SERVER} --only alice/fridge --noinput"
    ));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("alice/fridge"), "{ended:?}");
}

#[test]
fn one_users_folder_is_that_user_of_the_export() {
    let site = with(SERVER);
    import(&site, &format!("{SERVER}/bob"), 0);
    assert_eq!(outcomes(&site, "users"), "created 1");
    import(&site, SERVER, 0);
    assert_eq!(outcomes(&site, "users"), "created 1, unchanged 1");
}

#[test]
fn a_device_comes_under_an_account_that_is_there() {
    let site = with(SERVER);
    let device = format!("{SERVER}/alice/phone");
    let refused = |line: &str, part: &str| {
        let ended = site.run(&format!("import connectordb {line} --noinput"));
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
        assert!(ended.err.contains(part), "{line}: {ended:?}");
    };
    refused(&device, "--into USER");
    refused(&format!("{device} --into nobody"), "users list");
    refused(&format!("{SERVER} --into alice"), "--into is for");
    site.store
        .edit("INSERT INTO users (username, email) VALUES ('me', 'me@example.org')");
    refused(&format!("{device}/light --into me"), "--into USER/DEVICE");
    refused(&format!("{device}/light --into me/phone"), "no device");
    import(&site, &format!("{device} --into me"), 0);
    assert_eq!(outcomes(&site, "devices"), "created 1");
    assert_eq!(outcomes(&site, "datapoints"), "created 16");
    import(&site, &format!("{device} --into me"), 0);
    assert_eq!(outcomes(&site, "datapoints"), "unchanged 16");
    import(
        &site,
        &format!("{SERVER}/alice/user/mood --into me/phone"),
        0,
    );
    assert_eq!(outcomes(&site, "streams"), "created 1");
    assert_eq!(
        site.ask::<i64>("SELECT count(*) FROM users"),
        1,
        "no account came"
    );
}
