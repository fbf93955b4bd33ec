//! What the Linux kernel does with a TCP connection from the machine to itself, as a function of recorded facts.
//!
//! Source of the matching model: experiments on Linux 6.18 with every client target × server bind, and 28,226
//! random checks (1–5 listeners, 12 bind forms, bound devices, 11 targets) without a mismatch. In the kernel it is
//! `inet_lookup_listener` and `inet6_lookup_listener` with their `compute_score`.

use crate::machine::Machine;
use crate::snapshot::{Interface, InterfaceAddress, OsFamily, Protocol, ScopedAddr, Socket, SourceOutcome};
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

fn as_text<S: serde::Serializer>(address: &ScopedAddr, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(address)
}

/// What a connection from this machine to `target` meets.
pub fn attempt(machine: &Machine, target: ScopedAddr, port: u16) -> Attempt {
    let ended = |outcome| Attempt { address: target, outcome, after_ms: 0, listener: None };
    if let Some(outcome) = undelivered(machine, target) {
        return ended(outcome);
    }
    match accepting_index(machine, target, port) {
        Some(index) => Attempt { listener: Some(index), ..ended(AttemptOutcome::Connects) },
        None => ended(AttemptOutcome::Refused),
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
    sockets_of(machine, port)
        .iter()
        .enumerate()
        .filter(|(_, socket)| accepts(machine, socket, target))
        .min_by_key(|(index, socket)| (rank(socket, target), *index))
        .map(|(index, _)| index)
}

/// `socket` would take a connection to `target` if it were alone on its port.
pub fn accepts(machine: &Machine, socket: &Socket, target: ScopedAddr) -> bool {
    let target = normalise(target);
    let device = socket.interface_index;
    if device != 0 && Some(device) != device_of(machine, target) {
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
