//! # hosts.hostname-loopback — the machine's own name is a loopback address
//!
//! ## What it means
//! The hosts file gives the machine's own name an address of 127.0.0.0/8 or ::1, while the machine has an
//! address on a network. Debian's installer writes `127.0.1.1 NAME` for machines without a fixed address.
//!
//! ## Who is hit
//! A service that binds, or tells others, what its own name resolves to: Spark, MPI, Hadoop, Gloo, Erlang,
//! kubeadm. Other machines then connect to themselves. On a laptop it is right as it is. It is a warning
//! where a server listens on exactly that address.
//!
//! ## Example
//! ```text
//! 127.0.1.1 node1.example.org node1
//! ```
//!
//! ## Repair
//! On a server with a fixed address, write that address; or tell the service which address to use
//! (SPARK_LOCAL_IP, GLOO_SOCKET_IFNAME, --node-ip).
//!
//! ## Not a repair
//! The name on the localhost line: then its canonical name is localhost as well.
//!
//! ## References
//! - https://www.debian.org/doc/manuals/debian-reference/ch05.en.html#_the_hostname_resolution
//! - https://github.com/pmodels/mpich/issues/1595

use super::super::facts::{is_loopback, list, listener_row};
use super::super::hosts_line::{self, repair};
use super::super::remedy;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::snapshot::{Protocol, Socket};
use hosts_edit::{GLIBC, Line, Place};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.hostname-loopback",
    severity: Severity::Note,
    title: "the machine's own name is a loopback address",
    references: &[
        "https://www.debian.org/doc/manuals/debian-reference/ch05.en.html#_the_hostname_resolution",
        "https://github.com/pmodels/mpich/issues/1595",
    ],
    source: include_str!("hostname_loopback.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let name = machine.os.hostname.as_str();
    let here = networked(ctx);
    if name.is_empty() || name.eq_ignore_ascii_case("localhost") || here.is_empty() {
        return;
    }
    let view = machine.hosts.value.view(ctx.readers.first().copied().unwrap_or(&GLIBC));
    let places = view.places(name.as_bytes());
    // With another line for an address of the network there is nothing to miss.
    if places.iter().any(|p| !is_loopback(p.address)) {
        return;
    }
    let line = |p: &Place| machine.hosts.value.line(p.line);
    let Some((place, line)) = places.first().and_then(|p| Some((p, line(p)?))) else { return };
    // Of the own name on the line of localhost another rule tells.
    if !line.names().iter().any(|n| n.text.eq_ignore_ascii_case(b"localhost")) {
        out.push(tell(ctx, name, place, &line, &here));
    }
}

/// Addresses by which other machines reach this one.
fn networked(ctx: &Context<'_>) -> Vec<IpAddr> {
    let all = ctx.machine.raw.interfaces.iter().filter(|i| !i.is_loopback()).flat_map(|i| &i.addresses);
    let link_local = |a: &IpAddr| match a {
        IpAddr::V4(a) => a.is_link_local(),
        IpAddr::V6(a) => a.is_unicast_link_local(),
    };
    all.map(|a| a.address).filter(|a| !link_local(a)).collect()
}

fn tell(ctx: &Context<'_>, name: &str, place: &Place, line: &Line<'_>, here: &[IpAddr]) -> Finding {
    let title = format!("the machine's own name, {name}, is {}", place.address);
    let mut finding = hosts_line::at(ctx, &RULE, line, place.address_span.clone(), title, "loopback");
    finding.evidence.push(Evidence::new(format!("this machine has {}", list(here)), "interfaces"));
    let bound: Vec<&Socket> = servers(ctx, place.address);
    if !bound.is_empty() {
        finding.severity = Severity::Warning;
        finding.message =
            Some("a server that took its own name for its address is out of reach for others".into());
        finding.evidence.extend(bound.into_iter().map(listener_row));
    }
    let same: Vec<&IpAddr> = here.iter().filter(|a| a.is_ipv4() == place.address.is_ipv4()).collect();
    if let [one] = &same[..] {
        let title = format!("write {one} for {name}, if it is fixed, in line {}", place.line);
        let edits = vec![edit::replace(place.address_span.clone(), one.to_string())];
        finding.remedies.push(repair(ctx, title, Applicability::Unsafe, edits));
    }
    finding.remedies.push(remedy::advice(
        "tell the service which address to use",
        remedy::THIS_SERVER,
        "SPARK_LOCAL_IP, GLOO_SOCKET_IFNAME, --node-ip and the like",
    ));
    finding
}

/// Servers on exactly this address, which is not the one of localhost.
fn servers<'a>(ctx: &Context<'a>, address: IpAddr) -> Vec<&'a Socket> {
    let sockets = ctx.machine.raw.sockets.iter();
    let on = |s: &&Socket| s.protocol == Protocol::Tcp && s.address == address;
    let own = address != super::super::facts::V4 && address != super::super::facts::V6;
    sockets.filter(on).filter(|_| own).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "hosts.hostname-loopback";

    #[test]
    fn a_note_by_itself_and_a_warning_with_a_server_there() {
        let bench = debian().lines("127.0.1.1 devbox\n");
        assert_eq!(bench.one(CODE).severity, Severity::Note);
        assert_eq!(bench.listen("127.0.1.1:7077").one(CODE).severity, Severity::Warning);
        assert!(bench.repaired(CODE).ends_with("\n192.0.2.10 devbox\n"));
    }

    #[test]
    fn a_network_address_or_no_network_is_none() {
        assert!(debian().lines("127.0.1.1 devbox\n192.0.2.10 devbox\n").is_quiet(CODE));
        assert!(debian().lines("127.0.1.1 other\n").is_quiet(CODE));
        assert!(debian().without_network().lines("127.0.1.1 devbox\n").is_quiet(CODE));
    }
}
