//! Stage `users`: the old site's accounts first, then one account for each node owner.

mod of_owners;
mod release;

use std::collections::{HashMap, HashSet};

use super::Nodeshot;
use super::keys::email_hash;
use super::reading::Reading;
use super::schema::{auth_user, userprofile};
use crate::engine::names::{Names, OnTaken};
use crate::engine::plan::Origin;
use crate::engine::{Claim, Draft, Finding, Planner, Severity, Stop, Target};
use crate::legacy::LegacyRow;
use crate::model::{Key, Record as _, Value, tables};
use crate::store::rows::StoredRow;
use crate::text::{self, Email};

/// Which account a person has.
#[derive(Debug, Default)]
pub struct Accounts {
    /// By the email of a node's owner.
    owners: HashMap<u128, i64>,
    /// Owners whose account was deleted in the store by hand.
    gone: HashSet<u128>,
    /// By the email that an account of the store or of the old site has.
    by_email: HashMap<u128, i64>,
    /// Addresses that the store has: (account, email) to the row.
    addresses: HashMap<u128, i64>,
    /// The row of an account's primary address in the store.
    primary: HashMap<i64, i64>,
}

impl Accounts {
    /// The account of a node's owner, by the key of the node's email.
    pub fn of_owner(&self, key: &str) -> Option<i64> {
        self.owners.get(&email_hash(key)).copied()
    }

    /// Whether the owner had an account that a person deleted.
    pub fn is_gone(&self, key: &str) -> bool {
        self.gone.contains(&email_hash(key))
    }

    /// The account of whoever writes from this address.
    pub fn of_sender(&self, email: &str) -> Option<i64> {
        let key = email_hash(&text::email_key(email)?);
        self.owners
            .get(&key)
            .or_else(|| self.by_email.get(&key))
            .copied()
    }

    fn load(plan: &mut Planner) -> Result<Self, Stop> {
        let mut accounts = Accounts::default();
        plan.each_stored(tables::User::TABLE, &["email"], |id, cells| {
            if let Some(key) = cells[0].text().and_then(text::email_key) {
                accounts.by_email.entry(email_hash(&key)).or_insert(id);
            }
        })?;
        let columns = ["user_id", "email", "is_primary"];
        plan.each_stored(tables::EmailAddress::TABLE, &columns, |id, cells| {
            if let (Some(user), Some(email)) = (cells[0].int(), cells[1].text()) {
                accounts.addresses.insert(address_hash(user, email), id);
                if cells[2].int() == Some(1) {
                    accounts.primary.entry(user).or_insert(id);
                }
            }
        })?;
        Ok(accounts)
    }
}

/// Why an account stays that nobody in the source stands for any more.
pub(super) fn stays(row: &StoredRow) -> Option<&'static str> {
    let field = |column: &str| row.values.get(tables::User::TABLE.column(column));
    let is = |column: &str| field(column).and_then(Value::as_int) == Some(1);
    if is("is_staff") || is("is_superuser") {
        Some("may administer the store")
    } else if field("last_login").is_some_and(|at| *at != Value::Null) {
        Some("has logged in")
    } else {
        None
    }
}

fn address_hash(user: i64, email: &str) -> u128 {
    email_hash(&format!("{user} {}", email.trim().to_ascii_lowercase()))
}

impl Nodeshot {
    pub(super) fn place_users(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.accounts = Accounts::load(plan)?;
        self.reserve::<tables::User>(plan, &auth_user::TABLE)?;
        let mut usernames = plan.names(tables::User::TABLE, "username")?;
        self.release_accounts(plan, &mut usernames)?;
        let silent = self.silent_accounts(plan)?;
        let mut emails = HashSet::new();
        self.batches(&auth_user::TABLE, plan, |recipe, plan, rows| {
            recipe.place_old_accounts(plan, rows, &silent, &mut emails, &mut usernames)
        })?;
        self.place_owners(plan, &mut usernames)?;
        // who goes is nobody's sender
        let leaving = plan.leaving_rows(tables::User::TABLE)?;
        self.accounts
            .by_email
            .retain(|_, id| !leaving.contains(*id));
        self.owners = Default::default();
        Ok(())
    }

    /// Old accounts that want no notifications. A profile of no account is told of: nobody
    /// is left whose wish it could be.
    fn silent_accounts(&mut self, plan: &mut Planner) -> Result<HashSet<i64>, Stop> {
        let mut accounts = HashSet::new();
        self.source.scan(&auth_user::TABLE, &["id"], |cells| {
            accounts.extend(cells[0].int());
        })?;
        let mut silent = HashSet::new();
        let mut stray = Vec::new();
        self.source.scan(
            &userprofile::TABLE,
            &["id", "user_id", "receive_notifications"],
            |cells| {
                let off = matches!(&cells[2], crate::sql::Cell::Int(0))
                    || matches!(cells[2].text(), Some("0" | "f" | "false"));
                match cells[1].int() {
                    Some(user) if accounts.contains(&user) => {
                        if off {
                            silent.insert(user);
                        }
                    }
                    user => stray.push(user),
                }
            },
        )?;
        for user in stray {
            let whose = user.map_or("no account".into(), |user| {
                format!("account {user}, which the legacy database does not have")
            });
            let finding = Finding::new(
                "profile-without-account",
                Severity::Info,
                format!(
                    "A profile belongs to {whose}: whether it receives notifications is left out."
                ),
            );
            plan.finding(match user {
                Some(user) => finding.on("users", user, ""),
                None => finding,
            })?;
        }
        Ok(silent)
    }

    fn place_old_accounts(
        &mut self,
        plan: &mut Planner,
        rows: Vec<LegacyRow>,
        silent: &HashSet<i64>,
        emails: &mut HashSet<u128>,
        usernames: &mut Names,
    ) -> Result<(), Stop> {
        let mut drafts = Vec::with_capacity(rows.len());
        let mut wishes = Vec::with_capacity(rows.len());
        let keys: Vec<Key> = rows.iter().map(|row| Key::id(row.id)).collect();
        let keys: Vec<&Key> = keys.iter().collect();
        let origins = plan.origins(tables::User::TABLE, &keys)?;
        let current = plan.current(tables::User::TABLE, &keys)?;
        for mut row in rows {
            let key = Key::id(row.id);
            let place = match current.get(&key) {
                Some(stored) => Place::Known(Some(stored.id)),
                None if origins.contains_key(&key) => Place::Known(None),
                None => Place::New,
            };
            let (mut draft, wish) = self.map_old_account(plan, &mut row, silent, emails, place)?;
            if origins.get(&draft.key) == Some(&Origin::Created) {
                draft.target = Target::New { id: None };
            }
            drafts.push(draft);
            wishes.push(wish);
        }
        self.name_old_accounts(plan, usernames, &mut drafts, &wishes)?;
        let people: Vec<(Key, Option<String>, IsOwn)> = drafts
            .iter()
            .map(|draft| {
                let adopted = match origins.get(&draft.key) {
                    Some(origin) => *origin == Origin::Adopted,
                    None => matches!(draft.target, Target::Adopt(_)),
                };
                let own = if adopted { IsOwn::No } else { IsOwn::Yes };
                (draft.key.clone(), draft.record.email.clone(), own)
            })
            .collect();
        let placed = plan.place(drafts)?;
        let mut addresses = Vec::new();
        let mut made = HashSet::new();
        for ((key, email, own), place) in people.into_iter().zip(placed) {
            let part = email
                .as_ref()
                .map(|email| Key::part(key.number, email.to_ascii_lowercase()));
            let Ok(id) = place else {
                // a person deleted the account: where its address is now is that person's matter
                if let Some(part) = part {
                    plan.keep(tables::EmailAddress::TABLE, &part)?;
                }
                continue;
            };
            if own == IsOwn::Yes {
                made.insert(key.number);
            }
            let (Some(email), Some(part)) = (email, part) else {
                continue;
            };
            if let Some(hash) = text::email_key(&email).map(|key| email_hash(&key)) {
                self.accounts.by_email.insert(hash, id);
            }
            let known = self.accounts.addresses.get(&address_hash(id, &email));
            let primary = self.accounts.primary.get(&id);
            // a store's own account keeps the primary address that it has
            let is_primary = match own {
                IsOwn::No if primary.is_some() && primary != known => IsPrimary::No,
                _ => IsPrimary::Yes,
            };
            addresses.push(self.address(part, id, &email, is_primary));
        }
        let former = former_addresses(plan, &keys, &made, &addresses)?;
        addresses.extend(former);
        addresses.sort_by(|a, b| a.key.cmp(&b.key));
        let hashes: Vec<u128> = addresses
            .iter()
            .map(|draft| address_hash(draft.record.user_id, &draft.record.email))
            .collect();
        for (hash, place) in hashes.into_iter().zip(plan.place(addresses)?) {
            if let Ok(id) = place {
                // an owner's further address may be the same
                self.accounts.addresses.entry(hash).or_insert(id);
            }
        }
        Ok(())
    }

    /// Usernames are claimed for those that make a new account, in the order given.
    fn name_old_accounts(
        &self,
        plan: &mut Planner,
        usernames: &mut Names,
        drafts: &mut [Draft<tables::User>],
        wishes: &[String],
    ) -> Result<(), Stop> {
        let new: Vec<usize> = (0..drafts.len())
            .filter(|index| matches!(drafts[*index].target, Target::New { .. }))
            .collect();
        let wished: Vec<_> = new
            .iter()
            .map(|index| (&drafts[*index], wishes[*index].as_str()))
            .map(|(draft, wish)| (&draft.key, draft.name.as_str(), wish))
            .collect();
        let claims = claim_usernames(plan, usernames, &wished)?;
        for (index, claim) in new.into_iter().zip(claims) {
            drafts[index].claim = Some(("username", claim));
        }
        Ok(())
    }

    fn map_old_account(
        &mut self,
        plan: &mut Planner,
        row: &mut LegacyRow,
        silent: &HashSet<i64>,
        emails: &mut HashSet<u128>,
        place: Place,
    ) -> Result<(Draft<tables::User>, String), Stop> {
        use auth_user::At;
        let mut reading = Reading::new(&auth_user::TABLE, "users", self.zone, row);
        let username = reading.text_or_empty(At::username);
        reading.name = username.clone();
        let raw_email = reading.text_or_empty(At::email);
        let email = self.own_email(&mut reading, &raw_email, emails, place);
        let wish = username_of(&username, &raw_email);
        let first_name = reading.text_or_empty(At::first_name);
        let last_name = reading.text_or_empty(At::last_name);
        let password = reading.nonblank(At::password);
        let is_active = reading.flag(At::is_active).unwrap_or(true);
        let is_staff = reading.flag(At::is_staff).unwrap_or(false);
        let is_superuser = reading.flag(At::is_superuser).unwrap_or(false);
        let last_login = reading.time(At::last_login);
        if let Some(at) = last_login {
            reading.data.set("last_login", crate::time::to_text(at));
        }
        let own = reading.time(At::date_joined);
        let nodes = email
            .as_deref()
            .and_then(text::email_key)
            .and_then(|key| self.owners.find(&key)?.joined());
        let date_joined = [own, nodes].into_iter().flatten().min();
        let target = email
            .as_deref()
            .and_then(text::email_key)
            .and_then(|key| self.accounts.by_email.get(&email_hash(&key)))
            .map_or(
                Target::New {
                    id: Some(reading.id()),
                },
                |id| Target::Adopt(*id),
            );
        reading.report(plan)?;
        let record = tables::User {
            username: String::new(),
            email,
            password: password.into(),
            password_generated: false,
            must_change_password: false,
            first_name,
            last_name,
            is_active,
            is_staff,
            is_superuser,
            date_joined,
            last_login: None,
            receives_notifications: !silent.contains(&reading.id()),
            data: std::mem::take(&mut reading.data).into_json(),
        };
        let draft = Draft {
            key: reading.key(),
            name: username,
            record,
            target,
            claim: None,
            keeps: Vec::new(),
            entity: Some("users"),
        };
        Ok((draft, wish))
    }

    /// The address that the old account keeps: of several with one, the first.
    fn own_email(
        &self,
        reading: &mut Reading,
        raw: &str,
        emails: &mut HashSet<u128>,
        place: Place,
    ) -> Option<String> {
        if raw.trim().is_empty() {
            return None;
        }
        let Some(email) = Email::parse(raw) else {
            reading.data.set("email", raw);
            reading.note(
                "email-malformed",
                Severity::Warning,
                format!(
                    "{:?} is no e-mail address: the account has none, the text is kept in data.email.",
                    text::printable(raw)
                ),
            );
            return None;
        };
        if !emails.insert(email_hash(&email.key())) {
            reading.data.set("email", email.as_str());
            reading.note(
                "email-shared",
                Severity::Warning,
                format!("Another old account with a lower id has the address {email} too and keeps it: this one has none, it is kept in data.email."),
            );
            return None;
        }
        let holder = self.accounts.by_email.get(&email_hash(&email.key()));
        if let (Place::Known(own), Some(holder)) = (place, holder)
            && own != Some(*holder)
        {
            reading.data.set("email", email.as_str());
            reading.note(
                "email-shared",
                Severity::Warning,
                format!("Another account of the store has the address {email} and keeps it: this one has none, it is kept in data.email."),
            );
            return None;
        }
        Some(email.as_str().to_string())
    }

    fn address(
        &self,
        key: Key,
        user_id: i64,
        email: &str,
        primary: IsPrimary,
    ) -> Draft<tables::EmailAddress> {
        let known = self.accounts.addresses.get(&address_hash(user_id, email));
        let is_primary = primary == IsPrimary::Yes;
        Draft {
            key,
            name: email.to_string(),
            record: tables::EmailAddress {
                user_id,
                email: email.to_string(),
                is_verified: is_primary,
                is_primary,
            },
            target: known.map_or(Target::New { id: None }, |id| Target::Adopt(*id)),
            claim: None,
            keeps: Vec::new(),
            entity: None,
        }
    }
}

/// The username that an old account has, or else is made from its email.
fn username_of(username: &str, email: &str) -> String {
    match username.trim() {
        "" => text::username_wish("", email),
        name => name.to_string(),
    }
}

/// Where an old account stands before this run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    New,
    /// An earlier run placed it: its account, where that is still there.
    Known(Option<i64>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum IsPrimary {
    Yes,
    No,
}

/// Whether an import made the account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IsOwn {
    Yes,
    No,
}

/// The primary addresses that accounts which imports made had before: primary no longer.
fn former_addresses(
    plan: &mut Planner,
    keys: &[&Key],
    made: &HashSet<i64>,
    addresses: &[Draft<tables::EmailAddress>],
) -> Result<Vec<Draft<tables::EmailAddress>>, Stop> {
    let table = tables::EmailAddress::TABLE;
    if plan.deletes_vanished() {
        // they go
        return Ok(Vec::new());
    }
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return Ok(Vec::new());
    };
    let last = Key::part(last.number, "\u{10ffff}");
    let now: HashSet<&Key> = addresses.iter().map(|draft| &draft.key).collect();
    // the number 0 is that of the owners' addresses
    let former: Vec<Key> = plan
        .made_between(table, (*first).clone(), last)?
        .into_iter()
        .filter(|key| key.number != 0 && made.contains(&key.number) && !now.contains(key))
        .collect();
    if former.is_empty() {
        return Ok(Vec::new());
    }
    let current = plan.current(table, &former.iter().collect::<Vec<_>>())?;
    let field = |values: &[Value], column: &str| values.get(table.column(column)).cloned();
    Ok(former
        .into_iter()
        .filter_map(|key| {
            let values = &current.get(&key)?.values;
            let email = field(values, "email")?.as_text()?.to_string();
            let is =
                |column: &str| field(values, column).and_then(|value| value.as_int()) == Some(1);
            is("is_primary").then(|| Draft {
                name: email.clone(),
                record: tables::EmailAddress {
                    user_id: field(values, "user_id")
                        .and_then(|value| value.as_int())
                        .unwrap_or_default(),
                    email,
                    is_verified: is("is_verified"),
                    is_primary: false,
                },
                key,
                target: Target::New { id: None },
                claim: None,
                keeps: Vec::new(),
                entity: None,
            })
        })
        .collect())
}

/// Claims usernames in the order given and tells who did not get what he wished for:
/// (key, the person's name, the wish).
fn claim_usernames(
    plan: &mut Planner,
    usernames: &mut Names,
    wished: &[(&Key, &str, &str)],
) -> Result<Vec<Claim>, Stop> {
    let wishes: Vec<_> = wished.iter().map(|(key, _, wish)| (*key, *wish)).collect();
    let claims = plan.claims(
        tables::User::TABLE,
        "username",
        usernames,
        &wishes,
        OnTaken::Number,
    )?;
    for ((key, name, wish), claim) in wished.iter().zip(&claims) {
        report_renamed(plan, key, name, wish, claim)?;
    }
    Ok(claims)
}

fn report_renamed(
    plan: &mut Planner,
    key: &Key,
    name: &str,
    wish: &str,
    claim: &Claim,
) -> Result<(), Stop> {
    let Some(given) = claim.renamed(wish) else {
        return Ok(());
    };
    plan.finding(
        Finding::new(
            "username-taken",
            Severity::Warning,
            format!("The username {wish:?} belongs to another account: this one is {given:?}."),
        )
        .on("users", key, name),
    )
}
