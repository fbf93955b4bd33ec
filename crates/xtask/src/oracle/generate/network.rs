//! Random networks.

use crate::oracle::plan::Change;
use crate::oracle::rng::Rng;

/// Addresses of the two links, disjoint: one IPv4 address on two interfaces is a known deviation (docs/resolvers.md).
const LINKS: [(&str, [&str; 4], [&str; 7]); 2] = [
    (
        "v0",
        ["10.0.0.5/8", "192.0.2.2/24", "169.254.1.1/16", "198.51.100.1/30"],
        [
            "2001:db8:1::1/64",
            "2001:db8:1:0:8000::1/65",
            "fd00::2/64",
            "2001:0:1::1/32",
            "fec0::2/64",
            "fe80::2/64",
            "::2/120",
        ],
    ),
    (
        "v1",
        ["10.0.1.6/24", "203.0.113.4/32", "192.0.3.2/25", "172.16.4.1/16"],
        [
            "2001:db8:2::1/48",
            "fd01::3/8",
            "2002:c000:204::2/16",
            "2001:db8:ffff::9/128",
            "fe80::3/64",
            "fd00::99/128",
            "fe80::7/128",
        ],
    ),
];

/// The changes to a namespace where only `lo` is up.
pub(super) fn changes(rng: &mut Rng) -> Vec<Change> {
    let mut all = Vec::new();
    let links = [0, 0, 1, 1, 2][rng.below(5)];
    for (name, v4, v6) in &LINKS[..links] {
        link(rng, &mut all, name);
        addresses(rng, &mut all, name, v4, v6);
    }
    for (name, ..) in &LINKS[..links] {
        routes(rng, &mut all, name);
    }
    rare(rng, &mut all, links > 0);
    loopback(rng, &mut all);
    all
}

fn ip(text: impl Into<String>) -> Change {
    Change::Ip(text.into())
}

fn link(rng: &mut Rng, all: &mut Vec<Change>, name: &str) {
    all.push(ip(format!("link add {name} type veth peer name {name}p")));
    all.push(ip(format!("link set {name}p up")));
    if !rng.chance(3) {
        all.push(ip(format!("link set {name} up")));
    }
}

fn addresses(rng: &mut Rng, all: &mut Vec<Change>, name: &str, v4: &[&str], v6: &[&str]) {
    for address in v4 {
        if rng.chance(35) {
            all.push(ip(format!("addr add {address} dev {name}")));
        }
    }
    for address in v6 {
        if rng.chance(25) {
            let deprecated = if rng.chance(10) { " preferred_lft 0" } else { "" };
            all.push(ip(format!("addr add {address} dev {name} nodad{deprecated}")));
        }
    }
}

fn routes(rng: &mut Rng, all: &mut Vec<Change>, name: &str) {
    if rng.chance(40) {
        all.push(ip(format!("route add default dev {name}")));
    }
    if rng.chance(35) {
        all.push(ip(format!("-6 route add default dev {name}")));
    }
}

fn rare(rng: &mut Rng, all: &mut Vec<Change>, has_link: bool) {
    if rng.chance(3) && has_link {
        all.push(ip("addr add 10.8.0.6 peer 10.8.0.5 dev v0"));
    }
    if rng.chance(2) {
        all.push(ip("link add t0 type sit local 127.0.0.1 remote 192.0.2.1"));
        all.push(ip("link set t0 up"));
        all.push(ip("addr add 2002:c000:299::1/16 dev t0 nodad"));
    }
    let switches = ["ipv6/conf/lo/disable_ipv6", "ipv6/conf/all/disable_ipv6", "ipv6/bindv6only"];
    if rng.chance(9) {
        all.push(Change::Sysctl((rng.pick(&switches)).into(), 1));
    }
    if rng.chance(1) {
        all.push(Change::Sysctl("ipv6/conf/lo/disable_ipv6".into(), 0));
    }
}

fn loopback(rng: &mut Rng, all: &mut Vec<Change>) {
    const EXTRA: [&str; 5] =
        ["127.0.1.1/32", "10.0.0.9/32", "192.0.2.77/32", "2001:db8:2::5/128", "fd00::98/128"];
    if rng.chance(8) {
        let address = rng.pick(&EXTRA);
        let nodad = if address.contains(':') { " nodad" } else { "" };
        all.push(ip(format!("addr add {address} dev lo{nodad}")));
    }
    match rng.below(100) {
        0..6 => all.push(ip("addr del ::1/128 dev lo")),
        6..8 => {
            all.push(ip("addr add 127.0.0.2/8 dev lo"));
            all.push(ip("addr del 127.0.0.1/8 dev lo"));
        }
        8 => all.push(ip("addr del 127.0.0.1/8 dev lo")),
        9..12 => all.push(ip("link set lo down")),
        _ => {}
    }
}
