//! One SHA-256 over the data tables' rows in key order: the same for the same data in any store.

use diesel::QueryResult;
use sha2::{Digest as _, Sha256};

use super::connection::Connection;
use super::rows;
use crate::model::series::{self, RUN, Series};
use crate::model::{Table, Value, tables};
use crate::sql::{Cell, Cells, Database as _};
use crate::text::hex;

const PAGE: usize = 5_000;

/// The digest of the whole store, `sha256:…`. A password that an import generated counts as
/// `generated`: it is drawn anew in each run, and no property of the data.
pub fn digest(connection: &mut Connection) -> QueryResult<String> {
    let mut digest = DataDigest::default();
    for table in tables::ALL {
        digest.table(table.name);
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
    for series in series::ALL {
        digest.table(series.name);
        let columns = series.columns().map(|(column, _)| column);
        let columns: Vec<&str> = columns.filter(|column| *column != RUN).collect();
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            series.name,
            series.key.join(", ")
        );
        connection.each(&sql, &[], |Cells(cells)| {
            digest.list_row(series, cells);
            Ok(())
        })?;
    }
    Ok(digest.finish())
}

/// Tables that the first version did not have. Empty ones leave no trace, so that the same data
/// has the same digest in every version.
const LATER: [&str; 12] = [
    "stream_devices",
    "streams",
    "datapoints",
    "customers",
    "applications",
    "application_systems",
    "modules",
    "classes",
    "attributes",
    "servercode",
    "collections",
    "documents",
];

/// The digest under way: each of [`tables::ALL`] in order, its rows in the order of their ids,
/// then each of [`series::ALL`], its rows in the order of their keys.
#[derive(Default)]
pub struct DataDigest {
    hash: Sha256,
    /// A table that has no row yet.
    waiting: Option<&'static str>,
}

impl DataDigest {
    pub fn table(&mut self, name: &'static str) {
        self.waiting = Some(name);
        if !LATER.contains(&name) {
            self.begin();
        }
    }

    fn begin(&mut self) {
        if let Some(name) = self.waiting.take() {
            self.hash.update(name.as_bytes());
            self.hash.update([0]);
        }
    }

    pub fn row(&mut self, table: &Table, row: &rows::StoredRow) {
        self.begin();
        add_row(&mut self.hash, table, row);
    }

    /// A row of a series in the order of its columns; the run that brought it is no data.
    pub fn list_row(&mut self, series: &Series, cells: Vec<Cell>) {
        self.begin();
        for ((column, kind), cell) in series.columns().zip(cells) {
            if column != RUN {
                add_value(&mut self.hash, &rows::value(kind, cell));
            }
        }
    }

    #[must_use]
    pub fn finish(self) -> String {
        format!("sha256:{}", hex(&self.hash.finalize()))
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

/// The digest of some rows of a list, as the ledger keeps it.
#[derive(Default)]
pub struct ListDigest(Sha256);

impl ListDigest {
    pub fn add(&mut self, fields: &[Value]) {
        for field in fields {
            add_value(&mut self.0, field);
        }
    }

    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
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
        Value::Bytes(bytes) => {
            hash.update([5]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
    }
}
