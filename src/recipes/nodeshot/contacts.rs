//! Stage `contacts`: messages to node owners, and the network's statistics.

use super::Nodeshot;
use super::addresses::{self, Padding};
use super::keys::Parent;
use super::reading::{Reading, orphan};
use super::schema::{contact, statistic};
use crate::engine::{Draft, Planner, Severity, Stop, Target};
use crate::model::tables;
use crate::text;

impl Nodeshot {
    pub(super) fn place_contacts(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.reserve::<tables::Contact>(plan, &contact::TABLE)?;
        self.batches(&contact::TABLE, plan, |recipe, plan, rows| {
            let mut drafts = Vec::with_capacity(rows.len());
            for mut row in rows {
                let mut reading = Reading::new(&contact::TABLE, "contacts", recipe.zone, &mut row);
                drafts.extend(recipe.map_contact(plan, &mut reading)?);
                reading.report(plan)?;
            }
            plan.place(drafts)?;
            Ok(())
        })
    }

    fn map_contact(
        &self,
        plan: &mut Planner,
        reading: &mut Reading,
    ) -> Result<Option<Draft<tables::Contact>>, Stop> {
        use contact::At;
        let key = reading.key();
        let from_name = reading.text_or_empty(At::from_name);
        reading.name = from_name.clone();
        let node = reading.int(At::node_id);
        let node_id = match self.node(node) {
            Parent::At(id, ()) => id,
            Parent::Fell(cause) => {
                reading.falls_with(plan, cause)?;
                return Ok(None);
            }
            Parent::Unknown => {
                let finding = orphan("contacts", &key, &reading.name, "node", node);
                let _kept = plan.refuse::<tables::Contact>("contacts", &key, finding)?;
                return Ok(None);
            }
        };
        let from_email = reading.text_or_empty(At::from_email);
        let ip = reading.nonblank(At::ip).and_then(|raw| {
            let address = addresses::address(&raw);
            if address.is_some_and(|address| address.padding == Padding::Zeros) {
                reading.note(
                    "address-zero-padded",
                    Severity::Info,
                    format!("{raw:?} is read as decimal, the text is kept in data.ip."),
                );
                reading.data.set("ip", raw.as_str());
            }
            let ip = address.map(|address| address.ip.to_string());
            if ip.is_none() {
                reading.note(
                    "bad-contact-ip",
                    Severity::Warning,
                    format!(
                        "{:?} is no IP address: it becomes null, the text is kept in data.ip.",
                        text::printable(&raw)
                    ),
                );
                reading.data.set("ip", raw);
            }
            ip
        });
        let message = reading.text_or_empty(At::message);
        let user_agent = reading.text_or_empty(At::user_agent);
        let http_referer = reading.text_or_empty(At::http_referer);
        let accept_language = reading.text_or_empty(At::accept_language);
        let added = reading.time(At::date);
        Ok(Some(Draft {
            key,
            name: from_name.clone(),
            record: tables::Contact {
                node_id,
                user_id: self.accounts.of_sender(&from_email),
                from_name,
                from_email,
                message,
                ip,
                user_agent,
                http_referer,
                accept_language,
                data: std::mem::take(&mut reading.data).into_json(),
                added,
            },
            target: Target::New {
                id: Some(reading.id()),
            },
            claim: None,
            keeps: Vec::new(),
            entity: Some("contacts"),
        }))
    }

    pub(super) fn place_statistics(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        use statistic::At;
        self.reserve::<tables::NetworkStatistic>(plan, &statistic::TABLE)?;
        self.batches(&statistic::TABLE, plan, |recipe, plan, rows| {
            let mut drafts = Vec::with_capacity(rows.len());
            for mut row in rows {
                let mut reading =
                    Reading::new(&statistic::TABLE, "statistics", recipe.zone, &mut row);
                let mut record = tables::NetworkStatistic {
                    active_nodes: reading.int(At::active_nodes),
                    potential_nodes: reading.int(At::potential_nodes),
                    hotspots: reading.int(At::hotspots),
                    links: reading.int(At::links),
                    kilometres: reading.real(At::km),
                    data: String::new(),
                    added: reading.time(At::date),
                };
                record.data = std::mem::take(&mut reading.data).into_json();
                reading.report(plan)?;
                drafts.push(Draft {
                    key: reading.key(),
                    name: String::new(),
                    record,
                    target: Target::New {
                        id: Some(reading.id()),
                    },
                    claim: None,
                    keeps: Vec::new(),
                    entity: Some("statistics"),
                });
            }
            plan.place(drafts)?;
            Ok(())
        })
    }
}
