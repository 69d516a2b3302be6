//! One SHA-256 over the data tables' rows in key order: the same for the same data in any store.

use diesel::QueryResult;
use sha2::{Digest as _, Sha256};

use super::connection::Connection;
use super::rows;
use crate::model::{Table, Value, tables};
use crate::text::hex;

const PAGE: usize = 5_000;

/// The digest of the whole store, `sha256:…`. A password that an import generated counts as
/// `generated`: it is drawn anew in each run, and no property of the data.
pub fn digest(connection: &mut Connection) -> QueryResult<String> {
    let mut hash = Sha256::new();
    for table in tables::ALL {
        hash.update(table.name.as_bytes());
        hash.update([0]);
        let mut after = i64::MIN;
        loop {
            let page = rows::page(connection, table, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in &page {
                add_row(&mut hash, table, row);
            }
        }
    }
    Ok(format!("sha256:{}", hex(&hash.finalize())))
}

fn add_row(hash: &mut Sha256, table: &Table, row: &rows::StoredRow) {
    hash.update(row.id.to_le_bytes());
    let generated = table.generated_password(&row.values);
    for (index, value) in row.values.iter().enumerate() {
        if generated == Some(index) {
            add_value(hash, &Value::Generated);
        } else {
            add_value(hash, value);
        }
    }
}

fn add_value(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update([0]),
        Value::Generated => hash.update([1]),
        Value::Int(number) => {
            hash.update([2]);
            hash.update(number.to_le_bytes());
        }
        Value::Real(number) => {
            hash.update([3]);
            hash.update(number.to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            hash.update([4]);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
}
