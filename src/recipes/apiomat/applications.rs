//! Stage `applications`: the application, and its settings in each system.

use super::{Apiomat, Mapped, Ownership};
use crate::engine::plan::BATCH;
use crate::engine::{Draft, Finding, Outcome, Planner, Severity, Stop, Target};
use crate::legacy::apiomat::{Entity, Origin};
use crate::model::{Data, Key, Record as _, Table, Value, storable_json, tables};
use crate::password::Secret;
use crate::store::rows::StoredRow;
use crate::text::{printable, storable};
use serde_json::{Map, Value as Json};

/// What has no column, as a row keeps it.
pub fn data(rest: Map<String, Json>) -> String {
    let mut data = Data::default();
    for (name, value) in rest {
        data.set(storable(&name).into_owned(), storable_json(value));
    }
    data.into_json()
}

/// A text as every store can hold it.
pub fn text(text: Option<String>) -> Option<String> {
    text.map(|text| storable(&text).into_owned())
}

impl Apiomat {
    pub(super) fn place_application(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let application = self.source.definition.application.clone();
        let key = Key::text(application.name.as_str());
        let customer_id = match &self.customer {
            Some(Ok(id)) => Some(*id),
            _ => None,
        };
        if let Some(message) = self.taken.clone() {
            let finding = Finding::new("application-taken", Severity::Error, message);
            let finding = finding.on("applications", &key, &application.name);
            let cause = plan.fall("applications", &key, Outcome::Refused, finding)?;
            self.places.insert(application.name, Err(cause));
        } else {
            let mut keeps = self.unsaid(&[
                ("display_name", application.display_name.is_none()),
                ("description", application.description.is_none()),
            ]);
            if customer_id.is_none() {
                keeps.push("customer_id");
            }
            let table = tables::Application::TABLE;
            let stored = plan.current(table, &[&key])?.remove(&key);
            let draft = Draft {
                key,
                name: application.name.clone(),
                record: tables::Application {
                    name: application.name,
                    customer_id,
                    display_name: text(application.display_name),
                    description: text(application.description),
                    data: self.data(application.rest, table, stored.as_ref()),
                },
                target: Target::New { id: None },
                claim: None,
                keeps,
                entity: Some("applications"),
            };
            self.place(plan, vec![draft])?;
        }
        self.place_systems(plan)
    }

    /// Why the application cannot have its name in the store: another one has it. And its owner
    /// there, where the source knows only their name.
    pub(super) fn in_the_way(
        &self,
        plan: &mut Planner,
    ) -> Result<(Option<String>, Option<i64>), Stop> {
        let table = tables::Application::TABLE;
        let key = Key::text(self.app());
        let Some(row) = plan.current(table, &[&key])?.remove(&key) else {
            let mut is_there = false;
            plan.each_stored(table, &["name"], |_, cells| {
                is_there |= cells.first().and_then(|cell| cell.text()) == Some(self.app());
            })?;
            let message = "and no import made it: this one does not come in.";
            return Ok((is_there.then(|| self.is_taken(message)), None));
        };
        if self.settings.ownership == Ownership::Taken {
            return Ok((None, None));
        }
        let anothers = "which an earlier import brought of another customer: this one may be another installation's and does not come in. --accept-source says that it is the same, and gives it to this customer.";
        let owner = row.values.get(table.column("customer_id"));
        if let Some(owner) = owner.and_then(Value::as_int) {
            match (&self.source.definition.customer, &self.customer_key) {
                (Some(customer), Some(key)) => {
                    let customers = tables::Customer::TABLE;
                    let known = plan.current(customers, &[key])?.remove(key);
                    if known.map(|row| row.id) != Some(owner) {
                        let row = plan.stored(customers, owner)?;
                        let name = row.and_then(|row| {
                            let name = row.values.get(customers.column("name"))?;
                            Some(name.as_text() == Some(&customer.name))
                        });
                        let is_owner = customer.email.is_none() && name == Some(true);
                        return Ok(match is_owner && !self.is_another_installation(plan)? {
                            true => (None, Some(owner)),
                            false => (Some(self.is_taken(anothers)), None),
                        });
                    }
                }
                _ if self
                    .source
                    .refused
                    .iter()
                    .any(|row| row.entity == Entity::Customer) =>
                {
                    let message =
                        "and the customer of this one cannot be understood: it does not come in.";
                    return Ok((Some(self.is_taken(message)), None));
                }
                _ => {}
            }
        }
        let other = "whose classes have other ids: this one is another installation's and does not come in. --accept-source lets it in.";
        let is_other = self.is_another_installation(plan)?;
        Ok((is_other.then(|| self.is_taken(other)), None))
    }

    fn is_taken(&self, message: &str) -> String {
        format!(
            "The store has an application {}, {message}",
            printable(self.app())
        )
    }

    /// An id of ApiOmat's is given once in the world: where all of those that both have differ,
    /// the classes are others.
    fn is_another_installation(&self, plan: &mut Planner) -> Result<bool, Stop> {
        let table = tables::Class::TABLE;
        let index = table.column("legacy_id");
        let (mut same, mut other) = (0, 0);
        let ids: Vec<(Key, &str)> = self
            .classes()
            .filter_map(|(path, _, class)| Some((Key::text(path), class.legacy_id.as_deref()?)))
            .collect();
        for chunk in ids.chunks(BATCH) {
            let keys: Vec<&Key> = chunk.iter().map(|(key, _)| key).collect();
            let current = plan.current(table, &keys)?;
            for (key, id) in chunk {
                let row = current
                    .get(key)
                    .and_then(|row| row.values.get(index)?.as_text());
                match row {
                    Some(known) if known == *id => same += 1,
                    Some(_) => other += 1,
                    None => {}
                }
            }
        }
        Ok(same == 0 && other > 0)
    }

    fn place_systems(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let systems = self.source.definition.systems.clone();
        let mut rows = Vec::with_capacity(systems.len());
        for settings in systems {
            let json = |value: &Option<Json>| value.as_ref().map(Json::to_string);
            let (configuration, auth_classes) =
                (json(&settings.configuration), json(&settings.auth_classes));
            let api_key = settings.api_key.as_ref().map(Secret::expose).map(storable);
            let api_key = api_key.map(|key| key.into_owned());
            rows.push(Mapped {
                path: self.path_of(settings.system.word()),
                parent: self.app().into(),
                name: String::new(),
                rest: settings.rest.clone(),
                keeps: self.unsaid(&[
                    ("status", settings.status.is_none()),
                    ("api_key", api_key.is_none()),
                    ("configuration", configuration.is_none()),
                    ("auth_classes", auth_classes.is_none()),
                ]),
                record: Box::new(move |application_id, data| tables::ApplicationSystem {
                    application_id,
                    system: settings.system.word(),
                    status: text(settings.status),
                    api_key,
                    configuration: text(configuration),
                    auth_classes: text(auth_classes),
                    data,
                }),
            });
        }
        self.place_below(plan, ("systems", "application_id"), rows)
    }

    /// What has no column. Heirloom's own file has all of it; what another source leaves out of
    /// what an earlier one brought stays.
    pub(super) fn data(
        &self,
        rest: Map<String, Json>,
        table: &Table,
        stored: Option<&StoredRow>,
    ) -> String {
        let stored = stored.filter(|_| self.source.origin != Origin::File);
        let stored = stored.and_then(|row| row.values.get(table.column("data"))?.as_text());
        let mut all: Map<String, Json> = stored
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        all.extend(rest);
        data(all)
    }

    /// Of which columns the source says nothing: what an earlier import brought there stays.
    /// Heirloom's own file says everything.
    pub(super) fn unsaid(&self, columns: &[(&'static str, bool)]) -> Vec<&'static str> {
        if self.source.origin == Origin::File {
            return Vec::new();
        }
        let unsaid = columns.iter().filter(|(_, is_unsaid)| *is_unsaid);
        unsaid.map(|(column, _)| *column).collect()
    }
}
