//! What this recipe finds in a dump; the engine's own codes stand in `engine::codes`.

use crate::engine::codes::Code;

pub const CODES: &[Code] = &[
    Code::warning(
        "ambiguous-database",
        "The database may also be another application's.",
    ),
    Code::warning(
        "app-without-metadata",
        "The store has no classes of the application: its data comes in unchecked.",
    ),
    Code::error("bad-document", "A document is no BSON (`--skip-broken`)."),
    Code::error(
        "broken-documents",
        "A file of documents breaks off (`--skip-broken`).",
    ),
    Code::error(
        "broken-file",
        "Metadata of a collection, or an archive, cannot be understood (`--skip-broken`).",
    ),
    Code::info(
        "class-global",
        "The data of a global class is in no dump of an application.",
    ),
    Code::info(
        "collection-stays",
        "`--drop` leaves a collection alone that the dump does not hold.",
    ),
    Code::warning(
        "collection-without-class",
        "No class accounts for the documents of a collection.",
    ),
    Code::warning(
        "dangling-reference",
        "References lead to documents that are not there.",
    ),
    Code::error(
        "document-differs",
        "Another document with the same `_id` is there, and stays.",
    ),
    Code::info(
        "documents-replaced",
        "`--drop` replaced the documents of a collection; they stay as an older generation.",
    ),
    Code::warning(
        "not-replaced",
        "`--drop` leaves the documents of a collection: no import made them, or the file is damaged.",
    ),
    Code::info(
        "other-database",
        "The dump holds another database, which is left alone.",
    ),
    Code::warning(
        "type-differs",
        "Documents have values of another type than their class declares.",
    ),
];
