//! A file that is about to be changed: what it holds, how it would be written, and what stands in the way.

use super::Options;
use super::error::WriteError;
use super::hash::Hash;
use super::target::{Seen, Target};
use rustix::fs::{Access, AtFlags, StatxAttributes, StatxFlags};
use rustix::io::Errno;
use std::fmt;
use std::path::{Path, PathBuf};

/// A file as it was read, before it is changed.
#[derive(Debug)]
pub struct Draft {
    pub(super) path: PathBuf,
    pub(super) target: Target,
    pub(super) seen: Seen,
    pub(super) hash: Hash,
    pub(super) options: Options,
    way: Way,
    notes: Vec<Note>,
    refusal: Option<Refusal>,
}

/// How the new content gets into the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A new file takes the name in one step: a reader sees the old or the new content, whole.
    Rename,
    /// The content is written over the old one, after a backup: a reader may see part of both for a moment, and after a
    /// crash until the next run.
    InPlace {
        /// Why not by rename.
        reason: Reason,
    },
}

/// Why a file is written in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The file is itself a mount point, as /etc/hosts in a container: no other file can take its name (EBUSY).
    MountPoint,
    /// The file has other names: a new file would leave them with the old content.
    HardLinks,
    /// This user may change the file, but not the names in its folder.
    Folder,
    /// This user does not own the file, so a new file could not get its owner.
    Owner,
    /// Something that the file has cannot be given to a new file.
    Attributes,
    /// The system refused the rename.
    Refused,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::MountPoint => "it is a mount point, as in a container",
            Reason::HardLinks => "it has other names (hard links), which a new file would not have",
            Reason::Folder => "this user cannot change the names in its folder",
            Reason::Owner => "this user does not own it, and a new file would have another owner",
            Reason::Attributes => "a new file could not get all of its attributes",
            Reason::Refused => "the system lets no other file take its name",
        })
    }
}

/// Something that a user should know before the write.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The path is a symbolic link, or leads through one: the file at its end is written, links stay.
    Link {
        /// The file at the end.
        target: PathBuf,
    },
    /// The file is written in place.
    InPlace(Reason),
    /// Nobody has the permission to write to it by its mode; it keeps this mode.
    NoWritePermission {
        /// The permission bits.
        mode: u32,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Link { target } => {
                write!(f, "the path leads to {}, which is written; the link stays", target.display())
            }
            Note::InPlace(reason) => write!(f, "written in place, since {reason}"),
            Note::NoWritePermission { mode } => {
                write!(f, "its mode {mode:04o} lets nobody write; it is replaced and keeps this mode")
            }
        }
    }
}

/// Why a file cannot be changed. Nothing of it is ever taken away to change the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which file.
    pub path: PathBuf,
    /// What stands in the way.
    pub obstacle: Obstacle,
}

/// What keeps a file from being changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// The attribute that keeps even root from changing it (`chattr +i`).
    Immutable,
    /// The attribute that lets it only grow (`chattr +a`).
    AppendOnly,
    /// Its file system is mounted read-only.
    ReadOnlyMount,
    /// This user has no right to.
    Permission,
}

impl Refusal {
    /// What to put before the same command line, where another user may change the file.
    pub fn prefix(&self) -> Option<&'static str> {
        let other = self.obstacle == Obstacle::Permission && !rustix::process::geteuid().is_root();
        other.then_some("sudo")
    }

    /// The command that would take the obstacle away, where there is one: never run here.
    pub fn remedy(&self) -> Option<[&'static str; 2]> {
        match self.obstacle {
            Obstacle::Immutable => Some(["chattr", "-i"]),
            Obstacle::AppendOnly => Some(["chattr", "-a"]),
            Obstacle::ReadOnlyMount | Obstacle::Permission => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.obstacle {
            Obstacle::Immutable => "it has the attribute i (immutable), which stops even root",
            Obstacle::AppendOnly => "it has the attribute a (append-only)",
            Obstacle::ReadOnlyMount => "its file system is mounted read-only",
            Obstacle::Permission => "permission denied",
        };
        write!(f, "cannot write {}: {why}", self.path.display())
    }
}

impl std::error::Error for Refusal {}

impl Draft {
    /// Follows `path`, reads the file and finds out how it would be written.
    pub(super) fn read(path: &Path, options: &Options) -> Result<Draft, WriteError> {
        let target = Target::resolve(path)?;
        let seen = target.read()?;
        let way = way(&target, &seen);
        let refusal = obstacle(&target, &seen, &way).map(|obstacle| Refusal { path: path.into(), obstacle });
        let notes = notes(path, &target, &seen, &way);
        let hash = Hash::of(&seen.bytes);
        Ok(Draft { path: path.into(), target, seen, hash, options: options.clone(), way, notes, refusal })
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file at the end of all links, absolute.
    pub fn target(&self) -> &Path {
        &self.target.path
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.seen.bytes
    }

    /// The hash of the content.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// How it would be written.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// What a user should know before it is written.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Whether this user may write it now, as far as that can be told without trying.
    ///
    /// # Errors
    /// [`Refusal`] with what stands in the way.
    pub fn writable(&self) -> Result<(), Refusal> {
        self.refusal.clone().map_or(Ok(()), Err)
    }
}

/// By rename where that keeps everything, else in place.
pub(super) fn way(target: &Target, seen: &Seen) -> Way {
    let user = rustix::process::geteuid();
    let reason = if statx(target).contains(StatxAttributes::MOUNT_ROOT) {
        Reason::MountPoint
    } else if seen.stat.st_nlink > 1 {
        Reason::HardLinks
    } else if !may(target, ".", Access::WRITE_OK | Access::EXEC_OK) {
        Reason::Folder
    } else if !user.is_root() && user.as_raw() != seen.stat.st_uid {
        Reason::Owner
    } else {
        return Way::Rename;
    };
    Way::InPlace { reason }
}

fn obstacle(target: &Target, seen: &Seen, way: &Way) -> Option<Obstacle> {
    let attributes = statx(target);
    if attributes.contains(StatxAttributes::IMMUTABLE) {
        Some(Obstacle::Immutable)
    } else if attributes.contains(StatxAttributes::APPEND) {
        Some(Obstacle::AppendOnly)
    } else if seen.read_only {
        Some(Obstacle::ReadOnlyMount)
    } else if *way != Way::Rename && !may(target, &target.name, Access::WRITE_OK) {
        Some(Obstacle::Permission)
    } else {
        None
    }
}

fn notes(path: &Path, target: &Target, seen: &Seen, way: &Way) -> Vec<Note> {
    let mut notes = Vec::new();
    if leads_elsewhere(path, &target.path) {
        notes.push(Note::Link { target: target.path.clone() });
    }
    if let Way::InPlace { reason } = way {
        notes.push(Note::InPlace(reason.clone()));
    }
    let mode = seen.attributes.mode;
    if mode & 0o222 == 0 {
        notes.push(Note::NoWritePermission { mode });
    }
    notes
}

/// The path ends in a symbolic link.
fn leads_elsewhere(path: &Path, target: &Path) -> bool {
    path.file_name() != target.file_name()
        || rustix::fs::lstat(path).is_ok_and(|stat| crate::place::is_link(&stat))
}

/// Empty on kernels that do not tell.
fn statx(target: &Target) -> StatxAttributes {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    rustix::fs::statx(&target.folder, &target.name, flags, StatxFlags::TYPE)
        .map_or(StatxAttributes::empty(), |statx| statx.stx_attributes)
}

/// What the kernel says of this process's rights; yes where it cannot be asked, since the attempt then tells.
fn may(target: &Target, name: impl rustix::path::Arg, access: Access) -> bool {
    match rustix::fs::accessat(&target.folder, name, access, AtFlags::EACCESS) {
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => false,
        Ok(()) | Err(_) => true,
    }
}
