//! Names that are addresses, as glibc's `text_to_binary_address` reads them.

use crate::machine::Machine;
use crate::snapshot::ScopedAddr;
use hosts_edit::address::inet_aton;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a name is as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numeric {
    /// An IPv4 address in one of the spellings of `inet_aton`.
    V4(Ipv4Addr),
    /// An IPv6 address, maybe with a zone.
    V6(ScopedAddr),
    /// An IPv6 address with a zone that names no interface.
    UnknownZone,
}

/// Reads `name` as an address; `None` when it is a name.
pub fn numeric(machine: &Machine, name: &str) -> Option<Numeric> {
    if let Some(v4) = inet_aton(name.as_bytes()) {
        return Some(Numeric::V4(v4));
    }
    let (address, zone) = match name.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (name, None),
    };
    let address: Ipv6Addr = address.parse().ok()?;
    let scope_id = match zone {
        None => 0,
        Some(zone) => match scope_id(machine, address, zone) {
            Some(id) => id,
            None => return Some(Numeric::UnknownZone),
        },
    };
    Some(Numeric::V6(ScopedAddr { address: IpAddr::V6(address), scope_id }))
}

/// `__inet6_scopeid_pton`: an interface name counts for link-local addresses only, a number always.
fn scope_id(machine: &Machine, address: Ipv6Addr, zone: &str) -> Option<u32> {
    let link_local =
        address.segments()[0] & 0xffc0 == 0xfe80 || matches!(address.octets(), [0xff, b, ..] if b & 0xf <= 2);
    if link_local && let Some(interface) = machine.raw.interfaces.iter().find(|i| i.name == zone) {
        return Some(interface.index);
    }
    (!zone.is_empty() && zone.bytes().all(|b| b.is_ascii_digit())).then(|| zone.parse().ok()).flatten()
}
