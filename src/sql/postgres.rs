//! PostgreSQL: every type comes in its binary form and is told by its number.

use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::QueryResult;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Binary, Bool, Double, Nullable, Text};

use super::{Bind, Cell, Engine, single};
use crate::time::to_text;

impl Engine for Pg {
    fn push<'b>(bind: &'b Bind<'_>, out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()> {
        let (text, cast) = match bind {
            Bind::Int(number) => return out.push_bind_param::<Nullable<BigInt>, _>(number),
            Bind::Real(number) => return out.push_bind_param::<Nullable<Double>, _>(number),
            Bind::Bool(flag) => return out.push_bind_param::<Nullable<Bool>, _>(flag),
            Bind::Bytes(bytes) => return out.push_bind_param::<Nullable<Binary>, _>(bytes),
            Bind::Text(text) => (text, ""),
            // sessions are in UTC
            Bind::Time(text) => (text, "::timestamptz"),
            Bind::Json(text) => (text, "::jsonb"),
            Bind::Inet(text) => (text, "::inet"),
            Bind::Mac(text) => (text, "::macaddr"),
        };
        out.push_bind_param::<Nullable<Text>, _>(text)?;
        out.push_sql(cast);
        Ok(())
    }

    fn cell(value: PgValue<'_>) -> Cell {
        let bytes = value.as_bytes();
        typed(value.get_oid().get(), bytes).unwrap_or_else(|| Cell::from_bytes(bytes))
    }
}

/// `None` where the bytes are those of a text, or of a type that is not known here.
fn typed(oid: u32, bytes: &[u8]) -> Option<Cell> {
    Some(match oid {
        BOOL => Cell::Int(i64::from(*bytes.first()? != 0)),
        INT2 => Cell::Int(i16::from_be_bytes(*bytes.first_chunk()?).into()),
        INT4 => Cell::Int(i32::from_be_bytes(*bytes.first_chunk()?).into()),
        OID => Cell::Int(u32::from_be_bytes(*bytes.first_chunk()?).into()),
        INT8 => Cell::Int(i64::from_be_bytes(*bytes.first_chunk()?)),
        FLOAT4 => Cell::Real(single(f32::from_be_bytes(*bytes.first_chunk()?))),
        FLOAT8 => Cell::Real(f64::from_be_bytes(*bytes.first_chunk()?)),
        BYTEA => Cell::Bytes(bytes.into()),
        // a version stands before the text
        JSONB => Cell::from_bytes(bytes.get(1..)?),
        TIMESTAMP | TIMESTAMPTZ => {
            Cell::Text(time_text(i64::from_be_bytes(*bytes.first_chunk()?)).into())
        }
        DATE => Cell::Text(date(i32::from_be_bytes(*bytes.first_chunk()?)).into()),
        INET | CIDR => Cell::Text(address(bytes)?.into()),
        MACADDR => {
            let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Cell::Text(pairs.join(":").into())
        }
        _ => return None,
    })
}

const BOOL: u32 = 16;
const BYTEA: u32 = 17;
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const OID: u32 = 26;
const CIDR: u32 = 650;
const FLOAT4: u32 = 700;
const FLOAT8: u32 = 701;
const MACADDR: u32 = 829;
const INET: u32 = 869;
const DATE: u32 = 1082;
const TIMESTAMP: u32 = 1114;
const TIMESTAMPTZ: u32 = 1184;
const JSONB: u32 = 3802;

/// PostgreSQL counts from 2000-01-01.
fn epoch() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2000, 1, 1)
        .unwrap_or_default()
        .into()
}

/// The text of what PostgreSQL gives as microseconds from 2000.
pub fn time_text(microseconds: i64) -> String {
    let at = epoch().checked_add_signed(TimeDelta::microseconds(microseconds));
    match (microseconds, at) {
        (i64::MAX, _) => "infinity".into(),
        (i64::MIN, _) => "-infinity".into(),
        (_, Some(at)) => to_text(at),
        (_, None) => format!("{microseconds} microseconds from 2000"),
    }
}

fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".into(),
        i32::MIN => "-infinity".into(),
        _ => match epoch().checked_add_signed(TimeDelta::days(days.into())) {
            Some(at) => at.date().to_string(),
            None => format!("{days} days from 2000"),
        },
    }
}

/// Family, prefix length, whether it is a network, count of bytes, bytes. The prefix is
/// written where it is not the whole address.
fn address(bytes: &[u8]) -> Option<String> {
    const V4: u8 = 2;
    let [family, prefix, _, _, address @ ..] = bytes else {
        return None;
    };
    let (text, whole) = match *family {
        V4 => (Ipv4Addr::from(*address.first_chunk()?).to_string(), 32),
        _ => (
            Ipv6Addr::from(*address.first_chunk::<16>()?).to_string(),
            128,
        ),
    };
    Some(match *prefix {
        prefix if prefix == whole => text,
        prefix => format!("{text}/{prefix}"),
    })
}

/// The text of a time as PostgreSQL takes it in binary: microseconds from 2000.
pub fn microseconds(text: &str) -> Option<i64> {
    crate::time::parse_stored(text)?
        .signed_duration_since(epoch())
        .num_microseconds()
}
