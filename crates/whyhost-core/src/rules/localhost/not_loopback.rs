//! # hosts.localhost-not-loopback — localhost points away from the loopback interface
//!
//! ## What it means
//! A line of /etc/hosts gives localhost an address that is neither in 127.0.0.0/8 nor ::1.
//!
//! ## Who is hit
//! Servers told to listen on localhost fail ("Cannot assign requested address" from Jupyter, etcd, Node) or
//! open a service to the network. Clients send what is meant for this machine to another one.
//! systemd-resolved gives no address at all for `0.0.0.0 localhost`; Chromium ignores the line and keeps
//! its own answer, so the browser misleads.
//!
//! ## Example
//! A typing error, 172 for 127:
//! ```text
//! 172.0.0.1 localhost
//! ```
//!
//! ## Repair
//! Correct the address, or take the name localhost off a line that belongs to another machine.
//!
//! ## Not a repair
//! A second, correct line below: programs get both addresses, and with `multi off` in host.conf only the
//! wrong one.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://github.com/jupyter/notebook/issues/4683
//! - https://github.com/jupyter/notebook/issues/5560

use super::super::edit;
use super::super::facts::{LOCALHOST, V4, V6, hosts_reach, hosts_row, in_hosts, is_loopback};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use crate::machine::Machine;
use hosts_edit::Place;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.localhost-not-loopback",
    severity: Severity::Error,
    title: "localhost points away from the loopback interface",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://github.com/jupyter/notebook/issues/4683",
        "https://github.com/jupyter/notebook/issues/5560",
    ],
    source: include_str!("not_loopback.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let lines = ctx.localhost_lines();
    let has_right_line = lines.iter().any(|l| is_loopback(l.address));
    for line in lines.iter().filter(|l| is_foreign(l.address)) {
        let address = line.address;
        let mut finding = RULE.finding(format!("localhost is {address}, which is no loopback address"));
        let label = format!("{} is not in 127.0.0.0/8 and not ::1", address);
        finding.locations.push(in_hosts(machine, line.address_span.clone(), label));
        finding.locations.push(in_hosts(machine, line.name_span.clone(), "the name").secondary());
        finding.evidence.push(hosts_row(machine, line.line));
        finding.remedies.extend(repair(machine, line, has_right_line));
        out.push(finding);
    }
}

/// `fe80::1 localhost` of old macOS files is link-local: another matter.
fn is_foreign(address: IpAddr) -> bool {
    let link_local = matches!(address, IpAddr::V6(a) if a.is_unicast_link_local());
    !is_loopback(address) && !link_local
}

fn repair(machine: &Machine, line: &Place, has_right_line: bool) -> Option<Remedy> {
    let right = if line.address.is_ipv6() { V6 } else { V4 }.to_string();
    let (file, number, path) = (&machine.hosts.value, line.line, &machine.hosts.path);
    let own = if has_right_line { "" } else { " and give it a line of its own" };
    let (title, edits) = match (line.names == 1, has_right_line) {
        (true, true) => (
            format!("turn line {number} of {path} into a comment"),
            edit::hosts(file, |set| set.comment_out(file, number)),
        ),
        (true, false) => (
            format!("write {right} for localhost in line {number} of {path}"),
            edit::hosts(file, |set| set.set_address(file, number, &right)),
        ),
        (false, _) => {
            let edits = edit::hosts(file, |set| {
                if !has_right_line {
                    set.insert_entry(file, number, &right, &[LOCALHOST])?;
                }
                set.remove_name(file, number, LOCALHOST)
            });
            (format!("take localhost off line {number} of {path}{own}"), edits)
        }
    };
    Some(remedy::edits(title, Applicability::Safe, hosts_reach(machine), path, edits?))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.localhost-not-loopback";

    #[test]
    fn each_shape_of_line_has_its_edit() {
        for (before, after) in [
            ("172.0.0.1 localhost\n", "127.0.0.1 localhost\n"),
            ("2001:db8::1 localhost\n", "::1 localhost\n"),
            ("127.0.0.1 localhost\n0.0.0.0 localhost\n", "127.0.0.1 localhost\n# 0.0.0.0 localhost\n"),
            ("192.0.2.1 devbox localhost", "127.0.0.1 localhost\n192.0.2.1 devbox"),
            (
                "127.0.0.1 localhost\r\n192.0.2.1 localhost devbox\r\n",
                "127.0.0.1 localhost\r\n192.0.2.1 devbox\r\n",
            ),
        ] {
            let bench = debian().file("/etc/hosts", before);
            let found = bench.of(CODE, "localhost").expect(before);
            assert_eq!(bench.after(&found.remedies[0]), after);
        }
    }

    #[test]
    fn the_place_is_exact() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\n  172.0.0.1\tlocalhost\n");
        let found = bench.of(CODE, "localhost").expect("finding");
        let at = &found.locations[0];
        assert_eq!((at.line, at.column, at.end_column), (2, 3, 12));
    }

    #[test]
    fn all_of_127_is_loopback() {
        assert_eq!(debian().file("/etc/hosts", "127.0.1.1 localhost\n").of(CODE, "localhost"), None);
    }
}
