//! One ApiOmat application's metadata out of the store, of one state of it.

use std::collections::HashMap;

use diesel::result::Error as DbError;
use serde_json::{Map, Value as Json};

use crate::legacy::apiomat::{
    Application, Attribute, Class, Customer, Definition, Module, Servercode, System, SystemSettings,
};
use crate::model::{Record as _, Table, Value, tables};
use crate::password::Secret;
use crate::sql::{Bind, Cells, query};
use crate::store::connection::Connection;
use crate::store::rows::{self, StoredRow};

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] DbError),
    #[error("the store has no application {app:?}. {known}")]
    NoSuch { app: String, known: String },
}

/// Reads the definition of an application: rows in the order of their names.
///
/// # Errors
/// The store has no such application, or fails.
pub fn read(connection: &mut Connection, app: &str) -> Result<Definition, ExportError> {
    connection.read(|connection| definition(connection, app))
}

fn definition(connection: &mut Connection, app: &str) -> Result<Definition, ExportError> {
    let applications = below(
        connection,
        tables::Application::TABLE,
        "name",
        Bind::Text(Some(app)),
    )?;
    let Some(row) = applications.into_iter().next() else {
        return Err(no_such(connection, app)?);
    };
    let fields = Fields::new(tables::Application::TABLE, &row);
    let customer = match fields.int("customer_id") {
        Some(id) => customer(connection, id)?,
        None => None,
    };
    let mut systems = Vec::new();
    let table = tables::ApplicationSystem::TABLE;
    for row in below(connection, table, "application_id", Bind::Int(Some(row.id)))? {
        systems.extend(system_settings(&Fields::new(table, &row)));
    }
    systems.sort_by_key(|settings| settings.system);
    Ok(Definition {
        application: Application {
            name: fields.text("name"),
            display_name: fields.maybe("display_name"),
            description: fields.maybe("description"),
            rest: fields.rest(),
        },
        customer,
        systems,
        modules: modules(connection, row.id)?,
    })
}

fn customer(connection: &mut Connection, id: i64) -> Result<Option<Customer>, DbError> {
    let table = tables::Customer::TABLE;
    let Some(row) = rows::by_ids(connection, table, &[id])?.remove(&id) else {
        return Ok(None);
    };
    let fields = Fields::new(table, &row);
    let users = tables::User::TABLE;
    let user_id = fields.int("user_id").unwrap_or_default();
    let account = rows::by_ids(connection, users, &[user_id])?.remove(&user_id);
    let account = account.as_ref().map(|row| Fields::new(users, row));
    // what is no address is kept beside
    let email = account.as_ref().and_then(|account| {
        let kept = || account.rest().get("email")?.as_str().map(Into::into);
        account.maybe("email").or_else(kept)
    });
    Ok(Some(Customer {
        name: fields.text("name"),
        email,
        password: account
            .and_then(|account| account.maybe("password"))
            .map(Secret::new),
        rest: fields.rest(),
    }))
}

fn system_settings(fields: &Fields) -> Option<SystemSettings> {
    let json = |column| {
        let text = fields.maybe(column)?;
        serde_json::from_str(&text).ok()
    };
    Some(SystemSettings {
        system: fields.system()?,
        status: fields.maybe("status"),
        api_key: fields.maybe("api_key").map(Secret::new),
        configuration: json("configuration"),
        auth_classes: json("auth_classes"),
        rest: fields.rest(),
    })
}

fn modules(connection: &mut Connection, application: i64) -> Result<Vec<Module>, DbError> {
    let table = tables::Module::TABLE;
    let mut modules = Vec::new();
    for row in below(
        connection,
        table,
        "application_id",
        Bind::Int(Some(application)),
    )? {
        let fields = Fields::new(table, &row);
        let Some(system) = fields.system() else {
            continue;
        };
        modules.push(Module {
            system,
            name: fields.text("name"),
            version: fields.text("version"),
            kind: fields.maybe("type"),
            rest: fields.rest(),
            classes: classes(connection, row.id)?,
        });
    }
    modules.sort_by(|one, other| {
        let key = |module: &Module| (module.system, module.name.clone(), module.version.clone());
        key(one).cmp(&key(other))
    });
    Ok(modules)
}

fn classes(connection: &mut Connection, module: i64) -> Result<Vec<Class>, DbError> {
    let table = tables::Class::TABLE;
    let mut classes = Vec::new();
    for row in below(connection, table, "module_id", Bind::Int(Some(module)))? {
        let fields = Fields::new(table, &row);
        classes.push(Class {
            name: fields.text("name"),
            legacy_id: fields.maybe("legacy_id"),
            parent: fields.maybe("parent"),
            is_global: fields.flag("is_global"),
            is_transient: fields.flag("is_transient"),
            rest: fields.rest(),
            attributes: attributes(connection, row.id)?,
            servercode: servercode(connection, row.id)?,
        });
    }
    classes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(classes)
}

fn attributes(connection: &mut Connection, class: i64) -> Result<Vec<Attribute>, DbError> {
    let table = tables::Attribute::TABLE;
    let rows = below(connection, table, "class_id", Bind::Int(Some(class)))?;
    let attribute = |row: &StoredRow| {
        let fields = Fields::new(table, row);
        Attribute {
            name: fields.text("name"),
            kind: fields.maybe("type"),
            is_collection: fields.flag("is_collection"),
            is_reference: fields.flag("is_reference"),
            is_mandatory: fields.flag("is_mandatory"),
            is_indexed: fields.flag("is_indexed"),
            is_embedded: fields.flag("is_embedded"),
            refers_to: fields.maybe("refers_to"),
            rest: fields.rest(),
        }
    };
    let mut attributes: Vec<Attribute> = rows.iter().map(attribute).collect();
    attributes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(attributes)
}

fn servercode(connection: &mut Connection, class: i64) -> Result<Vec<Servercode>, DbError> {
    let table = tables::Servercode::TABLE;
    let rows = below(connection, table, "class_id", Bind::Int(Some(class)))?;
    let code = |row: &StoredRow| {
        let fields = Fields::new(table, row);
        Servercode {
            name: fields.text("name"),
            language: fields.maybe("language"),
            code: fields.text("code"),
            rest: fields.rest(),
        }
    };
    let mut servercode: Vec<Servercode> = rows.iter().map(code).collect();
    servercode.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(servercode)
}

/// The rows of a table with this value in a column.
fn below(
    connection: &mut Connection,
    table: &'static Table,
    column: &str,
    value: Bind,
) -> Result<Vec<StoredRow>, DbError> {
    let sql = format!(
        "SELECT id FROM {} WHERE {column} = ? ORDER BY id",
        table.name
    );
    let ids = query(connection, &sql, &[value])?;
    let ids: Vec<i64> = ids
        .iter()
        .filter_map(|Cells(cells)| cells.first()?.int())
        .collect();
    let found: HashMap<i64, StoredRow> = rows::by_ids(connection, table, &ids)?;
    Ok(found.into_values().collect())
}

fn no_such(connection: &mut Connection, app: &str) -> Result<ExportError, DbError> {
    let sql = format!(
        "SELECT name FROM {} ORDER BY name",
        tables::Application::TABLE.name
    );
    let names = query(connection, &sql, &[])?;
    let names: Vec<&str> = names
        .iter()
        .filter_map(|Cells(cells)| cells.first()?.text())
        .collect();
    Ok(ExportError::NoSuch {
        app: app.into(),
        known: match names.is_empty() {
            true => "It has none at all; `heirloom import apiomat` brings them.".into(),
            false => format!("It has {}.", names.join(", ")),
        },
    })
}

/// A row's fields by name.
struct Fields<'a> {
    table: &'static Table,
    row: &'a StoredRow,
}

impl<'a> Fields<'a> {
    fn new(table: &'static Table, row: &'a StoredRow) -> Self {
        Fields { table, row }
    }

    fn value(&self, column: &str) -> Option<&Value> {
        self.row.values.get(self.table.column(column))
    }

    fn int(&self, column: &str) -> Option<i64> {
        self.value(column)?.as_int()
    }

    fn flag(&self, column: &str) -> bool {
        self.int(column) == Some(1)
    }

    fn maybe(&self, column: &str) -> Option<String> {
        self.value(column)?.as_text().map(Into::into)
    }

    fn text(&self, column: &str) -> String {
        self.maybe(column).unwrap_or_default()
    }

    fn system(&self) -> Option<System> {
        self.maybe("system")?.parse().ok()
    }

    fn rest(&self) -> Map<String, Json> {
        let data = self.text("data");
        serde_json::from_str(&data).unwrap_or_default()
    }
}
