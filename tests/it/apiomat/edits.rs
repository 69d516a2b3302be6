//! Rows that somebody made, changed or deleted in the store, and applications of others.

use super::with;
use super::{
    CARS, FILE, changed, exported, findings, import, json, keep, messages, outcomes, shop,
};
use crate::session::Site;

const COLOR: &str = "SELECT type FROM attributes WHERE name = 'color'";

fn imported() -> Site {
    let site = with(&shop());
    keep(&site, "", 0);
    site
}

/// The source says something else of the color.
fn recolor(site: &Site, kind: &str) {
    let place = format!("{CARS}/attributes/0/type");
    site.write(FILE, &changed(shop(), &place, json!(kind)).to_string());
}

#[test]
fn an_edit_in_the_store_stays() {
    let site = imported();
    site.store
        .edit("UPDATE attributes SET type = 'Map' WHERE name = 'color'");
    site.store.edit("UPDATE servercode SET code = 'g()'");
    let digest = site.digest();
    keep(&site, "", 0);
    assert_eq!(findings(&site), [""; 0], "the source says what it said");
    assert_eq!(site.digest(), digest);

    recolor(&site, "Long");
    keep(&site, "", 0);
    let edited = ["edit-kept Shop/live/Main/1.0.0/Car/color"];
    assert_eq!(findings(&site), edited);
    assert_eq!(site.ask::<String>(COLOR), "Map");
    // told once
    keep(&site, "", 0);
    assert_eq!(findings(&site), [""; 0]);
    assert_eq!(outcomes(&site, "attributes"), "unchanged 3");
    let out = exported(&site, "Shop");
    assert_eq!(
        out.pointer(&format!("{CARS}/servercode/0/code")),
        Some(&json!("g()"))
    );
}

#[test]
fn what_was_deleted_by_hand_stays_deleted() {
    let site = imported();
    site.store
        .edit("DELETE FROM attributes WHERE name = 'color'");
    keep(&site, "", 0);
    assert_eq!(outcomes(&site, "attributes"), "skipped 1, unchanged 2");
    assert!(findings(&site).contains(&"deleted-in-store Shop/live/Main/1.0.0/Car/color".into()));
    recolor(&site, "Long");
    keep(&site, "", 0);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM attributes"), 2);

    // a class, with what hangs on it
    site.store.edit(
        "DELETE FROM servercode;
         DELETE FROM attributes WHERE name = 'seats';
         DELETE FROM classes WHERE name = 'Car'",
    );
    keep(&site, "", 0);
    assert_eq!(outcomes(&site, "classes"), "skipped 1, unchanged 1");
    assert_eq!(outcomes(&site, "attributes"), "skipped 2, unchanged 1");
    assert_eq!(outcomes(&site, "servercode"), "skipped 1");
    let digest = site.digest();
    keep(&site, "", 0);
    assert_eq!(site.digest(), digest);
}

#[test]
fn a_customer_that_was_deleted_by_hand_does_not_come_back() {
    let site = imported();
    site.store.edit(
        "UPDATE applications SET customer_id = NULL;
         DELETE FROM customers;
         DELETE FROM email_addresses;
         DELETE FROM users",
    );
    import(&site, &format!("{FILE} --reset-password true"), 0);
    assert_eq!(outcomes(&site, "customers"), "skipped 1");
    assert_eq!(outcomes(&site, "applications"), "unchanged 1");
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM users"), 0);
}

#[test]
fn an_application_made_by_hand_is_refused_with_all_its_rows() {
    let site = with(&shop());
    assert_eq!(site.run("users list").code, Some(0));
    site.store
        .edit("INSERT INTO applications (name) VALUES ('Shop')");
    let (all, digest) = (site.contents(), site.digest());
    keep(&site, "--dry-run", 3);
    assert_eq!(site.contents(), all);
    for code in [3, 0] {
        keep(&site, "", code);
        assert!(messages(&site, "application-taken")[0].contains("no import made it"));
        assert_eq!(outcomes(&site, "applications"), "refused 1");
        for (entity, count) in [
            ("systems", 1),
            ("modules", 1),
            ("classes", 2),
            ("attributes", 3),
            ("servercode", 1),
        ] {
            assert_eq!(
                outcomes(&site, entity),
                format!("skipped {count}"),
                "{entity}"
            );
        }
    }
    // nobody gets an account for it
    assert_eq!(site.digest(), digest);
    assert_eq!(site.ask::<i64>("SELECT count(*) FROM modules"), 0);
    // --accept-source is no answer to this
    keep(&site, "--accept-source --strict", 3);
}

#[test]
fn rows_made_by_hand_in_an_application_are_nobody_elses() {
    let site = imported();
    site.store.edit(
        "INSERT INTO classes (module_id, name) SELECT id, 'Bus' FROM modules;
         INSERT INTO attributes (class_id, name, type)
            SELECT id, 'wings', 'Long' FROM classes WHERE name = 'Car'",
    );
    let own = "SELECT c.name, c.legacy_id, a.type FROM classes c LEFT JOIN attributes a \
               ON a.class_id = c.id AND a.name = 'wings' ORDER BY 1";
    let before = site.store.lines(own);
    keep(&site, "", 0);
    assert_eq!(
        messages(&site, "not-in-source").len(),
        2,
        "{:?}",
        findings(&site)
    );
    // then the source has such rows too
    let mut file = shop();
    let classes = file
        .pointer_mut("/modules/0/classes")
        .unwrap()
        .as_array_mut()
        .unwrap();
    classes[0]["attributes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "wings", "type": "Map"}));
    classes.push(json!({"name": "Bus", "attributes": [{"name": "doors", "type": "Long"}]}));
    classes.push(json!({"name": "Van"}));
    site.write(FILE, &file.to_string());
    for (code, classes) in [
        (3, "created 1, refused 1, unchanged 2"),
        (0, "refused 1, unchanged 3"),
    ] {
        keep(&site, "", code);
        assert_eq!(outcomes(&site, "classes"), classes);
        assert_eq!(
            outcomes(&site, "attributes"),
            "refused 1, skipped 1, unchanged 3"
        );
        let mut taken = findings(&site);
        taken.retain(|finding| finding.starts_with("row-taken"));
        let expected = [
            "row-taken Shop/live/Main/1.0.0/Bus",
            "row-taken Shop/live/Main/1.0.0/Car/wings",
        ];
        assert_eq!(taken, expected);
        assert_eq!(messages(&site, "not-in-source"), [""; 0]);
    }
    let mut after = site.store.lines(own);
    after.retain(|row| !row.starts_with("Van"));
    assert_eq!(after, before);
    // without the hand's rows they come in
    site.store.edit(
        "DELETE FROM attributes WHERE name = 'wings'; DELETE FROM classes WHERE name = 'Bus'",
    );
    keep(&site, "", 0);
    assert_eq!(outcomes(&site, "attributes"), "created 2, unchanged 3");
}

#[test]
fn an_application_of_another_customer_needs_a_persons_word() {
    let site = imported();
    let mut other = changed(shop(), "/customer/email", json!("eve@other.example"));
    other["customer"]["name"] = json!("Eve");
    other["application"]["displayName"] = json!("Another shop");
    site.write(FILE, &other.to_string());
    let owner = "SELECT u.username, a.display_name FROM applications a \
                 JOIN customers c ON c.id = a.customer_id JOIN users u ON u.id = c.user_id";
    keep(&site, "", 3);
    assert!(messages(&site, "application-taken")[0].contains("--accept-source"));
    assert_eq!(outcomes(&site, "applications"), "refused 1");
    assert_eq!(outcomes(&site, "modules"), "skipped 1");
    assert_eq!(site.store.lines(owner), ["jo-doe | The shop"]);
    keep(&site, "--accept-source", 0);
    assert_eq!(outcomes(&site, "applications"), "updated 1");
    assert_eq!(outcomes(&site, "attributes"), "unchanged 3");
    assert_eq!(site.store.lines(owner), ["eve | Another shop"]);
    // a file without a customer is nobody else's
    let mut none = shop();
    none["customer"] = json!(null);
    site.write(FILE, &none.to_string());
    keep(&site, "", 0);
    assert_eq!(site.store.lines(owner), ["eve | The shop"]);
}
