//! The way by rename: a new file beside the old one gets everything that the old one has, then takes its name.

use super::attributes::Attributes;
use super::bytes;
use super::draft::Reason;
use super::error::WriteError;
use super::target::{Seen, Target};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::fs::File;

/// What every name of a temporary file starts with.
pub(super) const PREFIX: &str = ".whyhost-";

/// How far the way by rename came.
pub(super) enum Renamed {
    /// The new file has the name.
    Done {
        /// The new file.
        file: File,
        /// Why the old file is still there under the temporary name.
        left: Option<WriteError>,
    },
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

/// Replaces the file at `target` by one named `temporary` that holds `new`; unless all is done, a file of that name may
/// be left.
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
    rename(target, seen, temporary, file)
}

/// Gives the new file the name. Where the system can exchange names (Linux 3.15, rename(2)), the old file is looked at
/// afterwards: what others wrote in the last moment is put back, so that no update of theirs gets lost.
fn rename(target: &Target, seen: &Seen, temporary: &str, file: File) -> Result<Renamed, WriteError> {
    match rustix::io::retry_on_intr(|| exchange(target, temporary)) {
        Ok(()) => put_away(target, seen, temporary, file),
        // Over a network the answer can get lost after the deed.
        Err(_) if has_the_name(target, &file) => put_away(target, seen, temporary, file),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let plain = || rustix::fs::renameat(&target.folder, temporary, &target.folder, &target.name);
            match rustix::io::retry_on_intr(plain) {
                Ok(()) => Ok(Renamed::Done { file, left: None }),
                Err(_) if has_the_name(target, &file) => Ok(Renamed::Done { file, left: None }),
                Err(errno) => refused(target, errno),
            }
        }
        Err(errno) => refused(target, errno),
    }
}

fn exchange(target: &Target, temporary: &str) -> rustix::io::Result<()> {
    let (folder, flags) = (&target.folder, RenameFlags::EXCHANGE);
    rustix::fs::renameat_with(folder, temporary, folder, &target.name, flags)
}

/// The names are exchanged: removes the old file, where it is what was read.
fn put_away(target: &Target, seen: &Seen, temporary: &str, file: File) -> Result<Renamed, WriteError> {
    let old = match target.read_beside(temporary) {
        Ok(old) => old,
        Err(error) => return Ok(Renamed::Done { file, left: Some(error) }),
    };
    if is_same(&old, seen) {
        return Ok(Renamed::Done { file, left: remove(target, temporary).err() });
    }
    let changed = WriteError::Changed { path: target.path.clone() };
    let back = rustix::io::retry_on_intr(|| exchange(target, temporary));
    if back.is_ok() || !has_the_name(target, &file) {
        return Err(changed);
    }
    Ok(Renamed::Done { file, left: Some(changed) })
}

fn refused(target: &Target, errno: Errno) -> Result<Renamed, WriteError> {
    match errno {
        Errno::BUSY | Errno::XDEV | Errno::PERM | Errno::ACCESS => Ok(Renamed::NotSo(Reason::Refused)),
        errno => {
            let error = super::error::io("rename a temporary file to", &target.path, errno);
            Err(error.or_no_space(&target.path, 0))
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
    if is_same(&target.read()?, seen) {
        return Ok(());
    }
    Err(WriteError::Changed { path: target.path.clone() })
}

fn is_same(now: &Seen, seen: &Seen) -> bool {
    (now.stat.st_dev, now.stat.st_ino) == (seen.stat.st_dev, seen.stat.st_ino)
        && now.bytes == seen.bytes
        && now.attributes == seen.attributes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// What others do between the last look and the rename.
    #[test]
    fn what_others_write_in_the_last_moment_is_put_back() {
        let theirs: [fn(&std::path::Path); 3] = [
            |file| fs::write(file, b"theirs").unwrap(),
            |file| {
                let beside = file.with_extension("theirs");
                fs::write(&beside, b"theirs").unwrap();
                fs::rename(beside, file).unwrap();
            },
            |_| {},
        ];
        for (at, act) in theirs.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("hosts");
            fs::write(&path, b"old").unwrap();
            fs::write(folder.path().join(".whyhost-1"), b"new").unwrap();
            let target = Target::resolve(&path).unwrap();
            let seen = target.read().unwrap();
            let file = File::open(folder.path().join(".whyhost-1")).unwrap();
            fs::write(folder.path().join("other"), b"").unwrap();
            let other = Target::resolve(&folder.path().join("other")).unwrap();
            let exchanges = exchange(&other, ".whyhost-1").and_then(|()| exchange(&other, ".whyhost-1"));
            if exchanges.is_err() && at < 2 {
                // Then the look before the rename is all there is.
                continue;
            }
            act(&path);
            let renamed = rename(&target, &seen, ".whyhost-1", file);
            if at == 2 {
                assert!(matches!(renamed, Ok(Renamed::Done { left: None, .. })));
                assert_eq!(fs::read(&path).unwrap(), b"new");
                assert!(!folder.path().join(".whyhost-1").exists());
            } else {
                assert!(matches!(renamed, Err(WriteError::Changed { .. })));
                assert_eq!(fs::read(&path).unwrap(), b"theirs");
            }
        }
    }
}
