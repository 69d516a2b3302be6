//! Streams of data, the devices that write them, and what the accounts that own both say of
//! themselves, as ConnectorDB has it.

pub mod devices;
pub mod people;
pub mod points;

use diesel::prelude::*;

use super::columns::JsonText;
use super::connection::Connection;
use super::schema::{stream_devices, streams};
use points::Lane;

/// Whether a statement failed because something of that name, or with that key, is there.
#[must_use]
pub fn is_taken(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    matches!(error, DatabaseError(UniqueViolation, _))
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = streams)]
pub struct Stream {
    pub id: i64,
    pub stream_device_id: i64,
    pub name: String,
    #[diesel(embed)]
    pub fields: Fields,
}

/// What may be changed of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = streams, treat_none_as_null = true)]
pub struct Fields {
    pub nickname: Option<String>,
    pub description: Option<String>,
    pub icon: Option<String>,
    /// A JSON Schema as its owner wrote it.
    pub schema: Option<String>,
    pub datatype: Option<String>,
    pub is_ephemeral: bool,
    pub has_downlink: bool,
}

impl Stream {
    /// The schema that new values must satisfy.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.fields.schema.as_deref().unwrap_or("{}")
    }
}

/// The streams of a device by name.
///
/// # Errors
/// The store fails.
pub fn of_device(connection: &mut Connection, device: i64) -> QueryResult<Vec<Stream>> {
    streams::table
        .filter(streams::stream_device_id.eq(device))
        .order(streams::name)
        .select(Stream::as_select())
        .load(connection)
}

/// The stream of that name.
///
/// # Errors
/// The store fails.
pub fn find(connection: &mut Connection, device: i64, name: &str) -> QueryResult<Option<Stream>> {
    streams::table
        .filter(streams::stream_device_id.eq(device))
        .filter(streams::name.eq(name))
        .select(Stream::as_select())
        .first(connection)
        .optional()
}

/// Adds a stream. Belongs into a transaction.
///
/// # Errors
/// The name is taken ([`is_taken`]), or the store fails.
pub fn create(
    connection: &mut Connection,
    device: i64,
    name: &str,
    fields: &Fields,
) -> QueryResult<()> {
    diesel::insert_into(streams::table)
        .values((
            streams::stream_device_id.eq(device),
            streams::name.eq(name),
            fields,
            streams::data.eq(JsonText("{}".into())),
        ))
        .execute(connection)?;
    Ok(())
}

/// Gives a stream these fields; where it is no downlink any more, what was sent to it goes.
/// Belongs into a transaction.
///
/// # Errors
/// The store fails.
pub fn update(connection: &mut Connection, held: &Stream, fields: &Fields) -> QueryResult<()> {
    diesel::update(streams::table.find(held.id))
        .set(fields)
        .execute(connection)?;
    if held.fields.has_downlink && !fields.has_downlink {
        Lane::Downlink.of(held.id).cut(connection, 0)?;
    }
    Ok(())
}

/// Deletes a stream with its data. Belongs into a transaction.
///
/// # Errors
/// The store fails.
pub fn delete(connection: &mut Connection, stream: i64) -> QueryResult<()> {
    for lane in [Lane::Data, Lane::Downlink] {
        lane.of(stream).cut(connection, 0)?;
    }
    diesel::delete(streams::table.find(stream)).execute(connection)?;
    Ok(())
}

/// Lets nobody else write to a stream until the transaction ends. What is read afterwards is
/// what the one before left: in PostgreSQL see [`see_committed`].
///
/// # Errors
/// It lasts too long.
pub fn lock(connection: &mut Connection, stream: i64) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(connection) => streams::table
            .find(stream)
            .select(streams::id)
            .for_update()
            .execute(connection)
            .map(drop),
    }
}

/// Makes each statement of a transaction that has just begun see what others committed before
/// it. In SQLite nobody else writes meanwhile.
///
/// # Errors
/// What the database reports.
pub fn see_committed(connection: &mut Connection) -> QueryResult<()> {
    use diesel::connection::SimpleConnection as _;
    match connection {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(connection) => {
            connection.batch_execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        }
    }
}

/// All streams of an account with their devices, by name.
///
/// # Errors
/// The store fails.
pub fn of_user(
    connection: &mut Connection,
    user: i64,
) -> QueryResult<Vec<(devices::Device, Stream)>> {
    streams::table
        .inner_join(stream_devices::table)
        .filter(stream_devices::user_id.eq(user))
        .order((stream_devices::name, streams::name))
        .select((devices::Device::as_select(), Stream::as_select()))
        .load(connection)
}
