//! Who may what, and how a refusal looks.

use super::client::{As, Running, site};

/// Each right of each route: what nobody, a plain account, staff and a superuser get.
const RIGHTS: &[(&str, &str, &str, [u16; 4])] = &[
    ("GET", "/api/health", "", [200, 200, 200, 200]),
    ("GET", "/api/version", "", [200, 200, 200, 200]),
    ("GET", "/api/openapi.json", "", [200, 200, 200, 200]),
    ("GET", "/api/account", "", [401, 200, 200, 200]),
    ("GET", "/api/tokens", "", [401, 200, 200, 200]),
    ("GET", "/api/nodes.geojson", "", [401, 200, 200, 200]),
    ("GET", "/api/nodes.geojson?full=1", "", [401, 403, 200, 200]),
    ("GET", "/api/layers.geojson", "", [401, 200, 200, 200]),
    ("GET", "/api/netjson", "", [401, 200, 200, 200]),
    ("GET", "/api/netjson?full=1", "", [401, 403, 200, 200]),
    ("GET", "/api/layers", "", [401, 200, 200, 200]),
    ("GET", "/api/layers/west", "", [401, 200, 200, 200]),
    ("POST", "/api/layers", "{}", [401, 403, 403, 400]),
    ("PUT", "/api/layers/west", "{}", [401, 403, 403, 400]),
    ("DELETE", "/api/layers/nix", "", [401, 403, 403, 404]),
    ("GET", "/api/runs", "", [401, 403, 200, 200]),
    ("GET", "/api/runs/99", "", [401, 403, 404, 404]),
    ("POST", "/api/runs", "[", [401, 403, 400, 400]),
    ("GET", "/api/runs/jobs", "", [401, 403, 200, 200]),
    ("GET", "/api/runs/jobs/x", "", [401, 403, 404, 404]),
    ("GET", "/api/runs/jobs/x/rows", "", [401, 403, 404, 404]),
    ("GET", "/api/runs/jobs/x/plan", "", [401, 403, 404, 404]),
    ("GET", "/api/decisions", "", [401, 403, 200, 200]),
    ("GET", "/api/decisions/x", "", [401, 403, 404, 404]),
    (
        "PUT",
        "/api/decisions/x",
        r#"{"answer": "west"}"#,
        [401, 403, 404, 404],
    ),
    ("GET", "/metrics", "", [401, 403, 200, 200]),
    ("GET", "/api/maintenance/db", "", [401, 403, 403, 200]),
    (
        "GET",
        "/api/maintenance/db/backup",
        "",
        [401, 403, 403, 404],
    ),
    (
        "POST",
        "/api/maintenance/db/restore",
        "",
        [401, 403, 403, 400],
    ),
];

#[test]
fn each_right() {
    let site = site();
    let running = Running::start(&site);
    let everybody = [
        As::Nobody,
        As::User("plain"),
        As::User("staff"),
        As::User("admin"),
    ];
    for (method, path, body, expected) in RIGHTS {
        for (who, expected) in everybody.into_iter().zip(expected) {
            let answer = running.ask(method, path, who, &[], body);
            assert_eq!(answer.status, *expected, "{method} {path}: {answer:?}");
            if *expected >= 400 {
                let code = answer.code();
                let known = match *expected {
                    400 => "bad-request",
                    401 => "unauthorized",
                    403 => "forbidden",
                    _ => "not-found",
                };
                assert_eq!(code, known, "{method} {path}");
            }
        }
    }
}

#[test]
fn refusals_have_their_headers_and_codes() {
    let site = site();
    let running = Running::start(&site);
    let refused = running.get("/api/runs", As::Nobody).is(401);
    let basic = "Basic realm=\"Heirloom\", charset=\"UTF-8\"";
    assert_eq!(refused.header("www-authenticate"), Some(basic));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(refused.header(name), Some(value));
    }
    assert!(refused.header("content-security-policy").is_some());
    assert!(refused.header("x-request-id").is_some());
    assert_eq!(running.get("/nix", As::Nobody).is(404).code(), "not-found");
    let method = running.ask("DELETE", "/api/health", As::Nobody, &[], "");
    assert_eq!(method.is(405).code(), "method-not-allowed");
    let scheme = [("authorization", "Digest x")];
    running
        .ask("GET", "/api/runs", As::Nobody, &scheme, "")
        .is(401);
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let other = running.ask("POST", "/api/runs", As::User("admin"), &elsewhere, "{}");
    assert_eq!(other.is(403).code(), "forbidden");
}

#[test]
fn the_log_has_no_secrets_and_no_answer_has_sql() {
    let site = site();
    let running = Running::start(&site);
    let token = running.token("admin");
    running
        .get(&format!("/api/account?apiToken={token}"), As::Nobody)
        .is(200);
    running
        .get("/api/account?apiToken=guessed", As::Nobody)
        .is(401);
    site.store.edit("DROP TABLE decisions");
    let broken = running.get("/api/decisions", As::Token(&token)).is(500);
    assert_eq!(broken.code(), "fault");
    let words = broken.text.to_lowercase();
    assert!(
        !words.contains("decisions") && !words.contains("table"),
        "{words}"
    );
    let log = site.read("err.txt");
    assert!(log.contains("apiToken=*** 200"), "{log}");
    assert!(log.contains("decisions"), "what happened inside: {log}");
    for secret in [&*token, "guessed", super::client::PASSWORD] {
        assert!(!log.contains(secret), "{log}");
        assert!(!site.read("out.txt").contains(secret));
    }
}
