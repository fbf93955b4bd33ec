//! # resolve.localhost-foreign — localhost resolves to another machine
//!
//! ## What it means
//! An address that getaddrinfo gives for localhost is neither loopback nor on any interface of this
//! machine.
//!
//! ## Who is hit
//! Clients send to a stranger what is meant for this machine: passwords, cookies, database queries. Servers
//! told to listen on localhost fail with "Cannot assign requested address" (etcd and kubeadm are known for
//! it).
//!
//! ## Example
//! /etc/hosts has no localhost line, and the search domain has a record:
//! ```text
//! localhost.corp.example. A 10.168.91.198
//! ```
//!
//! ## Repair
//! Give localhost its line in /etc/hosts, have the hosts file asked first, and have the record removed from
//! DNS.
//!
//! ## Not a repair
//! A firewall rule for the foreign address: localhost still does not reach this machine.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://github.com/kubernetes/kubernetes/issues/57709
//! - https://github.com/etcd-io/etcd/issues/9070

use super::super::facts::{in_hosts, list};
use super::super::{Context, Rule, localhost_before_dns};
use crate::finding::{Evidence, Finding, Severity};
use crate::reach;
use crate::resolve::Status;
use crate::snapshot::{LiveOutcome, ScopedAddr};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "resolve.localhost-foreign",
    severity: Severity::Error,
    title: "localhost resolves to another machine",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://github.com/kubernetes/kubernetes/issues/57709",
        "https://github.com/etcd-io/etcd/issues/9070",
    ],
    source: include_str!("localhost_foreign.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if !ctx.asks_localhost() {
        return;
    }
    let rows: Vec<(ScopedAddr, String)> = answered(ctx);
    let foreign = rows.iter().filter(|(a, _)| !reach::is_own(ctx.machine, *a));
    let foreign: Vec<&(ScopedAddr, String)> = foreign.collect();
    if foreign.is_empty() {
        return;
    }
    let addresses: Vec<IpAddr> = foreign.iter().map(|(a, _)| a.address).collect();
    let mut finding = RULE.finding(format!("localhost resolves to another machine: {}", list(&addresses)));
    finding.locations.push(in_hosts(ctx.machine, 0..0, "read for localhost"));
    finding.evidence.extend(
        foreign.iter().map(|(address, source)| Evidence::new(format!("localhost is {address}"), source)),
    );
    finding.remedies = localhost_before_dns(ctx);
    out.push(finding);
}

/// Addresses with their source: the model's, or the live ones where the model could not tell.
fn answered(ctx: &Context<'_>) -> Vec<(ScopedAddr, String)> {
    let model = ctx.glibc().filter(|a| a.status != Status::Unknown);
    match (model, ctx.live().map(|l| &l.outcome)) {
        (Some(answer), _) => answer.addresses.iter().map(|r| (r.address, r.from.to_string())).collect(),
        (None, Some(LiveOutcome::Found(all))) => {
            all.iter().map(|a| (*a, "getaddrinfo, live".to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.localhost-foreign";

    #[test]
    fn an_address_of_no_interface_is_foreign() {
        let found = debian().file("/etc/hosts", "172.0.0.1 localhost\n").of(CODE, "localhost");
        assert_eq!(found.expect("finding").title, "localhost resolves to another machine: 172.0.0.1");
        for own in ["127.0.0.1", "192.0.2.10", "0.0.0.0"] {
            let bench = debian().file("/etc/hosts", &format!("{own} localhost\n"));
            assert_eq!(bench.of(CODE, "localhost"), None, "{own}");
        }
    }
}
