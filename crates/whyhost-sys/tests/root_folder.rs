//! Another machine's root folder: links stay inside it, and nothing in it can block or break the collection.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use rustix::fs::{CWD, FileType, Mode};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use whyhost_core::snapshot::{FileKind, Libc, Meta, Snapshot, SourceOutcome};
use whyhost_sys::{SysError, collect_root};

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        fs::create_dir(folder.at("/etc")).unwrap();
        folder
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path.trim_start_matches('/'))
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Folder {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), bytes).unwrap();
        self
    }

    fn link(&self, path: &str, target: &str) -> &Folder {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        symlink(target, self.at(path)).unwrap();
        self
    }

    fn collect(&self) -> Snapshot {
        collect_root(self.0.path()).unwrap()
    }
}

fn make_fifo(path: &Path) {
    rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
}

fn text(snapshot: &Snapshot, path: &str) -> String {
    String::from_utf8(snapshot.file(path).unwrap().bytes().unwrap()).unwrap()
}

fn meta<'s>(snapshot: &'s Snapshot, path: &str) -> &'s Meta {
    &snapshot.file(path).unwrap().meta
}

#[test]
fn files_are_bytes_with_their_facts() {
    let folder = Folder::new();
    folder
        .write("/etc/hosts", b"127.0.0.1 localhost \xff\r\n")
        .write("/etc/os-release", "PRETTY_NAME='Test 1'\n");
    folder.write("/etc/hostname", "# name\ndevbox\n");
    fs::set_permissions(folder.at("/etc/hosts"), Permissions::from_mode(0o640)).unwrap();
    let snapshot = folder.collect();
    let hosts = snapshot.file("/etc/hosts").unwrap();
    assert_eq!(hosts.bytes().unwrap(), b"127.0.0.1 localhost \xff\r\n");
    assert!(
        matches!(hosts.meta, Meta::Present { mode: 0o640, size: 23, link: None, mount: false, .. }),
        "{hosts:?}"
    );
    assert_eq!((snapshot.os.name.as_str(), snapshot.os.hostname.as_str()), ("Test 1", "devbox"));
    assert!(matches!(meta(&snapshot, "/etc/gai.conf"), Meta::Absent { errno, .. } if errno == "ENOENT"));
}

#[test]
fn configuration_of_servers_is_recorded_within_bounds() {
    let folder = Folder::new();
    folder
        .write("/etc/wgetrc", "prefer-family = IPv4\n")
        .write("/etc/nginx/nginx.conf", "x".repeat(256 << 10));
    folder.write("/etc/nginx/sites-available/api", "server {}\n");
    folder.link("/etc/nginx/sites-enabled/api", "/etc/nginx/sites-available/api");
    folder.write("/etc/nginx/sites-available/unused", "server {}\n");
    folder.write("/etc/nginx/conf.d/.hidden.conf", "").write("/etc/nginx/conf.d/old.conf~", "");
    folder.write("/etc/haproxy/haproxy.cfg", "x".repeat((256 << 10) + 1));
    folder.write("/run/systemd/resolved.conf.d/10-vpn.conf", "[Resolve]\nDNS=192.0.2.1\n");
    fs::create_dir(folder.at("/etc/nginx/conf.d/folder.conf")).unwrap();
    make_fifo(&folder.at("/etc/nginx/conf.d/pipe.conf"));
    let snapshot = folder.collect();
    assert_eq!(text(&snapshot, "/etc/wgetrc"), "prefer-family = IPv4\n");
    assert_eq!(text(&snapshot, "/etc/nginx/nginx.conf").len(), 256 << 10);
    assert_eq!(text(&snapshot, "/etc/nginx/sites-enabled/api"), "server {}\n");
    assert_eq!(text(&snapshot, "/run/systemd/resolved.conf.d/10-vpn.conf"), "[Resolve]\nDNS=192.0.2.1\n");
    assert!(matches!(meta(&snapshot, "/etc/mdns.allow"), Meta::Absent { .. }));
    for path in ["sites-available/unused", "conf.d/.hidden.conf", "conf.d/old.conf~", "conf.d/.."] {
        assert!(snapshot.file(&format!("/etc/nginx/{path}")).is_none(), "{path}");
    }
    for name in ["folder", "pipe"] {
        assert!(snapshot.file(&format!("/etc/nginx/conf.d/{name}.conf")).unwrap().content.is_none());
    }
    assert!(snapshot.file("/etc/haproxy/haproxy.cfg").unwrap().content.is_none());
    let gap = snapshot.gaps.iter().find(|gap| gap.what == "/etc/haproxy/haproxy.cfg").unwrap();
    assert!(gap.why.contains("256 KiB"), "{gap:?}");
    assert!(snapshot.programs.is_empty(), "no program of another machine is run");
}

#[test]
fn a_folder_of_very_many_files_is_read_in_part() {
    let folder = Folder::new();
    for number in 0..70 {
        folder.write(&format!("/etc/nginx/conf.d/{number:02}.conf"), "");
    }
    let snapshot = folder.collect();
    let recorded = snapshot.files.iter().filter(|f| f.path.starts_with("/etc/nginx/conf.d/")).count();
    assert_eq!(recorded, 64);
    assert!(snapshot.gaps.iter().any(|gap| gap.what == "/etc/nginx/conf.d" && gap.why.contains("70 files")));
}

#[test]
fn links_are_followed_inside_the_folder() {
    let folder = Folder::new();
    folder.write("/run/resolv", "inside\n").link("/etc/resolv.conf", "/run/resolv");
    folder.write("/outside/hosts", "also inside\n").link("/etc/hosts", "../../../../../outside/hosts");
    // A folder on the way that is a link, and a link to a link.
    folder.write("/real/dir/name", "deep\n").link("/alias", "real/./dir/").link("/second", "/alias/name");
    folder.link("/etc/host.conf", "../second");
    let snapshot = folder.collect();
    assert_eq!(text(&snapshot, "/etc/resolv.conf"), "inside\n");
    assert_eq!(text(&snapshot, "/etc/hosts"), "also inside\n");
    assert_eq!(text(&snapshot, "/etc/host.conf"), "deep\n");
    let Meta::Present { link, .. } = meta(&snapshot, "/etc/resolv.conf") else { panic!("present") };
    assert_eq!(link.as_deref(), Some("/run/resolv"));
}

#[test]
fn a_link_to_a_file_of_the_running_machine_dangles() {
    let folder = Folder::new();
    folder.link("/etc/hosts", "/etc/passwd");
    let snapshot = folder.collect();
    let Meta::Absent { errno, link } = meta(&snapshot, "/etc/hosts") else { panic!("absent") };
    assert_eq!((errno.as_str(), link.as_deref()), ("ENOENT", Some("/etc/passwd")));
}

#[test]
fn loops_and_files_used_as_folders_have_their_errno() {
    let folder = Folder::new();
    folder.link("/etc/hosts", "hosts2").link("/etc/hosts2", "hosts");
    folder.write("/plain", "").link("/etc/gai.conf", "/plain/inside");
    let snapshot = folder.collect();
    assert!(matches!(meta(&snapshot, "/etc/hosts"), Meta::Absent { errno, .. } if errno == "ELOOP"));
    assert!(matches!(meta(&snapshot, "/etc/gai.conf"), Meta::Absent { errno, .. } if errno == "ENOTDIR"));
}

#[test]
fn what_is_no_regular_file_is_named_and_never_read() {
    let folder = Folder::new();
    // Nobody writes to the pipe: opening it for reading would wait for ever.
    make_fifo(&folder.at("/etc/hosts"));
    fs::create_dir(folder.at("/etc/resolv.conf")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.at("/etc/gai.conf")).unwrap();
    let snapshot = folder.collect();
    let kinds = [
        ("/etc/hosts", FileKind::Fifo),
        ("/etc/resolv.conf", FileKind::Directory),
        ("/etc/gai.conf", FileKind::Socket),
    ];
    for (path, expected) in kinds {
        let file = snapshot.file(path).unwrap();
        assert!(matches!(file.meta, Meta::Present { kind, .. } if kind == expected), "{file:?}");
        assert_eq!(file.content, None);
    }
}

#[test]
fn an_unreadable_file_is_a_gap() {
    if rustix::process::geteuid().is_root() {
        eprintln!("SKIP: root reads everything");
        return;
    }
    let folder = Folder::new();
    folder.write("/etc/hosts", "127.0.0.1 localhost\n");
    fs::set_permissions(folder.at("/etc/hosts"), Permissions::from_mode(0o000)).unwrap();
    let snapshot = folder.collect();
    assert!(matches!(meta(&snapshot, "/etc/hosts"), Meta::Unreadable { reason } if reason == "EACCES"));
    assert!(snapshot.gaps.iter().any(|gap| gap.what == "/etc/hosts" && gap.why.contains("run as root")));
}

#[test]
fn modules_and_the_library_are_found_in_the_folder() {
    let folder = Folder::new();
    folder.write("/etc/nsswitch.conf", "hosts: files myhostname dns\n");
    folder.write("/etc/ld.so.conf.d/extra.conf", "# comment\n/opt/lib\n");
    folder
        .write("/opt/lib/libnss_myhostname.so.2", "")
        .write("/usr/lib/systemd/libsystemd-shared-252.so", "");
    folder
        .write("/lib/x86_64-linux-gnu/libc-2.31.so", "")
        .link("/lib/x86_64-linux-gnu/libc.so.6", "libc-2.31.so");
    let snapshot = folder.collect();
    let modules: Vec<_> = snapshot
        .nss_modules
        .iter()
        .map(|m| (m.name.as_str(), m.path.as_deref(), m.version.as_deref()))
        .collect();
    let myhostname = ("myhostname", Some("/opt/lib/libnss_myhostname.so.2"), Some("252"));
    assert_eq!(modules, [("files", None, None), myhostname, ("dns", None, None)]);
    assert_eq!(snapshot.os.libc, Some(Libc { name: "glibc".into(), version: "2.31".into() }));
}

#[test]
fn newer_glibc_and_musl_tell_their_version() {
    let glibc = Folder::new();
    glibc.write(
        "/usr/lib64/libc.so.6",
        "\0GNU C Library (GNU libc) stable release version 2.41.\nCopyright\0",
    );
    assert_eq!(glibc.collect().os.libc, Some(Libc { name: "glibc".into(), version: "2.41".into() }));
    let musl = Folder::new();
    musl.write("/lib/ld-musl-x86_64.so.1", "")
        .write("/lib/apk/db/installed", "P:zlib\nV:1.3-r0\n\nC:Q1\nP:musl\nV:1.2.5-r9\n");
    assert_eq!(musl.collect().os.libc, Some(Libc { name: "musl".into(), version: "1.2.5".into() }));
    assert_eq!(Folder::new().collect().os.libc, None);
}

#[test]
fn the_network_is_assumed_and_said_to_be() {
    let snapshot = Folder::new().collect();
    assert_eq!(snapshot.interfaces.len(), 1);
    assert!(snapshot.interfaces[0].is_up() && snapshot.interfaces[0].is_loopback());
    let own_source = |row: &whyhost_core::snapshot::SourceAddress| {
        row.outcome == SourceOutcome::Source(row.destination.address)
    };
    assert!(snapshot.source_addresses.len() == 2 && snapshot.source_addresses.iter().all(own_source));
    assert!(snapshot.gaps.iter().any(|gap| gap.why.contains("assumed")));
    assert!(snapshot.sockets.is_empty() && snapshot.env.is_empty());
}

#[test]
fn the_folder_must_be_one() {
    let folder = Folder::new();
    folder.write("/file", "");
    assert!(matches!(collect_root(&folder.at("/missing")), Err(SysError::Io { .. })));
    let error = collect_root(&folder.at("/file")).unwrap_err();
    assert!(error.to_string().ends_with("it is a regular file, not a directory"), "{error}");
}

#[test]
fn files_beside_the_hosts_file_are_recorded_by_name_and_size_alone() {
    let folder = Folder::new();
    folder.write("/etc/hosts", "127.0.0.1 localhost\n").write("/etc/hosts.txt", "10.0.0.1 secret\n");
    folder.write("/etc/hosts.bak", "x").write("/etc/hosts.allow", "ALL: ALL\n");
    let snapshot = folder.collect();
    for (path, bytes) in [("/etc/hosts.txt", 16), ("/etc/hosts.bak", 1)] {
        assert!(matches!(meta(&snapshot, path), Meta::Present { size, .. } if *size == bytes), "{path}");
        assert_eq!(snapshot.file(path).unwrap().bytes(), None, "{path}");
    }
    assert!(snapshot.file("/etc/hosts.allow").is_none() && snapshot.file("/etc/host").is_none());
}
