//! Who may what, each call by each of those who ask.

use super::{ADMIN, ALICE, As, refused, world};

/// The method, the path, the body; then what nobody gets, another account, the device, its
/// account, an admin. The calls come in this order.
const RIGHTS: &[(&str, &str, &str, [u16; 5])] = &[
    ("GET", "?q=ls", "", [404, 404, 404, 404, 200]),
    ("GET", "alice", "", [404, 200, 404, 200, 200]),
    ("GET", "plain", "", [404, 200, 404, 404, 200]),
    ("GET", "alice/lamp", "", [404, 404, 200, 200, 200]),
    ("GET", "alice/user", "", [404, 404, 404, 200, 200]),
    ("GET", "alice/lamp/log", "", [404, 404, 200, 200, 200]),
    (
        "GET",
        "alice/lamp/log/data?i1=0",
        "",
        [404, 404, 200, 200, 200],
    ),
    ("PUT", "alice", "{}", [403, 403, 403, 200, 200]),
    ("PUT", "alice/lamp", "{}", [403, 403, 200, 200, 200]),
    ("PUT", "alice/meta", "{}", [403, 403, 403, 403, 200]),
    ("PUT", "alice/lamp/log", "{}", [403, 403, 200, 200, 200]),
    (
        "POST",
        "alice/lamp/log/data",
        "[]",
        [403, 403, 200, 403, 403],
    ),
    (
        "PUT",
        "alice/lamp/log/data",
        "[]",
        [403, 403, 200, 403, 403],
    ),
    (
        "POST",
        "alice/lamp/light/data",
        "[]",
        [403, 403, 200, 200, 200],
    ),
    ("POST", "alice/lamp/s", "{}", [403, 403, 200, 403, 403]),
    ("DELETE", "alice/lamp/s", "", [403, 403, 200, 403, 403]),
    ("POST", "alice/d", "{}", [403, 403, 403, 200, 403]),
    ("DELETE", "alice/d", "", [403, 403, 403, 200, 403]),
    ("POST", "nix/d", "{}", [403, 403, 403, 403, 403]),
    ("DELETE", "alice/meta", "", [403, 403, 403, 403, 403]),
    ("POST", "bob", "{}", [403, 403, 403, 403, 403]),
    ("DELETE", "alice", "", [403, 403, 403, 403, 200]),
];

#[test]
fn each_right() {
    let world = world();
    let everybody = [As::Nobody, As::User("plain"), world.lamp(), ALICE, ADMIN];
    for (method, path, body, expected) in RIGHTS {
        for (place, who) in everybody.into_iter().enumerate() {
            let answer = world.ask(method, path, who, body);
            let status = expected[place];
            assert_eq!(
                answer.status, status,
                "{place}: {method} {path}: {answer:?}"
            );
            if status >= 400 {
                refused(&answer, status);
            }
        }
    }
}
