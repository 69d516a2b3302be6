//! Which backups this program restores.

use super::error::ArchiveError;
use super::format::{FORMAT, Head};
use crate::store::schema_version;

/// Schema versions that are restored no more, each with the last version of Heirloom that did.
/// Nothing later than 0.1.0 is among them.
const RETIRED: [(u32, &str); 1] = [(0, "0.0.9")];

/// Whether a backup with this head can be restored.
///
/// # Errors
/// It is too new or too old; the error names the version that is needed.
pub fn check(head: &Head) -> Result<(), ArchiveError> {
    let version = head.id.version().to_string();
    if let Some((_, last)) = RETIRED.iter().find(|(schema, _)| *schema == head.schema) {
        return Err(ArchiveError::TooOld {
            version,
            last: (*last).into(),
        });
    }
    if head.format > FORMAT || head.schema > schema_version() {
        return Err(ArchiveError::Newer { version });
    }
    if head.format == 0 {
        return Err(ArchiveError::damaged("its format is none"));
    }
    Ok(())
}
