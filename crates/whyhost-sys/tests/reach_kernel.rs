//! The model of "who gets the connection" against the kernel of this machine: real sockets on loopback, every pair of
//! binds on one port, every loopback target.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "a test that cannot run here says so")]

use rustix::net::{AddressFamily, SocketType, bind, ipproto, listen, socket, sockopt};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use whyhost_core::machine::Machine;
use whyhost_core::reach::{AttemptOutcome, attempt};
use whyhost_core::snapshot::{Interface, InterfaceAddress, Os, OsFamily, Protocol, Snapshot, Socket};

/// A bind form: address and `IPV6_V6ONLY`.
type Bind = (&'static str, bool);

const BINDS: [Bind; 8] = [
    ("127.0.0.1", false),
    ("127.0.0.2", false),
    ("0.0.0.0", false),
    ("::1", false),
    ("::", false),
    ("::", true),
    ("::ffff:127.0.0.1", false),
    ("::ffff:0.0.0.0", false),
];

const TARGETS: [&str; 9] = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1.2.3",
    "127.255.255.255",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:0.0.0.0",
];

#[test]
fn the_model_agrees_with_this_kernel_for_every_pair_of_binds() {
    if TcpListener::bind("127.0.0.1:0").is_err() {
        println!("SKIP: nothing can be bound to 127.0.0.1 here");
        return;
    }
    let has_v6 = TcpListener::bind("[::1]:0").is_ok();
    if !has_v6 {
        println!("SKIP (the IPv6 half): nothing can be bound to ::1 here");
    }
    let usable = |text: &str| has_v6 || !text.contains(':');
    let binds: Vec<Bind> = BINDS.into_iter().filter(|b| usable(b.0)).collect();
    let mut checks = 0;
    for (i, first) in binds.iter().enumerate() {
        for second in &binds[i..] {
            let pair = if first == second { vec![*first] } else { vec![*first, *second] };
            let servers = Servers::start(&pair).expect("SO_REUSEPORT lets every pair share a port");
            for target in TARGETS.into_iter().filter(|t| usable(t)) {
                servers.check(target);
                checks += 1;
            }
        }
    }
    assert!(checks >= if has_v6 { 36 * 9 } else { 6 * 5 }, "{checks}");
}

/// Listeners on one port, and the machine that the model is shown.
struct Servers {
    binds: Vec<Bind>,
    listeners: Vec<TcpListener>,
    port: u16,
    machine: Machine,
}

impl Servers {
    /// On a port that nobody else has: one that is free at the first address can be taken at another.
    fn start(binds: &[Bind]) -> io::Result<Servers> {
        const PORTS: usize = 20;
        let taken = |e: &io::Error| e.kind() == io::ErrorKind::AddrInUse;
        let mut attempts = (0..PORTS).map(|_| Servers::listen(binds));
        let (listeners, port) =
            attempts.find(|a| !a.as_ref().is_err_and(taken)).unwrap_or_else(|| Servers::listen(binds))?;
        let mut snapshot = Snapshot::new(linux());
        snapshot.interfaces = vec![lo()];
        snapshot.sockets = binds.iter().enumerate().map(|(i, b)| recorded(*b, port, i as u64)).collect();
        let machine = Machine::new(snapshot);
        Ok(Servers { binds: binds.to_vec(), listeners, port, machine })
    }

    fn listen(binds: &[Bind]) -> io::Result<(Vec<TcpListener>, u16)> {
        let mut listeners = Vec::new();
        let mut port = 0;
        for (address, v6only) in binds {
            let listener = listen_on(SocketAddr::new(ip(address), port), *v6only)?;
            port = listener.local_addr()?.port();
            listeners.push(listener);
        }
        Ok((listeners, port))
    }

    fn check(&self, target: &str) {
        let predicted = attempt(&self.machine, ip(target).into(), self.port);
        let connection =
            TcpStream::connect_timeout(&SocketAddr::new(ip(target), self.port), Duration::from_secs(5));
        let what = || format!("connect to {target}, servers on {:?}", self.binds);
        match (predicted.outcome, &connection) {
            (AttemptOutcome::Connects, Ok(_)) => {
                let winner = self.binds[self.accepted()];
                let sockets = whyhost_core::reach::kernel::sockets_of(&self.machine, self.port);
                let index = predicted.listener.expect("a connection has a listener");
                let model = (sockets[index].address, sockets[index].v6only == Some(true));
                let both_wild = |a: IpAddr| a.is_ipv6() && a.to_canonical().is_unspecified();
                let shared = both_wild(model.0) && both_wild(ip(winner.0));
                assert!(shared || model == (ip(winner.0), winner.1), "{}: {model:?} != {winner:?}", what());
            }
            (AttemptOutcome::Refused, Err(e)) => {
                assert_eq!(e.kind(), io::ErrorKind::ConnectionRefused, "{}", what());
            }
            // 127.255.255.255 is a broadcast address.
            (AttemptOutcome::Unreachable, Err(e)) => {
                assert_eq!(e.kind(), io::ErrorKind::NetworkUnreachable, "{}", what());
            }
            (predicted, met) => panic!("{}: model {predicted:?}, kernel {met:?}", what()),
        }
    }

    /// Index of the listener that holds the connection just made.
    fn accepted(&self) -> usize {
        let patience = Instant::now() + Duration::from_secs(5);
        loop {
            for (i, listener) in self.listeners.iter().enumerate() {
                match listener.accept() {
                    Ok(_) => return i,
                    Err(e) => assert_eq!(e.kind(), io::ErrorKind::WouldBlock),
                }
            }
            assert!(Instant::now() < patience, "the connection stands, but no listener holds it");
            std::thread::yield_now();
        }
    }
}

fn listen_on(address: SocketAddr, v6only: bool) -> io::Result<TcpListener> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let fd = socket(family, SocketType::STREAM, Some(ipproto::TCP))?;
    sockopt::set_socket_reuseport(&fd, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&fd, v6only)?;
    }
    bind(&fd, &address)?;
    listen(&fd, 16)?;
    let listener = TcpListener::from(fd);
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn recorded((address, v6only): Bind, port: u16, inode: u64) -> Socket {
    let address = ip(address);
    Socket {
        protocol: Protocol::Tcp,
        address,
        port,
        interface_index: 0,
        v6only: address.is_ipv6().then_some(v6only),
        uid: 0,
        inode,
        process: None,
        cgroup: None,
        queue: None,
    }
}

fn linux() -> Os {
    Os::unknown(OsFamily::Linux)
}

fn lo() -> Interface {
    let address = |text: &str, prefix_len| InterfaceAddress {
        address: ip(text),
        peer: None,
        prefix_len,
        flags: 0,
        scope: 254,
    };
    Interface {
        index: 1,
        name: "lo".into(),
        link_type: 772,
        flags: 0x9,
        mtu: 65536,
        addresses: vec![address("127.0.0.1", 8), address("::1", 128)],
    }
}

fn ip(text: &str) -> IpAddr {
    match text {
        "0.0.0.0" => Ipv4Addr::UNSPECIFIED.into(),
        "::" => Ipv6Addr::UNSPECIFIED.into(),
        other => other.parse().expect("an address"),
    }
}
