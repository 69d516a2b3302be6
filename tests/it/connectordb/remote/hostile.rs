use super::played::{Answer, Asked, KEY, Played, authorization, world};
use super::{PASSWORD, Site, export};

/// A server that is right but for one path, which begins so.
fn wrong_at(
    path: &'static str,
    answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
) -> Played {
    Played::start(
        move |asked| match asked.path.starts_with(&format!("/api/v1/{path}")) {
            true => answer(asked),
            false => world(asked, 3),
        },
    )
}

/// The download ends with this code and says this, and there is no folder.
#[track_caller]
fn check(server: &Played, code: i32, says: &str) {
    let site = Site::empty();
    let ended = export(&site, server);
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.err.contains(says), "{says}: {ended:?}");
    assert!(!site.exists("out"));
    assert_eq!(site.left_over(), [""; 0]);
}

#[test]
fn answers_that_cannot_be_are_named_by_what_was_asked() {
    fn says(path: &'static str, answer: &'static str, code: i32, says: &str) {
        let server = wrong_at(path, move |_| Answer::json(answer));
        check(&server, code, says);
    }
    let page = "<!DOCTYPE html><html>404";
    says(
        "meta/version",
        page,
        2,
        "no ConnectorDB answers at http://127.0.0.1",
    );
    says("meta/version", "0.4.0", 2, "is ConnectorDB 0.4.0");
    says("?q=this", "nobody", 2, "does not let \"alice\" in");
    says(
        "?q=this",
        page,
        1,
        "GET /api/v1/?q=this was answered with what cannot be: it is a web page",
    );
    says(
        "crud/alice?q=ls",
        page,
        1,
        "GET /api/v1/crud/alice?q=ls was answered with what cannot be: it is a web page",
    );
    says("crud/alice?q=ls", "{}", 1, "it is no list");
    says("crud/alice?q=ls", "[1]", 1, "no object");
    says(
        "crud/alice?q=ls",
        r#"[{"name":"phone","enabled":"yes"}]"#,
        1,
        "\"enabled\" must be true or false, but is a text",
    );
    says("crud/alice/phone?q=ls", "[{", 1, "it is no JSON");
    says(
        "crud/alice/phone/steps/data?q=length",
        "many",
        1,
        "it is no number",
    );
    says(
        "crud/alice/phone/steps/data?i1=",
        "{}",
        1,
        "it is no list of points",
    );
    says(
        "crud/alice/phone/steps/data?i1=",
        "[1,2,3]",
        1,
        "is no point",
    );
    says("crud/alice/phone/steps/data?i1=", "[]", 1, "and has only 0");
    says(
        "crud/alice/phone/steps/data?i1=",
        "[{},{},{},{}]",
        1,
        "more points than were asked for",
    );
}

#[test]
fn names_lead_nowhere_else() {
    let site = Site::empty();
    let server = wrong_at("crud/alice/phone?q=ls", |_| {
        Answer::json(
            r#"[{"name":"../../../escaped"},{"name":".."},{"name":"stream.json"},{"name":"\u001b[31m"},{"name":""}]"#,
        )
    });
    let ended = export(&site, &server);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.err.matches("names no folder").count(), 5, "{ended:?}");
    assert!(!ended.err.contains('\u{1b}'));
    let names: Vec<_> = std::fs::read_dir(site.path("out/alice/phone"))
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1);
    assert!(!site.exists("escaped"));
}

#[test]
fn an_answer_may_be_so_large_and_no_larger() {
    let server = wrong_at("crud/alice/user", |_| Answer::json(" ".repeat(1_100_000)));
    check(
        &server,
        1,
        "GET /api/v1/crud/alice/user was answered with more than 1 MiB",
    );
}

#[test]
fn credentials_go_to_the_one_server() {
    let other = Played::start(|asked| world(asked, 3));
    let to = other.url();
    let server = wrong_at("crud/alice?q=ls", move |asked| {
        Answer::Redirect(format!("{to}{}", asked.path))
    });
    check(&server, 2, "GET /api/v1/crud/alice?q=ls leads elsewhere");
    assert!(other.asked().is_empty(), "nothing is asked there");
    let server = wrong_at("crud/alice?q=ls", |asked| {
        Answer::Redirect(asked.path.clone())
    });
    check(&server, 1, "leads round in a circle");
    let server = wrong_at("crud/alice?q=ls", |asked| {
        match asked.path.ends_with("&again") {
            true => world(
                &Asked {
                    path: asked.path.replace("&again", ""),
                    ..asked.clone()
                },
                3,
            ),
            false => Answer::Redirect(format!("{}&again", asked.path)),
        }
    });
    let site = Site::empty();
    assert_eq!(export(&site, &server).code, Some(0));
    let again: Vec<Asked> = server
        .asked()
        .into_iter()
        .filter(|asked| asked.path.ends_with("&again"))
        .collect();
    assert_eq!(again[0].authorization, Some(authorization("", KEY)));
}

#[test]
fn a_server_that_says_secrets_is_not_quoted() {
    // the helper of all these tests looks for them
    let says = |asked: &Asked| {
        let with = asked.authorization.clone().unwrap_or_default();
        let key = if asked.path.contains("q=ls") { KEY } else { "" };
        Answer::error(
            400,
            &format!("what is {with} or {PASSWORD} or {key}?\u{1b}[2J"),
        )
    };
    check(
        &wrong_at("crud/alice/user", says),
        2,
        "400 what is Basic *** or *** or ?\\x1b",
    );
    check(
        &wrong_at("crud/alice?q=ls", says),
        2,
        "400 what is Basic *** or *** or ***?\\x1b",
    );
}

#[test]
fn a_wrong_password_and_a_server_that_is_ill() {
    check(
        &wrong_at("?q=this", |_| Answer::error(401, "no")),
        2,
        "the user or the password is wrong",
    );
    let server = wrong_at("crud/alice?q=ls", |_| Answer::error(503, "resting"));
    check(
        &server,
        1,
        "GET /api/v1/crud/alice?q=ls was refused: 503 resting",
    );
    let asked = server.asked();
    assert_eq!(
        asked
            .iter()
            .filter(|asked| asked.path.ends_with("alice?q=ls"))
            .count(),
        4
    );
}
