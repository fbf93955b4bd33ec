//! The NSS modules as stages: what each reports for a name, as a function of the machine.
//!
//! A stage whose answer is not computable from the snapshot says so ([`Outcome::Unknown`]) instead of guessing.

pub mod dns;
pub mod files;
pub mod hosts;
pub mod musl_dns;
pub mod myhostname;
pub mod other;
pub mod resolved;

use super::answer::{Query, Source};
use crate::conf::nsswitch::Status;
use crate::machine::Machine;
use crate::snapshot::{Family, ScopedAddr};
use std::net::IpAddr;

/// `h_errno`, which getaddrinfo maps to its own codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HErrno {
    /// `NETDB_INTERNAL`: look at errno.
    Internal,
    /// `HOST_NOT_FOUND`.
    HostNotFound,
    /// `TRY_AGAIN`.
    TryAgain,
    /// `NO_RECOVERY`.
    NoRecovery,
    /// `NO_DATA`.
    NoData,
}

/// An address with its giver, before the sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The address.
    pub address: ScopedAddr,
    /// Who gave it.
    pub from: Source,
}

/// What a module reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its status.
    pub status: Status,
    /// `h_errno` where the module sets it; `None` leaves the value of the module before.
    pub h_errno: Option<HErrno>,
    /// `errno` that matters with [`HErrno::Internal`].
    pub errno: Option<&'static str>,
    /// Addresses, in its order.
    pub found: Vec<Candidate>,
    /// Canonical name, where it gives one.
    pub canonical: Option<String>,
    /// For the trace.
    pub detail: String,
}

impl Report {
    /// No addresses.
    pub fn nothing(status: Status, h_errno: Option<HErrno>, detail: impl Into<String>) -> Report {
        Report { status, h_errno, errno: None, found: Vec::new(), canonical: None, detail: detail.into() }
    }

    /// Addresses.
    pub fn found(found: Vec<Candidate>, canonical: Option<String>, detail: impl Into<String>) -> Report {
        Report {
            status: Status::Success,
            h_errno: None,
            errno: None,
            found,
            canonical,
            detail: detail.into(),
        }
    }
}

/// What asking a module comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It reported.
    Report(Report),
    /// It is not installed, or lacks the function: nothing was called.
    NotCallable(String),
    /// The snapshot does not tell what it reports.
    Unknown(String),
}

/// The function of a module that getaddrinfo calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `gethostbyname4_r`: both families at once, with scope ids.
    Both,
    /// `gethostbyname2_r` or `gethostbyname3_r` for `AF_INET`.
    V4,
    /// The same for `AF_INET6`.
    V6,
}

impl Call {
    /// The family that the hosts file is asked for.
    pub fn family(self) -> Family {
        match self {
            Call::Both => Family::Any,
            Call::V4 => Family::V4,
            Call::V6 => Family::V6,
        }
    }

    /// The call delivers this address.
    pub fn delivers(self, address: IpAddr) -> bool {
        self.family().covers(address)
    }
}

impl From<Family> for Call {
    fn from(family: Family) -> Self {
        match family {
            Family::Any => Call::Both,
            Family::V4 => Call::V4,
            Family::V6 => Call::V6,
        }
    }
}

/// Calls `module` for the name of `query`.
pub fn call(machine: &Machine, module: &str, query: &Query, call: Call) -> Outcome {
    match module {
        "files" => files::call(machine, &query.name, call),
        "dns" => dns::call(machine, &query.name, call, call == Call::Both || !query.flags.canonname),
        _ => match other::installed(machine, module) {
            Some(true) if module == "myhostname" => myhostname::call(machine, &query.name, call),
            Some(true) => other::call(machine, module, &query.name, call),
            Some(false) => Outcome::NotCallable(format!("no module libnss_{module}.so.2")),
            None => Outcome::Unknown(format!(
                "the snapshot does not say whether libnss_{module}.so.2 is installed"
            )),
        },
    }
}

/// The module has the function behind `call`: [`Call::Both`] is missing in some (symbol tables of the modules, facts
/// of libc resolution, section 2.5).
pub fn has_function(module: &str, call: Call) -> bool {
    match module {
        "wins" => call != Call::Both,
        "compat" | "hesiod" | "systemd" => false,
        _ => true,
    }
}
