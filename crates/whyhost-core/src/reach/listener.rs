//! Listeners as people see them: what they accept, and who may connect.

use super::home::{self, Container};
use super::kernel::{accepts, sockets_of};
use super::services;
use crate::machine::Machine;
use crate::snapshot::{Process, Protocol, Socket};
use serde::Serialize;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who may connect to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// This machine only.
    Loopback,
    /// The networks of one address.
    HostNetworks,
    /// Every network of the machine.
    AllInterfaces,
}

/// A listener with what it accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Transport.
    pub protocol: Protocol,
    /// Bound address.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
    /// Bound interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// `IPV6_V6ONLY`.
    pub v6only: Option<bool>,
    /// Owner.
    pub process: Option<Process>,
    /// What it accepts of the two loopback addresses.
    pub accepts: Accepts,
    /// Who may connect.
    pub exposure: Exposure,
    /// The systemd unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// The product that it is recognised as, an id of [`services`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<&'static str>,
    /// Sockets at exactly this place (`SO_REUSEPORT`), among which the kernel shares the connections out.
    #[serde(skip_serializing_if = "is_one")]
    pub group: usize,
}

fn is_one(number: &usize) -> bool {
    *number == 1
}

impl Listener {
    /// `v6only` matters for what it accepts, and the snapshot does not tell: the model took the default.
    pub fn v6only_is_assumed(&self) -> bool {
        self.v6only.is_none() && matches!(self.address, IpAddr::V6(a) if a.is_unspecified())
    }

    /// The owner as people read it: `python3, pid 30618`; `None` where it could not be read.
    pub fn owner(&self) -> Option<String> {
        self.process.as_ref().map(|p| format!("{}, pid {}", p.name, p.pid))
    }
}

impl fmt::Display for Listener {
    /// `127.0.0.1:3000`, `[::]:3000`, `[fe80::1%eth0]:3000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address, &self.interface) {
            (IpAddr::V4(a), _) => write!(f, "{a}:{}", self.port),
            (IpAddr::V6(a), Some(name)) if a.is_unicast_link_local() => {
                write!(f, "[{a}%{name}]:{}", self.port)
            }
            (IpAddr::V6(a), _) => write!(f, "[{a}]:{}", self.port),
        }
    }
}

/// What a listener accepts of the two loopback addresses, whoever else listens beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Accepts {
    /// 127.0.0.1.
    #[serde(rename = "127.0.0.1")]
    pub v4: bool,
    /// ::1.
    #[serde(rename = "::1")]
    pub v6: bool,
}

/// The TCP listeners of `port`, as the models see them, in a fixed order.
pub fn listeners(machine: &Machine, port: u16) -> Vec<Listener> {
    let sockets = sockets_of(machine, port);
    let group = |s: &Socket| sockets.iter().filter(|other| place(other) == place(s)).count();
    sockets.iter().map(|s| of_socket(machine, s, group(s))).collect()
}

/// Relays that run one process for each address that they publish.
pub(crate) const RELAYS: &[&str] = &["docker-proxy", "rootlessport"];

/// Two listeners belong to one program as far as is known; true where an owner could not be read.
pub fn same_program(a: &Option<Process>, b: &Option<Process>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.pid == b.pid || (a.name == b.name && RELAYS.contains(&a.name.as_str())),
        _ => true,
    }
}

/// The collector could not read the list of sockets, so a missing listener proves nothing.
pub fn listeners_are_unknown(machine: &Machine) -> bool {
    machine.raw.gaps.iter().any(|g| g.what.starts_with("listeners in "))
}

/// Sockets of one place share their connections.
pub(crate) fn place(socket: &Socket) -> (Protocol, u16, IpAddr, u32, Option<bool>) {
    (socket.protocol, socket.port, socket.address, socket.interface_index, socket.v6only)
}

/// A socket as people see it, with the number of sockets of its place.
pub(crate) fn of_socket(machine: &Machine, socket: &Socket, group: usize) -> Listener {
    let takes = |address: IpAddr| accepts(machine, socket, address.into());
    Listener {
        protocol: socket.protocol,
        address: socket.address,
        port: socket.port,
        interface: interface_name(machine, socket.interface_index),
        v6only: socket.v6only,
        process: socket.process.clone(),
        accepts: Accepts { v4: takes(Ipv4Addr::LOCALHOST.into()), v6: takes(Ipv6Addr::LOCALHOST.into()) },
        exposure: exposure(machine, socket),
        unit: socket.cgroup.as_deref().and_then(home::unit).map(str::to_owned),
        container: socket.cgroup.as_deref().and_then(home::container),
        service: socket.process.as_ref().and_then(|p| services::recognise(p, socket.port)).map(|s| s.id),
        group,
    }
}

fn interface_name(machine: &Machine, index: u32) -> Option<String> {
    let known = machine.raw.interfaces.iter().find(|i| i.index == index).map(|i| i.name.clone());
    known.or_else(|| (index != 0).then(|| format!("interface {index}")))
}

fn exposure(machine: &Machine, socket: &Socket) -> Exposure {
    let bound = socket.address.to_canonical();
    let on_lo = machine.loopback().is_some_and(|lo| lo.index == socket.interface_index);
    match (bound.is_loopback() || on_lo, bound.is_unspecified(), socket.interface_index) {
        (true, _, _) => Exposure::Loopback,
        (false, true, 0) => Exposure::AllInterfaces,
        (false, _, _) => Exposure::HostNetworks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Interface, Os, OsFamily, Snapshot};

    /// (bound address, interface, v6only, accepts 127.0.0.1, accepts ::1, exposure)
    #[test]
    fn a_listener_tells_what_it_accepts_and_who_may_connect() {
        use Exposure::{AllInterfaces, HostNetworks, Loopback};
        let cases = [
            ("127.0.0.1", 0, None, true, false, Loopback),
            ("127.0.0.2", 0, None, false, false, Loopback),
            ("::1", 0, Some(true), false, true, Loopback),
            ("::ffff:127.0.0.1", 0, Some(false), true, false, Loopback),
            ("0.0.0.0", 0, None, true, false, AllInterfaces),
            ("::", 0, Some(false), true, true, AllInterfaces),
            ("::", 0, Some(true), false, true, AllInterfaces),
            ("0.0.0.0", 1, None, true, false, Loopback),
            ("0.0.0.0", 2, None, false, false, HostNetworks),
            ("10.77.0.1", 0, None, false, false, HostNetworks),
            ("::ffff:0.0.0.0", 0, Some(false), true, false, AllInterfaces),
        ];
        for (address, interface_index, v6only, v4, v6, exposure) in cases {
            let got = only_listener(address, interface_index, v6only);
            assert_eq!((got.accepts, got.exposure), (Accepts { v4, v6 }, exposure), "{address}");
        }
    }

    #[test]
    fn an_address_is_written_as_in_a_url() {
        assert_eq!(only_listener("127.0.0.1", 0, None).to_string(), "127.0.0.1:3000");
        assert_eq!(only_listener("::1", 0, None).to_string(), "[::1]:3000");
        assert_eq!(only_listener("fe80::a1", 2, None).to_string(), "[fe80::a1%lan0]:3000");
    }

    fn only_listener(address: &str, interface_index: u32, v6only: Option<bool>) -> Listener {
        let mut snapshot = Snapshot::new(Os::unknown(OsFamily::Linux));
        let link = |index, name: &str, flags| Interface {
            index,
            name: name.into(),
            link_type: 1,
            flags,
            mtu: 0,
            addresses: Vec::new(),
        };
        snapshot.interfaces = vec![link(1, "lo", 0x9), link(2, "lan0", 0x1)];
        let address = address.parse().unwrap();
        snapshot.sockets = vec![Socket {
            protocol: Protocol::Tcp,
            address,
            port: 3000,
            interface_index,
            v6only,
            uid: 0,
            inode: 0,
            process: None,
            cgroup: None,
            queue: None,
        }];
        listeners(&Machine::new(snapshot), 3000).remove(0)
    }
}
