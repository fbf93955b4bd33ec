//! What an interrupted write left behind: it is finished or rolled back, so that the file is wholly old or wholly new.

use super::atomic;
use super::error::WriteError;
use super::hash::Hash;
use super::in_place;
use super::journal::{Record, State};
use super::store::{Locked, Store};
use super::target::{Seen, Target};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::path::PathBuf;

/// A write that was interrupted, and what became of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Number of the write.
    pub id: String,
    /// The file.
    pub path: PathBuf,
    /// The content before that write.
    pub backup: PathBuf,
    /// What became of it; [`State::Started`] where it could not be settled.
    pub state: State,
    /// Why it could not be settled.
    pub failure: Option<String>,
}

/// Settles what was interrupted; looks without the lock first, so that nothing is written where nothing is to do.
pub(super) fn settle_all(store: Store) -> Result<Vec<Recovered>, WriteError> {
    if store.records()?.iter().all(|record| record.state != State::Started) {
        return Ok(Vec::new());
    }
    // Where another process is writing, this waits for its end.
    let locked = store.lock()?;
    let mut records = locked.store.records()?;
    Ok(settle(&locked, &mut records))
}

/// Settles what was interrupted of the journal's `records`.
pub(super) fn settle(locked: &Locked, records: &mut [Record]) -> Vec<Recovered> {
    let store = &locked.store;
    let started = records.iter_mut().filter(|record| record.state == State::Started);
    started
        .map(|record| {
            let settled = outcome(store, record).and_then(|state| {
                store.record(&Record { state, ..record.clone() })?;
                record.state = state;
                store.backups.remove(&record.after())
            });
            Recovered {
                id: record.id.clone(),
                path: record.target(),
                backup: store.backups.path.join(&record.backup),
                state: record.state,
                failure: settled.err().map(|error| error.to_string()),
            }
        })
        .collect()
}

fn outcome(store: &Store, record: &Record) -> Result<State, WriteError> {
    let target = match Target::resolve(&record.target()) {
        Ok(target) => target,
        Err(error) if is_gone(&error) => return Ok(State::Superseded),
        Err(error) => return Err(error),
    };
    let seen = target.read()?;
    let holds = Hash::of(&seen.bytes);
    remove_temporary(record, &target, holds)?;
    // By rename, content and attributes change together.
    let in_place = record.attributes_after.as_ref().filter(|_| record.in_place);
    if holds == record.hash_after {
        // It may have got there a moment before the crash.
        let file = target.open(OFlags::RDONLY)?;
        super::bytes::sync(&file, &target.path)?;
        target.sync_folder(&file)?;
        in_place::give(&file, &target, in_place.and(record.attributes_after.as_ref()))?;
        Ok(State::Finished)
    } else if holds == record.hash_before {
        let file = target.open(OFlags::RDONLY)?;
        in_place::give(&file, &target, in_place.and(Some(&record.attributes)))?;
        Ok(State::RolledBack)
    } else if record.in_place {
        roll_back(store, record, &target, &seen)
    } else {
        Ok(State::Superseded)
    }
}

/// Removes the new file that did not get the name, or the old one that lost it. What others wrote in between stays
/// where it is.
fn remove_temporary(record: &Record, target: &Target, holds: Hash) -> Result<(), WriteError> {
    let Some(temporary) = record.temporary.as_deref().filter(|name| name.starts_with(atomic::PREFIX)) else {
        return Ok(());
    };
    if !record.in_place && holds == record.hash_after {
        match target.read_beside(temporary) {
            Ok(other) if [record.hash_before, record.hash_after].contains(&Hash::of(&other.bytes)) => {}
            Err(error) if !is_gone(&error) => return Err(error),
            Ok(_) | Err(_) => return Ok(()),
        }
    }
    atomic::remove(target, temporary)
}

/// Puts the old content back where the file holds a mixture of old and new; leaves what others wrote.
fn roll_back(store: &Store, record: &Record, target: &Target, seen: &Seen) -> Result<State, WriteError> {
    let old = backup(store, record)?;
    let new = match store.backups.load(&record.after()) {
        Ok(new) => new,
        Err(error) if is_gone(&error) => return Ok(State::Superseded),
        Err(error) => return Err(error),
    };
    if !in_place::is_mixture(&seen.bytes, &old, &new) {
        return Ok(State::Superseded);
    }
    let file = target.open(OFlags::RDWR)?;
    in_place::put(&file, target, &seen.bytes, &old)?;
    in_place::give(&file, target, record.attributes_after.as_ref().map(|_| &record.attributes))?;
    Ok(State::RolledBack)
}

/// The content before a write, as it was.
pub(super) fn backup(store: &Store, record: &Record) -> Result<Vec<u8>, WriteError> {
    let bytes = store.backups.load(&record.backup)?;
    if Hash::of(&bytes) == record.hash_before {
        return Ok(bytes);
    }
    let why = "its content is not what was saved".into();
    Err(WriteError::Damaged { path: store.backups.path.join(&record.backup), why })
}

/// There is no such file.
pub(super) fn is_gone(error: &WriteError) -> bool {
    matches!(error.errno(), Some(Errno::NOENT | Errno::NOTDIR))
}
