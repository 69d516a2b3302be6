//! Stage `nodes`: every node is read, judged, and its owner noted. Stage `statuses` places
//! those that are left once their layers are known.

use super::reading::Reading;
use super::schema::node::{At, TABLE};
use super::{Nodeshot, keys::Parent};
use crate::engine::names::{Names, OnTaken};
use crate::engine::{Draft, Outcome, Planner, Severity, Stop, Target};
use crate::legacy::Columns;
use crate::legacy::LegacyRow;
use crate::model::{FieldHash, Key, Record as _, Value, tables};
use crate::text::{self, Email};

/// Why a pair of coordinates is none.
pub(super) fn position(
    longitude: Result<Option<f64>, String>,
    latitude: Result<Option<f64>, String>,
) -> Result<(f64, f64), String> {
    let number = |name: &str, value: Result<Option<f64>, String>| match value {
        Ok(Some(number)) if number.is_finite() => Ok(number),
        Ok(Some(number)) => Err(format!("{name} is {number}")),
        Ok(None) => Err(format!("{name} is missing")),
        Err(text) => Err(format!("{name} is {:?}", text::printable(&text))),
    };
    let longitude = number("lng", longitude)?;
    let latitude = number("lat", latitude)?;
    if latitude.abs() > 90.0 {
        return Err(format!("lat is {latitude}, beyond ±90"));
    }
    if longitude.abs() > 180.0 {
        return Err(format!("lng is {longitude}, beyond ±180"));
    }
    Ok((longitude, latitude))
}

/// The slug that a node has, or else is made from its name.
fn slug_wish(reading: &mut Reading, name: &str) -> String {
    reading.nonblank(At::slug).unwrap_or_else(|| {
        let slug = text::slugify(name);
        if slug.is_empty() { "node".into() } else { slug }
    })
}

impl Nodeshot {
    pub(super) fn read_nodes(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.familiar.known = plan.brought(tables::Node::TABLE)?;
        let last_zone = plan.last_notes()?.time_zone;
        self.last_zone = last_zone
            .and_then(|zone| zone.parse().ok())
            .unwrap_or(self.zone);
        self.batches(&TABLE, plan, |recipe, plan, mut rows| {
            recipe.recognise(plan, &mut rows)?;
            for mut row in rows {
                recipe.read_node(plan, &mut row)?;
            }
            Ok(())
        })
    }

    /// Counts the nodes that earlier runs brought, by their id and the time they were added, as
    /// the last run read it: another zone is no other source.
    fn recognise(&mut self, plan: &mut Planner, rows: &mut [LegacyRow]) -> Result<(), Stop> {
        if self.familiar.known == 0 {
            return Ok(());
        }
        let added: Vec<(Key, FieldHash)> = rows
            .iter_mut()
            .map(|row| {
                let mut reading = Reading::new(&TABLE, "nodes", self.last_zone, row);
                let added = Value::from(reading.time(At::added));
                (reading.key(), FieldHash::from(&added))
            })
            .collect();
        self.familiar.found += plan.recognised(tables::Node::TABLE, "added", &added)?;
        Ok(())
    }

    fn read_node(&mut self, plan: &mut Planner, row: &mut LegacyRow) -> Result<(), Stop> {
        let mut reading = Reading::new(&TABLE, "nodes", self.zone, row);
        reading.name = reading.text_or_empty(At::name);
        let key = reading.key();
        let status = reading.text_or_empty(At::status);
        if status == "u" {
            let finding = reading.about(
                "unconfirmed",
                Severity::Info,
                "The e-mail address of this node was never confirmed: it is left out, and makes no account.",
            );
            let cause = plan.fall("nodes", &key, Outcome::Skipped, finding)?;
            self.nodes.fell(key.number, cause);
            return Ok(());
        }
        self.note_owner(&mut reading);
        let (longitude, latitude) = (reading.raw_real(At::lng), reading.raw_real(At::lat));
        let swapped = position(latitude.clone(), longitude.clone());
        if let Err(problem) = position(longitude, latitude) {
            if let Ok(swapped) = swapped {
                self.layers.warn_of_swapped(plan, &reading, swapped)?;
            }
            let finding = reading.about(
                "bad-coordinates",
                Severity::Error,
                format!("{problem}: the node has no place on earth and is refused."),
            );
            match plan.refuse::<tables::Node>("nodes", &key, finding)? {
                Ok(kept) => self.kept_nodes.push((key.number, kept)),
                Err(cause) => self.nodes.fell(key.number, cause),
            }
            return Ok(());
        }
        self.confirmed += 1;
        Ok(())
    }

    /// Notes the owner, silently: what is wrong with the row is told when it is placed.
    fn note_owner(&mut self, reading: &mut Reading) {
        let raw = reading.text_or_empty(At::email);
        let Some(key) = text::email_key(&raw) else {
            return;
        };
        let name = reading.text_or_empty(At::owner);
        let added = reading.time(At::added);
        let extras = [At::email2, At::email3]
            .into_iter()
            .filter_map(|at| reading.nonblank(at))
            .filter_map(|raw| Email::parse(&raw))
            .map(|email| email.as_str().to_string())
            .collect::<Vec<_>>();
        self.owners.add(
            key,
            raw.trim(),
            &name,
            added,
            reading.id(),
            extras.into_iter(),
        );
    }

    pub(super) fn place_nodes(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.reserve::<tables::Node>(plan, &TABLE)?;
        let mut slugs = plan.names(tables::Node::TABLE, "slug")?;
        self.release_slugs(plan, &mut slugs)?;
        let mut kept = std::mem::take(&mut self.kept_nodes).into_iter().peekable();
        self.batches(&TABLE, plan, |recipe, plan, rows| {
            recipe.place_node_batch(plan, rows, &mut slugs, &mut kept)
        })
    }

    /// Frees the slugs that nodes give up in this run.
    fn release_slugs(&mut self, plan: &mut Planner, slugs: &mut Names) -> Result<(), Stop> {
        if plan.is_first_run(tables::Node::TABLE)? {
            return Ok(());
        }
        self.pages(
            &TABLE,
            Columns::Only(&["id", "name", "slug"]),
            plan,
            |recipe, plan, rows| {
                let mut wishes = Vec::with_capacity(rows.len());
                for mut row in rows {
                    let refused = recipe
                        .kept_nodes
                        .binary_search_by_key(&row.id, |(id, _)| *id)
                        .is_ok();
                    if refused || recipe.located.get(row.id).is_none() {
                        continue;
                    }
                    let mut reading = Reading::new(&TABLE, "nodes", recipe.zone, &mut row);
                    let name = reading.text_or_empty(At::name);
                    wishes.push((reading.key(), slug_wish(&mut reading, &name)));
                }
                plan.releases(tables::Node::TABLE, "slug", slugs, &wishes, OnTaken::Number)
            },
        )
    }

    fn place_node_batch(
        &mut self,
        plan: &mut Planner,
        rows: Vec<LegacyRow>,
        slugs: &mut Names,
        kept: &mut std::iter::Peekable<std::vec::IntoIter<(i64, i64)>>,
    ) -> Result<(), Stop> {
        let mut drafts = Vec::with_capacity(rows.len());
        let mut wishes = Vec::with_capacity(rows.len());
        // refused nodes that an earlier run brought stand between the others, in key order
        let mut standing = Vec::new();
        for mut row in rows {
            if let Some((id, store_id)) = kept.next_if(|(id, _)| *id == row.id) {
                standing.push((id, store_id));
                continue;
            }
            let Some(layer) = self.located.get(row.id).copied() else {
                continue;
            };
            let (draft, wish) = self.map_node(plan, &mut row, layer)?;
            drafts.push(draft);
            wishes.push(wish);
        }
        let wished: Vec<_> = drafts
            .iter()
            .zip(&wishes)
            .map(|(draft, wish)| (&draft.key, wish))
            .collect();
        let claims = plan.claims(tables::Node::TABLE, "slug", slugs, &wished, OnTaken::Number)?;
        for ((draft, claim), wish) in drafts.iter_mut().zip(claims).zip(&wishes) {
            if let Some(slug) = claim.renamed(wish) {
                plan.finding(
                    crate::engine::Finding::new(
                        "slug-taken",
                        Severity::Warning,
                        format!("The slug {wish:?} belongs to another node: this one is {slug:?}."),
                    )
                    .on("nodes", &draft.key, &draft.name),
                )?;
            }
            draft.claim = Some(("slug", claim));
        }
        let ids: Vec<i64> = drafts.iter().map(|draft| draft.key.number).collect();
        let placed = plan.place(drafts)?;
        let placed = ids.into_iter().zip(placed).collect();
        self.nodes.settle(placed, standing, |_| ());
        Ok(())
    }

    fn map_node(
        &mut self,
        plan: &mut Planner,
        row: &mut LegacyRow,
        layer: i64,
    ) -> Result<(Draft<tables::Node>, String), Stop> {
        let mut reading = Reading::new(&TABLE, "nodes", self.zone, row);
        reading.name = reading.text_or_empty(At::name);
        let status = self.statuses.of(&mut reading);
        let user_id = self.owner_of(&mut reading);
        let name = reading.name.clone();
        let wish = slug_wish(&mut reading, &name);
        let postal_code = reading.text(At::postal_code);
        reading.data.set_text("postal_code", postal_code);
        for at in [At::email2, At::email3] {
            let column = TABLE.columns[at as usize].name;
            let Some(raw) = reading.nonblank(at) else {
                continue;
            };
            let usable = Email::parse(&raw).is_some();
            if !usable || user_id.is_none() {
                reading.data.set(column, raw);
            }
            if !usable {
                reading.note(
                    "email-malformed",
                    Severity::Warning,
                    format!("{column} is no e-mail address: it is kept in data.{column}."),
                );
            }
        }
        let elevation = reading.real(At::alt);
        let description = reading.nonblank(At::description);
        let notes = reading.nonblank(At::notes);
        let added = reading.time(At::added);
        let updated = reading.time(At::updated);
        let (longitude, latitude) =
            position(reading.raw_real(At::lng), reading.raw_real(At::lat)).unwrap_or_default();
        reading.report(plan)?;
        let record = tables::Node {
            slug: String::new(),
            name: name.clone(),
            user_id,
            layer_id: layer,
            status_id: status,
            longitude,
            latitude,
            elevation,
            description,
            notes,
            access_level: 0,
            data: std::mem::take(&mut reading.data).into_json(),
            added,
            updated,
        };
        let draft = Draft {
            key: reading.key(),
            name,
            record,
            target: Target::New {
                id: Some(reading.id()),
            },
            claim: None,
            keeps: Vec::new(),
            entity: Some("nodes"),
        };
        Ok((draft, wish))
    }

    /// The owner's account; without a usable email the owner's name is kept in `data`.
    fn owner_of(&mut self, reading: &mut Reading) -> Option<i64> {
        let raw = reading.text_or_empty(At::email);
        // read for every node: what is wrong with its bytes is a finding of the node's
        let owner = reading.text(At::owner);
        let key = text::email_key(&raw);
        let account = key.as_deref().and_then(|key| self.accounts.of_owner(key));
        if account.is_some() {
            return account;
        }
        if key.is_some_and(|key| self.accounts.is_gone(&key)) {
            // what a person deleted does not come back as leftovers
            reading.note(
                "no-owner",
                Severity::Warning,
                "The account of the node's owner was deleted in the store by hand: the node has no owner.",
            );
            return None;
        }
        reading.data.set_text("owner", owner);
        reading.data.set_text("email", Some(raw.clone()));
        let why = if raw.trim().is_empty() {
            "has no e-mail address"
        } else {
            "has no usable e-mail address"
        };
        reading.note(
            "no-owner",
            Severity::Warning,
            format!("The node {why}: it has no owner, the owner's name is kept in data.owner."),
        );
        None
    }

    /// Where a node went.
    pub(super) fn node(&self, id: Option<i64>) -> Parent<'_, ()> {
        self.nodes.find(id)
    }
}
