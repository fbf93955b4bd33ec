//! Backups: the content before each write, bounded in number and size.

use super::error::WriteError;
use super::journal::{Record, State};
use super::store::Store;
use std::collections::BTreeSet;

/// How many writes the journal keeps.
pub const MAX_ENTRIES: usize = 100;
/// How many bytes the backups may have together. The newest is kept whatever its size.
pub const MAX_BYTES: u64 = 64 << 20;

/// Removes the oldest writes beyond the bounds with their backups, and files that belong to no write. Writes under way
/// are kept.
pub(super) fn make_room(store: &Store) -> Result<(), WriteError> {
    let records = store.records()?;
    let files = store.backups.list()?;
    let size =
        |record: &Record| files.iter().find(|(name, _)| *name == record.backup).map_or(0, |(_, size)| *size);
    let mut kept = BTreeSet::new();
    let mut total = 0;
    let mut count = 0;
    for record in records.iter().rev() {
        total += size(record);
        count += 1;
        let within = count <= MAX_ENTRIES && total <= MAX_BYTES;
        if within || count == 1 || record.state == State::Started {
            kept.insert(record.backup.clone());
            if record.state == State::Started {
                kept.insert(record.after());
            }
        } else {
            store.forget(record)?;
        }
    }
    for (name, _) in files.iter().filter(|(name, _)| !kept.contains(name)) {
        store.backups.remove(name)?;
    }
    Ok(())
}
