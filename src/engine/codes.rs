//! The codes of findings: what may stand in a report, and what it means.

use super::Severity;

/// One kind of finding. Its code is a promise: programs match on it.
#[derive(Debug)]
pub struct Code {
    /// Kebab-case.
    pub code: &'static str,
    pub severity: Severity,
    /// In a sentence, for whoever reads the documentation.
    pub meaning: &'static str,
}

impl Code {
    pub const fn info(code: &'static str, meaning: &'static str) -> Self {
        Code {
            code,
            severity: Severity::Info,
            meaning,
        }
    }

    pub const fn warning(code: &'static str, meaning: &'static str) -> Self {
        Code {
            code,
            severity: Severity::Warning,
            meaning,
        }
    }

    pub const fn error(code: &'static str, meaning: &'static str) -> Self {
        Code {
            code,
            severity: Severity::Error,
            meaning,
        }
    }
}

/// What the engine itself finds, whatever the recipe.
pub const CODES: &[Code] = &[
    Code::error(
        "another-source",
        "Fewer than half of the nodes imported before are in the source.",
    ),
    Code::warning("bad-email", "A text is no email."),
    Code::info("busy", "Another run holds the lock of the store."),
    Code::info(
        "deleted-in-store",
        "An imported row was deleted in the store by hand.",
    ),
    Code::warning(
        "edit-deleted",
        "A row vanished from the source that had been edited in the store.",
    ),
    Code::warning(
        "edit-kept",
        "A field was edited in the store and changed in the source.",
    ),
    Code::warning(
        "edit-overwritten",
        "The same, where the configuration lets the source win.",
    ),
    Code::info(
        "kept-account",
        "An account stays for which nobody in the source stands any more.",
    ),
    Code::warning(
        "kept-for-own-rows",
        "A row vanished from the source on which rows hang that no import made.",
    ),
    Code::warning(
        "kept-last-good",
        "A row is refused now, and an earlier run brought it.",
    ),
    Code::error(
        "name-impossible",
        "A name is blank or too long, or has signs that it cannot have.",
    ),
    Code::warning(
        "not-read",
        "Something in a folder is no part of what is imported, or a link.",
    ),
    Code::info(
        "parent-left-out",
        "A row belongs to one that does not come in.",
    ),
    Code::error("plan-differs", "The plan is not the one that was expected."),
    Code::error(
        "source-fault",
        "The legacy database failed while it was read.",
    ),
    Code::error("store-fault", "The store, or the disk it is on, failed."),
    Code::error(
        "table-emptied",
        "A table of the legacy database had rows in the last run and has none now.",
    ),
    Code::warning("text-cleaned", "A text has signs that no store can hold."),
    Code::error(
        "too-many-deletes",
        "The run would delete more than delete_guard allows.",
    ),
    Code::warning("username-taken", "Another account has the same username."),
    Code::error(
        "wrong-command",
        "Command, configuration, layers or kind of database are wrong.",
    ),
];
