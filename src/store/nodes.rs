//! Nodes with the names of what they belong to, as exports read them.

use diesel::prelude::*;

use super::columns::{JsonText, TimeText};
use super::connection::Connection;
use super::schema::{layers, nodes, statuses, users};

/// The access level that everybody may see.
const EVERYBODY: i64 = 0;

/// Which nodes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those that everybody may see.
    Public,
    /// Those, and those of the account of this id.
    Account(i64),
    All,
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = nodes)]
pub struct Node {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub longitude: f64,
    pub latitude: f64,
    pub elevation: Option<f64>,
    pub description: Option<String>,
    pub notes: Option<String>,
    pub access_level: i64,
    pub data: JsonText,
    pub added: Option<TimeText>,
    pub updated: Option<TimeText>,
}

/// A node and where it belongs.
#[derive(Clone, Debug, PartialEq, Queryable)]
pub struct Placed {
    pub node: Node,
    /// The layer's slug.
    pub layer: String,
    /// The status's slug.
    pub status: String,
    /// The owner's username.
    pub owner: Option<String>,
    pub email: Option<String>,
}

/// The next nodes behind the id `after`, at most `limit`.
///
/// # Errors
/// The store fails.
pub fn page(
    connection: &mut Connection,
    reach: Reach,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<Placed>> {
    let mut query = nodes::table
        .inner_join(layers::table)
        .inner_join(statuses::table)
        .left_join(users::table)
        .filter(nodes::id.gt(after))
        .order(nodes::id)
        .limit(limit)
        .select((
            Node::as_select(),
            layers::slug,
            statuses::slug,
            users::username.nullable(),
            users::email.nullable(),
        ))
        .into_boxed();
    let public = nodes::access_level.eq(EVERYBODY);
    match reach {
        Reach::All => {}
        Reach::Public => query = query.filter(public),
        Reach::Account(id) => {
            query = query.filter(public.or(nodes::user_id.assume_not_null().eq(id)));
        }
    }
    query.load(connection)
}
