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

/// Replaces the file at `target` by one named `temporary` that holds `new`.
///
/// # Errors
/// What the system refused; the old file is untouched and the temporary one removed.
pub(super) fn replace(
    target: &Target,
    seen: &Seen,
    new: &[u8],
    wanted: &Attributes,
    temporary: &str,
) -> Result<Renamed, WriteError> {
    let made = make(target, seen, new, wanted, temporary);
    if !matches!(made, Ok(Renamed::Done(_))) {
        // Where this fails, the journal still names the file, and the next run removes it.
        let _ = remove(target, temporary);
    }
    made
}

/// Removes a temporary file, where it is there.
pub(super) fn remove(target: &Target, temporary: &str) -> Result<(), WriteError> {
    match rustix::io::retry_on_intr(|| rustix::fs::unlinkat(&target.folder, temporary, AtFlags::empty())) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(super::error::io("remove the temporary file beside", &target.path, errno)),
    }
}

fn make(
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
    let rename = || rustix::fs::renameat(&target.folder, temporary, &target.folder, &target.name);
    match rustix::io::retry_on_intr(rename) {
        Ok(()) => Ok(Renamed::Done(file)),
        Err(Errno::BUSY | Errno::XDEV | Errno::PERM | Errno::ACCESS) => Ok(Renamed::NotSo(Reason::Refused)),
        Err(errno) => {
            Err(super::error::io("rename a temporary file to", path, errno).or_no_space(path, new.len()))
        }
    }
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
