//! Snapshot files, read from a path or standard input.

use crate::error::SysError;
use crate::place::{Place, Refused};
use std::io::Read;
use std::path::Path;
use whyhost_core::snapshot::{Snapshot, SnapshotError};

/// The largest snapshot that is read: one with a hosts file of the largest size that is recorded, twice as base64.
pub const MAX_SNAPSHOT: u64 = 4 << 30;

const READ: &str = "read snapshot";

/// Reads a snapshot from a regular file, or from standard input when the path is `-`.
///
/// # Errors
/// [`SysError`] when the file cannot be opened or read, is a directory, FIFO, socket or device (none is waited for),
/// is larger than [`MAX_SNAPSHOT`], or holds no snapshot: then with line and column.
pub fn read_snapshot(path: &Path) -> Result<Snapshot, SysError> {
    let bytes =
        if path == Path::new("-") { bounded(std::io::stdin().lock(), path)? } else { read_file(path)? };
    parse(bytes).map_err(|source| SysError::Snapshot { operation: READ, path: path.into(), source })
}

fn read_file(path: &Path) -> Result<Vec<u8>, SysError> {
    match Place::of(path).open_file() {
        Ok(file) => bounded(file, path),
        Err(Refused::Errno(errno)) => Err(SysError::io(READ, path, errno)),
        Err(Refused::Kind(kind)) => {
            Err(SysError::WrongKind { operation: READ, path: path.into(), kind, expected: "a regular file" })
        }
    }
}

fn bounded(reader: impl Read, path: &Path) -> Result<Vec<u8>, SysError> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_SNAPSHOT + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| SysError::io(READ, path, source))?;
    if bytes.len() as u64 > MAX_SNAPSHOT {
        return Err(SysError::TooLarge { operation: READ, path: path.into(), limit: MAX_SNAPSHOT });
    }
    Ok(bytes)
}

fn parse(bytes: Vec<u8>) -> Result<Snapshot, SnapshotError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line_start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        SnapshotError::Malformed {
            line: 1 + valid.iter().filter(|byte| **byte == b'\n').count(),
            column: 1 + valid.len() - line_start,
            message: "not UTF-8 text".into(),
        }
    })?;
    Snapshot::from_json(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_has_a_place() {
        let error = parse(b"{\n \xff".to_vec()).unwrap_err();
        let SnapshotError::Malformed { line, column, .. } = error else { panic!("{error}") };
        assert_eq!((line, column), (2, 2));
    }
}
