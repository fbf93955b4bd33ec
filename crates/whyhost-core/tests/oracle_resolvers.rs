//! Replays the recorded answers of real Go programs, c-ares and hickory (testdata/oracle/resolvers): the models must give
//! the same addresses in the same order, or the same error.
#![allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants to see")]

mod recorded;

use recorded::{Asked, Recorded, zone};
use std::collections::BTreeMap;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::resolvers::{self, cares, go, hickory};
use whyhost_core::resolve::{Answer, Query, Source, Status, dns_questions};
use whyhost_core::snapshot::{Family, Program, Snapshot, SourceOutcome};

const RANDOM: &str = include_str!("../../../testdata/oracle/resolvers/random.jsonl");
/// Mismatches printed in full.
const SHOWN: usize = 12;

/// The questions of a resolver that go to DNS.
type Asks = fn(&Machine, &Query) -> Vec<(String, &'static str)>;
const ASKS: [Asks; 4] = [dns_questions, go::dns_questions, cares::dns_questions, hickory::dns_questions];

#[test]
fn resolvers_answer_as_recorded() {
    let mut equal: BTreeMap<String, usize> = BTreeMap::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut different = Vec::new();
    for machine in machines() {
        for (n, asked) in machine.asked.iter().enumerate() {
            for (keys, expected) in &asked.answers {
                for key in keys.split(',') {
                    let answer = answer(&machine, asked, key);
                    if outcome(&answer) == *expected || same_error(key, &answer, expected) {
                        *equal.entry(key.to_owned()).or_default() += 1;
                    } else if let Some(why) = deviation(&machine, key, &answer, expected) {
                        *known.entry(why).or_default() += 1;
                    } else {
                        different.push(describe(&machine, n, asked, key, expected, &answer));
                    }
                }
            }
        }
    }
    println!("{equal:#?}\nknown deviations: {known:#?}");
    let shown = different.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} mismatches:\n{shown}", different.len());
    assert_eq!(equal.values().sum::<usize>() + known.values().sum::<usize>(), ANSWERS);
    assert!(known.values().sum::<usize>() <= DEVIATIONS, "{known:?}");
}

/// Answers in the file.
const ANSWERS: usize = 7008;
/// Answers that the models do not claim to give.
const DEVIATIONS: usize = 17;

fn machines() -> Vec<Recorded> {
    RANDOM.lines().map(|line| serde_json::from_str(line).expect("a recorded machine")).collect()
}

/// The answer of the model that `key` (`go-pure-1.27.3`) names.
fn answer(recorded: &Recorded, asked: &Asked, key: &str) -> Answer {
    let (id, version) = key.rsplit_once('-').expect("an id and a version");
    let query = Query { family: asked.family, ..Query::any(&asked.name) };
    let mut snapshot = recorded.snapshot("glibc-2.36");
    snapshot.programs.push(Program {
        id: if id == "go-pure" { "go".into() } else { id.into() },
        path: String::new(),
        version: version.into(),
    });
    snapshot.live.dns = observations(recorded, &snapshot, &query);
    let resolver = resolvers::by_id(id).unwrap_or_else(|| panic!("no resolver {id}"));
    (resolver.answer)(&Machine::new(snapshot), &query)
}

/// What the server of the machine says to every question that one of the models may ask.
fn observations(
    recorded: &Recorded,
    snapshot: &Snapshot,
    query: &Query,
) -> Vec<whyhost_core::snapshot::Observation> {
    let machine = Machine::new(snapshot.clone());
    let both = Query { family: Family::Any, ..query.clone() };
    let mut questions = Vec::new();
    for query in [query, &both] {
        for asks in ASKS {
            questions.extend(asks(&machine, query));
        }
    }
    questions.sort_unstable();
    questions.dedup();
    questions.iter().map(|(name, kind)| zone::observe(recorded.dns.as_ref(), name, kind)).collect()
}

fn outcome(answer: &Answer) -> String {
    recorded::outcome(answer)
}

/// hickory's errors are sentences of their own, and so are those that Go makes of the rarer codes of getaddrinfo: that
/// there is one (`error` in the file) is compared.
fn same_error(key: &str, answer: &Answer, expected: &str) -> bool {
    let addresses = expected.split(' ').all(|word| word.contains(':') || word.contains('.'));
    let libc = answer.error.as_ref().is_some_and(|e| e.code.starts_with("EAI_"));
    answer.error.is_some() && !addresses && (key.starts_with("hickory") || libc || expected == "error")
}

/// What the model does not claim: chance in the real program, and what docs/resolvers.md lists.
fn deviation(machine: &Recorded, key: &str, answer: &Answer, expected: &str) -> Option<&'static str> {
    let sorted = |text: &str| {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let from_dns = answer.addresses.iter().all(|r| matches!(r.from, Source::Dns { .. }));
    if answer.addresses.len() > 1 && from_dns && sorted(&outcome(answer)) == sorted(expected) {
        return Some("addresses without a route stay in the order in which the replies came");
    }
    let late = ["no such host", "server misbehaving", "i/o timeout"];
    if answer.error.as_ref().is_some_and(|e| late.contains(&e.code)) && late.contains(&expected) {
        return Some("of two errors the later one is reported");
    }
    if key.starts_with("hickory") && answer.status == Status::Unknown {
        return Some("hickory asks for the target of an alias, which the snapshot does not have");
    }
    let hosts = machine.etc.get("hosts").cloned().flatten().map(|h| h.bytes()).unwrap_or_default();
    let repeats = |a: &Answer| sorted(&outcome(a)).len() < sorted(expected).len();
    if key == "c-ares-1.18.1" && (hosts.contains(&b'#') || hosts.contains(&0) || repeats(answer)) {
        return Some("c-ares 1.18 reads the hosts file otherwise than 1.34");
    }
    None
}

fn describe(
    machine: &Recorded,
    n: usize,
    asked: &Asked,
    key: &str,
    expected: &str,
    answer: &Answer,
) -> String {
    let trace: String = answer.trace.iter().map(|s| format!("\n    {}: {}", s.step, s.detail)).collect();
    format!(
        "{}.{n} {key}: {:?} {:?}\n  real  {expected}\n  model {}{trace}\n  {:?} {:?}",
        machine.id,
        asked.name,
        asked.family,
        outcome(answer),
        machine.etc,
        machine.dns,
    )
}

const CLIENTS: &str = include_str!("../../../testdata/oracle/resolvers/clients.jsonl");

/// What real clients dialled is what the model of their resolver answers.
#[test]
fn clients_dial_as_recorded() {
    let mut rows = 0;
    for line in CLIENTS.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let text = |key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key} of {line}"));
        let (id, version) = text("resolver").rsplit_once('-').expect("an id and a version");
        let family = match text("family") {
            "v4" => Family::V4,
            "v6" => Family::V6,
            _ => Family::Any,
        };
        let query = Query { family, ..Query::any(text("name")) };
        let machine = dual(text("hosts"), text("client").contains("netdns=cgo"), id, version, &query);
        let resolver = resolvers::by_id(id).unwrap_or_else(|| panic!("no resolver {id}"));
        let answer = (resolver.answer)(&machine, &query);
        let tried: Vec<&str> =
            row["tried"].as_array().expect("a list").iter().filter_map(|t| t.as_str()).collect();
        let got: Vec<String> = answer.addresses.iter().map(|a| a.address.to_string()).collect();
        assert_eq!(got, tried, "{line}\n{:#?}", answer.trace);
        assert_ne!(answer.status, Status::Unknown, "{line}");
        rows += 1;
    }
    assert_eq!(rows, 42);
}

/// The machine of the clients: both families besides loopback, and a server that knows nothing.
fn dual(hosts: &str, cgo: bool, id: &str, version: &str, query: &Query) -> Machine {
    let lines = match hosts {
        "a" => "127.0.0.1 localhost\n",
        "b" => "127.0.0.1 localhost\n::1 localhost\n",
        "c" => "::1 localhost\n127.0.0.1 localhost\n",
        "d" => "::1 localhost\n",
        _ => "",
    };
    let etc = [
        ("hosts", lines),
        ("nsswitch.conf", "hosts: files dns\n"),
        ("resolv.conf", "nameserver 127.0.0.1\n"),
        ("host.conf", "multi on\n"),
    ];
    let text = |(name, text): (&str, &str)| (name.to_owned(), Some(recorded::Bytes::new(text.as_bytes())));
    let own = [("127.0.0.1", "127.0.0.1"), ("::1", "::1")];
    let recorded = Recorded {
        id: String::new(),
        note: String::new(),
        etc: etc.map(text).into(),
        hostname: "box".into(),
        env: if cgo { [("GODEBUG".to_owned(), "netdns=cgo".to_owned())].into() } else { BTreeMap::new() },
        net: recorded::Net::default(),
        dns: Some(zone::Zone::new()),
        no_inet6_sockets: false,
        modules: Some(Vec::new()),
        addresses: ["1 lo loopback 127.0.0.1/8", "1 lo loopback ::1/128"].map(str::to_owned).to_vec(),
        sources: own.map(|(to, from)| (to.to_owned(), from.to_owned())).into(),
        asked: Vec::new(),
    };
    let mut snapshot = recorded.snapshot("glibc-2.36");
    snapshot.programs.push(Program {
        id: if id == "go-pure" { "go".into() } else { id.into() },
        path: String::new(),
        version: version.into(),
    });
    snapshot.live.dns = observations(&recorded, &snapshot, query);
    Machine::new(snapshot)
}

#[test]
fn the_recording_has_machines_of_every_kind() {
    let machines = machines();
    let with = |test: &dyn Fn(&Recorded) -> bool| machines.iter().filter(|m| test(m)).count();
    assert!(with(&|m| m.dns.is_none()) > 3, "without a server");
    assert!(with(&|m| !m.env.is_empty()) > 3, "with an environment");
    assert!(with(&|m| m.addresses.len() > 2) > 10, "with a network");
    let unreachable = |m: &Recorded| {
        m.snapshot("glibc-2.36").source_addresses.iter().any(|s| matches!(s.outcome, SourceOutcome::Errno(_)))
    };
    assert!(with(&unreachable) > 10, "with unreachable destinations");
}
