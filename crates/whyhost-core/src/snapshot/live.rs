//! What was asked of the running machine: look-ups, connections, tests of the loopback interface.

use super::ScopedAddr;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Live answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// Answers of the real getaddrinfo.
    #[serde(default)]
    pub lookups: Vec<LiveLookup>,
    /// Answers of DNS servers.
    #[serde(default)]
    pub dns: Vec<Observation>,
    /// Connections that were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
    /// Tests of the loopback interface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loopback: Vec<LoopbackTest>,
}

/// One call of the real getaddrinfo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveLookup {
    /// Name asked.
    pub name: String,
    /// `any`, `v4`, `v6`.
    pub family: Family,
    /// Hint flags as in the header: `AI_ADDRCONFIG`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// What came back.
    pub outcome: LiveOutcome,
    /// Time taken in milliseconds.
    pub elapsed_ms: u64,
}

/// One connection that was tried, to an address of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Destination.
    #[serde(flatten)]
    pub destination: ScopedAddr,
    /// Port.
    pub port: u16,
    /// What became of it.
    pub outcome: ProbeOutcome,
    /// Microseconds from `connect` to its end, or to the bound.
    pub elapsed_us: u64,
    /// What a GET request was answered, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpAnswer>,
}

/// The end of a connection attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeOutcome {
    /// It was accepted and stayed open.
    Open,
    /// It was accepted and reset at once (`ECONNRESET`).
    Reset,
    /// It was accepted and closed at once without a byte.
    Closed,
    /// `ECONNREFUSED`.
    Refused,
    /// No answer within the bound.
    TimedOut,
    /// Any other errno: `ENETUNREACH`, `EADDRNOTAVAIL`, `EHOSTUNREACH`, `EACCES`, …
    Errno(String),
}

/// The head of an answer over HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpAnswer {
    /// Status code; `None` where what came was no HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The field `Server`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// How the exchange ended where no head came: `reset`, `closed`, `timed-out`, `not-http`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// One test of the loopback interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopbackTest {
    /// The address.
    pub address: IpAddr,
    /// `tcp`: a byte there and back over an ephemeral port; `icmp`: an echo.
    pub kind: LoopbackKind,
    /// What became of it. `Open`: the round trip was made.
    pub outcome: ProbeOutcome,
    /// Microseconds of the round trip.
    #[serde(default)]
    pub elapsed_us: u64,
}

/// How the loopback interface was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoopbackKind {
    /// TCP over an ephemeral port.
    Tcp,
    /// ICMP echo over a ping socket.
    Icmp,
}

/// The result of a live look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiveOutcome {
    /// Addresses in order.
    Found(Vec<ScopedAddr>),
    /// `EAI_*` code.
    Failed(String),
    /// No answer within the bound.
    TimedOut,
}

/// The address family of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// `AF_UNSPEC`.
    Any,
    /// `AF_INET`.
    V4,
    /// `AF_INET6`.
    V6,
}

impl Family {
    /// `address` is of the family.
    pub fn covers(self, address: IpAddr) -> bool {
        match self {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        }
    }
}

/// One answer of one DNS server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Server as `address:port`.
    pub server: String,
    /// Name asked, absolute, without the final dot.
    pub name: String,
    /// Record type: `A`, `AAAA`.
    pub kind: String,
    /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, …; `TIMEOUT` when none came; `IO` when it could not be sent or nobody
    /// listens there; `MALFORMED` when what came is no DNS message.
    pub rcode: String,
    /// Record data as text, in the order of the packet: addresses, and CNAME targets prefixed with `CNAME `.
    #[serde(default)]
    pub records: Vec<String>,
    /// Header flags set: `aa`, `tc`, `ra`, `ad`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Smallest time to live in seconds.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// Time taken in milliseconds.
    #[serde(default)]
    pub elapsed_ms: u64,
    /// `udp` or `tcp`.
    #[serde(default)]
    pub transport: String,
    /// Extended DNS errors (RFC 8914): the code, its registered purpose, and behind a colon the server's own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extended_errors: Vec<String>,
}
