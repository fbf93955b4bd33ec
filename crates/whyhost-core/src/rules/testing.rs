//! A machine for the tests of rules: a healthy Debian 12, changed one fact at a time.

use crate::diagnose::Target;
use crate::finding::{Finding, Remedy, RemedyAction};
use crate::machine::Machine;
use crate::reach;
use crate::resolve::{self, Query, Status};
use crate::rules::{Context, run};
use crate::snapshot::{
    Family, FileKind, Interface, InterfaceAddress, Libc, LiveLookup, LiveOutcome, LoopbackKind, LoopbackTest,
    Meta, NssModule, Observation, Os, OsFamily, Probe, ProbeOutcome, Process, Program, Protocol, RawFile,
    Route, Snapshot, Socket, SourceAddress, SourceOutcome,
};
use crate::whatif;
use hosts_edit::Dialect;
use std::net::{IpAddr, SocketAddr};

/// A machine under test.
#[derive(Clone)]
pub(super) struct Bench(Snapshot);

/// Debian 12 with both localhost lines, both loopback addresses, and 192.0.2.10 on eth0.
pub(super) fn debian() -> Bench {
    let os = Os {
        family: OsFamily::Linux,
        name: "Debian GNU/Linux 12 (bookworm)".into(),
        kernel: "6.1.0".into(),
        libc: Some(Libc { name: "glibc".into(), version: "2.36".into() }),
        hostname: "devbox".into(),
    };
    let mut bench = Bench(Snapshot::new(os))
        .file("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n")
        .file("/etc/nsswitch.conf", "passwd: files\nhosts: files dns\n")
        .file("/etc/host.conf", "multi on\n")
        .file("/etc/resolv.conf", "nameserver 192.0.2.53\n")
        .file("/proc/net/if_inet6", "")
        .absent("/etc/gai.conf")
        .lo(&["127.0.0.1", "::1"]);
    bench.0.interfaces.push(interface(2, "eth0", 1, 0x1, &["192.0.2.10"]));
    bench.source("127.0.0.1", Ok("127.0.0.1")).source("::1", Ok("::1")).source("192.0.2.10", Ok("192.0.2.10"))
}

/// A hosts file of which no machine is known.
pub(super) fn lone(text: &str) -> Bench {
    let os = Os::unknown(OsFamily::Linux);
    Bench(Snapshot::new(os)).file("/etc/hosts", text)
}

impl Bench {
    fn with(mut self, file: RawFile) -> Bench {
        self.0.files.retain(|f| f.path != file.path);
        self.0.files.push(file);
        self
    }

    pub(super) fn bytes(&self, path: &str, bytes: &[u8]) -> Bench {
        self.clone().with(RawFile::text(path, bytes))
    }

    pub(super) fn file(&self, path: &str, text: &str) -> Bench {
        self.bytes(path, text.as_bytes())
    }

    pub(super) fn absent(&self, path: &str) -> Bench {
        self.clone().with(RawFile::absent(path))
    }

    pub(super) fn dangling(&self, path: &str, link: &str) -> Bench {
        let meta = Meta::Absent { errno: "ENOENT".into(), link: Some(link.into()) };
        self.clone().with(RawFile { path: path.into(), content: None, meta })
    }

    pub(super) fn unreadable(&self, path: &str, reason: &str) -> Bench {
        let meta = Meta::Unreadable { reason: reason.into() };
        self.clone().with(RawFile { path: path.into(), content: None, meta })
    }

    pub(super) fn kind(&self, path: &str, new: FileKind) -> Bench {
        let mut file = RawFile { content: None, ..RawFile::text(path, b"") };
        if let Meta::Present { kind, .. } = &mut file.meta {
            *kind = new;
        }
        self.clone().with(file)
    }

    pub(super) fn mode(&self, path: &str, new: u32) -> Bench {
        let mut file = self.0.file(path).expect("a file of the bench").clone();
        if let Meta::Present { mode, .. } = &mut file.meta {
            *mode = new;
        }
        self.clone().with(file)
    }

    /// The machine's own name.
    pub(super) fn hostname(&self, name: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.os.hostname = name.into();
        bench
    }

    /// A hosts file with the lines of localhost and `lines` behind them, from line 3 on.
    pub(super) fn lines(&self, lines: &str) -> Bench {
        self.file("/etc/hosts", &format!("127.0.0.1 localhost\n::1 localhost\n{lines}"))
    }

    /// One more address on eth0.
    pub(super) fn address(&self, address: &str) -> Bench {
        let mut bench = self.clone();
        let eth0 = bench.0.interfaces.last_mut().expect("eth0");
        eth0.addresses.extend(interface(2, "eth0", 1, 0x1, &[address]).addresses);
        bench
    }

    /// The loopback interface alone.
    pub(super) fn without_network(&self) -> Bench {
        let mut bench = self.clone();
        bench.0.interfaces.retain(|i| i.name == "lo");
        bench
    }

    /// What is at a path, changed.
    pub(super) fn meta(&self, path: &str, change: impl FnOnce(&mut Meta)) -> Bench {
        let mut file = self.0.file(path).expect("a file of the bench").clone();
        change(&mut file.meta);
        self.clone().with(file)
    }

    /// The snapshot, changed.
    pub(super) fn snapshot(&self, change: impl FnOnce(&mut Snapshot)) -> Bench {
        let mut bench = self.clone();
        change(&mut bench.0);
        bench
    }

    pub(super) fn machine(&self) -> Machine {
        Machine::new(self.0.clone())
    }

    /// The findings with this code of a check of the whole machine, judged by these readers, or by those of the machine.
    pub(super) fn check(&self, code: &str, readers: &[&'static Dialect]) -> Vec<Finding> {
        let (machine, target) = (self.machine(), target("localhost"));
        let answers = resolve::answers(&machine, &Query::any(&target.name));
        let context = Context::new(&machine, &target, &answers, &[]).for_readers(readers.to_vec());
        let mut found = run(&context);
        found.retain(|f| f.code == code);
        found
    }

    /// The only finding of such a check.
    pub(super) fn one(&self, code: &str) -> Finding {
        let mut found = self.check(code, &[]);
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        found.remove(0)
    }

    /// The hosts file after the first remedy of the only finding.
    pub(super) fn repaired(&self, code: &str) -> String {
        self.after(&self.one(code).remedies[0])
    }

    /// Such a check finds nothing of this code.
    pub(super) fn is_quiet(&self, code: &str) -> bool {
        self.check(code, &[]).is_empty()
    }

    pub(super) fn windows(mut self) -> Bench {
        self.0.os.family = OsFamily::Windows;
        self
    }

    pub(super) fn glibc(&self, version: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.os.libc = Some(Libc { name: "glibc".into(), version: version.into() });
        bench
    }

    /// The loopback interface, up, with these addresses; what is not on it has no source address any more.
    pub(super) fn lo(&self, addresses: &[&str]) -> Bench {
        let mut bench = self.clone();
        bench.0.interfaces.retain(|i| i.name != "lo");
        bench.0.interfaces.insert(0, interface(1, "lo", 772, 0x9, addresses));
        for address in ["127.0.0.1", "::1"].iter().filter(|a| !addresses.contains(a)) {
            bench = bench.source(address, Err("EADDRNOTAVAIL"));
        }
        bench
    }

    /// eth0 with these addresses and no others.
    pub(super) fn only_network(&self, addresses: &[&str]) -> Bench {
        let mut bench = self.clone();
        bench.0.interfaces.retain(|i| i.name == "lo");
        if !addresses.is_empty() {
            bench.0.interfaces.push(interface(2, "eth0", 1, 0x1, addresses));
        }
        bench
    }

    /// The C library is musl.
    pub(super) fn musl(&self) -> Bench {
        let mut bench = self.clone();
        bench.0.os.libc = Some(Libc { name: "musl".into(), version: "1.2.3".into() });
        bench
    }

    pub(super) fn lo_down(mut self) -> Bench {
        self.0.interfaces[0].flags &= !0x1;
        self
    }

    pub(super) fn source(&self, destination: &str, source: Result<&str, &str>) -> Bench {
        let destination = ip(destination).into();
        let outcome = match source {
            Ok(address) => SourceOutcome::Source(ip(address)),
            Err(errno) => SourceOutcome::Errno(errno.into()),
        };
        let mut bench = self.clone();
        bench.0.source_addresses.retain(|s| s.destination != destination);
        bench.0.source_addresses.push(SourceAddress { destination, outcome });
        bench
    }

    pub(super) fn listen(&self, place: &str) -> Bench {
        self.socket(place, Some(false))
    }

    /// A listener of another program than python3.
    pub(super) fn listen_as(&self, place: &str, pid: u32, name: &str) -> Bench {
        let mut bench = self.listen(place);
        let process = Process { pid, name: name.into(), user: None, ..Process::default() };
        bench.0.sockets.last_mut().expect("the new socket").process = Some(process);
        bench
    }

    pub(super) fn listen_v6only(&self, place: &str) -> Bench {
        self.socket(place, Some(true))
    }

    fn socket(&self, place: &str, v6only: Option<bool>) -> Bench {
        let place: SocketAddr = place.parse().expect("a socket address");
        let mut bench = self.clone();
        bench.0.sockets.push(Socket {
            protocol: Protocol::Tcp,
            address: place.ip(),
            port: place.port(),
            interface_index: 0,
            v6only: v6only.filter(|_| place.is_ipv6()),
            uid: 1000,
            inode: 1,
            process: Some(Process { pid: 412, name: "python3".into(), user: None, ..Process::default() }),
            cgroup: None,
            queue: None,
        });
        bench
    }

    /// A bound UDP socket.
    pub(super) fn listen_udp(&self, place: &str) -> Bench {
        let mut bench = self.listen(place);
        bench.0.sockets.last_mut().expect("the new socket").protocol = Protocol::Udp;
        bench
    }

    /// A program that is installed.
    pub(super) fn program(&self, id: &str, version: &str) -> Bench {
        let mut bench = self.clone();
        let path = format!("/usr/bin/{id}");
        bench.0.programs.push(Program { id: id.into(), path, version: version.into() });
        bench
    }

    /// An environment variable.
    pub(super) fn env(&self, name: &str, value: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.env.insert(name.into(), value.into());
        bench
    }

    /// A default route, so that packets to addresses that are not there get lost.
    pub(super) fn default_route(&self, destination: &str) -> Bench {
        let route = Route {
            destination: ip(destination),
            prefix_len: 0,
            gateway: None,
            interface: "eth0".into(),
            metric: 0,
        };
        let mut bench = self.clone();
        bench.0.routes.push(route);
        bench
    }

    pub(super) fn gap(mut self, what: &str) -> Bench {
        self.0.gaps.push(crate::snapshot::Gap { what: what.into(), why: "EACCES".into() });
        self
    }

    pub(super) fn without_module(&self, name: &str) -> Bench {
        let mut bench = self.clone();
        bench.0.nss_modules.push(NssModule { name: name.into(), path: None, version: None });
        bench
    }

    pub(super) fn live(&self, name: &str, addresses: &[&str], elapsed_ms: u64) -> Bench {
        let outcome = LiveOutcome::Found(addresses.iter().map(|a| ip(a).into()).collect());
        let mut bench = self.clone();
        let lookup =
            LiveLookup { name: name.into(), family: Family::Any, flags: vec![], outcome, elapsed_ms };
        bench.0.live.lookups.push(lookup);
        bench
    }

    /// An NSS module that is installed.
    pub(super) fn module(&self, name: &str, version: Option<&str>) -> Bench {
        let mut bench = self.clone();
        bench.0.nss_modules.retain(|m| m.name != name);
        bench.0.nss_modules.push(NssModule {
            name: name.into(),
            path: Some(format!("/lib/libnss_{name}.so.2")),
            version: version.map(str::to_owned),
        });
        bench
    }

    /// The server 127.0.0.1 has an A record, and nothing else under the name.
    pub(super) fn dns(&self, name: &str, address: &str) -> Bench {
        self.dns_at("127.0.0.1:53", name, address)
    }

    /// So has this server.
    pub(super) fn dns_at(&self, server: &str, name: &str, address: &str) -> Bench {
        let mut bench = self.clone();
        for (kind, records) in [("A", vec![address.to_owned()]), ("AAAA", Vec::new())] {
            bench.0.live.dns.push(Observation {
                server: server.into(),
                name: name.into(),
                kind: kind.into(),
                rcode: "NOERROR".into(),
                records,
                flags: Vec::new(),
                ttl: None,
                elapsed_ms: 1,
                transport: "udp".into(),
                extended_errors: Vec::new(),
            });
        }
        bench
    }

    /// A server that answers both families with a code and no records.
    pub(super) fn dns_code(&self, server: &str, name: &str, rcode: &str) -> Bench {
        let mut bench = self.dns_at(server, name, "192.0.2.1");
        let new = bench.0.live.dns.len() - 2;
        for observation in &mut bench.0.live.dns[new..] {
            rcode.clone_into(&mut observation.rcode);
            observation.records.clear();
        }
        bench
    }

    /// Every finding for `localhost`, `localhost:3000`, `127.0.0.1:80`, `[::1]:80`.
    pub(super) fn findings(&self, asked: &str) -> Vec<Finding> {
        let machine = Machine::new(self.0.clone());
        let target = target(asked);
        let answers = match target.literal {
            Some(_) => Vec::new(),
            None => resolve::answers(&machine, &Query::any(&target.name)),
        };
        let addresses = match target.literal {
            Some(address) => vec![address],
            None => answers[0].addresses.iter().map(|r| r.address).collect(),
        };
        let status = answers.first().map_or(Status::Found, |a| a.status);
        let clients =
            target.port.map_or_else(Vec::new, |p| reach::clients_of(&machine, &addresses, status, p));
        run(&Context::new(&machine, &target, &answers, &clients))
    }

    /// The first finding with this code.
    pub(super) fn of(&self, code: &str, asked: &str) -> Option<Finding> {
        self.findings(asked).into_iter().find(|f| f.code == code)
    }

    /// The edited file as text.
    pub(super) fn after(&self, remedy: &Remedy) -> String {
        let RemedyAction::Edits { path, edits } = &remedy.action else { panic!("no edits: {remedy:?}") };
        let bytes = self.0.file(path).and_then(RawFile::bytes).unwrap_or_default();
        String::from_utf8(whatif::edited(&bytes, edits)).expect("UTF-8")
    }
}

/// A connection that was tried.
pub(super) fn probe(address: &str, port: u16, outcome: ProbeOutcome) -> Probe {
    Probe { destination: ip(address).into(), port, outcome, elapsed_us: 100, http: None }
}

/// A test of the loopback interface over TCP.
pub(super) fn loopback_test(address: &str, outcome: ProbeOutcome) -> LoopbackTest {
    LoopbackTest { address: ip(address), kind: LoopbackKind::Tcp, outcome, elapsed_us: 30 }
}

fn target(asked: &str) -> Target {
    let (name, port) = match asked.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, port.parse().ok()),
        _ => (asked, None),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    Target { name: name.into(), literal: name.parse::<IpAddr>().ok().map(Into::into), port }
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn interface(index: u32, name: &str, link_type: u16, flags: u32, addresses: &[&str]) -> Interface {
    let address = |text: &&str| {
        let address = ip(text);
        let prefix_len = if address.is_ipv6() { 128 } else { 8 };
        InterfaceAddress { address, peer: None, prefix_len, flags: 0, scope: 254 }
    };
    let mtu = if name == "lo" { 65536 } else { 1500 };
    let addresses = addresses.iter().map(address).collect();
    Interface { index, name: name.into(), link_type, flags, mtu, addresses }
}
