//! Files as bytes with what `stat` said, or why there are none.

use crate::errno;
use crate::place::{Place, Refused, Root, kind};
use rustix::io::Errno;
use std::io::Read as _;
use whyhost_core::snapshot::{Content, FileKind, Gap, Meta, RawFile};

/// The largest file that is read whole: twice the largest hosts file that is known to be tried (500 MB).
pub const MAX_FILE: u64 = 1 << 30;
/// The largest configuration file of a program or a server that is read.
pub(crate) const MAX_SERVER_FILE: u64 = 256 << 10;

/// Records the file at `path` with its bytes; what keeps it from being read becomes a gap.
pub(crate) fn record(root: &Root, path: &str, gaps: &mut Vec<Gap>) -> RawFile {
    record_up_to(MAX_FILE, root, path, gaps)
}

/// [`record`] for a file of at most `limit` bytes; of a larger one nothing is recorded, which becomes a gap.
pub(crate) fn record_up_to(limit: u64, root: &Root, path: &str, gaps: &mut Vec<Gap>) -> RawFile {
    let mut file = presence(root, path);
    let Meta::Present { kind: FileKind::File, .. } = file.meta else {
        if let Meta::Unreadable { reason } = &file.meta {
            gaps.push(unreadable(path, reason));
        }
        return file;
    };
    match root.locate(path).map_err(Unread::from).and_then(|place| read(&place, limit)) {
        Ok(bytes) => {
            file.content = Some(Content::new(&bytes));
            // Virtual files say size 0; the snapshot tells what was read.
            if let Meta::Present { size, read_only, .. } = &mut file.meta {
                *size = bytes.len() as u64;
                *read_only = root.locate(path).is_ok_and(|place| place.is_read_only());
            }
        }
        Err(Unread::Reason(reason)) => {
            gaps.push(unreadable(path, &reason));
            file.meta = Meta::Unreadable { reason };
        }
        Err(Unread::TooLarge) => gaps.push(Gap {
            what: path.into(),
            why: format!("larger than {}, so not read; a smaller file is", size(limit)),
        }),
    }
    file
}

/// `256 KiB`, `1024 MiB`.
fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

/// Records what is at `path` without reading it.
pub(crate) fn presence(root: &Root, path: &str) -> RawFile {
    let link = root.link(path);
    let meta = match root.locate(path).and_then(|place| Ok((place.stat()?, place))) {
        Ok((stat, place)) => Meta::Present {
            kind: kind(&stat),
            mode: stat.st_mode & 0o7777,
            owner: stat.st_uid,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            mtime: if is_virtual(path) { 0 } else { stat.st_mtime },
            link,
            mount: place.is_mount_point(),
            immutable: place.is_immutable(),
            read_only: false,
        },
        Err(errno @ (Errno::NOENT | Errno::NOTDIR | Errno::LOOP)) => {
            Meta::Absent { errno: errno::name(errno), link }
        }
        Err(errno) => Meta::Unreadable { reason: errno::name(errno) },
    };
    RawFile { path: path.into(), content: None, meta }
}

/// The bytes of the file at `path`, where it is a regular file that can be read.
pub(crate) fn bytes(root: &Root, path: &str) -> Option<Vec<u8>> {
    read(&root.locate(path).ok()?, MAX_FILE).ok()
}

/// Files of /proc and /sys are made when they are looked at: their time says nothing.
fn is_virtual(path: &str) -> bool {
    path.starts_with("/proc/") || path.starts_with("/sys/")
}

enum Unread {
    Reason(String),
    TooLarge,
}

impl From<Errno> for Unread {
    fn from(errno: Errno) -> Self {
        Unread::Reason(errno::name(errno))
    }
}

fn read(place: &Place, limit: u64) -> Result<Vec<u8>, Unread> {
    let file = place.open_file().map_err(|refused| match refused {
        Refused::Errno(errno) => Unread::from(errno),
        Refused::Kind(kind) => Unread::Reason(format!("became {}", crate::error::describe(kind))),
    })?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| Unread::Reason(errno::name_of(&error)))?;
    if bytes.len() as u64 > limit { Err(Unread::TooLarge) } else { Ok(bytes) }
}

fn unreadable(path: &str, reason: &str) -> Gap {
    let why = match reason {
        "EACCES" | "EPERM" => format!("permission denied ({reason}); run as root to see what is in it"),
        reason => format!("reading it failed: {reason}"),
    };
    Gap { what: path.into(), why }
}
