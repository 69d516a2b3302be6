//! Accounts as ConnectorDB has them. What `users` has no column for stands in its `data`, under
//! the name that it had there, and only where it says something.

use diesel::prelude::*;
use serde_json::{Map, Value as Json};

use super::devices;
use crate::store::columns::JsonText;
use crate::store::connection::Connection;
use crate::store::schema::{contacts, email_addresses, nodes, tokens, users};

/// The role of who may do everything.
pub const ADMIN: &str = "admin";

/// The role of everybody else.
pub const USER: &str = "user";

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Person {
    pub id: i64,
    pub username: String,
    pub email: Option<String>,
    pub is_staff: bool,
    pub is_superuser: bool,
    data: JsonText,
}

impl Person {
    /// What the account says of itself.
    #[must_use]
    pub fn about(&self) -> About {
        About(serde_json::from_str(&self.data.0).unwrap_or_default())
    }

    #[must_use]
    pub fn role(&self) -> String {
        match self.is_superuser {
            true => ADMIN.into(),
            false => match self.about().text("role") {
                role if role.is_empty() => USER.into(),
                role => role,
            },
        }
    }

    #[must_use]
    pub fn is_public(&self) -> bool {
        self.about().is_public()
    }
}

/// The facts in `data`, those of other systems among them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About(Map<String, Json>);

impl About {
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        let text = self.0.get(key).and_then(Json::as_str);
        text.unwrap_or_default().into()
    }

    #[must_use]
    pub fn is_public(&self) -> bool {
        self.0.get("public") == Some(&Json::Bool(true))
    }

    /// Keeps a text that says something.
    pub fn set_text(&mut self, key: &str, text: &str) {
        match text {
            "" => self.0.remove(key),
            text => self.0.insert(key.into(), text.into()),
        };
    }

    pub fn set_public(&mut self, public: bool) {
        match public {
            true => self.0.insert("public".into(), true.into()),
            false => self.0.remove("public"),
        };
    }
}

/// All accounts by name.
///
/// # Errors
/// The store fails.
pub fn list(connection: &mut Connection) -> QueryResult<Vec<Person>> {
    users::table
        .order(users::username)
        .select(Person::as_select())
        .load(connection)
}

/// The account of that name.
///
/// # Errors
/// The store fails.
pub fn find(connection: &mut Connection, username: &str) -> QueryResult<Option<Person>> {
    users::table
        .filter(users::username.eq(username))
        .select(Person::as_select())
        .first(connection)
        .optional()
}

/// The account of an id.
///
/// # Errors
/// The store fails.
pub fn by_id(connection: &mut Connection, id: i64) -> QueryResult<Option<Person>> {
    users::table
        .find(id)
        .select(Person::as_select())
        .first(connection)
        .optional()
}

/// Keeps what an account says of itself.
///
/// # Errors
/// The store fails.
pub fn set_about(connection: &mut Connection, id: i64, about: &About) -> QueryResult<()> {
    let data = Json::Object(about.0.clone()).to_string();
    diesel::update(users::table.find(id))
        .set(users::data.eq(JsonText(data)))
        .execute(connection)?;
    Ok(())
}

/// Gives an account a role, which is one of the two. Staff that is no admin stays staff.
///
/// # Errors
/// The store fails.
pub fn set_role(connection: &mut Connection, person: &Person, role: &str) -> QueryResult<()> {
    let admin = role == ADMIN;
    let staff = admin || (person.is_staff && !person.is_superuser);
    diesel::update(users::table.find(person.id))
        .set((users::is_superuser.eq(admin), users::is_staff.eq(staff)))
        .execute(connection)?;
    Ok(())
}

/// Gives an account an address, which nobody has verified. Belongs into a transaction.
///
/// # Errors
/// Another account has it ([`super::is_taken`]), or the store fails.
pub fn set_email(connection: &mut Connection, person: &Person, email: &str) -> QueryResult<()> {
    if person.email.as_deref() == Some(email) {
        return Ok(());
    }
    diesel::update(users::table.find(person.id))
        .set(users::email.eq(email))
        .execute(connection)?;
    let theirs = email_addresses::table.filter(email_addresses::user_id.eq(person.id));
    let known: Vec<(i64, String, bool)> = theirs
        .select((
            email_addresses::id,
            email_addresses::email,
            email_addresses::is_primary,
        ))
        .load(connection)?;
    for (id, address, primary) in known {
        if primary || address.eq_ignore_ascii_case(email) {
            diesel::delete(email_addresses::table.find(id)).execute(connection)?;
        }
    }
    diesel::insert_into(email_addresses::table)
        .values((
            email_addresses::user_id.eq(person.id),
            email_addresses::email.eq(email),
            email_addresses::is_verified.eq(false),
            email_addresses::is_primary.eq(true),
        ))
        .execute(connection)?;
    Ok(())
}

/// What became of an account that was to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    Yes,
    /// Nodes or contacts are its own.
    InUse,
}

/// Deletes an account with its devices and what is only its own. Belongs into a transaction.
///
/// # Errors
/// The store fails.
pub fn delete(connection: &mut Connection, id: i64) -> QueryResult<Gone> {
    use diesel::dsl::{exists, select};
    let nodes = nodes::table.filter(nodes::user_id.eq(id));
    let contacts = contacts::table.filter(contacts::user_id.eq(id));
    let has_nodes: bool = select(exists(nodes)).get_result(connection)?;
    let has_contacts: bool = select(exists(contacts)).get_result(connection)?;
    if has_nodes || has_contacts {
        return Ok(Gone::InUse);
    }
    for device in devices::of_user(connection, id)? {
        devices::delete(connection, device.id)?;
    }
    diesel::delete(tokens::table.filter(tokens::user_id.eq(id))).execute(connection)?;
    diesel::delete(email_addresses::table.filter(email_addresses::user_id.eq(id)))
        .execute(connection)?;
    diesel::delete(users::table.find(id)).execute(connection)?;
    Ok(Gone::Yes)
}
