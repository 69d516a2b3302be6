//! A backup of an older version, brought to this one: loaded into a scratch store of its own
//! version, migrated there, and backed up anew.

use std::io::BufWriter;

use diesel::connection::SimpleConnection as _;

use super::error::ArchiveError;
use super::format::TableHead;
use super::load::load;
use super::read::{Scrutiny, read};
use super::restore::Source;
use super::{Phase, Progress, Watch};
use crate::sql::{Bind, query};
use crate::store::Scratch;
use crate::store::bulk::Inserter;
use crate::store::connection::Connection;
use crate::store::contents::LEFT_OUT;
use crate::store::rows;

/// The same data as a backup of this version, in a file that is gone with the value.
pub fn upgraded(source: &Source, watch: &mut dyn Watch) -> Result<Source, ArchiveError> {
    let manifest = &source.read.manifest;
    let mut scratch = Scratch::of_version(manifest.schema)?;
    let connection = scratch.connection();
    check_shape(connection, &manifest.tables)?;
    connection.batch_execute("PRAGMA foreign_keys = OFF")?;
    connection.write(|connection| -> Result<(), ArchiveError> {
        for table in &manifest.tables {
            connection.batch_execute(&format!("DELETE FROM {}", table.name))?;
        }
        load(
            connection,
            &source.file,
            &source.read,
            &mut |connection, table, binds| {
                let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
                Inserter::new(&table.name, &columns).insert(connection, binds)
            },
            watch,
        )?;
        for table in &manifest.tables {
            if let Some(highest) = table.highest_id {
                rows::set_highest_id(connection, &table.name, highest)?;
            }
        }
        Ok(())
    })?;
    watch.step(Progress {
        phase: Phase::Upgrading,
        table: "",
        rows: source.read.rows(),
        total: Some(source.read.rows()),
    });
    scratch.migrate()?;
    let file = tempfile::tempfile().map_err(ArchiveError::Writing)?;
    let out = BufWriter::new(&file);
    let (out, _) = super::write(scratch.connection(), &manifest.id, out, watch)?;
    out.into_inner()
        .map_err(|error| ArchiveError::Writing(error.into_error()))?;
    let read = read(&file, Scrutiny::Whole, watch, &mut |_| Ok(()))?;
    Ok(Source { file, read })
}

/// The manifest has the tables and columns of its version, and no other.
fn check_shape(connection: &mut Connection, tables: &[TableHead]) -> Result<(), ArchiveError> {
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut there: Vec<String> = texts(connection, names, &[])?;
    there.retain(|name| !LEFT_OUT.iter().any(|(left_out, _)| left_out == name));
    let mut named: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    there.sort_unstable();
    named.sort_unstable();
    let mut alike = there == named;
    for table in tables {
        let sql = "SELECT name FROM pragma_table_info(?)";
        let mut there = texts(connection, sql, &[Bind::Text(Some(&table.name))])?;
        let mut named = table.columns.clone();
        there.sort_unstable();
        named.sort_unstable();
        alike &= there == named;
    }
    match alike {
        true => Ok(()),
        false => Err(ArchiveError::damaged(
            "its manifest has other tables or columns than its version had",
        )),
    }
}

fn texts(
    connection: &mut Connection,
    sql: &str,
    binds: &[Bind<'_>],
) -> Result<Vec<String>, ArchiveError> {
    let rows = query(connection, sql, binds)?;
    let first = |row: crate::sql::Cells| row.0.into_iter().next();
    let texts = rows.into_iter().filter_map(first);
    Ok(texts.map(|cell| cell.into_text().into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Scrutiny;
    use std::path::Path;

    /// The way through a scratch store loses nothing.
    #[test]
    fn what_is_upgraded_has_the_same_data() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = root.join("fixtures/archives/schema-1.tar.gz");
        let source = Source::open(&path, &mut ()).unwrap();
        let upgraded = upgraded(&source, &mut ()).unwrap();
        assert_eq!(upgraded.read.manifest.id, source.read.manifest.id);
        assert_eq!(upgraded.read.sums.digest, source.read.sums.digest);
        let again = read(&upgraded.file, Scrutiny::Members, &mut (), &mut |_| Ok(()));
        assert_eq!(again.unwrap(), upgraded.read);
    }

    #[test]
    fn columns_that_its_version_did_not_have_are_refused() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = root.join("fixtures/archives/schema-1.tar.gz");
        let mut source = Source::open(&path, &mut ()).unwrap();
        source.read.manifest.tables[0].columns[1] = "other".into();
        assert!(upgraded(&source, &mut ()).is_err());
    }
}
