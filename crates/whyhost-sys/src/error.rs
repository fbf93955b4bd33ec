//! What can go wrong at the border to the system: one enum, with path and operation in every variant.

use std::path::PathBuf;
use whyhost_core::snapshot::{FileKind, SnapshotError};

/// A request that the system refused, or a file that is not what was asked for.
///
/// Facts of the machine that cannot be read are no errors: they become gaps of the snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SysError {
    /// The system refused an operation.
    #[error("cannot {operation} {}: {source}", path.display())]
    Io {
        /// What was tried: `open`, `read`, `write`.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Something else than a regular file (or, for a root folder, a directory) is at the path.
    #[error("cannot {operation} {}: it is {}, not {expected}", path.display(), describe(*kind))]
    WrongKind {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// What it is.
        kind: FileKind,
        /// What would have been taken: `a regular file`.
        expected: &'static str,
    },
    /// The file is larger than what is read.
    #[error("cannot {operation} {}: it has more than {limit} bytes", path.display())]
    TooLarge {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Largest size that is read.
        limit: u64,
    },
    /// The file was read and is no snapshot; line and column are in the source.
    #[error("cannot {operation} {}: {source}", path.display())]
    Snapshot {
        /// What was tried.
        operation: &'static str,
        /// On what; `-` is standard input.
        path: PathBuf,
        /// Where and why.
        source: SnapshotError,
    },
}

impl SysError {
    pub(crate) fn io(
        operation: &'static str,
        path: impl Into<PathBuf>,
        source: impl Into<std::io::Error>,
    ) -> Self {
        SysError::Io { operation, path: path.into(), source: source.into() }
    }
}

/// A kind of file in words: `a named pipe (FIFO)`.
pub(crate) fn describe(kind: FileKind) -> &'static str {
    match kind {
        FileKind::File => "a regular file",
        FileKind::Directory => "a directory",
        FileKind::Fifo => "a named pipe (FIFO)",
        FileKind::Socket => "a socket",
        FileKind::Device => "a device",
    }
}
