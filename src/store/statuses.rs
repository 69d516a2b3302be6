//! Statuses: the states that nodes can be in. One of them is the default.

use diesel::prelude::*;

use super::connection::Connection;
use super::known::{self, Known};
use super::schema::{nodes, statuses};
use crate::text::Slug;

/// Why statuses stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    #[error("the slug {slug} is taken by the status {name}")]
    Taken { slug: String, name: String },
    #[error("there is no status {slug}. The statuses are: {known}")]
    Unknown { slug: String, known: Known },
    #[error(
        "the status {slug} is that of {}, and every node has one. Give them another first",
        known::nodes(*nodes)
    )]
    InUse { slug: String, nodes: i64 },
    #[error("the status {slug} is the default one. Make another one the default first")]
    IsDefault { slug: String },
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

/// A status as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub is_default: bool,
    pub nodes: i64,
}

/// Whether a status that is added becomes the one of nodes that have no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of many.
    Plain,
    Default,
}

/// What adding a status did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    New,
    /// It was there, under this name, and is the default now.
    MadeDefault {
        name: String,
    },
    /// It was there, under this name, and the default already.
    WasDefault {
        name: String,
    },
}

/// All statuses in id order.
///
/// # Errors
/// The store fails.
pub fn list(connection: &mut Connection) -> QueryResult<Vec<Status>> {
    let counts: std::collections::HashMap<i64, i64> = nodes::table
        .group_by(nodes::status_id)
        .select((nodes::status_id, diesel::dsl::count_star()))
        .load(connection)?
        .into_iter()
        .collect();
    let rows: Vec<(i64, String, String, bool)> =
        statuses::table.order(statuses::id).load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(id, slug, name, is_default)| Status {
            id,
            slug,
            name,
            is_default,
            nodes: counts.get(&id).copied().unwrap_or(0),
        })
        .collect())
}

/// Adds a status. Asked to make one the default that is there already, it does just that.
///
/// # Errors
/// [`StatusError::Taken`], or the store fails.
pub fn add(
    connection: &mut Connection,
    slug: &Slug,
    name: &str,
    place: Place,
) -> Result<Added, StatusError> {
    connection.write(|connection| {
        let held: Option<(i64, String, bool)> = statuses::table
            .filter(statuses::slug.eq(slug.as_str()))
            .select((statuses::id, statuses::name, statuses::is_default))
            .first(connection)
            .optional()?;
        match (held, place) {
            (Some((_, name, _)), Place::Plain) => {
                let slug = slug.to_string();
                Err(StatusError::Taken { slug, name })
            }
            (Some((id, name, was_default)), Place::Default) => {
                make_default(connection, id)?;
                Ok(match was_default {
                    true => Added::WasDefault { name },
                    false => Added::MadeDefault { name },
                })
            }
            (None, place) => {
                diesel::insert_into(statuses::table)
                    .values((statuses::slug.eq(slug.as_str()), statuses::name.eq(name)))
                    .execute(connection)?;
                if place == Place::Default {
                    let added = statuses::table.filter(statuses::slug.eq(slug.as_str()));
                    let id = added.select(statuses::id).first(connection)?;
                    make_default(connection, id)?;
                }
                Ok(Added::New)
            }
        }
    })
}

fn make_default(connection: &mut Connection, id: i64) -> QueryResult<()> {
    diesel::update(statuses::table)
        .set(statuses::is_default.eq(statuses::id.eq(id)))
        .execute(connection)?;
    Ok(())
}

/// Removes a status that no node has and that is not the default.
///
/// # Errors
/// [`StatusError::Unknown`], [`StatusError::IsDefault`], [`StatusError::InUse`], or the store
/// fails.
pub fn remove(connection: &mut Connection, slug: &str) -> Result<(), StatusError> {
    connection.write(|connection| {
        let held: Option<(i64, bool)> = statuses::table
            .filter(statuses::slug.eq(slug))
            .select((statuses::id, statuses::is_default))
            .first(connection)
            .optional()?;
        let Some((id, is_default)) = held else {
            let known = statuses::table.select(statuses::slug).order(statuses::slug);
            return Err(StatusError::Unknown {
                slug: slug.into(),
                known: Known(known.load(connection)?),
            });
        };
        let nodes: i64 = nodes::table
            .filter(nodes::status_id.eq(id))
            .count()
            .get_result(connection)?;
        let slug = slug.to_string();
        if is_default {
            return Err(StatusError::IsDefault { slug });
        }
        if nodes > 0 {
            return Err(StatusError::InUse { slug, nodes });
        }
        diesel::delete(statuses::table.find(id)).execute(connection)?;
        Ok(())
    })
}
