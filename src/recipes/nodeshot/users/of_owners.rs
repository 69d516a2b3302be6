//! One account for each node owner whose address no other account has.

use super::{IsPrimary, claim_usernames};
use crate::engine::names::Names;
use crate::engine::plan::{BATCH, Origin};
use crate::engine::{Claim, Draft, Finding, Planner, Severity, Stop, Target};
use crate::model::{Data, Key, Record as _, Value, tables};
use crate::recipes::nodeshot::Nodeshot;
use crate::recipes::nodeshot::keys::email_hash;
use crate::recipes::nodeshot::owners::Owner;
use crate::text::{self, Email, PersonName};

impl Nodeshot {
    pub(super) fn place_owners(
        &mut self,
        plan: &mut Planner,
        usernames: &mut Names,
    ) -> Result<(), Stop> {
        let by_key = self.owners.by_key();
        let makers = self.account_makers(plan, &by_key)?;
        let mut claims: Vec<Option<Claim>> = vec![None; self.owners.list.len()];
        for chunk in self.owners.by_age().chunks(BATCH) {
            let wished: Vec<(u32, Key, String)> = chunk
                .iter()
                .filter(|index| makers[**index as usize])
                .map(|index| {
                    let owner = &self.owners.list[*index as usize];
                    let wish = text::username_wish(&owner.name, &owner.email);
                    (*index, Key::text(owner.key.clone()), wish)
                })
                .collect();
            let wishes: Vec<_> = wished
                .iter()
                .map(|(index, key, wish)| {
                    let owner = &self.owners.list[*index as usize];
                    (key, owner.name.as_ref(), wish.as_str())
                })
                .collect();
            let given = claim_usernames(plan, usernames, &wishes)?;
            for ((index, ..), claim) in wished.iter().zip(given) {
                claims[*index as usize] = Some(claim);
            }
            plan.advance(0)?;
        }
        for chunk in by_key.chunks(BATCH) {
            self.place_owner_batch(plan, chunk, &mut claims)?;
            plan.advance(chunk.len())?;
        }
        Ok(())
    }

    /// Which owners have an account made by an import, this one or an earlier one: those
    /// with a usable address that no other account has.
    fn account_makers(&self, plan: &mut Planner, by_key: &[u32]) -> Result<Vec<bool>, Stop> {
        let mut makers = vec![false; self.owners.list.len()];
        for chunk in by_key.chunks(BATCH) {
            let keys: Vec<Key> = chunk
                .iter()
                .map(|index| Key::text(self.owners.list[*index as usize].key.clone()))
                .collect();
            let keys: Vec<&Key> = keys.iter().collect();
            let origins = plan.origins(tables::User::TABLE, &keys)?;
            for (index, key) in chunk.iter().zip(keys) {
                let owner = &self.owners.list[*index as usize];
                makers[*index as usize] = Email::parse(&owner.email).is_some()
                    && match origins.get(key) {
                        Some(origin) => *origin == Origin::Created,
                        None => !self.accounts.by_email.contains_key(&email_hash(&owner.key)),
                    };
            }
        }
        Ok(makers)
    }

    fn place_owner_batch(
        &mut self,
        plan: &mut Planner,
        chunk: &[u32],
        claims: &mut [Option<Claim>],
    ) -> Result<(), Stop> {
        let mut drafts = Vec::with_capacity(chunk.len());
        let mut placing = Vec::with_capacity(chunk.len());
        for index in chunk {
            let owner = &self.owners.list[*index as usize];
            let key = Key::text(owner.key.clone());
            if Email::parse(&owner.email).is_none() {
                let finding = Finding::new(
                    "owner-email-malformed",
                    Severity::Error,
                    format!(
                        "{:?} is no e-mail address: it makes no account, and the nodes that give it have no owner.",
                        text::printable(&owner.email)
                    ),
                )
                .on("users", &key, &owner.name);
                if let Ok(id) = plan.refuse::<tables::User>("users", &key, finding)? {
                    self.accounts.owners.insert(email_hash(&owner.key), id);
                }
                continue;
            }
            let claim = claims[*index as usize].take();
            placing.push((*index, claim.is_some()));
            let target = match claim {
                Some(_) => Target::New { id: None },
                None => self
                    .accounts
                    .by_email
                    .get(&email_hash(&owner.key))
                    .map_or(Target::New { id: None }, |id| Target::Adopt(*id)),
            };
            drafts.push(owner_draft(owner, key, target, claim));
        }
        let placed = plan.place(drafts)?;
        let mut addresses = Vec::with_capacity(placing.len());
        for ((index, makes), place) in placing.into_iter().zip(placed) {
            let owner = &self.owners.list[index as usize];
            let own = Key::text(owner.key.clone());
            let further = owner.extras.iter().map(|extra| {
                let part = format!("{} {}", owner.key, extra.to_ascii_lowercase());
                (Key::text(part), extra)
            });
            let Ok(id) = place else {
                self.accounts.gone.insert(email_hash(&owner.key));
                // where a person put the addresses of an account that he deleted, they stay
                for part in std::iter::once(own).chain(further.map(|(part, _)| part)) {
                    plan.keep(tables::EmailAddress::TABLE, &part)?;
                }
                continue;
            };
            self.accounts.owners.insert(email_hash(&owner.key), id);
            if makes {
                addresses.push(self.address(own, id, &owner.email, IsPrimary::Yes));
            }
            for (part, extra) in further {
                addresses.push(self.address(part, id, extra, IsPrimary::No));
            }
        }
        addresses.sort_by(|a, b| a.key.cmp(&b.key));
        plan.place(addresses)?;
        Ok(())
    }
}

fn owner_draft(
    owner: &Owner,
    key: Key,
    target: Target,
    claim: Option<Claim>,
) -> Draft<tables::User> {
    let name = if owner.name.trim().is_empty() {
        let local = owner.email.split('@').next().unwrap_or_default();
        PersonName::from_owner(&local.replace('.', " "))
    } else {
        PersonName::from_owner(&owner.name)
    };
    Draft {
        key,
        name: owner.name.to_string(),
        record: tables::User {
            username: String::new(),
            email: Some(owner.email.to_string()),
            password: Value::Generated,
            password_generated: true,
            must_change_password: false,
            first_name: name.first,
            last_name: name.last,
            is_active: true,
            is_staff: false,
            is_superuser: false,
            date_joined: owner.joined(),
            last_login: None,
            receives_notifications: true,
            data: Data::default().into_json(),
        },
        target,
        claim: claim.map(|claim| ("username", claim)),
        keeps: Vec::new(),
        entity: Some("users"),
    }
}
