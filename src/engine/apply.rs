//! Applies a plan: every change, its ledger entry and its before-image, in the transaction
//! of the caller.

mod lists;

use std::sync::mpsc;

use diesel::result::{DatabaseErrorKind, Error as DbError};

use super::change::{Act, Change, Changes, Spool};
use super::{Stop, Ui, credentials};
use crate::model::{Key, Kind, Table, Value};
use crate::password;
use crate::sql::{Bind, execute};
use crate::store::bulk::{Inserter, bind};
use crate::store::connection::Connection;
use crate::store::contents::IMAGE_COLUMNS;
use crate::store::keys;
use crate::store::rows::{self, StoredRow};
use crate::store::{ledger, ledger::COLUMNS};
use crate::text::hex;

/// Changes that are decoded ahead and written together.
const CHUNK: usize = 1_000;

/// What a plan is applied as.
pub struct Context<'a> {
    pub recipe: &'a str,
    pub run: i64,
    /// Where the passwords made for new accounts are handed out.
    pub credentials: Option<&'a mut dyn std::io::Write>,
}

/// Applies the whole spool in the transaction that is open on `connection`.
///
/// # Errors
/// [`Stop::Stale`] where a row is not as it was planned; the store's faults.
pub fn apply(
    connection: &mut Connection,
    spool: &mut Spool,
    facts: &[(&'static Table, StoredRow)],
    mut context: Context,
    ui: &mut dyn Ui,
) -> Result<(), Stop> {
    check_facts(connection, facts)?;
    for (table, changes) in spool.movers()? {
        park(connection, table, changes, ui)?;
    }
    let mut filled = spool.tables();
    filled.extend(["ledger", "ledger_ranges"]);
    let keys = keys::put_off(connection, &filled)?;
    for (table, changes) in spool.readers()? {
        let writer = Writer {
            table,
            kind: ledger::make_kind(connection, context.recipe, table.name)?,
            run: context.run,
            rows: Inserter::for_table(table),
            entries: ledger::inserter(),
            images: Inserter::new("before_images", &IMAGE_COLUMNS),
        };
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel(4);
            scope.spawn(move || decode(table, changes, &sender));
            for chunk in receiver {
                let chunk: Chunk = chunk?;
                if ui.cancelled() {
                    return Err(Stop::Cancelled);
                }
                writer.write(connection, &chunk.changes)?;
                hand_out(table, &chunk, &mut context)?;
                ui.advance(chunk.changes.len() as u64);
            }
            Ok(())
        })?;
        rows::advance_ids(connection, table.name)?;
    }
    lists::apply(connection, spool, &context, ui)?;
    end(connection, spool, &context, ui)?;
    keys::restore(connection, keys).map_err(|error| match error {
        DbError::DatabaseError(
            DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::UniqueViolation,
            about,
        ) => Stop::Stale(about.message().to_string()),
        error => error.into(),
    })
}

/// Takes away what goes, children before parents, once nothing refers to it any more.
fn end(
    connection: &mut Connection,
    spool: &mut Spool,
    context: &Context,
    ui: &mut dyn Ui,
) -> Result<(), Stop> {
    let parked = spool.ends_give_way;
    for (table, changes) in spool.ends()? {
        let kind = ledger::make_kind(connection, context.recipe, table.name)?;
        let images = Inserter::new("before_images", &IMAGE_COLUMNS);
        let mut changes = changes.peekable();
        while changes.peek().is_some() {
            if ui.cancelled() {
                return Err(Stop::Cancelled);
            }
            let chunk: Vec<Change> = changes.by_ref().take(CHUNK).collect::<Result<_, _>>()?;
            let deleted = chunk
                .iter()
                .filter(|change| matches!(change.act, Act::Delete(_)));
            let unparked: Vec<&Change> = deleted
                .clone()
                .filter(|change| !parked || change.act.moved(table).is_empty())
                .collect();
            check_unchanged(connection, table, &unparked)?;
            keep_images(
                connection,
                table,
                kind,
                &images,
                &chunk.iter().collect::<Vec<_>>(),
                context.run,
            )?;
            let ids: Vec<i64> = deleted.map(|change| change.id).collect();
            rows::delete(connection, table, &ids)
                .map_err(|error| stale_or_fault(table.name, error))?;
            let keys: Vec<&Key> = chunk.iter().map(|change| &change.key).collect();
            ledger::forget(connection, kind, &keys)?;
            ledger::grow(connection, kind, -(keys.len() as i64))?;
            ui.advance(chunk.len() as u64);
        }
    }
    Ok(())
}

/// Takes the unique values that updates change out of the way, so that one row may take what
/// another gives up. The rows are checked here, while they are as they were.
fn park(
    connection: &mut Connection,
    table: &'static Table,
    changes: Changes,
    ui: &mut dyn Ui,
) -> Result<(), Stop> {
    let mut moving = Vec::new();
    let mut changes = changes.peekable();
    while let Some(change) = changes.next() {
        let change = change?;
        if !change.act.moved(table).is_empty() {
            moving.push(change);
        }
        if moving.len() < CHUNK && changes.peek().is_some() {
            continue;
        }
        if ui.cancelled() {
            return Err(Stop::Cancelled);
        }
        check_unchanged(connection, table, &moving.iter().collect::<Vec<_>>())?;
        for change in moving.drain(..) {
            for (column, nullable) in change.act.moved(table) {
                let parked = match nullable {
                    true => Value::Null,
                    false => Value::from(format!("\u{1}{}", change.id)),
                };
                let (_, kind) = table.columns[table.column(column)];
                execute(
                    connection,
                    &format!("UPDATE {} SET \"{column}\" = ? WHERE id = ?", table.name),
                    &[bind(kind, &parked), Bind::Int(Some(change.id))],
                )?;
            }
        }
    }
    Ok(())
}

/// A run of changes, with the secrets that were made for them: (change, secret).
struct Chunk {
    changes: Vec<Change>,
    secrets: Vec<(usize, password::Secret)>,
}

/// Reads changes ahead of the writer, and makes the passwords meanwhile.
fn decode(
    table: &'static Table,
    mut changes: Changes,
    sender: &mpsc::SyncSender<Result<Chunk, Stop>>,
) {
    let passwords = table
        .columns
        .iter()
        .position(|(_, kind)| *kind == Kind::Password);
    loop {
        let chunk = (|| {
            let mut chunk = Chunk {
                changes: Vec::with_capacity(CHUNK),
                secrets: Vec::new(),
            };
            for change in changes.by_ref().take(CHUNK) {
                let mut change = change?;
                if let (Some(column), Act::Insert(values)) = (passwords, &mut change.act)
                    && values.get(column) == Some(&Value::Generated)
                {
                    let secret = password::generate(&mut rand::rng());
                    let hash = password::hash_generated(&secret, &mut rand::rng())
                        .map_err(|error| Stop::store(error.to_string()))?;
                    values[column] = hash.into();
                    chunk.secrets.push((chunk.changes.len(), secret));
                }
                chunk.changes.push(change);
            }
            Ok(chunk)
        })();
        let last = !matches!(&chunk, Ok(chunk) if chunk.changes.len() == CHUNK);
        if sender.send(chunk).is_err() || last {
            return;
        }
    }
}

/// Writes the changes of one table.
struct Writer {
    table: &'static Table,
    /// The ledger's number for its rows.
    kind: i64,
    run: i64,
    rows: Inserter,
    entries: Inserter,
    images: Inserter,
}

impl Writer {
    fn write(&self, connection: &mut Connection, changes: &[Change]) -> Result<(), Stop> {
        let table = self.table;
        let mut rows = Vec::new();
        for change in changes {
            if let Act::Insert(values) = &change.act {
                rows.push(Bind::Int(Some(change.id)));
                let fields = table.columns.iter().zip(values);
                rows.extend(fields.map(|((_, kind), value)| bind(*kind, value)));
            }
        }
        self.rows
            .insert(connection, &rows)
            .map_err(|error| stale_or_fault(table.name, error))?;
        // behind the inserts: a row may follow another that is new in this very plan
        let touched: Vec<&Change> = changes
            .iter()
            .filter(|change| !matches!(change.act, Act::Insert(_)))
            .filter(|change| change.act.moved(table).is_empty())
            .collect();
        check_unchanged(connection, table, &touched)?;
        let touching: Vec<&Change> = changes
            .iter()
            .filter(|change| matches!(change.act, Act::Update { .. }) || change.before.is_some())
            .collect();
        keep_images(
            connection,
            table,
            self.kind,
            &self.images,
            &touching,
            self.run,
        )?;
        for change in changes {
            if let Act::Update { before, after } = &change.act {
                update_row(connection, table, change.id, before, after)?;
            }
        }
        self.enter(connection, changes)
    }

    /// Writes the ledger's entries, old ones anew.
    fn enter(&self, connection: &mut Connection, changes: &[Change]) -> Result<(), Stop> {
        let known: Vec<&Key> = changes
            .iter()
            .filter(|change| change.before.is_some())
            .map(|change| &change.key)
            .collect();
        ledger::forget(connection, self.kind, &known)?;
        let mut entries = Vec::with_capacity(changes.len() * COLUMNS.len());
        for change in changes {
            let (adopted, created_run) = match &change.before {
                Some(before) => (before.adopted, before.created_run),
                None => (!matches!(change.act, Act::Insert(_)), self.run),
            };
            entries.extend([
                Bind::Int(Some(self.kind)),
                Bind::Int(Some(change.key.number)),
                Bind::Text(Some(&change.key.text)),
                Bind::Int(Some(change.id)),
                Bind::Bool(Some(adopted)),
                Bind::Int(Some(created_run)),
                Bind::Int(Some(self.run)),
                Bind::Bytes(Some(change.fingerprint.as_bytes())),
            ]);
        }
        self.entries.insert(connection, &entries)?;
        ledger::grow(connection, self.kind, (changes.len() - known.len()) as i64)?;
        Ok(())
    }
}

/// Writes the columns that change.
fn update_row(
    connection: &mut Connection,
    table: &'static Table,
    id: i64,
    before: &[Value],
    after: &[Value],
) -> Result<(), Stop> {
    let mut columns = Vec::new();
    let mut binds = Vec::new();
    for (((column, kind), before), after) in table.columns.iter().zip(before).zip(after) {
        if before != after {
            columns.push(format!("\"{column}\" = ?"));
            binds.push(bind(*kind, after));
        }
    }
    binds.push(Bind::Int(Some(id)));
    let sql = format!(
        "UPDATE {} SET {} WHERE id = ?",
        table.name,
        columns.join(", ")
    );
    execute(connection, &sql, &binds).map_err(|error| stale_or_fault(table.name, error))?;
    Ok(())
}

/// Keeps what changes take away: the row before an update or its end, the ledger's entry.
fn keep_images(
    connection: &mut Connection,
    table: &'static Table,
    kind: i64,
    inserter: &Inserter,
    changes: &[&Change],
    run: i64,
) -> Result<(), Stop> {
    let images: Vec<Option<String>> = changes
        .iter()
        .map(|change| match &change.act {
            Act::Update { before, .. } | Act::Delete(before) => Some(image(table, before)),
            _ => None,
        })
        .collect();
    let mut binds = Vec::with_capacity(changes.len() * IMAGE_COLUMNS.len());
    for (change, image) in changes.iter().zip(&images) {
        let before = change.before.as_ref();
        binds.extend([
            Bind::Int(Some(run)),
            Bind::Int(Some(kind)),
            Bind::Int(Some(change.id)),
            Bind::Int(Some(change.key.number)),
            Bind::Text(Some(&change.key.text)),
            Bind::Json(image.as_deref()),
            Bind::Bytes(before.map(|before| before.fingerprint.as_bytes())),
            Bind::Bool(before.map(|before| before.adopted)),
            Bind::Int(before.map(|before| before.created_run)),
            Bind::Int(before.map(|before| before.changed_run)),
        ]);
    }
    inserter.insert(connection, &binds)?;
    Ok(())
}

/// A row's fields as a JSON object, by column.
fn image(table: &'static Table, values: &[Value]) -> String {
    let fields: serde_json::Map<String, serde_json::Value> = table
        .columns
        .iter()
        .zip(values)
        .map(|((column, _), value)| {
            let json = match value {
                Value::Null | Value::Generated => serde_json::Value::Null,
                Value::Int(number) => (*number).into(),
                Value::Real(number) => (*number).into(),
                Value::Text(text) => text.as_ref().into(),
                Value::Bytes(bytes) => hex(bytes).into(),
            };
            ((*column).to_string(), json)
        })
        .collect();
    serde_json::Value::Object(fields).to_string()
}

fn hand_out(table: &'static Table, chunk: &Chunk, context: &mut Context) -> Result<(), Stop> {
    let Some(out) = context.credentials.as_mut() else {
        return Ok(());
    };
    let text = |values: &[Value], column: &str| {
        values
            .get(table.column(column))
            .and_then(Value::as_text)
            .unwrap_or("")
            .to_string()
    };
    for (index, secret) in &chunk.secrets {
        if let Some(Change {
            act: Act::Insert(values),
            ..
        }) = chunk.changes.get(*index)
        {
            let (username, email) = (text(values, "username"), text(values, "email"));
            credentials::write_line(out, &username, &email, secret).map_err(|error| {
                Stop::store(format!("cannot write the credentials file: {error}"))
            })?;
        }
    }
    Ok(())
}

/// Each row that is touched must still be as it was when the plan was made; those that are
/// parked were checked before.
fn check_unchanged(
    connection: &mut Connection,
    table: &'static Table,
    touched: &[&Change],
) -> Result<(), Stop> {
    let ids: Vec<i64> = touched.iter().map(|change| change.id).collect();
    let current = rows::by_ids(connection, table, &ids)?;
    for change in touched {
        let same = match (&change.act, current.get(&change.id)) {
            (_, None) => false,
            (Act::Update { before, .. } | Act::Delete(before), Some(row)) => row.values == *before,
            _ => true,
        };
        if !same {
            return Err(Stop::Stale(format!(
                "row {} of {} is another by now",
                change.id, table.name
            )));
        }
    }
    Ok(())
}

fn check_facts(
    connection: &mut Connection,
    facts: &[(&'static Table, StoredRow)],
) -> Result<(), Stop> {
    for (table, planned) in facts {
        if rows::by_ids(connection, table, &[planned.id])?.get(&planned.id) != Some(planned) {
            return Err(Stop::Stale(format!(
                "row {} of {} is another by now",
                planned.id, table.name
            )));
        }
    }
    Ok(())
}

/// A key that was free when the plan was made and is taken now means a stale plan.
fn stale_or_fault(table: &str, error: DbError) -> Stop {
    match error {
        DbError::DatabaseError(
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation,
            about,
        ) => Stop::Stale(format!("{table}: {}", about.message())),
        error => error.into(),
    }
}
