//! # listen.split-owner — two programs hold the port, one for each address family
//!
//! ## What it means
//! 127.0.0.1 and ::1 on the same port lead to different programs. Neither got an error when it started: the
//! two addresses are two places.
//!
//! ## Who is hit
//! Everybody who uses the name: the program that answers depends on the address that the client takes first.
//! A browser or curl shows one site, a health check or a Java client another; after one of them stops, the
//! other silently takes its place.
//!
//! ## Example
//! ```text
//! $ ss -ltnpH 'sport = :3000'
//! LISTEN 0 5 127.0.0.1:3000 0.0.0.0:* users:(("node",pid=412,fd=18))
//! LISTEN 0 5     [::1]:3000    [::]:* users:(("python3",pid=977,fd=3))
//! ```
//!
//! ## Repair
//! Stop the program that should not have the port, or give it another port.
//!
//! ## Not a repair
//! Changing the order of addresses: the other program keeps the port for the other half of the clients.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6724#section-6
//! - https://man7.org/linux/man-pages/man8/ss.8.html
//! - https://man7.org/linux/man-pages/man7/ipv6.7.html

use super::super::facts::{V4, V6, describe, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::reach::{self, same_program};
use crate::snapshot::{ScopedAddr, Socket};

pub(super) const RULE: Rule = Rule {
    code: "listen.split-owner",
    severity: Severity::Error,
    title: "two programs hold the port, one for each address family",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6724#section-6",
        "https://man7.org/linux/man-pages/man8/ss.8.html",
        "https://man7.org/linux/man-pages/man7/ipv6.7.html",
    ],
    source: include_str!("split_owner.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(port), None) = (ctx.target.port, ctx.target.literal) else { return };
    let Some((v4, v6)) = split(ctx, port) else { return };
    let mut finding =
        RULE.finding(format!("{} and {} are two programs on one port", describe(v4), describe(v6)));
    finding.message = Some(format!(
        "the address that a client takes for {} decides which of the two answers",
        ctx.target.name
    ));
    finding.evidence.extend([v4, v6].map(listener_row));
    finding.remedies.push(remedy::advice(
        format!("stop one of the two programs on port {port}, or give it another port"),
        THIS_SERVER,
        format!("{} or {}: only you know which one should have it", owner(v4), owner(v6)),
    ));
    out.push(finding);
}

/// The sockets that take the IPv4 and the IPv6 address of the name, where they are of two programs.
fn split<'a>(ctx: &Context<'a>, port: u16) -> Option<(&'a Socket, &'a Socket)> {
    let mut addresses = ctx.destinations();
    // Clients with a localhost of their own (curl, browsers) try both loopback addresses.
    if ctx.asks_localhost() {
        addresses.extend([ScopedAddr::from(V4), ScopedAddr::from(V6)]);
    }
    let taken_by = |wants_v4: bool| {
        let of_family = |a: &&ScopedAddr| reach::normalise(**a).address.is_ipv4() == wants_v4;
        addresses.iter().filter(of_family).find_map(|a| reach::accepting(ctx.machine, *a, port))
    };
    let (v4, v6) = (taken_by(true)?, taken_by(false)?);
    (!same_program(&v4.process, &v6.process)).then_some((v4, v6))
}

fn owner(socket: &Socket) -> String {
    socket.process.as_ref().map_or_else(String::new, |p| format!("{} (pid {})", p.name, p.pid))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.split-owner";

    #[test]
    fn two_programs_are_named() {
        let bench = debian().listen_as("127.0.0.1:3000", 412, "node").listen_as("[::1]:3000", 977, "python3");
        let found = bench.of(CODE, "localhost:3000").expect("finding");
        assert_eq!(
            found.title,
            "127.0.0.1:3000 (node, pid 412) and [::1]:3000 (python3, pid 977) are two programs on one port"
        );
        assert_eq!(bench.of(CODE, "127.0.0.1:3000"), None);
        assert_eq!(bench.of(CODE, "localhost:3001"), None);
        let v4_only = bench.file("/etc/hosts", "127.0.0.1 localhost\n");
        assert!(v4_only.of(CODE, "localhost:3000").is_some());
    }

    #[test]
    fn one_program_is_quiet() {
        assert_eq!(debian().listen("127.0.0.1:3000").listen("[::1]:3000").of(CODE, "localhost:3000"), None);
        assert_eq!(debian().listen("[::]:3000").of(CODE, "localhost:3000"), None);
        let relay =
            debian().listen_as("0.0.0.0:80", 5, "docker-proxy").listen_as("[::]:80", 6, "docker-proxy");
        assert_eq!(relay.of(CODE, "localhost:80"), None);
    }
}
