//! Who listens where, and who can reach it: the answer of `whyhost ports`.

mod filter;

pub use filter::{FilterState, PacketFilter};

use crate::diagnose::Target;
use crate::finding::Finding;
use crate::machine::Machine;
use crate::reach::kernel::undelivered_from;
use crate::reach::table::{own_addresses, table};
use crate::reach::{Exposure, Listener, PortTable, Way, accepts_by, of_socket, place};
use crate::resolve::{self, Query};
use crate::rules;
use crate::snapshot::{Gap, ScopedAddr, Socket};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr};

/// The listeners of a machine.
#[derive(Debug, Clone)]
pub struct Ports {
    /// The ports that were asked about; all where there is none.
    pub asked: Vec<u16>,
    /// By port, protocol and address.
    pub rows: Vec<Row>,
    /// Per port and protocol; the listeners are places in `rows`.
    pub reach: Vec<PortTable>,
    /// What stands before the listeners.
    pub filter: PacketFilter,
    /// What is wrong with them, worst first.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
}

/// A listener with the ways by which others reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The listener.
    #[serde(flatten)]
    pub listener: Listener,
    /// Addresses at which another machine reaches it unless a packet filter stops it; empty: nobody but this machine does.
    pub others: Vec<Via>,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Via {
    /// The address that the other machine connects to.
    pub address: IpAddr,
    /// The interface by which it comes.
    pub interface: String,
}

impl Row {
    /// Another machine reaches it, packet filters aside.
    pub fn is_exposed(&self) -> bool {
        !self.others.is_empty()
    }
}

impl Ports {
    /// The rows that others reach.
    pub fn exposed(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.is_exposed())
    }

    /// Ports that were asked about and on which nothing listens.
    pub fn silent(&self) -> Vec<u16> {
        let taken = |port: &u16| self.rows.iter().any(|row| row.listener.port == *port);
        self.asked.iter().copied().filter(|port| !taken(port)).collect()
    }
}

/// The listeners on `asked`, or all, and what is to be said of them.
pub fn ports(machine: &Machine, asked: &[u16]) -> Ports {
    let asked: Vec<u16> = asked.iter().copied().collect::<BTreeSet<u16>>().into_iter().collect();
    let mut sockets: Vec<&Socket> =
        machine.raw.sockets.iter().filter(|s| asked.is_empty() || asked.contains(&s.port)).collect();
    sockets.sort_by_key(|s| (s.port, s.protocol, s.address, s.interface_index, s.inode));
    let mut groups = HashMap::new();
    for socket in &sockets {
        *groups.entry(place(socket)).or_insert(0) += 1;
    }
    let ways: Vec<Entrance> = entrances(machine);
    let rows = sockets.iter().map(|socket| Row {
        listener: of_socket(machine, socket, groups.get(&place(socket)).copied().unwrap_or(1)),
        others: ways.iter().filter(|way| way.leads_to(machine, socket)).map(Entrance::via).collect(),
    });
    Ports {
        rows: rows.collect(),
        reach: tables(machine, &sockets),
        filter: filter::of(machine),
        findings: findings(machine, &asked),
        gaps: machine.raw.gaps.clone(),
        asked,
    }
}

/// An address at an interface by which other machines come.
struct Entrance {
    interface: u32,
    name: String,
    target: ScopedAddr,
}

/// The addresses of this machine that other machines reach, and 127.0.0.1 where `route_localnet` lets it be reached.
fn entrances(machine: &Machine) -> Vec<Entrance> {
    let loopback = ScopedAddr::from(IpAddr::from(Ipv4Addr::LOCALHOST));
    let mut seen = BTreeSet::new();
    let routed = own_addresses(machine)
        .filter(|(i, _)| undelivered_from(machine, loopback, i.index).is_none() && seen.insert(i.index))
        .map(|(i, _)| (i, loopback))
        .collect::<Vec<_>>();
    let own = own_addresses(machine).filter(|(i, a)| undelivered_from(machine, *a, i.index).is_none());
    own.chain(routed)
        .map(|(i, target)| Entrance { interface: i.index, name: i.name.clone(), target })
        .collect()
}

impl Entrance {
    fn leads_to(&self, machine: &Machine, socket: &Socket) -> bool {
        // A scope belongs to the address: fe80::1 of one interface is not that of another.
        let own_scope = self.target.scope_id == 0
            || socket.interface_index == 0
            || socket.interface_index == self.target.scope_id;
        own_scope && accepts_by(machine, socket, self.target, Way::Network(self.interface))
    }

    fn via(&self) -> Via {
        Via { address: self.target.address, interface: self.name.clone() }
    }
}

/// One table for each port and protocol of the sorted `sockets`.
fn tables(machine: &Machine, sockets: &[&Socket]) -> Vec<PortTable> {
    let mut tables = Vec::new();
    let mut start = 0;
    for chunk in sockets.chunk_by(|a, b| (a.port, a.protocol) == (b.port, b.protocol)) {
        let mut one = table(machine, chunk[0].protocol, chunk[0].port, chunk);
        for listener in one.destinations.iter_mut().filter_map(|d| d.listener.as_mut()) {
            *listener += start;
        }
        tables.push(one);
        start += chunk.len();
    }
    tables
}

/// Areas whose findings are about listeners.
const AREAS: [&str; 4] = ["listen", "scope", "port", "firewall"];

/// What the rules about listeners find on the ports, each once.
fn findings(machine: &Machine, asked: &[u16]) -> Vec<Finding> {
    let ports: Vec<Option<u16>> =
        if asked.is_empty() { vec![None] } else { asked.iter().map(|port| Some(*port)).collect() };
    let answers = resolve::answers(machine, &Query::any("localhost"));
    let mut found: Vec<Finding> = Vec::new();
    for port in ports {
        let target = Target { name: "localhost".into(), literal: None, port };
        let context = rules::Context::new(machine, &target, &answers, &[]).for_target_alone();
        for finding in rules::run_areas(&context, &AREAS) {
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
    }
    found.sort_by_key(|f| f.severity);
    found
}

/// Who can connect, for people: `this machine`, `every network`, `the networks of eth0`.
pub fn audience(row: &Row) -> String {
    let mut names: Vec<&str> = Vec::new();
    for via in &row.others {
        if !names.contains(&via.interface.as_str()) {
            names.push(&via.interface);
        }
    }
    match (row.listener.exposure, names.as_slice()) {
        (_, []) if row.listener.exposure == Exposure::Loopback => "this machine".into(),
        (_, []) => "no network".into(),
        (Exposure::AllInterfaces, _) => "every network".into(),
        (_, names) => format!("network of {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Interface, InterfaceAddress, Os, OsFamily, Protocol, RawFile, Snapshot};

    fn machine(binds: &[(&str, u32)]) -> Machine {
        let os = Os::unknown(OsFamily::Linux);
        let mut snapshot = Snapshot::new(os);
        snapshot.assume_loopback();
        let address = |text: &str, prefix_len| InterfaceAddress {
            address: text.parse().unwrap(),
            peer: None,
            prefix_len,
            flags: 0,
            scope: 0,
        };
        snapshot.interfaces.push(Interface {
            index: 2,
            name: "eth0".into(),
            link_type: 1,
            flags: 1,
            mtu: 1500,
            addresses: vec![address("192.0.2.10", 24), address("fe80::10", 64)],
        });
        snapshot.sockets = binds
            .iter()
            .map(|(bind, interface_index)| {
                let v6only = bind.contains(':').then_some(*bind != "::");
                let new = Socket::new(Protocol::Tcp, bind.parse().unwrap(), 3000);
                Socket { interface_index: *interface_index, v6only, ..new }
            })
            .collect();
        Machine::new(snapshot)
    }

    fn others(machine: &Machine) -> Vec<String> {
        let row = ports(machine, &[3000]).rows.remove(0);
        row.others.iter().map(|via| format!("{} by {}", via.address, via.interface)).collect()
    }

    /// (bind, interface, who reaches it from elsewhere)
    #[test]
    fn others_reach_what_is_bound_to_their_network() {
        let cases: &[(&str, u32, &[&str])] = &[
            ("127.0.0.1", 0, &[]),
            ("::1", 0, &[]),
            ("0.0.0.0", 1, &[]),
            ("0.0.0.0", 0, &["192.0.2.10 by eth0"]),
            ("0.0.0.0", 2, &["192.0.2.10 by eth0"]),
            ("::", 0, &["192.0.2.10 by eth0", "fe80::10 by eth0"]),
            ("192.0.2.10", 0, &["192.0.2.10 by eth0"]),
            ("198.51.100.7", 0, &[]),
            ("fe80::10", 2, &["fe80::10 by eth0"]),
        ];
        for (bind, interface, expected) in cases {
            assert_eq!(others(&machine(&[(bind, *interface)])), *expected, "{bind}");
        }
    }

    #[test]
    fn route_localnet_lets_neighbours_in() {
        let mut machine = machine(&[("127.0.0.1", 0)]);
        machine.raw.files.push(RawFile::text("/proc/sys/net/ipv4/conf/eth0/route_localnet", b"1\n"));
        assert_eq!(others(&machine), ["127.0.0.1 by eth0"]);
    }

    #[test]
    fn a_table_names_rows_of_the_whole_list() {
        let mut machine = machine(&[("127.0.0.1", 0), ("0.0.0.0", 0)]);
        machine.raw.sockets[1].port = 4000;
        let found = ports(&machine, &[]);
        assert_eq!(found.reach.len(), 2);
        let taken = |t: &PortTable| t.destinations.iter().filter_map(|d| d.listener).collect::<BTreeSet<_>>();
        assert_eq!(taken(&found.reach[0]), BTreeSet::from([0]));
        assert_eq!(taken(&found.reach[1]), BTreeSet::from([1]));
        assert_eq!(ports(&machine, &[5, 3000]).silent(), [5]);
    }
}
