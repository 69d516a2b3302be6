//! Random rows that no form would let in: each field is sometimes believable and sometimes
//! anything at all that SQLite can hold in any column.

use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::types::{Null, Value};
use rusqlite::{Connection, params_from_iter};
use xtask::world::sqlite::insert;

use crate::support::Field;

/// Rows to insert: the table's number in [`TABLES`], and a field for each of its columns.
pub type World = Vec<(usize, Vec<Field>)>;

const TABLES: [(&str, &str); 9] = [
    (
        "nodeshot_node",
        "id name slug owner description postal_code email email2 email3 password lat lng alt \
         status activation_key notes added updated",
    ),
    (
        "auth_user",
        "id username first_name last_name email password is_staff is_active is_superuser \
         last_login date_joined",
    ),
    ("nodeshot_userprofile", "id user_id receive_notifications"),
    (
        "nodeshot_device",
        "id name cname description type node_id routing_protocol routing_protocol_version \
         added updated",
    ),
    ("nodeshot_hna", "id device_id route"),
    (
        "nodeshot_interface",
        "id ipv4_address ipv6_address mac_address type cname device_id draw_link wireless_mode \
         wireless_channel wireless_polarity essid bssid status added updated",
    ),
    (
        "nodeshot_link",
        "id from_interface_id to_interface_id etx dbm sync_tx sync_rx hide",
    ),
    (
        "nodeshot_statistic",
        "id active_nodes potential_nodes hotspots links km date",
    ),
    (
        "nodeshot_contact",
        "id node_id from_name from_email message ip user_agent http_referer accept_language date",
    ),
];

const NASTY: [&str; 28] = [
    "",
    " ",
    "\t\n",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "1e999",
    "-0.0",
    "0x10",
    "0000-00-00 00:00:00",
    "yesterday",
    "9999-12-31 23:59:59",
    "\0",
    "a\0b",
    "\u{1b}[2J",
    "\u{202e}txt",
    "\u{feff}",
    "😀🎉",
    "Жора",
    "default",
    "discard",
    "none",
    "'; DROP TABLE nodes; --",
    "?",
    "{\"a\": 1}",
    "@",
    "A@B.example",
];

/// Up to four dozen rows in any order.
pub fn world() -> impl Strategy<Value = World> {
    let row = prop_oneof![
        4 => row(0), 2 => row(1), 1 => row(2), 3 => row(3), 1 => row(4), 4 => row(5),
        3 => row(6), 1 => row(7), 2 => row(8),
    ];
    prop::collection::vec(row, 4..48)
}

/// Inserts what the database takes: a row that breaks one of its own rules is left out.
pub fn fill(db: &Connection, world: &World) {
    for (table, fields) in world {
        let (name, columns) = TABLES[*table];
        let columns: Vec<&str> = columns.split_whitespace().collect();
        let sql = insert(name, &columns).replacen("INSERT", "INSERT OR IGNORE", 1);
        db.execute(&sql, params_from_iter(fields)).expect("a row");
    }
}

/// A new value for a column of a row: the table's and the column's number, the row's id.
pub type Update = (usize, usize, i64, Field);

/// What may happen to a world between two imports.
pub fn updates() -> impl Strategy<Value = Vec<Update>> {
    let update = (0..TABLES.len()).prop_flat_map(|table| {
        let columns: Vec<&str> = TABLES[table].1.split_whitespace().collect();
        (1..columns.len(), 1..9_i64).prop_flat_map(move |(column, id)| {
            let field = prop_oneof![4 => believable(columns[column]), 1 => anything()];
            field.prop_map(move |field| (table, column, id, field))
        })
    });
    prop::collection::vec(update, 1..24)
}

/// Updates what the database lets be updated.
pub fn update(db: &Connection, updates: &[Update]) {
    for (table, column, id, field) in updates {
        let (name, columns) = TABLES[*table];
        let column = columns.split_whitespace().nth(*column).expect("a column");
        let sql = format!("UPDATE OR IGNORE {name} SET \"{column}\" = ?1 WHERE id = ?2");
        db.execute(&sql, rusqlite::params![field, id]).expect(&sql);
    }
}

fn row(table: usize) -> impl Strategy<Value = (usize, Vec<Field>)> {
    let fields: Vec<BoxedStrategy<Field>> = TABLES[table]
        .1
        .split_whitespace()
        .map(|column| match column {
            "id" => id(),
            _ => prop_oneof![4 => believable(column), 1 => anything()].boxed(),
        })
        .collect();
    fields.prop_map(move |fields| (table, fields))
}

fn id() -> BoxedStrategy<Field> {
    prop_oneof![
        12 => (1..9_i64).prop_map(Field::from),
        1 => (-2..1_i64).prop_map(Field::from),
        1 => Just(i64::from(i32::MAX).into()),
    ]
    .boxed()
}

fn one_of(texts: &'static [&'static str]) -> BoxedStrategy<Field> {
    select(texts).prop_map(Field::from).boxed()
}

/// What the column was made for, from few values, so that rows meet.
fn believable(column: &str) -> BoxedStrategy<Field> {
    match column {
        "lat" => (40.9..42.1).prop_map(Field::from).boxed(),
        "lng" => (11.8..14.2).prop_map(Field::from).boxed(),
        "alt" | "etx" | "km" => (0..5).prop_map(|number| f64::from(number).into()).boxed(),
        "email" | "email2" | "email3" | "from_email" => one_of(&[
            "a@posta.example",
            "A@posta.example",
            " b@posta.example",
            "c@posta.example",
            "d@posta.example",
            "a@b@posta.example",
            "nobody",
        ]),
        "owner" | "username" | "name" | "slug" | "first_name" | "last_name" => one_of(&[
            "mario",
            "mario2",
            "Mario",
            "Mario Rossi",
            "mario-rossi",
            "Node A",
            "node-a",
            "b",
            "c",
        ]),
        "status" => one_of(&["a", "p", "h", "ah", "u", "r"]),
        "type" => one_of(&[
            "wifi", "wifi", "wifi", "eth", "vpn", "bridge", "batman", "veth",
        ]),
        "ipv4_address" | "ip" => one_of(&["10.0.0.1", "010.0.0.1", "10.0.0.2", "10.0.0.3", "10"]),
        "ipv6_address" => one_of(&["::1", "0::1", "2001:db8::1", "fe80::1%eth0"]),
        "mac_address" => one_of(&["00:11:22:33:44:55", "001122334455", "00-11-22-AA-BB-CC"]),
        "route" => one_of(&["0.0.0.0/0", "10.0.0.0/8", "10.0.0.1/8", "banana"]),
        "added" | "updated" | "date" | "last_login" | "date_joined" => one_of(&[
            "2011-10-30 02:30:00",
            "2012-03-25 02:30:00",
            "2010-01-01 00:00:00.5",
            "2009-06-01",
        ]),
        "node_id" | "device_id" | "user_id" | "from_interface_id" | "to_interface_id" => {
            (1..9_i64).prop_map(Field::from).boxed()
        }
        "dbm" | "sync_tx" | "sync_rx" | "links" | "hotspots" => {
            (-2..3_i64).prop_map(Field::from).boxed()
        }
        "is_staff" | "hide" | "draw_link" | "receive_notifications" => {
            any::<bool>().prop_map(Field::from).boxed()
        }
        _ => one_of(&["", "olsr", "0.6", "sta", "ap", "2412", "net", "Some words"]),
    }
}

fn anything() -> BoxedStrategy<Field> {
    prop_oneof![
        2 => Just(Field::from(Null)),
        4 => select(&NASTY[..]).prop_map(Field::from),
        3 => any::<String>().prop_map(Field::from),
        2 => any::<i64>().prop_map(Field::from),
        2 => any::<f64>().prop_map(Field::from),
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Field::Bytes),
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(|bytes| Field::Plain(Value::Blob(bytes))),
    ]
    .boxed()
}
