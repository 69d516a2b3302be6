//! What must hold for any definition: it goes out as it came in, once is enough, and both kinds
//! of store have the same of it.

use std::collections::BTreeMap;

use heirloom::config::ApiomatConfig;
use heirloom::legacy::apiomat::{
    Application, Attribute, Class, Customer, Definition, Module, Names, Servercode, Source, System,
    SystemSettings, file, open,
};
use heirloom::password::Secret;
use proptest::prelude::*;
use serde_json::Map;

use super::{FILE, Json, all_are, conference, fixture, import, json, keep};
use crate::laws::config;
use crate::session::Site;
use crate::store::TestStore;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z][a-zA-Z0-9]{0,6}",
        // of any script, with signs that mean something elsewhere
        "[a-z$.#%' \"äßЖ中🚲-]{0,8}[a-zÄ]",
    ]
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[ -~\n\t\r\u{1b}äЖ中🚲\u{2028}]{0,12}")
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e9..1e9).prop_map(|real: f64| json!(real)),
        "[ -~äЖ🚲]{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            rest_of(inner).prop_map(Json::from),
        ]
    })
}

fn rest_of(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Map<String, Json>> {
    prop::collection::btree_map("[a-zA-Z$. ä]{0,6}", value, 0..3)
        .prop_map(|entries| entries.into_iter().collect())
}

fn rest() -> impl Strategy<Value = Map<String, Json>> {
    rest_of(value())
}

fn some_object() -> impl Strategy<Value = Option<Json>> {
    prop::option::of(rest().prop_map(Json::from))
}

/// Rows by name, each once and in order.
fn named<T: std::fmt::Debug>(
    row: impl Strategy<Value = T>,
    most: usize,
) -> impl Strategy<Value = BTreeMap<String, T>> {
    prop::collection::btree_map(name(), row, 0..=most)
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let row = (text(), any::<[bool; 5]>(), prop::option::of(name()), rest());
    named(row, 3).prop_map(|rows| {
        let rows = rows
            .into_iter()
            .map(|(name, (kind, flags, refers_to, rest))| {
                let [
                    is_collection,
                    is_reference,
                    is_mandatory,
                    is_indexed,
                    is_embedded,
                ] = flags;
                Attribute {
                    name,
                    kind,
                    is_collection: Some(is_collection),
                    is_reference: Some(is_reference),
                    is_mandatory: Some(is_mandatory),
                    is_indexed: Some(is_indexed),
                    is_embedded: Some(is_embedded),
                    refers_to,
                    rest,
                }
            });
        rows.collect()
    })
}

fn servercode() -> impl Strategy<Value = Vec<Servercode>> {
    let row = (text(), text(), rest());
    named(row, 2).prop_map(|rows| {
        let rows = rows
            .into_iter()
            .map(|(name, (language, code, rest))| Servercode {
                name,
                language,
                code: code.unwrap_or_default(),
                rest,
            });
        rows.collect()
    })
}

fn classes() -> impl Strategy<Value = Vec<Class>> {
    let flags = any::<[bool; 2]>();
    let id = prop::option::of("[0-9a-f]{24}");
    let row = (
        id,
        prop::option::of(name()),
        flags,
        rest(),
        attributes(),
        servercode(),
    );
    named(row, 3).prop_map(|rows| {
        let rows = rows.into_iter().map(|(name, row)| {
            let (legacy_id, parent, [is_global, is_transient], rest, attributes, servercode) = row;
            Class {
                name,
                legacy_id,
                parent,
                is_global: Some(is_global),
                is_transient: Some(is_transient),
                rest,
                attributes,
                servercode,
            }
        });
        rows.collect()
    })
}

fn system() -> impl Strategy<Value = System> {
    prop::sample::select(System::ALL.to_vec())
}

fn modules() -> impl Strategy<Value = Vec<Module>> {
    let version = prop_oneof!["1\\.0\\.0", "[0-9]\\.[0-9]"];
    let key = (system(), name(), version);
    let row = (text(), rest(), classes());
    prop::collection::btree_map(key, row, 0..=4).prop_map(|rows| {
        let rows = rows
            .into_iter()
            .map(|((system, name, version), (kind, rest, classes))| Module {
                system,
                name,
                version,
                kind,
                rest,
                classes,
            });
        rows.collect()
    })
}

fn systems() -> impl Strategy<Value = Vec<SystemSettings>> {
    let row = (text(), text(), some_object(), some_object(), rest());
    let row = row.prop_map(
        |(status, api_key, configuration, auth_classes, rest)| SystemSettings {
            status,
            configuration,
            auth_classes,
            rest,
            api_key: api_key.map(Secret::new),
            ..SystemSettings::default()
        },
    );
    prop::collection::vec(row, 3).prop_map(|rows| {
        let rows = rows.into_iter().zip(System::ALL);
        rows.map(|(row, system)| SystemSettings { system, ..row })
            .collect()
    })
}

fn customer() -> impl Strategy<Value = Option<Customer>> {
    let email = prop::option::of("[a-z]{1,6}@[a-z]{1,6}\\.example");
    let hash = prop::option::of("[ -~]{1,20}");
    prop::option::of(
        (name(), email, hash, rest()).prop_map(|(name, email, hash, rest)| Customer {
            name,
            email,
            password: hash.map(Secret::new),
            rest,
        }),
    )
}

fn definitions() -> impl Strategy<Value = Definition> {
    (text(), text(), rest(), customer(), systems(), modules()).prop_map(
        |(display_name, description, rest, customer, systems, modules)| Definition {
            application: Application {
                name: "Any".into(),
                display_name,
                description,
                rest,
            },
            customer,
            systems,
            modules,
        },
    )
}

/// What a file of the site holds; nothing in it is odd.
fn read(site: &Site, name: &str) -> Definition {
    let names = Names::of(&ApiomatConfig::default());
    let source: Source = open(&site.path(name), &names, None).unwrap();
    assert_eq!((source.notes, source.refused), (Vec::new(), Vec::new()));
    source.definition
}

/// A site whose store is of the other kind.
fn on_the_other_kind() -> Site {
    let mut site = Site::empty();
    if crate::store::on_postgres() {
        site.store = TestStore::in_file(&site.path("heirloom.sqlite3"));
        return site;
    }
    site.on_server()
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn what_came_in_goes_out(definition in definitions()) {
        let site = Site::empty();
        let mut bytes = Vec::new();
        file::write(&definition, chrono::Utc::now(), &mut bytes).unwrap();
        std::fs::write(site.path(FILE), bytes).unwrap();
        prop_assert_eq!(&read(&site, FILE), &definition);

        keep(&site, "", 0);
        let ended = site.run("export apiomat Any --out out.json");
        prop_assert_eq!(ended.code, Some(0), "{:?}", ended);
        prop_assert_eq!(&read(&site, "out.json"), &definition);

        let digest = site.digest();
        keep(&site, "", 0);
        prop_assert_eq!(&site.digest(), &digest, "a second run");
        import(&site, "out.json --reset-password true", 0);
        prop_assert_eq!(&site.digest(), &digest, "what went out");
    }
}

#[test]
fn both_kinds_of_store_have_the_same() {
    for answer in ["false", "true"] {
        let one = conference();
        let other = on_the_other_kind();
        other.write(FILE, &fixture());
        let mut plans = Vec::new();
        for site in [&one, &other] {
            import(site, &format!("{FILE} --reset-password {answer}"), 0);
            all_are(site, "created");
            plans.push(site.report("r.json")["plan"].clone());
        }
        assert_eq!(one.digest(), other.digest());
        assert_eq!(plans[0], plans[1]);
    }
}
