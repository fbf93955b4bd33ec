//! # hosts.conflicting-addresses — a name has two addresses of one family
//!
//! ## What it means
//! Two lines give one name different IPv4 addresses, or different IPv6 addresses. Mostly the later line was
//! appended when the address changed, and the earlier one stayed.
//!
//! ## Who is hit
//! glibc with `multi on`, musl, Go and Java deliver all of them, and sort them by rules that know nothing of
//! which one is right: a dead one may be tried first, for seconds. glibc without `multi on`, Chromium and
//! netty take the first line, gevent and eventlet the last one, systemd-resolved since 254 may answer with
//! any. If all of them mean this machine (0.0.0.0 and 127.0.0.1 in blocklists) it is a note.
//!
//! ## Example
//! ```text
//! 10.0.0.5 api.internal
//! 10.0.0.7 api.internal
//! ```
//!
//! ## Repair
//! Keep the line with the right address.
//!
//! ## Not a repair
//! Moving the right line to the top: glibc and musl sort, whatever the order in the file.
//!
//! ## References
//! - https://github.com/docker/for-win/issues/5855
//! - https://github.com/devopsgroup-io/vagrant-hostmanager/issues/44
//! - https://github.com/systemd/systemd/issues/35479

use super::super::facts::{hosts_row, in_hosts};
use super::super::hosts_line::{self, is_sink};
use super::super::tally::Tally;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use hosts_edit::{Listed, dialect::Picks};
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.conflicting-addresses",
    severity: Severity::Warning,
    title: "a name has two addresses of one family",
    references: &[
        "https://github.com/docker/for-win/issues/5855",
        "https://github.com/devopsgroup-io/vagrant-hostmanager/issues/44",
        "https://github.com/systemd/systemd/issues/35479",
    ],
    source: include_str!("conflicting_addresses.rs"),
    check,
};

/// Places that one finding shows beside the first.
const SHOWN: usize = 4;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for places in names(ctx) {
        tally.add(|| tell(ctx, &places));
    }
    tally.finish(&RULE, out);
}

/// For each name with several addresses of one family: its places, each with an address that it had not before.
fn names(ctx: &Context<'_>) -> Vec<Vec<Listed>> {
    let mut by_name: BTreeMap<usize, Vec<Listed>> = BTreeMap::new();
    let mut known: HashSet<(usize, IpAddr)> = HashSet::new();
    let localhost = |listed: &Listed| {
        ctx.machine.hosts.value.bytes()[listed.span.clone()].eq_ignore_ascii_case(b"localhost")
    };
    for (first, again) in ctx.names().repeats() {
        // Stock files of older macOS give localhost a link-local address beside ::1.
        if is_link_local(again.address) && localhost(&again) {
            continue;
        }
        let name = first.span.start;
        if first.address != again.address && known.insert((name, again.address)) {
            by_name.entry(name).or_insert_with(|| vec![first]).push(again);
        }
    }
    let clashes = |places: &Vec<Listed>| {
        let of = |v4: bool| places.iter().filter(|p| p.address.is_ipv4() == v4).count();
        of(true) > 1 || of(false) > 1
    };
    // A machine in two networks has two addresses of its own, and its container engine lists both.
    let foreign = |places: &Vec<Listed>| places.iter().any(|p| ctx.machine.interface_of(p.address).is_none());
    by_name.into_values().filter(|p| clashes(p) && foreign(p)).collect()
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(a) if a.is_unicast_link_local())
}

fn tell(ctx: &Context<'_>, places: &[Listed]) -> Finding {
    let family = [true, false].into_iter().find(|v4| of(places, *v4).count() > 1).unwrap_or(true);
    let clash: Vec<&Listed> = of(places, family).collect();
    let name = String::from_utf8_lossy(&ctx.machine.hosts.value.bytes()[clash[0].span.clone()]).into_owned();
    let word = if family { "IPv4" } else { "IPv6" };
    let addresses: Vec<IpAddr> = clash.iter().map(|p| p.address).collect();
    let mut finding = RULE.finding(format!("`{name}` has {} {word} addresses", addresses.len()));
    if addresses.iter().all(|a| is_sink(*a)) {
        finding.severity = Severity::Note;
    }
    let first = clash[0];
    finding.locations.push(in_hosts(ctx.machine, clash[1].span.clone(), clash[1].address.to_string()));
    let others = clash.iter().skip(2).chain([&first]).take(SHOWN);
    finding
        .locations
        .extend(others.map(|p| in_hosts(ctx.machine, p.span.clone(), p.address.to_string()).secondary()));
    finding.evidence.extend(clash.iter().take(SHOWN).map(|p| hosts_row(ctx.machine, p.line)));
    for reader in &ctx.readers {
        finding.evidence.push(Evidence::new(format!("{} {}", reader.label, takes(ctx, reader)), reader.cite));
    }
    if let Some(line) = ctx.machine.hosts.value.line(clash[1].line) {
        finding.remedies.push(hosts_line::without(ctx, &line, std::slice::from_ref(&clash[1].span)));
    }
    finding
}

fn of(places: &[Listed], v4: bool) -> impl Iterator<Item = &Listed> {
    places.iter().filter(move |p| p.address.is_ipv4() == v4)
}

fn takes(ctx: &Context<'_>, reader: &hosts_edit::Dialect) -> &'static str {
    let multi_off = ctx.machine.host_conf.state.is_read() && !ctx.machine.host_conf.value.multi;
    match reader.picks {
        Picks::All if reader.id.starts_with("glibc") && multi_off => "takes the first line (multi off)",
        Picks::FirstV4First | Picks::FirstV6First | Picks::OneV4First => "takes the first line",
        Picks::LastV4First => "takes the last line",
        _ => "takes all of them",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{CHROMIUM, GEVENT};

    const CODE: &str = "hosts.conflicting-addresses";

    #[test]
    fn two_lines_of_one_family_are_told_once() {
        let bench = debian().lines("10.0.0.5 api.internal api\n10.0.0.7 API.internal\n10.0.0.7 x\n::5 api\n");
        let found = bench.one(CODE);
        assert_eq!(found.title, "`api.internal` has 2 IPv4 addresses");
        assert_eq!(found.locations.iter().map(|l| l.line).collect::<Vec<_>>(), [4, 3]);
        assert!(bench.repaired(CODE).contains("\n# 10.0.0.7 API.internal\n"));
    }

    #[test]
    fn readers_tell_what_they_take() {
        let found = debian().lines("10.0.0.5 a\n10.0.0.7 a\n").check(CODE, &[&CHROMIUM, &GEVENT]);
        let said: Vec<_> = found[0].evidence.iter().skip(2).map(|e| e.text.as_str()).collect();
        assert_eq!(said, ["Chromium (built-in resolver) takes the first line", "gevent takes the last line"]);
    }

    #[test]
    fn addresses_that_all_mean_this_machine_are_a_note() {
        let bench = debian().lines("0.0.0.0 ads.example.org\n127.0.0.1 ads.example.org\n");
        assert_eq!(bench.one(CODE).severity, Severity::Note);
    }

    #[test]
    fn own_addresses_of_two_networks_are_none() {
        let bench = debian().lines("192.0.2.10 devbox\n198.51.100.3 devbox\n");
        assert_eq!(bench.check(CODE, &[]).len(), 1);
        assert!(bench.address("198.51.100.3").is_quiet(CODE));
    }

    #[test]
    fn one_of_each_family_and_the_stock_lines_are_none() {
        assert!(debian().lines("10.0.0.5 a\n2001:db8::5 a\nfe80::1 localhost\n10.0.0.5 a\n").is_quiet(CODE));
    }
}
