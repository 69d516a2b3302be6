//! Accounts, their devices, streams and points as a folder that ConnectorDB 0.3 imports.
//!
//! All of it is of one state of the store. What came in from a folder of `connectordb export`
//! (Go 1.8 and later) goes out byte for byte; anything else goes out in that spelling.

mod rows;

use std::path::Path;

use diesel::result::Error as DbError;
use serde_json::Value as Json;

use self::rows::{Fields, device_of, own_device, stream_of};
use crate::engine::{Finding, Severity};
use crate::legacy::connectordb::writer::WriteError;
use crate::legacy::connectordb::{FolderWriter, NoSuch, Only, Shape, Style, UserMetadata, names};
use crate::model::series::DATAPOINTS;
use crate::model::{Record as _, Table, Value, tables};
use crate::password::{Form, Secret, connectordb as password};
use crate::sql::{Bind, Cell, Cells, query};
use crate::store::connection::Connection;
use crate::store::lists::List;
use crate::store::rows::{self as stored_rows, StoredRow};

/// Points that are read together.
const PAGE: usize = 5_000;

/// The devices that every account has.
const OWN_DEVICES: [&str; 2] = ["meta", "user"];

/// What is exported.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub only: Option<Only>,
    /// Version 2 with password hashes, or 1 without.
    pub style: Style,
}

/// What a person should know of the export.
pub type Told<'a> = dyn FnMut(&Finding) + 'a;

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub users: u64,
    pub devices: u64,
    pub streams: u64,
    pub points: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] DbError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    NoSuch(#[from] NoSuch),
    #[error(
        "the store has nothing to export: no account came from ConnectorDB, and none has a stream."
    )]
    Nothing,
}

/// Writes a new folder; where this fails there is none.
///
/// # Errors
/// The folder exists, what is wanted is not in the store, the store or the disk fails.
pub fn write(
    connection: &mut Connection,
    folder: &Path,
    wanted: &Wanted,
    told: &mut Told,
) -> Result<Written, ExportError> {
    let shape = match &wanted.only {
        Some(only) if only.stream.is_some() => Shape::Stream,
        Some(only) if only.device.is_some() => Shape::Device,
        _ => Shape::Export,
    };
    let mut export = Export {
        out: FolderWriter::create(folder, shape, wanted.style)?,
        shape,
        wanted,
        told,
        written: Written::default(),
    };
    connection.read(|connection| export.users(connection))?;
    let Export { out, written, .. } = export;
    if written == Written::default() {
        return Err(match &wanted.only {
            Some(only) => NoSuch(only.to_string()).into(),
            None => ExportError::Nothing,
        });
    }
    out.finish(&format!("heirloom-{}", env!("CARGO_PKG_VERSION")))?;
    Ok(written)
}

struct Export<'a> {
    out: FolderWriter,
    shape: Shape,
    wanted: &'a Wanted,
    told: &'a mut dyn FnMut(&Finding),
    written: Written,
}

impl Export<'_> {
    fn users(&mut self, connection: &mut Connection) -> Result<(), ExportError> {
        for (name, id) in accounts(connection)? {
            if self
                .wanted
                .only
                .as_ref()
                .is_some_and(|only| only.user != name)
            {
                continue;
            }
            if !names::is_usual(&name) {
                self.leave_out("users", &name);
                continue;
            }
            if names::is_reserved(&name) {
                self.tell(
                    "unusual-name",
                    Severity::Info,
                    ("users", &name),
                    "ConnectorDB's own importer refuses this name for a user.",
                );
            }
            let Some(user) =
                stored_rows::by_ids(connection, tables::User::TABLE, &[id])?.remove(&id)
            else {
                continue;
            };
            if self.shape == Shape::Export {
                let metadata = self.user(&name, &user);
                self.out.user(&name, &metadata)?;
                self.written.users += 1;
            }
            self.devices(connection, &name, id)?;
        }
        Ok(())
    }

    fn user(&mut self, name: &str, user: &StoredRow) -> UserMetadata {
        let fields = Fields::of(user, tables::User::TABLE);
        let mut data = fields.data();
        let mut text = |key: &str| match data.remove(key) {
            Some(Json::String(text)) => text,
            _ => String::new(),
        };
        let (nickname, description, icon) = (text("nickname"), text("description"), text("icon"));
        let (own_role, own_email) = (text("role"), text("email"));
        let is_public = data.remove("public") == Some(Json::Bool(true));
        let role = match (fields.flag("is_superuser"), &*own_role) {
            (true, _) => "admin".into(),
            (false, "" | "admin") => "user".into(),
            (false, _) => own_role,
        };
        let stored = fields.text("password");
        let exported = password::exported(&stored);
        let (hash, salt, scheme) = match &exported {
            Some(parts) => (parts.hash, parts.salt, parts.scheme),
            None => (&*stored, "", Form::of(Some(&stored)).scheme()),
        };
        if exported.is_none() && self.wanted.style == Style::Go {
            let message = match stored.is_empty() {
                true => "The account has no password: nobody can log in with it there.".into(),
                false => format!(
                    "The password is stored as {scheme}, which ConnectorDB does not know: it will refuse every login until a new one is set there."
                ),
            };
            self.tell(
                "password-not-for-connectordb",
                Severity::Warning,
                ("users", name),
                &message,
            );
        }
        let email = Some(fields.text("email")).filter(|email| !email.is_empty());
        UserMetadata {
            name: Some(name.into()),
            nickname: Some(nickname),
            email: Some(email.unwrap_or(own_email)),
            description: Some(description),
            icon: Some(icon),
            role: Some(role),
            public: Some(is_public),
            password: Some(Secret::new(hash)),
            password_salt: Some(Secret::new(salt)),
            password_scheme: Some(scheme.into()),
            rest: data,
        }
    }

    fn devices(
        &mut self,
        connection: &mut Connection,
        user: &str,
        id: i64,
    ) -> Result<(), ExportError> {
        let mut devices = children(connection, tables::StreamDevice::TABLE, "user_id", id)?;
        for own in OWN_DEVICES {
            if !devices.iter().any(|(name, _)| name == own) {
                devices.push((own.into(), None));
            }
        }
        devices.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, device) in devices {
            let path = format!("{user}/{name}");
            let wanted = self.wanted.only.as_ref();
            if wanted.is_some_and(|only| !only.takes_device(&name)) {
                continue;
            }
            if !names::is_usual(&name) {
                self.leave_out("devices", &path);
                continue;
            }
            if matches!(self.shape, Shape::Export | Shape::Device) {
                let metadata = match &device {
                    Some(row) => device_of(&name, row),
                    None => own_device(&name),
                };
                self.out.device(&name, &metadata)?;
                self.written.devices += 1;
            }
            if let Some(row) = device {
                self.streams(connection, &path, row.id)?;
            }
        }
        Ok(())
    }

    fn streams(
        &mut self,
        connection: &mut Connection,
        device: &str,
        id: i64,
    ) -> Result<(), ExportError> {
        let streams = children(connection, tables::Stream::TABLE, "stream_device_id", id)?;
        for (name, stream) in streams {
            let path = format!("{device}/{name}");
            let (Some(row), wanted) = (stream, self.wanted.only.as_ref()) else {
                continue;
            };
            if wanted.is_some_and(|only| !only.takes_stream(&name)) {
                continue;
            }
            if !names::is_usual(&name) {
                self.leave_out("streams", &path);
                continue;
            }
            let metadata = stream_of(&name, &row);
            let has_downlink = metadata.downlink == Some(true);
            self.out.stream(&name, &metadata)?;
            self.written.streams += 1;
            self.points(connection, row.id, 0)?;
            if self.points(connection, row.id, 1)? > 0 && !has_downlink {
                self.tell(
                    "downlink-unannounced",
                    Severity::Info,
                    ("streams", &path),
                    "The stream has points that were sent to it, and says that it has no downlink: ConnectorDB's own importer does not read them.",
                );
            }
        }
        Ok(())
    }

    /// Writes one of a stream's lists, and returns how many points it has.
    fn points(
        &mut self,
        connection: &mut Connection,
        stream: i64,
        lane: i64,
    ) -> Result<u64, ExportError> {
        let list = List {
            series: &DATAPOINTS,
            owner: stream,
            lane,
        };
        let mut page = list.page(connection, 0, PAGE)?;
        if page.is_empty() {
            return Ok(0);
        }
        let mut file = match lane {
            0 => self.out.data()?,
            _ => self.out.downlink()?,
        };
        while let Some(last) = page.last() {
            let next = last.position + 1;
            for row in &page {
                if let [time, value, sender] = &*row.fields {
                    let time = match time {
                        Value::Real(time) => *time,
                        Value::Int(time) => *time as f64,
                        _ => 0.0,
                    };
                    file.point(time, value.as_text(), sender.as_text())?;
                }
            }
            page = match page.len() < PAGE {
                true => Vec::new(),
                false => list.page(connection, next, PAGE)?,
            };
        }
        let points = file.end()?;
        self.written.points += points;
        Ok(points)
    }

    fn leave_out(&mut self, entity: &'static str, path: &str) {
        let message = "ConnectorDB cannot have this name: it is left out, with all that it has.";
        self.tell(
            "name-not-for-connectordb",
            Severity::Warning,
            (entity, path),
            message,
        );
    }

    fn tell(
        &mut self,
        code: &'static str,
        severity: Severity,
        (entity, path): (&'static str, &str),
        message: &str,
    ) {
        (self.told)(&Finding::new(code, severity, message).on(entity, path, ""));
    }
}

/// The accounts that came by a ConnectorDB import or have streams, by name.
fn accounts(connection: &mut Connection) -> Result<Vec<(String, i64)>, DbError> {
    let rows = query(
        connection,
        "SELECT username, id FROM users \
         WHERE id IN (SELECT store_id FROM ledger JOIN ledger_kinds ON ledger_kinds.id = kind \
             WHERE recipe = ? AND table_name = ?) \
         OR id IN (SELECT user_id FROM stream_devices \
             JOIN streams ON stream_device_id = stream_devices.id)",
        &[Bind::Text(Some("connectordb")), Bind::Text(Some("users"))],
    )?;
    let named = |Cells(cells): Cells| {
        let mut cells = cells.into_iter();
        let name = cells.next().map(Cell::into_text).unwrap_or_default();
        (String::from(name), cells.next().map_or(0, Cell::into_int))
    };
    let mut accounts: Vec<(String, i64)> = rows.into_iter().map(named).collect();
    accounts.sort();
    Ok(accounts)
}

/// The rows that hang on one, by name.
fn children(
    connection: &mut Connection,
    table: &'static Table,
    column: &str,
    id: i64,
) -> Result<Vec<(String, Option<StoredRow>)>, DbError> {
    let ids: Vec<i64> = stored_rows::referring(connection, table, column, &[id])?
        .into_iter()
        .map(|(row, _)| row)
        .collect();
    let rows = stored_rows::by_ids(connection, table, &ids)?;
    let mut named: Vec<(String, Option<StoredRow>)> = rows
        .into_values()
        .map(|row| (Fields::of(&row, table).text("name"), Some(row)))
        .collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(named)
}
