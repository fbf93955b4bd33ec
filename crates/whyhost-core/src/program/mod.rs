//! Programs: how each asks for addresses, in which order it tries them, and when it gives up, by version.
//!
//! A program is constant data ([`Program`]) in a file of its own below `list/`; the same few words describe all of
//! them. [`ask`] gives the addresses as the program has them, `walk` what it makes of them.

mod ask;
mod list;
mod order;
mod outcome;
pub mod proxy;
pub mod servers;
mod settings;
mod version;
mod walk;

pub use ask::{answer, system};
pub use list::PROGRAMS;
pub use outcome::{Who, clients, others};
pub use version::Version;
pub use walk::{plan, walk};

use crate::machine::Machine;
use crate::resolve::{self, Evidence, Query, Step};
use crate::snapshot::Family;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A program, a library or a server that connects to names.
#[derive(Debug)]
pub struct Program {
    /// Stable id: `node`, `python-asyncio`.
    pub id: &'static str,
    /// For people: `Node`.
    pub name: &'static str,
    /// Which of its functions this is: `http, fetch, net.connect`.
    pub what: &'static str,
    /// How its presence and its version are found; `None` for what cannot be asked for its version.
    pub detect: Option<Detect>,
    /// The services for which a verdict counts it.
    pub serves: Serves,
    /// Its behaviour by version, the oldest first.
    pub eras: &'static [Era],
    /// Settings of the machine that change the behaviour.
    pub adapt: Option<Adapt>,
    /// The settings that `adapt` reads, for people.
    pub knobs: &'static [&'static str],
    /// Where the behaviour is written down.
    pub references: &'static [&'static str],
}

/// Changes the behaviour of a version by the settings of a machine, with a step for each setting.
pub type Adapt = fn(&Machine, &Version, &mut Behaviour, &mut Vec<Step>);

/// The services for which a verdict counts a program that is on the machine; asked for by its id, it is always told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// Any port: runtimes, and clients of protocols that live on any port.
    AnyPort,
    /// The ports of its own protocol.
    Ports(&'static [u16]),
    /// None: it connects for somebody else, or only where it is told to.
    OnRequest,
}

/// How a program is found on a machine: the first of the names on the search path, asked for its version.
#[derive(Debug, Clone, Copy)]
pub struct Detect {
    /// File names on the search path, the first that exists counts.
    pub names: &'static [&'static str],
    /// The option that makes it print its version and end.
    pub option: &'static str,
}

/// A range of versions with one behaviour.
#[derive(Debug, Clone, Copy)]
pub struct Era {
    /// First version; the range ends where the next era begins.
    pub since: &'static str,
    /// The range in words: `17–19`.
    pub label: &'static str,
    /// What was run, or that nothing was.
    pub evidence: Evidence,
    /// What it does.
    pub behaviour: Behaviour,
}

/// What a program does with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behaviour {
    /// Whom it asks.
    pub lookup: Lookup,
    /// Addresses that it knows without asking.
    pub builtin: Option<Builtin>,
    /// What it does to the order of the answer.
    pub order: Order,
    /// How it connects.
    pub strategy: Strategy,
}

impl Behaviour {
    /// How it connects to `name`: a Unix socket stands for `localhost` in this very spelling alone
    /// (MariaDB `mysql_real_connect`: `strcmp`).
    pub fn strategy_for(&self, name: &str) -> Strategy {
        match self.strategy {
            Strategy::UnixSocket if name != "localhost" => Strategy::InTurn,
            strategy => strategy,
        }
    }
}

/// Whom a program asks for the addresses of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// getaddrinfo of the machine's C library.
    System {
        /// Address family of the question.
        family: Family,
        /// With `AI_ADDRCONFIG`.
        addrconfig: Addrconfig,
    },
    /// getaddrinfo, for `localhost` with `AF_INET`.
    SystemV4ForLocalhost,
    /// getaddrinfo for `AF_INET`, and for `AF_INET6` only where that finds nothing.
    SystemV4ElseV6,
    /// getaddrinfo for `AF_UNSPEC`, from which addresses of the other families are dropped.
    SystemOnlyV4,
    /// A resolver of its own: an id of [`crate::resolve::RESOLVERS`].
    Own {
        /// The resolver.
        resolver: &'static str,
        /// Address family of the question.
        family: Family,
    },
    /// getaddrinfo for `AF_INET6` and for `AF_INET`, each on its own.
    SystemApart,
    /// c-ares, for IPv6 and for IPv4, each on its own.
    CaresApart(Apart),
    /// hickory, both types for every name of the search list, whatever its version does by itself.
    HickoryBoth,
    /// DNS servers alone, for the name as it is.
    Dns,
    /// Nobody: the program gives up before.
    Nothing,
    /// The last line of the hosts file that has the name, read at the start; else DNS.
    LastHostsLine,
    /// `localhost` means the Unix socket; other names go to getaddrinfo.
    UnixSocket,
}

/// What a program makes of two questions, one for each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// The addresses of both are sorted together.
    SortedTogether,
    /// IPv6 in front; an answer for IPv6 is worth nothing while that for IPv4 is a failure: the program waits for ever.
    NeedsV4,
}

/// When a program sets `AI_ADDRCONFIG`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addrconfig {
    /// Never.
    Unset,
    /// Always.
    Set,
    /// Unless it is told to use one family.
    ForAnyFamily,
    /// For every name but `localhost` in this very spelling.
    NotForLocalhost,
}

/// Addresses of `localhost` that a program knows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// Asked before or after the look-up.
    pub when: When,
    /// The addresses in its order.
    pub addresses: &'static [IpAddr],
    /// Names below `localhost` too.
    pub subdomains: bool,
    /// With a final dot too.
    pub final_dot: bool,
    /// Where the addresses are written.
    pub cite: &'static str,
}

impl Builtin {
    /// In words: `localhost and names below it are ::1, 127.0.0.1`.
    pub fn words(&self) -> String {
        let below = if self.subdomains { " and names below it are" } else { " is" };
        let list = self.addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
        let when = if self.when == When::Always { "" } else { " where the look-up finds nothing" };
        format!("localhost{below} {list}{when}")
    }
}

/// When built-in addresses take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always: nobody is asked.
    Always,
    /// When the look-up gives no address.
    NotFound,
}

/// ::1, then 127.0.0.1.
pub const V6_V4: &[IpAddr] = &[V6, V4];
/// 127.0.0.1, then ::1.
pub const V4_V6: &[IpAddr] = &[V4, V6];
/// 127.0.0.1.
pub const V4_ONLY: &[IpAddr] = &[V4];
/// ::1.
pub const V6_ONLY: &[IpAddr] = &[V6];
const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// What a program does to the order of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As given.
    AsGiven,
    /// IPv4 first, else as given.
    V4First,
    /// IPv6 first, else as given.
    V6First,
    /// The families in turn, beginning with that of the first address.
    Alternate,
    /// The families in turn, IPv4 first.
    AlternateV4First,
    /// The families in turn, IPv6 first.
    AlternateV6First,
}

/// How a program connects to the addresses that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The first address only.
    FirstOnly,
    /// All in turn, the next after a failure; silence lasts as long as the system lets it.
    InTurn,
    /// All in turn; a silent attempt is given up after so many milliseconds, except for the last address.
    AttemptTimeout(u32),
    /// All in turn, all together within so many milliseconds.
    Budget(u32),
    /// The family of the first address; the others so many milliseconds later, or at once when those failed
    /// (RFC 6555). Within a family in turn.
    TwoGroups(u32),
    /// The next address so many milliseconds after the one before, or at once when that failed; none is given up
    /// (RFC 8305).
    Race(u32),
    /// All at once.
    Parallel,
    /// Every address is a server of a group, and requests take turns; a silent one costs so many milliseconds.
    Peers(u32),
    /// A Unix socket: no address.
    UnixSocket,
}

impl Lookup {
    /// In words, where `own` is the resolver behind getaddrinfo: `as glibc for IPv4`.
    pub fn words(self, own: &str) -> String {
        match self {
            Lookup::System { family, addrconfig } => {
                let family = match family {
                    Family::Any => "",
                    Family::V4 => " for IPv4",
                    Family::V6 => " for IPv6",
                };
                let flag = match addrconfig {
                    Addrconfig::Unset => "",
                    Addrconfig::Set | Addrconfig::ForAnyFamily => " with AI_ADDRCONFIG",
                    Addrconfig::NotForLocalhost => " with AI_ADDRCONFIG for other names than localhost",
                };
                format!("as {own}{family}{flag}")
            }
            Lookup::SystemV4ForLocalhost => format!("as {own}, localhost for IPv4"),
            Lookup::SystemV4ElseV6 => format!("as {own} for IPv4, for IPv6 where there is none"),
            Lookup::SystemOnlyV4 => format!("as {own}, IPv4 alone is kept"),
            Lookup::Own { resolver, .. } => format!("as {resolver}"),
            Lookup::SystemApart => format!("as {own} for IPv6 and for IPv4"),
            Lookup::CaresApart(Apart::SortedTogether) => {
                "as c-ares for IPv6 and for IPv4, sorted together".into()
            }
            Lookup::CaresApart(Apart::NeedsV4) => {
                "as c-ares for IPv6 and for IPv4, waits where IPv4 fails".into()
            }
            Lookup::HickoryBoth => "as hickory with both types".into(),
            Lookup::Dns => "DNS servers alone".into(),
            Lookup::Nothing => "nobody".into(),
            Lookup::LastHostsLine => "the last line of the hosts file, else DNS".into(),
            Lookup::UnixSocket => format!("localhost is the Unix socket, else as {own}"),
        }
    }

    /// It goes through the machine's getaddrinfo.
    pub fn is_system(self) -> bool {
        match self {
            Lookup::System { .. }
            | Lookup::SystemApart
            | Lookup::SystemOnlyV4
            | Lookup::SystemV4ElseV6
            | Lookup::SystemV4ForLocalhost
            | Lookup::UnixSocket => true,
            Lookup::Own { .. }
            | Lookup::CaresApart(_)
            | Lookup::HickoryBoth
            | Lookup::Dns
            | Lookup::Nothing
            | Lookup::LastHostsLine => false,
        }
    }
}

impl Strategy {
    /// In words: `the first address only`.
    pub fn words(self) -> String {
        match self {
            Strategy::FirstOnly => "the first address only".into(),
            Strategy::InTurn => "all in turn, the next after a failure".into(),
            Strategy::AttemptTimeout(ms) => {
                format!("all in turn, the next after a failure or after {ms} ms of silence")
            }
            Strategy::Budget(ms) => format!("all in turn, {ms} ms for all together"),
            Strategy::TwoGroups(ms) => {
                format!("the first family; the other after {ms} ms, or at once when that failed")
            }
            Strategy::Race(ms) => {
                format!("the next every {ms} ms, or at once after a failure; the first wins")
            }
            Strategy::Parallel => "all at the same time".into(),
            Strategy::Peers(ms) => {
                format!(
                    "every address is a server of a group; requests take turns, a silent one costs {ms} ms"
                )
            }
            Strategy::UnixSocket => "the Unix socket".into(),
        }
    }
}

impl Order {
    /// In words: `IPv4 first`.
    pub fn words(self) -> &'static str {
        match self {
            Order::AsGiven => "as given",
            Order::V4First => "IPv4 first",
            Order::V6First => "IPv6 first",
            Order::Alternate => "families alternate",
            Order::AlternateV4First => "families alternate, IPv4 first",
            Order::AlternateV6First => "families alternate, IPv6 first",
        }
    }
}

/// Plain getaddrinfo.
pub const GETADDRINFO: Lookup = Lookup::System { family: Family::Any, addrconfig: Addrconfig::Unset };
/// getaddrinfo with `AI_ADDRCONFIG`.
pub const ADDRCONFIG: Lookup = Lookup::System { family: Family::Any, addrconfig: Addrconfig::Set };
/// getaddrinfo or gethostbyname for `AF_INET`.
pub const GETADDRINFO_V4: Lookup = Lookup::System { family: Family::V4, addrconfig: Addrconfig::Unset };
/// getaddrinfo for `AF_INET6`.
pub const GETADDRINFO_V6: Lookup = Lookup::System { family: Family::V6, addrconfig: Addrconfig::Unset };

/// What most programs do: getaddrinfo, its order, all in turn.
pub const PLAIN: Behaviour =
    Behaviour { lookup: GETADDRINFO, builtin: None, order: Order::AsGiven, strategy: Strategy::InTurn };

/// A program with the version that it is asked about.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The program.
    pub program: &'static Program,
    /// Its version.
    pub version: Version,
    /// This version is on the machine.
    pub installed: bool,
}

impl Chosen {
    /// The behaviour of this version on `machine`, and the settings that made it another than usual.
    pub fn behaviour(&self, machine: &Machine) -> (Behaviour, Vec<Step>) {
        let mut behaviour = self.era().behaviour;
        let mut steps = Vec::new();
        if let Some(adapt) = self.program.adapt {
            adapt(machine, &self.version, &mut behaviour, &mut steps);
        }
        (behaviour, steps)
    }

    /// Whom it asks and what it makes of the order: `as glibc with AI_ADDRCONFIG, IPv4 first`.
    pub fn how(&self, machine: &Machine, query: &Query) -> String {
        let (behaviour, settings) = self.behaviour(machine);
        if ask::is_builtin(&behaviour, query) {
            return "built in: nobody is asked".into();
        }
        let mut parts = vec![behaviour.lookup.words(resolve::own(machine).id)];
        if behaviour.order != Order::AsGiven {
            parts.push(behaviour.order.words().into());
        }
        parts.extend(settings.iter().map(|s| s.step.clone()));
        parts.join(", ")
    }

    /// The range of versions that this one falls into.
    pub fn era(&self) -> &'static Era {
        let eras = self.program.eras;
        let begun = |era: &&Era| Version::parse(era.since).is_some_and(|since| since <= self.version);
        eras.iter().rev().find(begun).unwrap_or(&eras[0])
    }

    /// `Node 18.20.8`.
    pub fn label(&self) -> String {
        format!("{} {}", self.program.name, self.version)
    }

    /// `Node 18.20.8`; `Node 17–19` where no version is meant in particular.
    pub fn title(&self) -> String {
        let era = self.era();
        let particular =
            self.installed || Version::parse(era.since).is_none_or(|since| since != self.version);
        if particular { self.label() } else { format!("{} {}", self.program.name, era.label) }
    }

    /// It counts for a verdict about `port`.
    pub fn counts_for(&self, port: u16) -> bool {
        match self.program.serves {
            Serves::AnyPort => true,
            Serves::Ports(ports) => ports.contains(&port),
            Serves::OnRequest => false,
        }
    }
}

impl Program {
    /// This program as it is on the machine; the latest modelled version where it is not.
    pub fn on(&'static self, machine: &Machine) -> Chosen {
        let found = machine.raw.programs.iter().find(|p| p.id == self.id);
        match found.and_then(|p| Version::parse(&p.version)) {
            Some(version) => Chosen { program: self, version, installed: true },
            None => Chosen { program: self, version: self.latest(), installed: found.is_some() },
        }
    }

    /// The first version of the latest era.
    pub fn latest(&self) -> Version {
        let since = self.eras.last().map_or("0", |era| era.since);
        Version::parse(since).unwrap_or_else(|| Version::from([0]))
    }
}

/// The program of `id`, with a version behind it or not: `node`, `node-18`, `node18`, `curl-8.2.0`.
pub fn choose(machine: &Machine, id: &str) -> Option<Chosen> {
    if let Some(program) = PROGRAMS.iter().find(|p| p.id == id) {
        return Some(program.on(machine));
    }
    PROGRAMS.iter().find_map(|program| {
        let rest = id.strip_prefix(program.id)?;
        let text = rest.trim_start_matches(['-', '@', ' ', 'v']);
        let complete = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let version = Version::parse(text).filter(|_| complete)?;
        let here = program.on(machine);
        let installed = here.installed && here.version == version;
        Some(Chosen { program, version, installed })
    })
}

/// The programs that are on the machine, in the order of the list.
pub fn installed(machine: &Machine) -> Vec<Chosen> {
    PROGRAMS.iter().map(|p| p.on(machine)).filter(|c| c.installed).collect()
}
