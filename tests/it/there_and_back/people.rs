//! Old accounts, and the accounts of owners.

use super::{Source, Turn, take};

const OWNERS: &str = "SELECT n.id, username, u.email FROM nodes n
    LEFT JOIN users u ON u.id = user_id WHERE n.id < 5 ORDER BY n.id";
const ADDRESSES: &str = "SELECT username, e.email, is_primary FROM email_addresses e
    JOIN users u ON u.id = e.user_id WHERE username LIKE 'admin%' OR username = 'person-1'
    ORDER BY 1, 2";

#[test]
fn owners() {
    take(&[
        Turn {
            what: "an owner has another email: the old account goes, its name passes on",
            there: Source("UPDATE nodeshot_node SET email = 'new@posta.example' WHERE id = 1"),
            does: "nodes ~1, users +1 -1",
            seen: (
                OWNERS,
                &[
                    "1 | person-1 | new@posta.example",
                    "2 | person-2 | person2@posta.example",
                    "3 | person-3 | person3@posta.example",
                    "4 | admin2 | admin2@posta.example",
                ],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "the same email in other letters",
            there: Source("UPDATE nodeshot_node SET email = 'PERSON1@posta.example' WHERE id = 1"),
            does: "users ~1",
            seen: (
                "SELECT count(*), count(DISTINCT user_id) FROM nodes",
                &["4 | 4"],
            ),
            anew: &[],
        },
        Turn {
            what: "a node passes to another owner",
            there: Source("UPDATE nodeshot_node SET email = 'person2@posta.example' WHERE id = 3"),
            does: "nodes ~1, users -1, contacts ~1",
            seen: (
                "SELECT username FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 3",
                &["person-2"],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "a node passes to an old account",
            there: Source("UPDATE nodeshot_node SET email = 'admin1@posta.example' WHERE id = 1"),
            does: "nodes ~1, users -1",
            seen: (
                ADDRESSES,
                &[
                    "admin1 | admin1@posta.example | 1",
                    "admin1 | extra1@posta.example | 0",
                    "admin2 | admin2@posta.example | 1",
                ],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "a node of an old account passes to a person",
            there: Source("UPDATE nodeshot_node SET email = 'person4@posta.example' WHERE id = 4"),
            does: "nodes ~1, users +1",
            seen: (
                "SELECT username FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 4",
                &["person-4"],
            ),
            anew: &[],
        },
        Turn {
            what: "a node has no owner any more",
            there: Source("UPDATE nodeshot_node SET email = '' WHERE id = 1"),
            does: "nodes ~1, users -1",
            seen: (
                "SELECT user_id, data ->> 'owner' FROM nodes WHERE id = 1",
                &["- | Person 1"],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "an owner is called otherwise",
            there: Source("UPDATE nodeshot_node SET owner = 'Maria Verdi' WHERE id = 1"),
            does: "users ~1",
            seen: (
                "SELECT username, first_name, last_name FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 1",
                &["maria-verdi | Maria | Verdi"],
            ),
            anew: &[],
        },
        Turn {
            what: "an owner is called as another is: the name gets a number",
            there: Source("UPDATE nodeshot_node SET owner = 'Person 2' WHERE id = 1"),
            does: "users ~1",
            seen: (
                "SELECT username FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 1",
                &["person-22"],
            ),
            anew: &[],
        },
        Turn {
            what: "a node passes to an account of the store's own",
            there: Source("UPDATE nodeshot_node SET email = 'Own@posta.example' WHERE id = 2"),
            does: "nodes ~1, users -1, contacts ~1",
            seen: (
                "SELECT username FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 2",
                &["own"],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "an owner loses the older of two nodes",
            there: Source(
                "UPDATE nodeshot_node SET email = 'person5@posta.example', added = '2008-01-01 00:00:00'
                 WHERE id = 1",
            ),
            does: "nodes ~1, users ~1 -1",
            seen: (
                "SELECT u.date_joined FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 1",
                &["2008-01-01 00:00:00"],
            ),
            anew: &["users", "email_addresses"],
        },
        Turn {
            what: "further emails change",
            there: Source(
                "UPDATE nodeshot_node SET email2 = 'two@posta.example', email3 = 'three@posta.example' WHERE id = 1",
            ),
            does: "",
            seen: (
                ADDRESSES,
                &[
                    "admin1 | admin1@posta.example | 1",
                    "admin2 | admin2@posta.example | 1",
                    "person-1 | person1@posta.example | 1",
                    "person-1 | three@posta.example | 0",
                    "person-1 | two@posta.example | 0",
                ],
            ),
            anew: &["email_addresses"],
        },
        Turn {
            what: "a node is older than was thought, and so is its owner's account",
            there: Source("UPDATE nodeshot_node SET added = '2009-01-01 12:00:00' WHERE id = 1"),
            does: "nodes ~1, users ~1",
            seen: (
                "SELECT n.added = u.date_joined FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 1",
                &["1"],
            ),
            anew: &[],
        },
    ]);
}

#[test]
fn old_accounts() {
    take(&[
        Turn {
            what: "an old account changes all it says of itself",
            there: Source(
                "UPDATE auth_user SET username = 'boss', first_name = 'Ada', last_name = 'Bo',
                     email = 'boss@posta.example', password = 'sha1$x$y', is_staff = 0,
                     is_active = 0, is_superuser = 1, date_joined = '2009-01-01 00:00:00' WHERE id = 1",
            ),
            does: "users ~1",
            seen: (
                "SELECT username, first_name, last_name, email, password, is_staff, is_active, is_superuser
                 FROM users WHERE id = 1",
                &["boss | Ada | Bo | boss@posta.example | sha1$x$y | 0 | 0 | 1"],
            ),
            anew: &["email_addresses"],
        },
        Turn {
            what: "it wants no messages",
            there: Source("UPDATE nodeshot_userprofile SET receive_notifications = 0"),
            does: "users ~1",
            seen: ("SELECT receives_notifications FROM users WHERE id = 1", &["0"]),
            anew: &[],
        },
        Turn {
            what: "it has no email any more",
            there: Source("UPDATE auth_user SET email = '' WHERE id = 1"),
            does: "users ~1",
            seen: (
                ADDRESSES,
                &[
                    "admin2 | admin2@posta.example | 1",
                    "person-1 | extra1@posta.example | 0",
                    "person-1 | person1@posta.example | 1",
                ],
            ),
            anew: &["email_addresses"],
        },
        Turn {
            what: "an old account is deleted",
            there: Source("DELETE FROM auth_user WHERE id = 1; DELETE FROM nodeshot_userprofile"),
            does: "users -1",
            seen: ("SELECT username FROM users WHERE username LIKE 'admin%'", &["admin2"]),
            anew: &["email_addresses"],
        },
        Turn {
            what: "two old accounts swap their names and emails",
            there: Source(
                "UPDATE auth_user SET username = 'parked' WHERE id = 1;
                 UPDATE auth_user SET username = 'admin1', email = 'admin1@posta.example' WHERE id = 2;
                 UPDATE auth_user SET username = 'admin2', email = 'admin2@posta.example' WHERE id = 1",
            ),
            does: "nodes ~1, users ~2",
            seen: (
                "SELECT id, username, email, (SELECT user_id FROM nodes WHERE id = 4) FROM users WHERE id < 3 ORDER BY id",
                &["1 | admin2 | admin2@posta.example | 1", "2 | admin1 | admin1@posta.example | 1"],
            ),
            anew: &["email_addresses"],
        },
        Turn {
            // from then on it is the store's own, and followed: a later change leaves it alone
            what: "an old account of staff is deleted: it stays, and is found again by its email",
            there: Source("DELETE FROM auth_user WHERE id = 2"),
            does: "",
            seen: (
                "SELECT username, (SELECT user_id FROM nodes WHERE id = 4), e.email
                 FROM users u JOIN email_addresses e ON e.user_id = u.id WHERE u.id = 2",
                &["admin2 | 2 | admin2@posta.example"],
            ),
            anew: &[],
        },
        Turn {
            what: "a new old account has the email of the store's own one",
            there: Source(
                "INSERT INTO auth_user SELECT 9, 'boss', 'A', 'B', 'own@posta.example', password,
                     is_staff, is_active, is_superuser, last_login, date_joined FROM auth_user WHERE id = 1",
            ),
            does: "",
            seen: (
                "SELECT username, first_name FROM users WHERE email = 'own@posta.example'",
                &["own | -"],
            ),
            anew: &[],
        },
        Turn {
            what: "a new old account has the email of an owner",
            there: Source(
                "INSERT INTO auth_user SELECT 9, 'boss', 'A', 'B', 'person1@posta.example', password,
                     is_staff, is_active, is_superuser, last_login, date_joined FROM auth_user WHERE id = 1",
            ),
            does: "",
            seen: (
                "SELECT username FROM nodes n JOIN users u ON u.id = user_id WHERE n.id = 1",
                &["person-1"],
            ),
            anew: &[],
        },
    ]);
}
