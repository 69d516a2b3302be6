//! Stage `users`: accounts, with their passwords as they were.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::reading::{Reading, unreadable};
use super::{Accounts, ConnectorDb, Holder, OWN_DEVICE, Passwords, conflict, giving};
use crate::engine::plan::{BATCH, Base, Origin};
use crate::engine::{Cause, Draft, Planner, Severity, Stop, Target};
use crate::legacy::connectordb::{DeviceMetadata, UserMetadata, metadata};
use crate::model::{FieldHash, Key, Record as _, Table, Value, tables};
use crate::password::Secret;
use crate::password::connectordb::{Exported, of_username, stored};
use crate::text;

/// Which accounts the store has, and which names and emails this plan gives.
#[derive(Default)]
struct Taken {
    /// By name: the account, and the key of its email.
    names: HashMap<String, (Holder, Option<String>)>,
    /// By email.
    emails: HashMap<String, Holder>,
    /// Accounts whose email this plan changes.
    giving: HashSet<i64>,
    /// Addresses: by account and the key of the email, their own ids.
    addresses: HashMap<(i64, String), i64>,
}

impl Taken {
    fn load(plan: &mut Planner) -> Result<Self, Stop> {
        let mut taken = Taken::default();
        let columns = ["username", "email"];
        plan.each_stored(tables::User::TABLE, &columns, |id, cells| {
            let email = cells[1].text().and_then(text::email_key);
            if let Some(email) = &email {
                taken.emails.insert(email.clone(), Holder::Stored(id));
            }
            if let Some(name) = cells[0].text() {
                let holder = Holder::Stored(id);
                taken.names.insert(name.to_string(), (holder, email));
            }
        })?;
        let columns = ["user_id", "email"];
        plan.each_stored(tables::EmailAddress::TABLE, &columns, |id, cells| {
            let email = cells[1].text().and_then(text::email_key);
            if let (Some(user), Some(email)) = (cells[0].int(), email) {
                taken.addresses.insert((user, email), id);
            }
        })?;
        Ok(taken)
    }
}

/// In bytes, as mail has it.
const LONGEST_EMAIL: usize = 254;

/// What earlier runs brought.
struct Known {
    accounts: HashMap<Key, Base>,
    /// The device `user` of each.
    devices: HashMap<Key, Base>,
}

/// What stays of an account where the export lacks a key: the client leaves out what its user may
/// not read.
const KEPT: &[(&str, &str)] = &[
    ("email", "email"),
    ("role", "is_staff"),
    ("role", "is_superuser"),
    ("role", "data"),
    ("email", "data"),
    ("nickname", "data"),
    ("description", "data"),
    ("icon", "data"),
    ("public", "data"),
];

/// An account, and the address that comes with it.
struct Mapped {
    draft: Draft<tables::User>,
    address: Option<String>,
}

impl ConnectorDb {
    pub(super) fn place_users(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let mut taken = Taken::load(plan)?;
        taken.giving = self.giving_emails(plan)?;
        let tree = Rc::clone(&self.tree);
        let own = tree
            .users
            .iter()
            .filter_map(|user| Some((&user.key, user.path.as_ref()?)));
        for chunk in own.collect::<Vec<_>>().chunks(BATCH) {
            self.place_user_batch(plan, chunk, &mut taken)?;
        }
        Ok(())
    }

    fn place_user_batch(
        &mut self,
        plan: &mut Planner,
        users: &[(&String, &PathBuf)],
        taken: &mut Taken,
    ) -> Result<(), Stop> {
        let known = self.known_accounts(plan, users)?;
        let mut drafts = Vec::new();
        let mut placing = Vec::new();
        for (name, path) in users {
            let key = self.key(name);
            let user: UserMetadata = match metadata::read(path) {
                Ok(user) => user,
                Err(error) => {
                    let finding = unreadable("users", &key, &error)?;
                    let place = plan.refuse::<tables::User>("users", &key, finding)?;
                    self.users.insert((*name).clone(), place);
                    continue;
                }
            };
            match self.map_user(plan, (name, path), user, &known, taken)? {
                Ok(mapped) => {
                    placing.push(((*name).clone(), mapped.address));
                    drafts.push(mapped.draft);
                }
                Err(cause) => {
                    self.users.insert((*name).clone(), Err(cause));
                }
            }
        }
        let count = drafts.len();
        let placed = plan.place(drafts)?;
        let mut addresses = Vec::new();
        for ((name, address), place) in placing.into_iter().zip(placed) {
            let key = self.key(&name);
            if let (Ok(id), Some(email)) = (&place, address) {
                addresses.push(address_of(key, *id, email));
            }
            self.users.insert(name, place);
        }
        let keys: Vec<&Key> = addresses.iter().map(|draft| &draft.key).collect();
        let own = plan.bases(tables::EmailAddress::TABLE, &keys)?;
        // an address that the account has in the store anyway is no second one
        addresses.retain(|draft| {
            let address = text::email_key(&draft.record.email).unwrap_or_default();
            let there = taken.addresses.get(&(draft.record.user_id, address));
            there.is_none_or(|id| own.get(&draft.key).is_some_and(|base| base.store_id == *id))
        });
        plan.place(addresses)?;
        plan.advance(count)
    }

    /// The accounts whose email the source changes: another may take it in the same run.
    fn giving_emails(&self, plan: &mut Planner) -> Result<HashSet<i64>, Stop> {
        let users = self.tree.users.iter().filter_map(|user| {
            let read = metadata::read::<UserMetadata>(user.path.as_ref()?);
            Some((self.key(&user.key), read.ok()?.email?))
        });
        giving(plan, tables::User::TABLE, "email", users)
    }

    /// What the ledger knows of these accounts, and of the keys of their own devices.
    fn known_accounts(
        &self,
        plan: &mut Planner,
        users: &[(&String, &PathBuf)],
    ) -> Result<Known, Stop> {
        let keys: Vec<Key> = users.iter().map(|(name, _)| self.key(name)).collect();
        let accounts = plan.bases(tables::User::TABLE, &keys.iter().collect::<Vec<_>>())?;
        let keys = users
            .iter()
            .map(|(name, _)| self.key(&format!("{name}/{OWN_DEVICE}")));
        let keys: Vec<Key> = keys.collect();
        let devices = plan.bases(
            tables::StreamDevice::TABLE,
            &keys.iter().collect::<Vec<_>>(),
        )?;
        Ok(Known { accounts, devices })
    }

    fn map_user(
        &mut self,
        plan: &mut Planner,
        (folder, path): (&str, &Path),
        user: UserMetadata,
        known: &Known,
        taken: &mut Taken,
    ) -> Result<Result<Mapped, Cause>, Stop> {
        let key = self.key(folder);
        let mut reading = Reading::new("users", key.clone(), user.name.clone(), folder);
        if reading.impossible_name() {
            return Ok(Err(reading.impossible(plan)?));
        }
        let name = reading.name.clone();
        let password = password_of(&user);
        let base = known.accounts.get(&key);
        if base.is_some_and(|base| !base.has(tables::User::TABLE, "username", &name)) {
            let message = format!(
                "The folder {folder:?} was another account's: {name:?} does not come in. Names do not change in ConnectorDB; give the folder its own name."
            );
            return Ok(Err(conflict(plan, "users", &key, &name, message)?));
        }
        if base.is_some() && self.settings.accounts == Accounts::Proven {
            let device = self.key(&format!("{folder}/{OWN_DEVICE}"));
            let device = known.devices.get(&device);
            if proofs(base, device, &user, password.as_ref(), path) == Proofs::Missing {
                let message = format!(
                    "An earlier import brought an account {name:?}, and nothing proves that this is the same one: neither its password nor the API key of its device \"user\" is. It may be another server's and does not come in; give --accept-source if it is the same."
                );
                return Ok(Err(conflict(plan, "users", &key, &name, message)?));
            }
        }
        let mut target = Target::New { id: None };
        let wished = user.email.as_deref().and_then(text::email_key);
        if base.is_none()
            && let Some((holder, email)) = taken.names.get(&name)
        {
            let Holder::Stored(id) = holder else {
                let message = format!(
                    "Another folder of the export has an account {name:?} too: this one does not come in."
                );
                return Ok(Err(conflict(plan, "users", &key, &name, message)?));
            };
            if email.is_none() || *email != wished {
                let message = format!(
                    "The store has an account {name:?} with another email: this one does not come in. Bring its devices under an account with --into, or rename that account."
                );
                return Ok(Err(conflict(plan, "users", &key, &name, message)?));
            }
            target = Target::Adopt(*id);
            let message = "The store has an account with this name and email: it stays as it is, and the devices come under it.";
            reading.note("account-adopted", Severity::Info, message);
        }
        let holder = (Holder::Planned(key.clone()), wished);
        taken.names.entry(name.clone()).or_insert(holder);
        let adopts = target != Target::New { id: None }
            || base.is_some_and(|base| base.origin == Origin::Adopted);
        let email = match adopts {
            true => None,
            false => email_of(&mut reading, user.email, base, taken),
        };
        let fields = [
            ("nickname", user.nickname),
            ("description", user.description),
            ("icon", user.icon),
        ];
        for (column, value) in fields {
            let value = reading.text(column, value);
            reading.keep(column, value);
        }
        let role = reading.text("role", user.role);
        if !matches!(&*role, "" | "user" | "admin") {
            reading.data.set("role", role.clone());
        }
        if reading.flag("public", user.public, false) {
            reading.data.set("public", true);
        }
        self.unknown_keys
            .keep("users", user.rest, &mut reading.data);
        let mut keeps = reading.lacking(KEPT);
        if !matches!(password, Some(Some(_))) {
            keeps.extend(["password", "password_generated", "must_change_password"]);
        }
        let (password, generated, must_change) = match password {
            _ if adopts => (Value::Null, false, false),
            Some(Some(stored)) => (stored.into(), false, false),
            // nobody loses a password that works
            Some(None) if base.is_some() => (Value::Null, false, false),
            Some(None) => {
                let message = "The password is in a form that ConnectorDB does not know: nobody can log in with it. `heirloom users password NAME` sets a new one.";
                reading.note("password-unusable", Severity::Warning, message);
                (Value::Null, false, false)
            }
            None => match self.settings.passwords {
                Passwords::Random => (Value::Generated, true, false),
                // an account that is there keeps the password that it has
                Passwords::Username if base.is_some() => (Value::Null, false, false),
                Passwords::Username => {
                    let message = "The export has no password: the account opens with its own name, and must change that at its first login on the pages.";
                    reading.note("password-is-username", Severity::Warning, message);
                    (of_username(&reading.name).into(), false, true)
                }
            },
        };
        let is_admin = role == "admin";
        let data = std::mem::take(&mut reading.data).into_json();
        reading.report(plan)?;
        let record = tables::User {
            username: name.clone(),
            email: email.clone(),
            password,
            password_generated: generated,
            must_change_password: must_change,
            first_name: String::new(),
            last_name: String::new(),
            is_active: true,
            is_staff: is_admin,
            is_superuser: is_admin,
            date_joined: None,
            last_login: None,
            receives_notifications: true,
            data,
        };
        let draft = Draft {
            key,
            name,
            record,
            target,
            claim: None,
            keeps,
            entity: Some("users"),
        };
        Ok(Ok(Mapped {
            draft,
            address: email,
        }))
    }
}

/// The password as a store keeps it: `None` where the export says nothing of one, `Some(None)`
/// where nobody could log in with it.
fn password_of(user: &UserMetadata) -> Option<Option<String>> {
    let hash = user.password.as_ref()?;
    let text = |secret: &Option<Secret>| secret.as_ref().map_or("", Secret::expose).to_string();
    Some(stored(Exported {
        hash: hash.expose(),
        salt: &text(&user.password_salt),
        scheme: user.password_scheme.as_deref().unwrap_or_default(),
    }))
}

/// What says that an account of the same name is the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proofs {
    Missing,
    /// A secret is the same, or the email where there are no secrets to compare.
    Same,
}

fn proofs(
    account: Option<&Base>,
    device: Option<&Base>,
    user: &UserMetadata,
    password: Option<&Option<String>>,
    path: &Path,
) -> Proofs {
    let same = |base: Option<&Base>, table: &Table, column: &str, value: Option<&str>| {
        let base = base?.fingerprint.field(table.column(column))?;
        // where one of the two has none, nothing is proven
        let null = FieldHash::from(&Value::Null);
        (base != null).then_some(base == FieldHash::from(&Value::from(value?)))
    };
    let own: Option<DeviceMetadata> = metadata::read(&path.join(OWN_DEVICE)).ok();
    let api_key = own.and_then(|device| device.apikey);
    let secrets = [
        same(
            account,
            tables::User::TABLE,
            "password",
            password.and_then(Option::as_deref),
        ),
        same(
            device,
            tables::StreamDevice::TABLE,
            "api_key",
            api_key.as_ref().map(Secret::expose),
        ),
    ];
    let mut secrets = secrets.into_iter().flatten().peekable();
    // every new server has its root@localhost: an email proves only where there is nothing else
    let proven = match secrets.peek() {
        Some(_) => secrets.any(|same| same),
        None => same(account, tables::User::TABLE, "email", user.email.as_deref()) == Some(true),
    };
    match proven {
        true => Proofs::Same,
        false => Proofs::Missing,
    }
}

/// The email as the column takes it; what it cannot take goes to data.
fn email_of(
    reading: &mut Reading,
    raw: Option<String>,
    base: Option<&Base>,
    taken: &mut Taken,
) -> Option<String> {
    let email = reading.text("email", raw);
    let key = text::email_key(&email)?;
    let is_email = email.len() <= LONGEST_EMAIL
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let own = base.map(|base| base.store_id);
    let holder = taken.emails.get(&key);
    let held = holder.is_some_and(|holder| holder.bars(&reading.key, own, &taken.giving));
    let printable = text::printable(&email).into_owned();
    let (code, message) = match (is_email, held) {
        (true, false) => {
            let holder = Holder::Planned(reading.key.clone());
            taken.emails.insert(key, holder);
            return Some(email);
        }
        (false, _) => ("bad-email", format!("{printable:?} is no email")),
        (true, true) => (
            "email-taken",
            format!("Another account has the email {printable:?}"),
        ),
    };
    let message = format!("{message}: it is kept in data.email.");
    reading.note(code, Severity::Warning, message);
    reading.keep("email", email);
    None
}

fn address_of(key: Key, user_id: i64, email: String) -> Draft<tables::EmailAddress> {
    Draft {
        key,
        name: email.clone(),
        record: tables::EmailAddress {
            user_id,
            email,
            is_verified: true,
            is_primary: true,
        },
        target: Target::New { id: None },
        claim: None,
        keeps: Vec::new(),
        entity: None,
    }
}
