//! Bytes into open files: room first, then content, then to the disk.

use super::error::{WriteError, call, io};
use rustix::fs::{FallocateFlags, StatVfs};
use rustix::io::Errno;
use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

/// Makes room for `len` bytes without changing the file's length, where the file system can.
///
/// # Errors
/// [`WriteError::NoSpace`], or what else the system refused.
pub(super) fn reserve(file: &File, len: usize, path: &Path) -> Result<(), WriteError> {
    if len == 0 {
        return Ok(());
    }
    let run = || rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, len as u64);
    match rustix::io::retry_on_intr(run) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::NODEV) => Ok(()),
        Err(errno) => Err(io("make room for", path, errno).or_no_space(path, len)),
    }
}

/// Refuses `needed` bytes on a file system that says it has fewer.
pub(super) fn check_space(at: impl AsFd, needed: usize, path: &Path) -> Result<(), WriteError> {
    let fs = call("ask for the free space of", path, || rustix::fs::fstatvfs(at.as_fd()))?;
    match available(&fs) {
        Some(available) if available < needed as u64 => {
            Err(WriteError::NoSpace { path: path.into(), needed: needed as u64, available: Some(available) })
        }
        _ => Ok(()),
    }
}

/// Free bytes for this user; `None` on file systems without a size (overlays of some kinds, FUSE).
fn available(fs: &StatVfs) -> Option<u64> {
    (fs.f_blocks > 0).then(|| fs.f_bavail.saturating_mul(fs.f_frsize))
}

/// Writes all bytes from `offset` on.
pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64, path: &Path) -> Result<(), WriteError> {
    let mut done = 0;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        let written = call("write", path, || rustix::io::pwrite(file, rest, offset + done as u64))
            .map_err(|error| error.or_no_space(path, bytes.len()))?;
        if written == 0 {
            return Err(io("write", path, std::io::ErrorKind::WriteZero));
        }
        done += written;
    }
    Ok(())
}

/// Sends content and length of a file, or the entries of a folder, to the disk.
pub(super) fn sync(file: impl AsFd, path: &Path) -> Result<(), WriteError> {
    match rustix::io::retry_on_intr(|| rustix::fs::fsync(file.as_fd())) {
        // Nothing to ask for on this file system: fsync(2), EINVAL; FUSE without it, ENOSYS.
        Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(()),
        Err(errno) => Err(io("synchronise", path, errno).or_no_space(path, 0)),
    }
}
