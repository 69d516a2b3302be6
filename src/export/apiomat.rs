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
use crate::text::printable;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] DbError),
    #[error("the store has no application {app:?}. {known}")]
    NoSuch { app: String, known: String },
    /// Something that no import made.
    #[error("{row}: its {column} is {found}. Mend it in the store and export again.")]
    Wrong {
        /// The table, and the row's id and name.
        row: String,
        column: &'static str,
        found: &'static str,
    },
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
        systems.push(system_settings(&Fields::new(table, &row))?);
    }
    systems.sort_by_key(|settings| settings.system);
    Ok(Definition {
        application: Application {
            name: fields.text("name"),
            display_name: fields.maybe("display_name"),
            description: fields.maybe("description"),
            rest: fields.rest()?,
        },
        customer,
        systems,
        modules: modules(connection, row.id)?,
    })
}

fn customer(connection: &mut Connection, id: i64) -> Result<Option<Customer>, ExportError> {
    let table = tables::Customer::TABLE;
    let Some(row) = rows::by_ids(connection, table, &[id])?.remove(&id) else {
        return Ok(None);
    };
    let fields = Fields::new(table, &row);
    let users = tables::User::TABLE;
    let user_id = fields.int("user_id").unwrap_or_default();
    let account = rows::by_ids(connection, users, &[user_id])?.remove(&user_id);
    let account = account.as_ref().map(|row| Fields::new(users, row));
    let email = match &account {
        Some(account) => match account.maybe("email") {
            Some(email) => Some(email),
            // what is no address is kept beside
            None => account
                .rest()?
                .get("email")
                .and_then(Json::as_str)
                .map(Into::into),
        },
        None => None,
    };
    Ok(Some(Customer {
        name: fields.text("name"),
        email,
        password: account
            .and_then(|account| account.maybe("password"))
            .map(Secret::new),
        rest: fields.rest()?,
    }))
}

fn system_settings(fields: &Fields) -> Result<SystemSettings, ExportError> {
    Ok(SystemSettings {
        system: fields.system()?,
        status: fields.maybe("status"),
        api_key: fields.maybe("api_key").map(Secret::new),
        configuration: fields.json("configuration")?,
        auth_classes: fields.json("auth_classes")?,
        rest: fields.rest()?,
    })
}

fn modules(connection: &mut Connection, application: i64) -> Result<Vec<Module>, ExportError> {
    let table = tables::Module::TABLE;
    let mut modules = Vec::new();
    for row in below(
        connection,
        table,
        "application_id",
        Bind::Int(Some(application)),
    )? {
        let fields = Fields::new(table, &row);
        modules.push(Module {
            system: fields.system()?,
            name: fields.text("name"),
            version: fields.text("version"),
            kind: fields.maybe("type"),
            rest: fields.rest()?,
            classes: classes(connection, row.id)?,
        });
    }
    modules.sort_by(|one, other| {
        let key = |module: &Module| (module.system, module.name.clone(), module.version.clone());
        key(one).cmp(&key(other))
    });
    Ok(modules)
}

fn classes(connection: &mut Connection, module: i64) -> Result<Vec<Class>, ExportError> {
    let table = tables::Class::TABLE;
    let mut classes = Vec::new();
    for row in below(connection, table, "module_id", Bind::Int(Some(module)))? {
        let fields = Fields::new(table, &row);
        classes.push(Class {
            name: fields.text("name"),
            legacy_id: fields.maybe("legacy_id"),
            parent: fields.maybe("parent"),
            is_global: Some(fields.flag("is_global")),
            is_transient: Some(fields.flag("is_transient")),
            rest: fields.rest()?,
            attributes: attributes(connection, row.id)?,
            servercode: servercode(connection, row.id)?,
        });
    }
    classes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(classes)
}

fn attributes(connection: &mut Connection, class: i64) -> Result<Vec<Attribute>, ExportError> {
    let table = tables::Attribute::TABLE;
    let rows = below(connection, table, "class_id", Bind::Int(Some(class)))?;
    let attribute = |row: &StoredRow| {
        let fields = Fields::new(table, row);
        Ok(Attribute {
            name: fields.text("name"),
            kind: fields.maybe("type"),
            is_collection: Some(fields.flag("is_collection")),
            is_reference: Some(fields.flag("is_reference")),
            is_mandatory: Some(fields.flag("is_mandatory")),
            is_indexed: Some(fields.flag("is_indexed")),
            is_embedded: Some(fields.flag("is_embedded")),
            refers_to: fields.maybe("refers_to"),
            rest: fields.rest()?,
        })
    };
    let attributes = rows.iter().map(attribute);
    let mut attributes = attributes.collect::<Result<Vec<_>, ExportError>>()?;
    attributes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(attributes)
}

fn servercode(connection: &mut Connection, class: i64) -> Result<Vec<Servercode>, ExportError> {
    let table = tables::Servercode::TABLE;
    let rows = below(connection, table, "class_id", Bind::Int(Some(class)))?;
    let code = |row: &StoredRow| {
        let fields = Fields::new(table, row);
        Ok(Servercode {
            name: fields.text("name"),
            language: fields.maybe("language"),
            code: fields.text("code"),
            rest: fields.rest()?,
        })
    };
    let servercode = rows.iter().map(code);
    let mut servercode = servercode.collect::<Result<Vec<_>, ExportError>>()?;
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

    fn system(&self) -> Result<System, ExportError> {
        let word = self.text("system");
        word.parse()
            .map_err(|_| self.wrong("system", "none of live, staging and test"))
    }

    fn json(&self, column: &'static str) -> Result<Option<Json>, ExportError> {
        let Some(text) = self.maybe(column) else {
            return Ok(None);
        };
        let json = serde_json::from_str(&text);
        json.map(Some).map_err(|_| self.wrong(column, "no JSON"))
    }

    fn rest(&self) -> Result<Map<String, Json>, ExportError> {
        match self.json("data")? {
            Some(Json::Object(data)) => Ok(data),
            _ => Err(self.wrong("data", "no JSON object")),
        }
    }

    fn wrong(&self, column: &'static str, found: &'static str) -> ExportError {
        let columns = self.table.columns.iter();
        let mut named = columns.filter(|(column, _)| ["name", "system"].contains(column));
        // a module has both; its system stands in front
        let name = named.next_back().and_then(|(column, _)| self.maybe(column));
        ExportError::Wrong {
            row: format!(
                "row {} of {} ({})",
                self.row.id,
                self.table.name,
                printable(&name.unwrap_or_default())
            ),
            column,
            found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings with these texts in `system`, `configuration` and `data`.
    fn read(system: &str, configuration: &str, data: &str) -> Result<SystemSettings, ExportError> {
        let table = tables::ApplicationSystem::TABLE;
        let mut values = vec![Value::Null; 7];
        for (column, text) in [
            ("system", system),
            ("configuration", configuration),
            ("data", data),
        ] {
            values[table.column(column)] = Value::Text(text.into());
        }
        let row = StoredRow { id: 7, values };
        system_settings(&Fields::new(table, &row))
    }

    #[test]
    fn what_is_no_json_is_not_left_out() {
        let settings = read("live", "{\"a\": 1}", "{}").unwrap();
        assert_eq!(settings.system, System::Live);
        assert_eq!(settings.auth_classes, None);
        assert!(settings.configuration.is_some());
        let check = |read: Result<SystemSettings, ExportError>, expected: &str| {
            let error = read.unwrap_err().to_string();
            assert!(error.starts_with("row 7 of application_systems"), "{error}");
            assert!(error.contains(expected), "{error}");
        };
        check(
            read("live", "{a", "{}"),
            "(live): its configuration is no JSON.",
        );
        check(read("live", "", "{}"), "its configuration is no JSON.");
        check(read("live", "{}", "[]"), "its data is no JSON object.");
        check(read("live", "{}", ""), "its data is no JSON.");
        check(
            read("moon", "{}", "{}"),
            "(moon): its system is none of live",
        );
    }
}
