//! Accounts: who may log in.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::columns::TimeText;
use super::connection::Connection;
use super::schema::{email_addresses, users};
use super::tokens;
use crate::password::Form;
use crate::text::{Email, Username};
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
    users::table
        .filter(users::username.eq(username))
        .select(Account::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| AccountError::Unknown(username.into()))
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
    username: &Username,
    email: Option<&Email>,
) -> Result<(), AccountError> {
    match find(connection, username.as_str()) {
        Ok(_) => return Err(AccountError::NameTaken(username.to_string())),
        Err(AccountError::Unknown(_)) => {}
        Err(error) => return Err(error),
    }
    let Some(email) = email else { return Ok(()) };
    // ASCII case, in both kinds of store
    let holder: Option<String> = users::table
        .filter(lower(users::email).eq(email.as_str().to_ascii_lowercase()))
        .select(users::username)
        .first(connection)
        .optional()?;
    match holder {
        None => Ok(()),
        Some(holder) => Err(AccountError::EmailTaken {
            email: email.as_str().into(),
            holder,
        }),
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
        check_free(connection, &account.username, account.email.as_ref())?;
        let may = account.role == Role::Admin;
        diesel::insert_into(users::table)
            .values((
                users::username.eq(account.username.as_str()),
                users::email.eq(account.email.as_ref().map(Email::as_str)),
                users::password.eq(&account.hash),
                users::is_staff.eq(may),
                users::is_superuser.eq(may),
                users::date_joined.eq(TimeText(to_text(now))),
            ))
            .execute(connection)?;
        let id: i64 = users::table
            .filter(users::username.eq(account.username.as_str()))
            .select(users::id)
            .first(connection)?;
        if let Some(email) = &account.email {
            diesel::insert_into(email_addresses::table)
                .values((
                    email_addresses::user_id.eq(id),
                    email_addresses::email.eq(email.as_str()),
                    email_addresses::is_verified.eq(true),
                    email_addresses::is_primary.eq(true),
                ))
                .execute(connection)?;
        }
        Ok(id)
    })
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
