//! Column types that the two kinds of store write differently: text in SQLite, a type of its
//! own in PostgreSQL. In the program both are text in one canonical form.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, SqlType, Text};
use diesel::sqlite::{Sqlite, SqliteValue};

use super::connection::MultiBackend;
use crate::sql;

/// The SQL type of a time.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(
    sqlite_type(name = "Text"),
    postgres_type(oid = 1184, array_oid = 1185)
)]
pub struct Instant;

/// The SQL type of a JSON document.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(
    sqlite_type(name = "Text"),
    postgres_type(oid = 3802, array_oid = 3807)
)]
pub struct Json;

/// A time in UTC, as [`crate::time::to_text`] writes it.
#[derive(AsExpression, Clone, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Instant)]
pub struct TimeText(pub String);

/// A JSON document.
#[derive(AsExpression, Clone, Debug, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Json)]
pub struct JsonText(pub String);

/// The version that PostgreSQL writes before a `jsonb`.
const JSONB_VERSION: u8 = 1;

impl ToSql<Instant, Pg> for TimeText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let at = sql::microseconds(&self.0).ok_or("not a time in UTC")?;
        std::io::Write::write_all(out, &at.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Pg> for TimeText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let bytes = value.as_bytes().first_chunk().ok_or("not a time")?;
        Ok(TimeText(sql::time_text(i64::from_be_bytes(*bytes))))
    }
}

impl ToSql<Json, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, &[JSONB_VERSION])?;
        std::io::Write::write_all(out, self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Json, Pg> for JsonText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = value.as_bytes().get(1..).ok_or("not a JSON document")?;
        Ok(JsonText(std::str::from_utf8(text)?.to_owned()))
    }
}

macro_rules! text_in_sqlite {
    ($($sql:ident $text:ident;)*) => { $(
        impl ToSql<$sql, Sqlite> for $text {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                <String as ToSql<Text, Sqlite>>::to_sql(&self.0, out)
            }
        }

        impl FromSql<$sql, Sqlite> for $text {
            fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                <String as FromSql<Text, Sqlite>>::from_sql(value).map($text)
            }
        }

        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }

        impl ToSql<$sql, MultiBackend> for $text {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }

        impl FromSql<$sql, MultiBackend> for $text {
            fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<$text, $sql>()
            }
        }

        impl From<$text> for String {
            fn from(text: $text) -> String {
                text.0
            }
        }
    )* };
}
text_in_sqlite! {
    Instant TimeText;
    Json JsonText;
}
