//! The machines of the recordings in testdata/oracle/runtimes, by their network profile and hosts variant.
#![allow(dead_code, reason = "a module of several tests, each of which needs a part")]

use std::net::IpAddr;
use whyhost_core::snapshot::{
    Interface, InterfaceAddress, Libc, Observation, Os, OsFamily, RawFile, Snapshot, SourceAddress,
    SourceOutcome,
};

/// `RT_SCOPE_*` of linux/rtnetlink.h.
const UNIVERSE: u8 = 0;
const LINK: u8 = 253;
const HOST: u8 = 254;

/// The hosts file of a variant.
pub(crate) fn hosts(variant: &str) -> &'static str {
    match variant {
        "a" => "127.0.0.1 localhost\n",
        "b" => "127.0.0.1 localhost\n::1 localhost\n",
        "c" => "::1 localhost\n127.0.0.1 localhost\n",
        "d" => "::1 localhost\n",
        "e" => "",
        "lo2" => "127.0.0.2 localhost\n",
        other => panic!("hosts {other}"),
    }
}

/// A machine with this network profile and hosts file, glibc 2.36, and a DNS server that knows no `localhost`.
pub(crate) fn snapshot(profile: &str, hosts: &str) -> Snapshot {
    let mut snapshot = Snapshot::new(Os {
        libc: Some(Libc { name: "glibc".into(), version: "2.36".into() }),
        hostname: "box".into(),
        ..Os::unknown(OsFamily::Linux)
    });
    let has_v6 = profile != "no6";
    let file = |path: &str, text: &str| RawFile::text(path, text.as_bytes());
    snapshot.files = vec![
        file("/etc/hosts", hosts),
        file("/etc/nsswitch.conf", "hosts: files dns\n"),
        file("/etc/resolv.conf", "nameserver 127.0.0.1\n"),
        file("/etc/host.conf", "multi on\n"),
        file("/etc/gai.conf", ""),
        file("/proc/sys/net/ipv6/conf/all/disable_ipv6", if has_v6 { "0\n" } else { "1\n" }),
        file("/proc/sys/net/ipv6/bindv6only", "0\n"),
    ];
    let lo: &[_] =
        if has_v6 { &[("127.0.0.1", 8, HOST), ("::1", 128, HOST)] } else { &[("127.0.0.1", 8, HOST)] };
    let v4 = ("10.77.0.5", 24, UNIVERSE);
    let v6 = ("2001:db8:77::5", 64, UNIVERSE);
    let main: &[_] = match profile {
        "dual" => &[v4, v6],
        "ll6" => &[v4, ("fe80::5", 64, LINK)],
        "v4only" | "no6" => &[v4],
        "v6only" => &[v6],
        "offline" => &[],
        other => panic!("profile {other}"),
    };
    snapshot.interfaces.push(interface(1, "lo", 772, 0x9, lo));
    if !main.is_empty() {
        snapshot.interfaces.push(interface(2, "eth0", 1, 0x1, main));
    }
    let missing = SourceOutcome::Errno("EADDRNOTAVAIL".into());
    let from = |source: &str| SourceOutcome::Source(source.parse().expect("an address"));
    let v6_loopback = if has_v6 { from("::1") } else { missing };
    for (to, outcome) in
        [("127.0.0.1", from("127.0.0.1")), ("127.0.0.2", from("127.0.0.1")), ("::1", v6_loopback)]
    {
        let destination: IpAddr = to.parse().expect("an address");
        snapshot.source_addresses.push(SourceAddress { destination: destination.into(), outcome });
    }
    snapshot.live.dns = ["A", "AAAA"].map(nxdomain).into();
    snapshot
}

fn interface(index: u32, name: &str, link_type: u16, flags: u32, addresses: &[(&str, u8, u8)]) -> Interface {
    let address = |(text, prefix_len, scope): &(&str, u8, u8)| InterfaceAddress {
        address: text.parse().expect("an address"),
        peer: None,
        prefix_len: *prefix_len,
        flags: 0,
        scope: *scope,
    };
    let mtu = if index == 1 { 65536 } else { 1500 };
    let addresses = addresses.iter().map(address).collect();
    Interface { index, name: name.into(), link_type, flags, mtu, addresses }
}

fn nxdomain(kind: &str) -> Observation {
    Observation {
        server: "127.0.0.1:53".into(),
        name: "localhost".into(),
        kind: kind.into(),
        rcode: "NXDOMAIN".into(),
        records: Vec::new(),
        flags: Vec::new(),
        ttl: None,
        elapsed_ms: 0,
        transport: "udp".into(),
        extended_errors: Vec::new(),
    }
}
