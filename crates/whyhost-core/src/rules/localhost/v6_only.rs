//! # hosts.localhost-v6-only — the hosts file gives localhost an IPv6 address only
//!
//! ## What it means
//! localhost has ::1 and no 127.0.0.1 in /etc/hosts.
//!
//! ## Who is hit
//! Programs that ask for any family get ::1 alone and never try 127.0.0.1, where most servers listen. glibc
//! turns the line into 127.0.0.1 for programs that ask for IPv4 alone (redis-cli, Perl's IO::Socket::INET),
//! musl has no answer for them. On a machine without IPv6, localhost is out of reach.
//!
//! ## Example
//! ```text
//! ::1 localhost ip6-localhost ip6-loopback
//! ```
//!
//! ## Repair
//! Add `127.0.0.1 localhost`.
//!
//! ## Not a repair
//! Replacing ::1 by 127.0.0.1: servers that listen on ::1 vanish instead.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3

use super::super::edit;
use super::super::facts::{
    LOCALHOST, hosts_reach, hosts_row, in_hosts, list, localhost_addresses, localhost_supplier,
};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::resolve::stage::files::multi;

pub(super) const RULE: Rule = Rule {
    code: "hosts.localhost-v6-only",
    severity: Severity::Warning,
    title: "the hosts file gives localhost an IPv6 address only",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
    ],
    source: include_str!("v6_only.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let lines = ctx.localhost_lines();
    let Some(v6) = lines.iter().find(|l| l.address.is_ipv6() && l.address.is_loopback()) else {
        return;
    };
    if lines.iter().any(|l| l.address.to_canonical().is_ipv4()) {
        return;
    }
    let answer = localhost_addresses(ctx);
    // Another service may supply 127.0.0.1 before the hosts file is asked, also one whose answer cannot be computed.
    let supplied = match &answer {
        Some(addresses) => addresses.iter().any(|a| a.is_ipv4() && a.is_loopback()),
        None => localhost_supplier(ctx).is_some(),
    };
    if supplied {
        return;
    }
    let mut finding = RULE.finding(format!("{} gives localhost an IPv6 address only", machine.hosts.path));
    finding.locations.push(in_hosts(machine, v6.name_span.clone(), "IPv6 only"));
    finding.evidence.push(hosts_row(machine, v6.line));
    if let Some(addresses) = answer {
        finding.evidence.push(Evidence::new(format!("localhost gets {}", list(&addresses)), "getaddrinfo"));
    }
    // With `multi off` only the first matching line counts: a line above would take ::1 away.
    let line = v6.line + usize::from(!multi(machine));
    let file = &machine.hosts.value;
    let edits = edit::hosts(file, |set| set.insert_entry(file, line, "127.0.0.1", &[LOCALHOST]));
    let path = &machine.hosts.path;
    let add = edits.map(|e| {
        let title = format!("add `127.0.0.1 localhost` to {path}");
        remedy::edits(title, Applicability::Safe, hosts_reach(machine), path, e)
    });
    finding.remedies.extend(add);
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.localhost-v6-only";

    #[test]
    fn the_v4_line_is_added_where_it_counts() {
        let bench = debian().file("/etc/hosts", "::1 localhost\n");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(bench.after(&found.remedies[0]), "127.0.0.1 localhost\n::1 localhost\n");
        let bench = bench.absent("/etc/host.conf");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(bench.after(&found.remedies[0]), "::1 localhost\n127.0.0.1 localhost\n");
    }

    #[test]
    fn both_families_or_another_supplier_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        let bench = debian().file("/etc/hosts", "::1 localhost\n");
        let nss = bench.file("/etc/nsswitch.conf", "hosts: myhostname files dns\n");
        assert_eq!(nss.of(CODE, "localhost"), None);
    }
}
