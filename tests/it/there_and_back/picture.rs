//! The data tables' rows, comparable apart from ids that were given anew.

use std::collections::{BTreeMap, HashMap};

use heirloom::model::{Kind, Table, tables};
use heirloom::sql::Cell;

use crate::support::Bench;

/// Whose ids may differ.
#[derive(Clone, Copy)]
pub enum Ids<'a> {
    /// Of rows of these tables. Each of them has new ids, above those it had.
    Anew(&'a [&'static str]),
}

/// By table: its rows by id, a column of each a field.
pub struct Picture(BTreeMap<&'static str, BTreeMap<i64, Vec<Cell>>>);

impl Picture {
    pub fn of(bench: &Bench) -> Self {
        let rows = |table: &Table| {
            let columns: Vec<String> = columns(table).map(|name| format!("\"{name}\"")).collect();
            let sql = format!("SELECT id, {} FROM {}", columns.join(", "), table.name);
            let rows = bench.store.rows(&sql).into_iter();
            rows.map(|mut row| {
                let rest = row.split_off(1);
                (row[0].int().expect("an id"), rest)
            })
            .collect()
        };
        Picture(
            tables::ALL
                .iter()
                .map(|table| (table.name, rows(table)))
                .collect(),
        )
    }

    /// Whether this is what that became, there and back.
    #[track_caller]
    pub fn is_like(&self, before: &Self, Ids::Anew(anew): Ids) {
        let (now, then) = (self.text(anew), before.text(anew));
        let rest = |these: &[String], those: &[String]| -> Vec<String> {
            let rest = these.iter().filter(|line| !those.contains(line));
            rest.cloned().collect()
        };
        assert_eq!(rest(&now, &then), rest(&then, &now));
        assert_eq!(now.len(), then.len());
        for table in anew {
            let (now, then) = (&self.0[table], &before.0[table]);
            let highest = then.keys().max().copied().unwrap_or(0);
            let given: Vec<&i64> = now.keys().filter(|id| !then.contains_key(id)).collect();
            assert!(!given.is_empty(), "{table} has no new ids");
            assert!(
                given.iter().all(|id| **id > highest),
                "{table}: {given:?}, given again"
            );
        }
    }

    /// Every row as text, in order. Rows of the tables named are called by what is in them
    /// instead of by their ids.
    fn text(&self, anew: &[&str]) -> Vec<String> {
        let mut names: HashMap<(&str, i64), String> = HashMap::new();
        let mut lines = Vec::new();
        for table in tables::ALL {
            for (id, row) in &self.0[table.name] {
                let generated = table.columns.iter().zip(row).any(|((column, _), cell)| {
                    *column == "password_generated" && cell.int() == Some(1)
                });
                let fields: Vec<String> = table
                    .columns
                    .iter()
                    .zip(row)
                    .map(|((column, kind), cell)| match (kind, cell.int()) {
                        (Kind::Ref(parent), Some(id)) => {
                            format!("{column}: ({})", names[&(*parent, id)])
                        }
                        (Kind::Password, _) if generated => "generated".into(),
                        _ => format!("{column}: {cell:?}"),
                    })
                    .collect();
                let fields = fields.join(", ");
                let called = match anew.contains(&table.name) {
                    true => fields.clone(),
                    false => format!("{} {id}", table.name),
                };
                lines.push(format!("{called} = {fields}"));
                names.insert((table.name, *id), called);
            }
        }
        lines.sort_unstable();
        lines
    }
}

fn columns(table: &Table) -> impl Iterator<Item = &'static str> {
    table.columns.iter().map(|(name, _)| *name)
}
