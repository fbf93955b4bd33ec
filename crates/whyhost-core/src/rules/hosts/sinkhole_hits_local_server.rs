//! # hosts.sinkhole-hits-local-server — blocked names reach a server of this machine
//!
//! ## What it means
//! The file blocks names by sending them to this machine (0.0.0.0, 127.0.0.1, ::), and a server listens there
//! on port 80 or 443.
//!
//! ## Who is hit
//! Browsers and programs that load something from a blocked name get it from that server: its pages, its
//! 404s, its certificate warnings. On Linux and macOS a connection to 0.0.0.0 or `::` reaches this machine,
//! as one to 127.0.0.1 does. A name or two on 127.0.0.1 are taken for a web site under development, not for a
//! blocklist.
//!
//! ## Example
//! ```text
//! 0.0.0.0 ads.example.com
//! $ curl http://ads.example.com/       # the start page of the own nginx
//! ```
//!
//! ## Repair
//! Let the server answer its own names only, and close the connection for others (nginx: `return 444` in the
//! default server); or block names in a DNS server, which says that they do not exist.
//!
//! ## Not a repair
//! 127.0.0.1 in place of the unspecified address, or the reverse: both reach this machine.
//!
//! ## References
//! - https://github.com/StevenBlack/hosts/issues/2447
//! - https://github.com/StevenBlack/hosts/issues/72

use super::super::facts::{accepts, in_hosts, listener_row, tcp_sockets};
use super::super::hosts_line::is_public;
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use hosts_edit::Listed;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const RULE: Rule = Rule {
    code: "hosts.sinkhole-hits-local-server",
    severity: Severity::Warning,
    title: "blocked names reach a server of this machine",
    references: &[
        "https://github.com/StevenBlack/hosts/issues/2447",
        "https://github.com/StevenBlack/hosts/issues/72",
    ],
    source: include_str!("sinkhole_hits_local_server.rs"),
    check,
};

/// So many public names on a loopback address are a blocklist.
const MANY: usize = 50;
const WEB: [u16; 2] = [80, 443];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let reached: Vec<(IpAddr, u16)> = sinks().into_iter().flat_map(|a| WEB.map(|p| (a, p))).collect();
    let reached: Vec<(IpAddr, u16)> =
        reached.into_iter().filter(|(a, p)| accepts(ctx.machine, *a, *p)).collect();
    let ports: Vec<u16> = WEB.into_iter().filter(|p| reached.iter().any(|(_, r)| r == p)).collect();
    if ports.is_empty() {
        return;
    }
    let bytes = ctx.machine.hosts.value.bytes();
    let mut names: Vec<(IpAddr, usize, Option<Listed>)> = sinks().map(|sink| (sink, 0, None)).to_vec();
    for listed in ctx.names().each() {
        let sink = names.iter_mut().find(|(sink, ..)| *sink == listed.address);
        if let Some((_, count, first)) = sink.filter(|_| is_public(&bytes[listed.span.clone()])) {
            *count += 1;
            first.get_or_insert(listed);
        }
    }
    let is_list = |sink: &IpAddr, count: usize| count >= if sink.is_unspecified() { 1 } else { MANY };
    let is_hit = |sink: &IpAddr| reached.iter().any(|(a, _)| a == sink);
    for (sink, count, first) in names.into_iter().filter(|(s, c, _)| is_hit(s) && is_list(s, *c)).take(1) {
        if let Some(first) = first {
            out.push(tell(ctx, sink, &first, count, &ports));
        }
    }
}

fn sinks() -> [IpAddr; 4] {
    let v4 = [Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST].map(IpAddr::V4);
    let v6 = [Ipv6Addr::UNSPECIFIED, Ipv6Addr::LOCALHOST].map(IpAddr::V6);
    [v4[0], v4[1], v6[0], v6[1]]
}

fn tell(ctx: &Context<'_>, sink: IpAddr, first: &Listed, count: usize, ports: &[u16]) -> Finding {
    let ports_text = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" and ");
    let title = match count {
        1 => format!("a blocked name reaches the server on port {ports_text} of this machine"),
        many => format!("{many} blocked names reach the server on port {ports_text} of this machine"),
    };
    let mut finding = RULE.finding(title);
    finding.locations.push(in_hosts(ctx.machine, first.span.clone(), format!("{sink} is this machine")));
    let rows = ports.iter().flat_map(|p| tcp_sockets(ctx.machine, *p)).map(listener_row);
    finding.evidence.extend(rows);
    finding
        .evidence
        .push(Evidence::new(format!("a connection to {sink} reaches this machine"), "connect(2)"));
    finding.remedies.push(remedy::advice(
        "let the server close connections for names that are not its own",
        THIS_SERVER,
        "nginx: a default server with `return 444`; or block names in a DNS server instead",
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.sinkhole-hits-local-server";

    #[test]
    fn a_web_server_answers_blocked_names() {
        let bench = debian().lines("0.0.0.0 ads.example.com\n0.0.0.0 b.example.com\n");
        assert!(bench.is_quiet(CODE) && bench.listen("127.0.0.1:3000").is_quiet(CODE));
        let title = bench.listen("0.0.0.0:80").one(CODE).title;
        assert_eq!(title, "2 blocked names reach the server on port 80 of this machine");
    }

    #[test]
    fn a_few_names_on_127_are_a_site_under_development() {
        let few = debian().listen("127.0.0.1:443").lines("127.0.0.1 www.example.com\n0.0.0.0 app.test\n");
        assert!(few.is_quiet(CODE));
        let many: String = (0..50).map(|i| format!("127.0.0.1 ads{i}.example.com\n")).collect();
        assert_eq!(debian().listen("127.0.0.1:443").lines(&many).check(CODE, &[]).len(), 1);
    }
}
