//! # resolve.localhost-via-dns — a DNS server answers localhost
//!
//! ## What it means
//! The address of localhost comes from DNS, under its own name or with a search domain behind it, and not
//! from this machine.
//!
//! ## Who is hit
//! Every program that uses the C library depends on the network for localhost: it waits when the server is
//! slow, fails when it is gone, and goes wherever the server says. musl asks DNS as well; browsers and curl
//! do not.
//!
//! ## Example
//! ```text
//! $ cat /etc/resolv.conf
//! nameserver 192.0.2.53
//! search corp.example
//! ```
//! With no localhost line in /etc/hosts, the first question is `localhost.corp.example`.
//!
//! ## Repair
//! Give localhost its line in /etc/hosts and have the hosts file asked first.
//!
//! ## Not a repair
//! Another DNS server that answers 127.0.0.1: the name must not leave the machine (RFC 6761).
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://github.com/kubernetes/kubeadm/issues/226

use super::super::facts::{in_hosts, list, localhost_supplier};
use super::super::{Context, Rule, localhost_before_dns};
use crate::finding::{Evidence, Finding, Severity};
use crate::resolve::{self, Answer, Query, Source, Status};
use crate::snapshot::LiveOutcome;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "resolve.localhost-via-dns",
    severity: Severity::Warning,
    title: "a DNS server answers localhost",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://github.com/kubernetes/kubeadm/issues/226",
    ],
    source: include_str!("localhost_via_dns.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (true, Some(answer)) = (ctx.asks_localhost(), ctx.glibc()) else { return };
    let evidence = from_dns(answer).or_else(|| live_through_dns(ctx, answer));
    let Some(evidence) = evidence else { return };
    let mut finding = RULE.finding("a DNS server answers localhost");
    finding.locations.push(in_hosts(ctx.machine, 0..0, "has no answer for localhost"));
    finding.evidence = evidence;
    finding.remedies = localhost_before_dns(ctx);
    out.push(finding);
}

fn from_dns(answer: &Answer) -> Option<Vec<Evidence>> {
    let dns = answer.addresses.iter().filter(|r| matches!(r.from, Source::Dns { .. }));
    let rows: Vec<Evidence> =
        dns.map(|r| Evidence::new(format!("localhost is {}", r.address), r.from.to_string())).collect();
    (!rows.is_empty()).then_some(rows)
}

/// Nothing is recorded of the server's answers, but the walk asks DNS and an address came back.
fn live_through_dns(ctx: &Context<'_>, answer: &Answer) -> Option<Vec<Evidence>> {
    let LiveOutcome::Found(addresses) = &ctx.live()?.outcome else { return None };
    // systemd-resolved, whose answer is not computable either, knows localhost by itself.
    if answer.status != Status::Unknown || localhost_supplier(ctx).is_some() {
        return None;
    }
    let questions = resolve::dns_questions(ctx.machine, &Query::any(&ctx.target.name));
    if questions.is_empty() {
        return None;
    }
    let asked: Vec<String> = questions.into_iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    let found: Vec<IpAddr> = addresses.iter().map(|a| a.address).collect();
    Some(vec![
        Evidence::new(format!("asked: {}", asked.join(", ")), "walk of the services"),
        Evidence::new(format!("localhost is {}", list(&found)), "getaddrinfo, live"),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.localhost-via-dns";

    #[test]
    fn an_answer_of_the_search_domain_is_told() {
        let bench = debian()
            .file("/etc/hosts", "192.0.2.10 devbox\n")
            .file("/etc/resolv.conf", "nameserver 127.0.0.1\nsearch corp.example\n")
            .dns("localhost.corp.example", "10.168.91.198");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(found.evidence[0].text, "localhost is 10.168.91.198");
        assert!(bench.of("resolve.localhost-foreign", "localhost").is_some());
        assert_eq!(bench.file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
    }
}
