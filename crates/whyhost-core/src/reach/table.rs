//! Every destination against the listeners of one port: from the machine itself, and from its networks.

use super::kernel::{AttemptOutcome, Way, undelivered, undelivered_from, winner};
use crate::machine::Machine;
use crate::snapshot::{Interface, Protocol, ScopedAddr, Socket};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What every destination meets on one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PortTable {
    /// Transport.
    pub protocol: Protocol,
    /// Port.
    pub port: u16,
    /// Loopback addresses first, then those of the interfaces in their order, then the same from the networks.
    pub destinations: Vec<Destination>,
}

/// One destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// What is connected to.
    #[serde(serialize_with = "super::kernel::as_text")]
    pub address: ScopedAddr,
    /// From where.
    pub from: Origin,
    /// The interface: of the address, or that a packet of another machine comes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// What becomes of it, packet filters aside.
    pub outcome: AttemptOutcome,
    /// The socket that takes it: its place in the list that the table was made of.
    pub listener: Option<usize>,
}

/// From where a connection comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A program of this machine.
    ThisMachine,
    /// Another machine on a network of the interface.
    Network,
}

/// 127.0.0.1, another address of 127/8, ::1, and the spellings that lead to them.
fn loopbacks() -> [IpAddr; 5] {
    [
        Ipv4Addr::LOCALHOST.into(),
        Ipv4Addr::new(127, 0, 0, 2).into(),
        Ipv6Addr::LOCALHOST.into(),
        Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(),
        Ipv4Addr::UNSPECIFIED.into(),
    ]
}

/// The table of `sockets`, which are of one port and protocol.
pub fn table(machine: &Machine, protocol: Protocol, port: u16, sockets: &[&Socket]) -> PortTable {
    let met = |address: ScopedAddr, interface: Option<&Interface>, way: Way| {
        let stopped = match way {
            Way::Itself => undelivered(machine, address),
            Way::Network(index) => undelivered_from(machine, address, index),
        };
        let listener = if stopped.is_none() { winner(machine, sockets, address, way) } else { None };
        let found = if listener.is_some() { AttemptOutcome::Connects } else { AttemptOutcome::Refused };
        Destination {
            address,
            from: if way == Way::Itself { Origin::ThisMachine } else { Origin::Network },
            interface: interface.map(|i| i.name.clone()),
            outcome: stopped.unwrap_or(found),
            listener,
        }
    };
    let mut destinations: Vec<Destination> =
        loopbacks().into_iter().map(|a| met(a.into(), None, Way::Itself)).collect();
    destinations.extend(own_addresses(machine).map(|(i, a)| met(a, Some(i), Way::Itself)));
    destinations.extend(own_addresses(machine).map(|(i, a)| met(a, Some(i), Way::Network(i.index))));
    PortTable { protocol, port, destinations }
}

/// The addresses of the interfaces that are up and not the loopback interface.
pub(crate) fn own_addresses(machine: &Machine) -> impl Iterator<Item = (&Interface, ScopedAddr)> {
    let interfaces = machine.raw.interfaces.iter().filter(|i| i.is_up() && !i.is_loopback());
    interfaces.flat_map(|interface| {
        interface.addresses.iter().map(move |a| {
            let link_local = matches!(a.address, IpAddr::V6(v6) if v6.is_unicast_link_local());
            let scope_id = if link_local { interface.index } else { 0 };
            (interface, ScopedAddr { address: a.address, scope_id })
        })
    })
}
