//! # firewall.loopback-blocked — a packet filter drops loopback
//!
//! ## What it means
//! A connection from the machine to itself over an ephemeral port got no answer, although the interface lo is
//! up and has the address. Only a packet filter does that: a default of drop without a rule that accepts what
//! comes by lo, rules for one family, a VPN that blocks everything else.
//!
//! ## Who is hit
//! Everything local over that family: programs hang until their own limit. Where only ::1 is dropped, programs
//! that take it first wait before they go on to 127.0.0.1; those that try one address fail.
//!
//! ## Example
//! ```text
//! $ curl -6 --max-time 3 http://localhost:3000/
//! curl: (28) Connection timed out
//! $ curl -4 http://localhost:3000/
//! 200 OK
//! ```
//!
//! ## Repair
//! Accept what comes by the interface lo, for both families, as the first rule:
//! `sudo nft insert rule inet filter input iif lo accept`, or with ufw, firewalld and VPN clients their own
//! setting.
//!
//! ## Not a repair
//! Switching IPv6 off for the machine: programs that have ::1 in their configuration lose it. Opening single
//! ports on lo: every program uses others.
//!
//! ## References
//! - https://wiki.nftables.org/wiki-nftables/index.php/Simple_ruleset_for_a_workstation
//! - https://github.com/ProtonVPN/protonvpn-cli/issues/117
//! - https://github.com/python/cpython/issues/104618

use super::super::facts::is_loopback;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use super::blocked_families;
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::machine::Machine;
use crate::snapshot::{FilterChain, LoopbackKind, ProbeOutcome};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "firewall.loopback-blocked",
    severity: Severity::Error,
    title: "a packet filter drops loopback",
    references: &[
        "https://wiki.nftables.org/wiki-nftables/index.php/Simple_ruleset_for_a_workstation",
        "https://github.com/ProtonVPN/protonvpn-cli/issues/117",
        "https://github.com/python/cpython/issues/104618",
    ],
    source: include_str!("loopback_blocked.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let mut blocked = blocked_families(machine);
    if !ctx.asks_localhost() {
        let asked = ctx.destinations();
        blocked.retain(|b| asked.iter().any(|d| is_loopback(d.address) && is_v4(d.address) == is_v4(*b)));
    }
    let [first, ..] = blocked.as_slice() else { return };
    let names = blocked.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(" and ");
    let mut finding = RULE.finding(format!("packets from this machine to itself over {names} are dropped"));
    finding.message =
        works(machine).map(|other| format!("{other} works: programs that take {first} first hang"));
    let tests = machine.raw.live.loopback.iter().filter(|t| t.kind == LoopbackKind::Tcp);
    finding.evidence.extend(tests.map(|t| {
        let how = if t.outcome == ProbeOutcome::Open { "answered" } else { "no answer" };
        Evidence::new(format!("a byte there and back over {}: {how}", t.address), "loopback test")
    }));
    finding.evidence.extend(machine.raw.packet_filter.iter().flatten().map(row));
    finding.remedies = remedies(machine);
    out.push(finding);
}

fn is_v4(address: IpAddr) -> bool {
    address.to_canonical().is_ipv4()
}

fn works(machine: &Machine) -> Option<IpAddr> {
    let tests = machine.raw.live.loopback.iter();
    let open =
        |t: &&crate::snapshot::LoopbackTest| t.kind == LoopbackKind::Tcp && t.outcome == ProbeOutcome::Open;
    tests.into_iter().find(open).map(|t| t.address)
}

fn row(chain: &FilterChain) -> Evidence {
    let FilterChain { family, table, chain: name, hook, policy, rules } = chain;
    Evidence::new(
        format!("{family} {table} {name}: hook {hook}, policy {policy}, {rules} rules"),
        "packet filter",
    )
}

fn remedies(machine: &Machine) -> Vec<remedy::Remedy> {
    let inputs =
        machine.raw.packet_filter.iter().flatten().filter(|c| c.hook == "input" && c.policy != "unknown");
    let commands: Vec<String> = inputs
        .map(|c| format!("sudo nft insert rule {} {} {} iif lo accept", c.family, c.table, c.chain))
        .collect();
    let lines: Vec<&str> = commands.iter().map(String::as_str).collect();
    let title = "accept what comes by the interface lo, before every other rule";
    let mut all = Vec::new();
    if !lines.is_empty() {
        all.push(remedy::command(title, Applicability::Unsafe, WHOLE_MACHINE, &lines));
    }
    all.push(remedy::advice(
        "write the same into what sets the rules up, so that it stays",
        WHOLE_MACHINE,
        "/etc/nftables.conf, ufw's before.rules, firewalld's zone trusted with the interface lo, or the VPN client's \
         setting for local traffic; for both families",
    ));
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{debian, loopback_test};
    use crate::snapshot::{
        FilterChain,
        ProbeOutcome::{Open, TimedOut},
    };

    const CODE: &str = "firewall.loopback-blocked";

    #[test]
    fn the_family_that_is_dropped_is_named() {
        let bench = debian().snapshot(|s| {
            s.live.loopback = vec![loopback_test("127.0.0.1", Open), loopback_test("::1", TimedOut)];
            let text = |t: &str| t.to_owned();
            s.packet_filter = Some(vec![FilterChain {
                family: text("ip6"),
                table: text("filter"),
                chain: text("input"),
                hook: text("input"),
                policy: text("drop"),
                rules: 2,
            }]);
        });
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(found.title, "packets from this machine to itself over ::1 are dropped");
        assert_eq!(found.message.as_deref(), Some("127.0.0.1 works: programs that take ::1 first hang"));
        assert_eq!(found.remedies.len(), 2);
        assert!(bench.of(CODE, "[::1]:80").is_some());
        assert_eq!(bench.of(CODE, "127.0.0.1:80"), None);
        assert_eq!(bench.lo_down().of(CODE, "localhost"), None);
        let healthy = debian().snapshot(|s| s.live.loopback = vec![loopback_test("::1", Open)]);
        assert_eq!(healthy.of(CODE, "localhost"), None);
    }
}
