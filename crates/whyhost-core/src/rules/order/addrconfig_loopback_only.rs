//! # resolve.addrconfig-loopback-only — a server on ::1 is hidden from programs that set AI_ADDRCONFIG
//!
//! ## What it means
//! ::1 is the only IPv6 address of the machine. getaddrinfo with the flag AI_ADDRCONFIG then leaves ::1 out
//! and gives 127.0.0.1 for both lines of the hosts file, but a server waits on ::1 alone.
//!
//! ## Who is hit
//! Node from 17 on meets itself: `listen(port, "localhost")` asks without the flag and binds ::1, while its
//! http, fetch and net ask with the flag and try 127.0.0.1. So it goes for Vite and Next in containers on
//! Docker's default bridge, which has no IPv6. nginx, Apache's proxy, aiohttp and wget2 set the flag too.
//! curl, wget, Python's standard library, Go and browsers reach the server, and so do musl images.
//!
//! ## Example
//! ```text
//! $ node -e 'require("http").createServer((q,s)=>s.end("ok")).listen(3000,"localhost",()=>fetch("http://localhost:3000").catch(e=>console.log(e.cause.message)))'
//! connect ECONNREFUSED 127.0.0.1:3000
//! $ ss -ltnH 'sport = :3000'
//! LISTEN 0 511 [::1]:3000 [::]:*
//! ```
//!
//! ## Repair
//! Let the server listen on 127.0.0.1 (as well), or write [::1] in the client. For Node,
//! `--dns-result-order=ipv4first` makes the server bind 127.0.0.1 at its next start.
//!
//! ## Not a repair
//! A newer Node: trying the next address does not help where the answer has one alone.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
//! - https://github.com/moby/moby/commit/a8f7c5ee48
//! - https://github.com/nodejs/node/issues/33279
//! - https://github.com/vitejs/vite/issues/12329

use super::super::facts::{V4, V6, accepts, hosts_row, in_hosts, listener_row, tcp_sockets};
use super::super::programs::{self, Asked};
use super::super::remedy::{self, THIS_CLIENT, THIS_SERVER};
use super::super::{Context, Rule};
use super::addrconfig_differs::{Answers, answers, sets_flag};
use crate::finding::{Applicability, Finding, Severity};
use crate::snapshot::{Protocol, ScopedAddr};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "resolve.addrconfig-loopback-only",
    severity: Severity::Warning,
    title: "a server on ::1 is hidden from programs that set AI_ADDRCONFIG",
    references: &[
        "https://man7.org/linux/man-pages/man3/getaddrinfo.3.html",
        "https://github.com/moby/moby/commit/a8f7c5ee48",
        "https://github.com/nodejs/node/issues/33279",
        "https://github.com/vitejs/vite/issues/12329",
    ],
    source: include_str!("addrconfig_loopback_only.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(Answers { without, with }) = answers(ctx) else { return };
    let (v4, v6) = (ScopedAddr::from(V4), ScopedAddr::from(V6));
    if !without.contains(&v6) || with != [v4] {
        return;
    }
    let name = &ctx.target.name;
    for port in hidden(ctx) {
        let mut finding = RULE
            .finding(format!("[::1]:{port} is out of reach by {name} for programs that set AI_ADDRCONFIG"));
        let programs = programs::installed(ctx);
        let those: Vec<&Asked> = programs.iter().filter(|p| sets_flag(p) == Some(true)).collect();
        let who = if those.is_empty() {
            "they get 127.0.0.1 alone: Node (fetch, http), nginx, aiohttp".to_owned()
        } else {
            format!("they get 127.0.0.1 alone; installed here: {}", programs::labels(those))
        };
        finding.message = Some(who);
        if let Some(line) = ctx.localhost_v6_line().filter(|_| ctx.asks_localhost()) {
            finding.locations.push(in_hosts(
                ctx.machine,
                line.address_span.clone(),
                "left out with the flag",
            ));
            finding.evidence.push(hosts_row(ctx.machine, line.line));
        }
        finding.evidence.extend(tcp_sockets(ctx.machine, port).map(listener_row));
        finding.remedies = vec![
            remedy::advice(
                format!("let the server listen on 127.0.0.1:{port} as well"),
                THIS_SERVER,
                "name both loopback addresses in its configuration, or give it a second listening socket",
            ),
            remedy::command(
                "let Node take IPv4 first, as a server and as a client",
                Applicability::Unsafe,
                "Node only",
                &["export NODE_OPTIONS=--dns-result-order=ipv4first"],
            ),
            remedy::advice(
                "write [::1] in the client that fails",
                THIS_CLIENT,
                format!("in place of {name}; cookies and certificates for the name do not carry over"),
            ),
        ];
        out.push(finding);
    }
}

/// The port of the question, or for the checkup of the machine every port, with a server on ::1 and none on 127.0.0.1.
fn hidden(ctx: &Context<'_>) -> BTreeSet<u16> {
    let listening = ctx.machine.raw.sockets.iter().filter(|s| s.protocol == Protocol::Tcp).map(|s| s.port);
    let ports: BTreeSet<u16> = match ctx.target.port {
        Some(port) => BTreeSet::from([port]),
        None if ctx.asks_localhost() => listening.collect(),
        None => BTreeSet::new(),
    };
    let hides = |port: &u16| accepts(ctx.machine, V6, *port) && !accepts(ctx.machine, V4, *port);
    ports.into_iter().filter(hides).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.addrconfig-loopback-only";

    #[test]
    fn a_server_on_v6_loopback_alone_is_a_warning_with_the_port_and_in_the_checkup() {
        let bench = debian().listen("[::1]:5173").program("node", "20.20.2");
        for asked in ["localhost:5173", "localhost"] {
            let found = bench.of(CODE, asked).expect("warning");
            assert_eq!(
                found.title,
                "[::1]:5173 is out of reach by localhost for programs that set AI_ADDRCONFIG"
            );
            assert!(found.message.expect("who").ends_with("installed here: Node 20.20.2"));
            assert_eq!(found.locations[0].line, 2);
        }
        assert_eq!(bench.of(CODE, "localhost:80"), None);
    }

    #[test]
    fn a_server_on_both_or_ipv6_on_the_network_is_quiet() {
        assert_eq!(debian().listen("[::]:5173").of(CODE, "localhost:5173"), None);
        assert_eq!(debian().listen("127.0.0.1:5173").of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
        let bench = debian().listen("[::1]:5173");
        assert_eq!(bench.only_network(&["192.0.2.10", "fe80::1"]).of(CODE, "localhost:5173"), None);
        assert_eq!(bench.musl().of(CODE, "localhost:5173"), None);
        assert_eq!(bench.of(CODE, "[::1]:5173"), None);
        assert!(bench.listen_v6only("[::]:90").of(CODE, "localhost:90").is_some());
    }
}
