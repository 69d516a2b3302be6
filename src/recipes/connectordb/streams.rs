//! Stage `streams`: what a device measures, and what its values may be.

use std::collections::HashMap;
use std::rc::Rc;

use super::reading::{Reading, unreadable};
use super::{Accounts, ConnectorDb, Place, conflict, points};
use crate::engine::plan::{BATCH, Base};
use crate::engine::{Draft, Planner, Severity, Stop, Target};
use crate::json_schema::Schema;
use crate::legacy::connectordb::{Shape, StreamDir, StreamMetadata, metadata};
use crate::model::{Key, Record as _, tables};

/// Where a stream went, and what the next stage must know of it.
pub struct Placed {
    pub place: Place,
    /// What its values may be; `None` where they may be anything.
    pub schema: Option<String>,
    pub is_ephemeral: bool,
    pub has_downlink: bool,
}

impl Placed {
    fn fallen(place: Place) -> Self {
        Placed {
            place,
            schema: None,
            is_ephemeral: false,
            has_downlink: true,
        }
    }
}

/// The streams that the store has, by device and name; and those that this plan makes.
type Taken = HashMap<(i64, String), Option<i64>>;

impl ConnectorDb {
    pub(super) fn place_streams(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let mut taken = Taken::new();
        let columns = ["stream_device_id", "name"];
        plan.each_stored(tables::Stream::TABLE, &columns, |id, cells| {
            if let (Some(device), Some(name)) = (cells[0].int(), cells[1].text()) {
                taken.insert((device, name.to_string()), Some(id));
            }
        })?;
        let tree = Rc::clone(&self.tree);
        let streams = tree.users.iter().flat_map(|user| {
            user.devices.iter().flat_map(|device| {
                let path = format!("{}/{}", user.key, device.key);
                device.streams.iter().map(move |dir| (path.clone(), dir))
            })
        });
        for chunk in streams.collect::<Vec<_>>().chunks(BATCH) {
            self.place_stream_batch(plan, chunk, &mut taken)?;
        }
        Ok(())
    }

    fn place_stream_batch(
        &mut self,
        plan: &mut Planner,
        streams: &[(String, &StreamDir)],
        taken: &mut Taken,
    ) -> Result<(), Stop> {
        let path = |(device, dir): &(String, &StreamDir)| format!("{device}/{}", dir.key);
        let keys: Vec<Key> = streams.iter().map(|dir| self.key(&path(dir))).collect();
        let bases = plan.bases(tables::Stream::TABLE, &keys.iter().collect::<Vec<_>>())?;
        let mut drafts = Vec::new();
        let mut placing = Vec::new();
        for (dir, key) in streams.iter().zip(&keys) {
            match self.map_stream(plan, &dir.0, dir.1, key, bases.get(key), taken)? {
                Ok(draft) => {
                    let schema = draft.record.schema.clone();
                    let record = &draft.record;
                    placing.push((path(dir), schema, record.is_ephemeral, record.has_downlink));
                    drafts.push(draft);
                }
                Err(place) => {
                    self.streams.insert(path(dir), Placed::fallen(place));
                }
            }
        }
        let places = plan.place(drafts)?;
        for ((path, schema, is_ephemeral, has_downlink), place) in placing.into_iter().zip(places) {
            let placed = Placed {
                place,
                schema: Some(schema).filter(|schema| schema != "{}"),
                is_ephemeral,
                has_downlink,
            };
            self.streams.insert(path, placed);
        }
        plan.advance(streams.len())
    }

    /// A stream's folder that is brought under a device must begin with the points that it had
    /// before: its path says nothing of where it came from.
    fn is_the_same_stream(
        &self,
        plan: &mut Planner,
        key: &Key,
        dir: &StreamDir,
    ) -> Result<bool, Stop> {
        if self.tree.shape != Shape::Stream || self.settings.accounts == Accounts::Taken {
            return Ok(true);
        }
        match &dir.data {
            Some(file) => points::begins_as_before(plan, &key.text, file),
            None => Ok(false),
        }
    }

    fn map_stream(
        &mut self,
        plan: &mut Planner,
        device: &str,
        dir: &StreamDir,
        key: &Key,
        base: Option<&Base>,
        taken: &mut Taken,
    ) -> Result<Result<Draft<tables::Stream>, Place>, Stop> {
        let device_id = match self.devices.get(device) {
            Some(Ok(id)) => *id,
            Some(Err(cause)) => {
                let cause = cause.clone();
                let cause = plan.fall_with("streams", key, &dir.key, &cause)?;
                return Ok(Err(Err(cause)));
            }
            None => return Err(Stop::store(format!("no device was made of {device:?}"))),
        };
        let stream: StreamMetadata = match metadata::read(&dir.path) {
            Ok(stream) => stream,
            Err(error) => {
                let finding = unreadable("streams", key, &error)?;
                return Ok(Err(plan.refuse::<tables::Stream>("streams", key, finding)?));
            }
        };
        let mut reading = Reading::new("streams", key.clone(), stream.name, &dir.key);
        if reading.impossible_name() {
            return Ok(Err(Err(reading.impossible(plan)?)));
        }
        let name = reading.name.clone();
        let mut target = Target::New { id: None };
        let another = match (base, taken.get(&(device_id, name.clone()))) {
            (Some(base), _) => !base.has(tables::Stream::TABLE, "name", &name),
            (None, Some(Some(id))) if self.adopted.contains(device) => {
                target = Target::Adopt(*id);
                false
            }
            (None, held) => held.is_some(),
        };
        if another || (base.is_some() && !self.is_the_same_stream(plan, key, dir)?) {
            let message = format!(
                "The device {device:?} has a stream {name:?}, and nothing proves that this is the same one: it and its points do not come in. Where --into brought it before, --accept-source says that it is the same."
            );
            return Ok(Err(Err(conflict(plan, "streams", key, &name, message)?)));
        }
        taken.entry((device_id, name.clone())).or_insert(None);
        let nickname = reading.text("nickname", stream.nickname);
        let description = reading.text("description", stream.description);
        let icon = reading.text("icon", stream.icon);
        let schema = match reading.text("schema", stream.schema) {
            schema if schema.is_empty() => "{}".into(),
            schema => schema,
        };
        if let Err(reason) = Schema::compile(&schema) {
            let message = format!(
                "The schema is no JSON Schema ({reason}): it is kept, and its stream takes every value."
            );
            reading.note("schema-invalid", Severity::Warning, message);
        }
        let datatype = reading.text("datatype", stream.datatype);
        let is_ephemeral = reading.flag("ephemeral", stream.ephemeral, false);
        let has_downlink = reading.flag("downlink", stream.downlink, false);
        self.unknown_keys
            .keep("streams", stream.rest, &mut reading.data);
        let keeps = reading.lacking(&[
            ("nickname", "nickname"),
            ("description", "description"),
            ("icon", "icon"),
            ("schema", "schema"),
            ("datatype", "datatype"),
            ("ephemeral", "is_ephemeral"),
            ("downlink", "has_downlink"),
        ]);
        let data = std::mem::take(&mut reading.data).into_json();
        reading.report(plan)?;
        Ok(Ok(Draft {
            key: key.clone(),
            name: name.clone(),
            record: tables::Stream {
                stream_device_id: device_id,
                name,
                nickname,
                description,
                icon,
                schema,
                datatype,
                is_ephemeral,
                has_downlink,
                data,
            },
            target,
            claim: None,
            keeps,
            entity: Some("streams"),
        }))
    }
}
