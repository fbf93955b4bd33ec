//! Taking a write back.

use super::attributes::Attributes;
use super::draft::Draft;
use super::error::WriteError;
use super::journal::Entry;
use super::recover::{backup, is_gone};
use super::transaction::{Change, run as change};
use super::{Options, Written, existing};

/// What an undo would do.
#[derive(Debug)]
pub struct Undo {
    /// The write to take back.
    pub entry: Entry,
    /// What the file holds now.
    pub current: Vec<u8>,
    /// What it would hold.
    pub restored: Vec<u8>,
    /// Others changed the file after the write.
    pub changed_since: bool,
    draft: Draft,
    attributes: Attributes,
}

impl Undo {
    /// The file as it is now: how it would be written, what stands in the way.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }
}

pub(super) fn prepare(id: Option<&str>, options: &Options) -> Result<Undo, WriteError> {
    let missing = || WriteError::NoSuchEntry { id: id.map(str::to_owned) };
    let store = existing(options)?.ok_or_else(missing)?;
    let entries = store.entries()?;
    let wanted = |entry: &&Entry| match id {
        Some(id) => same_number(&entry.id, id),
        None => entry.is_effective() && entry.undoes.is_none(),
    };
    let entry = entries.iter().rev().find(wanted).ok_or_else(missing)?.clone();
    let record = store.records()?.into_iter().find(|record| record.id == entry.id).ok_or_else(missing)?;
    let restored = backup(&store, &record)?;
    let draft = Draft::read(&entry.target, options).map_err(|error| match error {
        error if is_gone(&error) => WriteError::Gone {
            path: entry.target.clone(),
            id: entry.id.clone(),
            backup: entry.backup.clone(),
        },
        error => error,
    })?;
    Ok(Undo {
        current: draft.bytes().to_vec(),
        changed_since: draft.hash() != entry.hash_after,
        attributes: record.attributes,
        entry,
        restored,
        draft,
    })
}

pub(super) fn run(undo: Undo, force: bool, options: &Options) -> Result<Written, WriteError> {
    let Undo { entry, restored, changed_since, mut draft, attributes, .. } = undo;
    draft.options = options.clone();
    if changed_since && !force {
        return Err(WriteError::ChangedSince { path: entry.target, id: entry.id });
    }
    let what = format!("undo {}", entry.id);
    change(&Change {
        draft: &draft,
        new: &restored,
        attributes: Some(&attributes),
        what: &what,
        undoes: Some(&entry.id),
    })
}

/// `7` and `0007` are the same write.
fn same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.trim_start_matches('0').to_owned();
    !other.is_empty() && digits(one) == digits(other)
}
