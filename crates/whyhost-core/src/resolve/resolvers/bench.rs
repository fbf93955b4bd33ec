//! A machine for the tests of models: Debian-like, on a network with both families, changed one fact at a time.

use crate::machine::Machine;
use crate::resolve::answer::{Answer, Query};
use crate::snapshot::{
    Family, Interface, InterfaceAddress, Libc, NssModule, Observation, Os, OsFamily, Program, RawFile,
    Snapshot, SourceAddress, SourceOutcome,
};
use std::net::IpAddr;

/// A machine under test.
#[derive(Clone)]
pub(super) struct Bench(pub(super) Snapshot);

/// Hosts file with localhost in both families, `hosts: files dns`, 192.0.2.10 and 2001:db8::10 on eth0.
pub(super) fn dual() -> Bench {
    let os = Os {
        libc: Some(Libc { name: "glibc".into(), version: "2.36".into() }),
        hostname: "devbox".into(),
        ..Os::unknown(OsFamily::Linux)
    };
    let mut snapshot = Snapshot::new(os);
    snapshot.interfaces = vec![
        interface(1, "lo", 772, 0x9, &["127.0.0.1", "::1"]),
        interface(2, "eth0", 1, 0x1, &["192.0.2.10", "2001:db8::10"]),
    ];
    let own = [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("127.0.0.2", "127.0.0.1")];
    snapshot.source_addresses = own.map(|(to, from)| source(to, Ok(from))).to_vec();
    Bench(snapshot)
        .file("/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
        .file("/etc/nsswitch.conf", "hosts: files dns\n")
        .file("/etc/resolv.conf", "nameserver 192.0.2.53\n")
        .file("/etc/host.conf", "multi on\n")
        .file("/proc/net/if_inet6", "")
        .absent("/etc/gai.conf")
        .absent("/run/systemd/resolve/io.systemd.Resolve")
}

impl Bench {
    fn with(&self, file: RawFile) -> Bench {
        let mut bench = self.clone();
        bench.0.files.retain(|f| f.path != file.path);
        bench.0.files.push(file);
        bench
    }

    pub(super) fn file(&self, path: &str, text: &str) -> Bench {
        self.with(RawFile::text(path, text.as_bytes()))
    }

    pub(super) fn bytes(&self, path: &str, bytes: &[u8]) -> Bench {
        self.with(RawFile::text(path, bytes))
    }

    pub(super) fn absent(&self, path: &str) -> Bench {
        self.with(RawFile::absent(path))
    }

    pub(super) fn hosts(&self, text: &str) -> Bench {
        self.file("/etc/hosts", text)
    }

    pub(super) fn nss(&self, line: &str) -> Bench {
        self.file("/etc/nsswitch.conf", &format!("hosts: {line}\n"))
    }

    pub(super) fn env(&self, key: &str, value: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.env.insert(key.into(), value.into());
        bench
    }

    pub(super) fn program(&self, id: &str, version: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.programs.push(Program {
            id: id.into(),
            path: format!("/usr/bin/{id}"),
            version: version.into(),
        });
        bench
    }

    pub(super) fn module(&self, name: &str, version: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.nss_modules.push(NssModule {
            name: name.into(),
            path: Some(format!("/lib/libnss_{name}.so.2")),
            version: Some(version.into()),
        });
        bench
    }

    pub(super) fn os(&self, family: OsFamily) -> Bench {
        let mut bench = self.clone();
        bench.0.os.family = family;
        bench
    }

    pub(super) fn source(&self, to: &str, from: Result<&str, &str>) -> Bench {
        let mut bench = self.clone();
        let row = source(to, from);
        bench.0.source_addresses.retain(|s| s.destination != row.destination);
        bench.0.source_addresses.push(row);
        bench
    }

    pub(super) fn dns(&self, name: &str, kind: &str, rcode: &str, records: &[&str]) -> Bench {
        let mut bench = self.clone();
        bench.0.live.dns.push(Observation {
            server: "192.0.2.53:53".into(),
            name: name.into(),
            kind: kind.into(),
            rcode: rcode.into(),
            records: records.iter().map(|r| (*r).to_owned()).collect(),
            flags: Vec::new(),
            ttl: None,
            elapsed_ms: 1,
            transport: "udp".into(),
            extended_errors: Vec::new(),
        });
        bench
    }

    /// NXDOMAIN for both types of every name.
    pub(super) fn nx(&self, names: &[&str]) -> Bench {
        let both = |bench: Bench, name: &&str| {
            bench.dns(name, "A", "NXDOMAIN", &[]).dns(name, "AAAA", "NXDOMAIN", &[])
        };
        names.iter().fold(self.clone(), both)
    }

    pub(super) fn machine(&self) -> Machine {
        Machine::new(self.0.clone())
    }

    /// The outcome as one line: addresses in order, or the error, or `unknown: why`.
    pub(super) fn ask(&self, answer: fn(&Machine, &Query) -> Answer, name: &str, family: Family) -> String {
        let answer = answer(&self.machine(), &Query { family, ..Query::any(name) });
        outcome(&answer)
    }
}

/// Addresses in order, or the error, or `unknown: why`.
pub(super) fn outcome(answer: &Answer) -> String {
    if let Some(error) = &answer.error {
        return error.code.to_owned();
    }
    if answer.addresses.is_empty() {
        return format!("unknown: {}", answer.trace.last().map_or("", |s| &s.detail));
    }
    answer.addresses.iter().map(|r| r.address.to_string()).collect::<Vec<_>>().join(" ")
}

fn interface(index: u32, name: &str, link_type: u16, flags: u32, addresses: &[&str]) -> Interface {
    let address = |text: &&str| {
        let address: IpAddr = text.parse().unwrap();
        let scope = if address.is_loopback() { 254 } else { 0 };
        let prefix_len = if address.is_ipv6() { 64 } else { 24 };
        InterfaceAddress { address, peer: None, prefix_len, flags: 0x80, scope }
    };
    let addresses = addresses.iter().map(address).collect();
    Interface { index, name: name.into(), link_type, flags, mtu: 1500, addresses }
}

fn source(to: &str, from: Result<&str, &str>) -> SourceAddress {
    let destination: IpAddr = to.parse().unwrap();
    SourceAddress {
        destination: destination.into(),
        outcome: match from {
            Ok(address) => SourceOutcome::Source(address.parse().unwrap()),
            Err(errno) => SourceOutcome::Errno(errno.into()),
        },
    }
}
