//! Which addresses the Linux kernel lets a socket be bound to, as a function of recorded facts.

use crate::machine::Machine;
use crate::reach::kernel::covers;
use crate::snapshot::{InterfaceAddress, ScopedAddr, SourceOutcome};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `IFA_F_TENTATIVE`, `IFA_F_OPTIMISTIC` and `IFA_F_DADFAILED` of linux/if_addr.h.
const TENTATIVE: u32 = 0x40;
const OPTIMISTIC: u32 = 0x04;
const DAD_FAILED: u32 = 0x08;

/// The errno of `bind`; `None` where it works. Ports are another matter.
///
/// Source: `inet_bind` and `inet6_bind` of Linux, and binds on Linux 6.18: 127.0.0.1 can be bound while lo is down, `::`
/// while IPv6 is switched off, ::1 then not. A machine without recorded interfaces is taken to have a healthy lo.
pub(super) fn errno(machine: &Machine, address: ScopedAddr) -> Option<&'static str> {
    match address.address {
        IpAddr::V4(v4) => errno_v4(machine, v4),
        IpAddr::V6(_) if !machine.has_inet6_sockets() => Some("EAFNOSUPPORT"),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => errno_v4(machine, v4),
            None => errno_v6(machine, v6, address.scope_id),
        },
    }
}

fn errno_v4(machine: &Machine, address: Ipv4Addr) -> Option<&'static str> {
    let target = IpAddr::V4(address);
    let on_lo = |a: &InterfaceAddress| covers(a, target);
    let local = address.is_unspecified()
        || machine.interface_of(target).is_some()
        || machine.loopback().map_or(address.is_loopback(), |lo| lo.addresses.iter().any(on_lo))
        || machine.sysctl("ipv4/ip_nonlocal_bind") == Some(1);
    (!local).then_some("EADDRNOTAVAIL")
}

fn errno_v6(machine: &Machine, address: Ipv6Addr, scope_id: u32) -> Option<&'static str> {
    let target = IpAddr::V6(address);
    if address.is_unicast_link_local() && scope_id == 0 {
        return Some("EINVAL");
    }
    let held = machine
        .raw
        .interfaces
        .iter()
        .filter(|i| scope_id == 0 || i.index == scope_id)
        .flat_map(|i| &i.addresses)
        .any(|a| a.address == target && is_usable(a));
    // Before the interfaces were recorded, what connect said to ::1.
    let unrecorded = machine.raw.interfaces.is_empty()
        && address.is_loopback()
        && !matches!(machine.source_of(target.into()), Some(SourceOutcome::Errno(_)));
    let local =
        address.is_unspecified() || held || unrecorded || machine.sysctl("ipv6/ip_nonlocal_bind") == Some(1);
    (!local).then_some("EADDRNOTAVAIL")
}

/// Duplicate address detection is over, or is not waited for.
fn is_usable(address: &InterfaceAddress) -> bool {
    let waits = address.flags & TENTATIVE != 0 && address.flags & OPTIMISTIC == 0;
    !waits && address.flags & DAD_FAILED == 0
}
