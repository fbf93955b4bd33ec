//! Interfaces, addresses and routes, as the kernel dumps them.

use super::netlink::{AF_INET, AF_INET6, Dump, address, attributes, dump, text, u16_at, u32_at};
use crate::errno;
use rustix::io::Errno;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use whyhost_core::snapshot::{Gap, Interface, InterfaceAddress, Route, Snapshot};

// linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const RTM_NEWROUTE: u16 = 24;
const RTM_GETROUTE: u16 = 26;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_FLAGS: u16 = 8;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTA_MULTIPATH: u16 = 9;
const RTA_TABLE: u16 = 15;
const RTA_VIA: u16 = 18;
const RT_TABLE_MAIN: u32 = 254;
const RT_TABLE_LOCAL: u32 = 255;
const RTN_UNICAST: u8 = 1;
const RTN_LOCAL: u8 = 2;

/// Fills in interfaces with their addresses, and the routes to loopback and to everywhere.
pub(super) fn collect(snapshot: &mut Snapshot) {
    match interfaces() {
        Ok(interfaces) => snapshot.interfaces = interfaces,
        Err(errno) => snapshot.gaps.push(refused("interfaces and their addresses", errno)),
    }
    for family in [AF_INET, AF_INET6] {
        match routes(family, &snapshot.interfaces) {
            Ok(dump) => {
                snapshot.routes.extend(dump.rows.into_iter().flatten());
                snapshot.gaps.extend(dump.cut.then(too_many_routes));
            }
            // A kernel without IPv6 has no IPv6 routes to dump.
            Err(Errno::OPNOTSUPP | Errno::AFNOSUPPORT) if family == AF_INET6 => {}
            Err(errno) => snapshot.gaps.push(refused("routes", errno)),
        }
    }
}

fn too_many_routes() -> Gap {
    Gap { what: "routes".into(), why: "the routing table is longer than what is read of it".into() }
}

fn refused(what: &str, errno: Errno) -> Gap {
    let why = format!(
        "the kernel refused NETLINK_ROUTE ({}): run outside the sandbox, or allow AF_NETLINK in it",
        errno::name(errno)
    );
    Gap { what: what.into(), why }
}

pub(super) fn interfaces() -> Result<Vec<Interface>, Errno> {
    let read_link = |kind, bytes: &[u8]| if kind == RTM_NEWLINK { interface(bytes) } else { None };
    let read_address = |kind, bytes: &[u8]| if kind == RTM_NEWADDR { interface_address(bytes) } else { None };
    let mut interfaces = dump(None, RTM_GETLINK, &[0; 16], read_link)?.rows;
    for (index, address) in dump(None, RTM_GETADDR, &[0; 8], read_address)?.rows {
        if let Some(interface) = interfaces.iter_mut().find(|interface| interface.index == index) {
            interface.addresses.push(address);
        }
    }
    Ok(interfaces)
}

/// `struct ifinfomsg`: family u8, pad u8, type u16, index i32, flags u32, change u32; then attributes.
fn interface(bytes: &[u8]) -> Option<Interface> {
    let mut interface = Interface {
        index: u32_at(bytes, 4)?,
        name: String::new(),
        link_type: u16_at(bytes, 2)?,
        flags: u32_at(bytes, 8)?,
        mtu: 0,
        addresses: Vec::new(),
    };
    for (kind, value) in attributes(bytes.get(16..)?) {
        match kind {
            IFLA_IFNAME => interface.name = text(value),
            IFLA_MTU => interface.mtu = u32_at(value, 0).unwrap_or(0),
            _ => {}
        }
    }
    Some(interface)
}

/// `struct ifaddrmsg`: family u8, prefix length u8, flags u8, scope u8, index u32; then attributes.
///
/// `IFA_LOCAL` is the own address and `IFA_ADDRESS` the peer's, or the own one where there is no `IFA_LOCAL` (as for
/// IPv6 without a peer). `IFA_FLAGS` has the flags that do not fit the header.
fn interface_address(bytes: &[u8]) -> Option<(u32, InterfaceAddress)> {
    let (family, prefix_len, mut flags, scope) =
        (*bytes.first()?, *bytes.get(1)?, u32::from(*bytes.get(2)?), *bytes.get(3)?);
    let (mut local, mut other) = (None, None);
    for (kind, value) in attributes(bytes.get(8..)?) {
        match kind {
            IFA_LOCAL => local = address(family, value),
            IFA_ADDRESS => other = address(family, value),
            IFA_FLAGS => flags = u32_at(value, 0).unwrap_or(flags),
            _ => {}
        }
    }
    let own = local.or(other)?;
    let peer = other.filter(|peer| *peer != own);
    Some((u32_at(bytes, 4)?, InterfaceAddress { address: own, peer, prefix_len, flags, scope }))
}

/// Routes of a family; a list per kept route, since one route may have several next hops.
fn routes(family: u8, interfaces: &[Interface]) -> Result<Dump<Vec<Route>>, Errno> {
    let mut body = [0; 12];
    body[0] = family;
    dump(
        None,
        RTM_GETROUTE,
        &body,
        |kind, bytes| if kind == RTM_NEWROUTE { route(bytes, interfaces) } else { None },
    )
}

/// `struct rtmsg`: family, destination length, source length, tos, table, protocol, scope, type (u8 each), flags u32;
/// then attributes. Default routes of the main table and routes to loopback addresses are kept, a row per next hop.
fn route(bytes: &[u8], interfaces: &[Interface]) -> Option<Vec<Route>> {
    let (family, prefix_len, kind) = (*bytes.first()?, *bytes.get(1)?, *bytes.get(7)?);
    let mut table = u32::from(*bytes.get(4)?);
    let mut destination = unspecified(family)?;
    let (mut hop, mut hops, mut metric) = (Hop::default(), Vec::new(), 0);
    for (kind, value) in attributes(bytes.get(12..)?) {
        match kind {
            RTA_DST => destination = address(family, value)?,
            RTA_TABLE => table = u32_at(value, 0)?,
            RTA_PRIORITY => metric = u32_at(value, 0)?,
            RTA_MULTIPATH => hops = multipath(family, value),
            _ => hop.take(family, kind, value),
        }
    }
    let wanted = match (table, kind) {
        (RT_TABLE_MAIN, RTN_UNICAST) => prefix_len == 0 || destination.is_loopback(),
        (RT_TABLE_LOCAL, RTN_UNICAST | RTN_LOCAL) => destination.is_loopback(),
        _ => false,
    };
    if hops.is_empty() {
        hops.push(hop);
    }
    let name = |index| interfaces.iter().find(|i| i.index == index).map_or(String::new(), |i| i.name.clone());
    let row = |hop: Hop| Route {
        destination,
        prefix_len,
        gateway: hop.gateway,
        interface: name(hop.index),
        metric,
    };
    wanted.then(|| hops.into_iter().map(row).collect())
}

/// A next hop of a route.
#[derive(Default)]
struct Hop {
    index: u32,
    gateway: Option<IpAddr>,
}

impl Hop {
    fn take(&mut self, family: u8, kind: u16, value: &[u8]) {
        match kind {
            RTA_OIF => self.index = u32_at(value, 0).unwrap_or(0),
            RTA_GATEWAY => self.gateway = address(family, value),
            // struct rtvia: an address of another family, such as an IPv6 gateway of an IPv4 route.
            RTA_VIA => {
                let family = u16_at(value, 0).and_then(|family| u8::try_from(family).ok());
                self.gateway = family.zip(value.get(2..)).and_then(|(family, bytes)| address(family, bytes));
            }
            _ => {}
        }
    }
}

/// `struct rtnexthop`: length u16, flags u8, hops u8, index i32; then attributes up to its length.
fn multipath(family: u8, mut bytes: &[u8]) -> Vec<Hop> {
    let mut hops = Vec::new();
    while let (Some(length), Some(index)) = (u16_at(bytes, 0), u32_at(bytes, 4)) {
        let length = usize::from(length);
        let Some(inner) = bytes.get(8..length) else { break };
        let mut hop = Hop { index, gateway: None };
        attributes(inner).for_each(|(kind, value)| hop.take(family, kind, value));
        hops.push(hop);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    hops
}

fn unspecified(family: u8) -> Option<IpAddr> {
    match family {
        AF_INET => Some(Ipv4Addr::UNSPECIFIED.into()),
        AF_INET6 => Some(Ipv6Addr::UNSPECIFIED.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::netlink::attribute;
    use super::*;

    #[test]
    fn a_peer_is_told_from_the_own_address() {
        let mut payload = vec![AF_INET, 32, 0x80, 0];
        payload.extend(5_u32.to_ne_bytes());
        payload.extend(attribute(IFA_ADDRESS, &[10, 0, 0, 2]));
        payload.extend(attribute(IFA_LOCAL, &[10, 0, 0, 1]));
        payload.extend(attribute(IFA_FLAGS, &0x480_u32.to_ne_bytes()));
        let (index, row) = interface_address(&payload).unwrap();
        assert_eq!(index, 5);
        assert_eq!(row.address, IpAddr::from([10, 0, 0, 1]));
        assert_eq!((row.peer, row.flags), (Some(IpAddr::from([10, 0, 0, 2])), 0x480));
    }

    #[test]
    fn a_multipath_default_route_gives_a_row_per_hop() {
        let hop = |index: u32, gateway: [u8; 4]| {
            let inner = attribute(RTA_GATEWAY, &gateway);
            let mut bytes = u16::try_from(8 + inner.len()).unwrap().to_ne_bytes().to_vec();
            bytes.extend([0, 0]);
            bytes.extend(index.to_ne_bytes());
            bytes.extend(inner);
            bytes
        };
        let mut payload = vec![AF_INET, 0, 0, 0, 254, 3, 0, RTN_UNICAST, 0, 0, 0, 0];
        payload.extend(attribute(RTA_PRIORITY, &100_u32.to_ne_bytes()));
        payload.extend(attribute(RTA_MULTIPATH, &[hop(2, [192, 0, 2, 1]), hop(3, [192, 0, 2, 2])].concat()));
        let rows = route(&payload, &[]).unwrap();
        let gateways: Vec<_> = rows.iter().filter_map(|row| row.gateway).collect();
        assert_eq!(gateways, [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])]);
        assert!(rows.iter().all(|row| row.metric == 100 && row.prefix_len == 0));
    }

    #[test]
    fn an_ipv4_route_may_have_an_ipv6_gateway() {
        let mut hop = Hop::default();
        let via = [&10_u16.to_ne_bytes()[..], &Ipv6Addr::LOCALHOST.octets()].concat();
        hop.take(AF_INET, RTA_VIA, &via);
        assert_eq!(hop.gateway, Some(IpAddr::from(Ipv6Addr::LOCALHOST)));
    }
}
