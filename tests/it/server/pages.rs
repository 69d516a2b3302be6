//! The pages, as a browser without scripts sees them.

use super::client::{Answer, As, PASSWORD, Running, first_cookie, hidden, site};
use crate::session::square;

const LIST: &str = "/admin/layers/layer";

/// Sends the form of a layer, with a file for its area where there is one.
fn layer_form(running: &Running, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "file" {
            "; filename=\"a.geojson\""
        } else {
            ""
        };
        body.push_str(&format!(
            "--xyz\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--xyz--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=xyz")];
    running.ask("POST", path, As::Cookie(cookie), &headers, &body)
}

#[test]
fn logging_in_and_out() {
    let site = site();
    let running = Running::start(&site);
    let sent = running.get("/admin/layers/layer", As::Nobody).is(303);
    let place = sent.header("location").unwrap();
    assert_eq!(place, "/admin/login?next=%2Fadmin%2Flayers%2Flayer");
    let form = running.get(place, As::Nobody).is(200);
    let (cookie, csrf) = (first_cookie(&form), hidden(&form.text, "csrf"));
    let next = hidden(&form.text, "next");
    let log_in = |password: &str, csrf: &str, cookie: &str| {
        let fields = [
            ("csrf", csrf),
            ("next", &next),
            ("username", "admin"),
            ("password", password),
        ];
        running.form("/admin/login", cookie, &fields)
    };
    let wrong = log_in("\"><b>", &csrf, &cookie).is(403);
    assert!(
        wrong.text.contains("the name or the password is wrong"),
        "{}",
        wrong.text
    );
    log_in(PASSWORD, "forged", &cookie).is(403);
    log_in(PASSWORD, &csrf, "").is(403);
    let inside = log_in(PASSWORD, &csrf, &cookie).is(303);
    assert_eq!(inside.header("location"), Some(LIST));
    let set = inside.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    let session = first_cookie(&inside);
    let page = running.get("/admin/", As::Cookie(&session)).is(200);
    assert!(
        page.text.contains("There has been none yet."),
        "{}",
        page.text
    );
    // a session reads the API, and changes nothing there
    running.get("/api/layers", As::Cookie(&session)).is(200);
    running
        .post("/api/layers", As::Cookie(&session), r#"{"name": "x"}"#)
        .is(401);
    running
        .form("/admin/logout", &session, &[("csrf", "forged")])
        .is(403);
    let csrf = hidden(&page.text, "csrf");
    running
        .form("/admin/logout", &session, &[("csrf", &csrf)])
        .is(303);
    running.get("/admin/", As::Cookie(&session)).is(303);
}

#[test]
fn layers_by_hand() {
    let site = site();
    let running = Running::start(&site);
    let session = running.session("admin");
    let add = format!("{LIST}/add");
    let page = running.get(&add, As::Cookie(&session)).is(200);
    let csrf = hidden(&page.text, "csrf");
    let hostile = "<script>alert(1)</script>\u{202e}";
    let area = square(1.0, 2.0, 3.0, 4.0);
    let none = layer_form(&running, &add, &session, &[("name", "x")]).is(403);
    assert!(none.text.contains("not from here"), "{}", none.text);

    let bad = layer_form(
        &running,
        &add,
        &session,
        &[
            ("csrf", &csrf),
            ("name", hostile),
            ("slug", "ok"),
            ("description", "</textarea><b>"),
            ("area", "{\"type\": \"Point\"}"),
            ("is_published", "1"),
        ],
    )
    .is(422);
    assert!(bad.text.contains("id=\"area-problem\""), "{}", bad.text);
    for kept in [
        "&#60;script&#62;",
        "value=\"ok\"",
        "&#60;/textarea&#62;",
        "&#34;Point&#34;",
    ] {
        assert!(bad.text.contains(kept), "{kept}: {}", bad.text);
    }
    assert!(!bad.text.contains("<script"), "{}", bad.text);

    let good = [
        ("csrf", &*csrf),
        ("name", hostile),
        ("slug", "ok"),
        ("file", &*area),
    ];
    layer_form(&running, &add, &session, &good).is(303);
    let taken = layer_form(&running, &add, &session, &good).is(422);
    assert!(taken.text.contains("id=\"slug-problem\""), "{}", taken.text);
    let list = running.get(LIST, As::Cookie(&session)).is(200);
    assert!(list.text.contains("&#60;script&#62;") && !list.text.contains("<script"));
    assert!(!list.text.contains('\u{202e}'), "{}", list.text);
    assert_eq!(
        site.ask::<String>("SELECT name FROM layers WHERE slug = 'ok'"),
        hostile
    );

    // the area stays where nothing is said of it, and goes where that is said
    let change = format!("{LIST}/ok/change");
    let has_area = || site.ask::<i64>("SELECT count(area) FROM layers WHERE slug = 'ok'") == 1;
    let fields = [
        ("csrf", &*csrf),
        ("name", "Plain"),
        ("slug", "ok"),
        ("area", ""),
    ];
    layer_form(&running, &change, &session, &fields).is(303);
    assert!(has_area());
    let fields = [
        ("csrf", &*csrf),
        ("name", "Plain"),
        ("slug", "ok"),
        ("no_area", "1"),
    ];
    layer_form(&running, &change, &session, &fields).is(303);
    assert!(!has_area());

    let delete = format!("{LIST}/ok/delete");
    let asked = running.get(&delete, As::Cookie(&session)).is(200);
    assert!(
        asked.text.contains("Remove the layer Plain?"),
        "{}",
        asked.text
    );
    running
        .form(&delete, &session, &[("csrf", "forged")])
        .is(403);
    running.form(&delete, &session, &[("csrf", &csrf)]).is(303);
    let gone = running.get(&delete, As::Cookie(&session)).is(404);
    assert!(gone.text.contains("<!doctype html>"), "{}", gone.text);

    let staff = running.session("staff");
    running.get(LIST, As::Cookie(&staff)).is(403);
}

#[test]
fn setting_a_password_ends_the_other_sessions() {
    let site = site();
    site.store
        .edit("UPDATE users SET must_change_password = TRUE WHERE username = 'plain'");
    let running = Running::start(&site);
    let (mine, other) = (running.session("plain"), running.session("plain"));
    let sent = running.get("/admin/", As::Cookie(&mine)).is(303);
    assert_eq!(sent.header("location"), Some("/admin/account"));
    let page = running.get("/admin/account", As::Cookie(&mine)).is(200);
    assert!(page.text.contains("needs a new password"), "{}", page.text);
    let csrf = hidden(&page.text, "csrf");
    let set = |csrf: &str, current: &str, password: &str, again: &str| {
        let fields = [
            ("csrf", csrf),
            ("current", current),
            ("password", password),
            ("again", again),
        ];
        running.form("/admin/account", &mine, &fields)
    };
    set("forged", PASSWORD, "battery staple", "battery staple").is(403);
    let wrong = set(&csrf, "wrong", "battery staple", "battery staple").is(422);
    assert!(
        wrong.text.contains("the current password is wrong"),
        "{}",
        wrong.text
    );
    assert!(
        set(&csrf, PASSWORD, "battery staple", "other")
            .is(422)
            .text
            .contains("differ")
    );
    set(&csrf, PASSWORD, "short", "short").is(422);
    set(&csrf, PASSWORD, "battery staple", "battery staple").is(303);
    running.get("/admin/", As::Cookie(&mine)).is(200);
    let ended = running.get("/admin/", As::Cookie(&other)).is(303);
    assert!(
        ended
            .header("location")
            .unwrap()
            .starts_with("/admin/login")
    );
}
