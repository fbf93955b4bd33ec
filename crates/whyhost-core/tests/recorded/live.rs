//! Connections of real programs: what the model says of one of them on a machine, in the form in which it is seen, and
//! the differences that are known. Shared by `cargo xtask oracle --programs`, which looks at real programs, and by the
//! test that replays `testdata/oracle/live`.

mod deviations;

pub use deviations::{Case, DEVIATIONS};

use super::{Recorded, zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::program::{self, Strategy};
use whyhost_core::reach::{AttemptOutcome, attempt, normalise};
use whyhost_core::resolve::{self, Answer, Query, QueryFlags, Ranked, Status, dns_questions};
use whyhost_core::snapshot::{Family, Libc, Program, Protocol, Snapshot, Socket, SourceOutcome};

/// Attempts that begin later than this after the first are not looked at: programs are ended then, and some share their own
/// limit among the addresses.
pub const SEEN_MS: u32 = 1600;
/// An attempt that the model begins by then must be seen; a later one may be, as a busy machine lets it.
const MUST_MS: u32 = 1000;
/// What the model begins later than this must not be seen.
const MAY_MS: u32 = 2400;

/// A program as it was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ran {
    /// The model: an id of `whyhost_core::program`, or of `whyhost_core::resolve` for a client that does no more than
    /// try the answer in turn.
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
    // The machine's own: Java asks for it in place of 0.0.0.0.
    let names = [plain.clone(), machine.os.hostname.clone()].into_iter().chain(with);
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
    /// How many of these addresses must be seen; the rest comes late.
    pub at_least: usize,
    /// The model cannot tell.
    pub unknown: bool,
    /// The machine as the program has it.
    machine: Machine,
    /// How it connects.
    strategy: Strategy,
}

/// The model of `ran` on `machine` for `name` and `port`.
pub fn expected(machine: &Machine, ran: &Ran, name: &str, port: u16) -> Option<Expected> {
    let mut machine = machine.clone();
    machine.raw.env.extend(ran.env.clone());
    if let Some(version) = ran.with.get("musl") {
        machine.raw.os.libc = Some(Libc { name: "musl".into(), version: version.clone() });
        machine = Machine::new(machine.raw);
    }
    for (id, version) in &ran.with {
        let (id, version) = (id.clone(), version.clone());
        machine.raw.programs.push(Program { id, path: String::new(), version });
    }
    let (answer, strategy) = match program::choose(&machine, &format!("{}-{}", ran.model, ran.version)) {
        Some(chosen) => {
            let answer = program::answer(&machine, &chosen, &query(name, port));
            (answer, chosen.behaviour(&machine).0.strategy_for(name))
        }
        None => (resolve::of(&machine, &ran.model, &query(name, port))?, Strategy::InTurn),
    };
    let (tried, at_least) = sent(&machine, strategy, &answer, port);
    Some(Expected { unknown: answer.status == Status::Unknown, answer, tried, at_least, machine, strategy })
}

/// What leaves the machine of the model's attempts. An address that is not the machine's own is silent here: there is
/// nobody on the links.
fn sent(machine: &Machine, strategy: Strategy, answer: &Answer, port: u16) -> (Tried, usize) {
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
    let (mut tried, mut at_least) = (Tried::default(), 0);
    for attempt in program::plan(strategy, attempts.collect()) {
        let sends = attempt.outcome != AttemptOutcome::Unreachable;
        if sends && attempt.after_ms < MAY_MS {
            let connects = attempt.outcome == AttemptOutcome::Connects;
            tried.push(normalise(attempt.address).address, connects);
            if attempt.after_ms <= MUST_MS {
                at_least = tried.addresses.len();
            }
        }
    }
    (tried, at_least)
}

impl Expected {
    /// `seen` is what the model says, as far as the time went.
    fn agrees(&self, seen: &Tried) -> bool {
        seen.addresses.len() >= self.at_least && self.tried.addresses.starts_with(&seen.addresses)
    }

    /// The same for other addresses, and another way to connect.
    fn with(&self, change: impl FnOnce(&mut Vec<Ranked>), strategy: Strategy, port: u16) -> Expected {
        let mut other = self.clone();
        change(&mut other.answer.addresses);
        (other.tried, other.at_least) = sent(&self.machine, strategy, &other.answer, port);
        other
    }
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

/// The reason of what the model leaves open.
pub const UNKNOWN: &str = "the model says that it cannot tell";

/// Compares what was seen with the model.
pub fn verdict(machine: &Machine, ran: &Ran, name: &str, port: u16, seen: &Tried) -> Option<Verdict> {
    let expected = expected(machine, ran, name, port)?;
    if expected.unknown {
        return Some(Verdict::Known(UNKNOWN));
    }
    if expected.agrees(seen) {
        return Some(Verdict::Equal);
    }
    let case = Case { ran, name, port, expected: &expected, seen };
    let known = DEVIATIONS.iter().find(|d| (d.holds)(&case));
    Some(match known {
        Some(deviation) => Verdict::Known(deviation.reason),
        None => Verdict::Different(Box::new(expected)),
    })
}
