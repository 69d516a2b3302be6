//! Where a world is written to.

use anyhow::Result;

use super::rows::Cell;

/// Takes the next row of a table.
pub type Put<'s> = Box<dyn FnMut(&[Cell<'_>]) -> Result<()> + 's>;

/// A place that takes a world, one table after the other.
pub trait Sink {
    /// Gets ready to take the rows of a table.
    ///
    /// # Errors
    ///
    /// Where the place has no such table or columns.
    fn open(&self, table: &str, columns: &[&str]) -> Result<Put<'_>>;

    /// The oddities that it can't hold.
    fn unheld(&self) -> Vec<&'static str> {
        Vec::new()
    }
}
