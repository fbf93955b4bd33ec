//! Connections of real programs: what the model says of one of them on a machine, in the form in which it is seen, and
//! the differences that are known. Shared by `cargo xtask oracle --programs`, which looks at real programs, and by the
//! test that replays `testdata/oracle/live`.

use super::{Recorded, zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::program::{self, Strategy};
use whyhost_core::reach::{AttemptOutcome, attempt, normalise};
use whyhost_core::resolve::{Answer, Query, QueryFlags, Status, dns_questions};
use whyhost_core::snapshot::{Family, Program, Protocol, Snapshot, Socket, SourceOutcome};

/// Attempts that begin later than this after the first are neither expected nor looked at: programs run for 3 s and more,
/// and on a busy machine the later ones may come too late for that.
pub const SEEN_MS: u32 = 1600;

/// A program as it was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ran {
    /// The model: an id of `whyhost_core::program`.
    pub model: String,
    /// Version, as [`program::choose`] reads it.
    pub version: String,
    /// Programs and libraries that it is made of, with their versions, as a snapshot names them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
    /// Environment of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

/// A bound socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// Address.
    pub address: IpAddr,
    /// `IPV6_V6ONLY`; `None`: as the kernel's default says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v6only: Option<bool>,
}

/// One machine, one name, and what every program did with it: one line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The machine; nothing is asked of its C library.
    pub machine: Recorded,
    /// Its C library: `glibc-2.36`.
    pub libc: String,
    /// The name.
    pub name: String,
    /// The server: the same sockets for every program.
    pub server: Vec<Bind>,
    /// Addresses in the order of the first packet to each, with its answer (`::1=no 127.0.0.1=yes`) → ids of programs,
    /// separated by blanks.
    pub tried: BTreeMap<String, String>,
}

/// The port that stands for the server's in a replay.
const PORT: u16 = 3000;

impl Line {
    /// The machine with its server, and the port.
    pub fn machine(&self) -> (Machine, u16) {
        let mut snapshot = self.machine.snapshot(&self.libc);
        snapshot.sockets = self.server.iter().map(|bind| bind.socket(PORT)).collect();
        let mut machine = Machine::new(snapshot);
        machine.raw.live.dns = questions(&machine, &self.name)
            .iter()
            .map(|(name, kind)| zone::observe(self.machine.dns.as_ref(), name, kind))
            .collect();
        (machine, PORT)
    }
}

impl Bind {
    fn socket(&self, port: u16) -> Socket {
        Socket {
            protocol: Protocol::Tcp,
            address: self.address,
            port,
            interface_index: 0,
            v6only: self.v6only,
            uid: 0,
            inode: 0,
            process: None,
            cgroup: None,
            queue: None,
        }
    }

    /// The sockets of `port` in a snapshot.
    pub fn all_of(snapshot: &Snapshot, port: u16) -> Vec<Bind> {
        let of_port = snapshot.sockets.iter().filter(|s| s.protocol == Protocol::Tcp && s.port == port);
        let mut all: Vec<Bind> = of_port.map(|s| Bind { address: s.address, v6only: s.v6only }).collect();
        all.sort_by_key(|b| b.address);
        all
    }
}

/// The question that every program has.
pub fn query(name: &str, port: u16) -> Query {
    Query { name: name.into(), family: Family::Any, port: Some(port), flags: QueryFlags::default() }
}

/// Every DNS question that some resolver may have for `name`: with and without each suffix of the search list.
pub fn questions(machine: &Machine, name: &str) -> Vec<(String, &'static str)> {
    let plain = name.trim_end_matches('.').to_owned();
    let search = machine.resolv.value.search_list(&machine.os.hostname).into_iter();
    let with = search
        .filter(|suffix| !suffix.trim_matches('.').is_empty())
        .map(|suffix| format!("{plain}.{}", suffix.trim_end_matches('.')));
    let names = std::iter::once(plain.clone()).chain(with);
    let mut all = dns_questions(machine, &query(name, PORT));
    for question in names.flat_map(|n| [(n.clone(), "A"), (n, "AAAA")]) {
        if !all.contains(&question) {
            all.push(question);
        }
    }
    all
}

/// What a program was seen to do, or is expected to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// Addresses in the order of the first packet to each, and whether that was answered with a connection.
    pub addresses: Vec<(IpAddr, bool)>,
}

impl Tried {
    /// Adds an attempt.
    pub fn push(&mut self, address: IpAddr, connected: bool) {
        match self.addresses.iter_mut().find(|(a, _)| *a == address) {
            Some((_, before)) => *before |= connected,
            None => self.addresses.push((address, connected)),
        }
    }

    /// Reads what [`fmt::Display`](std::fmt::Display) wrote.
    pub fn parse(text: &str) -> Tried {
        let one = |word: &str| {
            let (address, answer) = word.rsplit_once('=')?;
            Some((address.parse().ok()?, answer == "yes"))
        };
        Tried { addresses: text.split(' ').filter_map(one).collect() }
    }
}

impl std::fmt::Display for Tried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.addresses.is_empty() {
            return f.write_str("nothing");
        }
        let mut text = String::new();
        for (address, connected) in &self.addresses {
            let _ = write!(text, " {address}={}", if *connected { "yes" } else { "no" });
        }
        f.write_str(text.trim_start())
    }
}

/// What the model says of a program.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The model's addresses with its steps.
    pub answer: Answer,
    /// What is to be seen.
    pub tried: Tried,
    /// The model cannot tell.
    pub unknown: bool,
}

/// The model of `ran` on `machine` for `name` and `port`.
pub fn expected(machine: &Machine, ran: &Ran, name: &str, port: u16) -> Option<Expected> {
    let mut machine = machine.clone();
    machine.raw.env.extend(ran.env.clone());
    for (id, version) in &ran.with {
        let (id, version) = (id.clone(), version.clone());
        machine.raw.programs.push(Program { id, path: String::new(), version });
    }
    let chosen = program::choose(&machine, &format!("{}-{}", ran.model, ran.version))?;
    let answer = program::answer(&machine, &chosen, &query(name, port));
    let strategy = chosen.behaviour(&machine).0.strategy_for(name);
    let tried = sent(&machine, strategy, &answer, port);
    Some(Expected { unknown: answer.status == Status::Unknown, answer, tried })
}

/// What leaves the machine of the model's attempts. An address that is not the machine's own is silent here: there is
/// nobody on the links.
fn sent(machine: &Machine, strategy: Strategy, answer: &Answer, port: u16) -> Tried {
    let attempts = answer.addresses.iter().map(|ranked| {
        let mut attempt = attempt(machine, ranked.address, port);
        if attempt.outcome == AttemptOutcome::Foreign {
            attempt.outcome = match machine.source_of(ranked.address) {
                Some(SourceOutcome::Errno(_)) => AttemptOutcome::Unreachable,
                _ => AttemptOutcome::Timeout,
            };
        }
        attempt
    });
    let mut tried = Tried::default();
    for attempt in program::plan(strategy, attempts.collect()) {
        let sends = attempt.attempt.outcome != AttemptOutcome::Unreachable;
        if sends && attempt.after_ms < SEEN_MS {
            let connects = attempt.attempt.outcome == AttemptOutcome::Connects;
            tried.push(normalise(attempt.attempt.address).address, connects);
        }
    }
    tried
}

/// A difference that is known, by the reason for it.
pub struct Deviation {
    /// The reason.
    pub reason: &'static str,
    /// It is this one: machine, program, name, what the model says, what was seen.
    pub holds: fn(&Machine, &Ran, &str, &Expected, &Tried) -> bool,
}

/// The known differences. A row that explains nothing in the recorded file is removed.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        reason: "Java looks up the machine's own name in place of 0.0.0.0 or :: (InetAddress.getLocalHost)",
        holds: |_, ran, _, expected, _| {
            is_java(ran) && expected.answer.addresses.iter().any(|r| r.address.address.is_unspecified())
        },
    },
    Deviation {
        reason: "Java gives a link-local address without scope the scope of an interface",
        holds: |_, ran, _, expected, _| {
            is_java(ran)
                && expected
                    .answer
                    .addresses
                    .iter()
                    .any(|r| r.address.scope_id == 0 && is_link_local(r.address.address))
        },
    },
    Deviation {
        reason: "Ruby's Socket.tcp makes its IPv6 sockets IPv6-only (Addrinfo#connect_internal): no mapped addresses",
        holds: |_, ran, _, expected, _| {
            ran.model == "ruby" && expected.answer.addresses.iter().any(|r| is_mapped(r.address.address))
        },
    },
    Deviation {
        reason: "Erlang answers the machine's own name with 127.0.0.1 where the look-up fails (inet:gethostbyname_self)",
        holds: |machine, ran, name, expected, seen| {
            ran.model == "erlang"
                && name.eq_ignore_ascii_case(&machine.os.hostname)
                && expected.answer.addresses.is_empty()
                && seen.addresses.iter().all(|(a, _)| a.is_loopback())
        },
    },
    Deviation {
        reason: "Node hands a link-local address on without its interface (dns.lookup): connect fails with EINVAL",
        holds: |_, ran, _, expected, _| {
            ran.model == "node" && expected.answer.addresses.iter().any(|r| r.address.scope_id != 0)
        },
    },
    Deviation {
        reason: "urllib3 asks for IPv4 alone where ::1 cannot be bound (util/connection.py: allowed_gai_family)",
        holds: |machine, ran, _, expected, seen| {
            let loopback: IpAddr = std::net::Ipv6Addr::LOCALHOST.into();
            let v6 = machine.interface_of(loopback).is_some();
            ran.model == "python" && !v6 && seen.addresses.len() <= expected.tried.addresses.len()
        },
    },
    Deviation {
        reason: "gethostbyname keeps the order of delivery, getaddrinfo for AF_INET sorts",
        holds: |_, ran, _, expected, _| {
            ["nc-traditional", "erlang"].contains(&ran.model.as_str()) && expected.answer.addresses.len() > 1
        },
    },
];

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some())
}

fn is_java(ran: &Ran) -> bool {
    ran.model.starts_with("java")
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// How a program and its model compare.
pub enum Verdict {
    /// Equal.
    Equal,
    /// Different for a known reason.
    Known(&'static str),
    /// Different.
    Different(Box<Expected>),
}

/// Compares what was seen with the model.
pub fn verdict(machine: &Machine, ran: &Ran, name: &str, port: u16, seen: &Tried) -> Option<Verdict> {
    let expected = expected(machine, ran, name, port)?;
    if expected.unknown {
        return Some(Verdict::Known("the model says that it cannot tell"));
    }
    if expected.tried == *seen {
        return Some(Verdict::Equal);
    }
    let known = DEVIATIONS.iter().find(|d| (d.holds)(machine, ran, name, &expected, seen));
    Some(match known {
        Some(deviation) => Verdict::Known(deviation.reason),
        None => Verdict::Different(Box::new(expected)),
    })
}
