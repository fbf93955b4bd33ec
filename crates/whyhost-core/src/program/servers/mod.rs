//! Servers: which sockets a program opens when it is told a host, by version.
//!
//! A server is constant data ([`Server`]) like a program; [`opens`] turns it and a machine into sockets. "Told" is what
//! stands in the call, the option or the configuration file: `localhost`, nothing, another host. `AI_PASSIVE` is left
//! out of the data: it matters to a look-up without a name only (getaddrinfo(3)).

mod bind;
mod list;
mod open;

pub use list::SERVERS;
pub use open::{Opened, Socket, opens};

use super::{Builtin, Lookup, Order, Version};
use crate::machine::Machine;
use crate::resolve::{Evidence, Step};
use std::net::IpAddr;

/// A server, or a function that opens listening sockets, with what it is told.
#[derive(Debug)]
pub struct Server {
    /// Stable id: `node-listen-localhost`.
    pub id: &'static str,
    /// For people: `Node`, `Vite`.
    pub name: &'static str,
    /// The program that it is or runs on, an id of [`crate::program::PROGRAMS`]: its version and settings count.
    pub program: Option<&'static str>,
    /// What it is told: `listen(port, 'localhost')`, `-b localhost`, `default`.
    pub told: &'static str,
    /// What it opens.
    pub opens: Opens,
    /// What earlier versions of the program opened: the version before which it was so, the oldest first.
    pub before: &'static [(&'static str, Opens)],
    /// Settings of the machine that change it.
    pub adapt: Option<Adapt>,
    /// What was run, or that nothing was.
    pub evidence: Evidence,
    /// Where it is written down.
    pub references: &'static [&'static str],
}

/// Changes what a version opens by the machine and its settings, with a step for each setting.
pub type Adapt = fn(&Machine, &Version, &mut Opens, &mut Vec<Step>);

/// The sockets that a server opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// One socket, on the first address of the look-up.
    First {
        /// How it asks.
        ask: Ask,
        /// The next address is tried when the first cannot be bound.
        next: bool,
        /// An IPv4 address is bound in an IPv6 socket, as `::ffff:127.0.0.1`.
        mapped: bool,
    },
    /// A socket on every address of the look-up.
    Every {
        /// How it asks.
        ask: Ask,
        /// When an address cannot be bound.
        missing: Missing,
        /// When an address comes twice.
        twice: Twice,
    },
    /// A socket on each of these addresses, `::` among them with `IPV6_V6ONLY`.
    Fixed(&'static [Fixed]),
    /// One socket on `::`, else on 0.0.0.0.
    Wildcard {
        /// What makes it accept IPv4 too.
        dual: Dual,
        /// What it wants to see before it takes `::`.
        needs: Needs,
        /// Where that is missing: 0.0.0.0, or nothing.
        falls_back: bool,
    },
    /// A socket on every loopback address that an interface has; nobody is asked.
    InterfaceLoopbacks,
    /// Nothing: it takes no names. The reason in its own words.
    Refuses(&'static str),
}

/// How a server asks for the addresses of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Whom it asks.
    pub lookup: Lookup,
    /// Addresses that it knows without asking.
    pub builtin: Option<Builtin>,
    /// What it does to the order of the answer.
    pub order: Order,
}

/// What becomes of a server when an address cannot be bound, as with ::1 where IPv6 is switched off (`EADDRNOTAVAIL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It does not start.
    Fails,
    /// It goes on without the address, and fails when none is left.
    Skipped,
    /// The same, except that the first address has to be there.
    SkippedButFirst,
    /// The same, for ::1 only.
    SkippedV6Loopback,
    /// It binds the address all the same (`IP_FREEBIND`).
    Bound,
}

/// What becomes of a server when the look-up gives an address twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    /// The second is left out.
    Merged,
    /// It binds it a second time (`EADDRINUSE`), or says that it is a duplicate.
    Refused,
}

/// A fixed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// The address.
    pub address: IpAddr,
    /// When it cannot be bound.
    pub missing: Missing,
}

/// What makes a socket on `::` accept IPv4 too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dual {
    /// The server switches `IPV6_V6ONLY` off.
    Set,
    /// Nothing but the default of new sockets: `net.ipv6.bindv6only`.
    Default,
}

/// What a server wants to see before it takes `::`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// An IPv6 socket can be made.
    Socket,
    /// An interface has an IPv6 address, ::1 counts.
    Address,
    /// getaddrinfo with `AI_ADDRCONFIG` gives IPv6.
    AddrConfig,
}

/// The servers that are the program `id` or run on it, in the order of the list.
pub fn of(id: &str) -> impl Iterator<Item = &'static Server> {
    SERVERS.iter().copied().filter(move |s| s.program == Some(id))
}

/// The server of this id.
pub fn by_id(id: &str) -> Option<&'static Server> {
    SERVERS.iter().copied().find(|s| s.id == id)
}

impl Server {
    /// The version of its program on the machine; `None` where that is not known, which stands for the latest.
    pub fn version(&self, machine: &Machine) -> Option<Version> {
        let found = machine.raw.programs.iter().find(|p| Some(p.id.as_str()) == self.program)?;
        Version::parse(&found.version)
    }

    /// What it opens in the version and with the settings of the machine, and the settings that made it another.
    pub fn behaviour(&self, machine: &Machine) -> (Opens, Vec<Step>) {
        let version = self.version(machine);
        let earlier = version.as_ref().and_then(|here| {
            let until = |(until, _): &&(&str, Opens)| Version::parse(until).is_some_and(|u| *here < u);
            self.before.iter().find(until)
        });
        let mut opens = earlier.map_or(self.opens, |(_, opens)| *opens);
        let mut steps = Vec::new();
        if let Some(adapt) = self.adapt {
            let version = version.unwrap_or_else(|| Version::from([u32::MAX]));
            adapt(machine, &version, &mut opens, &mut steps);
        }
        (opens, steps)
    }

    /// `Node's listen(port, 'localhost')`, `nginx's default`.
    pub fn label(&self) -> String {
        format!("{}'s {}", self.name, self.told)
    }
}

#[cfg(test)]
mod tests;
