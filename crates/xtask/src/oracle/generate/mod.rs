//! Random cases: plausible machines most of the time, and every trap of the formats often enough.

mod conf;
mod hosts;
mod network;
pub(crate) mod programs;

use super::plan::{Plan, Question};
use super::rng::Rng;
use crate::recorded::Bytes;
use crate::recorded::zone::{Entry, Zone};
use std::collections::BTreeMap;
use whyhost_core::snapshot::Family;

/// Questions of one case.
const QUERIES: usize = 6;

/// Names that hosts files, zones and questions share, so that they meet.
const NAMES: [&str; 12] = [
    "localhost",
    "localhost",
    "localhost",
    "ip6-localhost",
    "foo.localhost",
    "localhost.localdomain",
    "box",
    "alpha",
    "beta",
    "gamma.test",
    "delta.test",
    "a_b.test",
];
/// Names that only questions have. The empty name is not among them: the command takes none (glibc finds it on a hosts
/// line that has an address alone).
const ODD_NAMES: [&str; 29] = [
    "*",
    "LOCALHOST",
    "LocalHost",
    "localhost.",
    "gamma.test.",
    "Gamma.Test",
    "missing",
    "missing.test",
    "BOX",
    "box.corp.test",
    "_gateway",
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "127.0.0.1.",
    "256.1.1.1",
    "1.2.3.4.5",
    "::1",
    "::",
    "[::1]",
    "::ffff:127.0.0.1",
    "fe80::1%lo",
    "fe80::1%nosuch",
    "192.0.2.9",
    "a..b",
    "-x.test",
    "x y",
];
/// IPv4 addresses of hosts files and zones.
const V4: [&str; 16] = [
    "127.0.0.1",
    "127.0.0.1",
    "127.0.1.1",
    "127.0.0.2",
    "0.0.0.0",
    "10.0.0.5",
    "10.0.0.9",
    "10.9.9.9",
    "172.16.4.4",
    "169.254.3.4",
    "192.0.2.2",
    "192.0.2.9",
    "192.0.2.77",
    "192.0.3.9",
    "198.51.100.7",
    "203.0.113.4",
];
/// IPv6 addresses of hosts files and zones.
const V6: [&str; 18] = [
    "::1",
    "::1",
    "::1",
    "::",
    "::2",
    "::ffff:127.0.0.1",
    "::ffff:192.0.2.9",
    "2001:db8:1::2",
    "2001:db8:1::77",
    "2001:db8:1:0:8000::1",
    "2001:db8:2::5",
    "2001:db8:ffff::1",
    "2001:0:1234::1",
    "2002:c000:204::1",
    "fd00::99",
    "fd01::1",
    "fe80::7",
    "fec0::1",
];
/// Search domains.
const DOMAINS: [&str; 2] = ["corp.test", "a.test"];

/// The modules that the machine at hand can be asked about, see [`super::modules`].
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    /// Services of nsswitch lines whose behaviour the model knows here.
    pub(crate) services: Vec<&'static str>,
    /// A gai.conf entry without prefix length has a defined meaning (glibc 2.41, bug 32465).
    pub(crate) gai_without_length: bool,
}

/// The case of `seed`.
pub(crate) fn plan(seed: u64, vocabulary: &Vocabulary) -> Plan {
    let mut rng = Rng::new(seed);
    let rng = &mut rng;
    let files = [
        ("hosts", hosts::file(rng)),
        ("nsswitch.conf", conf::nsswitch(rng, vocabulary)),
        ("gai.conf", conf::gai(rng, vocabulary)),
        ("host.conf", conf::host_conf(rng)),
        ("resolv.conf", conf::resolv(rng)),
    ];
    let etc = files.map(|(name, bytes)| (name.to_owned(), bytes.map(|b| Bytes::new(&b))));
    Plan {
        seed,
        etc: BTreeMap::from(etc),
        hostname: (rng.pick(&["box", "box", "box", "box.corp.test", "localhost"])).into(),
        env: conf::env(rng),
        network: network::changes(rng),
        dns: (!rng.chance(10)).then(|| zone(rng)),
        queries: (0..QUERIES).map(|_| question(rng)).collect(),
        server: Vec::new(),
    }
}

fn question(rng: &mut Rng) -> Question {
    let name = if rng.chance(22) { rng.pick(&ODD_NAMES) } else { rng.pick(&NAMES) };
    let family = rng.pick(&[Family::Any, Family::Any, Family::V4, Family::V6]);
    let mut flags = Vec::new();
    if rng.chance(40) {
        let known = ["ADDRCONFIG", "V4MAPPED", "ALL", "PASSIVE", "CANONNAME", "NUMERICHOST"];
        let percent = [60, 30, 20, 10, 15, 5];
        flags = known.iter().zip(percent).filter(|(_, p)| rng.chance(*p)).map(|(flag, _)| *flag).collect();
    }
    Question { name: (*name).into(), family, flags: flags.join(" ") }
}

fn zone(rng: &mut Rng) -> Zone {
    let mut zone = Zone::new();
    for _ in 0..rng.below(8) {
        let mut name = rng.pick(&NAMES).to_ascii_lowercase();
        if rng.chance(35) {
            name = format!("{name}.{}", rng.pick(&DOMAINS));
        }
        let entry = entry(rng);
        zone.insert(name, entry);
    }
    if rng.chance(4) {
        let entry = entry(rng);
        zone.insert("*".into(), entry);
    }
    zone
}

fn entry(rng: &mut Rng) -> Entry {
    let mut entry = Entry::default();
    let rcode = |rng: &mut Rng| Some(rng.pick(&[1u8, 2, 2, 3, 3, 4, 5]));
    match rng.below(100) {
        0..10 => entry.rcode = rcode(rng),
        10..13 => entry.rcode_a = rcode(rng),
        13..16 => entry.rcode_aaaa = rcode(rng),
        16..21 => entry.cname = Some(rng.pick(&NAMES).into()),
        21 => entry.drop = true,
        _ => {}
    }
    if rng.chance(70) {
        entry.a = (0..rng.below(4)).map(|_| rng.pick(&V4).to_owned()).collect();
    }
    if rng.chance(70) {
        entry.aaaa = (0..rng.below(4)).map(|_| rng.pick(&V6).to_owned()).collect();
    }
    entry
}
