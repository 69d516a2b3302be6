//! The last backup and the last restore that a server was asked for, at most one row each. They
//! are this installation's, and no part of its data.

use diesel::prelude::*;

use super::columns::TimeText;
use super::connection::Connection;
use super::schema::maintenance;

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = maintenance)]
pub struct Maintenance {
    /// `backup` or `restore`.
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

/// Remembers one in the place of the one before it.
///
/// # Errors
/// What the database reports.
pub fn keep(connection: &mut Connection, row: &Maintenance) -> QueryResult<()> {
    connection.write(|connection| {
        diesel::delete(maintenance::table.find(&row.kind)).execute(connection)?;
        diesel::insert_into(maintenance::table)
            .values(row)
            .execute(connection)?;
        Ok(())
    })
}
