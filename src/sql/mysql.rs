//! MySQL and MariaDB, which are only ever read.

use diesel::QueryResult;
use diesel::mysql::{Mysql, MysqlType, MysqlValue};
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Binary, Double, Nullable, Text};

use super::{Bind, Cell, Engine, single};

impl Engine for Mysql {
    fn push<'b>(bind: &'b Bind<'_>, out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()> {
        match bind {
            Bind::Int(number) => out.push_bind_param::<Nullable<BigInt>, _>(number),
            Bind::Real(number) => out.push_bind_param::<Nullable<Double>, _>(number),
            Bind::Bool(flag) => {
                out.push_sql(match flag {
                    None => "NULL",
                    Some(true) => "1",
                    Some(false) => "0",
                });
                Ok(())
            }
            Bind::Bytes(bytes) => out.push_bind_param::<Nullable<Binary>, _>(bytes),
            Bind::Text(text)
            | Bind::Time(text)
            | Bind::Json(text)
            | Bind::Inet(text)
            | Bind::Mac(text) => out.push_bind_param::<Nullable<Text>, _>(text),
        }
    }

    /// Times never come here: readers cast them to text, because diesel fails on zero dates.
    fn cell(value: MysqlValue<'_>) -> Cell {
        let bytes = value.as_bytes();
        match value.value_type() {
            MysqlType::Tiny => integer(bytes, i8::from_ne_bytes),
            MysqlType::UnsignedTiny => integer(bytes, u8::from_ne_bytes),
            MysqlType::Short => integer(bytes, i16::from_ne_bytes),
            MysqlType::UnsignedShort => integer(bytes, u16::from_ne_bytes),
            MysqlType::Long => integer(bytes, i32::from_ne_bytes),
            MysqlType::UnsignedLong => integer(bytes, u32::from_ne_bytes),
            MysqlType::LongLong => integer(bytes, i64::from_ne_bytes),
            MysqlType::UnsignedLongLong => integer(bytes, u64::from_ne_bytes),
            MysqlType::Float => real(bytes, |bytes| single(f32::from_ne_bytes(bytes))),
            MysqlType::Double => real(bytes, f64::from_ne_bytes),
            MysqlType::Numeric => decimal(bytes),
            MysqlType::Bit => Cell::Int(
                bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | i64::from(*byte)),
            ),
            _ => Cell::from_bytes(bytes),
        }
    }
}

fn integer<const N: usize, T: TryInto<i64> + ToString + Copy>(
    bytes: &[u8],
    read: impl Fn([u8; N]) -> T,
) -> Cell {
    match bytes.first_chunk() {
        Some(bytes) => {
            let number = read(*bytes);
            // one that no signed column holds stays what it is: a text that is no number
            number.try_into().map_or_else(
                |_| Cell::Text(number.to_string().into_boxed_str()),
                Cell::Int,
            )
        }
        None => Cell::Bytes(bytes.into()),
    }
}

fn real<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f64) -> Cell {
    match bytes.first_chunk() {
        Some(bytes) => Cell::Real(read(*bytes)),
        None => Cell::Bytes(bytes.into()),
    }
}

fn decimal(bytes: &[u8]) -> Cell {
    let text = String::from_utf8_lossy(bytes);
    match (text.parse(), text.parse()) {
        (Ok(number), _) => Cell::Int(number),
        (_, Ok(number)) => Cell::Real(number),
        _ => Cell::from_bytes(bytes),
    }
}
