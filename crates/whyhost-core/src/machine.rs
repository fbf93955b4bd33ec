//! A machine: the snapshot with its configuration files parsed.

use crate::conf::gai::GaiConf;
use crate::conf::host_conf::HostConf;
use crate::conf::nsswitch::Nsswitch;
use crate::conf::resolv::ResolvConf;
use crate::snapshot::{FileKind, Interface, Meta, Os, RawFile, ScopedAddr, Snapshot, SourceOutcome};
use hosts_edit::HostsFile;
use std::net::IpAddr;

/// The hosts file of a Unix machine.
pub const HOSTS: &str = "/etc/hosts";
/// The name service switch.
pub const NSSWITCH: &str = "/etc/nsswitch.conf";
/// The DNS client's configuration.
pub const RESOLV: &str = "/etc/resolv.conf";
/// The address selection table of glibc.
pub const GAI: &str = "/etc/gai.conf";
/// glibc's host.conf: `multi`.
pub const HOST_CONF: &str = "/etc/host.conf";

/// Names beside the hosts file under which entries are saved by mistake.
pub const HOSTS_MISTAKES: [&str; 5] =
    ["/etc/hosts.txt", "/etc/host", "/etc/Hosts", "/etc/hosts.hosts", "/etc/hosts.conf"];
/// Names of copies of the hosts file that people and programs make.
pub const HOSTS_COPIES: [&str; 6] = [
    "/etc/hosts.bak",
    "/etc/hosts.old",
    "/etc/hosts.orig",
    "/etc/hosts.backup",
    "/etc/hosts.save",
    "/etc/hosts~",
];

/// A configuration file: where it is, whether it was read, and what it says.
///
/// A file that is absent or could not be read has the value of an empty one; `state` tells them apart.
#[derive(Debug, Clone)]
pub struct Conf<T> {
    /// Path as the consumers name it.
    pub path: String,
    /// Whether the bytes were there.
    pub state: FileState,
    /// The parsed value.
    pub value: T,
}

/// Whether a configuration file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// The bytes are known.
    Read,
    /// Nothing is there; the errno (`ENOENT`, `ELOOP`, …).
    Absent(String),
    /// Something else than a regular file is there.
    NotAFile(FileKind),
    /// It is there but the bytes are unknown; the reason.
    Unreadable(String),
    /// The snapshot does not say anything about it.
    Unrecorded,
}

impl FileState {
    /// glibc opens it and gets bytes.
    pub fn is_read(&self) -> bool {
        matches!(self, FileState::Read)
    }
}

/// A version of glibc: major and minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion(pub u32, pub u32);

impl GlibcVersion {
    /// What is assumed where the snapshot does not say: the version of Debian 12.
    pub const ASSUMED: GlibcVersion = GlibcVersion(2, 36);

    /// Reads `2.36`, also with a suffix.
    pub fn parse(text: &str) -> Option<GlibcVersion> {
        let mut parts = text.split(|c: char| !c.is_ascii_digit());
        Some(GlibcVersion(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }
}

/// A snapshot with its files parsed: the input of every model and rule.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The operating system.
    pub os: Os,
    /// The glibc whose rules apply.
    pub glibc: GlibcVersion,
    /// /etc/hosts.
    pub hosts: Conf<HostsFile>,
    /// /etc/nsswitch.conf.
    pub nsswitch: Conf<Nsswitch>,
    /// /etc/resolv.conf.
    pub resolv: Conf<ResolvConf>,
    /// /etc/gai.conf.
    pub gai: Conf<GaiConf>,
    /// /etc/host.conf.
    pub host_conf: Conf<HostConf>,
    /// The raw facts that need no parsing: interfaces, routes, sockets, environment, live answers.
    pub raw: Snapshot,
}

impl Machine {
    /// Parses every configuration file of the snapshot.
    pub fn new(snapshot: Snapshot) -> Machine {
        let glibc = snapshot
            .os
            .libc
            .as_ref()
            .filter(|l| l.name == "glibc")
            .and_then(|l| GlibcVersion::parse(&l.version))
            .unwrap_or(GlibcVersion::ASSUMED);
        Machine {
            os: snapshot.os.clone(),
            glibc,
            hosts: conf(&snapshot, HOSTS, |bytes| HostsFile::parse(bytes).0),
            nsswitch: conf(&snapshot, NSSWITCH, |bytes| Nsswitch::parse(&bytes, glibc)),
            resolv: conf(&snapshot, RESOLV, |bytes| ResolvConf::parse(&bytes)),
            gai: conf(&snapshot, GAI, |bytes| GaiConf::parse(&bytes, glibc)),
            host_conf: conf(&snapshot, HOST_CONF, |bytes| HostConf::parse(&bytes)),
            raw: snapshot,
        }
    }

    /// The loopback interface.
    pub fn loopback(&self) -> Option<&Interface> {
        self.raw.interfaces.iter().find(|i| i.is_loopback())
    }

    /// The interface that holds `address`.
    pub fn interface_of(&self, address: IpAddr) -> Option<&Interface> {
        self.raw.interfaces.iter().find(|i| i.addresses.iter().any(|a| a.address == address))
    }

    /// `address` is configured on the loopback interface.
    pub fn loopback_has(&self, address: IpAddr) -> bool {
        self.loopback().is_some_and(|lo| lo.addresses.iter().any(|a| a.address == address))
    }

    /// The kernel's source for `destination`, as recorded.
    pub fn source_of(&self, destination: ScopedAddr) -> Option<&SourceOutcome> {
        self.raw.source_addresses.iter().find(|s| s.destination == destination).map(|s| &s.outcome)
    }

    /// A kernel switch under `/proc/sys/net`, such as `ipv6/conf/all/disable_ipv6`; `None` when not recorded.
    pub fn sysctl(&self, name: &str) -> Option<i64> {
        let file = self.raw.file(&format!("/proc/sys/net/{name}"))?;
        std::str::from_utf8(&file.bytes()?).ok()?.trim().parse().ok()
    }

    /// The snapshot says that something is at `path`: `Some(false)` for recorded absence, `None` for no record.
    pub fn has_path(&self, path: &str) -> Option<bool> {
        self.raw.file(path).map(|f| !matches!(f.meta, Meta::Absent { .. }))
    }

    /// IPv6 sockets can be made: false only when a recorded `socket(AF_INET6)` failed.
    pub fn has_inet6_sockets(&self) -> bool {
        !self
            .raw
            .source_addresses
            .iter()
            .any(|s| matches!(&s.outcome, SourceOutcome::Errno(e) if e == "EAFNOSUPPORT"))
    }
}

fn conf<T>(snapshot: &Snapshot, path: &str, parse: impl FnOnce(Vec<u8>) -> T) -> Conf<T> {
    let (state, bytes) = read(snapshot.file(path));
    Conf { path: path.to_owned(), state, value: parse(bytes) }
}

fn read(file: Option<&RawFile>) -> (FileState, Vec<u8>) {
    let Some(file) = file else { return (FileState::Unrecorded, Vec::new()) };
    let state = match (&file.meta, file.bytes()) {
        (_, Some(bytes)) => return (FileState::Read, bytes),
        (Meta::Present { kind: FileKind::File, .. }, None) => FileState::Unreadable("not recorded".into()),
        (Meta::Present { kind, .. }, None) => FileState::NotAFile(*kind),
        (Meta::Absent { errno, .. }, None) => FileState::Absent(errno.clone()),
        (Meta::Unreadable { reason }, None) => FileState::Unreadable(reason.clone()),
    };
    (state, Vec::new())
}
