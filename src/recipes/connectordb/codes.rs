//! What this recipe finds in a ConnectorDB export; the engine's own codes stand in
//! `engine::codes`.

use crate::engine::codes::Code;

pub const CODES: &[Code] = &[
    Code::info(
        "account-adopted",
        "An account with the same name and email is there already: the devices come under it.",
    ),
    Code::warning(
        "api-key-taken",
        "Another device has the same API key, or it is too long for one.",
    ),
    Code::info(
        "big-number",
        "A stream has whole numbers that ConnectorDB itself would round.",
    ),
    Code::error("bad-point", "A point of a stream cannot be read."),
    Code::error("broken-list", "A file of points breaks off, or is no list."),
    Code::info(
        "device-adopted",
        "The store has that device of the account already: it stays as it is.",
    ),
    Code::info(
        "downlink-unannounced",
        "A stream has a downlink file, and says that it has no downlink.",
    ),
    Code::warning("email-taken", "Another account has the same email."),
    Code::info("ephemeral-data", "A stream that keeps no data has some."),
    Code::warning("export-incomplete", "The export has no connectordb.json."),
    Code::info(
        "fields-missing",
        "A file lacks keys that ConnectorDB writes.",
    ),
    Code::warning("file-missing", "A stream's file of points is missing."),
    Code::info(
        "name-differs",
        "A folder has another name than the file in it says.",
    ),
    Code::error(
        "name-taken",
        "The store has another account, device or stream of that name.",
    ),
    Code::warning(
        "password-is-username",
        "The export has no password: the account opens with its own name.",
    ),
    Code::warning(
        "password-unusable",
        "A password is in a form that ConnectorDB does not know.",
    ),
    Code::warning(
        "point-key-left-out",
        "Points have a key that ConnectorDB 0.3 does not know.",
    ),
    Code::warning(
        "points-sorted",
        "The points of a stream were not in the order of their times.",
    ),
    Code::warning("schema-invalid", "A stream's schema is no JSON Schema."),
    Code::warning(
        "schema-mismatch",
        "A stream has values that its schema does not allow.",
    ),
    Code::warning(
        "stream-differs",
        "What an earlier run brought of a stream is not what the export has there now.",
    ),
    Code::info(
        "unknown-key",
        "Files have a key that ConnectorDB 0.3 does not know.",
    ),
    Code::error(
        "unreadable-file",
        "A user's, device's or stream's file cannot be understood.",
    ),
    Code::info(
        "unusual-name",
        "ConnectorDB's own importer would refuse a name.",
    ),
];
