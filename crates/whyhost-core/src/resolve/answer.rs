//! Questions and answers: every address with its source and with what placed it.

use crate::snapshot::{Family, ScopedAddr};
use serde::Serialize;
use std::fmt;

/// A question to a resolver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Name as the program passes it.
    pub name: String,
    /// Address family.
    pub family: Family,
    /// Port; matters to no order.
    pub port: Option<u16>,
    /// getaddrinfo hint flags.
    pub flags: QueryFlags,
}

impl Query {
    /// A plain question: any family, no flags.
    pub fn any(name: &str) -> Query {
        Query { name: name.into(), family: Family::Any, port: None, flags: QueryFlags::default() }
    }
}

/// getaddrinfo hint flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one field per AI_ flag")]
pub struct QueryFlags {
    /// `AI_ADDRCONFIG`.
    pub addrconfig: bool,
    /// `AI_V4MAPPED`.
    pub v4mapped: bool,
    /// `AI_ALL`.
    pub all: bool,
    /// `AI_PASSIVE`.
    pub passive: bool,
    /// `AI_CANONNAME`.
    pub canonname: bool,
    /// `AI_NUMERICHOST`.
    pub numerichost: bool,
}

/// What a resolver answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Resolver id: `glibc`.
    pub resolver: &'static str,
    /// Its version.
    pub version: String,
    /// It is on this machine.
    pub installed: bool,
    /// How the model is known to be true.
    pub evidence: Evidence,
    /// Summary.
    pub status: Status,
    /// The error code, where there is no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Addresses in order.
    pub addresses: Vec<Ranked>,
    /// Canonical name, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// The steps, in order.
    pub trace: Vec<Step>,
    /// The sort rule by rule, for the first two different addresses; empty where nothing was sorted.
    #[serde(skip)]
    pub comparison: Vec<RuleRow>,
}

/// How a model is known to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The resolver itself was run, and the model's answers were compared with its own.
    Measured {
        /// The versions that were run: `2.31, 2.36`.
        run: &'static str,
    },
    /// Its maker says so, or its source was read; nothing was run.
    Documented,
}

impl Evidence {
    /// `measured` or `documented`.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Measured { .. } => "measured",
            Evidence::Documented => "documented",
        }
    }
}

impl Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// The result of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Addresses.
    Found,
    /// No such name (`EAI_NONAME`).
    NotFound,
    /// The name exists without such an address (`EAI_NODATA`, `EAI_ADDRFAMILY`).
    NoData,
    /// A server did not answer (`EAI_AGAIN`).
    TryAgain,
    /// The resolver itself failed (`EAI_SYSTEM`, a crash).
    Failure,
    /// Not computable from the snapshot; the last step of the trace says why.
    Unknown,
}

/// getaddrinfo's error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Error {
    /// `EAI_NONAME`, …; `CRASH` when the process dies.
    pub code: &'static str,
    /// errno of `EAI_SYSTEM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<&'static str>,
}

/// An address with its place: never without a source and a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The address.
    pub address: ScopedAddr,
    /// Who gave it.
    pub from: Source,
    /// What placed it.
    pub placed_by: Because,
}

impl Serialize for Ranked {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut s = serializer.serialize_struct("Ranked", 3)?;
        s.serialize_field("address", &self.address.to_string())?;
        s.serialize_field("from", &self.from)?;
        s.serialize_field("placed_by", &self.placed_by)?;
        s.end()
    }
}

/// Who gave an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Source {
    /// A line of a hosts file.
    HostsLine {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// An NSS module that computes addresses.
    Nss {
        /// Module name.
        module: String,
    },
    /// The resolver's own knowledge.
    Builtin {
        /// Where that is written.
        cite: String,
    },
    /// A DNS server.
    Dns {
        /// Server as `address:port`.
        server: String,
        /// Name under which it answered, where a search list made it another than asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        expanded: Option<String>,
    },
    /// The name was an address.
    Literal,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::HostsLine { path, line } => write!(f, "{path}:{line}"),
            Source::Nss { module } => write!(f, "NSS module {module}"),
            Source::Builtin { .. } => write!(f, "built in"),
            Source::Dns { server, expanded: None } => write!(f, "DNS {server}"),
            Source::Dns { server, expanded: Some(name) } => write!(f, "DNS {server} as {name}"),
            Source::Literal => write!(f, "the name is an address"),
        }
    }
}

/// What placed an address relative to its neighbour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Because {
    /// A rule of RFC 6724, as the resolver implements it, with both values.
    #[serde(rename = "rfc6724")]
    Rfc6724 {
        /// Rule number.
        rule: u8,
        /// Value of this address.
        ours: String,
        /// Value of the neighbour.
        theirs: String,
    },
    /// No rule told them apart: the order in which the source delivered them.
    FileOrder,
    /// A preference for IPv4.
    PreferV4 {
        /// The setting.
        setting: String,
    },
    /// A preference for IPv6 that looks at nothing else.
    PreferV6 {
        /// The setting.
        setting: String,
    },
    /// There is no other address.
    OnlyOne,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Rfc6724 { rule, ours, theirs } => {
                write!(f, "RFC 6724 rule {rule} ({ours} against {theirs})")
            }
            Because::FileOrder => write!(f, "order of delivery"),
            Because::PreferV4 { setting } => write!(f, "IPv4 preferred ({setting})"),
            Because::PreferV6 { setting } => write!(f, "IPv6 preferred ({setting})"),
            Because::OnlyOne => write!(f, "only address"),
        }
    }
}

/// One step of a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was consulted: `nsswitch.conf:12`, `files`, `dns`, `sort`.
    pub step: String,
    /// What came of it.
    pub detail: String,
}

impl Step {
    /// A step.
    pub fn new(step: impl Into<String>, detail: impl Into<String>) -> Step {
        Step { step: step.into(), detail: detail.into() }
    }
}

/// One rule of the sort for the two leading addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Rule number.
    pub rule: u8,
    /// Rule name: `precedence`.
    pub name: &'static str,
    /// Value of the first address.
    pub first: String,
    /// Value of the second.
    pub second: String,
    /// This row decided.
    pub decides: bool,
}
