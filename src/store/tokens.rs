//! Tokens of programs and sessions of the pages. The store holds the SHA-256 of each secret,
//! never the secret: 256 random bits need no slow hash.

use chrono::NaiveDateTime;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};

use super::accounts::Account;
use super::columns::TimeText;
use super::connection::Connection;
use super::schema::{tokens, users};
use crate::password::Secret;
use crate::text::hex;
use crate::time::to_text;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A person's, in a browser's cookie.
    Session,
    /// A program's.
    Token,
}

impl TokenKind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            TokenKind::Session => "session",
            TokenKind::Token => "token",
        }
    }
}

/// One secret's row.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub struct Token {
    /// By which people name it; it opens nothing.
    pub id: String,
    pub user_id: i64,
    pub kind: String,
    /// As [`hashed`] gives it.
    pub hash: String,
    pub label: Option<String>,
    pub created: TimeText,
    pub expires: TimeText,
}

impl Token {
    /// A new secret, and the row that knows it.
    pub fn new<R: CryptoRng + ?Sized>(
        user_id: i64,
        kind: TokenKind,
        label: Option<String>,
        (created, expires): (NaiveDateTime, NaiveDateTime),
        rng: &mut R,
    ) -> (Secret, Token) {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let secret = Secret::new(hex(&bytes));
        let mut id = [0; 8];
        rng.fill_bytes(&mut id);
        let token = Token {
            id: hex(&id),
            user_id,
            kind: kind.word().into(),
            hash: hashed(secret.expose()),
            label,
            created: TimeText(to_text(created)),
            expires: TimeText(to_text(expires)),
        };
        (secret, token)
    }

    /// Whether it still opens anything.
    #[must_use]
    pub fn is_alive(&self, now: NaiveDateTime) -> bool {
        self.expires.0 > to_text(now)
    }
}

/// What the store holds of a secret.
#[must_use]
pub fn hashed(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// # Errors
/// The store fails.
pub fn insert(connection: &mut Connection, token: &Token) -> QueryResult<()> {
    diesel::insert_into(tokens::table)
        .values(token.clone())
        .execute(connection)?;
    Ok(())
}

/// Waits for a restore that is under way, so that the transaction sees what it left. In SQLite
/// a transaction that writes has waited already.
///
/// # Errors
/// It lasts too long.
pub fn await_restore(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(connection) => {
            connection.batch_execute("LOCK TABLE tokens IN ROW EXCLUSIVE MODE")
        }
    }
}

/// The token of a hash and its account, whether or not they are still good.
///
/// # Errors
/// The store fails.
pub fn find(connection: &mut Connection, hash: &str) -> QueryResult<Option<(Token, Account)>> {
    tokens::table
        .inner_join(users::table.on(users::id.eq(tokens::user_id)))
        .filter(tokens::hash.eq(hash))
        .select((Token::as_select(), Account::as_select()))
        .first(connection)
        .optional()
}

/// The tokens and sessions of an account, in the order in which they were made.
///
/// # Errors
/// The store fails.
pub fn of_account(connection: &mut Connection, user: i64) -> QueryResult<Vec<Token>> {
    tokens::table
        .filter(tokens::user_id.eq(user))
        .order((tokens::created, tokens::id))
        .select(Token::as_select())
        .load(connection)
}

/// Ends one of an account's; how many that were.
///
/// # Errors
/// The store fails.
pub fn end(connection: &mut Connection, user: i64, id: &str) -> QueryResult<usize> {
    diesel::delete(tokens::table.filter(tokens::user_id.eq(user)))
        .filter(tokens::id.eq(id))
        .execute(connection)
}

/// Ends all of an account's but the one of the id `keep`.
///
/// # Errors
/// The store fails.
pub fn end_others(connection: &mut Connection, user: i64, keep: &str) -> QueryResult<usize> {
    diesel::delete(tokens::table.filter(tokens::user_id.eq(user)))
        .filter(tokens::id.ne(keep))
        .execute(connection)
}

/// Forgets what has expired.
///
/// # Errors
/// The store fails.
pub fn forget_expired(connection: &mut Connection, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(tokens::table)
        .filter(tokens::expires.le(TimeText(to_text(now))))
        .execute(connection)
}
