//! The way in place: over the old content, once the backup is on the disk and there is room.
//!
//! Only what differs is written: from the first byte that differs on, then the length is cut. Between these steps a
//! reader sees part of both, and after a crash so does the next run, which rolls back.

use super::attributes::Attributes;
use super::bytes;
use super::error::{Holds, WriteError, call};
use super::target::{Seen, Target, read_all};
use rustix::fs::OFlags;
use std::fs::File;

/// Why and how far a write in place failed.
pub(super) struct Failed {
    pub(super) error: WriteError,
    /// `None` where the file was not touched.
    pub(super) holds: Option<Holds>,
}

/// Writes `new` over the file and gives it other attributes where some are named; rolls back when that fails half way.
pub(super) fn write(
    target: &Target,
    seen: &Seen,
    new: &[u8],
    attributes: Option<&Attributes>,
) -> Result<(), Failed> {
    let untouched = |error| Failed { error, holds: None };
    let file = open(target, seen).map_err(untouched)?;
    make_room(&file, target, seen, new).map_err(untouched)?;
    // The attributes first: where they cannot be given, no content was written.
    let written = give(&file, target, attributes)
        .and_then(|()| put(&file, target, &seen.bytes, new))
        .and_then(|()| give(&file, target, cleared_by_writing(attributes.unwrap_or(&seen.attributes))));
    written.map_err(|error| {
        let back = attributes.map(|_| &seen.attributes);
        let restored = put(&file, target, new, &seen.bytes).and_then(|()| give(&file, target, back));
        Failed { error, holds: Some(if restored.is_ok() { Holds::Old } else { Holds::Unknown }) }
    })
}

/// A write of another user than root takes set-user-ID and set-group-ID away (inode(7)): then they are given again.
fn cleared_by_writing(attributes: &Attributes) -> Option<&Attributes> {
    (attributes.mode & 0o6000 != 0).then_some(attributes)
}

/// Gives the file these attributes, where some are named.
pub(super) fn give(file: &File, target: &Target, attributes: Option<&Attributes>) -> Result<(), WriteError> {
    let Some(attributes) = attributes else { return Ok(()) };
    if attributes.apply(file, &target.path)? {
        return bytes::sync(file, &target.path);
    }
    let source = std::io::Error::other("the file system does not keep them");
    Err(super::error::io("set the attributes of", &target.path, source))
}

/// The file, open for writing, while it holds what was read. Its inode says nothing: on an overlay the open may have
/// given it another one (Documentation/filesystems/overlayfs.rst, "Inode properties").
fn open(target: &Target, seen: &Seen) -> Result<File, WriteError> {
    let file = target.open(OFlags::RDWR)?;
    if read_all(&file, &target.path)? == seen.bytes {
        return Ok(file);
    }
    Err(WriteError::Changed { path: target.path.clone() })
}

fn make_room(file: &File, target: &Target, seen: &Seen, new: &[u8]) -> Result<(), WriteError> {
    bytes::check_space(file, new.len().saturating_sub(seen.bytes.len()), &target.path)?;
    bytes::reserve(file, new.len(), &target.path)
}

/// Turns `old` into `new`, whatever of it is there already, and reads it back.
pub(super) fn put(file: &File, target: &Target, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let path = &target.path;
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    bytes::write_at(file, &new[same..], same as u64, path)?;
    call("cut", path, || rustix::fs::ftruncate(file, new.len() as u64))?;
    bytes::sync(file, path)?;
    if read_all(file, path)? == new {
        return Ok(());
    }
    Err(WriteError::Changed { path: path.clone() })
}

/// `now` is what a crash can leave of `new` written over `old`: every byte is from one of them, or was never written.
pub(super) fn is_mixture(now: &[u8], old: &[u8], new: &[u8]) -> bool {
    // A longer file may have its length on the disk before its content.
    let unwritten = |at: usize| at >= old.len();
    now.len() <= old.len().max(new.len())
        && now.len() >= old.len().min(new.len())
        && now.iter().enumerate().all(|(at, byte)| {
            old.get(at) == Some(byte) || new.get(at) == Some(byte) || (unwritten(at) && *byte == 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_a_write_is_a_mixture_and_other_content_is_not() {
        let (old, new) =
            (b"127.0.0.1 localhost\n".as_slice(), b"127.0.0.1 localhost mybox\n::1 l\n".as_slice());
        for (old, new) in [(old, new), (new, old)] {
            for at in 0..=new.len() {
                let mut now = new[..at].to_vec();
                now.extend(old.get(at..).unwrap_or_default());
                assert!(is_mixture(&now, old, new), "{at}");
            }
        }
        let mut extended = old.to_vec();
        extended.resize(new.len(), 0);
        assert!(is_mixture(&extended, old, new));
        assert!(!is_mixture(b"", old, new));
        assert!(!is_mixture(b"127.0.0.1 localhost\n10.0.0.1 x\n", old, new));
    }
}
