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
    let mut digest = DataDigest::default();
    for table in tables::ALL {
        digest.table(table);
        let mut after = i64::MIN;
        loop {
            let page = rows::page(connection, table, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in &page {
                digest.row(table, row);
            }
        }
    }
    Ok(digest.finish())
}

/// The digest under way: each of [`tables::ALL`] in order, its rows in the order of their ids.
#[derive(Default)]
pub struct DataDigest(Sha256);

impl DataDigest {
    pub fn table(&mut self, table: &Table) {
        self.0.update(table.name.as_bytes());
        self.0.update([0]);
    }

    pub fn row(&mut self, table: &Table, row: &rows::StoredRow) {
        add_row(&mut self.0, table, row);
    }

    #[must_use]
    pub fn finish(self) -> String {
        format!("sha256:{}", hex(&self.0.finalize()))
    }
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
