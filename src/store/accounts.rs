//! Accounts: who may log in.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::columns::TimeText;
use super::connection::Connection;
use super::schema::{email_addresses, users};
use super::tokens;
use crate::password::Form;
use crate::text::{Email, Username, storable};
use crate::time::to_text;

diesel::define_sql_function! { fn lower(text: Nullable<Text>) -> Nullable<Text>; }

/// Why accounts stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("there is no account {0}")]
    Unknown(String),
    #[error("the username {0} is taken")]
    NameTaken(String),
    #[error("the email address {email} is that of the account {holder}")]
    EmailTaken { email: String, holder: String },
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

/// An account, without what only its owner's data is.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Account {
    pub id: i64,
    pub username: String,
    pub email: Option<String>,
    /// The hash; null: nobody logs in.
    pub password: Option<String>,
    /// The password was made by an import.
    pub password_generated: bool,
    /// Until it has another password, all it can do is set one.
    pub must_change_password: bool,
    pub is_active: bool,
    pub is_staff: bool,
    pub is_superuser: bool,
    pub last_login: Option<TimeText>,
}

impl Account {
    /// The state of the password in a word or two.
    #[must_use]
    pub fn password_state(&self) -> String {
        let form = Form::of(self.password.as_deref());
        if self.password_generated && form.is_usable() {
            "generated".into()
        } else {
            form.to_string()
        }
    }
}

/// What a new account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees what everybody sees, and its own.
    Plain,
    /// Staff and superuser.
    Admin,
}

/// An account to be.
#[derive(Clone)]
pub struct NewAccount {
    pub username: Username,
    pub email: Option<Email>,
    pub role: Role,
    /// As [`crate::password::hash`] writes it.
    pub hash: String,
}

/// All accounts in id order.
///
/// # Errors
/// The store fails.
pub fn list(connection: &mut Connection) -> QueryResult<Vec<Account>> {
    users::table
        .order(users::id)
        .select(Account::as_select())
        .load(connection)
}

/// The account of that name, spelled just so.
///
/// # Errors
/// [`AccountError::Unknown`], or the store fails.
pub fn find(connection: &mut Connection, username: &str) -> Result<Account, AccountError> {
    if !can_be(username) {
        return Err(AccountError::Unknown(username.into()));
    }
    users::table
        .filter(users::username.eq(username))
        .select(Account::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| AccountError::Unknown(username.into()))
}

/// Whether a store can hold the text: PostgreSQL cannot even be asked for NUL.
fn can_be(text: &str) -> bool {
    storable(text).len() == text.len()
}

/// The account of an id.
///
/// # Errors
/// The store fails.
pub fn by_id(connection: &mut Connection, id: i64) -> QueryResult<Option<Account>> {
    users::table
        .find(id)
        .select(Account::as_select())
        .first(connection)
        .optional()
}

/// Whether anybody may do everything.
///
/// # Errors
/// The store fails.
pub fn has_superuser(connection: &mut Connection) -> QueryResult<bool> {
    let everything = users::table.filter(users::is_superuser.eq(true));
    diesel::select(diesel::dsl::exists(everything)).get_result(connection)
}

/// Whether an account of this name and address could be added.
///
/// # Errors
/// [`AccountError::NameTaken`], [`AccountError::EmailTaken`], or the store fails.
pub fn check_free(
    connection: &mut Connection,
    username: &str,
    email: Option<&str>,
) -> Result<(), AccountError> {
    match find(connection, username) {
        Ok(_) => return Err(AccountError::NameTaken(username.into())),
        Err(AccountError::Unknown(_)) => {}
        Err(error) => return Err(error),
    }
    let Some(email) = email else { return Ok(()) };
    match holder(connection, email)? {
        None => Ok(()),
        Some(holder) => Err(AccountError::EmailTaken {
            email: email.into(),
            holder,
        }),
    }
}

/// The username of the account that has this address; its ASCII case does not matter.
///
/// # Errors
/// The store fails.
pub fn holder(connection: &mut Connection, email: &str) -> QueryResult<Option<String>> {
    users::table
        .filter(lower(users::email).eq(email.to_ascii_lowercase()))
        .select(users::username)
        .first(connection)
        .optional()
}

/// The username of the account that somebody means by its name or its address, whose ASCII case
/// does not matter. A name that is spelled right wins; of several that differ by case, none does.
///
/// # Errors
/// The store fails.
pub fn meant(connection: &mut Connection, login: &str) -> Result<Option<String>, AccountError> {
    match find(connection, login) {
        Ok(account) => return Ok(Some(account.username)),
        Err(AccountError::Unknown(_)) if can_be(login) => {}
        Err(AccountError::Unknown(_)) => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut names: Vec<String> = users::table
        .filter(lower(users::username.nullable()).eq(login.to_ascii_lowercase()))
        .select(users::username)
        .limit(2)
        .load(connection)?;
    match names.len() {
        0 => Ok(holder(connection, login)?),
        1 => Ok(names.pop()),
        _ => Ok(None),
    }
}

/// Adds an account with its address, verified and primary, and returns its id.
///
/// # Errors
/// As [`check_free`].
pub fn add(
    connection: &mut Connection,
    account: &NewAccount,
    now: NaiveDateTime,
) -> Result<i64, AccountError> {
    connection.write(|connection| {
        let username = account.username.as_str();
        let email = account.email.as_ref().map(Email::as_str);
        insert(
            connection,
            username,
            email,
            &account.hash,
            account.role,
            now,
        )
    })
}

/// The same within a transaction, for names and addresses by another system's rules.
///
/// # Errors
/// As [`check_free`].
pub fn insert(
    connection: &mut Connection,
    username: &str,
    email: Option<&str>,
    hash: &str,
    role: Role,
    now: NaiveDateTime,
) -> Result<i64, AccountError> {
    check_free(connection, username, email)?;
    let may = role == Role::Admin;
    diesel::insert_into(users::table)
        .values((
            users::username.eq(username),
            users::email.eq(email),
            users::password.eq(hash),
            users::is_staff.eq(may),
            users::is_superuser.eq(may),
            users::date_joined.eq(TimeText(to_text(now))),
        ))
        .execute(connection)?;
    let id: i64 = users::table
        .filter(users::username.eq(username))
        .select(users::id)
        .first(connection)?;
    if let Some(email) = email {
        diesel::insert_into(email_addresses::table)
            .values((
                email_addresses::user_id.eq(id),
                email_addresses::email.eq(email),
                email_addresses::is_verified.eq(true),
                email_addresses::is_primary.eq(true),
            ))
            .execute(connection)?;
    }
    Ok(id)
}

/// Stores a password that its owner chose: nothing is asked of the account any more. Its
/// sessions and tokens end, but for the one of the id `keep`.
///
/// # Errors
/// The store fails.
pub fn set_password(
    connection: &mut Connection,
    id: i64,
    hash: &str,
    keep: &str,
) -> QueryResult<()> {
    tokens::end_others(connection, id, keep)?;
    diesel::update(users::table.find(id))
        .set((
            users::password.eq(hash),
            users::password_generated.eq(false),
            users::must_change_password.eq(false),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes a login.
///
/// # Errors
/// The store fails.
pub fn note_login(connection: &mut Connection, id: i64, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::last_login.eq(TimeText(to_text(now))))
        .execute(connection)?;
    Ok(())
}

/// Stores the same password in today's form, where the account still has the `old` hash: one
/// that was set meanwhile stays.
///
/// # Errors
/// The store fails.
pub fn renew_hash(connection: &mut Connection, id: i64, old: &str, new: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .filter(users::password.eq(old))
        .set(users::password.eq(new))
        .execute(connection)?;
    Ok(())
}
