//! Backups: the content before each write, bounded in number and size.

use super::error::WriteError;
use super::journal::{Record, State};
use super::store::Store;
use std::collections::BTreeSet;

/// How many writes the journal keeps.
pub const MAX_ENTRIES: usize = 100;
/// How many bytes the backups may have together. The newest is kept whatever its size.
pub const MAX_BYTES: u64 = 64 << 20;

/// Removes the oldest of `records` beyond the bounds with their backups, and files that belong to no write. Writes under
/// way are kept.
pub(super) fn make_room(store: &Store, records: &[Record]) -> Result<(), WriteError> {
    let mut kept = BTreeSet::new();
    let mut total = 0;
    for (count, record) in records.iter().rev().enumerate() {
        total += store.backups.size(&record.backup);
        let started = record.state == State::Started;
        if count == 0 || started || (count < MAX_ENTRIES && total <= MAX_BYTES) {
            kept.insert(record.backup.clone());
            if started {
                kept.insert(record.after());
            }
        } else {
            store.forget(record)?;
        }
    }
    for name in store.backups.list()?.iter().filter(|name| !kept.contains(*name)) {
        store.backups.remove(name)?;
    }
    for draft in store.journal.list()?.iter().filter(|name| name.starts_with('.')) {
        store.journal.remove(draft)?;
    }
    Ok(())
}
