//! Statements whose shape is known only at run time, through diesel.
//!
//! diesel's typed queries serve where the tables are few and known; the engine writes any
//! table of the successor, and readers meet columns that hold anything. A [`Statement`] is
//! prepared once and kept by the connection, because equal text means an equal statement.

use diesel::QueryResult;
use diesel::deserialize::{self, QueryableByName};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::{Field, NamedRow};
use diesel::sql_types::{BigInt, Binary, Double, Nullable, Text, Untyped};
use diesel::sqlite::{Sqlite, SqliteType};

/// A parameter; the variant, not the value, gives its type, so that a NULL does not change
/// the statement.
#[derive(Clone, Copy, Debug)]
pub enum Bind<'a> {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

impl Bind<'_> {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        match self {
            Bind::Int(number) => out.push_bind_param::<Nullable<BigInt>, _>(number),
            Bind::Real(number) => out.push_bind_param::<Nullable<Double>, _>(number),
            Bind::Text(text) => out.push_bind_param::<Nullable<Text>, _>(text),
            Bind::Bytes(bytes) => out.push_bind_param::<Nullable<Binary>, _>(bytes),
        }
    }
}

/// SQL text with a `?` for each parameter, and nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    sql: &'a str,
    binds: &'a [Bind<'a>],
}

impl<'a> Statement<'a> {
    pub fn new(sql: &'a str, binds: &'a [Bind<'a>]) -> Self {
        Statement { sql, binds }
    }
}

impl QueryId for Statement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Statement<'_> {}

impl QueryFragment<Sqlite> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut pieces = self.sql.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (bind, piece) in self.binds.iter().zip(pieces) {
            bind.push(&mut out)?;
            out.push_sql(piece);
        }
        Ok(())
    }
}

/// `INSERT` of many rows: what [`Statement`] does, without a text to take apart.
#[derive(Clone, Copy, Debug)]
pub struct InsertRows<'a> {
    /// Up to and including `VALUES `.
    head: &'a str,
    columns: usize,
    binds: &'a [Bind<'a>],
}

impl<'a> InsertRows<'a> {
    /// `binds` holds whole rows of `columns` fields, one behind the other.
    pub fn new(head: &'a str, columns: usize, binds: &'a [Bind<'a>]) -> Self {
        InsertRows {
            head,
            columns,
            binds,
        }
    }
}

impl QueryId for InsertRows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for InsertRows<'_> {}

impl QueryFragment<Sqlite> for InsertRows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.head);
        for (index, row) in self.binds.chunks(self.columns).enumerate() {
            out.push_sql(if index == 0 { "(" } else { ",(" });
            for (index, bind) in row.iter().enumerate() {
                if index > 0 {
                    out.push_sql(",");
                }
                bind.push(&mut out)?;
            }
            out.push_sql(")");
        }
        Ok(())
    }
}

/// One field as the database gave it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(Box<str>),
    /// A blob, or a text that is no UTF-8.
    Bytes(Box<[u8]>),
}

impl Cell {
    pub fn int(&self) -> Option<i64> {
        match self {
            Cell::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Cell::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// One row, its fields in the order of the statement.
#[derive(Debug)]
pub struct Cells(pub Vec<Cell>);

impl QueryableByName<Sqlite> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut cells = Vec::with_capacity(row.field_count());
        for index in 0..row.field_count() {
            let field = diesel::row::Row::get(row, index).ok_or("a field is missing")?;
            let cell = match field.value() {
                None => Cell::Null,
                Some(mut value) => match value.value_type() {
                    None => Cell::Null,
                    Some(SqliteType::Double | SqliteType::Float) => Cell::Real(value.read_double()),
                    Some(SqliteType::Binary) => Cell::Bytes(value.read_blob().into()),
                    Some(SqliteType::Text) => {
                        let text: Box<str> = value.read_text().into();
                        // diesel reads bytes that are no text with U+FFFD in their place
                        if text.contains('\u{fffd}')
                            && std::str::from_utf8(value.read_blob()).is_err()
                        {
                            Cell::Bytes(value.read_blob().into())
                        } else {
                            Cell::Text(text)
                        }
                    }
                    Some(_) => Cell::Int(value.read_long()),
                },
            };
            cells.push(cell);
        }
        Ok(Cells(cells))
    }
}

/// A row of one integer, NULL being 0: ids by the million cost nothing more than themselves.
#[derive(Debug)]
pub struct Id(pub i64);

impl QueryableByName<Sqlite> for Id {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        Ok(Id(integer(row, 0)?))
    }
}

/// Field `index` as an integer, NULL being 0.
pub fn integer<'a>(row: &impl NamedRow<'a, Sqlite>, index: usize) -> deserialize::Result<i64> {
    let field = diesel::row::Row::get(row, index).ok_or("a field is missing")?;
    Ok(field.value().map_or(0, |mut value| value.read_long()))
}

/// Field `index` as text, NULL being empty.
pub fn text<'a>(row: &impl NamedRow<'a, Sqlite>, index: usize) -> deserialize::Result<Box<str>> {
    let field = diesel::row::Row::get(row, index).ok_or("a field is missing")?;
    Ok(field
        .value()
        .map_or_else(Box::default, |mut value| value.read_text().into()))
}

/// Field `index` as bytes, NULL being empty.
pub fn bytes<'a>(row: &impl NamedRow<'a, Sqlite>, index: usize) -> deserialize::Result<Box<[u8]>> {
    let field = diesel::row::Row::get(row, index).ok_or("a field is missing")?;
    Ok(field
        .value()
        .map_or_else(Box::default, |mut value| value.read_blob().into()))
}

/// All rows of a query that is known to have few.
pub fn query(
    connection: &mut SqliteConnection,
    sql: &str,
    binds: &[Bind],
) -> QueryResult<Vec<Cells>> {
    Statement::new(sql, binds).load(connection)
}

/// Runs a statement; returns the number of rows that it changed.
pub fn execute(connection: &mut SqliteConnection, sql: &str, binds: &[Bind]) -> QueryResult<usize> {
    Statement::new(sql, binds).execute(connection)
}

/// The first field of the first row, where that is an integer.
pub fn query_int(
    connection: &mut SqliteConnection,
    sql: &str,
    binds: &[Bind],
) -> QueryResult<Option<i64>> {
    let rows = query(connection, sql, binds)?;
    Ok(rows
        .first()
        .and_then(|row| row.0.first())
        .and_then(Cell::int))
}
