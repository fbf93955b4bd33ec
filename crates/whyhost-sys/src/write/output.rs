//! Files that the user asks to be made: a snapshot, a report.

use crate::error::SysError;
use rustix::fs::OFlags;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use whyhost_core::snapshot::FileKind;

const WRITE: &str = "write";

/// Writes a file that was not there, or writes over a regular file that was; nothing else is written to, and a link is
/// not followed.
///
/// A new file is readable by its owner only, since an unredacted snapshot tells about a machine.
///
/// # Errors
/// [`SysError`] when something else than a regular file is at the path, or the system refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SysError> {
    match rustix::fs::lstat(path) {
        Ok(stat) if crate::place::is_link(&stat) => {
            let source = std::io::Error::other("it is a symbolic link; name the file that it points to");
            return Err(SysError::io(WRITE, path, source));
        }
        Ok(stat) => match crate::place::kind(&stat) {
            FileKind::File => {}
            kind => {
                return Err(SysError::WrongKind {
                    operation: WRITE,
                    path: path.into(),
                    kind,
                    expected: "a regular file",
                });
            }
        },
        Err(_) => {}
    }
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).custom_flags(flags.bits().cast_signed());
    let mut file = options.open(path).map_err(|source| SysError::io("open for writing", path, source))?;
    file.write_all(bytes).map_err(|source| SysError::io(WRITE, path, source))
}
