//! The model of "who gets the connection" against the kernel, in two network namespaces that are joined by a veth pair:
//! every bind against every destination, from the machine itself and from the other one; then random sets of listeners.
//!
//! Needs root, `ip` and `unshare`; says `SKIP` where they are missing. `WHYHOST_SEED` repeats a run.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "a test that cannot run here says so")]

mod namespaces;

use namespaces::{Network, Server, Space, connect, resets};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use whyhost_core::machine::Machine;
use whyhost_core::reach::AttemptOutcome;
use whyhost_core::reach::kernel::{Way, accepts_by, attempt, sockets_of, undelivered_from, winner};
use whyhost_core::snapshot::{ScopedAddr, Socket};
use whyhost_sys::{Options, collect};

/// Address, `IPV6_V6ONLY`, bound interface.
type Bind = (&'static str, bool, Option<&'static str>);

const BINDS: [Bind; 17] = [
    ("127.0.0.1", false, None),
    ("127.0.0.2", false, None),
    ("0.0.0.0", false, None),
    ("10.77.0.1", false, None),
    ("172.30.0.1", false, None),
    ("::1", false, None),
    ("::", false, None),
    ("::", true, None),
    ("::ffff:127.0.0.1", false, None),
    ("::ffff:0.0.0.0", false, None),
    ("fd77::1", false, None),
    ("fe80::a1", false, Some("lan0")),
    ("0.0.0.0", false, Some("lo")),
    ("0.0.0.0", false, Some("lan0")),
    ("::", false, Some("lan0")),
    ("::", true, Some("lan0")),
    ("::", false, Some("lo")),
];

const FROM_ITSELF: [&str; 13] = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1.2.3",
    "127.255.255.255",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:0.0.0.0",
    "10.77.0.1",
    "172.30.0.1",
    "fd77::1",
    "fe80::a1",
];

/// The address of the second network card too, to which the other machine has a route.
const FROM_THE_NETWORK: [&str; 4] = ["10.77.0.1", "172.30.0.1", "fd77::1", "fe80::a1"];

/// Comparisons of the random part.
const CASES: usize = 10_000;

#[test]
fn every_bind_and_every_destination_from_both_sides() {
    let Some(network) = Network::new() else { return };
    let mut checks = 0;
    for bind in BINDS {
        checks += check(&network, &[bind]).unwrap_or_else(|wrong| panic!("{wrong}"));
    }
    assert_eq!(checks, BINDS.len() * (FROM_ITSELF.len() + FROM_THE_NETWORK.len()));
}

#[test]
fn random_sets_of_listeners() {
    let Some(network) = Network::new() else { return };
    let seed = std::env::var("WHYHOST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_261_125);
    println!("WHYHOST_SEED={seed}");
    let mut random = Random(seed);
    let mut checks = 0;
    while checks < CASES {
        let number = 1 + random.below(5);
        let binds: BTreeSet<usize> = (0..number).map(|_| random.below(BINDS.len())).collect();
        let binds: Vec<Bind> = binds.into_iter().map(|i| BINDS[i]).collect();
        checks += check(&network, &binds).unwrap_or_else(|wrong| panic!("{wrong} (WHYHOST_SEED={seed})"));
    }
    println!("{checks} comparisons, 0 mismatches");
}

#[test]
fn a_port_that_nobody_has_here_is_found_in_another_namespace() {
    let Some(network) = Network::new() else { return };
    let server = network.peer.run(|| Server::start(&[("127.0.0.1", false, None), ("::1", false, None)]));
    let port = server.port;
    let seen = network.host.run(move || collect(&Options { ports: vec![port], ..Options::default() }));
    let found: Vec<_> = seen.namespaces.iter().filter(|n| n.sockets.iter().any(|s| s.port == port)).collect();
    let [there] = found[..] else { panic!("{:?} {:?}", seen.namespaces, seen.gaps) };
    assert_eq!(there.sockets.len(), 2, "{there:?}");
    let theirs: IpAddr = "10.77.0.2".parse().expect("an address");
    assert!(there.addresses.contains(&theirs), "{there:?}");
    // Where it listens, other namespaces are not searched.
    let at_home = network.peer.run(move || collect(&Options { ports: vec![port], ..Options::default() }));
    assert!(at_home.namespaces.is_empty() && at_home.sockets.iter().any(|s| s.port == port));
}

/// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators"): repeatable, no dependency.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap_or(0) % limit
    }
}

/// Every destination against these listeners on one port; the number of comparisons, or the first mismatch.
fn check(network: &Network, binds: &[Bind]) -> Result<usize, String> {
    let wanted = binds.to_vec();
    // The snapshot is taken in the namespace, so that the collector is tested with the model.
    let (server, machine) = network.host.run(move || {
        let server = Server::start(&wanted);
        let snapshot = collect(&Options { ports: vec![server.port], ..Options::default() });
        (server, Machine::new(snapshot))
    });
    let port = server.port;
    let sockets = sockets_of(&machine, port);
    if sockets.len() != binds.len() {
        return Err(format!("{} sockets collected of {binds:?}: {sockets:?}", sockets.len()));
    }
    let lan = machine.raw.interfaces.iter().find(|i| i.name == "lan0").map_or(0, |i| i.index);
    for target in FROM_ITSELF {
        let at = place(target, lan);
        let predicted = attempt(&machine, at, port);
        let winner = predicted.listener.map(|i| sockets[i]);
        let met = meet(&network.host, &server, at, port);
        agree(&machine, &sockets, Way::Itself, at, predicted.outcome, winner, &met)
            .map_err(|wrong| format!("from itself to {target}, servers on {binds:?}: {wrong}"))?;
    }
    let theirs = network.theirs;
    for target in FROM_THE_NETWORK {
        let at = place(target, lan);
        let way = Way::Network(lan);
        let stopped = undelivered_from(&machine, at, lan);
        let first = winner(&machine, &sockets, at, way).filter(|_| stopped.is_none()).map(|i| sockets[i]);
        let found = if first.is_some() { AttemptOutcome::Connects } else { AttemptOutcome::Refused };
        let met = meet(&network.peer, &server, place(target, theirs), port);
        agree(&machine, &sockets, way, at, stopped.unwrap_or(found), first, &met)
            .map_err(|wrong| format!("from the network to {target}, servers on {binds:?}: {wrong}"))?;
    }
    Ok(FROM_ITSELF.len() + FROM_THE_NETWORK.len())
}

fn place(target: &str, interface: u32) -> ScopedAddr {
    let address: IpAddr = target.parse().expect("an address");
    let link_local = matches!(address, IpAddr::V6(a) if a.is_unicast_link_local());
    ScopedAddr { address, scope_id: if link_local { interface } else { 0 } }
}

/// What the kernel does: the place of the listener that holds the connection, or the error.
fn meet(from: &Space, server: &Server, at: ScopedAddr, port: u16) -> Result<usize, io::ErrorKind> {
    let address = match at.address {
        IpAddr::V6(a) => SocketAddr::V6(SocketAddrV6::new(a, port, 0, at.scope_id)),
        IpAddr::V4(a) => SocketAddr::new(a.into(), port),
    };
    let stream = from.run(move || connect(address)).map_err(|error| error.kind())?;
    let index = server.accepted();
    resets(stream);
    Ok(index)
}

fn agree(
    machine: &Machine,
    sockets: &[&Socket],
    way: Way,
    at: ScopedAddr,
    predicted: AttemptOutcome,
    winner: Option<&Socket>,
    met: &Result<usize, io::ErrorKind>,
) -> Result<(), String> {
    match (predicted, winner, met) {
        (AttemptOutcome::Connects, Some(winner), Ok(index)) => {
            // The server's listeners in the order of `sockets_of`: by address, interface, inode.
            let real = sockets[*index];
            let rank = |s: &Socket| {
                let wild = s.address.to_canonical().is_unspecified();
                (wild, at.address.to_canonical().is_ipv4() && s.address.is_ipv6())
            };
            // Equals share the connections out by a hash.
            let tie = rank(real) == rank(winner) && accepts_by(machine, real, at, way);
            if tie { Ok(()) } else { Err(format!("model {winner:?}, kernel {real:?}")) }
        }
        (AttemptOutcome::Refused, None, Err(io::ErrorKind::ConnectionRefused))
        | (AttemptOutcome::Unreachable, None, Err(io::ErrorKind::NetworkUnreachable)) => Ok(()),
        (predicted, winner, met) => Err(format!("model {predicted:?} {winner:?}, kernel {met:?}")),
    }
}
