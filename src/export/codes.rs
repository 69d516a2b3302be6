//! What an export leaves out or changes; it tells some of what the recipe of the way in tells, too.

use crate::engine::codes::Code;

pub const CODES: &[Code] = &[
    Code::warning(
        "name-not-for-connectordb",
        "ConnectorDB cannot have the name of an account, device or stream.",
    ),
    Code::warning(
        "password-not-for-connectordb",
        "ConnectorDB does not know the form of a password.",
    ),
];
