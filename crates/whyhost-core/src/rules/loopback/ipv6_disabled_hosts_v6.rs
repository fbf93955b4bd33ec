//! # kernel.ipv6-disabled-hosts-v6 — IPv6 is switched off, but localhost is still ::1 in the hosts file
//!
//! ## What it means
//! The sysctl disable_ipv6 of all interfaces or of lo is 1, which took ::1 away, and /etc/hosts gives ::1
//! to localhost.
//!
//! ## Who is hit
//! Programs that bind every address of localhost: Kestrel ("Unable to bind to http://localhost:5000 on the
//! IPv6 loopback interface"), kubectl and helm port forwarding, sshd's X11 forwarding, Xvnc. Programs that
//! connect survive: without ::1 on lo, glibc and musl put 127.0.0.1 first.
//!
//! ## Example
//! ```text
//! $ sysctl net.ipv6.conf.all.disable_ipv6
//! net.ipv6.conf.all.disable_ipv6 = 1
//! $ grep ::1 /etc/hosts
//! ::1 localhost ip6-localhost ip6-loopback
//! ```
//!
//! ## Repair
//! Keep IPv6 on lo: `sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0`, and the same line in /etc/sysctl.d
//! for the next boot. No packet leaves the machine through lo. Where it must stay off, tell the program
//! that fails to use IPv4 (`AddressFamily inet` for sshd, 127.0.0.1 for its own listening address).
//!
//! ## Not a repair
//! Deleting the ::1 line for everybody: it comes back with the next generated hosts file, and programs that
//! are told otherwise disagree.
//!
//! ## References
//! - https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html
//! - https://github.com/dotnet/aspnetcore/issues/29928
//! - https://github.com/helm/helm/issues/2658

use super::super::facts::{V6, hosts_row, in_hosts};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "kernel.ipv6-disabled-hosts-v6",
    severity: Severity::Warning,
    title: "IPv6 is switched off, but localhost is still ::1 in the hosts file",
    references: &[
        "https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html",
        "https://github.com/dotnet/aspnetcore/issues/29928",
        "https://github.com/helm/helm/issues/2658",
    ],
    source: include_str!("ipv6_disabled_hosts_v6.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let lo = machine.loopback().map_or("lo", |lo| lo.name.as_str());
    let off: Vec<&str> = ["all", lo]
        .into_iter()
        .filter(|name| machine.sysctl(&format!("ipv6/conf/{name}/disable_ipv6")) == Some(1))
        .collect();
    // `all` = 1 and then lo = 0 brings ::1 back: nothing is wrong then.
    if off.is_empty() || machine.loopback_has(V6) {
        return;
    }
    let Some(line) = ctx.localhost_v6_line() else { return };
    let title = "IPv6 is switched off by sysctl, but the hosts file gives localhost ::1";
    let mut finding = RULE.finding(title);
    finding.locations.push(in_hosts(machine, line.address_span.clone(), "no program can bind or reach it"));
    finding.evidence.push(hosts_row(machine, line.line));
    for name in off {
        let key = format!("net.ipv6.conf.{name}.disable_ipv6");
        finding.evidence.push(Evidence::new(format!("{key} = 1"), format!("sysctl {key}")));
    }
    let command = format!("sudo sysctl -w net.ipv6.conf.{lo}.disable_ipv6=0");
    finding.remedies.push(remedy::command(
        format!("switch IPv6 on for {lo}; other interfaces stay as they are"),
        Applicability::Safe,
        WHOLE_MACHINE,
        &[&command],
    ));
    finding.remedies.push(remedy::advice(
        "tell the program that fails to use IPv4",
        "the program that fails",
        "for example `AddressFamily inet` in sshd_config, or 127.0.0.1 as the listening address",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "kernel.ipv6-disabled-hosts-v6";
    const ALL: &str = "/proc/sys/net/ipv6/conf/all/disable_ipv6";

    #[test]
    fn the_switch_and_the_line_together_are_told() {
        let off = debian().lo(&["127.0.0.1"]).file(ALL, "1\n");
        let found = off.of(CODE, "localhost").expect("finding");
        assert_eq!(found.evidence[1].text, "net.ipv6.conf.all.disable_ipv6 = 1");
        assert_eq!(off.file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
    }

    #[test]
    fn switched_on_again_for_lo_is_fine() {
        assert_eq!(debian().file(ALL, "1\n").of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
