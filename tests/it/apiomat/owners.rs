//! Whose an application is, and what proves it.

use serde_json::{Value as Json, json};

use super::*;

const ID: &str = "52a1e5e0e4b0c1a2b3c4d5e6";

fn customer(name: &str, email: Option<&str>) -> Json {
    json!({"name": name, "email": email, "password": argon2()})
}

fn app(name: &str, customer: Json) -> Json {
    let named = changed(shop(), "/application/name", json!(name));
    changed(named, "/customer", customer)
}

/// Username, email and how many applications are theirs, of each customer.
fn owners(site: &Site) -> Vec<String> {
    site.store.lines(
        "SELECT u.username || ' ' || coalesce(u.email, '-') || ' ' || \
         (SELECT count(*) FROM applications a WHERE a.customer_id = c.id) \
         FROM customers c JOIN users u ON u.id = c.user_id ORDER BY c.id",
    )
}

#[track_caller]
fn bring(site: &Site, file: &Json, more: &str, code: i32) {
    site.write(FILE, &file.to_string());
    keep(site, more, code);
}

#[test]
fn a_name_that_is_somebodys_email_is_only_a_name() {
    let site = with(&app("Shop", customer("Jo Doe", Some("jo@shop.example"))));
    keep(&site, "", 0);
    bring(
        &site,
        &app("Other", customer("jo@shop.example", None)),
        "",
        0,
    );
    assert_eq!(
        owners(&site),
        ["jo-doe jo@shop.example 1", "joshopexample - 1"]
    );
}

#[test]
fn without_an_email_a_customer_is_known_to_one_application() {
    let site = with(&app("Shop", customer("Jo Doe", None)));
    keep(&site, "", 0);
    bring(&site, &app("Other", customer("Jo Doe", None)), "", 0);
    assert_eq!(owners(&site), ["jo-doe - 1", "jo-doe2 - 1"]);
    // the email comes later
    let named = customer("Jo Doe", Some("jo@shop.example"));
    bring(&site, &app("Shop", named), "", 0);
    assert_eq!(outcomes(&site, "accounts"), "updated 1");
    assert_eq!(owners(&site), ["jo-doe jo@shop.example 1", "jo-doe2 - 1"]);
    keep(&site, "", 0);
    assert_eq!(outcomes(&site, "accounts"), "unchanged 1");
}

#[test]
fn who_was_known_by_email_stays_the_owner_by_name() {
    let site = with(&app("Shop", customer("Jo Doe", Some("jo@shop.example"))));
    keep(&site, "", 0);
    let digest = site.digest();
    bring(&site, &app("Shop", customer("Jo Doe", None)), "", 0);
    assert_eq!(site.digest(), digest);
    assert_eq!(outcomes(&site, "customers"), "unchanged 1");
    bring(&site, &app("Shop", customer("Somebody", None)), "", 3);
    assert_eq!(messages(&site, "application-taken").len(), 1);
    assert_eq!(outcomes(&site, "accounts"), "skipped 1");
    assert_eq!(site.digest(), digest);
}

#[test]
fn a_customer_that_cannot_be_understood_proves_nothing() {
    let site = with(&shop());
    keep(&site, "", 0);
    let digest = site.digest();
    let evil = changed(shop(), "/systems/0/apiKey", json!("666"));
    bring(&site, &changed(evil, "/customer/name", json!("  ")), "", 3);
    assert_eq!(messages(&site, "application-taken").len(), 1);
    assert_eq!(site.digest(), digest);
}

#[test]
fn classes_of_other_ids_are_another_installations() {
    let with_id = |id: &str| {
        let mut file = shop();
        file["modules"][0]["classes"][0]["id"] = json!(id);
        file
    };
    let site = with(&with_id(ID));
    keep(&site, "", 0);
    let digest = site.digest();
    let other = with_id(&ID.replace('5', "6"));
    bring(&site, &other, "", 3);
    assert!(messages(&site, "application-taken")[0].contains("other ids"));
    assert_eq!(site.digest(), digest);
    keep(&site, "--accept-source", 0);
    assert_eq!(outcomes(&site, "classes"), "unchanged 1, updated 1");
    // a person has said so: it is that one now
    bring(&site, &other, "", 0);
}

#[test]
fn a_login_name_stays_whatever_the_customer_is_called() {
    let site = with(&shop());
    keep(&site, "", 0);
    bring(
        &site,
        &changed(shop(), "/customer/name", json!("Jo Roe")),
        "",
        0,
    );
    assert_eq!(owners(&site), ["jo-doe jo@shop.example 1"]);
    assert_eq!(site.ask::<String>("SELECT name FROM customers"), "Jo Roe");
    let digest = site.digest();
    for _ in 0..2 {
        keep(&site, "", 0);
        assert_eq!(outcomes(&site, "accounts"), "unchanged 1");
        assert_eq!(site.digest(), digest);
    }
}
