//! The legacy tables as typed rows, in the order of their columns.

use std::fmt;

/// One value on its way into a database.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// Integers and booleans.
    Int(i64),
    /// Floating point.
    Real(f64),
    /// Text, which need not be UTF-8.
    Text(&'a [u8]),
}

/// A row of one legacy table.
pub trait Row {
    /// The table's name.
    const TABLE: &'static str;
    /// Its columns, in the order of [`Row::cells`].
    const COLUMNS: &'static [&'static str];

    /// The primary key.
    fn id(&self) -> i64;

    /// The values, in the order of [`Row::COLUMNS`].
    fn cells(&self) -> Vec<Cell<'_>>;
}

/// Text as a legacy database holds it: any bytes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<u8>);

impl Text {
    /// The text, with replacement characters where it is not UTF-8.
    pub fn lossy(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.lossy())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// What stands in a numeric column: SQLite takes text there too.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// A number.
    Real(f64),
    /// Text that is none.
    Text(Text),
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<&str> for Number {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

trait Column {
    fn cell(&self) -> Cell<'_>;
}

impl Column for i64 {
    fn cell(&self) -> Cell<'_> {
        Cell::Int(*self)
    }
}

impl Column for bool {
    fn cell(&self) -> Cell<'_> {
        Cell::Int((*self).into())
    }
}

impl Column for f64 {
    fn cell(&self) -> Cell<'_> {
        Cell::Real(*self)
    }
}

impl Column for Text {
    fn cell(&self) -> Cell<'_> {
        Cell::Text(&self.0)
    }
}

impl Column for Number {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Real(number) => Cell::Real(*number),
            Self::Text(text) => text.cell(),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, Column::cell)
    }
}

macro_rules! tables {
    ($($row:ident = $table:literal { $($field:ident $($raw:literal)?: $kind:ty),* $(,)? })*) => {$(
        #[doc = concat!("A row of `", $table, "`, its fields named as the columns.")]
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "each field is a column of the legacy DDL")]
        pub struct $row {
            pub id: i64,
            $(pub $field: $kind,)*
        }

        impl Row for $row {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &["id", $(tables!(@name $field $($raw)?)),*];

            fn id(&self) -> i64 {
                self.id
            }

            fn cells(&self) -> Vec<Cell<'_>> {
                vec![self.id.cell(), $(self.$field.cell()),*]
            }
        }
    )*};
    (@name $field:ident $raw:literal) => { $raw };
    (@name $field:ident) => { stringify!($field) };
}

tables! {
    UserRow = "auth_user" {
        username: Text, first_name: Text, last_name: Text, email: Text, password: Text,
        is_staff: bool, is_active: bool, is_superuser: bool, last_login: Text, date_joined: Text,
    }
    ProfileRow = "nodeshot_userprofile" { user_id: i64, receive_notifications: bool }
    NodeRow = "nodeshot_node" {
        name: Text, slug: Text, owner: Option<Text>, description: Option<Text>, postal_code: Text,
        email: Text, email2: Option<Text>, email3: Option<Text>, password: Text,
        lat: Number, lng: Number, alt: Option<Number>, status: Text, activation_key: Option<Text>,
        notes: Option<Text>, added: Text, updated: Text,
    }
    DeviceRow = "nodeshot_device" {
        name: Text, cname: Option<Text>, description: Option<Text>, model "type": Option<Text>,
        node_id: i64, routing_protocol: Text, routing_protocol_version: Option<Text>,
        added: Text, updated: Text,
    }
    HnaRow = "nodeshot_hna" { device_id: i64, route: Text }
    InterfaceRow = "nodeshot_interface" {
        ipv4_address: Option<Text>, ipv6_address: Option<Text>, mac_address: Option<Text>,
        kind "type": Text, cname: Option<Text>, device_id: i64, draw_link: bool,
        wireless_mode: Option<Text>, wireless_channel: Option<Text>,
        wireless_polarity: Option<Text>, essid: Option<Text>, bssid: Option<Text>,
        status: Text, added: Text, updated: Text,
    }
    LinkRow = "nodeshot_link" {
        from_interface_id: i64, to_interface_id: i64, etx: Number, dbm: i64,
        sync_tx: i64, sync_rx: i64, hide: bool,
    }
    StatisticRow = "nodeshot_statistic" {
        active_nodes: i64, potential_nodes: i64, hotspots: i64, links: i64, km: f64, date: Text,
    }
    ContactRow = "nodeshot_contact" {
        node_id: i64, from_name: Text, from_email: Text, message: Text, ip: Text,
        user_agent: Text, http_referer: Text, accept_language: Text, date: Text,
    }
    ContentTypeRow = "django_content_type" { name: Text, app_label: Text, model: Text }
    SiteRow = "django_site" { domain: Text, name: Text }
    PermissionRow = "auth_permission" { name: Text, content_type_id: i64, codename: Text }
}
