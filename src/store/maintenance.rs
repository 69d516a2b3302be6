//! The last backup and the last restore that a server was asked for, and what the store was last
//! restored from by whomever, at most one row each. They are this installation's, and no part of
//! its data.

use diesel::prelude::*;

use super::columns::TimeText;
use super::connection::Connection;
use super::schema::maintenance;

/// The kind of the row that a restore writes with all others: from then on accounts are others.
pub const RESTORED: &str = "restored";

/// One of the three.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = maintenance)]
pub struct Maintenance {
    /// `backup`, `restore` or [`RESTORED`].
    pub kind: String,
    /// The backup's own id.
    pub archive: Option<String>,
    /// `None` while it goes on.
    pub succeeded: Option<bool>,
    pub message: String,
    pub started: TimeText,
    pub finished: Option<TimeText>,
}

/// What is remembered.
///
/// # Errors
/// What the database reports.
pub fn all(connection: &mut Connection) -> QueryResult<Vec<Maintenance>> {
    maintenance::table
        .select(Maintenance::as_select())
        .load(connection)
}

/// Remembers one in the place of the one before it, in the transaction that is under way.
///
/// # Errors
/// What the database reports.
pub fn keep(connection: &mut Connection, row: &Maintenance) -> QueryResult<()> {
    diesel::delete(maintenance::table.find(&row.kind)).execute(connection)?;
    diesel::insert_into(maintenance::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}

/// Tells the accounts before a restore from those after it: what was checked in one epoch says
/// nothing in another. Read before the account that is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch(Option<TimeText>);

/// The epoch that the store is in.
///
/// # Errors
/// What the database reports.
pub fn epoch(connection: &mut Connection) -> QueryResult<Epoch> {
    let started = maintenance::table
        .find(RESTORED)
        .select(maintenance::started)
        .first(connection)
        .optional()?;
    Ok(Epoch(started))
}
