//! The file that is written to: its folder held open, its name without links, its content and attributes as read.

use super::attributes::Attributes;
use super::bytes;
use super::error::{WriteError, call, io};
use crate::error::SysError;
use crate::files::MAX_FILE;
use crate::place::kind;
use rustix::fs::{AtFlags, Mode, OFlags, Stat, StatVfsMountFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use whyhost_core::snapshot::FileKind;

/// Where a path leads, all links followed.
#[derive(Debug)]
pub(super) struct Target {
    /// Absolute, without links.
    pub(super) path: PathBuf,
    /// The folder of the file.
    pub(super) folder: OwnedFd,
    /// The folder was opened for reading, so that it can be synchronised by itself.
    pub(super) folder_syncs: bool,
    /// The name in the folder.
    pub(super) name: OsString,
}

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) bytes: Vec<u8>,
    pub(super) stat: Stat,
    pub(super) attributes: Attributes,
    /// The file system is mounted read-only.
    pub(super) read_only: bool,
}

impl Target {
    /// Follows `path` to its end.
    pub(super) fn resolve(path: &Path) -> Result<Target, WriteError> {
        let absolute = path.canonicalize().map_err(|source| io("open", path, source))?;
        let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            return Err(wrong_kind(path, FileKind::Directory));
        };
        let (fd, folder_syncs) = open_folder(folder)?;
        Ok(Target { folder: fd, folder_syncs, name: name.to_owned(), path: absolute.clone() })
    }

    /// Reads the whole file, without ever blocking on something else than a file.
    pub(super) fn read(&self) -> Result<Seen, WriteError> {
        self.read_named(&self.name)
    }

    /// Reads another file of the same folder.
    pub(super) fn read_beside(&self, name: &str) -> Result<Seen, WriteError> {
        self.read_named(name.as_ref())
    }

    fn read_named(&self, name: &OsStr) -> Result<Seen, WriteError> {
        let file = self.open_named(name, OFlags::RDONLY)?;
        let stat = call("stat", &self.path, || rustix::fs::fstat(&file))?;
        let attributes = Attributes::of(&file, &stat, &self.path)?;
        let read_only =
            rustix::fs::fstatvfs(&file).is_ok_and(|fs| fs.f_flag.contains(StatVfsMountFlags::RDONLY));
        let bytes = read_all(&file, &self.path)?;
        Ok(Seen { bytes, stat, attributes, read_only })
    }

    /// Opens the file, which is no link and nothing else than a regular file.
    pub(super) fn open(&self, access: OFlags) -> Result<File, WriteError> {
        self.open_named(&self.name, access)
    }

    fn open_named(&self, name: &OsStr, access: OFlags) -> Result<File, WriteError> {
        // Asked before the open too, since the open of a device can have effects.
        let stat =
            call("stat", &self.path, || rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW))?;
        regular(&self.path, &stat)?;
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(&self.folder, name, flags, Mode::empty());
        let file = File::from(call("open", &self.path, open)?);
        regular(&self.path, &call("stat", &self.path, || rustix::fs::fstat(&file))?)?;
        Ok(file)
    }

    /// Makes the folder's entries durable; `file` is an open file in it.
    pub(super) fn sync_folder(&self, file: &File) -> Result<(), WriteError> {
        if self.folder_syncs {
            return bytes::sync(&self.folder, &self.path);
        }
        call("synchronise the file system of", &self.path, || rustix::fs::syncfs(file))
    }
}

/// The whole of an open file from its start, at most [`MAX_FILE`] bytes.
pub(super) fn read_all(mut file: &File, path: &Path) -> Result<Vec<u8>, WriteError> {
    use std::io::Seek as _;
    let limit = MAX_FILE;
    let size = usize::try_from(file.metadata().map_or(0, |meta| meta.len().min(limit))).unwrap_or(0);
    // One byte more, so that the end is seen without another buffer.
    let mut bytes = Vec::with_capacity(size + 1);
    file.rewind()
        .and_then(|()| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|source| io("read", path, source))?;
    if bytes.len() as u64 > limit {
        return Err(SysError::TooLarge { operation: "read", path: path.into(), limit }.into());
    }
    Ok(bytes)
}

/// A folder that may be searched but not read is held by its path alone.
fn open_folder(folder: &Path) -> Result<(OwnedFd, bool), WriteError> {
    let open =
        |flags: OFlags| rustix::fs::open(folder, flags | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    match rustix::io::retry_on_intr(|| open(OFlags::RDONLY)) {
        Ok(fd) => Ok((fd, true)),
        Err(Errno::ACCESS) => Ok((call("open", folder, || open(OFlags::PATH))?, false)),
        Err(errno) => Err(io("open", folder, errno)),
    }
}

fn regular(path: &Path, stat: &Stat) -> Result<(), WriteError> {
    match kind(stat) {
        FileKind::File if crate::place::is_link(stat) => Err(WriteError::Changed { path: path.into() }),
        FileKind::File => Ok(()),
        other => Err(wrong_kind(path, other)),
    }
}

fn wrong_kind(path: &Path, kind: FileKind) -> WriteError {
    SysError::WrongKind { operation: "write", path: path.into(), kind, expected: "a regular file" }.into()
}
