//! What can stop a write, and what the file holds then.

use super::draft::Refusal;
use crate::error::SysError;
use rustix::io::Errno;
use std::path::{Path, PathBuf};

/// A write that was not done, or whose end is not certain. Unless it is [`WriteError::Unfinished`], the file was not
/// touched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The system refused an operation, or the path does not lead to a regular file of bounded size.
    #[error(transparent)]
    File(#[from] SysError),
    /// This file cannot be changed by this user, or by anybody.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another process is writing.
    #[error("another process is writing: {}", holder(*pid, command.as_deref()))]
    Locked {
        /// Its process id, in this process's view; `None` where it left none.
        pid: Option<u32>,
        /// Its command line, arguments separated by spaces; `None` where it cannot be read.
        command: Option<String>,
    },
    /// The file is no longer what was read.
    #[error("{} changed since it was read", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
    /// Not enough free space, found out before the file was touched.
    #[error("cannot write {}: {needed} bytes are needed{}", path.display(), free(*available))]
    NoSpace {
        /// What was to be written: the file, its backup, or the journal.
        path: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that the file system says are free; `None` where only the attempt told.
        available: Option<u64>,
    },
    /// The new content is the old one.
    #[error("{} already holds this content", path.display())]
    NothingToWrite {
        /// Which file.
        path: PathBuf,
    },
    /// The system names no folder for backups and journal.
    #[error("there is no folder for backups: neither XDG_STATE_HOME nor HOME is set")]
    NoStateFolder,
    /// Somebody else may write in the folder for backups and journal.
    #[error("the folder for backups {} is not safe: {why}", path.display())]
    UnsafeStateFolder {
        /// Which folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file of the journal or a backup is damaged.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The journal holds no such write.
    #[error("{}", no_such(id.as_deref()))]
    NoSuchEntry {
        /// The number that was asked for; `None` for the newest.
        id: Option<String>,
    },
    /// The file to restore was changed after the write that is to be undone.
    #[error("{} changed since write {id}", path.display())]
    ChangedSince {
        /// Which file.
        path: PathBuf,
        /// Number of the write.
        id: String,
    },
    /// The file to restore is not there any more.
    #[error("{} is gone; what it held before write {id} is in {}", path.display(), backup.display())]
    Gone {
        /// Which file.
        path: PathBuf,
        /// Number of the write.
        id: String,
        /// The content before that write.
        backup: PathBuf,
    },
    /// An earlier write to this file was interrupted, and could not be finished or rolled back now.
    #[error("write {id} to {} was interrupted and cannot be settled: {why}; its backup is {}", path.display(), backup.display())]
    Unsettled {
        /// Number of the write.
        id: String,
        /// Which file.
        path: PathBuf,
        /// The content before that write.
        backup: PathBuf,
        /// Why not.
        why: String,
    },
    /// The write failed after the file was touched.
    #[error("{source}; {} {holds}, and its backup is {}", path.display(), backup.display())]
    Unfinished {
        /// Which file.
        path: PathBuf,
        /// What it holds now.
        holds: Holds,
        /// The content before the write.
        backup: PathBuf,
        /// What failed.
        source: Box<WriteError>,
    },
}

/// What a file holds after a write that failed late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The old content: it was rolled back.
    Old,
    /// The new content; that it survives a power failure is not certain.
    New,
    /// Something else: others changed it in the moment after the write.
    Other,
    /// Part of both, or it cannot be read: the next run finishes the write or rolls it back.
    Unknown,
}

impl std::fmt::Display for Holds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Holds::Old => "holds the old content again",
            Holds::New => "holds the new content",
            Holds::Other => "was changed by others at the same moment",
            Holds::Unknown => "may be half-written until the next run restores it",
        })
    }
}

fn holder(pid: Option<u32>, command: Option<&str>) -> String {
    match (pid, command) {
        (Some(pid), Some(command)) => format!("{command} (process {pid})"),
        (Some(pid), None) => format!("process {pid}"),
        (None, _) => "it did not leave its number".into(),
    }
}

fn free(available: Option<u64>) -> String {
    available.map_or_else(|| ", and the disk is full".into(), |bytes| format!(", {bytes} are free"))
}

fn no_such(id: Option<&str>) -> String {
    id.map_or_else(|| "no write that could be undone is known".into(), |id| format!("no write {id} is known"))
}

/// Runs a system call on `path`, again whenever a signal interrupts it.
pub(super) fn call<T>(
    operation: &'static str,
    path: &Path,
    run: impl FnMut() -> rustix::io::Result<T>,
) -> Result<T, WriteError> {
    rustix::io::retry_on_intr(run).map_err(|errno| io(operation, path, errno))
}

/// A refusal of the system.
pub(super) fn io(operation: &'static str, path: &Path, source: impl Into<std::io::Error>) -> WriteError {
    WriteError::File(SysError::io(operation, path, source))
}

impl WriteError {
    /// What to put before the same command line, where another user has the right that is missing: `sudo`.
    pub fn prefix(&self) -> Option<&'static str> {
        match self {
            WriteError::Refused(refusal) => refusal.prefix(),
            WriteError::File(_) if matches!(self.errno(), Some(Errno::ACCESS | Errno::PERM)) => {
                (!rustix::process::geteuid().is_root()).then_some("sudo")
            }
            WriteError::Unfinished { source, .. } => source.prefix(),
            _ => None,
        }
    }

    /// The error number of a refusal of the system.
    pub(super) fn errno(&self) -> Option<Errno> {
        match self {
            WriteError::File(SysError::Io { source, .. }) => {
                source.raw_os_error().map(Errno::from_raw_os_error)
            }
            _ => None,
        }
    }

    /// `ENOSPC` and `EDQUOT` while `needed` bytes were written to `path` become [`WriteError::NoSpace`].
    pub(super) fn or_no_space(self, path: &Path, needed: usize) -> WriteError {
        match self.errno() {
            Some(Errno::NOSPC | Errno::DQUOT) => {
                WriteError::NoSpace { path: path.into(), needed: needed as u64, available: None }
            }
            _ => self,
        }
    }
}
