//! Files that the user names: read from a path or standard input, without ever waiting for a pipe.

use crate::error::SysError;
use crate::files::MAX_FILE;
use crate::place::{Place, Refused};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest configuration file of whyhost that is read, in bytes.
const MAX_SETTINGS: u64 = 1 << 20;

/// Reads a regular file, or standard input when the path is `-`; at most [`MAX_FILE`] bytes.
///
/// # Errors
/// [`SysError`] when the file cannot be opened or read, is larger, or is a directory, FIFO, socket or device: none of
/// these is waited for.
pub fn read_input(path: &Path) -> Result<Vec<u8>, SysError> {
    if path == Path::new("-") {
        return bounded("read", std::io::stdin().lock(), path, MAX_FILE);
    }
    read_file("read", path, MAX_FILE)
}

/// The settings file of this user, where the system keeps such files: `~/.config/whyhost/config.toml`.
pub fn user_settings() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("whyhost").join("config.toml"))
}

/// The text of a settings file; `None` where nothing is there.
///
/// # Errors
/// [`SysError`] when something is there that cannot be read as text.
pub fn read_settings(path: &Path) -> Result<Option<String>, SysError> {
    const READ: &str = "read settings";
    if let Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) = rustix::fs::stat(path) {
        return Ok(None);
    }
    let bytes = read_file(READ, path, MAX_SETTINGS)?;
    let not_text = |_| SysError::io(READ, path, std::io::Error::other("it is not UTF-8 text"));
    String::from_utf8(bytes).map(Some).map_err(not_text)
}

/// The folder of `path` and those above it, links of the folder resolved, the nearest first.
pub fn folders_upwards(path: &Path) -> Vec<PathBuf> {
    let folder = match path.parent() {
        _ if path == Path::new("-") || path == Path::new("") => Path::new("."),
        Some(parent) if parent == Path::new("") => Path::new("."),
        Some(parent) => parent,
        None => path,
    };
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    folder.ancestors().map(Path::to_path_buf).collect()
}

/// `path` below the working directory as a relative path, links resolved, `/` between the parts; else the absolute
/// path, and `path` itself where nothing is there.
pub fn relative(path: &Path) -> PathBuf {
    let Ok(absolute) = path.canonicalize() else { return path.to_path_buf() };
    let here = std::env::current_dir().and_then(|dir| dir.canonicalize());
    match here.ok().and_then(|here| absolute.strip_prefix(here).ok().map(Path::to_path_buf)) {
        Some(inside) if inside != Path::new("") => inside,
        _ => absolute,
    }
}

fn read_file(operation: &'static str, path: &Path, limit: u64) -> Result<Vec<u8>, SysError> {
    match Place::of(path).open_file() {
        Ok(file) => bounded(operation, file, path, limit),
        Err(Refused::Errno(errno)) => Err(SysError::io(operation, path, errno)),
        Err(Refused::Kind(kind)) => {
            Err(SysError::WrongKind { operation, path: path.into(), kind, expected: "a regular file" })
        }
    }
}

fn bounded(operation: &'static str, reader: impl Read, path: &Path, limit: u64) -> Result<Vec<u8>, SysError> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|source| SysError::io(operation, path, source))?;
    if bytes.len() as u64 > limit {
        return Err(SysError::TooLarge { operation, path: path.into(), limit });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_not_there_are_none_and_a_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_settings(&folder.path().join("x.toml")).unwrap(), None);
        assert!(read_settings(folder.path()).is_err());
        let file = folder.path().join("settings");
        std::fs::write(&file, b"a\xff").unwrap();
        assert!(read_settings(&file).unwrap_err().to_string().ends_with("it is not UTF-8 text"));
    }

    #[test]
    fn folders_are_named_from_the_nearest_on() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        let found = folders_upwards(&folder.path().join("hosts"));
        assert_eq!(found.first(), Some(&real));
        assert_eq!(found.last(), Some(&PathBuf::from("/")));
        assert_eq!(folders_upwards(Path::new("hosts")).first(), folders_upwards(Path::new("-")).first());
    }

    #[test]
    fn only_what_is_below_the_working_directory_is_relative() {
        assert_eq!(relative(Path::new("./Cargo.toml")), Path::new("Cargo.toml"));
        assert_eq!(relative(Path::new("/")), Path::new("/"));
        assert_eq!(relative(Path::new("not/there")), Path::new("not/there"));
    }
}
