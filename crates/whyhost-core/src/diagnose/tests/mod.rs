//! Machines for the tests of diagnoses.

mod remedies;
mod situations;

use super::*;
use crate::finding::Severity;
use crate::machine::{HOST_CONF, HOSTS};
use crate::snapshot::{
    Family, FileKind, Interface, InterfaceAddress, LiveLookup, LiveOutcome, Meta, Os, OsFamily, Process,
    Protocol, RawFile, Socket, SourceAddress, SourceOutcome,
};

const STOCK: &str =
    "127.0.0.1\tlocalhost\n127.0.1.1\tdevbox\n\n::1\tlocalhost ip6-localhost\n192.0.2.9 api.test\n";

fn assert_fine(got: &Diagnosis) {
    assert_eq!(got.verdict.kind, VerdictKind::Fine, "{:#?}", got.verdict);
    assert!(got.verdict.fixes.is_empty() && got.verdict.cause.is_empty() && got.verdict.do_not.is_none());
    assert_eq!(got.gaps, []);
}

fn ask(machine: &Snapshot, name: &str, port: Option<u16>) -> Diagnosis {
    diagnose(machine.clone(), &target(name, port))
}

fn target(name: &str, port: Option<u16>) -> Target {
    let literal = name.parse::<IpAddr>().ok().map(ScopedAddr::from);
    Target { name: name.into(), literal, port }
}

fn at(address: &str) -> ScopedAddr {
    address.parse::<IpAddr>().unwrap().into()
}

fn finding(code: &'static str, remedies: Vec<Remedy>) -> Finding {
    Finding {
        code,
        severity: Severity::Warning,
        title: code.into(),
        message: None,
        locations: Vec::new(),
        evidence: Vec::new(),
        remedies,
        references: &[],
        more: 0,
    }
}

fn live(name: &str, outcome: LiveOutcome) -> LiveLookup {
    LiveLookup { name: name.into(), family: Family::Any, flags: Vec::new(), outcome, elapsed_ms: 3 }
}

fn present(kind: FileKind) -> Meta {
    Meta::Present {
        kind,
        mode: 0o644,
        owner: 0,
        size: 0,
        mtime: 0,
        link: None,
        mount: false,
        immutable: false,
        read_only: false,
    }
}

fn server(address: &str, pid: u32, name: &str) -> Socket {
    let address: IpAddr = address.parse().unwrap();
    Socket {
        protocol: Protocol::Tcp,
        address,
        port: 3000,
        interface_index: 0,
        v6only: address.is_ipv6().then_some(false),
        uid: 0,
        inode: u64::from(pid),
        process: Some(Process { pid, name: name.into(), user: None, ..Process::default() }),
        cgroup: None,
        queue: None,
    }
}

/// Debian 12 with this hosts file, `hosts: files dns`, a healthy lo and no network.
fn debian(hosts: &str) -> Snapshot {
    let mut snapshot = Snapshot::new(Os {
        family: OsFamily::Linux,
        name: "Debian GNU/Linux 12 (bookworm)".into(),
        kernel: String::new(),
        libc: None,
        hostname: "devbox".into(),
    });
    snapshot.files = vec![
        RawFile::text(HOSTS, hosts.as_bytes()),
        RawFile::text(HOST_CONF, b"multi on\n"),
        RawFile::absent(crate::machine::GAI),
        RawFile::text(crate::machine::RESOLV, b"nameserver 192.0.2.53\n"),
    ];
    let address = |text: &str, prefix_len| InterfaceAddress {
        address: text.parse().unwrap(),
        peer: None,
        prefix_len,
        flags: 0,
        scope: 254,
    };
    snapshot.interfaces = vec![Interface {
        index: 1,
        name: "lo".into(),
        link_type: 772,
        flags: 0x9,
        mtu: 65536,
        addresses: vec![address("127.0.0.1", 8), address("::1", 128)],
    }];
    let itself = |text: &str| SourceAddress {
        destination: at(text),
        outcome: SourceOutcome::Source(text.parse().unwrap()),
    };
    snapshot.source_addresses = vec![itself("::1"), itself("127.0.0.1")];
    snapshot
}

proptest::proptest! {
    /// Whatever the files and sockets hold, there is a verdict with a headline of one line.
    #[test]
    fn every_machine_gets_a_verdict(
        hosts in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        conf in "(hosts: ?[a-z \\[\\]=!]{0,30}\n?|[a-z:/0-9 \n]{0,40})",
        gai in "(precedence|label|scopev4| |[0-9a-f:./])*",
        binds in proptest::collection::vec((0..5_usize, 0..3_u32, proptest::option::of(proptest::bool::ANY)), 0..4),
        name in "(localhost|localhost\\.|devbox|api.test|[ -~]{0,20})",
        port in proptest::option::of(2999..3002_u16),
    ) {
        let mut machine = debian("");
        machine.files[0] = RawFile::text(HOSTS, &hosts);
        machine.files.push(RawFile::text(crate::machine::NSSWITCH, conf.as_bytes()));
        machine.files[2] = RawFile::text(crate::machine::GAI, gai.as_bytes());
        let addresses = ["127.0.0.1", "::1", "0.0.0.0", "::", "192.0.2.7"];
        machine.sockets = binds
            .into_iter()
            .map(|(i, interface_index, v6only)| Socket { interface_index, v6only, ..server(addresses[i], 9, "x") })
            .collect();
        let got = ask(&machine, &name, port);
        proptest::prop_assert!(!got.verdict.headline.is_empty());
        proptest::prop_assert!(got.verdict.cause.len() <= 2 && got.verdict.fixes.len() <= 3);
        proptest::prop_assert_eq!(got.clients.is_empty(), port.is_none());
    }
}
