//! What a path names, and what whoever asks may with it.

use super::access::Access;
use super::auth::Operator;
use crate::server::trouble::Trouble;
use crate::store::Connection;
use crate::store::streams::devices::{self, Device};
use crate::store::streams::people::{self, Person};
use crate::store::streams::{self, Stream};

/// An account that they may see.
pub struct FoundUser {
    pub person: Person,
    pub access: Access,
}

/// A device that they may see, with its account.
pub struct FoundDevice {
    pub person: Person,
    pub device: Device,
    pub access: Access,
}

/// A stream that they may see, with where it belongs.
pub struct FoundStream {
    pub of: FoundDevice,
    pub stream: Stream,
}

/// The account of that name; `None` where it is hidden.
///
/// # Errors
/// The store fails.
pub fn user(
    connection: &mut Connection,
    operator: &Operator,
    name: &str,
) -> Result<Option<FoundUser>, Trouble> {
    let Some(person) = any_user(connection, name)? else {
        return Ok(None);
    };
    let access = operator.towards(&person);
    Ok(access.sees().then_some(FoundUser { person, access }))
}

/// The device of those names; `None` where it is hidden.
///
/// # Errors
/// The store fails.
pub fn device(
    connection: &mut Connection,
    operator: &Operator,
    (user, name): (&str, &str),
) -> Result<Option<FoundDevice>, Trouble> {
    if name.contains('\0') {
        return Ok(None);
    }
    let Some(person) = any_user(connection, user)? else {
        return Ok(None);
    };
    let Some(device) = devices::find(connection, person.id, name)? else {
        return Ok(None);
    };
    let access = operator.towards_device(&person, &device);
    Ok(access.sees().then_some(FoundDevice {
        person,
        device,
        access,
    }))
}

/// The stream of those names; `None` where it is hidden.
///
/// # Errors
/// The store fails.
pub fn stream(
    connection: &mut Connection,
    operator: &Operator,
    (user, on, name): (&str, &str, &str),
) -> Result<Option<FoundStream>, Trouble> {
    if name.contains('\0') {
        return Ok(None);
    }
    let Some(of) = device(connection, operator, (user, on))? else {
        return Ok(None);
    };
    let stream = streams::find(connection, of.device.id, name)?;
    Ok(stream.map(|stream| FoundStream { of, stream }))
}

fn any_user(connection: &mut Connection, name: &str) -> Result<Option<Person>, Trouble> {
    // no text in a store has it, and one kind cannot even be asked
    if name.contains('\0') {
        return Ok(None);
    }
    Ok(people::find(connection, name)?)
}
