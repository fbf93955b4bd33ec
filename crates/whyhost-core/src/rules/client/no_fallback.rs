//! # client.no-fallback — a program tries one address alone, and it is the wrong one
//!
//! ## What it means
//! A program of this machine takes the first address that it has for the name and gives up when nothing
//! listens there, although another address of the name is served.
//!
//! ## Who is hit
//! Node 17 to 19, Java's Socket and HttpClient, BusyBox wget, wget2 1.99, HAProxy's server lines, Squid,
//! mysql-connector-python, socat. They differ in which address comes first: Java and socat take 127.0.0.1,
//! Node 18 and BusyBox what the resolver puts first. So it is hit or miss which of them fails for one server.
//!
//! ## Example
//! ```text
//! $ ss -ltnH 'sport = :5173'
//! LISTEN 0 511 [::1]:5173 [::]:*
//! $ java Connect localhost 5173
//! java.net.ConnectException: Connection refused
//! ```
//!
//! ## Repair
//! Let the server listen on both addresses, or give this one program an address or an option: Node
//! `--dns-result-order=ipv4first`, Java `-Djava.net.preferIPv6Addresses=true`.
//!
//! ## Not a repair
//! Trying again: the program takes the same address each time.
//!
//! ## References
//! - https://github.com/nodejs/node/issues/40702
//! - https://docs.oracle.com/en/java/javase/21/core/java-networking.html
//! - https://github.com/wallabag/docker/issues/407

use super::super::facts::{accepts, listener_row, tcp_sockets};
use super::super::programs::{self, Asked, failed};
use super::super::remedy::{self, THIS_CLIENT, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::program::Strategy;
use crate::snapshot::ScopedAddr;
use std::net::SocketAddr;

pub(super) const RULE: Rule = Rule {
    code: "client.no-fallback",
    severity: Severity::Note,
    title: "a program tries one address alone, and it is the wrong one",
    references: &[
        "https://github.com/nodejs/node/issues/40702",
        "https://docs.oracle.com/en/java/javase/21/core/java-networking.html",
        "https://github.com/wallabag/docker/issues/407",
    ],
    source: include_str!("no_fallback.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(port), None) = (ctx.target.port, ctx.target.literal) else { return };
    let programs = programs::installed(ctx);
    let stuck: Vec<(&Asked, ScopedAddr, ScopedAddr)> =
        programs.iter().filter_map(|p| misses(ctx, p, port)).collect();
    let Some((_, missed, served)) = stuck.first() else { return };
    let (missed, served) = (SocketAddr::new(missed.address, port), SocketAddr::new(served.address, port));
    let who = programs::labels(stuck.iter().map(|(p, ..)| *p));
    let tries = if stuck.len() == 1 { "tries" } else { "try" };
    let mut finding = RULE.finding(format!("{who} {tries} one address alone and fail{}", s(stuck.len())));
    finding.message = Some(format!("{missed} is not served, {served} is"));
    finding.evidence.extend(stuck.iter().map(|(program, missed, _)| {
        let text = format!("{}: first address only", SocketAddr::new(missed.address, port));
        Evidence::new(text, program.program.label())
    }));
    finding.evidence.extend(tcp_sockets(ctx.machine, port).map(listener_row));
    finding.remedies = vec![
        remedy::advice(
            format!("let the server listen on {missed} as well"),
            THIS_SERVER,
            "name both addresses in the server's configuration, or give it a second listening socket",
        ),
        remedy::advice(
            format!("write {} in the program that fails", literal(served)),
            THIS_CLIENT,
            format!(
                "in place of {}; cookies and certificates for the name do not carry over",
                ctx.target.name
            ),
        ),
    ];
    out.push(finding);
}

fn s(count: usize) -> &'static str {
    if count == 1 { "s" } else { "" }
}

fn literal(address: SocketAddr) -> String {
    if address.is_ipv6() { format!("[{}]", address.ip()) } else { address.ip().to_string() }
}

/// The address that the program fails on, and one that would have worked.
fn misses<'a>(
    ctx: &Context<'_>,
    program: &'a Asked,
    port: u16,
) -> Option<(&'a Asked, ScopedAddr, ScopedAddr)> {
    if program.behaviour.strategy != Strategy::FirstOnly {
        return None;
    }
    let tried = program.walk(ctx, port).into_iter().next().filter(failed)?;
    let mut others = program.addresses().into_iter().chain(ctx.destinations());
    let served = others.find(|a| accepts(ctx.machine, a.address, port))?;
    Some((program, tried.address, served))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "client.no-fallback";

    #[test]
    fn java_misses_a_server_on_v6_loopback_and_node_18_one_on_v4() {
        let bench = debian().only_network(&["192.0.2.10", "2001:db8::10"]);
        let bench = bench.program("java", "17.0.15").program("node", "18.20.8").program("curl", "7.88.1");
        let found = bench.listen("[::1]:3000").of(CODE, "localhost:3000").expect("note");
        assert_eq!(found.title, "Java 17.0.15 tries one address alone and fails");
        assert_eq!(found.message.as_deref(), Some("127.0.0.1:3000 is not served, [::1]:3000 is"));
        assert_eq!(found.remedies[1].title, "write [::1] in the program that fails");
        let found = bench.listen("127.0.0.1:3000").of(CODE, "localhost:3000").expect("note");
        assert_eq!(found.title, "Node 18.20.8 tries one address alone and fails");
    }

    #[test]
    fn programs_that_go_on_a_server_on_both_and_no_server_are_quiet() {
        let bench = debian().program("java", "17.0.15");
        assert_eq!(bench.listen("[::]:3000").of(CODE, "localhost:3000"), None);
        assert_eq!(bench.of(CODE, "localhost:3000"), None);
        let v6 = debian().listen("[::1]:3000");
        assert_eq!(v6.program("python", "3.11.7").of(CODE, "localhost:3000"), None);
        assert_eq!(v6.program("java", "17").of(CODE, "localhost"), None);
        assert_eq!(v6.program("java", "17").of(CODE, "127.0.0.1:3000"), None);
    }
}
