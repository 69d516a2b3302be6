//! Stage `applications`: the application, and its settings in each system.

use super::{Apiomat, Mapped, Ownership};
use crate::engine::{Draft, Finding, Outcome, Planner, Severity, Stop, Target};
use crate::legacy::apiomat::Origin;
use crate::model::{Data, Key, Record as _, Value, storable_json, tables};
use crate::password::Secret;
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
        if let Some(message) = self.in_the_way(plan, &key, customer_id)? {
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
            let draft = Draft {
                key,
                name: application.name.clone(),
                record: tables::Application {
                    name: application.name,
                    customer_id,
                    display_name: text(application.display_name),
                    description: text(application.description),
                    data: data(application.rest),
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

    /// Why the application cannot have its name in the store.
    fn in_the_way(
        &self,
        plan: &mut Planner,
        key: &Key,
        customer: Option<i64>,
    ) -> Result<Option<String>, Stop> {
        let table = tables::Application::TABLE;
        if let Some(row) = plan.current(table, &[key])?.remove(key) {
            let owner = row.values.get(table.column("customer_id"));
            let owner = owner.and_then(Value::as_int);
            let is_anothers = owner.is_some() && customer.is_some() && owner != customer;
            return Ok((is_anothers && self.settings.ownership == Ownership::Proven).then(|| format!(
                "The store has an application {} of another customer, which an earlier import brought: this one may be another installation's and does not come in. --accept-source says that it is the same.",
                printable(self.app())
            )));
        }
        let mut is_there = false;
        plan.each_stored(table, &["name"], |_, cells| {
            is_there |= cells.first().and_then(|cell| cell.text()) == Some(self.app());
        })?;
        Ok(is_there.then(|| {
            format!(
                "The store has an application {}, and no import made it: this one does not come in.",
                printable(self.app())
            )
        }))
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
                keeps: self.unsaid(&[
                    ("status", settings.status.is_none()),
                    ("api_key", api_key.is_none()),
                    ("configuration", configuration.is_none()),
                    ("auth_classes", auth_classes.is_none()),
                ]),
                record: Box::new(move |application_id| tables::ApplicationSystem {
                    application_id,
                    system: settings.system.word(),
                    status: text(settings.status),
                    api_key,
                    configuration: text(configuration),
                    auth_classes: text(auth_classes),
                    data: data(settings.rest),
                }),
            });
        }
        self.place_below(plan, ("systems", "application_id"), rows)
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
