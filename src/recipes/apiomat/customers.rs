//! Stage `customers`: who owns the application, and the account that stands for them.

use super::{Apiomat, CustomerPassword};
use crate::engine::names::OnTaken;
use crate::engine::plan::{Base, Origin};
use crate::engine::{
    Cause, Claim, Draft, Finding, Outcome, Placed, Planner, Severity, Stop, Target,
};
use crate::legacy::apiomat::Customer;
use crate::model::{Key, Record as _, Value, tables};
use crate::password::{Form, Secret, apiomat as password};
use crate::text::{self, Email, PersonName};

use super::applications::data;

/// Columns that hold the password, or say something of it.
const PASSWORD: [&str; 3] = ["password", "password_generated", "must_change_password"];

/// An email where it is one.
fn email_of(customer: &Customer) -> Option<String> {
    let email = text::storable(customer.email.as_deref()?).into_owned();
    Email::parse(&email).is_some().then_some(email)
}

/// What tells customers apart. One without an email is only that application's: names are no proof.
struct Keys {
    email: Option<Key>,
    name: Key,
}

impl Keys {
    fn of(app: &str, customer: &Customer) -> Self {
        let email = email_of(customer).as_deref().and_then(text::email_key);
        let name = format!("{app}: {}", customer.name);
        Keys {
            email: email.map(Key::text),
            name: Key::text(text::storable(&name).as_ref()),
        }
    }
}

impl Apiomat {
    /// The key of the customer: the one under which an earlier run brought them, if any did.
    pub(super) fn key_of_customer(&self, plan: &mut Planner) -> Result<Option<Key>, Stop> {
        let Some(customer) = &self.source.definition.customer else {
            return Ok(None);
        };
        let Keys { email, name } = Keys::of(self.app(), customer);
        let mut known = |key: &Key| -> Result<bool, Stop> {
            Ok(plan
                .bases(tables::Customer::TABLE, &[key])?
                .contains_key(key))
        };
        match email {
            // a source that had no email was here before
            Some(email) if !known(&email)? && known(&name)? => Ok(Some(name)),
            Some(email) => Ok(Some(email)),
            None => Ok(Some(name)),
        }
    }

    pub(super) fn place_customer(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let (Some(customer), Some(key)) = (
            self.source.definition.customer.clone(),
            self.customer_key.clone(),
        ) else {
            return Ok(());
        };
        plan.advance(1)?;
        if self.taken.is_some() {
            let cause = Cause {
                entity: "applications".into(),
                legacy_id: self.app().into(),
                code: "application-taken".into(),
            };
            plan.fall_with("accounts", &key, &customer.name, &cause)?;
            let cause = plan.fall_with("customers", &key, &customer.name, &cause)?;
            self.customer = Some(Err(cause));
            return Ok(());
        }
        if let Some(owner) = self.owner {
            for entity in ["accounts", "customers"] {
                plan.account(entity, &key, Outcome::Unchanged, &customer.name);
            }
            self.customer = Some(Ok(owner));
            return Ok(());
        }
        let place = match self.place_account(plan, &key, &customer)? {
            Ok(user_id) => plan.place_one(Draft {
                key,
                name: customer.name.clone(),
                record: tables::Customer {
                    user_id,
                    name: text::storable(&customer.name).into_owned(),
                    data: data(customer.rest),
                },
                target: Target::New { id: None },
                claim: None,
                keeps: Vec::new(),
                entity: Some("customers"),
            })?,
            Err(cause) => Err(plan.fall_with("customers", &key, &customer.name, &cause)?),
        };
        self.customer = Some(place);
        Ok(())
    }

    /// The account of the store that is the customer's: one with the same email, or a new one.
    fn place_account(
        &self,
        plan: &mut Planner,
        key: &Key,
        customer: &Customer,
    ) -> Result<Placed, Stop> {
        let told = |code, severity, message: String| {
            Finding::new(code, severity, message).on("customers", key, &customer.name)
        };
        let base = plan.bases(tables::User::TABLE, &[key])?.remove(key);
        let email = email_of(customer);
        let raw = customer
            .email
            .as_deref()
            .filter(|raw| !raw.trim().is_empty());
        let no_email = raw.filter(|_| email.is_none());
        if let Some(raw) = no_email {
            let message = format!(
                "{:?} is no e-mail address: the customer's account has none, and the text is kept in its data.",
                text::printable(raw)
            );
            plan.finding(told("bad-email", Severity::Warning, message))?;
        }
        let there = match &base {
            None => account_with(plan, email.as_deref())?,
            Some(_) => None,
        };
        let (target, is_ours) = match (&base, there) {
            (None, Some(id)) => {
                let message = "The store has an account with this e-mail address: it is the customer's, and stays as it is, its password too.";
                plan.finding(told("account-followed", Severity::Info, message.into()))?;
                (Target::Adopt(id), false)
            }
            (None, None) => (Target::New { id: None }, true),
            (Some(base), _) => (Target::New { id: None }, base.origin == Origin::Created),
        };
        let mut keeps = Vec::new();
        if email.is_none() {
            keeps.push("email");
        }
        let claim = match is_ours {
            true => self.username(plan, key, customer, base.as_ref(), &mut keeps)?,
            false => None,
        };
        let given = match is_ours {
            true => self.password_of(plan, key, customer, base.as_ref())?,
            false => Given::nothing(Vec::new()),
        };
        keeps.extend(given.keeps);
        let name = PersonName::from_owner(&text::storable(&customer.name));
        let place = plan.place_one(Draft {
            key: key.clone(),
            name: customer.name.clone(),
            record: tables::User {
                username: String::new(),
                email: email.clone(),
                password: given.password,
                password_generated: false,
                must_change_password: given.must_change,
                first_name: name.first,
                last_name: name.last,
                is_active: true,
                is_staff: false,
                is_superuser: false,
                date_joined: None,
                last_login: None,
                receives_notifications: true,
                // a text that is no email is not lost
                data: data(
                    no_email
                        .map(|raw| ("email".into(), raw.into()))
                        .into_iter()
                        .collect(),
                ),
            },
            target,
            claim: claim.map(|claim| ("username", claim)),
            keeps,
            entity: Some("accounts"),
        })?;
        if let (Ok(user_id), Some(email), true) = (&place, email, is_ours) {
            // where a person deleted it, it stays deleted
            let _ = plan.place_one(Draft {
                key: key.clone(),
                name: customer.name.clone(),
                record: tables::EmailAddress {
                    user_id: *user_id,
                    email,
                    is_verified: true,
                    is_primary: true,
                },
                target: Target::New { id: None },
                claim: None,
                keeps: Vec::new(),
                entity: None,
            })?;
        }
        Ok(place)
    }

    /// The name with which a new account logs in; that of one which is there stays.
    fn username(
        &self,
        plan: &mut Planner,
        key: &Key,
        customer: &Customer,
        base: Option<&Base>,
        keeps: &mut Vec<&'static str>,
    ) -> Result<Option<Claim>, Stop> {
        let email = email_of(customer).unwrap_or_default();
        let wish = text::username_wish(&customer.name, &email);
        if base.is_some_and(|base| !base.wished(tables::User::TABLE, &wish)) {
            keeps.push("username");
            return Ok(None);
        }
        let mut names = plan.names(tables::User::TABLE, "username")?;
        let wishes = [(key, wish.as_str())];
        let table = tables::User::TABLE;
        let claims = plan.claims(table, "username", &mut names, &wishes, OnTaken::Number)?;
        let claim = claims.into_iter().next();
        if let Some(given) = claim.as_ref().and_then(|claim| claim.renamed(&wish)) {
            let message =
                format!("The username {wish:?} belongs to another account: this one is {given:?}.");
            let finding = Finding::new("username-taken", Severity::Warning, message);
            plan.finding(finding.on("customers", key, &customer.name))?;
        }
        Ok(claim)
    }

    fn password_of(
        &self,
        plan: &mut Planner,
        key: &Key,
        customer: &Customer,
        base: Option<&Base>,
    ) -> Result<Given, Stop> {
        let told = |code, severity, message: &str| {
            Finding::new(code, severity, message).on("customers", key, &customer.name)
        };
        let hash = customer.password.as_ref().map(Secret::expose);
        let hash = hash.filter(|hash| !hash.is_empty());
        if let Some(base) = base {
            let is_other =
                hash.is_some_and(|hash| !base.has(tables::User::TABLE, "password", hash));
            if is_other || self.settings.password == CustomerPassword::Reset {
                let message = "The customer's account was there before this run: its password stays as it is.";
                plan.finding(told("password-kept", Severity::Info, message))?;
            }
            return Ok(Given::nothing(PASSWORD.into()));
        }
        let resets = self.settings.password == CustomerPassword::Reset;
        // what another store reset is everybody's to know here, too
        if resets || hash.is_some_and(password::is_reset) {
            let message = "The customer's password is \"secret\", and must be changed at the first login on the pages.";
            plan.finding(told("password-reset", Severity::Warning, message))?;
            return Ok(Given {
                password: match hash.filter(|_| !resets) {
                    Some(hash) => hash.into(),
                    None => password::reset(&key.text)
                        .map_err(|error| Stop::store(error.to_string()))?
                        .into(),
                },
                must_change: true,
                keeps: Vec::new(),
            });
        }
        let Some(hash) = hash else {
            return Ok(Given::nothing(Vec::new()));
        };
        if !Form::of(Some(hash)).is_usable() {
            let message = "The customer's password is in a form that is not known: it is kept, and goes out again with an export, but nobody can log in with it here. `heirloom users password NAME` sets a new one.";
            plan.finding(told("password-unknown", Severity::Warning, message))?;
        }
        Ok(Given {
            password: text::storable(hash).as_ref().into(),
            must_change: false,
            keeps: Vec::new(),
        })
    }
}

/// What a customer's account gets.
struct Given {
    password: Value,
    must_change: bool,
    keeps: Vec<&'static str>,
}

impl Given {
    fn nothing(keeps: Vec<&'static str>) -> Self {
        Given {
            password: Value::Null,
            must_change: false,
            keeps,
        }
    }
}

/// The account of the store that has this email.
fn account_with(plan: &mut Planner, email: Option<&str>) -> Result<Option<i64>, Stop> {
    let Some(wanted) = email.and_then(text::email_key) else {
        return Ok(None);
    };
    let mut there = None;
    plan.each_stored(tables::User::TABLE, &["email"], |id, cells| {
        let known = cells.first().and_then(|cell| cell.text());
        if known.and_then(text::email_key).as_ref() == Some(&wanted) {
            there = Some(id);
        }
    })?;
    Ok(there)
}
