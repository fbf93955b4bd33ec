//! The set-ups: a file, where it lies, what is to happen to it.

use super::trace::Always;
use super::victim::Action;
use nix::errno::Errno;

/// A user who owns nothing of the machine.
pub(crate) const NOBODY: u32 = 65534;

/// Where the file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a folder.
    Folder,
    /// Behind a symbolic link in another folder.
    Link,
    /// Mounted over a file, as in a container.
    BindMount,
    /// In a read-only layer below a writable one, as in an image of a container.
    Overlay,
    /// It has a second name in another folder.
    HardLink,
    /// In a folder that belongs to another user.
    ForeignFolder,
    /// On a file system without a free byte.
    FullDisk,
    /// Mounted over a file from a file system without a free byte.
    FullBindMount,
    /// The journal's file system has no free byte.
    FullJournal,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) name: &'static str,
    pub(crate) way: &'static str,
    pub(crate) place: Place,
    pub(crate) action: Action,
    pub(crate) old: Vec<u8>,
    pub(crate) new: Vec<u8>,
    pub(crate) user: Option<u32>,
    pub(crate) always: Option<Always>,
    /// No journal is there yet.
    pub(crate) first: bool,
}

pub(crate) const IN_PLACE: &str = "in place";
const RENAME: &str = "rename";
const REFUSED: &str = "refused";

/// All set-ups.
pub(crate) fn all() -> Vec<Setup> {
    use Action::{Recover, Undo, Write};
    use Place::{
        BindMount, Folder, ForeignFolder, FullBindMount, FullDisk, FullJournal, HardLink, Link, Overlay,
    };
    let busy = Always { rename: 3, errno: Errno::EBUSY };
    let plain = Always { rename: 3, errno: Errno::EINVAL };
    let longer = |name, way, place, action| Setup {
        name,
        way,
        place,
        action,
        old: content(180, "10.0.0"),
        new: content(240, "10.0.1"),
        user: None,
        always: None,
        first: false,
    };
    let shorter = |name, way, place, action| {
        let setup: Setup = longer(name, way, place, action);
        Setup { old: setup.new, new: setup.old, ..setup }
    };
    vec![
        Setup { first: true, ..longer("plain file, first write", RENAME, Folder, Write) },
        shorter("plain file", RENAME, Folder, Write),
        longer("symbolic link", RENAME, Link, Write),
        longer("bind mount", IN_PLACE, BindMount, Write),
        shorter("bind mount, shorter content", IN_PLACE, BindMount, Write),
        longer("overlay", RENAME, Overlay, Write),
        Setup { always: Some(busy), ..shorter("overlay, rename refused", IN_PLACE, Overlay, Write) },
        longer("hard link", IN_PLACE, HardLink, Write),
        Setup { user: Some(NOBODY), ..longer("no right to the folder", IN_PLACE, ForeignFolder, Write) },
        Setup { always: Some(busy), ..longer("rename refused (EBUSY)", IN_PLACE, Folder, Write) },
        Setup { always: Some(plain), ..longer("names cannot be exchanged", RENAME, Folder, Write) },
        longer("full disk", REFUSED, FullDisk, Write),
        longer("bind mount from a full disk", REFUSED, FullBindMount, Write),
        Setup { first: true, ..longer("no room for the backup", REFUSED, FullJournal, Write) },
        longer("undo", RENAME, Folder, Undo),
        shorter("undo, hard link", IN_PLACE, HardLink, Undo),
        longer("recovery after a crash, bind mount", IN_PLACE, BindMount, Recover),
    ]
}

/// The content that a file has before the first write of a journal.
pub(crate) fn before() -> Vec<u8> {
    content(20, "10.0.9")
}

/// The content that a later run writes.
pub(crate) fn third() -> Vec<u8> {
    content(60, "10.0.3")
}

/// Several pages of lines that differ from the second on.
fn content(lines: u32, prefix: &str) -> Vec<u8> {
    let entries = (0..lines).map(|n| format!("{prefix}.{n}\thost-{n}.example host-{n} # entry {n}\r\n"));
    std::iter::once("127.0.0.1\tlocalhost\r\n".to_owned()).chain(entries).collect::<String>().into_bytes()
}
