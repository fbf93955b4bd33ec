//! One write from the lock to the last entry in the journal.

use super::atomic::{self, Renamed};
use super::attributes::Attributes;
use super::backup::make_room;
use super::bytes;
use super::draft::{Draft, Way, way};
use super::error::{Holds, WriteError};
use super::hash::Hash;
use super::journal::{Record, State, next_id};
use super::recover::{Recovered, settle};
use super::store::{self, Store};
use super::target::{Seen, Target};
use super::{Written, in_place};
use std::fs::File;
use std::path::Path;

/// Room for the journal's files of a write beside the backup, in bytes.
const JOURNAL_ROOM: usize = 16 << 10;

/// What is to be written.
pub(super) struct Change<'a> {
    pub(super) draft: &'a Draft,
    pub(super) new: &'a [u8],
    /// `None` keeps what the file has.
    pub(super) attributes: Option<&'a Attributes>,
    pub(super) what: &'a str,
    /// The number of the write that this one takes back.
    pub(super) undoes: Option<&'a str>,
}

/// A write under way: the file as it is now that the lock is held, and its entry in the journal.
struct Transaction<'a> {
    store: &'a Store,
    target: Target,
    seen: Seen,
    new: &'a [u8],
    wanted: Attributes,
    record: Record,
}

/// Runs the whole write.
pub(super) fn run(change: &Change<'_>) -> Result<Written, WriteError> {
    let draft = change.draft;
    draft.writable()?;
    let locked = Store::create(&store::place(&draft.options)?)?.lock()?;
    let mut records = locked.store.records()?;
    refuse_unsettled(&settle(&locked, &mut records), draft.target())?;
    let mut transaction = Transaction::start(change, &locked.store, &next_id(&records))?;
    let way = transaction.write()?;
    let record = transaction.done()?;
    let written = Written {
        id: record.id.clone(),
        backup: locked.store.backups.path.join(&record.backup),
        way,
        hash_after: record.hash_after,
    };
    records.push(record);
    // What is not removed now, the next write removes.
    let _ = make_room(&locked.store, &records);
    Ok(written)
}

/// An earlier write to the same file that could not be settled.
pub(super) fn refuse_unsettled(recovered: &[Recovered], target: &Path) -> Result<(), WriteError> {
    match recovered.iter().find(|other| other.failure.is_some() && other.path == target) {
        None => Ok(()),
        Some(Recovered { id, path, backup, failure, .. }) => Err(WriteError::Unsettled {
            id: id.clone(),
            path: path.clone(),
            backup: backup.clone(),
            why: failure.clone().unwrap_or_default(),
        }),
    }
}

impl<'a> Transaction<'a> {
    /// Reads the file again under the lock, and saves its content and the entry in the journal.
    fn start(change: &Change<'a>, store: &'a Store, id: &str) -> Result<Transaction<'a>, WriteError> {
        let draft = change.draft;
        let changed = || WriteError::Changed { path: draft.path.clone() };
        let target = Target::resolve(&draft.path)?;
        let seen = target.read()?;
        if target.path != draft.target.path || seen.bytes != draft.seen.bytes {
            return Err(changed());
        }
        let wanted = change.attributes.unwrap_or(&seen.attributes).clone();
        if seen.bytes == change.new && seen.attributes == wanted {
            return Err(WriteError::NothingToWrite { path: draft.path.clone() });
        }
        let path = std::path::absolute(&draft.path).unwrap_or_else(|_| draft.path.clone());
        let hashes = [draft.hash, Hash::of(change.new)];
        let mut record =
            Record::start(id.to_owned(), &path, &target.path, change.what, &seen.attributes, hashes);
        record.undoes = change.undoes.map(str::to_owned);
        record.attributes_after = (wanted != seen.attributes).then(|| wanted.clone());
        let transaction = Transaction { store, target, seen, new: change.new, wanted, record };
        transaction.check_space()?;
        transaction.save().inspect_err(|_| transaction.clean_up())?;
        Ok(transaction)
    }

    fn check_space(&self) -> Result<(), WriteError> {
        let by_rename = way(&self.target, &self.seen) == Way::Rename;
        // In place, the new content is saved beside the backup.
        let saved = self.seen.bytes.len() + if by_rename { 0 } else { self.new.len() } + JOURNAL_ROOM;
        let backups = &self.store.backups;
        bytes::check_space(backups.fd(), saved, &backups.path)?;
        if by_rename {
            return bytes::check_space(&self.target.folder, self.new.len(), &self.target.path);
        }
        // Asked of the file itself later, which can lie on another file system than its folder.
        Ok(())
    }

    /// The content before, on the disk before anything else.
    fn save(&self) -> Result<(), WriteError> {
        self.store.backups.save(&self.record.backup, &self.seen.bytes)
    }

    /// Writes by rename or in place; the file is untouched unless the error is [`WriteError::Unfinished`].
    fn write(&mut self) -> Result<Way, WriteError> {
        let reason = match way(&self.target, &self.seen) {
            Way::InPlace { reason } => reason,
            Way::Rename => match self.rename().inspect_err(|_| self.clean_up())? {
                Renamed::Done { file, left } => return self.after_rename(&file, left).map(|()| Way::Rename),
                Renamed::NotSo(reason) => {
                    self.drop_temporary().inspect_err(|_| self.clean_up())?;
                    reason
                }
            },
        };
        self.in_place()?;
        Ok(Way::InPlace { reason })
    }

    fn rename(&mut self) -> Result<Renamed, WriteError> {
        let temporary = format!("{}{}-{:08x}", atomic::PREFIX, self.record.id, distinct());
        self.record.temporary = Some(temporary.clone());
        self.store.record(&self.record)?;
        atomic::replace(&self.target, &self.seen, self.new, &self.wanted, &temporary)
    }

    fn after_rename(&self, file: &File, left: Option<WriteError>) -> Result<(), WriteError> {
        let synced = self.target.sync_folder(file).and_then(|()| self.target.read());
        let now = synced.map_err(|error| self.unfinished(Holds::New, error))?;
        if now.bytes == self.new {
            // What is left of the old file, the next run removes.
            return left.map_or(Ok(()), |error| Err(self.unfinished(Holds::New, error)));
        }
        Err(self.unfinished(Holds::Other, WriteError::Changed { path: self.target.path.clone() }))
    }

    fn in_place(&mut self) -> Result<(), WriteError> {
        // With the new content saved too, the next run can tell a half-written file from one that others changed.
        self.record.in_place = true;
        let saved = self
            .store
            .backups
            .save(&self.record.after(), self.new)
            .and_then(|()| self.store.record(&self.record));
        if let Err(error) = saved {
            self.clean_up();
            return Err(error);
        }
        let attributes = self.record.attributes_after.as_ref();
        match in_place::write(&self.target, &self.seen, self.new, attributes) {
            Ok(()) => Ok(()),
            Err(in_place::Failed { error, holds: None }) => {
                self.clean_up();
                Err(error)
            }
            Err(in_place::Failed { error, holds: Some(holds) }) => {
                if holds == Holds::Old {
                    self.record.state = State::RolledBack;
                    let _ = self.store.record(&self.record);
                    let _ = self.store.backups.remove(&self.record.after());
                }
                Err(self.unfinished(holds, error))
            }
        }
    }

    /// The last entry in the journal.
    fn done(mut self) -> Result<Record, WriteError> {
        self.record.state = State::Done;
        match self.store.record(&self.record) {
            Ok(()) => Ok(self.record),
            Err(error) => Err(self.unfinished(Holds::New, error)),
        }
    }

    fn drop_temporary(&self) -> Result<(), WriteError> {
        self.record.temporary.as_deref().map_or(Ok(()), |name| atomic::remove(&self.target, name))
    }

    /// Forgets a write that did not touch the file. What cannot be removed now, the next run removes: for that the
    /// journal goes last.
    fn clean_up(&self) {
        if self.drop_temporary().is_ok() && self.store.forget(&self.record).is_ok() {
            let _ = self.store.backups.remove(&self.record.backup);
            let _ = self.store.backups.remove(&self.record.after());
        }
    }

    fn unfinished(&self, holds: Holds, source: WriteError) -> WriteError {
        WriteError::Unfinished {
            path: self.target.path.clone(),
            holds,
            backup: self.store.backups.path.join(&self.record.backup),
            source: Box::new(source),
        }
    }
}

/// Keeps the names of temporary files of different journals apart; that none is taken is made sure by `O_EXCL`.
fn distinct() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| since.subsec_nanos()).rotate_left(16) ^ std::process::id()
}
