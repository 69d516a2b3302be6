//! Rows of the store as ConnectorDB's metadata.

use serde_json::{Map, Value as Json};

use crate::legacy::connectordb::{DeviceMetadata, StreamMetadata};
use crate::model::{Record as _, Table, Value, tables};
use crate::password::Secret;
use crate::store::rows::StoredRow;

/// A row's fields by their columns' names.
pub struct Fields<'a> {
    row: &'a StoredRow,
    table: &'static Table,
}

impl<'a> Fields<'a> {
    pub fn of(row: &'a StoredRow, table: &'static Table) -> Self {
        Fields { row, table }
    }

    fn value(&self, column: &str) -> Option<&Value> {
        self.row.values.get(self.table.column(column))
    }

    /// Nothing is empty.
    pub fn text(&self, column: &str) -> String {
        let text = self.value(column).and_then(Value::as_text);
        text.unwrap_or_default().into()
    }

    pub fn flag(&self, column: &str) -> bool {
        self.value(column).and_then(Value::as_int) == Some(1)
    }

    pub fn data(&self) -> Map<String, Json> {
        serde_json::from_str(&self.text("data")).unwrap_or_default()
    }
}

pub fn device_of(name: &str, row: &StoredRow) -> DeviceMetadata {
    let fields = Fields::of(row, tables::StreamDevice::TABLE);
    let text = |column| Some(fields.text(column));
    let flag = |column| Some(fields.flag(column));
    DeviceMetadata {
        name: Some(name.into()),
        nickname: text("nickname"),
        description: text("description"),
        icon: text("icon"),
        apikey: Some(Secret::new(fields.text("api_key"))),
        enabled: flag("is_enabled"),
        public: flag("is_public"),
        role: text("role"),
        visible: flag("is_visible"),
        user_editable: flag("is_user_editable"),
        rest: fields.data(),
    }
}

/// As ConnectorDB makes them for each account.
pub fn own_device(name: &str) -> DeviceMetadata {
    let is_user = name == "user";
    let text = |text: &str| Some(text.to_string());
    DeviceMetadata {
        name: text(name),
        nickname: text(""),
        description: text(""),
        icon: text(match is_user {
            true => "material:person",
            false => "material:bug_report",
        }),
        apikey: Some(Secret::new("")),
        enabled: Some(true),
        public: Some(false),
        role: text(if is_user { "user" } else { "" }),
        visible: Some(is_user),
        user_editable: Some(is_user),
        rest: Map::new(),
    }
}

pub fn stream_of(name: &str, row: &StoredRow) -> StreamMetadata {
    let fields = Fields::of(row, tables::Stream::TABLE);
    let text = |column| Some(fields.text(column));
    let schema = match &*fields.text("schema") {
        "" => "{}".into(),
        schema => schema.to_string(),
    };
    StreamMetadata {
        name: Some(name.into()),
        nickname: text("nickname"),
        description: text("description"),
        icon: text("icon"),
        schema: Some(schema),
        datatype: text("datatype"),
        ephemeral: Some(fields.flag("is_ephemeral")),
        downlink: Some(fields.flag("has_downlink")),
        rest: fields.data(),
    }
}
