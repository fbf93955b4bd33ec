//! Address rows: `1 lo loopback 127.0.0.1/8`, then `peer ADDRESS`, `deprecated`, `optimistic` where they apply.

use std::net::IpAddr;
use whyhost_core::snapshot::{Interface, InterfaceAddress};

/// `IFA_F_OPTIMISTIC` and `IFA_F_DEPRECATED` of linux/if_addr.h.
const FLAGS: [(&str, u32); 2] = [("optimistic", 0x04), ("deprecated", 0x20)];
/// `ARPHRD_*` of linux/if_arp.h by the names that iproute2 prints.
const LINK_TYPES: [(&str, u16); 6] =
    [("ether", 1), ("tunnel", 768), ("tunnel6", 769), ("loopback", 772), ("sit", 776), ("none", 65534)];

/// The interfaces of `rows`, in their order, addresses in theirs.
pub fn interfaces(rows: &[String], lo_down: bool) -> Vec<Interface> {
    let mut all: Vec<Interface> = Vec::new();
    for row in rows {
        let (mut interface, address) = read(row);
        if interface.is_loopback() && lo_down {
            interface.flags &= !0x1;
        }
        match all.iter_mut().find(|i| i.index == interface.index) {
            Some(known) => known.addresses.push(address),
            None => {
                interface.addresses.push(address);
                all.push(interface);
            }
        }
    }
    all
}

/// The rows of `interfaces`.
pub fn rows(interfaces: &[Interface]) -> Vec<String> {
    interfaces.iter().flat_map(|i| i.addresses.iter().map(|a| row(i, a))).collect()
}

/// The interface that has `gateway` on link.
pub fn towards(rows: &[String], gateway: IpAddr) -> Option<String> {
    let on_link = |a: &InterfaceAddress| match (a.address, gateway) {
        (IpAddr::V4(a4), IpAddr::V4(g)) => {
            (a4.to_bits() ^ g.to_bits()).checked_shr(32 - u32::from(a.prefix_len)) == Some(0)
        }
        (IpAddr::V6(a6), IpAddr::V6(g)) => {
            (a6.to_bits() ^ g.to_bits()).checked_shr(128 - u32::from(a.prefix_len)) == Some(0)
        }
        _ => false,
    };
    rows.iter().map(|r| read(r)).find(|(_, a)| on_link(a)).map(|(i, _)| i.name)
}

fn read(row: &str) -> (Interface, InterfaceAddress) {
    let mut words = row.split(' ');
    let mut next = || words.next().expect("index, name, type and address");
    let (index, name, link, address) = (next(), next(), next(), next());
    let (address, prefix_len) = address.split_once('/').expect("address/length");
    let address: IpAddr = address.parse().expect("an address");
    let (mut flags, mut peer) = (0, None);
    while let Some(word) = words.next() {
        match FLAGS.iter().find(|(name, _)| *name == word) {
            Some((_, bit)) => flags |= bit,
            None => peer = words.next().map(|p| p.parse().expect("a peer address")),
        }
    }
    let link_type = LINK_TYPES.iter().find(|(name, _)| *name == link).map(|(_, n)| *n);
    let link_type = link_type.unwrap_or_else(|| link.parse().expect("a link type"));
    let interface = Interface {
        index: index.parse().expect("an interface index"),
        name: name.into(),
        link_type,
        flags: if link_type == 772 { 0x49 } else { 0x1043 },
        mtu: 0,
        addresses: Vec::new(),
    };
    let prefix_len = prefix_len.parse().expect("a prefix length");
    (interface, InterfaceAddress { address, peer, prefix_len, flags, scope: scope(address) })
}

fn row(interface: &Interface, address: &InterfaceAddress) -> String {
    let link = LINK_TYPES.iter().find(|(_, n)| *n == interface.link_type);
    let link = link.map_or_else(|| interface.link_type.to_string(), |(name, _)| (*name).to_owned());
    let mut text =
        format!("{} {} {link} {}/{}", interface.index, interface.name, address.address, address.prefix_len);
    if let Some(peer) = address.peer {
        text.push_str(&format!(" peer {peer}"));
    }
    for (name, bit) in FLAGS {
        if address.flags & bit != 0 {
            text.push(' ');
            text.push_str(name);
        }
    }
    text
}

/// `RT_SCOPE_*` as iproute2 gives it to IPv4 addresses (`default_scope`) and the kernel to IPv6 ones.
fn scope(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(v4) if v4.is_loopback() => 254,
        IpAddr::V6(v6) if v6.is_loopback() => 254,
        IpAddr::V6(v6) if v6.is_unicast_link_local() => 253,
        IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfec0 => 200,
        _ => 0,
    }
}
