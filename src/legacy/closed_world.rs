//! The closed world: every table and column of a legacy system, and what becomes of it.
//!
//! What is declared here is read, and nothing else; what a source has beyond it is a finding.
//! The documentation is checked against the same declaration.

/// What becomes of a legacy column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// `table.column` of the successor, or several.
    Mapped(&'static str),
    /// Kept in `data` under this name.
    Data(&'static str),
    /// Never read, for this reason.
    LeftOut(&'static str),
}

/// One column of a legacy table.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub fate: Fate,
}

/// Whether an installation must have the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    /// Taken as empty where it is missing.
    Optional,
}

/// One legacy table; its key is the integer `id`, which is its first column.
#[derive(Debug)]
pub struct LegacyTable {
    pub name: &'static str,
    pub need: Need,
    pub columns: &'static [Column],
}

/// Declares legacy tables: for each a module with the table and an index of its columns, so
/// that a mapping cannot name a column that is not declared.
#[macro_export]
macro_rules! legacy_tables {
    ($($module:ident $table:literal $need:ident { $($column:ident $(($name:literal))? => $fate:expr;)* })*) => {
        $(
            pub mod $module {
                use $crate::legacy::closed_world::{Column, Fate::*, LegacyTable, Need};

                pub const TABLE: LegacyTable = LegacyTable {
                    name: $table,
                    need: Need::$need,
                    columns: &[$(Column { name: $crate::legacy_tables!(@name $column $($name)?), fate: $fate }),*],
                };

                #[allow(non_camel_case_types, dead_code)] // named as the legacy columns are
                #[derive(Clone, Copy, Debug, PartialEq, Eq)]
                pub enum At { $($column),* }

                impl From<At> for usize {
                    fn from(at: At) -> usize {
                        at as usize
                    }
                }
            }
        )*
        /// Every table of the legacy system that is read.
        pub const TABLES: &[&$crate::legacy::LegacyTable] = &[$(&$module::TABLE),*];
    };
    (@name $column:ident $name:literal) => { $name };
    (@name $column:ident) => { stringify!($column) };
}
