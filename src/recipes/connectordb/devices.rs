//! Stage `devices`: what an account's data comes from, with its API key.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use super::reading::{Reading, unreadable};
use super::{Accounts, ConnectorDb, Holder, META_DEVICE, OWN_DEVICE, Place, conflict, giving};
use crate::engine::plan::{BATCH, Base};
use crate::engine::{Cause, Draft, Planner, Severity, Stop, Target};
use crate::legacy::connectordb::{DeviceDir, DeviceMetadata, metadata};
use crate::model::{FieldHash, Key, Record as _, Value, tables};
use crate::password::Secret;

/// Which names and API keys are given.
#[derive(Default)]
struct Taken {
    /// By account and name; with a hash of the key, where it is the store's.
    names: HashMap<(i64, String), (Holder, Option<u128>)>,
    /// Devices whose key this plan changes.
    giving: HashSet<i64>,
    /// By a hash of the key.
    api_keys: HashMap<u128, Holder>,
}

/// In bytes: ConnectorDB's own have 36.
const LONGEST_KEY: usize = 255;

fn hash(api_key: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(api_key.as_bytes())
}

impl Taken {
    fn load(plan: &mut Planner) -> Result<Self, Stop> {
        let mut taken = Taken::default();
        let columns = ["user_id", "name", "api_key"];
        plan.each_stored(tables::StreamDevice::TABLE, &columns, |id, cells| {
            if let (Some(user), Some(name)) = (cells[0].int(), cells[1].text()) {
                let api_key = cells[2].text().map(hash);
                let holder = (Holder::Stored(id), api_key);
                taken.names.insert((user, name.to_string()), holder);
            }
            if let Some(api_key) = cells[2].text() {
                taken.api_keys.insert(hash(api_key), Holder::Stored(id));
            }
        })?;
        Ok(taken)
    }
}

impl ConnectorDb {
    pub(super) fn place_devices(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let mut taken = Taken::load(plan)?;
        taken.giving = self.giving_keys(plan)?;
        let tree = Rc::clone(&self.tree);
        let devices = tree.users.iter().flat_map(|user| {
            let devices = user.devices.iter().filter(|device| device.path.is_some());
            devices.map(|device| (&*user.key, device))
        });
        for chunk in devices.collect::<Vec<_>>().chunks(BATCH) {
            self.place_device_batch(plan, chunk, &mut taken)?;
        }
        Ok(())
    }

    fn place_device_batch(
        &mut self,
        plan: &mut Planner,
        devices: &[(&str, &DeviceDir)],
        taken: &mut Taken,
    ) -> Result<(), Stop> {
        let path = |(user, device): &(&str, &DeviceDir)| format!("{user}/{}", device.key);
        let keys: Vec<Key> = devices.iter().map(|dir| self.key(&path(dir))).collect();
        let bases = plan.bases(
            tables::StreamDevice::TABLE,
            &keys.iter().collect::<Vec<_>>(),
        )?;
        let mut drafts = Vec::new();
        let mut placing = Vec::new();
        for (dir, key) in devices.iter().zip(&keys) {
            let (user, device) = dir;
            let Some(folder) = &device.path else { continue };
            match self.map_device(plan, user, (&device.key, folder), key, &bases, taken)? {
                Ok(draft) => {
                    placing.push(path(dir));
                    drafts.push(draft);
                }
                Err(place) => {
                    self.devices.insert(path(dir), place);
                }
            }
        }
        for (path, place) in placing.into_iter().zip(plan.place(drafts)?) {
            self.devices.insert(path, place);
        }
        plan.advance(devices.len())
    }

    fn map_device(
        &mut self,
        plan: &mut Planner,
        user: &str,
        (folder, path): (&str, &Path),
        key: &Key,
        bases: &HashMap<Key, Base>,
        taken: &mut Taken,
    ) -> Result<Result<Draft<tables::StreamDevice>, Place>, Stop> {
        let user_id = match self.users.get(user) {
            Some(Ok(id)) => *id,
            Some(Err(cause)) => {
                let cause = cause.clone();
                let cause = plan.fall_with("devices", key, folder, &cause)?;
                return Ok(Err(Err(cause)));
            }
            None => return Err(Stop::store(format!("no account was made of {user:?}"))),
        };
        let device: DeviceMetadata = match metadata::read(path) {
            Ok(device) => device,
            Err(error) => {
                let finding = unreadable("devices", key, &error)?;
                return Ok(Err(
                    plan.refuse::<tables::StreamDevice>("devices", key, finding)?
                ));
            }
        };
        let mut reading = Reading::new("devices", key.clone(), device.name, folder);
        if reading.impossible_name() {
            return Ok(Err(Err(reading.impossible(plan)?)));
        }
        let name = reading.name.clone();
        let base = bases.get(key);
        let mut target = Target::New { id: None };
        let own_id = base.map(|base| base.store_id);
        if let Some(base) = base {
            if !self.is_the_same(base, user_id, &name, device.apikey.as_ref()) {
                return Ok(Err(Err(taken_by_another(plan, user, &name, key)?)));
            }
        } else if let Some((holder, api_key)) = taken.names.get(&(user_id, name.clone())) {
            let wished = device.apikey.as_ref().map(|key| hash(key.expose()));
            let is_proven = api_key.is_some() && *api_key == wished;
            // what each account has by itself is no conflict
            let is_given = matches!(&*name, OWN_DEVICE | META_DEVICE);
            let Holder::Stored(id) = holder else {
                return Ok(Err(Err(taken_by_another(plan, user, &name, key)?)));
            };
            if !is_proven && !is_given {
                return Ok(Err(Err(taken_by_another(plan, user, &name, key)?)));
            }
            target = Target::Adopt(*id);
            if is_proven {
                self.adopted.insert(format!("{user}/{folder}"));
            }
            let message = match is_proven {
                true => {
                    "The account has this device in the store, with the same API key: it stays as it is, and its streams go on."
                }
                false => {
                    "The account has its own device of that name in the store: that stays as it is, its API key too."
                }
            };
            reading.note("device-adopted", Severity::Info, message);
        }
        let adopts = target != Target::New { id: None };
        let api_key = match adopts {
            true => None,
            false => api_key_of(&mut reading, device.apikey, own_id, taken),
        };
        let nickname = reading.text("nickname", device.nickname);
        let description = reading.text("description", device.description);
        let icon = reading.text("icon", device.icon);
        let role = reading.text("role", device.role);
        let is_enabled = reading.flag("enabled", device.enabled, true);
        let is_public = reading.flag("public", device.public, false);
        let is_visible = reading.flag("visible", device.visible, true);
        let is_user_editable = reading.flag("user_editable", device.user_editable, true);
        self.unknown_keys
            .keep("devices", device.rest, &mut reading.data);
        let keeps = reading.lacking(&[
            ("apikey", "api_key"),
            ("nickname", "nickname"),
            ("description", "description"),
            ("icon", "icon"),
            ("role", "role"),
            ("enabled", "is_enabled"),
            ("public", "is_public"),
            ("visible", "is_visible"),
            ("user_editable", "is_user_editable"),
        ]);
        let data = std::mem::take(&mut reading.data).into_json();
        reading.report(plan)?;
        let holder = (Holder::Planned(key.clone()), None);
        taken.names.entry((user_id, name.clone())).or_insert(holder);
        Ok(Ok(Draft {
            key: key.clone(),
            name: name.clone(),
            record: tables::StreamDevice {
                user_id,
                name,
                nickname,
                description,
                icon,
                api_key,
                is_enabled,
                is_public,
                role,
                is_visible,
                is_user_editable,
                data,
            },
            target,
            claim: None,
            keeps,
            entity: Some("devices"),
        }))
    }
}

impl ConnectorDb {
    /// Whether a device is the one that an earlier run brought. Names do not change in
    /// ConnectorDB; what is brought under an account must prove itself, because its path says
    /// nothing of where it came from.
    fn is_the_same(&self, base: &Base, user_id: i64, name: &str, api_key: Option<&Secret>) -> bool {
        let table = tables::StreamDevice::TABLE;
        if !base.has(table, "name", name) {
            return false;
        }
        if self.settings.into.is_none() || self.settings.accounts == Accounts::Taken {
            return true;
        }
        let owner = base.fingerprint.field(table.column("user_id"));
        let api_key = api_key.filter(|key| !key.expose().is_empty());
        owner == Some(FieldHash::from(&Value::Int(user_id)))
            && api_key.is_some_and(|key| base.has(table, "api_key", key.expose()))
    }

    /// The devices whose key the source changes: another may take it in the same run.
    fn giving_keys(&self, plan: &mut Planner) -> Result<HashSet<i64>, Stop> {
        let devices = self.each_device().filter_map(|(path, device)| {
            let read = metadata::read::<DeviceMetadata>(device.path.as_ref()?);
            let api_key = read.ok()?.apikey?;
            Some((self.key(&path), api_key.expose().to_string()))
        });
        giving(plan, tables::StreamDevice::TABLE, "api_key", devices)
    }
}

fn taken_by_another(plan: &mut Planner, user: &str, name: &str, key: &Key) -> Result<Cause, Stop> {
    let message = format!(
        "The account {user:?} has a device {name:?}, and nothing proves that this is the same one: it and its streams do not come in. Bring it under another account with --into; where --into brought it before, --accept-source says that it is the same."
    );
    conflict(plan, "devices", key, name, message)
}

/// The key, unless another device has it; an empty one is none.
fn api_key_of(
    reading: &mut Reading,
    api_key: Option<Secret>,
    own: Option<i64>,
    taken: &mut Taken,
) -> Option<String> {
    let api_key = api_key.map(|key| key.expose().to_string());
    let api_key = reading.text("apikey", api_key);
    if api_key.is_empty() {
        return None;
    }
    if api_key.len() > LONGEST_KEY {
        let message = format!(
            "The API key has more than {LONGEST_KEY} bytes: it is left out, and the device has none."
        );
        reading.note("api-key-taken", Severity::Warning, message);
        return None;
    }
    let holder = taken.api_keys.get(&hash(&api_key));
    if holder.is_some_and(|holder| holder.bars(&reading.key, own, &taken.giving)) {
        let message = "Another device has the same API key: this one has none, until its owner makes a new one.";
        reading.note("api-key-taken", Severity::Warning, message);
        return None;
    }
    let holder = Holder::Planned(reading.key.clone());
    taken.api_keys.insert(hash(&api_key), holder);
    Some(api_key)
}
