//! The models against the recorded answers about the hosts format (testdata/oracle/hosts-format), for the resolvers that do
//! more with the file than read it: hickory (`lookup_ip`), systemd-resolved and c-ares.
#![allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants to see")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::resolvers;
use whyhost_core::resolve::{Answer, Query, Status, destinations};
use whyhost_core::snapshot::{
    Family, Interface, InterfaceAddress, Observation, Os, OsFamily, Program, RawFile, Snapshot,
    SourceAddress, SourceOutcome,
};

const CASES: &str = include_str!("../../../testdata/oracle/hosts-format/cases.jsonl");
const CONSUMERS: &str = include_str!("../../../testdata/oracle/hosts-format/consumers.json");

/// Reader of the recording, model, version, the family-less questions whose order is compared (else sets), questions that
/// the model answers as recorded, and those of which it says that it cannot tell.
const TABLE: &[(&str, &str, &str, bool, usize, usize)] = &[
    ("hickory 0.25.2", "hickory", "0.25.2", true, 337, 4),
    ("hickory 0.26.3", "hickory", "0.26.3", true, 337, 4),
    ("systemd-resolved 252.39", "resolved", "252.39", false, 1120, 4),
    ("systemd-resolved 257.13", "resolved", "257.13", false, 1117, 7),
    ("systemd-resolved 262.1", "resolved", "262.1", false, 1117, 7),
    ("c-ares 1.34.9", "c-ares", "1.34.9", false, 1124, 0),
];

/// What a model is known not to answer as recorded, by model, case and name, with the reason.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[(
    "hickory",
    "name-ulabel",
    "xn--mller-kva.test",
    "the file's name in Unicode is not turned into its ASCII form, which this question uses",
)];

#[test]
fn readers_answer_as_recorded() {
    let mut wrong = Vec::new();
    for (consumer, id, version, ordered, floor, unknown) in TABLE {
        let (mut equal, mut untold, mut explained, mut different) = (0, 0, 0, Vec::new());
        // For one family hickory's file was asked alone.
        for row in rows(consumer).into_iter().filter(|r| *id != "hickory" || r.family == Family::Any) {
            let answer = ask(&row, id, version);
            if answer.status == Status::Unknown {
                untold += 1;
                continue;
            }
            let got: Vec<String> = answer.addresses.iter().map(|a| a.address.to_string()).collect();
            if same(&got, &row.expected, *ordered && row.family == Family::Any) {
                equal += 1;
            } else if is_explained(id, &row) {
                explained += 1;
            } else {
                different.push(format!(
                    "{} {} {:?}: {:?}, got {got:?}",
                    row.id, row.name, row.family, row.expected
                ));
            }
        }
        println!(
            "{consumer}: {equal} as recorded, {untold} cannot be told, {explained} explained, {} differ",
            different.len()
        );
        for line in &different {
            println!("  {line}");
        }
        if (equal, untold, different.len()) != (*floor, *unknown, 0) {
            wrong.push(format!(
                "{consumer}: {equal} as recorded, {untold} untold, {} different",
                different.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_explained(model: &str, row: &Row) -> bool {
    EXPLAINED.iter().any(|(m, case, name, _)| (*m, *case, *name) == (model, &row.id, &row.name))
}

struct Row {
    id: String,
    hosts: Vec<u8>,
    name: String,
    family: Family,
    expected: Vec<String>,
}

/// The questions that `consumer` was asked about files that are written out.
fn rows(consumer: &str) -> Vec<Row> {
    let consumers: BTreeMap<char, String> = serde_json::from_str(CONSUMERS).expect("letters");
    let letter = consumers.iter().find(|(_, name)| *name == consumer).map(|(letter, _)| *letter);
    let letter = letter.unwrap_or_else(|| panic!("no {consumer}"));
    let mut rows = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let Some(text) = case["hosts"].as_str() else { continue };
        let hosts: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("a byte")).collect();
        for ask in case["ask"].as_array().expect("questions") {
            let family = match ask[1].as_str() {
                Some("inet") => Family::V4,
                Some("inet6") => Family::V6,
                Some("unspec") => Family::Any,
                _ => continue,
            };
            let answers = ask[2].as_object().expect("answers");
            let Some((expected, _)) =
                answers.iter().find(|(_, who)| who.as_str().is_some_and(|w| w.contains(letter)))
            else {
                continue;
            };
            rows.push(Row {
                id: case["id"].as_str().expect("an id").to_owned(),
                hosts: hosts.clone(),
                name: ask[0].as_str().expect("a name").to_owned(),
                family,
                expected: expected.split(' ').filter(|e| *e != "-").map(str::to_owned).collect(),
            });
        }
    }
    rows
}

fn same(got: &[String], expected: &[String], ordered: bool) -> bool {
    let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
    if ordered { got == expected } else { set(got) == set(expected) }
}

fn ask(row: &Row, id: &str, version: &str) -> Answer {
    let query = Query { family: row.family, ..Query::any(&row.name) };
    let mut snapshot = machine(&row.hosts);
    snapshot.programs.push(Program { id: id.into(), path: String::new(), version: version.into() });
    let bare = row.name.trim_end_matches('.');
    for kind in ["A", "AAAA"] {
        snapshot.live.dns.push(nxdomain("192.0.2.53:53", bare, kind));
        snapshot.live.dns.push(nxdomain("127.0.0.53:53", bare, kind));
    }
    // Every destination is reachable from itself: orders are not compared where the resolver sorts.
    let reachable = |d: whyhost_core::snapshot::ScopedAddr| SourceAddress {
        destination: d,
        outcome: SourceOutcome::Source(d.address),
    };
    let all = destinations(&Machine::new(snapshot.clone()), &row.name);
    snapshot.source_addresses = all.into_iter().map(reachable).collect();
    let resolver = resolvers::by_id(id).unwrap_or_else(|| panic!("no resolver {id}"));
    (resolver.answer)(&Machine::new(snapshot), &query)
}

fn nxdomain(server: &str, name: &str, kind: &str) -> Observation {
    Observation {
        server: server.into(),
        name: name.into(),
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

/// The machine of the recording: `lo` is interface 1.
fn machine(hosts: &[u8]) -> Snapshot {
    let mut snapshot = Snapshot::new(Os { hostname: "recorder".into(), ..Os::unknown(OsFamily::Linux) });
    let loopback: IpAddr = [127, 0, 0, 1].into();
    snapshot.interfaces = vec![Interface {
        index: 1,
        name: "lo".into(),
        link_type: 772,
        flags: 0x9,
        mtu: 65536,
        addresses: vec![InterfaceAddress {
            address: loopback,
            peer: None,
            prefix_len: 8,
            flags: 0,
            scope: 254,
        }],
    }];
    snapshot.files = vec![
        RawFile::text("/etc/hosts", hosts),
        RawFile::text("/etc/nsswitch.conf", b"hosts: files dns\n"),
        RawFile::text("/etc/resolv.conf", b"nameserver 192.0.2.53\n"),
    ];
    snapshot
}
