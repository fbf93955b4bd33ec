//! The files module: /etc/hosts as glibc reads it (`nss/nss_files/files-hosts.c`).

use super::{Call, Candidate, HErrno, Outcome, Report};
use crate::conf::nsswitch::Status;
use crate::machine::{FileState, GlibcVersion, Machine};
use crate::resolve::answer::Source;
use crate::snapshot::{FileKind, ScopedAddr};
use hosts_edit::Hit;
use hosts_edit::dialect::{Dialect, GLIBC, GLIBC_2_32};

/// Asks the hosts file for `name`.
pub fn call(machine: &Machine, name: &str, call: Call) -> Outcome {
    match &machine.hosts.state {
        FileState::Read => Outcome::Report(read(machine, name, call)),
        FileState::Absent(errno) => Outcome::Report(absent(errno, call)),
        FileState::NotAFile(FileKind::Directory) => Outcome::Report(directory(call)),
        FileState::NotAFile(FileKind::Fifo) => {
            Outcome::Unknown(format!("{} is a FIFO: every program that opens it waits", machine.hosts.path))
        }
        FileState::NotAFile(_) => Outcome::Unknown(format!("{} is no regular file", machine.hosts.path)),
        FileState::Unreadable(reason) => {
            Outcome::Unknown(format!("could not read {}: {reason}", machine.hosts.path))
        }
        FileState::Unrecorded => Outcome::Unknown(format!("the snapshot has no {}", machine.hosts.path)),
    }
}

/// `multi` is in force: all matching lines count (`_res_hconf.flags & HCONF_FLAG_MULTI`).
pub fn multi(machine: &Machine) -> bool {
    machine.host_conf.value.with_env(machine.raw.env.get("RESOLV_MULTI").map(String::as_str))
}

/// How this version reads the file.
pub fn dialect(version: GlibcVersion) -> &'static Dialect {
    if version >= GlibcVersion(2, 33) { &GLIBC } else { &GLIBC_2_32 }
}

fn read(machine: &Machine, name: &str, call: Call) -> Report {
    let path = &machine.hosts.path;
    let mut hits = machine.hosts.value.lookup(dialect(machine.glibc), name.as_bytes(), call.family().into());
    let skipped = if multi(machine) { 0 } else { hits.len().saturating_sub(1) };
    hits.truncate(hits.len() - skipped);
    if hits.is_empty() {
        let detail = format!("{path} has no line for {name}{}", of_family(call));
        return Report::nothing(Status::NotFound, Some(HErrno::HostNotFound), detail);
    }
    let canonical = hits.first().map(|h| String::from_utf8_lossy(&h.canonical).into_owned());
    let mut detail =
        hits.iter().map(|h| format!("{path}:{} → {}", h.line, h.address)).collect::<Vec<_>>().join(" · ");
    if skipped > 0 {
        detail.push_str(&format!(" · {skipped} more ignored: host.conf has no `multi on`"));
    }
    Report::found(hits.into_iter().map(|h| candidate(path, &h)).collect(), canonical, detail)
}

fn candidate(path: &str, hit: &Hit) -> Candidate {
    Candidate {
        address: ScopedAddr { address: hit.address, scope_id: hit.scope_id },
        from: Source::HostsLine { path: path.to_owned(), line: hit.line },
    }
}

fn of_family(call: Call) -> &'static str {
    match call {
        Call::Both => "",
        Call::V4 => " (IPv4)",
        Call::V6 => " (IPv6)",
    }
}

/// The function for both families forgets an error of the service before it; the others leave it and only set errno
/// (seen with a dead DNS server or a missing module before `files`).
fn absent(errno: &str, call: Call) -> Report {
    let h_errno = (call == Call::Both).then_some(HErrno::HostNotFound);
    let known = ["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].into_iter().find(|known| *known == errno);
    let detail = format!("/etc/hosts cannot be opened ({errno})");
    Report { errno: known, ..Report::nothing(Status::Unavail, h_errno, detail) }
}

/// `getline` fails with EISDIR: the functions for one family hand it on, the one for both families reports an
/// unavailable file (facts of the hosts format, section 8.1).
fn directory(call: Call) -> Report {
    let detail = "/etc/hosts is a directory (EISDIR)";
    if call == Call::Both {
        return Report::nothing(Status::Unavail, None, detail);
    }
    Report { errno: Some("EISDIR"), ..Report::nothing(Status::Unavail, Some(HErrno::Internal), detail) }
}
