//! SQLite: booleans are integers, everything that is no number is text.

use diesel::QueryResult;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Binary, Bool, Double, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

use super::{Bind, Cell, Engine};

impl Engine for Sqlite {
    fn push<'b>(bind: &'b Bind<'_>, out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()> {
        match bind {
            Bind::Int(number) => out.push_bind_param::<Nullable<BigInt>, _>(number),
            Bind::Real(number) => out.push_bind_param::<Nullable<Double>, _>(number),
            Bind::Bool(flag) => out.push_bind_param::<Nullable<Bool>, _>(flag),
            Bind::Bytes(bytes) => out.push_bind_param::<Nullable<Binary>, _>(bytes),
            Bind::Text(text)
            | Bind::Time(text)
            | Bind::Json(text)
            | Bind::Inet(text)
            | Bind::Mac(text) => out.push_bind_param::<Nullable<Text>, _>(text),
        }
    }

    fn cell(mut value: SqliteValue<'_, '_, '_>) -> Cell {
        match value.value_type() {
            None => Cell::Null,
            Some(SqliteType::Double | SqliteType::Float) => Cell::Real(value.read_double()),
            Some(SqliteType::Binary) => Cell::Bytes(value.read_blob().into()),
            Some(SqliteType::Text) => {
                let text: Box<str> = value.read_text().into();
                // diesel reads bytes that are no text with U+FFFD in their place
                if text.contains('\u{fffd}') && std::str::from_utf8(value.read_blob()).is_err() {
                    Cell::Bytes(value.read_blob().into())
                } else {
                    Cell::Text(text)
                }
            }
            Some(_) => Cell::Int(value.read_long()),
        }
    }
}
