//! From a server and a machine to sockets.

use super::{Ask, Dual, Fixed, Missing, Needs, Opens, Server, Twice, bind};
use crate::machine::Machine;
use crate::program::{Behaviour, Strategy, ask};
use crate::resolve::{Query, QueryFlags, Status, Step};
use crate::snapshot::ScopedAddr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A socket: its address, and `IPV6_V6ONLY` of an IPv6 socket as the kernel shows it. An IPv6 socket that is bound to an
/// address of its family has the flag set by the kernel; `::ffff:a` and a dual-stack `::` have it cleared.
pub type Socket = (IpAddr, Option<bool>);

/// What a server opens on a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// Its sockets, IPv4 first; none where it fails.
    pub sockets: Vec<Socket>,
    /// Why it does not start.
    pub fails: Option<String>,
    /// Why nothing can be said: the look-up is not computable from the snapshot.
    pub unknown: Option<String>,
    /// The settings, the look-up and what was left out, in order.
    pub steps: Vec<Step>,
}

/// The sockets that `server` opens on `machine` when the name that it is told is `localhost`.
pub fn opens(machine: &Machine, server: &Server) -> Opened {
    let (opens, steps) = server.behaviour(machine);
    let mut opened = Opened { steps, ..Opened::default() };
    let ended = match opens {
        Opens::First { ask, next, mapped } => {
            opened.ask(machine, ask).and_then(|list| opened.first(machine, &list, next, mapped))
        }
        Opens::Every { ask, missing, twice } => {
            opened.ask(machine, ask).and_then(|list| opened.every(machine, &list, missing, twice))
        }
        Opens::Fixed(list) => opened.fixed(machine, list),
        Opens::Wildcard { dual, needs, falls_back } => opened.wildcard(machine, dual, needs, falls_back),
        Opens::InterfaceLoopbacks if machine.raw.interfaces.is_empty() => {
            Err(Stopped::Unknown("the interfaces are not recorded".into()))
        }
        Opens::InterfaceLoopbacks => {
            opened.every(machine, &interface_loopbacks(machine), Missing::Fails, Twice::Merged)
        }
        Opens::Refuses(why) => Err(Stopped::Fails(why.to_owned())),
    };
    match ended {
        Ok(()) => opened.sockets.sort(),
        Err(stopped) => {
            opened.sockets.clear();
            match stopped {
                Stopped::Fails(why) => opened.fails = Some(why),
                Stopped::Unknown(why) => opened.unknown = Some(why),
            }
        }
    }
    opened
}

/// Why a server has no socket.
enum Stopped {
    Fails(String),
    Unknown(String),
}

fn fails<T>(why: impl Into<String>) -> Result<T, Stopped> {
    Err(Stopped::Fails(why.into()))
}

impl Opened {
    fn ask(&mut self, machine: &Machine, ask: Ask) -> Result<Vec<ScopedAddr>, Stopped> {
        let Ask { lookup, builtin, order } = ask;
        let behaviour = Behaviour { lookup, builtin, order, strategy: Strategy::FirstOnly };
        let flags = QueryFlags { passive: true, ..QueryFlags::default() };
        let query = Query { flags, ..Query::any("localhost") };
        let answer = ask::addresses(machine, &behaviour, &self.steps, &query);
        let last = answer.trace.last().map(|s| s.detail.clone()).unwrap_or_default();
        self.steps.extend(answer.trace);
        match answer.status {
            Status::Found => Ok(answer.addresses.iter().map(|r| r.address).collect()),
            Status::Unknown => Err(Stopped::Unknown(last)),
            _ => fails(format!("{}: {}", query.name, answer.error.map_or("no address", |e| e.code))),
        }
    }

    fn first(
        &mut self,
        machine: &Machine,
        list: &[ScopedAddr],
        next: bool,
        mapped: bool,
    ) -> Result<(), Stopped> {
        let mut last = None;
        for address in list.iter().take(if next { list.len() } else { 1 }) {
            let bound = match address.address {
                IpAddr::V4(v4) if mapped => IpAddr::V6(v4.to_ipv6_mapped()),
                other => other,
            };
            match bind::errno(machine, ScopedAddr { address: bound, ..*address }) {
                None => {
                    self.sockets.push(specific(bound));
                    return Ok(());
                }
                Some(errno) => last = Some(self.missing(address.address, errno)),
            }
        }
        fails(last.unwrap_or_else(|| "no address".into()))
    }

    fn every(
        &mut self,
        machine: &Machine,
        list: &[ScopedAddr],
        missing: Missing,
        twice: Twice,
    ) -> Result<(), Stopped> {
        let mut last = None;
        for (place, address) in list.iter().enumerate() {
            let opened_before = list[..place].contains(address);
            if opened_before && twice == Twice::Merged {
                continue;
            }
            let errno = if opened_before { Some("EADDRINUSE") } else { bind::errno(machine, *address) };
            let Some(errno) = errno.filter(|e| !is_forced(missing, e)) else {
                self.sockets.push(specific(address.address));
                continue;
            };
            let why = self.missing(address.address, errno);
            if !is_skipped(missing, address.address, errno, place == 0) {
                return fails(why);
            }
            last = Some(why);
        }
        match last {
            Some(why) if self.sockets.is_empty() => fails(why),
            _ if self.sockets.is_empty() => fails("no address"),
            _ => Ok(()),
        }
    }

    fn fixed(&mut self, machine: &Machine, list: &[Fixed]) -> Result<(), Stopped> {
        let mut last = None;
        for Fixed { address, missing } in list {
            let errno = bind::errno(machine, (*address).into());
            let Some(errno) = errno.filter(|e| !is_forced(*missing, e)) else {
                self.sockets.push(specific(*address));
                continue;
            };
            let why = self.missing(*address, errno);
            if !is_skipped(*missing, *address, errno, false) {
                return fails(why);
            }
            last = Some(why);
        }
        match last {
            Some(why) if self.sockets.is_empty() => fails(why),
            _ => Ok(()),
        }
    }

    fn wildcard(
        &mut self,
        machine: &Machine,
        dual: Dual,
        needs: Needs,
        falls_back: bool,
    ) -> Result<(), Stopped> {
        let missing = match needs {
            Needs::Socket => (!machine.has_inet6_sockets()).then_some("EAFNOSUPPORT"),
            Needs::Address => (!has_ipv6_address(machine)).then_some("no interface has an IPv6 address"),
            Needs::AddrConfig => (!is_configured_ipv6(machine)).then_some("AI_ADDRCONFIG leaves IPv6 out"),
        };
        let v6only = match dual {
            Dual::Set => false,
            Dual::Default => machine.sysctl("ipv6/bindv6only") == Some(1),
        };
        match missing {
            None => self.sockets.push((Ipv6Addr::UNSPECIFIED.into(), Some(v6only))),
            Some(why) if falls_back => {
                self.steps.push(Step::new("0.0.0.0", why));
                self.sockets.push((Ipv4Addr::UNSPECIFIED.into(), None));
            }
            Some(why) => return fails(format!("::: {why}")),
        }
        Ok(())
    }

    fn missing(&mut self, address: IpAddr, errno: &str) -> String {
        self.steps.push(Step::new(format!("bind {address}"), errno));
        format!("bind {address}: {errno}")
    }

    /// `only [::1]`, `127.0.0.1 and [::1]`, `nothing (localhost: EAI_NONAME)`.
    pub fn words(&self) -> String {
        let all: Vec<String> = self.sockets.iter().map(|s| text(*s)).collect();
        match (all.as_slice(), &self.fails, &self.unknown) {
            ([], Some(why), _) => format!("nothing ({why})"),
            ([], None, Some(why)) => format!("what is not known ({why})"),
            ([], None, None) => "nothing".into(),
            ([one], ..) => format!("only {one}"),
            (several, ..) => several.join(" and "),
        }
    }
}

fn text((address, v6only): Socket) -> String {
    match (address.to_canonical(), v6only) {
        (IpAddr::V6(v6), Some(false)) if v6.is_unspecified() => "[::] for both families".into(),
        (IpAddr::V6(v6), _) if v6.is_unspecified() => "[::] for IPv6".into(),
        (IpAddr::V6(v6), _) => format!("[{v6}]"),
        (IpAddr::V4(v4), _) => v4.to_string(),
    }
}

/// A socket that is bound to `address`: `inet6_bind` sets `IPV6_V6ONLY` for an IPv6 address other than `::` and
/// `::ffff:a`; on `::` the servers with two sockets set it themselves.
fn specific(address: IpAddr) -> Socket {
    let v6only = match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => Some(v6.to_ipv4_mapped().is_none()),
    };
    (address, v6only)
}

/// `IP_FREEBIND` helps against a missing address, not against a missing family.
fn is_forced(missing: Missing, errno: &str) -> bool {
    missing == Missing::Bound && errno == "EADDRNOTAVAIL"
}

fn is_skipped(missing: Missing, address: IpAddr, errno: &str, first: bool) -> bool {
    match missing {
        Missing::Fails | Missing::Bound => false,
        Missing::Skipped => true,
        Missing::SkippedButFirst => !first,
        Missing::SkippedV6Loopback => {
            errno == "EAFNOSUPPORT" || (errno == "EADDRNOTAVAIL" && address == Ipv6Addr::LOCALHOST)
        }
    }
}

fn interface_loopbacks(machine: &Machine) -> Vec<ScopedAddr> {
    let all = machine.raw.interfaces.iter().flat_map(|i| &i.addresses);
    all.map(|a| a.address).filter(IpAddr::is_loopback).map(ScopedAddr::from).collect()
}

/// An interface has an IPv6 address: `/proc/net/if_inet6` has a line. A machine without recorded interfaces is taken to
/// have a healthy lo.
pub(super) fn has_ipv6_address(machine: &Machine) -> bool {
    let interfaces = &machine.raw.interfaces;
    interfaces.is_empty() || interfaces.iter().flat_map(|i| &i.addresses).any(|a| a.address.is_ipv6())
}

/// getaddrinfo with `AI_ADDRCONFIG` may give IPv6 addresses: it takes `::` as a name.
fn is_configured_ipv6(machine: &Machine) -> bool {
    let flags = QueryFlags { addrconfig: true, passive: true, ..QueryFlags::default() };
    ask::system(machine, &Query { flags, ..Query::any("::") }).status == Status::Found
}
