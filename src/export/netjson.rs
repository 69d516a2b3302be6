//! The network as a NetJSON NetworkGraph (netjson.org, draft 0.3): its nodes are devices, its
//! links what joins two of them. Ids are those of the store, as text.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::geojson::{Detail, ExportError};
use crate::sql::{Bind, Cell, Cells, query};
use crate::store::connection::Connection;
use crate::store::nodes::Reach;

const PAGE: i64 = 1_000;

/// Writes the devices and links that `reach` covers; a link whose ends are not both covered is
/// left out. Returns how many devices and links.
///
/// # Errors
/// The store or the output fails; what is written then is no complete document.
pub fn write(
    connection: &mut Connection,
    reach: Reach,
    detail: Detail,
    out: &mut impl Write,
) -> Result<(u64, u64), ExportError> {
    connection.read(|connection| {
        let head = json!({
            "label": "Heirloom", "protocol": "static", "version": null, "metric": "ETX",
            "type": "NetworkGraph",
        });
        let head = head.to_string();
        write!(out, "{},\"nodes\":[", head.trim_end_matches('}'))?;
        let nodes = each(
            connection,
            out,
            |after| devices(after, reach),
            |connection, rows| {
                let mut addresses = addresses(connection, rows)?;
                Ok(rows
                    .iter()
                    .map(|row| node(row, &mut addresses, detail))
                    .collect())
            },
        )?;
        out.write_all(b"\n],\"links\":[")?;
        let links = each(
            connection,
            out,
            |after| links(after, reach),
            |_, rows| Ok(rows.iter().map(|row| link(row, detail)).collect()),
        )?;
        out.write_all(b"\n]}\n")?;
        out.flush()?;
        Ok((nodes, links))
    })
}

/// Pages of rows whose first field is the id, as elements of a list.
fn each(
    connection: &mut Connection,
    out: &mut impl Write,
    sql: impl Fn(i64) -> String,
    shape: impl Fn(&mut Connection, &[Cells]) -> Result<Vec<Value>, ExportError>,
) -> Result<u64, ExportError> {
    let (mut after, mut written) = (i64::MIN, 0_u64);
    loop {
        let rows = query(connection, &sql(after), &[])?;
        let Some(last) = rows.last().and_then(|row| row.0.first()?.int()) else {
            return Ok(written);
        };
        after = last;
        for value in shape(connection, &rows)? {
            out.write_all(if written == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, &value).map_err(io::Error::from)?;
            written += 1;
        }
    }
}

/// The condition under which a node is covered.
fn covered(reach: Reach, node: &str, level: &str) -> String {
    match reach {
        Reach::All => "TRUE".into(),
        Reach::Public => format!("{level} = 0"),
        Reach::Account(id) => format!("({level} = 0 OR {node}.user_id = {id})"),
    }
}

fn devices(after: i64, reach: Reach) -> String {
    let covered = covered(reach, "n", "n.access_level");
    format!(
        "SELECT d.id, d.name, d.type, n.slug, n.name, n.longitude, n.latitude, n.elevation, \
         l.slug, s.slug, n.id, d.description, d.data, u.username \
         FROM devices d JOIN nodes n ON n.id = d.node_id JOIN layers l ON l.id = n.layer_id \
         JOIN statuses s ON s.id = n.status_id LEFT JOIN users u ON u.id = n.user_id \
         WHERE d.id > {after} AND {covered} ORDER BY d.id LIMIT {PAGE}"
    )
}

fn links(after: i64, reach: Reach) -> String {
    let ends = ["na", "nb"].map(|node| covered(reach, node, &format!("{node}.access_level")));
    // a link has a level of its own; whoever owns an end sees it
    let own = match reach {
        Reach::All => "TRUE".into(),
        Reach::Public => "k.access_level = 0".into(),
        Reach::Account(id) => {
            format!("(k.access_level = 0 OR na.user_id = {id} OR nb.user_id = {id})")
        }
    };
    format!(
        "SELECT k.id, a.device_id, b.device_id, k.metric_value, k.type, k.status, k.dbm, \
         k.min_rate, k.max_rate, a.name, b.name, k.data \
         FROM links k JOIN interfaces a ON a.id = k.interface_a_id \
         JOIN interfaces b ON b.id = k.interface_b_id \
         JOIN devices da ON da.id = a.device_id JOIN nodes na ON na.id = da.node_id \
         JOIN devices db ON db.id = b.device_id JOIN nodes nb ON nb.id = db.node_id \
         WHERE k.id > {after} AND {} AND {} AND {own} ORDER BY k.id LIMIT {PAGE}",
        ends[0], ends[1]
    )
}

/// The addresses of a page of devices.
fn addresses(
    connection: &mut Connection,
    rows: &[Cells],
) -> Result<HashMap<i64, Vec<Value>>, ExportError> {
    let id = |row: Option<&Cells>| row?.0.first()?.int();
    let (Some(first), Some(last)) = (id(rows.first()), id(rows.last())) else {
        return Ok(HashMap::new());
    };
    let sql = "SELECT i.device_id, p.address FROM ip_addresses p \
         JOIN interfaces i ON i.id = p.interface_id \
         WHERE i.device_id BETWEEN ? AND ? AND p.address IS NOT NULL ORDER BY p.id";
    let mut addresses: HashMap<i64, Vec<Value>> = HashMap::new();
    for row in query(
        connection,
        sql,
        &[Bind::Int(Some(first)), Bind::Int(Some(last))],
    )? {
        if let [device, address] = row.0.as_slice()
            && let Some(device) = device.int()
        {
            addresses.entry(device).or_default().push(json_of(address));
        }
    }
    Ok(addresses)
}

fn node(row: &Cells, addresses: &mut HashMap<i64, Vec<Value>>, detail: Detail) -> Value {
    let field = |index: usize| row.0.get(index).map_or(Value::Null, json_of);
    let id = row.0.first().and_then(Cell::int).unwrap_or_default();
    let mut properties = Map::new();
    let mut set = |key: &str, value: Value| {
        if !value.is_null() {
            properties.insert(key.into(), value);
        }
    };
    set("type", field(2));
    set("node", field(3));
    set("node_name", field(4));
    set("location", json!({ "lng": field(5), "lat": field(6) }));
    set("elevation", field(7));
    set("layer", field(8));
    set("status", field(9));
    set("node_id", field(10));
    set("description", field(11));
    if detail == Detail::Full {
        set("data", document(field(12)));
        set("owner", field(13));
    }
    json!({
        "id": id.to_string(), "label": field(1), "properties": properties,
        "local_addresses": addresses.remove(&id).unwrap_or_default(),
    })
}

fn link(row: &Cells, detail: Detail) -> Value {
    let field = |index: usize| row.0.get(index).map_or(Value::Null, json_of);
    let end = |index: usize| {
        let id = row.0.get(index).and_then(Cell::int);
        id.unwrap_or_default().to_string()
    };
    // a cost is required: one that is unknown is that of a link without loss
    let cost = match field(3) {
        Value::Null => json!(1.0),
        cost => cost,
    };
    let mut properties = Map::new();
    let names = [
        "type",
        "status",
        "dbm",
        "min_rate",
        "max_rate",
        "source_interface",
        "target_interface",
    ];
    for (index, name) in (4..).zip(names) {
        let value = field(index);
        if !value.is_null() {
            properties.insert(name.into(), value);
        }
    }
    properties.insert("id".into(), field(0));
    if detail == Detail::Full {
        properties.insert("data".into(), document(field(11)));
    }
    json!({ "source": end(1), "target": end(2), "cost": cost, "properties": properties })
}

fn json_of(cell: &Cell) -> Value {
    match cell {
        Cell::Null | Cell::Bytes(_) => Value::Null,
        Cell::Int(number) => (*number).into(),
        Cell::Real(number) => (*number).into(),
        Cell::Text(text) => (&**text).into(),
    }
}

/// Stored JSON as it is; what was inserted by hand and is none, as a text.
fn document(value: Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}
