//! The successor's tables: one typed record a table, and what the engine must know of its
//! columns. The migrations are tested against this list.

use super::Value;

/// What a column holds, beyond what [`Value`] says: stores with richer types need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    Bool,
    Real,
    Text,
    Json,
    /// UTC, `YYYY-MM-DD HH:MM:SS[.ffffff]`.
    Time,
    Inet,
    Mac,
    /// A password hash.
    Password,
    /// A secret that is kept as it came, because it goes out again.
    Secret,
    Bytes,
    /// The id of a row of another table.
    Ref(&'static str),
}

/// One table of the successor. Every table has an integer `id`, which is not among the columns.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// The position of a column; asking for one that is not there is a mistake in the program.
    pub fn column(&self, name: &str) -> usize {
        self.columns
            .iter()
            .position(|(column, _)| *column == name)
            .expect("columns are named by the records of this file")
    }

    /// Where in a row its password stands, if an import generated it: it is drawn anew in each
    /// run, and no property of the data.
    pub fn generated_password(&self, row: &[Value]) -> Option<usize> {
        let index = |name| self.columns.iter().position(|(column, _)| *column == name);
        let flag = index("password_generated")?;
        (row.get(flag) == Some(&Value::Int(1)))
            .then(|| index("password"))
            .flatten()
    }

    /// The column without which another one says nothing: who changed the password in the store has
    /// changed what is noted of it.
    pub fn leader(&self, column: &str) -> Option<&'static str> {
        let of_password = matches!(column, "password_generated" | "must_change_password");
        (self.name == "users" && of_password).then_some("password")
    }

    /// The columns whose values pass from row to row though no two rows may share one, and
    /// whether they may be null.
    pub fn unique(&self) -> &'static [(&'static str, bool)] {
        match self.name {
            "users" => &[("username", false), ("email", true)],
            "nodes" => &[("slug", false)],
            "ip_addresses" => &[("address", true)],
            "stream_devices" => &[("api_key", true)],
            _ => &[],
        }
    }
}

/// A row as a type: what recipes fill in.
pub trait Record {
    const TABLE: &'static Table;
    fn into_values(self) -> Vec<Value>;
}

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident $record:ident { $($column:ident: $type:ty => $kind:expr),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug)]
            pub struct $record { $(pub $column: $type),* }

            impl Record for $record {
                const TABLE: &'static Table = &Table {
                    name: stringify!($table),
                    columns: &[$((tables!(@name $column), $kind)),*],
                };
                fn into_values(self) -> Vec<Value> {
                    vec![$(self.$column.into()),*]
                }
            }
        )*
        /// Every data table, parents before children.
        pub const ALL: &[&Table] = &[$($record::TABLE),*];
    };
    (@name kind) => { "type" };
    (@name $column:ident) => { stringify!($column) };
}

type Time = Option<chrono::NaiveDateTime>;

tables! {
    users User {
        username: String => Kind::Text,
        email: Option<String> => Kind::Text,
        password: Value => Kind::Password,
        password_generated: bool => Kind::Bool,
        must_change_password: bool => Kind::Bool,
        first_name: String => Kind::Text,
        last_name: String => Kind::Text,
        is_active: bool => Kind::Bool,
        is_staff: bool => Kind::Bool,
        is_superuser: bool => Kind::Bool,
        date_joined: Time => Kind::Time,
        last_login: Time => Kind::Time,
        receives_notifications: bool => Kind::Bool,
        data: String => Kind::Json,
    }
    email_addresses EmailAddress {
        user_id: i64 => Kind::Ref("users"),
        email: String => Kind::Text,
        is_verified: bool => Kind::Bool,
        is_primary: bool => Kind::Bool,
    }
    layers Layer {
        slug: String => Kind::Text,
        name: String => Kind::Text,
        description: Option<String> => Kind::Text,
        organization: Option<String> => Kind::Text,
        area: Option<String> => Kind::Json,
        is_published: bool => Kind::Bool,
    }
    statuses Status {
        slug: String => Kind::Text,
        name: String => Kind::Text,
        is_default: bool => Kind::Bool,
    }
    nodes Node {
        slug: String => Kind::Text,
        name: String => Kind::Text,
        user_id: Option<i64> => Kind::Ref("users"),
        layer_id: i64 => Kind::Ref("layers"),
        status_id: i64 => Kind::Ref("statuses"),
        longitude: f64 => Kind::Real,
        latitude: f64 => Kind::Real,
        elevation: Option<f64> => Kind::Real,
        description: Option<String> => Kind::Text,
        notes: Option<String> => Kind::Text,
        access_level: i64 => Kind::Int,
        data: String => Kind::Json,
        added: Time => Kind::Time,
        updated: Time => Kind::Time,
    }
    devices Device {
        node_id: i64 => Kind::Ref("nodes"),
        name: String => Kind::Text,
        kind: String => Kind::Text,
        description: Option<String> => Kind::Text,
        data: String => Kind::Json,
        added: Time => Kind::Time,
        updated: Time => Kind::Time,
    }
    routing_protocols RoutingProtocol {
        name: String => Kind::Text,
        version: Option<String> => Kind::Text,
    }
    device_routing_protocols DeviceRoutingProtocol {
        device_id: i64 => Kind::Ref("devices"),
        routing_protocol_id: i64 => Kind::Ref("routing_protocols"),
    }
    interfaces Interface {
        device_id: i64 => Kind::Ref("devices"),
        kind: &'static str => Kind::Text,
        name: String => Kind::Text,
        mac: Option<String> => Kind::Mac,
        mode: Option<String> => Kind::Text,
        channel: Option<String> => Kind::Text,
        data: String => Kind::Json,
        added: Time => Kind::Time,
        updated: Time => Kind::Time,
    }
    ip_addresses IpAddress {
        interface_id: i64 => Kind::Ref("interfaces"),
        address: String => Kind::Inet,
        protocol: &'static str => Kind::Text,
        prefix_length: Option<i64> => Kind::Int,
    }
    vaps Vap {
        interface_id: i64 => Kind::Ref("interfaces"),
        essid: Option<String> => Kind::Text,
        bssid: Option<String> => Kind::Text,
    }
    links Link {
        interface_a_id: i64 => Kind::Ref("interfaces"),
        interface_b_id: i64 => Kind::Ref("interfaces"),
        kind: &'static str => Kind::Text,
        status: &'static str => Kind::Text,
        metric_type: &'static str => Kind::Text,
        metric_value: Option<f64> => Kind::Real,
        dbm: Option<i64> => Kind::Int,
        min_rate: Option<i64> => Kind::Int,
        max_rate: Option<i64> => Kind::Int,
        access_level: i64 => Kind::Int,
        data: String => Kind::Json,
    }
    routes Route {
        device_id: i64 => Kind::Ref("devices"),
        destination: String => Kind::Text,
        data: String => Kind::Json,
    }
    contacts Contact {
        node_id: i64 => Kind::Ref("nodes"),
        user_id: Option<i64> => Kind::Ref("users"),
        from_name: String => Kind::Text,
        from_email: String => Kind::Text,
        message: String => Kind::Text,
        ip: Option<String> => Kind::Inet,
        user_agent: String => Kind::Text,
        http_referer: String => Kind::Text,
        accept_language: String => Kind::Text,
        data: String => Kind::Json,
        added: Time => Kind::Time,
    }
    network_statistics NetworkStatistic {
        active_nodes: Option<i64> => Kind::Int,
        potential_nodes: Option<i64> => Kind::Int,
        hotspots: Option<i64> => Kind::Int,
        links: Option<i64> => Kind::Int,
        kilometres: Option<f64> => Kind::Real,
        data: String => Kind::Json,
        added: Time => Kind::Time,
    }
    /// Writes and reads streams for an account: nothing of the network.
    stream_devices StreamDevice {
        user_id: i64 => Kind::Ref("users"),
        name: String => Kind::Text,
        nickname: String => Kind::Text,
        description: String => Kind::Text,
        icon: String => Kind::Text,
        api_key: Option<String> => Kind::Secret,
        is_enabled: bool => Kind::Bool,
        is_public: bool => Kind::Bool,
        role: String => Kind::Text,
        is_visible: bool => Kind::Bool,
        is_user_editable: bool => Kind::Bool,
        data: String => Kind::Json,
    }
    streams Stream {
        stream_device_id: i64 => Kind::Ref("stream_devices"),
        name: String => Kind::Text,
        nickname: String => Kind::Text,
        description: String => Kind::Text,
        icon: String => Kind::Text,
        schema: String => Kind::Text,
        datatype: String => Kind::Text,
        is_ephemeral: bool => Kind::Bool,
        has_downlink: bool => Kind::Bool,
        data: String => Kind::Json,
    }
    /// What an account is to ApiOmat.
    customers Customer {
        user_id: i64 => Kind::Ref("users"),
        name: String => Kind::Text,
        data: String => Kind::Json,
    }
    applications Application {
        name: String => Kind::Text,
        customer_id: Option<i64> => Kind::Ref("customers"),
        display_name: Option<String> => Kind::Text,
        description: Option<String> => Kind::Text,
        data: String => Kind::Json,
    }
    application_systems ApplicationSystem {
        application_id: i64 => Kind::Ref("applications"),
        system: &'static str => Kind::Text,
        status: Option<String> => Kind::Text,
        api_key: Option<String> => Kind::Secret,
        configuration: Option<String> => Kind::Text,
        auth_classes: Option<String> => Kind::Text,
        data: String => Kind::Json,
    }
    modules Module {
        application_id: i64 => Kind::Ref("applications"),
        system: &'static str => Kind::Text,
        name: String => Kind::Text,
        version: String => Kind::Text,
        kind: Option<String> => Kind::Text,
        data: String => Kind::Json,
    }
    classes Class {
        module_id: i64 => Kind::Ref("modules"),
        name: String => Kind::Text,
        legacy_id: Option<String> => Kind::Text,
        parent: Option<String> => Kind::Text,
        is_global: bool => Kind::Bool,
        is_transient: bool => Kind::Bool,
        data: String => Kind::Json,
    }
    attributes Attribute {
        class_id: i64 => Kind::Ref("classes"),
        name: String => Kind::Text,
        kind: Option<String> => Kind::Text,
        is_collection: bool => Kind::Bool,
        is_reference: bool => Kind::Bool,
        is_mandatory: bool => Kind::Bool,
        is_indexed: bool => Kind::Bool,
        is_embedded: bool => Kind::Bool,
        refers_to: Option<String> => Kind::Text,
        data: String => Kind::Json,
    }
    servercode Servercode {
        class_id: i64 => Kind::Ref("classes"),
        name: String => Kind::Text,
        language: Option<String> => Kind::Text,
        code: String => Kind::Text,
        data: String => Kind::Json,
    }
    /// Documents hang on it; its application need not be known.
    collections Collection {
        application: String => Kind::Text,
        system: &'static str => Kind::Text,
        name: String => Kind::Text,
        database: String => Kind::Text,
        kind: &'static str => Kind::Text,
        metadata: Option<String> => Kind::Text,
        generation: i64 => Kind::Int,
    }
}

/// The table of that name, where there is one.
pub fn find(name: &str) -> Option<&'static Table> {
    ALL.iter().find(|table| table.name == name).copied()
}
