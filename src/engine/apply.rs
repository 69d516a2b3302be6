//! Applies a plan: every change, its ledger entry and its before-image, in the transaction
//! of the caller.

use std::collections::HashMap;
use std::sync::mpsc;

use diesel::result::{DatabaseErrorKind, Error as DbError};
use diesel::sqlite::SqliteConnection;

use super::change::{Act, Change, Changes, Spool};
use super::{Stop, Ui, credentials};
use crate::model::{Kind, Table, Value};
use crate::password;
use crate::sql::{Bind, execute};
use crate::store::bulk::{Inserter, bind};
use crate::store::rows::{self, StoredRow};
use crate::store::{ledger, ledger::COLUMNS};

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
    connection: &mut SqliteConnection,
    spool: &mut Spool,
    facts: &[(&'static Table, StoredRow)],
    mut context: Context,
    ui: &mut dyn Ui,
) -> Result<(), Stop> {
    check_facts(connection, facts)?;
    for (table, changes) in spool.movers()? {
        park(connection, table, changes, ui)?;
    }
    let entries = ledger::inserter();
    for (table, changes) in spool.readers()? {
        let inserter = Inserter::for_table(table);
        let kind = ledger::make_kind(connection, context.recipe, table)?;
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel(4);
            scope.spawn(move || decode(table, changes, &sender));
            for chunk in receiver {
                let chunk: Chunk = chunk?;
                if ui.cancelled() {
                    return Err(Stop::Cancelled);
                }
                write_chunk(
                    connection,
                    table,
                    kind,
                    &inserter,
                    &entries,
                    &chunk,
                    &mut context,
                )?;
                ui.advance(chunk.changes.len() as u64);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Takes the unique values that updates change out of the way, so that one row may take what
/// another gives up. The rows are checked here, while they are as they were.
fn park(
    connection: &mut SqliteConnection,
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
                let parked = (!nullable).then(|| format!("\u{1}{}", change.id));
                execute(
                    connection,
                    &format!("UPDATE {} SET \"{column}\" = ? WHERE id = ?", table.name),
                    &[Bind::Text(parked.as_deref()), Bind::Int(Some(change.id))],
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

fn write_chunk(
    connection: &mut SqliteConnection,
    table: &'static Table,
    kind: i64,
    inserter: &Inserter,
    entries: &Inserter,
    chunk: &Chunk,
    context: &mut Context,
) -> Result<(), Stop> {
    let mut rows = Vec::new();
    let mut ledger_rows = Vec::with_capacity(chunk.changes.len() * COLUMNS.len());
    for change in &chunk.changes {
        if let Act::Insert(values) = &change.act {
            rows.push(Bind::Int(Some(change.id)));
            rows.extend(
                table
                    .columns
                    .iter()
                    .zip(values)
                    .map(|((_, kind), value)| bind(*kind, value)),
            );
        }
        if change.ledger_before.is_none() {
            let adopted = !matches!(change.act, Act::Insert(_));
            ledger_rows.extend([
                Bind::Int(Some(kind)),
                Bind::Int(Some(change.key.number)),
                Bind::Text(Some(&change.key.text)),
                Bind::Int(Some(change.id)),
                Bind::Int(Some(i64::from(adopted))),
                Bind::Int(Some(context.run)),
                Bind::Int(Some(context.run)),
                Bind::Bytes(Some(change.fingerprint.as_bytes())),
            ]);
        }
    }
    inserter
        .insert(connection, &rows)
        .map_err(|error| stale_or_fault(table, error))?;
    // behind the inserts: a row may follow another that is new in this very plan
    let touched: Vec<&Change> = chunk
        .changes
        .iter()
        .filter(|change| !matches!(change.act, Act::Insert(_)))
        .filter(|change| change.act.moved(table).is_empty())
        .collect();
    check_unchanged(connection, table, &touched)?;
    entries.insert(connection, &ledger_rows)?;
    for change in &chunk.changes {
        if let Act::Update { before, after } = &change.act {
            update_row(connection, table, change.id, before, after)?;
        }
        keep_before_image(connection, table, kind, change, context.run)?;
        if change.ledger_before.is_some() {
            execute(
                connection,
                "UPDATE ledger SET store_id = ?, changed_run = ?, fingerprint = ? \
                 WHERE kind = ? AND number = ? AND text = ?",
                &[
                    Bind::Int(Some(change.id)),
                    Bind::Int(Some(context.run)),
                    Bind::Bytes(Some(change.fingerprint.as_bytes())),
                    Bind::Int(Some(kind)),
                    Bind::Int(Some(change.key.number)),
                    Bind::Text(Some(&change.key.text)),
                ],
            )?;
        }
    }
    hand_out(table, chunk, context)
}

/// Writes the columns that change.
fn update_row(
    connection: &mut SqliteConnection,
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
    execute(connection, &sql, &binds).map_err(|error| stale_or_fault(table, error))?;
    Ok(())
}

/// Keeps what a change takes away: the row before an update, the ledger entry before it moves.
fn keep_before_image(
    connection: &mut SqliteConnection,
    table: &'static Table,
    kind: i64,
    change: &Change,
    run: i64,
) -> Result<(), Stop> {
    let image = match &change.act {
        Act::Update { before, .. } => Some(image(table, before)),
        _ => None,
    };
    if image.is_none() && change.ledger_before.is_none() {
        return Ok(());
    }
    let (fingerprint, changed_run) = match &change.ledger_before {
        Some((fingerprint, run)) => (Some(fingerprint.as_bytes()), Some(*run)),
        None => (None, None),
    };
    execute(
        connection,
        "INSERT INTO before_images (run, kind, store_id, number, text, image, fingerprint, changed_run) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Bind::Int(Some(run)),
            Bind::Int(Some(kind)),
            Bind::Int(Some(change.id)),
            Bind::Int(Some(change.key.number)),
            Bind::Text(Some(&change.key.text)),
            Bind::Text(image.as_deref()),
            Bind::Bytes(fingerprint),
            Bind::Int(changed_run),
        ],
    )?;
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
    connection: &mut SqliteConnection,
    table: &'static Table,
    touched: &[&Change],
) -> Result<(), Stop> {
    let ids: Vec<i64> = touched.iter().map(|change| change.id).collect();
    let current: HashMap<i64, StoredRow> = rows::by_ids(connection, table, &ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for change in touched {
        let same = match (&change.act, current.get(&change.id)) {
            (_, None) => false,
            (Act::Update { before, .. }, Some(row)) => row.values == *before,
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
    connection: &mut SqliteConnection,
    facts: &[(&'static Table, StoredRow)],
) -> Result<(), Stop> {
    for (table, planned) in facts {
        if rows::by_ids(connection, table, &[planned.id])?.first() != Some(planned) {
            return Err(Stop::Stale(format!(
                "row {} of {} is another by now",
                planned.id, table.name
            )));
        }
    }
    Ok(())
}

/// A key that was free when the plan was made and is taken now means a stale plan.
fn stale_or_fault(table: &'static Table, error: DbError) -> Stop {
    match error {
        DbError::DatabaseError(
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation,
            about,
        ) => Stop::Stale(format!("{}: {}", table.name, about.message())),
        error => error.into(),
    }
}
