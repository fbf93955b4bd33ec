//! What a file has beside its content is kept, and what protects a file is never taken away.
#![allow(clippy::print_stdout, reason = "SKIP and its reason are what a reader of the test wants to see")]

use rustix::fs::{IFlags, XattrFlags};
use std::ffi::CString;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use whyhost_sys::write::{self, Obstacle, Options, Reason, State, Way, WriteError};

const ACL: &str = "system.posix_acl_access";
const DEFAULT_ACL: &str = "system.posix_acl_default";

struct Case {
    _folder: tempfile::TempDir,
    home: PathBuf,
    file: PathBuf,
    options: Options,
}

fn case() -> Case {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().canonicalize().unwrap().join("home");
    fs::create_dir(&home).unwrap();
    let file = home.join("hosts");
    fs::write(&file, b"old\n").unwrap();
    let options = Options { state_dir: Some(folder.path().join("state")) };
    Case { _folder: folder, home, file, options }
}

/// Mode, owner and extended attributes.
fn looks(file: &Path) -> (u32, u32, u32, Vec<(CString, Vec<u8>)>) {
    let meta = fs::metadata(file).unwrap();
    let mut list = vec![0; 64 << 10];
    let len = rustix::fs::listxattr(file, &mut list[..]).unwrap_or(0);
    let names = list[..len].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let mut extended: Vec<_> = names
        .map(|name| {
            let name = CString::new(name).unwrap();
            let mut value = vec![0; 64 << 10];
            let len = rustix::fs::getxattr(file, &name, &mut value[..]).unwrap();
            (name, value[..len].to_vec())
        })
        .collect();
    extended.sort();
    (meta.mode(), meta.uid(), meta.gid(), extended)
}

/// An access control list in the form of the kernel (include/uapi/linux/posix_acl_xattr.h): tag, rights, id.
fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = 2u32.to_le_bytes().to_vec();
    for (tag, rights, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(rights.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn set(file: &Path, name: &str, value: &[u8]) -> bool {
    match rustix::fs::setxattr(file, name, value, XattrFlags::empty()) {
        Ok(()) => true,
        Err(errno) => {
            println!("SKIP: {name} cannot be set here: {errno}");
            false
        }
    }
}

#[test]
fn mode_owner_acl_and_extended_attributes_are_kept_by_rename_and_in_place() {
    const NONE: u32 = u32::MAX;
    for link in [false, true] {
        let case = case();
        if link {
            fs::hard_link(&case.file, case.home.join("other")).unwrap();
        }
        if rustix::process::geteuid().is_root() {
            chown(&case.file, Some(1234), Some(2345)).unwrap();
            set(&case.file, "trusted.whyhost", b"\0\xff");
            set(&case.file, "security.selinux", b"system_u:object_r:net_conf_t:s0\0");
        } else {
            println!("SKIP: only root can give files away");
        }
        fs::set_permissions(&case.file, Permissions::from_mode(0o2750)).unwrap();
        set(&case.file, "user.comment", b"kept \xff");
        set(
            &case.file,
            ACL,
            &acl(&[(1, 7, NONE), (2, 4, 99), (4, 5, NONE), (0x10, 5, NONE), (0x20, 0, NONE)]),
        );
        // What new files of the folder would get is not what this file has.
        set(
            &case.home,
            DEFAULT_ACL,
            &acl(&[(1, 7, NONE), (2, 7, 77), (4, 7, NONE), (0x10, 7, NONE), (0x20, 7, NONE)]),
        );
        let before = looks(&case.file);
        let written =
            write::replace(write::open(&case.file, &case.options).unwrap(), b"new\n", "test").unwrap();
        assert_eq!(written.way == Way::Rename, !link, "{:?}", written.way);
        assert_eq!(looks(&case.file), before);
        assert_eq!(fs::read(&case.file).unwrap(), b"new\n");
    }
}

#[test]
fn a_default_acl_of_the_folder_is_not_inherited() {
    const NONE: u32 = u32::MAX;
    let case = case();
    fs::set_permissions(&case.file, Permissions::from_mode(0o640)).unwrap();
    let rights = acl(&[(1, 7, NONE), (2, 7, 77), (4, 7, NONE), (0x10, 7, NONE), (0x20, 7, NONE)]);
    if !set(&case.home, DEFAULT_ACL, &rights) {
        return;
    }
    let before = looks(&case.file);
    write::replace(write::open(&case.file, &case.options).unwrap(), b"new\n", "test").unwrap();
    assert_eq!(looks(&case.file), before);
}

#[test]
fn an_undo_restores_mode_owner_and_extended_attributes_in_both_ways() {
    for link in [false, true] {
        let case = case();
        if link {
            fs::hard_link(&case.file, case.home.join("other")).unwrap();
        }
        fs::set_permissions(&case.file, Permissions::from_mode(0o604)).unwrap();
        set(&case.file, "user.comment", b"first");
        let before = looks(&case.file);
        write::replace(write::open(&case.file, &case.options).unwrap(), b"new\n", "test").unwrap();
        fs::set_permissions(&case.file, Permissions::from_mode(0o666)).unwrap();
        set(&case.file, "user.comment", b"second");
        set(&case.file, "user.other", b"more");
        let undo = write::prepare_undo(None, &case.options).unwrap();
        assert!(!undo.changed_since);
        write::undo(undo, false, &case.options).unwrap();
        assert_eq!((fs::read(&case.file).unwrap(), looks(&case.file)), (b"old\n".to_vec(), before));
    }
}

#[test]
fn what_protects_a_file_is_named_and_stays() {
    for (flag, obstacle, word) in [
        (IFlags::IMMUTABLE, Obstacle::Immutable, "immutable"),
        (IFlags::APPEND, Obstacle::AppendOnly, "append-only"),
    ] {
        let case = case();
        let handle = File::open(&case.file).unwrap();
        let flags = rustix::fs::ioctl_getflags(&handle).unwrap_or(IFlags::empty());
        if let Err(errno) = rustix::fs::ioctl_setflags(&handle, flags | flag) {
            println!("SKIP: the attribute cannot be set here: {errno}");
            continue;
        }
        let draft = write::open(&case.file, &case.options).unwrap();
        let refusal = draft.writable().unwrap_err();
        let error = write::replace(draft, b"new\n", "test").unwrap_err();
        let now = rustix::fs::ioctl_getflags(&handle).unwrap();
        rustix::fs::ioctl_setflags(&handle, flags).unwrap();
        assert_eq!(refusal.obstacle, obstacle);
        assert!(refusal.to_string().contains(word), "{refusal}");
        assert_eq!(refusal.prefix(), None, "another user could not either");
        assert!(matches!(error, WriteError::Refused(_)), "{error}");
        assert!(now.contains(flag));
        assert_eq!(fs::read(&case.file).unwrap(), b"old\n");
        assert_eq!(write::history(&case.options).unwrap(), []);
    }
}

#[test]
fn an_immutable_folder_leaves_the_file_to_be_written_in_place() {
    let case = case();
    let handle = File::open(&case.home).unwrap();
    let flags = rustix::fs::ioctl_getflags(&handle).unwrap_or(IFlags::empty());
    if let Err(errno) = rustix::fs::ioctl_setflags(&handle, flags | IFlags::IMMUTABLE) {
        println!("SKIP: the attribute cannot be set here: {errno}");
        return;
    }
    let written = write::open(&case.file, &case.options)
        .and_then(|draft| write::replace(draft, b"newer content\n", "test"));
    rustix::fs::ioctl_setflags(&handle, flags).unwrap();
    assert_eq!(written.unwrap().way, Way::InPlace { reason: Reason::Folder });
    assert_eq!(fs::read(&case.file).unwrap(), b"newer content\n");
}

#[test]
fn flags_of_chattr_are_kept() {
    let case = case();
    let handle = File::open(&case.file).unwrap();
    let flags = rustix::fs::ioctl_getflags(&handle).unwrap_or(IFlags::empty());
    if let Err(errno) = rustix::fs::ioctl_setflags(&handle, flags | IFlags::NODUMP) {
        println!("SKIP: the attribute cannot be set here: {errno}");
        return;
    }
    write::replace(write::open(&case.file, &case.options).unwrap(), b"new\n", "test").unwrap();
    let now = rustix::fs::ioctl_getflags(File::open(&case.file).unwrap()).unwrap();
    assert!(now.contains(IFlags::NODUMP), "{now:?}");
}

#[test]
fn a_file_without_write_permission_keeps_its_mode() {
    let case = case();
    fs::set_permissions(&case.file, Permissions::from_mode(0o444)).unwrap();
    let draft = write::open(&case.file, &case.options).unwrap();
    assert_eq!(draft.notes(), [write::Note::NoWritePermission { mode: 0o444 }]);
    write::replace(draft, b"new\n", "test").unwrap();
    assert_eq!(fs::metadata(&case.file).unwrap().mode() & 0o7777, 0o444);
    assert!(write::history(&case.options).unwrap().iter().all(|entry| entry.state == State::Done));
}
