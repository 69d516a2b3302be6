//! The devices of an account. Each has two of its own: `user`, as which the account acts, and
//! `meta`, where the old system kept its log.

use diesel::prelude::*;

use super::Stream;
use crate::store::columns::JsonText;
use crate::store::connection::Connection;
use crate::store::schema::{stream_devices, users};

/// The device as which an account acts.
pub const USER: &str = "user";

/// The device that nobody writes.
pub const META: &str = "meta";

#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = stream_devices)]
pub struct Device {
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    #[diesel(embed)]
    pub fields: Fields,
}

/// What may be changed of a device. It holds a secret, and so has no `Debug`.
#[derive(Clone, PartialEq, Eq, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = stream_devices, treat_none_as_null = true)]
pub struct Fields {
    pub nickname: Option<String>,
    pub description: Option<String>,
    pub icon: Option<String>,
    /// With it the device logs in.
    pub api_key: Option<String>,
    pub is_enabled: bool,
    pub is_public: bool,
    pub role: Option<String>,
    pub is_visible: bool,
    pub is_user_editable: bool,
}

impl Default for Fields {
    /// A device as an account makes it, with a key.
    fn default() -> Self {
        Fields {
            nickname: Some(String::new()),
            description: Some(String::new()),
            icon: Some(String::new()),
            api_key: Some(new_key()),
            is_enabled: true,
            is_public: false,
            role: Some(String::new()),
            is_visible: true,
            is_user_editable: true,
        }
    }
}

/// A key that nobody guesses.
#[must_use]
pub fn new_key() -> String {
    uuid::Uuid::new_v4().into()
}

/// The devices of an account by name.
///
/// # Errors
/// The store fails.
pub fn of_user(connection: &mut Connection, user: i64) -> QueryResult<Vec<Device>> {
    stream_devices::table
        .filter(stream_devices::user_id.eq(user))
        .order(stream_devices::name)
        .select(Device::as_select())
        .load(connection)
}

/// The device of that name.
///
/// # Errors
/// The store fails.
pub fn find(connection: &mut Connection, user: i64, name: &str) -> QueryResult<Option<Device>> {
    stream_devices::table
        .filter(stream_devices::user_id.eq(user))
        .filter(stream_devices::name.eq(name))
        .select(Device::as_select())
        .first(connection)
        .optional()
}

/// The device that logs in with a key, where its account is not switched off.
///
/// # Errors
/// The store fails.
pub fn by_key(connection: &mut Connection, key: &str) -> QueryResult<Option<Device>> {
    stream_devices::table
        .inner_join(users::table)
        .filter(stream_devices::api_key.eq(key))
        .filter(users::is_active.eq(true))
        .select(Device::as_select())
        .first(connection)
        .optional()
}

/// Adds a device. Belongs into a transaction.
///
/// # Errors
/// The name or the key is taken ([`super::is_taken`]), or the store fails.
pub fn create(
    connection: &mut Connection,
    user: i64,
    name: &str,
    fields: &Fields,
) -> QueryResult<()> {
    diesel::insert_into(stream_devices::table)
        .values((
            stream_devices::user_id.eq(user),
            stream_devices::name.eq(name),
            fields,
            stream_devices::data.eq(JsonText("{}".into())),
        ))
        .execute(connection)?;
    Ok(())
}

/// Gives a device these fields.
///
/// # Errors
/// The key is taken ([`super::is_taken`]), or the store fails.
pub fn update(connection: &mut Connection, device: i64, fields: &Fields) -> QueryResult<()> {
    diesel::update(stream_devices::table.find(device))
        .set(fields)
        .execute(connection)?;
    Ok(())
}

/// Deletes a device with its streams and their data. Belongs into a transaction.
///
/// # Errors
/// The store fails.
pub fn delete(connection: &mut Connection, device: i64) -> QueryResult<()> {
    for Stream { id, .. } in super::of_device(connection, device)? {
        super::lock(connection, id)?;
        super::delete(connection, id)?;
    }
    diesel::delete(stream_devices::table.find(device)).execute(connection)?;
    Ok(())
}

/// Whether an account has its own two devices.
///
/// # Errors
/// The store fails.
pub fn has_own(connection: &mut Connection, user: i64) -> QueryResult<bool> {
    let own: i64 = stream_devices::table
        .filter(stream_devices::user_id.eq(user))
        .filter(stream_devices::name.eq_any([USER, META]))
        .count()
        .get_result(connection)?;
    Ok(own == 2)
}

/// Makes those that are missing. Belongs into a transaction.
///
/// # Errors
/// The store fails.
pub fn make_own(connection: &mut Connection, user: i64) -> QueryResult<()> {
    let acting = Fields {
        icon: Some("material:person".into()),
        role: Some(USER.into()),
        ..Fields::default()
    };
    let meta = Fields {
        icon: Some("material:bug_report".into()),
        api_key: None,
        is_visible: false,
        is_user_editable: false,
        ..Fields::default()
    };
    for (name, fields) in [(USER, acting), (META, meta)] {
        if find(connection, user, name)?.is_none() {
            create(connection, user, name, &fields)?;
        }
    }
    Ok(())
}
