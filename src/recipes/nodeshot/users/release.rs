//! Before names and emails are given: what accounts give up in this run is free.

use std::collections::HashSet;

use super::username_of;
use crate::engine::names::{Names, OnTaken};
use crate::engine::plan::BATCH;
use crate::engine::{Planner, Stop};
use crate::legacy::Columns;
use crate::model::{Key, Record as _, tables};
use crate::recipes::nodeshot::Nodeshot;
use crate::recipes::nodeshot::keys::email_hash;
use crate::recipes::nodeshot::reading::Reading;
use crate::recipes::nodeshot::schema::auth_user;
use crate::text::{self, Email};

impl Nodeshot {
    /// Frees the usernames and emails that accounts give up in this run.
    pub(super) fn release_accounts(
        &mut self,
        plan: &mut Planner,
        usernames: &mut Names,
    ) -> Result<(), Stop> {
        if plan.is_first_run(tables::User::TABLE)? {
            return Ok(());
        }
        let mut emails = HashSet::new();
        let columns = ["id", "username", "email"];
        self.pages(
            &auth_user::TABLE,
            Columns::Only(&columns),
            plan,
            |recipe, plan, rows| {
                let mut wishes = Vec::with_capacity(rows.len());
                for mut row in rows {
                    use auth_user::At;
                    let mut reading =
                        Reading::new(&auth_user::TABLE, "users", recipe.zone, &mut row);
                    let username = reading.text_or_empty(At::username);
                    let raw_email = reading.text_or_empty(At::email);
                    let email = Email::parse(&raw_email)
                        .filter(|email| emails.insert(email_hash(&email.key())));
                    wishes.push((reading.key(), username_of(&username, &raw_email), email));
                }
                let names: Vec<_> = wishes.iter().map(|(key, wish, _)| (key, wish)).collect();
                let table = tables::User::TABLE;
                plan.releases(table, "username", usernames, &names, OnTaken::Number)?;
                let wished: Vec<_> = wishes
                    .iter()
                    .map(|(key, _, email)| (key, email.as_ref().map(Email::as_str)))
                    .collect();
                let given_up = plan.given_up(table, "email", &wished)?;
                for (key, _, email) in &wishes {
                    let Some((id, old)) = given_up.get(key) else {
                        continue;
                    };
                    let old = text::email_key(old).unwrap_or_default();
                    let hash = email_hash(&old);
                    if email.as_ref().map(Email::key).as_deref() != Some(&old)
                        && recipe.accounts.by_email.get(&hash) == Some(id)
                    {
                        recipe.accounts.by_email.remove(&hash);
                    }
                }
                Ok(())
            },
        )?;
        for chunk in self.owners.by_key().chunks(BATCH) {
            let wishes: Vec<(Key, String)> = chunk
                .iter()
                .map(|index| &self.owners.list[*index as usize])
                .filter(|owner| Email::parse(&owner.email).is_some())
                .map(|owner| {
                    let wish = text::username_wish(&owner.name, &owner.email);
                    (Key::text(owner.key.clone()), wish)
                })
                .collect();
            plan.releases(
                tables::User::TABLE,
                "username",
                usernames,
                &wishes,
                OnTaken::Number,
            )?;
            plan.advance(0)?;
        }
        Ok(())
    }
}
