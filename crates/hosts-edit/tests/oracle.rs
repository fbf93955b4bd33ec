//! The dialects against the recorded answers of the real consumers (testdata/oracle/hosts-format).

#![allow(clippy::print_stdout, reason = "the table of match rates")]

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use hosts_edit::{Dialect, Family, Hit, HostsFile, ReverseHit, address, dialect};
use serde_json::Value;

const CASES: &str = include_str!("../../../testdata/oracle/hosts-format/cases.jsonl");
const CONSUMERS: &str = include_str!("../../../testdata/oracle/hosts-format/consumers.json");

/// One answer of one consumer version.
struct Row {
    id: String,
    file: Rc<HostsFile>,
    name: String,
    family: String,
    /// Empty: not found.
    expected: Vec<String>,
    /// `glibc 2.41`.
    consumer: String,
}

impl Row {
    fn describe(&self, got: &[String]) -> String {
        let text = String::from_utf8_lossy(self.file.bytes());
        let shown: String = text.chars().take(200).collect();
        format!(
            "{} {}: {} {}: expected {:?}, got {got:?}\n  {shown:?}",
            self.id, self.consumer, self.name, self.family, self.expected
        )
    }

    fn family(&self) -> Family {
        match self.family.as_str() {
            "inet" => Family::V4,
            "inet6" => Family::V6,
            _ => Family::Any,
        }
    }
}

fn rows(wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    let consumers: BTreeMap<String, String> = serde_json::from_str(CONSUMERS).unwrap();
    let mut rows = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let file = Rc::new(HostsFile::parse(hosts(&case)).0);
        for ask in case["ask"].as_array().unwrap() {
            for (expected, letters) in ask[2].as_object().unwrap() {
                let who = letters.as_str().unwrap().chars().map(|c| &consumers[&c.to_string()]);
                for consumer in who.filter(|c| wanted(c)) {
                    rows.push(Row {
                        id: case["id"].as_str().unwrap().to_owned(),
                        file: Rc::clone(&file),
                        name: ask[0].as_str().unwrap().to_owned(),
                        family: ask[1].as_str().unwrap().to_owned(),
                        expected: expected.split(' ').filter(|e| *e != "-").map(str::to_owned).collect(),
                        consumer: consumer.clone(),
                    });
                }
            }
        }
    }
    rows
}

fn hosts(case: &Value) -> Vec<u8> {
    let bytes = match (case["hosts"].as_str(), case["line_of"].as_u64(), case["comment_of"].as_u64()) {
        (Some(text), ..) => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        (_, Some(length), _) => line_of(length as usize),
        (_, _, Some(length)) => {
            format!("192.0.2.1 a.test\n#{}\n192.0.2.9 z.test\n", "x".repeat(length as usize)).into_bytes()
        }
        _ => panic!("no file in {case}"),
    };
    assert_eq!(format!("{:016x}", fnv1a64(&bytes)), case["fnv1a64"].as_str().unwrap(), "{}", case["id"]);
    bytes
}

/// A first line of `length` bytes: padding names, then `a.test`.
fn line_of(length: usize) -> Vec<u8> {
    const TAIL: &str = " a.test";
    let mut line = "192.0.2.1 first.test ".to_owned();
    for i in 0.. {
        let block = format!("p{i:06}{}.test ", "p".repeat(34));
        if line.len() + block.len() + TAIL.len() + 1 > length {
            break;
        }
        line += &block;
    }
    line += &"q".repeat(length - line.len() - TAIL.len());
    (line + TAIL + "\n192.0.2.9 z.test\n").into_bytes()
}

fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// getaddrinfo parses a numeric name before it opens any file, so these rows say nothing about the file.
fn is_numeric(row: &Row) -> bool {
    let name = row.name.as_bytes();
    row.family != "reverse" && (address::inet_aton(name).is_some() || address::inet_pton(name).is_some())
}

fn addresses(hits: &[Hit]) -> Vec<String> {
    hits.iter()
        .map(|hit| match (&hit.zone, hit.scope_id) {
            (Some(zone), _) => format!("{}%{}", hit.address, String::from_utf8_lossy(zone)),
            (None, 0) => hit.address.to_string(),
            (None, scope) => format!("{}%{scope}", hit.address),
        })
        .collect()
}

fn names(hit: Option<ReverseHit>) -> Vec<String> {
    let names = hit.map(|h| h.names).unwrap_or_default();
    names.iter().map(|n| String::from_utf8_lossy(n).into_owned()).collect()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

/// What the file gives for a row, in file order.
fn ask(row: &Row, dialect: &Dialect) -> Vec<String> {
    match row.family.as_str() {
        "reverse" => names(row.file.reverse(dialect, row.name.parse::<IpAddr>().unwrap())),
        _ => addresses(&row.file.lookup(dialect, row.name.as_bytes(), row.family())),
    }
}

/// Compares all rows of a consumer and returns how many were compared and how many were left out as numeric.
fn compare(consumer: &str, answer: impl Fn(&Row) -> (Vec<String>, Vec<String>)) -> (usize, usize) {
    let rows = rows(|c| c.split(' ').next() == Some(consumer));
    let (numeric, compared): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(is_numeric);
    let different: Vec<String> = compared
        .iter()
        .filter_map(|row| {
            let (expected, got) = answer(row);
            (expected != got).then(|| row.describe(&got))
        })
        .collect();
    assert!(different.is_empty(), "{} differences:\n{}", different.len(), different.join("\n"));
    (compared.len(), numeric.len())
}

/// getaddrinfo sorts what the file delivers, so addresses are compared as multisets; names keep their order.
#[test]
fn glibc() {
    let counts = compare("glibc", |row| (sorted(row.expected.clone()), sorted(ask(row, &dialect::GLIBC))));
    assert_eq!(counts, (4676, 48));
}

/// `multi off` keeps the first hit: this checks the order of the file.
#[test]
fn glibc_multi_off() {
    let counts = compare("glibc-multi-off", |row| {
        let mut got = ask(row, &dialect::GLIBC);
        if row.family != "reverse" {
            got.truncate(1);
        }
        (row.expected.clone(), got)
    });
    assert_eq!(counts, (4676, 48));
}

/// getnameinfo of musl delivers one name (recorded twice), or the address as text.
#[test]
fn musl() {
    let counts = compare("musl", |row| {
        let mut got = ask(row, &dialect::MUSL);
        if row.family == "reverse" {
            let name = got.pop().unwrap_or_else(|| row.name.clone());
            got = vec![name.clone(), name];
        }
        (sorted(row.expected.clone()), sorted(got))
    });
    assert_eq!(counts, (4676, 48));
}

/// Consumer version, its dialect, and how many of its rows the file alone explains at least. The rest is what the
/// consumer does beyond the file (synthesized localhost, CNAMEs, IDNA), or not yet described.
const TABLE: &[(&str, &Dialect, usize)] = &[
    ("bionic-libc-getaddrinfo 2025-03 (extracted functions)", &dialect::BIONIC, 1143),
    ("freebsd-getaddrinfo 15-CURRENT (model)", &dialect::FREEBSD, 1143),
    ("openbsd-libasr 1.1.0-20230617", &dialect::OPENBSD, 1143),
    ("mDNSResponder 2600.100.147 (extracted functions)", &dialect::MACOS, 1128),
    ("macos-libinfo-file 600 (extracted functions)", &dialect::LIBINFO, 1143),
    ("systemd-resolved 252.39", &dialect::RESOLVED, 1109),
    ("systemd-resolved 262.1", &dialect::RESOLVED, 1095),
    ("dnsmasq 2.93", &dialect::DNSMASQ, 801),
    ("c-ares 1.34.9", &dialect::CARES_1_34_9, 1111),
    ("c-ares main 589b588", &dialect::CARES, 1113),
    ("go 1.27.3", &dialect::GO, 1143),
    ("hickory 0.26.3", &dialect::HICKORY, 1126),
    ("chromium 156.0.8078.79", &dialect::CHROMIUM, 1101),
    ("java-hosts-file 25.0.3", &dialect::JAVA, 1135),
    ("netty-HostsFileParser 4.1.48", &dialect::NETTY, 1141),
    ("coredns-hosts master 4b26cce (extracted)", &dialect::COREDNS, 1139),
    ("twisted.names.hosts 26.10.0", &dialect::TWISTED, 1143),
    ("eventlet-greendns 0.41.3", &dialect::EVENTLET, 1119),
    ("gevent-hostsfile 26.9.0", &dialect::GEVENT, 1118),
    ("ruby-resolv 3.1 (stdlib)", &dialect::RUBY, 1082),
];

/// Addresses compared as sets: the consumers' own order belongs to their models. Fails if one gets worse.
#[test]
fn other_consumers() {
    let mut worse = Vec::new();
    for (consumer, dialect, floor) in TABLE {
        let rows = rows(|c| c == *consumer);
        let forward: Vec<&Row> = rows.iter().filter(|r| r.family != "reverse" && !is_numeric(r)).collect();
        let (same, different): (Vec<&Row>, Vec<&Row>) = forward.iter().partition(|r| {
            let set = |l: Vec<String>| sorted(l).into_iter().collect::<std::collections::BTreeSet<_>>();
            set(r.expected.clone()) == set(ask(r, dialect))
        });
        println!("{consumer}: {} of {} rows", same.len(), forward.len());
        for row in different {
            println!("  {}", row.describe(&ask(row, dialect)));
        }
        if same.len() < *floor {
            worse.push(format!("{consumer}: {} < {floor}", same.len()));
        }
    }
    assert!(worse.is_empty(), "{}", worse.join("\n"));
}
