//! Statements whose shape is known only at run time, through diesel.
//!
//! diesel's typed queries serve where the tables are few and known; the engine writes any
//! table of the successor, and readers meet columns that hold anything. A [`Statement`] is
//! prepared once and kept by the connection, because equal text means an equal statement.
//! What each database has of its own, parameters and fields, stands in the modules below.

mod mysql;
mod postgres;
mod sqlite;

pub use postgres::{microseconds, time_text};

use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, QueryableByName};
use diesel::mysql::MysqlConnection;
use diesel::pg::{PgConnection, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::Untyped;

/// A parameter; the variant, not the value, gives its type, so that a NULL does not change
/// the statement.
#[derive(Clone, Copy, Debug)]
pub enum Bind<'a> {
    Int(Option<i64>),
    Real(Option<f64>),
    Bool(Option<bool>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
    /// UTC, as [`crate::time::to_text`] writes it.
    Time(Option<&'a str>),
    Json(Option<&'a str>),
    /// An address without a prefix.
    Inet(Option<&'a str>),
    Mac(Option<&'a str>),
}

/// What a database has of its own.
pub trait Engine: Backend {
    fn push<'b>(bind: &'b Bind<'_>, out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()>;
    fn cell(value: Self::RawValue<'_>) -> Cell;
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

impl<DB: Engine> QueryFragment<DB> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut pieces = self.sql.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (bind, piece) in self.binds.iter().zip(pieces) {
            DB::push(bind, &mut out)?;
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

impl<DB: Engine> QueryFragment<DB> for InsertRows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.head);
        for (index, row) in self.binds.chunks(self.columns).enumerate() {
            out.push_sql(if index == 0 { "(" } else { ",(" });
            for (index, bind) in row.iter().enumerate() {
                if index > 0 {
                    out.push_sql(",");
                }
                DB::push(bind, &mut out)?;
            }
            out.push_sql(")");
        }
        Ok(())
    }
}

/// One field as the database gave it: in every engine the same for the same value, so times,
/// addresses and JSON are text, and booleans are 0 and 1.
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

    /// The integer, anything else being 0.
    pub fn into_int(self) -> i64 {
        self.int().unwrap_or(0)
    }

    /// The text, anything else being empty.
    pub fn into_text(self) -> Box<str> {
        match self {
            Cell::Text(text) => text,
            _ => Box::default(),
        }
    }

    /// The bytes, NULL and numbers being empty.
    pub fn into_bytes(self) -> Box<[u8]> {
        match self {
            Cell::Bytes(bytes) => bytes,
            Cell::Text(text) => text.into_boxed_bytes(),
            _ => Box::default(),
        }
    }

    /// Text where the bytes are one.
    fn from_bytes(bytes: &[u8]) -> Cell {
        match std::str::from_utf8(bytes) {
            Ok(text) => Cell::Text(text.into()),
            Err(_) => Cell::Bytes(bytes.into()),
        }
    }
}

/// A number of single precision as it is written: 12.3, not 12.300000190734863.
fn single(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

/// What can be made of a row's fields in the order of the statement, whatever the engine.
pub trait FromFields: Sized {
    fn from_fields(fields: impl Iterator<Item = Cell>) -> Self;
}

/// One row, its fields in the order of the statement.
#[derive(Debug)]
pub struct Cells(pub Vec<Cell>);

impl FromFields for Cells {
    fn from_fields(fields: impl Iterator<Item = Cell>) -> Self {
        Cells(fields.collect())
    }
}

/// A row of one integer, NULL being 0: ids by the million cost nothing more than themselves.
#[derive(Debug)]
pub struct Id(pub i64);

impl FromFields for Id {
    fn from_fields(mut fields: impl Iterator<Item = Cell>) -> Self {
        Id(fields.next().map_or(0, Cell::into_int))
    }
}

/// What diesel builds from a row, on the way to the type itself.
struct Built<T>(T);

impl<T: FromFields, DB: Engine> QueryableByName<DB> for Built<T> {
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let fields = (0..row.field_count()).map(|index| {
            Row::get(row, index)
                .as_ref()
                .and_then(Field::value)
                .map_or(Cell::Null, DB::cell)
        });
        Ok(Built(T::from_fields(fields)))
    }
}

/// A connection to any database.
pub trait Database {
    /// All rows of a query that is known to have few.
    ///
    /// # Errors
    /// What the database reports.
    fn rows<T: FromFields + 'static>(&mut self, sql: &str, binds: &[Bind]) -> QueryResult<Vec<T>>;

    /// Hands out the rows of a query as they come.
    ///
    /// # Errors
    /// What the database reports, or `each` returns.
    fn each<T: FromFields + 'static>(
        &mut self,
        sql: &str,
        binds: &[Bind],
        each: impl FnMut(T) -> QueryResult<()>,
    ) -> QueryResult<()>;

    /// Runs a statement; returns the number of rows that it changed.
    ///
    /// # Errors
    /// What the database reports.
    fn run(&mut self, sql: &str, binds: &[Bind]) -> QueryResult<usize>;
}

macro_rules! database {
    ($($connection:ty, $mode:ty;)*) => { $(
        impl Database for $connection {
            fn rows<T: FromFields + 'static>(&mut self, sql: &str, binds: &[Bind]) -> QueryResult<Vec<T>> {
                let rows: Vec<Built<T>> = Statement::new(sql, binds).load(self)?;
                Ok(rows.into_iter().map(|row| row.0).collect())
            }

            fn each<T: FromFields + 'static>(
                &mut self,
                sql: &str,
                binds: &[Bind],
                mut each: impl FnMut(T) -> QueryResult<()>,
            ) -> QueryResult<()> {
                for row in Statement::new(sql, binds).load_iter::<Built<T>, $mode>(self)? {
                    each(row?.0)?;
                }
                Ok(())
            }

            fn run(&mut self, sql: &str, binds: &[Bind]) -> QueryResult<usize> {
                Statement::new(sql, binds).execute(self)
            }
        }
    )* };
}
database! {
    SqliteConnection, DefaultLoadingMode;
    MysqlConnection, DefaultLoadingMode;
    // the default would hold the whole result in memory
    PgConnection, PgRowByRowLoadingMode;
}

/// All rows of a query that is known to have few.
pub fn query(connection: &mut impl Database, sql: &str, binds: &[Bind]) -> QueryResult<Vec<Cells>> {
    connection.rows(sql, binds)
}

/// Runs a statement; returns the number of rows that it changed.
pub fn execute(connection: &mut impl Database, sql: &str, binds: &[Bind]) -> QueryResult<usize> {
    connection.run(sql, binds)
}

/// The first field of the first row, where that is an integer.
pub fn query_int(
    connection: &mut impl Database,
    sql: &str,
    binds: &[Bind],
) -> QueryResult<Option<i64>> {
    let rows = query(connection, sql, binds)?;
    Ok(rows
        .first()
        .and_then(|row| row.0.first())
        .and_then(Cell::int))
}
