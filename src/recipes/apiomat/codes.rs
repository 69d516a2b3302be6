//! What this recipe finds in an application's metadata; the engine's own codes stand in
//! `engine::codes`.

use crate::engine::codes::Code;

pub const CODES: &[Code] = &[
    Code::info(
        "account-followed",
        "The customer's account is there already, by its email: it stays as it is.",
    ),
    Code::info(
        "address-unclear",
        "The address of a module says more than its name.",
    ),
    Code::error(
        "application-taken",
        "The store has another application of that name.",
    ),
    Code::info(
        "application-unsaid",
        "The source has classes without their application.",
    ),
    Code::error("code-missing", "A row of servercode has no code."),
    Code::warning(
        "collection-unnamed",
        "The configuration names no rows in a collection of the global database.",
    ),
    Code::warning(
        "customer-missing",
        "The customer that the application names is not in the source.",
    ),
    Code::warning(
        "document-unreadable",
        "A document of the global database cannot be understood.",
    ),
    Code::warning(
        "field-unnamed",
        "The configuration names no column for a field of the global database.",
    ),
    Code::info(
        "flags-unsaid",
        "The source does not say what is global, a list, a reference and so on.",
    ),
    Code::warning(
        "key-left-out",
        "Heirloom's own file has a key that is none of its own.",
    ),
    Code::warning("key-missing", "A row lacks a key that it needs."),
    Code::warning("key-twice", "An object has a key twice."),
    Code::info("listed-again", "Rows are there several times, the same."),
    Code::warning(
        "listed-differently",
        "A row is there several times, and not the same.",
    ),
    Code::info(
        "not-in-source",
        "The store has rows of the application that the source has no more.",
    ),
    Code::warning("number-rounded", "A number has more digits than are kept."),
    Code::info("other-applications", "The source has other applications."),
    Code::warning("other-metadata", "The source has metadata several times."),
    Code::info(
        "other-rows",
        "The source has rows that belong to nothing of the application.",
    ),
    Code::error("owner-missing", "What a row belongs to is not there."),
    Code::error(
        "owner-unclear",
        "A row may belong to several others of one name.",
    ),
    Code::info(
        "password-kept",
        "The customer's account was there before: its password stays as it is.",
    ),
    Code::warning(
        "password-reset",
        "The customer's password is the word that the old tool set.",
    ),
    Code::warning(
        "password-unknown",
        "The customer's password is in a form that is not known.",
    ),
    Code::error(
        "row-taken",
        "The store has another row of that name in the same place.",
    ),
    Code::error("row-unreadable", "A row cannot be understood."),
    Code::error("row-without-system", "A row's system is none."),
    Code::warning("system-unknown", "A text names no system."),
    Code::info(
        "systems-assumed",
        "The source does not say in which systems its rows are.",
    ),
    Code::warning("too-deep", "A value lies too deep in others to be kept."),
    Code::info("version-assumed", "A module has no version: it is 1.0.0."),
    Code::warning("wrong-type", "A value is of another type than it must be."),
];
