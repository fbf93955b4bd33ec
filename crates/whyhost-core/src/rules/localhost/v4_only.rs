//! # hosts.localhost-v4-only — the hosts file gives localhost an IPv4 address only
//!
//! ## What it means
//! localhost has 127.0.0.1 and no ::1, though ::1 is on the loopback interface. Ubuntu, WSL and Android
//! ship their file like this (`::1 ip6-localhost ip6-loopback`), so it is a note by itself.
//!
//! ## Who is hit
//! A server that listens on ::1 alone is out of reach for programs that use the hosts file: Vite, Angular,
//! Node and PHP's own server take ::1 alone when told to listen on localhost elsewhere. Then it is an
//! error. Look-ups for IPv6 alone send the name localhost to DNS (glibc, c-ares).
//!
//! ## Example
//! ```text
//! 127.0.0.1 localhost
//! ::1 ip6-localhost ip6-loopback
//! ```
//!
//! ## Repair
//! Let the server listen on 127.0.0.1 as well. Or add localhost to the ::1 line, as Debian has it; then ::1
//! comes first for every program of this machine.
//!
//! ## Not a repair
//! Letting the server listen on every address: that opens it to the network.
//!
//! ## References
//! - https://github.com/StevenBlack/hosts/issues/139
//! - https://github.com/travis-ci/travis-build/issues/816

use super::super::edit;
use super::super::facts::{
    LOCALHOST, V4, V6, accepts, hosts_reach, hosts_row, in_hosts, listener_row, localhost_addresses,
    localhost_supplier, tcp_sockets,
};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use crate::machine::Machine;
use hosts_edit::{GLIBC, Place};

pub(super) const RULE: Rule = Rule {
    code: "hosts.localhost-v4-only",
    severity: Severity::Note,
    title: "the hosts file gives localhost an IPv4 address only",
    references: &[
        "https://github.com/StevenBlack/hosts/issues/139",
        "https://github.com/travis-ci/travis-build/issues/816",
    ],
    source: include_str!("v4_only.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let lines = ctx.localhost_lines();
    let Some(v4) = lines.iter().find(|l| l.address.is_ipv4() && l.address.is_loopback()) else {
        return;
    };
    if lines.iter().any(|l| l.address.is_ipv6()) || !machine.loopback_has(V6) {
        return;
    }
    // Another service may supply ::1 before the hosts file is asked, also one whose answer cannot be computed.
    let supplied = match localhost_addresses(ctx) {
        Some(addresses) => addresses.contains(&V6),
        None => localhost_supplier(ctx).is_some(),
    };
    if supplied {
        return;
    }
    let mut finding = RULE.finding(format!("{} gives localhost an IPv4 address only", machine.hosts.path));
    finding.locations.push(in_hosts(machine, v4.name_span.clone(), "IPv4 only"));
    finding.evidence.push(hosts_row(machine, v4.line));
    if let Some(port) = port_only_on_v6(ctx) {
        finding.severity = Severity::Error;
        finding.title = format!("localhost is {} only, but port {port} answers on ::1 only", v4.address);
        finding.evidence.extend(tcp_sockets(machine, port).map(listener_row));
        finding.remedies.push(remedy::advice(
            format!("let the server listen on 127.0.0.1:{port} as well"),
            THIS_SERVER,
            "name both loopback addresses in the server's configuration",
        ));
    }
    finding.remedies.extend(add_to_v6(machine, v4));
    out.push(finding);
}

fn port_only_on_v6(ctx: &Context<'_>) -> Option<u16> {
    let port = ctx.target.port.filter(|_| ctx.asks_localhost())?;
    (accepts(ctx.machine, V6, port) && !accepts(ctx.machine, V4, port)).then_some(port)
}

/// Debian's form: localhost as the first name of the ::1 line, or a line of its own after the IPv4 one.
fn add_to_v6(machine: &Machine, v4: &Place) -> Option<Remedy> {
    let hosts = &machine.hosts;
    let v6_line = hosts.value.view(&GLIBC).heads().find(|h| h.address == V6);
    let edits = match v6_line.map(|h| h.name_span.start) {
        Some(at) => vec![edit::replace(at..at, format!("{LOCALHOST} "))],
        None => {
            edit::hosts(&hosts.value, |set| set.insert_entry(&hosts.value, v4.line + 1, "::1", &[LOCALHOST]))?
        }
    };
    let title = format!("name localhost on a ::1 line of {} too (::1 then comes first)", hosts.path);
    Some(remedy::edits(title, Applicability::Unsafe, hosts_reach(machine), &hosts.path, edits))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "hosts.localhost-v4-only";
    const UBUNTU: &str = "127.0.0.1 localhost\n::1     ip6-localhost ip6-loopback\n";

    #[test]
    fn a_note_by_itself_and_an_error_with_a_v6_only_server() {
        let bench = debian().file("/etc/hosts", UBUNTU);
        let found = bench.of(CODE, "localhost:5173").expect("note");
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(
            bench.after(&found.remedies[0]),
            "127.0.0.1 localhost\n::1     localhost ip6-localhost ip6-loopback\n"
        );
        let bench = bench.listen("[::1]:5173");
        let found = bench.of(CODE, "localhost:5173").expect("error");
        assert_eq!(found.severity, Severity::Error);
        assert_eq!(found.title, "localhost is 127.0.0.1 only, but port 5173 answers on ::1 only");
        assert_eq!(bench.of(CODE, "localhost:80").expect("other port").severity, Severity::Note);
    }

    #[test]
    fn without_a_v6_line_one_is_added_after_the_v4_line() {
        let bench = debian().file("/etc/hosts", "127.0.0.1\tlocalhost");
        let found = bench.of(CODE, "localhost").expect("note");
        assert_eq!(bench.after(&found.remedies[0]), "127.0.0.1\tlocalhost\n::1\t\tlocalhost\n");
    }

    #[test]
    fn without_v6_on_lo_it_is_right_as_it_is() {
        assert_eq!(debian().file("/etc/hosts", UBUNTU).lo(&["127.0.0.1"]).of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
