//! What the recordings do not hold: other hosts files, settings, versions.

use super::*;
use crate::program::PROGRAMS;
use crate::snapshot::{
    Interface, InterfaceAddress, Libc, Os, OsFamily, Program, RawFile, Snapshot, SourceAddress, SourceOutcome,
};
use std::collections::BTreeSet;

/// A machine with these hosts lines; ::1 is there and a source address is known for all of them.
fn snapshot(hosts: &str) -> Snapshot {
    let libc = Some(Libc { name: "glibc".into(), version: "2.36".into() });
    let (name, kernel, hostname) = (String::new(), String::new(), "box".into());
    let mut snapshot = Snapshot::new(Os { family: OsFamily::Linux, name, kernel, libc, hostname });
    snapshot.files = vec![
        RawFile::text("/etc/hosts", hosts.as_bytes()),
        RawFile::text("/etc/nsswitch.conf", b"hosts: files\n"),
        RawFile::text("/etc/host.conf", b"multi on\n"),
        RawFile::text("/etc/resolv.conf", b"nameserver 127.0.0.1\n"),
    ];
    snapshot.interfaces = vec![
        interface(1, "lo", 0x9, &[("127.0.0.1", 8), ("::1", 128)]),
        interface(2, "eth0", 0x1, &[("10.77.0.5", 24), ("2001:db8:77::5", 64)]),
    ];
    for (to, from) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.1"),
        ("::1", "::1"),
        ("10.77.0.5", "10.77.0.5"),
        ("192.0.2.7", "10.77.0.5"),
    ] {
        let destination: IpAddr = to.parse().unwrap();
        let outcome = SourceOutcome::Source(from.parse().unwrap());
        snapshot.source_addresses.push(SourceAddress { destination: destination.into(), outcome });
    }
    snapshot
}

fn interface(index: u32, name: &str, flags: u32, addresses: &[(&str, u8)]) -> Interface {
    let address = |(text, prefix_len): &(&str, u8)| InterfaceAddress {
        address: text.parse().unwrap(),
        peer: None,
        prefix_len: *prefix_len,
        flags: 0,
        scope: 0,
    };
    let addresses = addresses.iter().map(address).collect();
    Interface { index, name: name.into(), link_type: 1, flags, mtu: 0, addresses }
}

fn words(snapshot: &Snapshot, id: &str) -> String {
    opens(&Machine::new(snapshot.clone()), by_id(id).unwrap()).words()
}

const BOTH: &str = "127.0.0.1 localhost\n::1 localhost\n";

#[test]
fn every_server_is_complete() {
    let ids: BTreeSet<&str> = SERVERS.iter().map(|s| s.id).collect();
    assert_eq!(ids.len(), SERVERS.len(), "an id occurs twice");
    for server in SERVERS {
        let id = server.id;
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{id}");
        assert!(!server.name.is_empty() && !server.told.is_empty(), "{id}");
        assert!(!server.references.is_empty(), "{id}: no reference");
        assert!(server.program.is_none_or(|p| PROGRAMS.iter().any(|known| known.id == p)), "{id}: program");
        let until: Vec<Version> = server.before.iter().filter_map(|(v, _)| Version::parse(v)).collect();
        assert!(until.len() == server.before.len() && until.is_sorted(), "{id}: versions");
    }
}

#[test]
fn localhost_on_another_loopback_address() {
    let machine = snapshot("127.0.0.2 localhost\n");
    for id in ["node-listen-localhost", "go-listen-localhost", "uvicorn-localhost", "nginx-localhost"] {
        assert_eq!(words(&machine, id), "only 127.0.0.2", "{id}");
    }
    for id in ["ssh-l-localhost", "puma-localhost", "kubectl-port-forward", "redis-packaged"] {
        assert_eq!(words(&machine, id), "127.0.0.1 and [::1]", "{id} does not ask");
    }
    let java = opens(&Machine::new(machine), by_id("java-server-socket-localhost").unwrap());
    assert_eq!(java.sockets, [("::ffff:127.0.0.2".parse().unwrap(), Some(false))]);
    assert_eq!(java.words(), "only 127.0.0.2");
}

#[test]
fn an_address_that_comes_twice() {
    let machine = snapshot("::1 localhost\n::1 localhost\n");
    for id in ["nginx-localhost", "apache-localhost", "mosquitto-localhost"] {
        assert_eq!(words(&machine, id), "nothing (bind ::1: EADDRINUSE)", "{id}");
    }
    for id in ["python-asyncio-server-localhost", "waitress-localhost", "memcached-localhost", "postgres"] {
        assert_eq!(words(&machine, id), "only [::1]", "{id}");
    }
    assert_eq!(words(&machine, "node-listen-localhost"), "only [::1]");
}

#[test]
fn localhost_on_a_foreign_address_is_not_bound() {
    let machine = snapshot("192.0.2.7 localhost\n");
    let failure = "nothing (bind 192.0.2.7: EADDRNOTAVAIL)";
    for id in ["node-listen-localhost", "rust-std-localhost", "postgres", "fastify"] {
        assert_eq!(words(&machine, id), failure, "{id}");
    }
    // IP_FREEBIND, and an address of the machine that is no loopback address.
    assert_eq!(words(&machine, "mariadb-localhost"), "only 192.0.2.7");
    assert_eq!(words(&snapshot("10.77.0.5 localhost\n"), "node-listen-localhost"), "only 10.77.0.5");
}

#[test]
fn a_first_address_that_cannot_be_bound() {
    let mut machine = snapshot("192.0.2.7 localhost\n::1 localhost\n");
    machine.files.push(RawFile::text("/etc/gai.conf", b"precedence ::ffff:0:0/96 100\n"));
    for id in ["node-listen-localhost", "python-http-server-localhost", "uvicorn-localhost", "fastify"] {
        assert_eq!(words(&machine, id), "nothing (bind 192.0.2.7: EADDRNOTAVAIL)", "{id}");
    }
    for id in ["rust-std-localhost", "php-s-localhost", "postgres", "webrick-localhost"] {
        assert_eq!(words(&machine, id), "only [::1]", "{id}");
    }
    // Only ::1 may be missing.
    assert_eq!(words(&machine, "tornado-localhost"), "nothing (bind 192.0.2.7: EADDRNOTAVAIL)");
}

#[test]
fn settings_change_what_is_opened() {
    let mut machine = snapshot(BOTH);
    assert_eq!(words(&machine, "vite"), "only [::1]");
    machine.env.insert("NODE_OPTIONS".into(), "--dns-result-order=ipv4first".into());
    let vite = opens(&Machine::new(machine.clone()), by_id("vite").unwrap());
    assert_eq!(vite.words(), "only 127.0.0.1");
    assert!(vite.steps.iter().any(|s| s.step.contains("--dns-result-order=ipv4first")), "{:?}", vite.steps);
    machine.env.insert("NODE_OPTIONS".into(), "--network-family-autoselection".into());
    assert_eq!(words(&machine, "vite"), "only [::1]", "how a client goes on is no matter");
    machine.env.insert("JAVA_TOOL_OPTIONS".into(), "-Djava.net.preferIPv4Stack=true".into());
    let java = opens(&Machine::new(machine), by_id("java-server-socket-localhost").unwrap());
    assert_eq!(java.sockets, [("127.0.0.1".parse().unwrap(), None)]);
}

#[test]
fn the_preference_of_gai_conf_moves_all_but_bun() {
    let mut machine = snapshot(BOTH);
    machine.files.push(RawFile::text("/etc/gai.conf", b"precedence ::ffff:0:0/96 100\n"));
    assert_eq!(words(&machine, "node-listen-localhost"), "only 127.0.0.1");
    assert_eq!(words(&machine, "bun-serve-localhost"), "only [::1]");
}

#[test]
fn bindv6only_reaches_those_that_leave_the_flag_alone() {
    let mut machine = snapshot(BOTH);
    machine.files.push(RawFile::text("/proc/sys/net/ipv6/bindv6only", b"1\n"));
    for id in ["rust-std-v6", "haproxy-v6", "erlang-listen-inet6", "busybox-httpd-port"] {
        assert_eq!(words(&machine, id), "only [::] for IPv6", "{id}");
    }
    for id in ["node-listen", "go-listen", "haproxy-dual", "nginx-dual", "java-server-socket"] {
        assert_eq!(words(&machine, id), "only [::] for both families", "{id}");
    }
}

#[test]
fn a_machine_without_ipv6_sockets() {
    let mut machine = snapshot("127.0.0.1 localhost\n");
    machine.interfaces.iter_mut().for_each(|i| i.addresses.retain(|a| a.address.is_ipv4()));
    machine.source_addresses.retain(|s| s.destination.address.is_ipv4());
    let destination: IpAddr = "::1".parse().unwrap();
    let outcome = SourceOutcome::Errno("EAFNOSUPPORT".into());
    machine.source_addresses.push(SourceAddress { destination: destination.into(), outcome });
    for id in ["node-listen", "go-listen", "apache-port", "java-server-socket", "python-asyncio-server"] {
        assert_eq!(words(&machine, id), "only 0.0.0.0", "{id}");
    }
    assert_eq!(words(&machine, "rust-std-v6"), "nothing (::: EAFNOSUPPORT)");
    assert_eq!(words(&machine, "ssh-l"), "only 127.0.0.1");
}

#[test]
fn the_version_on_the_machine_counts() {
    let mut machine = snapshot(BOTH);
    for (version, expected) in [("16.20.2", "127.0.0.1"), ("17.0.0", "[::1]"), ("24.21.0", "[::1]")] {
        let (id, path) = ("node".into(), "/usr/bin/node".into());
        machine.programs = vec![Program { id, path, version: version.into() }];
        assert_eq!(words(&machine, "next-localhost"), format!("only {expected}"), "{version}");
    }
}

#[test]
fn a_finding_finds_the_servers_of_a_program() {
    let machine = Machine::new(snapshot(BOTH));
    let node: Vec<String> =
        of("node").map(|s| format!("{} opens {}", s.label(), opens(&machine, s).words())).collect();
    assert!(node.contains(&"Node's listen(port, 'localhost') opens only [::1]".to_owned()), "{node:?}");
    assert!(node.iter().any(|line| line.starts_with("Vite's default")));
    assert_eq!(of("curl").count(), 0);
}

#[test]
fn unrecorded_interfaces_are_a_healthy_lo_or_unknown() {
    let mut machine = snapshot(BOTH);
    machine.interfaces.clear();
    for (id, expected) in [
        ("node-listen-localhost", "only [::1]"),
        ("java-server-socket", "only [::] for both families"),
        ("puma-localhost", "what is not known (the interfaces are not recorded)"),
    ] {
        assert_eq!(words(&machine, id), expected, "{id}");
    }
}

#[test]
fn what_the_look_up_cannot_tell_is_not_guessed() {
    let mut machine = snapshot("");
    machine.files[1] = RawFile::text("/etc/nsswitch.conf", b"hosts: files dns\n");
    machine.files.push(RawFile::text("/etc/resolv.conf", b"nameserver 192.0.2.53\n"));
    let opened = opens(&Machine::new(machine), by_id("node-listen-localhost").unwrap());
    assert!(opened.unknown.is_some() && opened.fails.is_none() && opened.sockets.is_empty(), "{opened:?}");
}
