//! Rows of a series: each list by its owner and lane, by position.

use diesel::QueryResult;
use diesel::connection::SimpleConnection as _;
use diesel::result::Error as DbError;

use super::bulk::Inserter;
use super::connection::Connection;
use super::rows::value;
use crate::model::series::{RUN, Series};
use crate::model::{Kind, Value};
use crate::sql::{Bind, Cell, Cells, Database as _, execute, query, query_int};

/// One list of a series.
#[derive(Clone, Copy, Debug)]
pub struct List {
    pub series: &'static Series,
    pub owner: i64,
    pub lane: i64,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    pub position: i64,
    pub fields: Vec<Value>,
    /// The run that brought it.
    pub run: Option<i64>,
}

impl List {
    /// How many rows it has.
    ///
    /// # Errors
    /// What the database reports.
    pub fn length(&self, connection: &mut Connection) -> QueryResult<i64> {
        let sql = format!(
            "SELECT max(position) + 1 FROM {} WHERE {}",
            self.series.name,
            self.condition()
        );
        Ok(query_int(connection, &sql, &self.binds())?.unwrap_or(0))
    }

    /// How many rows it has that imports brought, and that they did not.
    ///
    /// # Errors
    /// What the database reports.
    pub fn counts(&self, connection: &mut Connection) -> QueryResult<(u64, u64)> {
        let count = |connection: &mut Connection, which: &str| -> QueryResult<u64> {
            let sql = format!(
                "SELECT count(*) FROM {} WHERE {} AND {RUN} IS {which}",
                self.series.name,
                self.condition()
            );
            let count = query_int(connection, &sql, &self.binds())?;
            Ok(count.unwrap_or(0).unsigned_abs())
        };
        Ok((count(connection, "NOT NULL")?, count(connection, "NULL")?))
    }

    /// The highest lane that its owner has.
    ///
    /// # Errors
    /// What the database reports.
    pub fn highest_lane(&self, connection: &mut Connection) -> QueryResult<i64> {
        let (owner, lane) = (self.series.owner.0, self.series.lane.0);
        let sql = format!(
            "SELECT max({lane}) FROM {} WHERE {owner} = ?",
            self.series.name
        );
        let highest = query_int(connection, &sql, &[Bind::Int(Some(self.owner))])?;
        Ok(highest.unwrap_or(self.lane).max(self.lane))
    }

    /// The rows from a position on, at most `limit`.
    ///
    /// # Errors
    /// What the database reports.
    pub fn page(
        &self,
        connection: &mut Connection,
        from: i64,
        limit: usize,
    ) -> QueryResult<Vec<ListRow>> {
        let fields = self.series.fields.iter();
        let fields: String = fields.map(|(name, _)| format!(", \"{name}\"")).collect();
        let sql = format!(
            "SELECT position, {RUN}{fields} FROM {} WHERE {} AND position >= ? \
             ORDER BY position LIMIT ?",
            self.series.name,
            self.condition()
        );
        let [owner, lane] = self.binds();
        let binds = [
            owner,
            lane,
            Bind::Int(Some(from)),
            Bind::Int(Some(limit as i64)),
        ];
        let rows = query(connection, &sql, &binds)?;
        Ok(rows
            .into_iter()
            .map(|Cells(cells)| {
                let mut cells = cells.into_iter();
                let position = cells.next().map_or(0, Cell::into_int);
                let run = cells.next().as_ref().and_then(Cell::int);
                let fields = cells
                    .zip(self.series.fields)
                    .map(|(cell, (_, kind))| value(*kind, cell))
                    .collect();
                ListRow {
                    position,
                    fields,
                    run,
                }
            })
            .collect())
    }

    /// Hands out the fields of every row, one after the other.
    ///
    /// # Errors
    /// What the database reports, or `each` returns.
    pub fn each<E: From<DbError>>(
        &self,
        connection: &mut Connection,
        mut each: impl FnMut(&[Value]) -> Result<(), E>,
    ) -> Result<(), E> {
        let fields = self.series.fields.iter();
        let fields: Vec<String> = fields.map(|(name, _)| format!("\"{name}\"")).collect();
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY position",
            fields.join(", "),
            self.series.name,
            self.condition()
        );
        let mut stopped = None;
        let read = connection.each(&sql, &self.binds(), |Cells(cells)| {
            let fields = cells.into_iter().zip(self.series.fields);
            let fields: Vec<Value> = fields.map(|(cell, (_, kind))| value(*kind, cell)).collect();
            each(&fields).map_err(|error| {
                stopped = Some(error);
                DbError::RollbackTransaction
            })
        });
        match stopped {
            Some(error) => Err(error),
            None => Ok(read?),
        }
    }

    /// Takes away the rows from a position on.
    ///
    /// # Errors
    /// What the database reports.
    pub fn cut(&self, connection: &mut Connection, from: i64) -> QueryResult<()> {
        let sql = format!(
            "DELETE FROM {} WHERE {} AND position >= ?",
            self.series.name,
            self.condition()
        );
        let [owner, lane] = self.binds();
        execute(connection, &sql, &[owner, lane, Bind::Int(Some(from))])?;
        Ok(())
    }

    /// The parameters of owner and lane, as they stand in every row.
    #[must_use]
    pub fn binds(&self) -> [Bind<'static>; 2] {
        let lane = match self.series.lane.1 {
            Kind::Bool => Bind::Bool(Some(self.lane != 0)),
            _ => Bind::Int(Some(self.lane)),
        };
        [Bind::Int(Some(self.owner)), lane]
    }

    /// What is true of its rows alone, for the parameters of [`List::binds`].
    #[must_use]
    pub fn condition(&self) -> String {
        format!("{} = ? AND {} = ?", self.series.owner.0, self.series.lane.0)
    }
}

/// The bulk insert of a series.
#[must_use]
pub fn inserter(series: &Series) -> Inserter {
    let columns: Vec<&str> = series.columns().map(|(column, _)| column).collect();
    Inserter::new(series.name, &columns)
}

/// Gives the rows of every list positions without gaps again, after some went. Belongs into a
/// transaction.
///
/// # Errors
/// What the database reports.
pub fn close_gaps(connection: &mut Connection, series: &Series) -> QueryResult<()> {
    let (name, key) = (series.name, [series.owner.0, series.lane.0].join(", "));
    let (owner, lane) = (series.owner.0, series.lane.0);
    // by way of positions below 0, which nobody has: no two rows meet
    connection.batch_execute(&format!(
        "UPDATE {name} SET position = -1 - counted.place FROM ( \
            SELECT {key}, position AS at, \
                row_number() OVER (PARTITION BY {key} ORDER BY position) - 1 AS place FROM {name} \
         ) AS counted \
         WHERE {name}.{owner} = counted.{owner} AND {name}.{lane} = counted.{lane} \
             AND {name}.position = counted.at AND counted.at <> counted.place; \
         UPDATE {name} SET position = -1 - position WHERE position < 0"
    ))
}
