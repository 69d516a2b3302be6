//! PostgreSQL's COPY: the fastest way in for rows of equal shape.

use std::fmt::Write as _;
use std::io::Write;

use diesel::pg::{CopyFormat, CopyTarget, Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::AstPass;

use super::contents;
use crate::sql::Bind;

/// Copies rows into a table; `binds` holds them one behind the other.
///
/// # Errors
/// What the database reports; then the transaction is over.
pub fn copy(
    connection: &mut PgConnection,
    table: &str,
    columns: usize,
    binds: &[Bind],
) -> QueryResult<()> {
    let mut text = String::with_capacity(binds.len() * 12);
    for row in binds.chunks(columns) {
        for (index, bind) in row.iter().enumerate() {
            if index > 0 {
                text.push('\t');
            }
            push(&mut text, bind);
        }
        text.push('\n');
    }
    into(connection, table, text.as_bytes())
}

/// A field in COPY's text form.
fn push(out: &mut String, bind: &Bind) {
    let written = match bind {
        Bind::Int(Some(number)) => write!(out, "{number}"),
        Bind::Real(Some(number)) => write!(out, "{number:?}"),
        Bind::Bool(Some(flag)) => out.write_str(if *flag { "t" } else { "f" }),
        Bind::Bytes(Some(bytes)) => {
            out.push_str(r"\\x");
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
        }
        Bind::Text(Some(text)) | Bind::Json(Some(text)) => {
            escape(out, text);
            Ok(())
        }
        // the session is in UTC
        Bind::Time(Some(text)) | Bind::Inet(Some(text)) | Bind::Mac(Some(text)) => {
            escape(out, text);
            Ok(())
        }
        _ => out.write_str(r"\N"),
    };
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
}

fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\n', '\r', '\t']) {
        out.push_str(&rest[..at]);
        out.push('\\');
        out.push(match rest.as_bytes()[at] {
            b'\n' => 'n',
            b'\r' => 'r',
            b'\t' => 't',
            _ => '\\',
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

diesel::table! {
    /// diesel wants a table of its own; which one is copied into, the target says.
    any (id) {
        id -> BigInt,
    }
}

/// What diesel copies into is a type, and so each table has one here.
macro_rules! targets {
    ($($table:ident)*) => {
        $(
            #[allow(non_camel_case_types)] // named as the tables are
            struct $table;

            impl CopyTarget for $table {
                type Table = any::table;
                type SqlType = diesel::sql_types::BigInt;

                fn walk_target(mut out: AstPass<'_, '_, Pg>) -> QueryResult<()> {
                    out.push_identifier(stringify!($table))?;
                    let columns = contents::columns(stringify!($table));
                    for (index, column) in columns.into_iter().enumerate() {
                        out.push_sql(if index == 0 { " (" } else { ", " });
                        out.push_identifier(column)?;
                    }
                    out.push_sql(")");
                    Ok(())
                }
            }
        )*

        fn into(connection: &mut PgConnection, table: &str, rows: &[u8]) -> QueryResult<()> {
            match table {
                $(stringify!($table) => run($table, connection, rows),)*
                _ => Err(diesel::result::Error::QueryBuilderError(
                    format!("{table} is not among the tables that are copied into").into(),
                )),
            }
        }

        #[cfg(test)]
        const TARGETS: &[&str] = &[$(stringify!($table)),*];
    };
}

fn run<T: CopyTarget<Table = any::table>>(
    target: T,
    connection: &mut PgConnection,
    rows: &[u8],
) -> QueryResult<()> {
    diesel::copy_from(any::table)
        .from_raw_data(target, |out: &mut dyn Write| -> QueryResult<()> {
            out.write_all(rows)
                .map_err(|error| diesel::result::Error::SerializationError(error.into()))
        })
        .with_format(CopyFormat::Text)
        .execute(connection)?;
    Ok(())
}

targets! {
    users
    email_addresses
    layers
    nodes
    devices
    routing_protocols
    device_routing_protocols
    interfaces
    ip_addresses
    vaps
    links
    routes
    contacts
    network_statistics
    statuses
    stream_devices
    streams
    customers
    applications
    application_systems
    modules
    classes
    attributes
    servercode
    collections
    datapoints
    documents
    runs
    findings
    ledger_kinds
    ledger
    ledger_ranges
    before_images
    decisions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_a_target() {
        for table in contents::all() {
            assert!(TARGETS.contains(&table.name), "{}", table.name);
        }
    }

    #[test]
    fn fields_are_escaped() {
        let mut out = String::new();
        for bind in [
            Bind::Text(Some("a\tb\\c\nd\re")),
            Bind::Text(None),
            Bind::Text(Some(r"\N")),
            Bind::Bytes(Some(&[0, 255])),
            Bind::Bool(Some(true)),
            Bind::Real(Some(1e300)),
            Bind::Real(Some(0.1)),
        ] {
            push(&mut out, &bind);
            out.push(' ');
        }
        assert_eq!(out, r"a\tb\\c\nd\re \N \\N \\x00ff t 1e300 0.1 ");
    }
}
