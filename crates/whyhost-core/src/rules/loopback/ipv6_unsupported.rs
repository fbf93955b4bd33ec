//! # kernel.ipv6-unsupported — IPv6 sockets cannot be made, but localhost is ::1 in the hosts file
//!
//! ## What it means
//! `socket(AF_INET6)` fails with EAFNOSUPPORT: the kernel was booted with ipv6.disable=1, or a filter
//! (systemd's RestrictAddressFamilies=, seccomp) forbids the family for this process; and /etc/hosts gives
//! ::1 to localhost.
//!
//! ## Who is hit
//! Programs that insist on every address, or that bind ::1 by name: "Address family not supported by
//! protocol". Where it is a unit's hardening, one service fails while every shell works. Programs that
//! connect survive: 127.0.0.1 comes first.
//!
//! ## Example
//! ```text
//! OSError: [Errno 97] Address family not supported by protocol
//! ```
//!
//! ## Repair
//! In a unit, add AF_INET6 to RestrictAddressFamilies=. With ipv6.disable=1 on the kernel command line,
//! prefer the sysctl disable_ipv6, which keeps the sockets. Else name 127.0.0.1 in the service that fails.
//!
//! ## Not a repair
//! Another order of the two localhost lines: the order in the file does not count.
//!
//! ## References
//! - https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
//! - https://github.com/nodejs/node/issues/17664

use super::super::facts::{hosts_row, in_hosts};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "kernel.ipv6-unsupported",
    severity: Severity::Warning,
    title: "IPv6 sockets cannot be made, but localhost is ::1 in the hosts file",
    references: &[
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html",
        "https://github.com/nodejs/node/issues/17664",
    ],
    source: include_str!("ipv6_unsupported.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    if machine.has_inet6_sockets() {
        return;
    }
    let Some(line) = ctx.localhost_v6_line() else { return };
    let mut finding = RULE.finding("IPv6 sockets cannot be made, but the hosts file gives localhost ::1");
    finding.locations.push(in_hosts(machine, line.address_span.clone(), "no program can use it"));
    finding.evidence.push(Evidence::new("EAFNOSUPPORT", "socket(AF_INET6)"));
    finding.evidence.push(hosts_row(machine, line.line));
    finding.remedies.push(remedy::advice(
        "allow the address family where it is forbidden",
        THIS_SERVER,
        "add AF_INET6 to RestrictAddressFamilies= of the unit, or take ipv6.disable=1 off the kernel command line",
    ));
    finding.remedies.push(remedy::advice(
        "name 127.0.0.1 in the service that fails",
        THIS_SERVER,
        "as its own listening address; certificates and cookies for localhost stay valid only if clients keep the name",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "kernel.ipv6-unsupported";

    #[test]
    fn no_sockets_and_a_line_are_told() {
        let bench = debian().lo(&["127.0.0.1"]).source("::1", Err("EAFNOSUPPORT"));
        assert!(bench.of(CODE, "localhost").is_some());
        assert_eq!(bench.of("lo.no-v6-loopback", "localhost"), None);
        assert_eq!(bench.file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
