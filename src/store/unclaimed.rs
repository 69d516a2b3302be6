//! Accounts that an import made and that nobody has used: they may get new passwords.

use std::collections::HashSet;

use diesel::prelude::*;
use rand::CryptoRng;

use super::accounts::Account;
use super::connection::Connection;
use super::ledger;
use super::schema::users;
use crate::model::{Record as _, tables};
use crate::password::{self, HashError, Secret};

/// Accounts that are held in memory at a time.
const PAGE: usize = 500;

/// Makes a new password for each account that an import created, that still has the one the
/// import made or gave it (its own name), and that never logged in. `hand_out` gets each of them once. Belongs into a
/// transaction that ends well only if all of them were handed out. Returns how many.
///
/// # Errors
/// The store fails, or `hand_out` does.
pub fn renew_passwords<E>(
    connection: &mut Connection,
    rng: &mut impl CryptoRng,
    mut hand_out: impl FnMut(&Account, &Secret) -> Result<(), E>,
) -> Result<usize, E>
where
    E: From<diesel::result::Error> + From<HashError>,
{
    let created: HashSet<i64> = ledger::created_ids(connection, tables::User::TABLE)?;
    let mut ids: Vec<i64> = users::table
        .filter(
            users::password_generated
                .eq(true)
                .or(users::must_change_password.eq(true)),
        )
        .filter(users::last_login.is_null())
        .order(users::id)
        .select(users::id)
        .load(connection)?;
    ids.retain(|id| created.contains(id));
    for page in ids.chunks(PAGE) {
        let accounts: Vec<Account> = users::table
            .filter(users::id.eq_any(page))
            .order(users::id)
            .select(Account::as_select())
            .load(connection)?;
        for account in accounts {
            let secret = password::generate(rng);
            let hash = password::hash_generated(&secret, rng)?;
            diesel::update(users::table.find(account.id))
                .set((
                    users::password.eq(hash),
                    users::password_generated.eq(true),
                    users::must_change_password.eq(false),
                ))
                .execute(connection)?;
            hand_out(&account, &secret)?;
        }
    }
    Ok(ids.len())
}
