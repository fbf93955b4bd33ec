//! Sockets that the test itself opens are found with their facts.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket, sockopt};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use whyhost_core::snapshot::{Protocol, Snapshot, Socket};
use whyhost_sys::{Options, collect};

fn snapshot_of(port: u16) -> Snapshot {
    collect(&Options { ports: vec![port], ..Options::default() })
}

fn on_port(snapshot: &Snapshot, protocol: Protocol, port: u16) -> Vec<&Socket> {
    snapshot.sockets.iter().filter(|socket| socket.protocol == protocol && socket.port == port).collect()
}

/// A TCP listener on `[::]` with this `IPV6_V6ONLY`; `None` without IPv6.
fn v6_listener(v6only: bool) -> Option<(OwnedFd, u16)> {
    let fd = socket(AddressFamily::INET6, SocketType::STREAM, None).ok()?;
    sockopt::set_ipv6_v6only(&fd, v6only).ok()?;
    bind(&fd, &SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))).ok()?;
    listen(&fd, 1).ok()?;
    let port = SocketAddr::try_from(getsockname(&fd).ok()?).ok()?.port();
    Some((fd, port))
}

#[test]
fn a_listener_has_its_address_and_owner() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let snapshot = snapshot_of(port);
    let [row] = on_port(&snapshot, Protocol::Tcp, port)[..] else { panic!("{:?}", snapshot.sockets) };
    assert_eq!((row.address, row.v6only, row.interface_index), (IpAddr::from([127, 0, 0, 1]), None, 0));
    let owner = row.process.as_ref().expect("own processes are readable");
    assert_eq!(owner.pid, std::process::id());
    let comm = std::fs::read_to_string("/proc/self/comm").unwrap();
    assert_eq!(owner.name, comm.trim_end());
}

#[test]
fn only_the_port_asked_about_gets_an_owner() {
    let asked = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let snapshot = snapshot_of(asked.local_addr().unwrap().port());
    let port = other.local_addr().unwrap().port();
    assert!(on_port(&snapshot, Protocol::Tcp, port).iter().all(|row| row.process.is_none()));
    let all = collect(&Options { all_owners: true, ..Options::default() });
    assert!(on_port(&all, Protocol::Tcp, port).iter().any(|row| row.process.is_some()));
}

#[test]
fn v6only_is_told() {
    for v6only in [true, false] {
        let Some((_open, port)) = v6_listener(v6only) else {
            eprintln!("SKIP: no IPv6 sockets here");
            return;
        };
        let snapshot = snapshot_of(port);
        let [row] = on_port(&snapshot, Protocol::Tcp, port)[..] else { panic!("{:?}", snapshot.sockets) };
        if row.v6only.is_none() {
            assert!(snapshot.gaps.iter().any(|gap| gap.what.contains("IPV6_V6ONLY")), "{:?}", snapshot.gaps);
            eprintln!("SKIP: the socket diagnosis is refused here");
            return;
        }
        assert_eq!(row.v6only, Some(v6only));
    }
}

#[test]
fn only_udp_sockets_without_a_peer_are_servers() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(server.local_addr().unwrap()).unwrap();
    let port = |socket: &UdpSocket| socket.local_addr().unwrap().port();
    let snapshot = snapshot_of(port(&server));
    let [row] = on_port(&snapshot, Protocol::Udp, port(&server))[..] else {
        panic!("{:?}", snapshot.sockets)
    };
    assert_eq!(row.process.as_ref().map(|process| process.pid), Some(std::process::id()));
    assert!(on_port(&snapshot, Protocol::Udp, port(&client)).is_empty());
}
