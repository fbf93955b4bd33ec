//! Edits: replacements of byte ranges, collected without conflict and applied at once.

use std::fmt;
use std::ops::Range;

use crate::file::HostsFile;
use crate::line::LineKind;

/// One replacement: the bytes of `range` give way to `bytes`. An empty range inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Position in the file as it was parsed.
    pub range: Range<usize>,
    /// What stands there afterwards, in the encoding of the file.
    pub bytes: Vec<u8>,
}

/// Edits of one file that do not touch one another, in the order of the file.
///
/// All ranges and line numbers are those of the parsed file, however many edits are collected. Whatever no edit
/// covers stays as it is, byte for byte.
///
/// ```
/// use hosts_edit::{EditSet, HostsFile};
///
/// let (file, _) = HostsFile::parse("127.0.0.1\tlocalhost\r\n127.0.1.1\tmybox # mine\r\n");
/// let mut edits = EditSet::new();
/// edits.insert_entry(&file, 2, "::1", &["localhost", "ip6-localhost"]).unwrap();
/// edits.add_name(&file, 2, "mybox.lan").unwrap();
/// assert_eq!(
///     edits.apply(file.bytes()).unwrap(),
///     b"127.0.0.1\tlocalhost\r\n::1\t\tlocalhost ip6-localhost\r\n127.0.1.1\tmybox mybox.lan # mine\r\n",
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditSet {
    edits: Vec<Edit>,
}

/// Two edits that cannot both be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The edit that was already there.
    pub old: Edit,
    /// The edit that was refused.
    pub new: Edit,
}

/// Why an edit was refused. The set is unchanged then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// It overlaps an edit of the set.
    Conflict(Box<Conflict>),
    /// The file has no such line.
    NoSuchLine {
        /// The number asked for, from 1.
        line: usize,
        /// The number of lines that the file has.
        lines: usize,
    },
    /// The line is of a kind that this edit has no meaning for.
    WrongKind {
        /// The line, from 1.
        line: usize,
        /// What it is.
        kind: LineKind,
    },
    /// The line does not hold the name.
    NoSuchName {
        /// The line, from 1.
        line: usize,
        /// The name asked for.
        name: String,
    },
    /// The text cannot stand there: a line end in a line, a blank or `#` in a name, no address.
    InvalidText(String),
    /// The bytes to edit end before the range does.
    OutOfRange(Range<usize>),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Conflict(both) => write!(
                f,
                "an edit of bytes {}..{} overlaps one of bytes {}..{}",
                both.new.range.start, both.new.range.end, both.old.range.start, both.old.range.end
            ),
            EditError::NoSuchLine { line, lines } => {
                write!(f, "there is no line {line}; the file has {lines}")
            }
            EditError::WrongKind { line, kind } => {
                write!(f, "line {line} cannot be edited so: it is {}", kind.description())
            }
            EditError::NoSuchName { line, name } => write!(f, "line {line} does not list {name:?}"),
            EditError::InvalidText(text) => write!(f, "{text:?} cannot stand there"),
            EditError::OutOfRange(range) => {
                write!(f, "bytes {}..{} are not in the file", range.start, range.end)
            }
        }
    }
}

impl std::error::Error for EditError {}

impl EditSet {
    /// No edits.
    pub fn new() -> EditSet {
        EditSet::default()
    }

    /// True if nothing changes.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The edits, in the order of the file.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Adds an edit.
    ///
    /// Insertions at one position keep the order in which they were added, and stand in front of a replacement that
    /// begins there. The same replacement twice is one.
    ///
    /// # Errors
    /// [`EditError::Conflict`] if it overlaps another edit, or inserts inside a replaced range.
    pub fn push(&mut self, edit: Edit) -> Result<(), EditError> {
        if edit.range.start > edit.range.end {
            return Err(EditError::OutOfRange(edit.range));
        }
        // The edits are disjoint and sorted, so only the two beside the new one can be in its way.
        let at = self.edits.partition_point(|old| position(old) <= position(&edit));
        let beside = &self.edits[at.saturating_sub(1)..self.edits.len().min(at + 1)];
        if !edit.range.is_empty() && beside.contains(&edit) {
            return Ok(());
        }
        if let Some(old) = beside.iter().find(|old| overlap(&old.range, &edit.range)) {
            let old = old.clone();
            return Err(EditError::Conflict(Box::new(Conflict { old, new: edit })));
        }
        self.edits.insert(at, edit);
        Ok(())
    }

    /// Adds all edits of `other`.
    ///
    /// # Errors
    /// As [`push`](Self::push); this set is unchanged then.
    pub fn extend(&mut self, other: &EditSet) -> Result<(), EditError> {
        let mut both = self.clone();
        for edit in &other.edits {
            both.push(edit.clone())?;
        }
        *self = both;
        Ok(())
    }

    /// The new content. `bytes` is the content of the file for which the edits were made.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if `bytes` is too short to be that file.
    pub fn apply(&self, bytes: &[u8]) -> Result<Vec<u8>, EditError> {
        let added: usize = self.edits.iter().map(|e| e.bytes.len()).sum();
        let mut out = Vec::with_capacity(bytes.len() + added);
        let mut done = 0;
        for edit in &self.edits {
            let kept = bytes.get(done..edit.range.start).filter(|_| edit.range.end <= bytes.len());
            out.extend_from_slice(kept.ok_or_else(|| EditError::OutOfRange(edit.range.clone()))?);
            out.extend_from_slice(&edit.bytes);
            done = edit.range.end;
        }
        out.extend_from_slice(&bytes[done..]);
        Ok(out)
    }

    /// The edited file, parsed again.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_to(&self, file: &HostsFile) -> Result<HostsFile, EditError> {
        Ok(HostsFile::parse(self.apply(file.bytes())?).0)
    }
}

/// True if both change the same byte, or one inserts inside the other.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The order of the set: insertions come before the replacement that begins at the same place.
fn position(edit: &Edit) -> (usize, usize) {
    (edit.range.start, edit.range.end)
}

impl LineKind {
    fn description(self) -> &'static str {
        match self {
            LineKind::Blank => "blank",
            LineKind::Comment => "a comment",
            LineKind::Entry => "an entry",
            LineKind::Disabled => "an entry that is commented out",
            LineKind::NoNames => "an address without names",
            LineKind::Unreadable => "not readable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, text: &str) -> Edit {
        Edit { range, bytes: text.into() }
    }

    #[test]
    fn order_and_conflicts() {
        let mut set = EditSet::new();
        set.push(edit(2..4, "XY")).unwrap();
        set.push(edit(2..2, "1")).unwrap();
        set.push(edit(2..2, "2")).unwrap();
        set.push(edit(4..4, "3")).unwrap();
        set.push(edit(2..4, "XY")).unwrap();
        assert_eq!(set.apply(b"abcdef").unwrap(), b"ab12XY3ef");
        for bad in [edit(3..3, "in"), edit(3..5, ""), edit(2..4, "other"), edit(0..6, "")] {
            let refused = set.push(bad.clone()).unwrap_err();
            assert!(matches!(refused, EditError::Conflict(both) if both.new == bad));
        }
        assert_eq!(set.edits().len(), 4);
    }

    #[test]
    fn too_short() {
        let mut set = EditSet::new();
        set.push(edit(2..9, "")).unwrap();
        assert_eq!(set.apply(b"abc").unwrap_err(), EditError::OutOfRange(2..9));
        assert_eq!(set.apply(b"").unwrap_err(), EditError::OutOfRange(2..9));
    }
}
