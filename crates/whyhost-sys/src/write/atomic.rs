//! The way by rename: a new file beside the old one gets everything that the old one has, then takes its name.

use super::attributes::Attributes;
use super::bytes;
use super::draft::Reason;
use super::error::WriteError;
use super::target::{Seen, Target};
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;

/// What every name of a temporary file starts with.
pub(super) const PREFIX: &str = ".whyhost-";

/// How far the way by rename came.
pub(super) enum Renamed {
    /// The new file has the name.
    Done(File),
    /// The old file is untouched, and can only be written in place.
    NotSo(Reason),
}

/// Removes a temporary file, where it is there.
pub(super) fn remove(target: &Target, temporary: &str) -> Result<(), WriteError> {
    match rustix::io::retry_on_intr(|| rustix::fs::unlinkat(&target.folder, temporary, AtFlags::empty())) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(super::error::io("remove the temporary file beside", &target.path, errno)),
    }
}

/// Replaces the file at `target` by one named `temporary` that holds `new`; unless it is [`Renamed::Done`], a
/// temporary file may be left.
///
/// # Errors
/// What the system refused; the old file is untouched.
pub(super) fn replace(
    target: &Target,
    seen: &Seen,
    new: &[u8],
    wanted: &Attributes,
    temporary: &str,
) -> Result<Renamed, WriteError> {
    const CREATE: &str = "create a temporary file beside";
    let path = &target.path;
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let create = || rustix::fs::openat(&target.folder, temporary, flags, Mode::RUSR | Mode::WUSR);
    let file = match rustix::io::retry_on_intr(create) {
        Ok(fd) => File::from(fd),
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => return Ok(Renamed::NotSo(Reason::Folder)),
        Err(errno) => return Err(super::error::io(CREATE, path, errno).or_no_space(path, new.len())),
    };
    bytes::reserve(&file, new.len(), path)?;
    bytes::write_at(&file, new, 0, path)?;
    match wanted.apply(&file, path) {
        Ok(true) => {}
        Ok(false) => return Ok(Renamed::NotSo(Reason::Attributes)),
        Err(error) if refuses_attributes(&error) => return Ok(Renamed::NotSo(Reason::Attributes)),
        Err(error) => return Err(error),
    }
    bytes::sync(&file, path)?;
    unchanged(target, seen)?;
    rename(target, temporary, file, new.len())
}

fn rename(target: &Target, temporary: &str, file: File, len: usize) -> Result<Renamed, WriteError> {
    let rename = || rustix::fs::renameat(&target.folder, temporary, &target.folder, &target.name);
    match rustix::io::retry_on_intr(rename) {
        Ok(()) => Ok(Renamed::Done(file)),
        // Over a network the answer can get lost after the deed.
        Err(_) if has_the_name(target, &file) => Ok(Renamed::Done(file)),
        Err(Errno::BUSY | Errno::XDEV | Errno::PERM | Errno::ACCESS) => Ok(Renamed::NotSo(Reason::Refused)),
        Err(errno) => {
            let error = super::error::io("rename a temporary file to", &target.path, errno);
            Err(error.or_no_space(&target.path, len))
        }
    }
}

fn has_the_name(target: &Target, file: &File) -> bool {
    let named = rustix::fs::statat(&target.folder, &target.name, AtFlags::SYMLINK_NOFOLLOW);
    let (Ok(named), Ok(ours)) = (named, rustix::fs::fstat(file)) else { return false };
    (named.st_dev, named.st_ino) == (ours.st_dev, ours.st_ino)
}

fn refuses_attributes(error: &WriteError) -> bool {
    matches!(
        error.errno(),
        Some(Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOTTY)
    )
}

/// The last look before the name changes hands: others may have written since the lock was taken.
fn unchanged(target: &Target, seen: &Seen) -> Result<(), WriteError> {
    let now = target.read()?;
    let same = (now.stat.st_dev, now.stat.st_ino) == (seen.stat.st_dev, seen.stat.st_ino)
        && now.hash == seen.hash
        && now.attributes == seen.attributes;
    if same { Ok(()) } else { Err(WriteError::Changed { path: target.path.clone() }) }
}
