//! The journal: one file a write, replaced whole, so that after a crash it says what was under way.

use super::attributes::Attributes;
use super::error::WriteError;
use super::hash::Hash;
use super::store::Store;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use whyhost_core::snapshot::Content;

/// The form of a file of the journal.
const SCHEMA: &str = "whyhost.journal/1";
const EXTENSION: &str = ".json";
/// Longest part of a file's name in the name of its backup.
const MAX_NAME: usize = 64;

/// A write that the journal knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, at least four digits: `0007`.
    pub id: String,
    /// The path as it was given.
    pub path: PathBuf,
    /// The file that was written, all links followed.
    pub target: PathBuf,
    /// When, in seconds since 1970.
    pub when: u64,
    /// What was done, in the words of the command.
    pub what: String,
    /// Hash of the content before.
    pub hash_before: Hash,
    /// Hash of the content after.
    pub hash_after: Hash,
    /// The file that holds the content before.
    pub backup: PathBuf,
    /// What became of it.
    pub state: State,
    /// The number of the write that this one took back.
    pub undoes: Option<String>,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// It is under way, or was interrupted and could not be settled yet.
    Started,
    /// The file got the new content.
    Done,
    /// It was done, and taken back by a later write.
    Undone,
    /// It was interrupted; the file holds the old content.
    RolledBack,
    /// It was interrupted; the file holds the new content.
    Finished,
    /// It was interrupted, and others changed or removed the file since: nothing was put back.
    Superseded,
}

/// A file of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) schema: String,
    pub(super) id: String,
    pub(super) path: Content,
    pub(super) target: Content,
    pub(super) when: u64,
    pub(super) what: String,
    pub(super) state: State,
    /// Name of the new file in the target's folder, once one may be there.
    pub(super) temporary: Option<String>,
    /// The file itself is written, no longer a new one.
    pub(super) in_place: bool,
    pub(super) hash_before: Hash,
    pub(super) hash_after: Hash,
    /// Before the write.
    pub(super) attributes: Attributes,
    /// What it is to have after the write, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attributes_after: Option<Attributes>,
    /// Name of the file with the content before.
    pub(super) backup: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undoes: Option<String>,
}

impl Record {
    /// A write that starts now.
    pub(super) fn start(
        id: String,
        path: &Path,
        target: &Path,
        what: &str,
        before: &Attributes,
        [hash_before, hash_after]: [Hash; 2],
    ) -> Record {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Record {
            schema: SCHEMA.into(),
            backup: format!("{id}-{}", plain_name(target)),
            id,
            path: Content::new(path.as_os_str().as_bytes()),
            target: Content::new(target.as_os_str().as_bytes()),
            when: now.map_or(0, |since| since.as_secs()),
            what: what.into(),
            state: State::Started,
            temporary: None,
            in_place: false,
            hash_before,
            hash_after,
            attributes: before.clone(),
            attributes_after: None,
            undoes: None,
        }
    }

    /// The file that is written.
    pub(super) fn target(&self) -> PathBuf {
        path_of(&self.target)
    }

    /// Name of the file with the content after, kept while the file is written in place.
    pub(super) fn after(&self) -> String {
        format!("{}-after", self.id)
    }

    fn entry(self, store: &Store, undone: &BTreeSet<String>) -> Entry {
        let state = if undone.contains(&self.id) { State::Undone } else { self.state };
        Entry {
            path: path_of(&self.path),
            target: self.target(),
            backup: store.backups.path.join(&self.backup),
            when: self.when,
            what: self.what,
            hash_before: self.hash_before,
            hash_after: self.hash_after,
            state,
            undoes: self.undoes,
            id: self.id,
        }
    }
}

impl Entry {
    /// The file holds what this write put there, as far as the journal knows.
    pub fn is_effective(&self) -> bool {
        matches!(self.state, State::Done | State::Finished)
    }
}

impl Store {
    /// All files of the journal, the oldest first.
    pub(super) fn records(&self) -> Result<Vec<Record>, WriteError> {
        let mut records = Vec::new();
        for name in self.journal.list()? {
            if name.starts_with('.') || !name.ends_with(EXTENSION) {
                continue;
            }
            let bytes = match self.journal.load(&name) {
                Ok(bytes) => bytes,
                // Removed since the names were listed: another process makes room.
                Err(error) if error.errno() == Some(rustix::io::Errno::NOENT) => continue,
                Err(error) => return Err(error),
            };
            let damaged = |why: String| WriteError::Damaged { path: self.journal.path.join(&name), why };
            let record: Record =
                serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
            if record.schema != SCHEMA {
                return Err(damaged(format!("its form is {:?}, not {SCHEMA:?}", record.schema)));
            }
            records.push(record);
        }
        records.sort_by_key(|record| number(&record.id));
        Ok(records)
    }

    /// Writes the journal's file of a write.
    pub(super) fn record(&self, record: &Record) -> Result<(), WriteError> {
        let path = self.journal.path.join(&record.id);
        let text = serde_json::to_vec_pretty(record)
            .map_err(|error| WriteError::Damaged { path, why: error.to_string() })?;
        self.journal.save(&format!("{}{EXTENSION}", record.id), &text)
    }

    /// Removes a write from the journal.
    pub(super) fn forget(&self, record: &Record) -> Result<(), WriteError> {
        self.journal.remove(&format!("{}{EXTENSION}", record.id))
    }

    /// The writes as users see them, the oldest first.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, WriteError> {
        let records = self.records()?;
        let mut undone = BTreeSet::new();
        // From the newest: a write that took another back counts only where it was not taken back itself.
        for record in records.iter().rev() {
            let done = matches!(record.state, State::Done | State::Finished);
            if let Some(other) = record.undoes.as_ref().filter(|_| done && !undone.contains(&record.id)) {
                undone.insert(other.clone());
            }
        }
        Ok(records.into_iter().map(|record| record.entry(self, &undone)).collect())
    }
}

/// The number after the last one.
pub(super) fn next_id(records: &[Record]) -> String {
    let last = records.iter().map(|record| number(&record.id)).max().unwrap_or(0);
    format!("{:04}", last + 1)
}

fn number(id: &str) -> u64 {
    id.parse().unwrap_or(0)
}

fn path_of(content: &Content) -> PathBuf {
    OsString::from_vec(content.bytes().unwrap_or_default()).into()
}

/// The last part of a path in letters that every shell leaves alone.
fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    name.chars().map(plain).take(MAX_NAME).collect()
}
