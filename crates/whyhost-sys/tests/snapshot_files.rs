//! Reading and writing snapshot files: every wrong input is named, none is waited for.

#![cfg(target_os = "linux")]

use rustix::fs::{CWD, FileType, Mode};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use whyhost_sys::{Options, SysError, collect, read_snapshot, write_new};

#[test]
fn a_snapshot_survives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("machine.json");
    let snapshot = collect(&Options::default());
    write_new(&path, b"older text that is longer than nothing").unwrap();
    write_new(&path, snapshot.to_json().as_bytes()).unwrap();
    assert_eq!(read_snapshot(&path).unwrap(), snapshot);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn wrong_input_is_named_and_never_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    let message = |path| read_snapshot(path).unwrap_err().to_string();
    assert!(message(&path).ends_with("it is a named pipe (FIFO), not a regular file"));
    assert!(message(folder.path()).ends_with("it is a directory, not a regular file"));
    assert!(message("/dev/zero".as_ref()).ends_with("it is a device, not a regular file"));
    assert!(matches!(read_snapshot(&folder.path().join("missing")), Err(SysError::Io { .. })));
    let garbage = folder.path().join("garbage");
    fs::write(&garbage, "{\n  \"schema\": \"whyhost.snapshot/1\",\n  \"tool\": 3\n}").unwrap();
    let error = read_snapshot(&garbage).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

#[test]
fn only_regular_files_are_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    let target = folder.path().join("target");
    fs::write(&target, "kept").unwrap();
    let link = folder.path().join("link");
    symlink(&target, &link).unwrap();
    for path in [pipe.as_path(), folder.path(), &link, &folder.path().join("no/folder")] {
        assert!(write_new(path, b"x").is_err(), "{}", path.display());
    }
    assert_eq!(fs::read(&target).unwrap(), b"kept");
}
