//! Stage `customers`: who owns the application, and the account that stands for them.

use std::borrow::Cow;

use super::{Apiomat, CustomerPassword, Place};
use crate::engine::names::OnTaken;
use crate::engine::plan::{Base, Origin};
use crate::engine::{Draft, Finding, Placed, Planner, Severity, Stop, Target};
use crate::legacy::apiomat::Customer;
use crate::model::{Data, Key, Record as _, Value, storable_json, tables};
use crate::password::{Form, Secret, apiomat as password};
use crate::text::{self, Email, PersonName};

/// What tells customers apart.
pub fn key(customer: &Customer) -> Key {
    let email = customer.email.as_deref().and_then(text::email_key);
    let key = email.as_ref().unwrap_or(&customer.name);
    Key::text(text::storable(key))
}

/// Columns that hold the password, or say something of it.
const PASSWORD: [&str; 3] = ["password", "password_generated", "must_change_password"];

impl Apiomat {
    pub(super) fn place_customer(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let Some(customer) = self.source.definition.customer.clone() else {
            return Ok(());
        };
        let key = key(&customer);
        let account = self.place_account(plan, &key, &customer)?;
        let place = match account {
            Ok(user_id) => {
                let mut data = Data::default();
                for (name, value) in customer.rest {
                    data.set(name, storable_json(value));
                }
                let draft = Draft {
                    key: key.clone(),
                    name: customer.name.clone(),
                    record: tables::Customer {
                        user_id,
                        name: text::storable(&customer.name).into_owned(),
                        data: data.into_json(),
                    },
                    target: Target::New { id: None },
                    claim: None,
                    keeps: Vec::new(),
                    entity: Some("customers"),
                };
                match plan.place(vec![draft])?.pop() {
                    Some(Placed::At(id)) => Ok(id),
                    Some(Placed::Gone(cause)) => Err(cause),
                    None => return Err(Stop::store("a draft went nowhere")),
                }
            }
            Err(cause) => Err(plan.fall_with("customers", &key, &customer.name, &cause)?),
        };
        self.customer = Some(place);
        plan.advance(1)
    }

    /// The account of the store that is the customer's: one with the same email, or a new one.
    fn place_account(
        &self,
        plan: &mut Planner,
        key: &Key,
        customer: &Customer,
    ) -> Result<Place, Stop> {
        let base = plan.bases(tables::User::TABLE, &[key])?.remove(key);
        let told = |code, severity, message: String| {
            Finding::new(code, severity, message).on("customers", key, &customer.name)
        };
        let email = customer.email.as_deref().map(text::storable);
        let email = email.filter(|email| Email::parse(email).is_some());
        if let (None, Some(raw)) = (
            &email,
            customer.email.as_deref().filter(|it| !it.trim().is_empty()),
        ) {
            let message = format!(
                "{:?} is no e-mail address: the customer's account has none.",
                text::printable(raw)
            );
            plan.finding(told("bad-email", Severity::Warning, message))?;
        }
        let mut own_data = Data::default();
        if email.is_none() {
            let raw = customer.email.as_deref().map(text::storable);
            own_data.set_text("email", raw.map(Cow::into_owned));
        }
        let mut there = None;
        if let Some(wanted) = email.as_deref().and_then(text::email_key) {
            plan.each_stored(tables::User::TABLE, &["email"], |id, cells| {
                let known = cells.first().and_then(|cell| cell.text());
                if known.and_then(text::email_key).as_ref() == Some(&wanted) {
                    there = Some(id);
                }
            })?;
        }
        let target = match (&base, there) {
            (None, Some(id)) => {
                let message = "The store has an account with this e-mail address: it is the customer's, and stays as it is, its password too.";
                plan.finding(told("account-followed", Severity::Info, message.into()))?;
                Target::Adopt(id)
            }
            _ => Target::New { id: None },
        };
        let is_ours = match (&base, target) {
            (Some(base), _) => base.origin == Origin::Created,
            (None, target) => target == Target::New { id: None },
        };
        let mut names = plan.names(tables::User::TABLE, "username")?;
        let wish = text::username_wish(&customer.name, email.as_deref().unwrap_or_default());
        let claim = match is_ours {
            true => plan
                .claims(
                    tables::User::TABLE,
                    "username",
                    &mut names,
                    &[(key, wish.as_str())],
                    OnTaken::Number,
                )?
                .pop(),
            false => None,
        };
        if let Some(given) = claim.as_ref().and_then(|claim| claim.renamed(&wish)) {
            let message =
                format!("The username {wish:?} belongs to another account: this one is {given:?}.");
            plan.finding(told("username-taken", Severity::Warning, message))?;
        }
        let given = self.password_of(plan, key, customer, base.as_ref(), is_ours)?;
        let name = PersonName::from_owner(&text::storable(&customer.name));
        let draft = Draft {
            key: key.clone(),
            name: customer.name.clone(),
            record: tables::User {
                username: String::new(),
                email: email.as_deref().map(Into::into),
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
                data: own_data.into_json(),
            },
            target,
            claim: claim.map(|claim| ("username", claim)),
            keeps: given.keeps,
            entity: None,
        };
        let place = match plan.place(vec![draft])?.pop() {
            Some(Placed::At(id)) => Ok(id),
            Some(Placed::Gone(cause)) => return Ok(Err(cause)),
            None => return Err(Stop::store("a draft went nowhere")),
        };
        if let (Ok(user_id), Some(email), true) = (&place, &email, is_ours) {
            plan.place(vec![Draft {
                key: key.clone(),
                name: customer.name.clone(),
                record: tables::EmailAddress {
                    user_id: *user_id,
                    email: email.to_string(),
                    is_verified: true,
                    is_primary: true,
                },
                target: Target::New { id: None },
                claim: None,
                keeps: Vec::new(),
                entity: None,
            }])?;
        }
        Ok(place)
    }

    fn password_of(
        &self,
        plan: &mut Planner,
        key: &Key,
        customer: &Customer,
        base: Option<&Base>,
        is_ours: bool,
    ) -> Result<Given, Stop> {
        let nothing = |keeps| Given {
            password: Value::Null,
            must_change: false,
            keeps,
        };
        if !is_ours {
            return Ok(nothing(Vec::new()));
        }
        let secret_word = |plan: &mut Planner, password| {
            let message = "The customer's password is \"secret\", and must be changed at the first login on the pages.";
            let finding = Finding::new("password-reset", Severity::Warning, message);
            plan.finding(finding.on("customers", key, &customer.name))?;
            Ok(Given {
                password,
                must_change: true,
                keeps: Vec::new(),
            })
        };
        // an account that is there keeps the password that it has
        if base.is_some() {
            return Ok(nothing(PASSWORD.into()));
        }
        let hash = customer.password.as_ref().map(Secret::expose);
        let hash = hash.filter(|hash| !hash.is_empty());
        match (self.settings.password, hash) {
            (CustomerPassword::Kept, None) => Ok(nothing(Vec::new())),
            (CustomerPassword::Reset, _) => {
                let hash = password::reset(&key.text);
                let hash = hash.map_err(|error| Stop::store(error.to_string()))?;
                secret_word(plan, hash.into())
            }
            // the old tool reset it, or an export came in so
            (CustomerPassword::Kept, Some(hash)) if password::is_reset(hash) => {
                secret_word(plan, hash.into())
            }
            (CustomerPassword::Kept, Some(hash)) => {
                if !Form::of(Some(hash)).is_usable() {
                    let message = "The customer's password is in a form that is not known: it is kept, and goes out again with an export, but nobody can log in with it here. `heirloom users password NAME` sets a new one.";
                    let finding = Finding::new("password-unknown", Severity::Warning, message);
                    plan.finding(finding.on("customers", key, &customer.name))?;
                }
                Ok(Given {
                    password: text::storable(hash).as_ref().into(),
                    must_change: false,
                    keeps: Vec::new(),
                })
            }
        }
    }
}

/// What an account gets.
struct Given {
    password: Value,
    must_change: bool,
    keeps: Vec<&'static str>,
}
