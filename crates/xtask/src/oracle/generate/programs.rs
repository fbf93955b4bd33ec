//! Random machines for programs: as [`super::plan`], with more of what programs differ in (several addresses for one
//! name, IPv6 in all its states) and a server.

use super::{Vocabulary, conf, hosts, zone};
use crate::oracle::plan::{Change, Plan, Question};
use crate::oracle::rng::Rng;
use crate::recorded::{Bytes, live::Bind};
use std::collections::BTreeMap;
use whyhost_core::snapshot::Family;

/// Names of lines and questions.
const NAMES: [&str; 10] = [
    "localhost",
    "localhost",
    "localhost",
    "localhost",
    "foo.localhost",
    "ip6-localhost",
    "box",
    "alpha",
    "gamma.test",
    "a-b.test",
];
/// Spellings that only questions have.
const SPELLINGS: [&str; 6] = ["LOCALHOST", "LocalHost", "localhost.", "Gamma.Test", "gamma.test.", "missing"];
/// Addresses of lines, most of them the machine's own.
const ADDRESSES: [&str; 20] = [
    "127.0.0.1",
    "127.0.0.1",
    "127.0.0.1",
    "127.0.0.1",
    "::1",
    "::1",
    "::1",
    "::1",
    "127.0.0.2",
    "127.0.1.1",
    "::ffff:127.0.0.1",
    "0.0.0.0",
    "::",
    "10.0.0.5",
    "192.0.2.2",
    "2001:db8:1::1",
    "fd00::2",
    "fe80::2",
    "192.0.2.77",
    "2001:db8:1::77",
];

/// The machine of `seed`; its one question is the name that every program is given.
pub(crate) fn plan(seed: u64, vocabulary: &Vocabulary) -> Plan {
    let mut rng = Rng::new(seed);
    let rng = &mut rng;
    let files = [
        ("hosts", hosts_file(rng)),
        ("nsswitch.conf", nsswitch(rng, vocabulary)),
        ("gai.conf", conf::gai(rng, vocabulary)),
        ("host.conf", if rng.chance(85) { Some(b"multi on\n".to_vec()) } else { conf::host_conf(rng) }),
        ("resolv.conf", resolv(rng)),
    ];
    let etc = files.map(|(name, bytes)| (name.to_owned(), bytes.map(|b| Bytes::new(&b))));
    Plan {
        seed,
        etc: BTreeMap::from(etc),
        hostname: "box".into(),
        env: BTreeMap::new(),
        network: network(rng),
        dns: (!rng.chance(10)).then(|| {
            let mut zone = zone(rng);
            zone.values_mut().for_each(|entry| entry.drop = false);
            zone
        }),
        queries: vec![question(rng)],
        server: server(rng),
    }
}

fn question(rng: &mut Rng) -> Question {
    let name = if rng.chance(15) { rng.pick(&SPELLINGS) } else { rng.pick(&NAMES) };
    Question { name: name.into(), family: Family::Any, flags: String::new() }
}

fn hosts_file(rng: &mut Rng) -> Option<Vec<u8>> {
    match rng.below(100) {
        0..15 => return hosts::file(rng),
        15..35 => {
            return Some(
                b"127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 box\n".into(),
            );
        }
        _ => {}
    }
    let mut text = String::new();
    for _ in 0..=rng.below(6) {
        let mut names: Vec<&str> = (0..=rng.below(2)).map(|_| rng.pick(&NAMES)).collect();
        names.dedup();
        let blank = rng.pick(&[" ", " ", "\t"]);
        text.push_str(rng.pick(&ADDRESSES));
        text.push_str(blank);
        text.push_str(&names.join(blank));
        if rng.chance(8) {
            text.push_str(" # note");
        }
        text.push('\n');
    }
    Some(text.into_bytes())
}

fn nsswitch(rng: &mut Rng, vocabulary: &Vocabulary) -> Option<Vec<u8>> {
    const USUAL: [&str; 4] = ["files dns", "files dns", "files myhostname dns", "files dns myhostname"];
    match rng.below(100) {
        0..70 => Some(format!("passwd: files\nhosts: {}\n", rng.pick(&USUAL)).into_bytes()),
        _ => conf::nsswitch(rng, vocabulary),
    }
}

fn resolv(rng: &mut Rng) -> Option<Vec<u8>> {
    if rng.chance(25) {
        conf::resolv(rng)
    } else {
        Some(b"nameserver 127.0.0.1\noptions timeout:1 attempts:1\n".into())
    }
}

fn network(rng: &mut Rng) -> Vec<Change> {
    let ip = |text: &str| Change::Ip(text.to_owned());
    let mut all = Vec::new();
    let (v4, v6, link_local) = match rng.below(100) {
        0..30 => (true, true, true),
        30..55 => (true, false, false),
        55..70 => (true, false, true),
        70..80 => (false, true, true),
        80..85 => (false, false, true),
        _ => (false, false, false),
    };
    if v4 || v6 || link_local {
        all.extend([
            ip("link add v0 type veth peer name v0p"),
            ip("link set v0p up"),
            // A packet to an address that nobody has leaves at once, and is seen, instead of a question for the neighbour.
            ip("link set v0 arp off"),
            ip("link set v0 up"),
        ]);
    }
    if v4 {
        all.push(ip(rng.pick(&["addr add 10.0.0.5/8 dev v0", "addr add 192.0.2.2/24 dev v0"])));
    }
    if v6 {
        all.push(ip(
            rng.pick(&["addr add 2001:db8:1::1/64 dev v0 nodad", "addr add fd00::2/64 dev v0 nodad"])
        ));
    }
    if link_local {
        all.push(ip("addr add fe80::2/64 dev v0 nodad"));
    }
    if v4 && rng.chance(60) {
        all.push(ip("route add default dev v0"));
    }
    if v6 && rng.chance(60) {
        all.push(ip("-6 route add default dev v0"));
    }
    switches(rng, &mut all);
    all
}

fn switches(rng: &mut Rng, all: &mut Vec<Change>) {
    const SWITCHES: [&str; 4] = [
        "ipv6/conf/all/disable_ipv6",
        "ipv6/conf/lo/disable_ipv6",
        "ipv6/conf/default/disable_ipv6",
        "ipv6/bindv6only",
    ];
    if rng.chance(20) {
        all.push(Change::Sysctl(rng.pick(&SWITCHES).into(), 1));
    }
    match rng.below(100) {
        0..4 => all.push(Change::Ip("addr del ::1/128 dev lo".into())),
        4 => all.push(Change::Ip("addr del 127.0.0.1/8 dev lo".into())),
        _ => {}
    }
}

fn server(rng: &mut Rng) -> Vec<Bind> {
    let bind = |text: &str, v6only| text.parse().map(|address| Bind { address, v6only });
    let binds = match rng.below(100) {
        0..18 => vec![bind("127.0.0.1", None)],
        18..36 => vec![bind("::1", None)],
        36..46 => vec![bind("0.0.0.0", None)],
        46..58 => vec![bind("::", None)],
        58..64 => vec![bind("::", Some(true))],
        64..70 => vec![bind("::", Some(false))],
        70..78 => vec![bind("127.0.0.1", None), bind("::1", None)],
        78..82 => vec![bind("127.0.0.2", None)],
        82..85 => vec![bind("127.0.1.1", None)],
        _ => Vec::new(),
    };
    binds.into_iter().flatten().collect()
}
