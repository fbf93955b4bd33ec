//! # dns.rebind-filter — a DNS server holds back an address of this machine or of the own network
//!
//! ## What it means
//! The name has a loopback or private address in DNS, and a server gives no address for it: a guard against DNS
//! rebinding takes such addresses out of answers. It is known of names that exist for this purpose (`localtest.me`,
//! `lvh.me`, `nip.io`, `localhost.direct`, `localhost.localstack.cloud`), and where another server gives the address.
//!
//! ## Who is hit
//! Everyone behind that server (home routers such as the Fritz!Box, Google Wifi, NextDNS, OpenDNS): "could not
//! resolve host", while it works for colleagues elsewhere.
//!
//! ## Example
//! ```text
//! $ dig +short app.localtest.me @192.0.2.1
//! $ dig +short app.localtest.me @9.9.9.9
//! 127.0.0.1
//! ```
//!
//! ## Repair
//! A line in the hosts file for each name that is used, or an exception for the domain in the router or service. For
//! new projects a name below `.localhost` needs no server.
//!
//! ## Not a repair
//! Switching the guard off as a whole: it protects devices of the network from web pages.
//!
//! ## References
//! - https://github.com/localtest-dot-me/localtest-dot-me.github.com/issues/7
//! - https://github.com/localstack/localstack/issues/8625
//! - https://github.com/exentriquesolutions/nip.io/issues/9

use super::super::remedy;
use super::super::{Context, Rule, facts, hosts_line};
use crate::finding::{Evidence, Finding, Severity};
use crate::snapshot::Observation;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "dns.rebind-filter",
    severity: Severity::Warning,
    title: "a DNS server holds back an address of this machine or of the own network",
    references: &[
        "https://github.com/localtest-dot-me/localtest-dot-me.github.com/issues/7",
        "https://github.com/localstack/localstack/issues/8625",
        "https://github.com/exentriquesolutions/nip.io/issues/9",
    ],
    source: include_str!("rebind_filter.rs"),
    check,
};

/// Public names of which every one below leads to this machine (nip.io: to the address in the name).
const KNOWN: [&str; 5] =
    ["localtest.me", "lvh.me", "nip.io", "localhost.direct", "localhost.localstack.cloud"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let name = ctx.target.name.strip_suffix('.').unwrap_or(&ctx.target.name);
    let found = ctx.answers.first().is_some_and(|a| !a.addresses.is_empty());
    if ctx.target.literal.is_some() || found || !hosts_line::is_public(name.as_bytes()) {
        return;
    }
    let own = |o: &&Observation| o.kind == "A" && o.name.trim_end_matches('.').eq_ignore_ascii_case(name);
    let answers: Vec<&Observation> = ctx.machine.raw.live.dns.iter().filter(own).collect();
    let (held, given): (Vec<&&Observation>, Vec<&&Observation>) =
        answers.iter().filter(|o| has_private(o) || is_held_back(o)).partition(|o| is_held_back(o));
    let Some(first) = held.first() else { return };
    if given.is_empty() && !is_known(name) {
        return;
    }
    let mut finding =
        RULE.finding(format!("{} gives no address for {name}, which has a private one", first.server));
    for observation in held.iter().chain(&given) {
        let said = match observation.records.as_slice() {
            [] => format!("{} without records", observation.rcode),
            records => records.join(", "),
        };
        finding
            .evidence
            .push(Evidence::new(format!("{name} A: {said}"), format!("DNS {}", observation.server)));
    }
    finding.remedies.push(remedy::advice(
        format!("give {name} a line in {}, or the domain an exception in the router", ctx.machine.hosts.path),
        facts::hosts_reach(ctx.machine),
        "one line for each name that is used, with the address that the name has in DNS (mostly 127.0.0.1); for new \
         projects a name below .localhost needs no server",
    ));
    out.push(finding);
}

fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|known| {
        let front = name.len().checked_sub(known.len());
        front.is_some_and(|at| {
            name.as_bytes()[at..].eq_ignore_ascii_case(known.as_bytes())
                && (at == 0 || name.as_bytes()[at - 1] == b'.')
        })
    })
}

/// Guards answer without records, with NXDOMAIN, or refuse (dnsmasq `--stop-dns-rebind`; unbound `private-address`).
fn is_held_back(o: &Observation) -> bool {
    o.records.iter().all(|r| r.parse::<IpAddr>().is_err())
        && ["NOERROR", "NXDOMAIN", "REFUSED"].contains(&o.rcode.as_str())
}

fn has_private(o: &Observation) -> bool {
    let addresses = o.records.iter().filter_map(|r| r.parse::<IpAddr>().ok());
    addresses.into_iter().any(|a| match a {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "dns.rebind-filter";

    #[test]
    fn a_known_name_without_address_is_enough() {
        for name in ["localtest.me", "app.LocalTest.me", "127.0.0.1.nip.io"] {
            for code in ["NOERROR", "NXDOMAIN", "REFUSED"] {
                let found = debian().dns_code("192.0.2.53:53", name, code).of(CODE, name);
                assert!(
                    found.expect(code).title.starts_with("192.0.2.53:53 gives no address"),
                    "{name} {code}"
                );
            }
        }
    }

    #[test]
    fn of_other_names_another_server_must_know_better() {
        let filtered = debian().dns_code("192.0.2.53:53", "nas.corp.net", "NOERROR");
        assert_eq!(filtered.of(CODE, "nas.corp.net"), None);
        let both = filtered.dns_at("198.51.100.53:53", "nas.corp.net", "10.0.0.9");
        // The second server is asked by nobody here: the look-up takes what the first one says.
        let found = both.of(CODE, "nas.corp.net").expect("finding");
        assert_eq!(found.evidence[1].text, "nas.corp.net A: 10.0.0.9");
        let public = filtered.dns_at("198.51.100.53:53", "nas.corp.net", "203.0.113.9");
        assert_eq!(public.of(CODE, "nas.corp.net"), None);
    }

    #[test]
    fn a_line_of_the_hosts_file_or_a_failing_server_is_no_filter() {
        let line =
            debian().lines("127.0.0.1 localtest.me\n").dns_code("192.0.2.53:53", "localtest.me", "NOERROR");
        assert_eq!(line.of(CODE, "localtest.me"), None);
        let failing = debian().dns_code("192.0.2.53:53", "localtest.me", "SERVFAIL");
        assert_eq!(failing.of(CODE, "localtest.me"), None);
        let other = debian().dns_code("192.0.2.53:53", "notlocaltest.me", "NXDOMAIN");
        assert_eq!(other.of(CODE, "notlocaltest.me"), None);
    }
}
