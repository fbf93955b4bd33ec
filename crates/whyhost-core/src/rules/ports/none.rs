//! # listen.none — nothing listens on the port
//!
//! ## What it means
//! No TCP socket of this machine takes a connection to the port that was asked: not on the addresses of the
//! name, and not on those of the other family.
//!
//! ## Who is hit
//! Every client is refused, and says it in ways that look like an address problem: Node 20 and later
//! "AggregateError [ECONNREFUSED]" with an empty message, Node 17 to 19 "connect ECONNREFUSED ::1:3000",
//! curl names both addresses. The order of addresses has no part in it. In a container or a virtual
//! machine, localhost is that container, not the host.
//!
//! ## Example
//! ```text
//! $ ss -ltnH 'sport = :3000'
//! $ curl http://localhost:3000/
//! curl: (7) Failed to connect to localhost port 3000
//! ```
//!
//! ## Repair
//! Start the server, look at its log if it should run, or use the port it really has: the nearest ports in
//! use are listed.
//!
//! ## Not a repair
//! Changes of the hosts file or of IPv6: there is nothing to reach.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man8/ss.8.html
//! - https://github.com/puppeteer/puppeteer/issues/5271
//! - https://github.com/Automattic/mongoose/issues/12104

use super::super::facts::{SOCKETS, accepts, describe, listeners_are_unknown, other_family, tcp_sockets};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::machine::Machine;
use crate::reach;
use crate::snapshot::{Protocol, Socket};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "listen.none",
    severity: Severity::Error,
    title: "nothing listens on the port",
    references: &[
        "https://man7.org/linux/man-pages/man8/ss.8.html",
        "https://github.com/puppeteer/puppeteer/issues/5271",
        "https://github.com/Automattic/mongoose/issues/12104",
    ],
    source: include_str!("none.rs"),
    check,
};

/// Further away, a port is hardly a typing error of this one.
const NEAR: u16 = 10;
/// Listeners shown as evidence.
const SHOWN: usize = 3;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let (Some(port), false) = (ctx.target.port, listeners_are_unknown(machine)) else { return };
    let destinations = ctx.destinations();
    let all_own = destinations.iter().all(|d| reach::is_own(machine, reach::normalise(*d)));
    if destinations.is_empty() || !all_own || destinations.iter().any(|d| is_taken(machine, d.address, port))
    {
        return;
    }
    let near = nearest(machine, port);
    let mut finding = RULE.finding(title(port, near.first().copied()));
    let elsewhere: Vec<String> = tcp_sockets(machine, port).map(describe).collect();
    if elsewhere.is_empty() {
        finding.evidence.push(Evidence::new(format!("no TCP socket on port {port}"), SOCKETS));
    } else {
        finding.title =
            format!("nothing listens on {}; {} is another address", ctx.target, elsewhere.join(", "));
        finding.evidence.extend(elsewhere.iter().map(|e| Evidence::new(format!("{e} listens"), SOCKETS)));
    }
    let rows = near.iter().map(|s| Evidence::new(format!("nearest: {} listens", describe(s)), SOCKETS));
    finding.evidence.extend(rows);
    finding.remedies.push(remedy::advice(
        format!("start the server of port {port}, or use the port it really has"),
        THIS_SERVER,
        "its log says why it does not run; the order of addresses has no part in this",
    ));
    out.push(finding);
}

/// A listener takes the address, or one of the other family beside it: then that is the finding.
fn is_taken(machine: &Machine, address: IpAddr, port: u16) -> bool {
    accepts(machine, address, port)
        || other_family(machine, address).iter().any(|a| accepts(machine, *a, port))
}

/// TCP listeners of other ports, the nearest first, one a port.
fn nearest(machine: &Machine, port: u16) -> Vec<&Socket> {
    let other = |s: &&Socket| s.protocol == Protocol::Tcp && s.port != port && s.port.abs_diff(port) <= NEAR;
    let mut sockets: Vec<&Socket> = machine.raw.sockets.iter().filter(other).collect();
    sockets.sort_by_key(|s| (s.port.abs_diff(port), s.port, s.address));
    sockets.dedup_by_key(|s| s.port);
    sockets.truncate(SHOWN);
    sockets
}

fn title(port: u16, nearest: Option<&Socket>) -> String {
    match nearest.map(|s| (s.port, &s.process)) {
        None => format!("nothing listens on port {port}"),
        Some((near, Some(p))) => {
            format!("nothing listens on port {port}; {near} is held by {} (pid {})", p.name, p.pid)
        }
        Some((near, None)) => format!("nothing listens on port {port}; the nearest in use is {near}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.none";

    #[test]
    fn the_nearest_listener_is_named() {
        let bench = debian().listen("127.0.0.1:3001").listen("0.0.0.0:22");
        let found = bench.of(CODE, "localhost:3000").expect("finding");
        assert_eq!(found.title, "nothing listens on port 3000; 3001 is held by python3 (pid 412)");
        assert_eq!(found.evidence.len(), 2);
        assert_eq!(debian().of(CODE, "localhost:3000").expect("alone").title, "nothing listens on port 3000");
    }

    #[test]
    fn a_listener_on_any_loopback_address_is_something() {
        for place in ["127.0.0.1:3000", "[::1]:3000", "0.0.0.0:3000", "[::]:3000"] {
            for asked in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
                assert_eq!(debian().listen(place).of(CODE, asked), None, "{place} {asked}");
            }
        }
    }

    #[test]
    fn a_listener_on_another_address_is_named() {
        let found = debian().listen("192.0.2.10:3000").of(CODE, "localhost:3000").expect("finding");
        assert_eq!(
            found.title,
            "nothing listens on localhost:3000; 192.0.2.10:3000 (python3, pid 412) is another address"
        );
    }

    #[test]
    fn nothing_is_said_of_other_machines_of_unread_sockets_or_without_a_port() {
        assert_eq!(debian().of(CODE, "198.51.100.1:443"), None);
        assert_eq!(debian().gap("listeners in /proc/net/tcp").of(CODE, "localhost:3000"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
