//! A snapshot: everything that the models need to know of a machine, as raw bytes and raw rows.
//!
//! Nothing in here is parsed: a better parser gives an old snapshot a better reading. Field names are part of the
//! schema ([`SCHEMA`]); fields are only ever added.

mod json;
mod live;
mod raw;
mod redact;
mod sockets;

pub use json::SnapshotError;
pub use live::{
    Family, HttpAnswer, Live, LiveLookup, LiveOutcome, LoopbackKind, LoopbackTest, Observation, Probe,
    ProbeOutcome,
};
pub use raw::{Content, FileKind, Meta, RawFile};
pub use redact::redact;
pub use sockets::{AcceptQueue, FilterChain, NamedBy, Namespace, Process, Protocol, Socket};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The schema that this version writes and reads.
pub const SCHEMA: &str = "whyhost.snapshot/1";

/// The recorded facts of one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// The operating system and its C library.
    pub os: Os,
    /// Files as bytes, or why there are none; kernel switches under `/proc/sys` among them.
    pub files: Vec<RawFile>,
    /// Links with their addresses, in the kernel's order of the address dump.
    #[serde(default)]
    pub interfaces: Vec<Interface>,
    /// Routes that decide where loopback and global destinations go.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// The kernel's source address (or errno) for each destination that an answer may hold.
    #[serde(default)]
    pub source_addresses: Vec<SourceAddress>,
    /// Listening sockets.
    #[serde(default)]
    pub sockets: Vec<Socket>,
    /// Other network namespaces with listeners on the ports that were asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<Namespace>,
    /// The base chains of the packet filter; `None` where they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packet_filter: Option<Vec<FilterChain>>,
    /// Environment variables that change resolution.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// NSS modules that nsswitch.conf names, and whether the loader finds them.
    #[serde(default)]
    pub nss_modules: Vec<NssModule>,
    /// Programs found on the machine.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// What the real resolver and DNS servers answered.
    #[serde(default)]
    pub live: Live,
    /// What could not be looked at, and why.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// The program that wrote a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Program name.
    pub name: String,
    /// Program version.
    pub version: String,
}

/// Which operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OsFamily {
    /// Linux with any C library.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

/// The operating system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Os {
    /// Linux, macOS or Windows.
    pub family: OsFamily,
    /// Distribution name as in os-release `PRETTY_NAME`, may be empty.
    #[serde(default)]
    pub name: String,
    /// Kernel release.
    #[serde(default)]
    pub kernel: String,
    /// The C library whose getaddrinfo was asked.
    #[serde(default)]
    pub libc: Option<Libc>,
    /// The machine's own name (gethostname).
    #[serde(default)]
    pub hostname: String,
}

impl Os {
    /// A system of which nothing is known but what it is.
    pub fn unknown(family: OsFamily) -> Os {
        Os { family, name: String::new(), kernel: String::new(), libc: None, hostname: String::new() }
    }
}

/// A C library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Libc {
    /// `glibc` or `musl`.
    pub name: String,
    /// As the library says it: `2.36`.
    pub version: String,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Interface index.
    pub index: u32,
    /// Interface name.
    pub name: String,
    /// `ARPHRD_*`: 772 loopback, 768/769 tunnel, 776 sit, 1 Ethernet.
    pub link_type: u16,
    /// `IFF_*`: bit 0 up, bit 3 loopback.
    pub flags: u32,
    /// Maximum transmission unit in bytes; 0 when unknown.
    #[serde(default)]
    pub mtu: u32,
    /// Configured addresses.
    #[serde(default)]
    pub addresses: Vec<InterfaceAddress>,
}

impl Interface {
    /// `IFF_UP` is set.
    pub fn is_up(&self) -> bool {
        self.flags & 0x1 != 0
    }
    /// `IFF_LOOPBACK` is set.
    pub fn is_loopback(&self) -> bool {
        self.flags & 0x8 != 0
    }
}

/// An address of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceAddress {
    /// `IFA_LOCAL` where there is one, else `IFA_ADDRESS`.
    pub address: IpAddr,
    /// `IFA_ADDRESS` where it differs: the peer of a point-to-point link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<IpAddr>,
    /// Prefix length in bits.
    pub prefix_len: u8,
    /// `IFA_F_*`: 0x20 deprecated, 0x04 optimistic, 0x40 tentative, 0x10 home address.
    #[serde(default)]
    pub flags: u32,
    /// `RT_SCOPE_*`: 0 universe, 253 link, 254 host.
    #[serde(default)]
    pub scope: u8,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Destination prefix.
    pub destination: IpAddr,
    /// Prefix length in bits; 0 is a default route.
    pub prefix_len: u8,
    /// Next hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<IpAddr>,
    /// Interface name.
    pub interface: String,
    /// Priority; lower wins.
    #[serde(default)]
    pub metric: u32,
}

/// An address with the interface index that scopes it; 0 means no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScopedAddr {
    /// The address.
    pub address: IpAddr,
    /// Interface index, 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scope_id: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl From<IpAddr> for ScopedAddr {
    fn from(address: IpAddr) -> Self {
        ScopedAddr { address, scope_id: 0 }
    }
}

impl fmt::Display for ScopedAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope_id {
            0 => write!(f, "{}", self.address),
            scope => write!(f, "{}%{scope}", self.address),
        }
    }
}

/// What `connect` on a UDP socket and `getsockname` said for one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAddress {
    /// Destination.
    #[serde(flatten)]
    pub destination: ScopedAddr,
    /// The source that the kernel chose, or the errno.
    #[serde(flatten)]
    pub outcome: SourceOutcome,
}

/// The kernel's choice for one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceOutcome {
    /// The source address.
    Source(IpAddr),
    /// `connect` (or `socket`) failed with this errno: `ENETUNREACH`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`, …
    Errno(String),
}

/// An NSS module: `libnss_<name>.so.2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NssModule {
    /// Service name as in nsswitch.conf.
    pub name: String,
    /// Where the loader finds it; `None` when it is not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Version of the package it comes from, where known: `247`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A program found on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Stable id: `node`, `curl`.
    pub id: String,
    /// Where it is.
    pub path: String,
    /// Version as it prints it.
    #[serde(default)]
    pub version: String,
}

/// Something that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What: a path, `listeners of other users`.
    pub what: String,
    /// Why, and what would help.
    pub why: String,
}

impl Snapshot {
    /// An empty snapshot of a machine with this operating system.
    pub fn new(os: Os) -> Snapshot {
        Snapshot {
            schema: SCHEMA.into(),
            tool: Tool { name: "whyhost".into(), version: env!("CARGO_PKG_VERSION").into() },
            os,
            files: Vec::new(),
            interfaces: Vec::new(),
            routes: Vec::new(),
            source_addresses: Vec::new(),
            sockets: Vec::new(),
            namespaces: Vec::new(),
            packet_filter: None,
            env: BTreeMap::new(),
            nss_modules: Vec::new(),
            programs: Vec::new(),
            live: Live::default(),
            gaps: Vec::new(),
        }
    }

    /// Adds `lo`, up, with its two addresses, each its own source: what nearly every running machine has, for a machine
    /// whose network cannot be seen.
    pub fn assume_loopback(&mut self) {
        const UP_LOOPBACK_RUNNING: u32 = 0x49;
        const ARPHRD_LOOPBACK: u16 = 772;
        const IFA_F_PERMANENT: u32 = 0x80;
        const RT_SCOPE_HOST: u8 = 254;
        let loopbacks = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let address = |(address, prefix_len): (IpAddr, u8)| InterfaceAddress {
            address,
            peer: None,
            prefix_len,
            flags: IFA_F_PERMANENT,
            scope: RT_SCOPE_HOST,
        };
        self.interfaces.push(Interface {
            index: 1,
            name: "lo".into(),
            link_type: ARPHRD_LOOPBACK,
            flags: UP_LOOPBACK_RUNNING,
            mtu: 65536,
            addresses: loopbacks.into_iter().zip([8, 128]).map(address).collect(),
        });
        self.source_addresses.extend(loopbacks.map(|address| SourceAddress {
            destination: address.into(),
            outcome: SourceOutcome::Source(address),
        }));
    }

    /// The recorded file at `path`.
    pub fn file(&self, path: &str) -> Option<&RawFile> {
        self.files.iter().find(|f| f.path == path)
    }
}
