use super::*;
use crate::snapshot::{Os, OsFamily, RawFile, Route, Snapshot, SourceAddress};

/// What a real kernel answered: client target × one server bind, with the interfaces of [`two_nics`].
const MATRIX: &str = "
    target              127.0.0.1 127.0.0.2 0.0.0.0 10.77.0.1 172.30.0.1 ::1 ::dual ::v6only ::ffff:127.0.0.1 ::ffff:0.0.0.0 fd77::1 fe80::a1%2
    127.0.0.1           ok  -   ok  -   -   -   ok  -   ok  ok  -   -
    127.0.0.2           -   ok  ok  -   -   -   ok  -   -   ok  -   -
    127.1.2.3           -   -   ok  -   -   -   ok  -   -   ok  -   -
    127.0.0.0           -   -   ok  -   -   -   ok  -   -   ok  -   -
    ::1                 -   -   -   -   -   ok  ok  ok  -   -   -   -
    ::ffff:127.0.0.1    ok  -   ok  -   -   -   ok  -   ok  ok  -   -
    0.0.0.0             ok  -   ok  -   -   -   ok  -   ok  ok  -   -
    ::                  -   -   -   -   -   ok  ok  ok  -   -   -   -
    ::ffff:0.0.0.0      ok  -   ok  -   -   -   ok  -   ok  ok  -   -
    10.77.0.1           -   -   ok  ok  -   -   ok  -   -   ok  -   -
    172.30.0.1          -   -   ok  -   ok  -   ok  -   -   ok  -   -
    fd77::1             -   -   -   -   -   -   ok  ok  -   -   ok  -
    fe80::a1%2          -   -   -   -   -   -   ok  ok  -   -   -   ok
";

/// The same from a machine on the network of lan0, which has a route to the second network.
const FROM_THE_NETWORK: &str = "
    target              127.0.0.1 127.0.0.2 0.0.0.0 10.77.0.1 172.30.0.1 ::1 ::dual ::v6only ::ffff:127.0.0.1 ::ffff:0.0.0.0 fd77::1 fe80::a1%2
    10.77.0.1           -   -   ok  ok  -   -   ok  -   -   ok  -   -
    172.30.0.1          -   -   ok  -   ok  -   ok  -   -   ok  -   -
    fd77::1             -   -   -   -   -   -   ok  ok  -   -   ok  -
    fe80::a1%2          -   -   -   -   -   -   ok  ok  -   -   -   ok
";

#[test]
fn another_machine_meets_the_binds_that_it_met_in_the_kernel() {
    let mut rows = FROM_THE_NETWORK.trim().lines().map(|l| l.split_whitespace().collect::<Vec<_>>());
    let binds = rows.next().unwrap().split_off(1);
    for row in rows {
        for (bind, cell) in binds.iter().zip(&row[1..]) {
            let machine = two_nics(vec![socket(bind, 1)]);
            assert_eq!(undelivered_from(&machine, scoped(row[0]), 2), None);
            let taken = winner(&machine, &sockets_of(&machine, 3000), scoped(row[0]), Way::Network(2));
            assert_eq!(taken.is_some(), *cell == "ok", "{} to a server on {bind}", row[0]);
        }
    }
}

#[test]
fn loopback_is_closed_to_the_network_unless_route_localnet_is_set() {
    let mut machine = two_nics(vec![socket("127.0.0.1", 1)]);
    let from_lan = |machine: &Machine, target| undelivered_from(machine, scoped(target), 2);
    assert_eq!(from_lan(&machine, "127.0.0.1"), Some(AttemptOutcome::Timeout));
    assert_eq!(from_lan(&machine, "::1"), Some(AttemptOutcome::Timeout));
    assert_eq!(from_lan(&machine, "0.0.0.0"), Some(AttemptOutcome::Foreign));
    assert_eq!(from_lan(&machine, "203.0.113.5"), Some(AttemptOutcome::Foreign));
    machine.raw.files.push(RawFile::text("/proc/sys/net/ipv4/conf/all/route_localnet", b"1\n"));
    assert_eq!(from_lan(&machine, "127.0.0.1"), None);
    assert_eq!(from_lan(&machine, "::1"), Some(AttemptOutcome::Timeout));
}

#[test]
fn a_probe_without_an_answer_counts_more_than_the_rules() {
    use crate::snapshot::{Probe, ProbeOutcome};
    let mut machine = two_nics(vec![socket("127.0.0.1", 1)]);
    let met = |machine: &Machine| attempt(machine, scoped("127.0.0.1"), 3000).outcome;
    assert_eq!(met(&machine), AttemptOutcome::Connects);
    let probe =
        |outcome| Probe { destination: scoped("127.0.0.1"), port: 3000, outcome, elapsed_us: 1, http: None };
    for (outcome, expected) in [
        (ProbeOutcome::TimedOut, AttemptOutcome::Timeout),
        (ProbeOutcome::Refused, AttemptOutcome::Refused),
        (ProbeOutcome::Open, AttemptOutcome::Connects),
        (ProbeOutcome::Reset, AttemptOutcome::Connects),
    ] {
        machine.raw.live.probes = vec![probe(outcome)];
        assert_eq!(met(&machine), expected);
        assert_eq!(attempt(&machine, scoped("10.77.0.1"), 3000).outcome, AttemptOutcome::Refused);
    }
}

#[test]
fn every_target_meets_the_binds_that_it_met_in_the_kernel() {
    let mut rows = MATRIX.trim().lines().map(|l| l.split_whitespace().collect::<Vec<_>>());
    let binds = rows.next().unwrap().split_off(1);
    let mut cells = 0;
    for row in rows {
        assert_eq!(row.len(), binds.len() + 1, "{row:?}");
        for (bind, cell) in binds.iter().zip(&row[1..]) {
            let machine = two_nics(vec![socket(bind, 1)]);
            let got = attempt(&machine, scoped(row[0]), 3000).outcome;
            let want = if *cell == "ok" { AttemptOutcome::Connects } else { AttemptOutcome::Refused };
            assert_eq!(got, want, "{} to a server on {bind}", row[0]);
            cells += 1;
        }
    }
    assert_eq!(cells, 13 * 12);
}

#[test]
fn the_loopback_broadcast_address_has_no_way() {
    for bind in ["127.0.0.1", "0.0.0.0", "::dual"] {
        let machine = two_nics(vec![socket(bind, 1)]);
        assert_eq!(fate(&machine, "127.255.255.255"), AttemptOutcome::Unreachable);
    }
}

#[test]
fn other_peoples_addresses_are_not_judged() {
    let machine = two_nics(vec![socket("0.0.0.0", 1), socket("::v6only", 2)]);
    for foreign in ["203.0.113.7", "::2", "10.77.0.2", "fe80::a1%3", "2001:db8::1"] {
        assert_eq!(fate(&machine, foreign), AttemptOutcome::Foreign, "{foreign}");
    }
}

/// Pairs that may share a port, and who gets a connection.
#[test]
fn an_exact_address_wins_over_a_wildcard_and_inet_over_inet6() {
    let cases: &[(&[&str], &str, Option<&str>)] = &[
        (&["127.0.0.1", "::1"], "127.0.0.1", Some("127.0.0.1")),
        (&["127.0.0.1", "::1"], "::1", Some("::1")),
        (&["0.0.0.0", "::1"], "::1", Some("::1")),
        (&["0.0.0.0", "::v6only"], "127.0.0.1", Some("0.0.0.0")),
        (&["0.0.0.0", "::v6only"], "::1", Some("::v6only")),
        (&["::v6only", "127.0.0.1"], "127.0.0.2", None),
        // The rest needs SO_REUSEPORT.
        (&["0.0.0.0", "127.0.0.1"], "127.0.0.1", Some("127.0.0.1")),
        (&["0.0.0.0", "::dual"], "127.0.0.1", Some("0.0.0.0")),
        (&["0.0.0.0", "::ffff:127.0.0.1"], "127.0.0.1", Some("::ffff:127.0.0.1")),
        (&["::ffff:127.0.0.1", "127.0.0.1"], "127.0.0.1", Some("127.0.0.1")),
        (&["::dual", "::1"], "::1", Some("::1")),
        (&["::dual", "::1"], "::", Some("::1")),
    ];
    for (binds, target, want) in cases {
        for reversed in [false, true] {
            let mut sockets: Vec<Socket> =
                binds.iter().enumerate().map(|(i, b)| socket(b, i as u64)).collect();
            if reversed {
                sockets.reverse();
            }
            let machine = two_nics(sockets);
            let winner = accepting(&machine, scoped(target), 3000).map(bind_name);
            assert_eq!(winner.as_deref(), *want, "{target} with {binds:?}");
        }
    }
}

#[test]
fn a_bound_device_takes_only_the_addresses_of_that_device() {
    let on = |bind: &str, device| Socket { interface_index: device, ..socket(bind, 1) };
    let cases = [
        ("0.0.0.0", 1, "127.0.0.1", true),
        ("0.0.0.0", 1, "127.9.9.9", true),
        ("0.0.0.0", 1, "10.77.0.1", false),
        ("::v6only", 1, "::1", true),
        ("0.0.0.0", 2, "10.77.0.1", true),
        ("0.0.0.0", 2, "127.0.0.1", false),
        ("::dual", 2, "fe80::a1%2", true),
    ];
    for (bind, device, target, want) in cases {
        let machine = two_nics(vec![on(bind, device)]);
        assert_eq!(accepting(&machine, scoped(target), 3000).is_some(), want, "{bind} on {device}: {target}");
    }
}

#[test]
fn an_unknown_v6only_follows_the_systems_default() {
    let unknown = || Socket { v6only: None, ..socket("::dual", 1) };
    assert_eq!(fate(&two_nics(vec![unknown()]), "127.0.0.1"), AttemptOutcome::Connects);
    let mut strict = two_nics(vec![unknown()]);
    strict.raw.files.push(RawFile::text("/proc/sys/net/ipv6/bindv6only", b"1\n"));
    assert_eq!(fate(&strict, "127.0.0.1"), AttemptOutcome::Refused);
    assert_eq!(fate(&strict, "::1"), AttemptOutcome::Connects);
}

#[test]
fn mapped_addresses_need_a_dual_stack_client_socket() {
    let mut machine = two_nics(vec![socket("127.0.0.1", 1)]);
    machine.raw.files.push(RawFile::text("/proc/sys/net/ipv6/bindv6only", b"1\n"));
    assert_eq!(fate(&machine, "::ffff:127.0.0.1"), AttemptOutcome::Unreachable);
    assert_eq!(fate(&machine, "127.0.0.1"), AttemptOutcome::Connects);
}

/// States of lo, as `connect` met them: (lo up, addresses on lo, default routes, target, outcome).
#[test]
fn a_broken_loopback_loses_packets_or_has_no_way() {
    use AttemptOutcome::{Connects, Timeout, Unreachable};
    let healthy: &[&str] = &["127.0.0.1/8", "::1/128"];
    type Case<'a> = (bool, &'a [&'a str], &'a [&'a str], &'a str, AttemptOutcome);
    let cases: &[Case<'_>] = &[
        (true, healthy, &[], "127.1.2.3", Connects),
        (true, healthy, &[], "::1", Connects),
        // Never brought up: no addresses.
        (false, &[], &[], "127.0.0.1", Unreachable),
        (false, &[], &[], "::1", Unreachable),
        // Taken down later: the IPv4 address and its local routes stay.
        (false, &["127.0.0.1/8"], &[], "127.0.0.1", Timeout),
        (false, &["127.0.0.1/8"], &[], "127.1.2.3", Timeout),
        (false, &["127.0.0.1/8"], &[], "::1", Unreachable),
        (false, &["127.0.0.1/8"], &["0.0.0.0", "::"], "::1", Timeout),
        (false, &["127.0.0.1/8"], &["0.0.0.0", "::"], "10.77.0.1", Timeout),
        (false, &[], &["0.0.0.0"], "127.0.0.1", Timeout),
        (false, &[], &["0.0.0.0"], "::1", Unreachable),
        // Addresses missing.
        (true, &["127.0.0.1/8"], &[], "::1", Unreachable),
        (true, &["127.0.0.1/8"], &["::"], "::1", Timeout),
        (true, &["127.0.0.1/8"], &["::"], "127.0.0.1", Connects),
        (true, &["::1/128"], &[], "127.0.0.1", Unreachable),
        (true, &["::1/128"], &["0.0.0.0"], "127.0.0.1", Timeout),
        (true, &["127.0.0.1/32", "::1/128"], &[], "127.1.2.3", Unreachable),
        (true, &["127.0.0.1/32", "::1/128"], &[], "127.0.0.1", Connects),
    ];
    for (up, on_lo, defaults, target, want) in cases {
        let mut machine = two_nics(vec![socket("0.0.0.0", 1), socket("::v6only", 2)]);
        let lo = &mut machine.raw.interfaces[0];
        lo.flags = 0x8 | u32::from(*up);
        lo.addresses = on_lo.iter().map(|a| interface_address(a)).collect();
        machine.raw.routes = defaults.iter().map(|d| default_route(d)).collect();
        assert_eq!(fate(&machine, target), *want, "up {up}, {on_lo:?}, default {defaults:?}: {target}");
    }
}

/// Linux 6.18 with `net.ipv6.conf.lo.disable_ipv6=1`, which takes ::1 away and leaves the addresses of other interfaces.
#[test]
fn without_ipv6_on_lo_no_ipv6_address_of_the_machine_answers() {
    let mut machine = two_nics(vec![socket("::dual", 1)]);
    let switch = |value: &str| RawFile::text("/proc/sys/net/ipv6/conf/lo/disable_ipv6", value.as_bytes());
    for (value, v6) in [("0\n", AttemptOutcome::Connects), ("1\n", AttemptOutcome::Timeout)] {
        machine.raw.files = vec![switch(value)];
        assert_eq!(fate(&machine, "fd77::1"), v6, "{value}");
        assert_eq!(fate(&machine, "10.77.0.1"), AttemptOutcome::Connects, "{value}");
        assert_eq!(fate(&machine, "::ffff:10.77.0.1"), AttemptOutcome::Connects, "{value}");
    }
}

#[test]
fn the_kernels_own_word_counts_more_than_a_guess() {
    let mut machine = two_nics(vec![socket("::dual", 1)]);
    let said = |outcome| SourceAddress { destination: scoped("::1"), outcome };
    machine.raw.source_addresses = vec![said(SourceOutcome::Errno("EADDRNOTAVAIL".into()))];
    assert_eq!(fate(&machine, "::1"), AttemptOutcome::Unreachable);
    // ::1 is gone from lo, and the kernel would send it out of the machine.
    machine.raw.interfaces[0].addresses.truncate(1);
    machine.raw.source_addresses = vec![said(SourceOutcome::Source("fd77::1".parse().unwrap()))];
    assert_eq!(fate(&machine, "::1"), AttemptOutcome::Timeout);
}

#[test]
fn without_interface_facts_loopback_is_taken_as_healthy() {
    let mut machine = two_nics(vec![socket("127.0.0.1", 1)]);
    machine.raw.interfaces.clear();
    assert_eq!(fate(&machine, "127.0.0.1"), AttemptOutcome::Connects);
    assert_eq!(fate(&machine, "::1"), AttemptOutcome::Refused);
}

fn fate(machine: &Machine, target: &str) -> AttemptOutcome {
    attempt(machine, scoped(target), 3000).outcome
}

/// lo, a LAN card (index 2) and a second card (index 3).
fn two_nics(sockets: Vec<Socket>) -> Machine {
    let os = Os::unknown(OsFamily::Linux);
    let mut snapshot = Snapshot::new(os);
    snapshot.interfaces = vec![
        interface(1, "lo", 0x9, &["127.0.0.1/8", "::1/128"]),
        interface(2, "lan0", 0x1, &["10.77.0.1/24", "fd77::1/64", "fe80::a1/64"]),
        interface(3, "dum0", 0x1, &["172.30.0.1/16"]),
    ];
    snapshot.sockets = sockets;
    Machine::new(snapshot)
}

fn interface(index: u32, name: &str, flags: u32, addresses: &[&str]) -> Interface {
    let addresses = addresses.iter().map(|a| interface_address(a)).collect();
    Interface { index, name: name.into(), link_type: 1, flags, mtu: 0, addresses }
}

fn interface_address(text: &str) -> InterfaceAddress {
    let (address, len) = text.split_once('/').unwrap();
    let prefix_len = len.parse().unwrap();
    InterfaceAddress { address: address.parse().unwrap(), peer: None, prefix_len, flags: 0, scope: 0 }
}

fn default_route(destination: &str) -> Route {
    Route {
        destination: destination.parse().unwrap(),
        prefix_len: 0,
        gateway: None,
        interface: "lan0".into(),
        metric: 0,
    }
}

/// `::dual` and `::v6only` are the IPv6 wildcard; `ADDRESS%INDEX` is bound to an interface.
fn socket(bind: &str, inode: u64) -> Socket {
    let (address, v6only) = match bind {
        "::dual" => ("::", Some(false)),
        "::v6only" => ("::", Some(true)),
        other => (other, other.contains(':').then_some(false)),
    };
    let at = scoped(address);
    Socket {
        protocol: Protocol::Tcp,
        address: at.address,
        port: 3000,
        interface_index: at.scope_id,
        v6only,
        uid: 0,
        inode,
        process: None,
        cgroup: None,
        queue: None,
    }
}

fn bind_name(socket: &Socket) -> String {
    match (socket.address.to_string().as_str(), socket.v6only) {
        ("::", Some(true)) => "::v6only".into(),
        ("::", _) => "::dual".into(),
        (other, _) => other.into(),
    }
}

fn scoped(text: &str) -> ScopedAddr {
    let (address, scope) = text.split_once('%').unwrap_or((text, "0"));
    ScopedAddr { address: address.parse().unwrap(), scope_id: scope.parse().unwrap() }
}
