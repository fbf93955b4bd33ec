//! Listening sockets, who holds them, and what stands between them and a packet.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The transport of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A listening socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// Bound address; `0.0.0.0` and `::` are the wildcards.
    pub address: IpAddr,
    /// Bound port.
    pub port: u16,
    /// Interface index of `SO_BINDTODEVICE` or of a link-local scope; 0 for none.
    #[serde(default)]
    pub interface_index: u32,
    /// `IPV6_V6ONLY`; `None` where the source does not tell (`/proc/net`) or the socket is IPv4.
    #[serde(default)]
    pub v6only: Option<bool>,
    /// Creator's user id.
    #[serde(default)]
    pub uid: u32,
    /// Socket inode.
    #[serde(default)]
    pub inode: u64,
    /// The process that holds it, where readable.
    #[serde(default)]
    pub process: Option<Process>,
    /// The control group of its creator, below the root of the hierarchy: `/system.slice/cups.service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<String>,
    /// How full the accept queue of a TCP listener is, where the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<AcceptQueue>,
}

impl Socket {
    /// A socket of which no more is known than where it is bound.
    pub fn new(protocol: Protocol, address: IpAddr, port: u16) -> Socket {
        Socket {
            protocol,
            address,
            port,
            interface_index: 0,
            v6only: None,
            uid: 0,
            inode: 0,
            process: None,
            cgroup: None,
            queue: None,
        }
    }
}

/// The accept queue of a TCP listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptQueue {
    /// Connections that the program has not accepted yet (`idiag_rqueue`).
    pub waiting: u32,
    /// The backlog of `listen` (`idiag_wqueue`). The kernel takes one more.
    pub backlog: u32,
}

/// A process that owns a socket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// `/proc/PID/comm`.
    pub name: String,
    /// User name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The command line, where it was read: at most its first words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// How the process was found.
    #[serde(default, skip_serializing_if = "NamedBy::is_holder")]
    pub named_by: NamedBy,
}

/// How the process of a socket was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedBy {
    /// It holds the socket: seen in `/proc/PID/fd`.
    #[default]
    Holder,
    /// The descriptors of other users' processes are not readable; it is the program of the control group that the socket
    /// was made in.
    Cgroup,
}

impl NamedBy {
    /// The process was seen holding the socket.
    pub fn is_holder(&self) -> bool {
        *self == NamedBy::Holder
    }
}

/// Another network namespace of the machine, as far as the rights let it be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Inode number of the namespace, or of its `/proc/PID/net` where that is not readable.
    pub id: u64,
    /// A process in it: the one with the lowest id.
    pub process: Process,
    /// The control group of that process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<String>,
    /// Its listening sockets on the ports that were asked about.
    #[serde(default)]
    pub sockets: Vec<Socket>,
    /// Its addresses, where readable.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
}

/// A base chain of the packet filter that new connections to this machine pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterChain {
    /// `ip`, `ip6`, `inet`.
    pub family: String,
    /// Table.
    pub table: String,
    /// Chain.
    pub chain: String,
    /// `prerouting`, `input`, `output`.
    pub hook: String,
    /// What happens to a packet that no rule decides about: `accept` or `drop`.
    pub policy: String,
    /// Rules of the chain, as the kernel counts uses; 0 where it has none.
    pub rules: u32,
}
