//! The plan as people and programs read it: a JSON object a line.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{Act, Change, ListChange, Spool};
use crate::model::{Kind, Table, Value};

impl Spool {
    /// Writes every change, in the order in which they are applied. Passwords and keys are left
    /// out; of lists it says which rows go where, not what is in them.
    ///
    /// # Errors
    /// The disk or the output fails.
    pub fn write_lines(&mut self, out: &mut impl Write) -> io::Result<()> {
        let come = self.readers()?;
        for (table, changes) in come.into_iter().chain(self.ends()?) {
            for change in changes {
                serde_json::to_writer(&mut *out, &Line::new(table, &change?))?;
                out.write_all(b"\n")?;
            }
        }
        for (series, changes) in self.lists()? {
            let mut list = None;
            for change in changes {
                match change? {
                    ListChange::Open { owner, keep, .. } => list = Some((owner, keep)),
                    ListChange::Rows { .. } => {}
                    ListChange::Enter { text, rows, .. } => {
                        let (id, position) = list.unwrap_or_default();
                        let line = ListLine {
                            table: series.name,
                            legacy_id: &text,
                            id,
                            act: "add",
                            rows,
                            position,
                        };
                        serde_json::to_writer(&mut *out, &line)?;
                        out.write_all(b"\n")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// One change.
#[derive(serde::Serialize)]
struct Line<'a> {
    table: &'static str,
    legacy_id: String,
    id: i64,
    act: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Fields<'a>>,
}

/// Rows of a list that are added.
#[derive(serde::Serialize)]
struct ListLine<'a> {
    table: &'static str,
    legacy_id: &'a str,
    /// Of the row on which the list hangs.
    id: i64,
    act: &'static str,
    rows: i64,
    /// Where the first of them goes.
    position: i64,
}

impl<'a> Line<'a> {
    fn new(table: &'static Table, change: &'a Change) -> Self {
        let fields = |values| Some(Fields { table, values });
        let (act, changed, fields) = match &change.act {
            Act::Insert(values) => ("insert", None, fields(values)),
            Act::Update { before, after } => {
                let columns = table.columns.iter().zip(before.iter().zip(after));
                let changed = columns.filter(|(_, (before, after))| before != after);
                let changed = changed.map(|((name, _), _)| *name).collect();
                ("update", Some(changed), fields(after))
            }
            Act::Adopt => ("follow", None, None),
            Act::Delete(_) => ("delete", None, None),
            Act::Rebase => ("rebase", None, None),
            Act::Forget => ("forget", None, None),
        };
        Line {
            table: table.name,
            legacy_id: change.key.to_string(),
            id: change.id,
            act,
            changed,
            fields,
        }
    }
}

/// A row's fields by name, as they are after the change.
struct Fields<'a> {
    table: &'static Table,
    values: &'a [Value],
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for ((name, kind), value) in self.table.columns.iter().zip(self.values) {
            match (kind, value) {
                (Kind::Password | Kind::Secret | Kind::Bytes, _)
                | (_, Value::Generated | Value::Bytes(_)) => {}
                (_, Value::Null) => map.serialize_entry(name, &())?,
                (Kind::Bool, Value::Int(flag)) => map.serialize_entry(name, &(*flag != 0))?,
                (_, Value::Int(number)) => map.serialize_entry(name, number)?,
                (_, Value::Real(number)) => map.serialize_entry(name, number)?,
                (Kind::Json, Value::Text(text)) => {
                    match serde_json::from_str::<serde_json::Value>(text) {
                        Ok(json) => map.serialize_entry(name, &json)?,
                        Err(_) => map.serialize_entry(name, text)?,
                    }
                }
                (_, Value::Text(text)) => map.serialize_entry(name, text)?,
            }
        }
        map.end()
    }
}
