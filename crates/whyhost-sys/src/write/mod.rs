//! Changes files so that nothing is lost: not by a crash, a full disk, another writer, a link, a mount or a right that
//! is missing. The only place that opens files for writing.
//!
//! [`open`] reads a file and says how it would be written; [`replace`] writes it, after a backup and an entry in the
//! journal; [`undo`] puts the old content and attributes back. Every one of them first settles what an earlier run was
//! interrupted in ([`recover`]), so that the file is wholly old or wholly new. `docs/writes.md` lists what was tried.
//!
//! - By rename wherever that keeps everything: owner, mode, ACL, SELinux label, other extended attributes, links. Else
//!   in place. The time of modification is that of the write: the content is new. The time of birth is lost by rename.
//! - Writers that use this module wait for each other when they use the same [`Options::state_dir`]. Of others it is
//!   noticed when they change the file before the rename; where names can be exchanged, what they wrote in the moment
//!   between the last look and the rename is put back. What they write later through a file that they had open before
//!   goes to the old file.
//! - `security.ima` and `security.evm` are not copied: they sign the content, and the kernel makes them anew.

mod atomic;
mod attributes;
mod backup;
mod bytes;
mod draft;
mod error;
mod hash;
mod in_place;
mod journal;
mod output;
mod recover;
mod store;
mod target;
mod transaction;
mod undo;

pub use attributes::{Attributes, Extended};
pub use backup::{MAX_BYTES, MAX_ENTRIES};
pub use draft::{Draft, Note, Obstacle, Reason, Refusal, Way};
pub use error::{Holds, WriteError};
pub use hash::Hash;
pub use journal::{Entry, State};
pub use output::write_new;
pub use recover::Recovered;
pub use undo::Undo;

use std::path::{Path, PathBuf};
use store::Store;

/// Where journal and backups are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The folder; `None` for the default place: `/var/lib/whyhost` for root, else `whyhost` in the folder that the
    /// system keeps state of programs in (`XDG_STATE_HOME`, `~/.local/state`).
    pub state_dir: Option<PathBuf>,
}

/// A write that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its number in the journal: `0007`.
    pub id: String,
    /// The file with the content before.
    pub backup: PathBuf,
    /// How it was written.
    pub way: Way,
    /// Hash of the content that the file has now.
    pub hash_after: Hash,
}

/// Reads a file that is to be changed and finds out how that can be done.
///
/// Links are followed. Nothing is waited for: directories, FIFOs, sockets and devices are refused.
///
/// # Errors
/// [`WriteError::File`] when the path leads to no readable regular file; [`WriteError::Unsettled`] when an earlier
/// write to it was interrupted and cannot be settled now.
pub fn open(path: &Path, options: &Options) -> Result<Draft, WriteError> {
    let recovered = recover(options)?;
    let draft = Draft::read(path, options)?;
    transaction::refuse_unsettled(&recovered, draft.target())?;
    Ok(draft)
}

/// Replaces the content of the file by `new`; `what` says in a few words for the journal what was done.
///
/// # Errors
/// [`WriteError::Unfinished`] says what the file holds; with any other error it was not touched.
pub fn replace(draft: Draft, new: &[u8], what: &str) -> Result<Written, WriteError> {
    transaction::run(&transaction::Change { draft: &draft, new, attributes: None, what, undoes: None })
}

/// The writes that the journal knows, the oldest first; none where there is no journal.
///
/// # Errors
/// When the journal cannot be read, or an interrupted write cannot be looked at.
pub fn history(options: &Options) -> Result<Vec<Entry>, WriteError> {
    recover(options)?;
    match existing(options)? {
        Some(store) => store.entries(),
        None => Ok(Vec::new()),
    }
}

/// Reads what is needed to undo a write, the newest that is not undone where no number is given; writes nothing.
///
/// # Errors
/// [`WriteError::NoSuchEntry`], or when the file, its backup or the journal cannot be read.
pub fn prepare_undo(id: Option<&str>, options: &Options) -> Result<Undo, WriteError> {
    recover(options)?;
    undo::prepare(id, options)
}

/// Puts back content and attributes from before the write; the undo is a write of its own in the journal.
///
/// # Errors
/// [`WriteError::ChangedSince`] unless `force` when others changed the file after the write; otherwise as [`replace`].
pub fn undo(undo: Undo, force: bool, options: &Options) -> Result<Written, WriteError> {
    undo::run(undo, force, options)
}

/// Finishes or rolls back what an earlier run was interrupted in; a journal that is not there is not made.
///
/// # Errors
/// When the journal cannot be read. A write that cannot be settled is no error: it has a
/// [`failure`](Recovered::failure), and only its own file cannot be written until then.
pub fn recover(options: &Options) -> Result<Vec<Recovered>, WriteError> {
    let Some(store) = existing(options)? else { return Ok(Vec::new()) };
    recover::settle_all(store)
}

fn existing(options: &Options) -> Result<Option<Store>, WriteError> {
    match store::place(options) {
        Ok(place) => Store::existing(&place),
        // Nothing can have been written then.
        Err(WriteError::NoStateFolder) => Ok(None),
        Err(error) => Err(error),
    }
}
