//! What the Linux kernel does with a TCP connection from the machine to itself, as a function of recorded facts.
//!
//! Source of the matching model: experiments on Linux 6.18 with every client target × server bind, and 28,226
//! random checks (1–5 listeners, 12 bind forms, bound devices, 11 targets) without a mismatch. In the kernel it is
//! `inet_lookup_listener` and `inet6_lookup_listener` with their `compute_score`.

use crate::machine::Machine;
use crate::snapshot::{
    Interface, InterfaceAddress, LoopbackKind, OsFamily, ProbeOutcome, Protocol, ScopedAddr, Socket,
    SourceOutcome,
};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What became of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptOutcome {
    /// A listener takes it.
    Connects,
    /// Nothing listens there.
    Refused,
    /// No answer: packets are lost.
    Timeout,
    /// The kernel has no way there.
    Unreachable,
    /// Not an address of this machine: not looked at.
    Foreign,
}

/// One attempt of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Destination.
    #[serde(serialize_with = "as_text")]
    pub address: ScopedAddr,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// When it begins, in milliseconds after the first attempt of the client.
    #[serde(skip_serializing_if = "is_zero")]
    pub after_ms: u32,
    /// Index of the listener in [`crate::diagnose::Diagnosis::listeners`].
    #[serde(skip)]
    pub listener: Option<usize>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

pub(super) fn as_text<S: serde::Serializer>(address: &ScopedAddr, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(address)
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the machine itself.
    Itself,
    /// From another machine, by the interface with this index.
    Network(u32),
}

/// What a connection from this machine to `target` meets.
///
/// What a recorded probe of just this place met counts more than the model where that says that somebody answers: a packet
/// filter is not modelled.
pub fn attempt(machine: &Machine, target: ScopedAddr, port: u16) -> Attempt {
    let ended = |outcome| Attempt { address: target, outcome, after_ms: 0, listener: None };
    if let Some(outcome) = undelivered(machine, target) {
        return ended(outcome);
    }
    if let Some(outcome) = stopped(machine, target, port) {
        return ended(outcome);
    }
    match accepting_index(machine, target, port) {
        Some(index) => Attempt { listener: Some(index), ..ended(AttemptOutcome::Connects) },
        None => ended(AttemptOutcome::Refused),
    }
}

/// A probe of this place was not answered, or refused although somebody listens: a packet filter, or a full accept queue.
fn stopped(machine: &Machine, target: ScopedAddr, port: u16) -> Option<AttemptOutcome> {
    let place = normalise(target);
    let probes = &machine.raw.live.probes;
    let probe = probes.iter().find(|p| normalise(p.destination) == place && p.port == port)?;
    match probe.outcome {
        ProbeOutcome::TimedOut => Some(AttemptOutcome::Timeout),
        ProbeOutcome::Refused => Some(AttemptOutcome::Refused),
        _ => None,
    }
}

/// The socket that the kernel gives a connection to `target`, of those on `port`.
///
/// Whether the packet arrives at all is [`attempt`]'s matter. Of several equal sockets, which only `SO_REUSEPORT` can
/// make and of which the kernel picks by a hash of the connection, the first in the order of [`sockets_of`] is given.
pub fn accepting(machine: &Machine, target: ScopedAddr, port: u16) -> Option<&Socket> {
    accepting_index(machine, target, port).map(|i| sockets_of(machine, port)[i])
}

/// The TCP listeners of `port` in a fixed order: by address, then interface, then inode.
pub fn sockets_of(machine: &Machine, port: u16) -> Vec<&Socket> {
    let mut sockets: Vec<&Socket> =
        machine.raw.sockets.iter().filter(|s| s.protocol == Protocol::Tcp && s.port == port).collect();
    sockets.sort_by_key(|s| (s.address, s.interface_index, s.inode));
    sockets
}

fn accepting_index(machine: &Machine, target: ScopedAddr, port: u16) -> Option<usize> {
    winner(machine, &sockets_of(machine, port), target, Way::Itself)
}

/// Index of the socket that gets a connection to `target`, of those on one port and protocol.
pub fn winner(machine: &Machine, sockets: &[&Socket], target: ScopedAddr, way: Way) -> Option<usize> {
    sockets
        .iter()
        .enumerate()
        .filter(|(_, socket)| accepts_by(machine, socket, target, way))
        .min_by_key(|(index, socket)| (rank(socket, target), *index))
        .map(|(index, _)| index)
}

/// `socket` would take a connection of this machine to `target` if it were alone on its port.
pub fn accepts(machine: &Machine, socket: &Socket, target: ScopedAddr) -> bool {
    accepts_by(machine, socket, target, Way::Itself)
}

/// The same for a connection that comes by `way`.
///
/// A socket that is bound to an interface takes what arrives by it; a connection of the machine to itself counts as arriving
/// by the interface that has the address.
pub fn accepts_by(machine: &Machine, socket: &Socket, target: ScopedAddr, way: Way) -> bool {
    let target = normalise(target);
    let device = socket.interface_index;
    let arrives_by = |device| match way {
        Way::Itself => Some(device) == device_of(machine, target),
        Way::Network(interface) => device == interface,
    };
    if device != 0 && !arrives_by(device) {
        return false;
    }
    match (target.address, socket.address) {
        (IpAddr::V4(target), IpAddr::V4(bound)) => bound == target || bound.is_unspecified(),
        (IpAddr::V4(target), IpAddr::V6(bound)) => match bound.to_ipv4_mapped() {
            Some(mapped) => mapped == target || mapped.is_unspecified(),
            None => bound.is_unspecified() && !is_v6only(machine, socket),
        },
        (IpAddr::V6(target), IpAddr::V6(bound)) => bound == target || bound.is_unspecified(),
        (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Lower wins: an exact address before a wildcard, then for an IPv4 target an `AF_INET` socket before an `AF_INET6` one.
fn rank(socket: &Socket, target: ScopedAddr) -> (bool, bool) {
    let bound = normalise_mapped(socket.address);
    (bound.is_unspecified(), normalise(target).address.is_ipv4() && socket.address.is_ipv6())
}

/// `IPV6_V6ONLY` of a socket; where it is not told, the default of new sockets (`net.ipv6.bindv6only`), else off.
pub fn is_v6only(machine: &Machine, socket: &Socket) -> bool {
    socket.v6only.unwrap_or_else(|| machine.sysctl("ipv6/bindv6only") == Some(1))
}

/// The address that a connection really goes to: `::ffff:a` is `a`, `0.0.0.0` is 127.0.0.1, `::` is ::1.
pub fn normalise(target: ScopedAddr) -> ScopedAddr {
    let address = match normalise_mapped(target.address) {
        IpAddr::V4(a) if a.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(a) if a.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    ScopedAddr { address, scope_id: target.scope_id }
}

fn normalise_mapped(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Index of the interface that owns `target` (already normalised).
fn device_of(machine: &Machine, target: ScopedAddr) -> Option<u32> {
    let owner = machine.raw.interfaces.iter().find(|i| holds(i, target));
    let loopback = || machine.loopback().map_or(1, |lo| lo.index);
    owner.map(|i| i.index).or_else(|| target.address.is_loopback().then(loopback))
}

fn holds(interface: &Interface, target: ScopedAddr) -> bool {
    (target.scope_id == 0 || target.scope_id == interface.index)
        && interface.addresses.iter().any(|a| a.address == target.address)
}

/// `target` is an address of this machine: loopback or configured on an interface.
pub fn is_own(machine: &Machine, target: ScopedAddr) -> bool {
    let target = normalise(target);
    target.address.is_loopback() || machine.raw.interfaces.iter().any(|i| holds(i, target))
}

/// What becomes of a packet to `target` that never gets as far as a listener of this machine; `None` when it does.
///
/// Source: connections under Linux 6.18 with lo down (never up; taken down later), addresses removed, IPv6 switched
/// off, each with and without default routes. A machine without recorded interfaces is taken to have a healthy lo.
pub fn undelivered(machine: &Machine, target: ScopedAddr) -> Option<AttemptOutcome> {
    if mapped_needs_dual_stack(machine, target) {
        return Some(AttemptOutcome::Unreachable);
    }
    let real = normalise(target);
    let source = machine.source_of(target).or_else(|| machine.source_of(real));
    if let Some(SourceOutcome::Errno(_)) = source {
        return Some(AttemptOutcome::Unreachable);
    }
    if !is_own(machine, real) {
        return Some(AttemptOutcome::Foreign);
    }
    if is_dropped(machine, real.address) {
        return Some(AttemptOutcome::Timeout);
    }
    let lo = machine.loopback()?;
    if lo.addresses.iter().any(|a| is_broadcast(a, real.address)) {
        return Some(AttemptOutcome::Unreachable);
    }
    let configured = !real.address.is_loopback() || lo.addresses.iter().any(|a| covers(a, real.address));
    if lo.is_up() && configured {
        return deaf_to_ipv6(machine, real.address).then_some(AttemptOutcome::Timeout);
    }
    // The kernel found a way out all the same: the packet leaves by it and nobody answers.
    let leaves = source.is_some() || configured || has_default_route(machine, real.address);
    Some(if leaves { AttemptOutcome::Timeout } else { AttemptOutcome::Unreachable })
}

/// Packets to the machine's own IPv6 addresses, whatever interface has them, arrive by lo, where `disable_ipv6` drops
/// them (Linux net/ipv6/ip6_input.c: `ip6_rcv_core`). Run under Linux 6.18 with a global and a link-local address.
fn deaf_to_ipv6(machine: &Machine, target: IpAddr) -> bool {
    target.is_ipv6()
        && machine.os.family == OsFamily::Linux
        && machine.sysctl("ipv6/conf/lo/disable_ipv6") == Some(1)
}

/// The recorded test of the loopback interface got no answer over this family, although nothing but a packet filter (or an
/// interface that is down) stands between an address and itself.
fn is_dropped(machine: &Machine, target: IpAddr) -> bool {
    let tests = &machine.raw.live.loopback;
    target.is_loopback()
        && tests.iter().any(|t| {
            t.kind == LoopbackKind::Tcp
                && t.outcome == ProbeOutcome::TimedOut
                && t.address.is_ipv4() == target.is_ipv4()
        })
}

/// What becomes of a packet of another machine to `target` that arrives by `interface` and gets no further; `None` when a
/// listener decides. Packet filters are not looked at.
///
/// Source: connections between two network namespaces under Linux 6.18. An address of any interface is answered, whichever
/// interface the packet comes by (the "weak host model", ip-sysctl.rst, `arp_ignore`); 127/8 only with `route_localnet`
/// (net/ipv4/route.c, `ip_route_input_slow`), ::1 never (net/ipv6/ip6_input.c, `ip6_rcv_core`).
pub fn undelivered_from(machine: &Machine, target: ScopedAddr, interface: u32) -> Option<AttemptOutcome> {
    let address = target.address.to_canonical();
    if address.is_unspecified() || !is_own(machine, target) {
        return Some(AttemptOutcome::Foreign);
    }
    let by_name = |name: &str| machine.sysctl(&format!("ipv4/conf/{name}/route_localnet")) == Some(1);
    let arrived_by = machine.raw.interfaces.iter().find(|i| i.index == interface);
    let routes_loopback = by_name("all") || arrived_by.is_some_and(|i| by_name(&i.name));
    let dropped = match address {
        IpAddr::V4(a) => a.is_loopback() && !routes_loopback,
        IpAddr::V6(a) if a.is_unicast_link_local() => {
            !arrived_by.is_some_and(|i| i.addresses.iter().any(|own| own.address == address))
        }
        IpAddr::V6(a) => a.is_loopback(),
    };
    dropped.then_some(AttemptOutcome::Timeout)
}

/// `::ffff:a` goes through an `AF_INET6` socket, which must exist and not be IPv6-only (`bindv6only=1`: ENETUNREACH).
fn mapped_needs_dual_stack(machine: &Machine, target: ScopedAddr) -> bool {
    matches!(target.address, IpAddr::V6(a) if a.to_ipv4_mapped().is_some())
        && machine.os.family == OsFamily::Linux
        && (!machine.has_inet6_sockets() || machine.sysctl("ipv6/bindv6only") == Some(1))
}

/// An address on lo makes its whole IPv4 prefix local.
pub(crate) fn covers(on_lo: &InterfaceAddress, target: IpAddr) -> bool {
    match (on_lo.address, target) {
        (IpAddr::V4(own), IpAddr::V4(target)) => {
            let mask = mask(on_lo);
            u32::from(own) & mask == u32::from(target) & mask
        }
        (own, target) => own == target,
    }
}

/// The last address of an IPv4 prefix takes no TCP connection (`connect` to 127.255.255.255: ENETUNREACH).
fn is_broadcast(on_lo: &InterfaceAddress, target: IpAddr) -> bool {
    let IpAddr::V4(address) = target else { return false };
    on_lo.prefix_len < 31 && covers(on_lo, target) && u32::from(address) | mask(on_lo) == u32::MAX
}

fn mask(address: &InterfaceAddress) -> u32 {
    u32::MAX.checked_shl(32_u32.saturating_sub(address.prefix_len.into())).unwrap_or(0)
}

fn has_default_route(machine: &Machine, family_of: IpAddr) -> bool {
    machine.raw.routes.iter().any(|r| r.prefix_len == 0 && r.destination.is_ipv4() == family_of.is_ipv4())
}

#[cfg(test)]
mod tests;
