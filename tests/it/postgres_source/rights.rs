//! Roles that may read, that may read in part, and what is written: nothing.

use crate::servers::{Desk, Postgres, Role};

#[test]
fn nothing_is_written() {
    let site = Postgres::with_nodes(3);
    let before = site.everything();
    assert!(before.len() > 15, "{before:?}");
    let desk = Desk::new();
    desk.import_with(site.url(), &["--dry-run"]).exits(0);
    desk.import(site.url()).exits(0);
    assert_eq!(site.everything(), before);
}

#[test]
fn a_role_needs_usage_and_select_and_is_told_so() {
    let site = Postgres::with_nodes(2);
    let role = Role::of(&site);
    let name = &role.name;
    let url = site.url_of(name, "");
    let desk = Desk::new();

    site.change("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    let said = desk.import(&url).exits(2);
    said.tells(&["GRANT USAGE ON SCHEMA"]);

    site.change(&format!("GRANT USAGE ON SCHEMA public TO {name}"));
    let said = desk.import(&url).exits(2);
    said.tells(&["permission denied", "GRANT SELECT ON ALL TABLES"]);

    site.change(&format!(
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}; \
         REVOKE SELECT ON nodeshot_contact FROM {name}"
    ));
    let said = desk.import(&url).exits(2);
    said.tells(&["nodeshot_contact", "GRANT SELECT ON ALL TABLES"]);

    site.change(&format!(
        "GRANT SELECT (id, node_id) ON nodeshot_contact TO {name}"
    ));
    let said = desk.import(&url).exits(2);
    said.tells(&["nodeshot_contact", "GRANT SELECT ON ALL TABLES"]);
    assert!(!desk.path("store.sqlite3").exists());

    site.change(&format!("GRANT SELECT ON nodeshot_contact TO {name}"));
    let said = desk.import(&url).exits(0);
    assert_eq!(said.report["entities"]["nodes"]["created"], 2);
}
