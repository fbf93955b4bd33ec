//! # listen.other-port — the server has another port
//!
//! ## What it means
//! Nothing listens on the port that was asked about, and a development server listens on one of the ports
//! behind it. Vite, Next, webpack-dev-server, Streamlit and others take the next free port when theirs is
//! taken, and say so in one line of their output.
//!
//! ## Who is hit
//! Everybody who kept the old address in a browser tab, a proxy setting or a test.
//!
//! ## Example
//! ```text
//! Port 5173 is in use, trying another one...
//!   ➜  Local:   http://localhost:5174/
//! ```
//!
//! ## Repair
//! Use the port that the server has. Or stop the older instance that had the port first, and tell the server
//! to fail when its port is taken (Vite: `server.strictPort`).
//!
//! ## Not a repair
//! Changing the hosts file: it has no ports.
//!
//! ## References
//! - https://vite.dev/config/server-options.html#server-strictport
//! - https://github.com/puppeteer/puppeteer/issues/5271

use super::super::facts::{describe, listener_row, tcp_sockets};
use super::super::remedy::{self, THIS_CLIENT, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::reach::services::{Audience, recognise};
use crate::snapshot::{Protocol, Socket};

pub(super) const RULE: Rule = Rule {
    code: "listen.other-port",
    severity: Severity::Note,
    title: "the server has another port",
    references: &[
        "https://vite.dev/config/server-options.html#server-strictport",
        "https://github.com/puppeteer/puppeteer/issues/5271",
    ],
    source: include_str!("other_port.rs"),
    check,
};

/// Servers try so many ports behind their own at most (Vite: until one is free; in practice the first).
const NEXT: u16 = 10;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(port) = ctx.target.port else { return };
    if tcp_sockets(ctx.machine, port).next().is_some() {
        return;
    }
    let is_next = |s: &&Socket| {
        let behind = s.port.checked_sub(port).is_some_and(|n| (1..=NEXT).contains(&n));
        s.protocol == Protocol::Tcp && behind && is_development(s)
    };
    let Some(found) = ctx.machine.raw.sockets.iter().filter(is_next).min_by_key(|s| s.port) else { return };
    let mut finding = RULE.finding(format!("{} may be the server of port {port}", describe(found)));
    finding.message = Some("development servers take the next port when their own is taken".into());
    finding.evidence.push(listener_row(found));
    let title = format!("use port {} in place of {port}", found.port);
    finding.remedies.push(remedy::advice(title, THIS_CLIENT, "the server printed it when it started"));
    finding.remedies.push(remedy::advice(
        format!("start the server again on port {port}"),
        THIS_SERVER,
        "the port is free now; Vite fails instead of moving on with `server.strictPort`",
    ));
    out.push(finding);
}

fn is_development(socket: &Socket) -> bool {
    let product = socket.process.as_ref().and_then(|p| recognise(p, socket.port));
    product.is_some_and(|service| matches!(service.meant_for, Audience::Developer | Audience::Open))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.other-port";

    #[test]
    fn a_development_server_behind_the_port_is_named() {
        let bench = debian().listen_as("127.0.0.1:3001", 9, "node").listen_as("127.0.0.1:3004", 10, "deno");
        let found = bench.of(CODE, "localhost:3000").expect("finding");
        assert_eq!(found.title, "127.0.0.1:3001 (node, pid 9) may be the server of port 3000");
        assert_eq!(bench.of(CODE, "localhost:3001"), None);
        assert_eq!(bench.of(CODE, "localhost:3002").map(|f| f.title.contains("3004")), Some(true));
        assert_eq!(debian().listen_as("127.0.0.1:3001", 9, "sshd").of(CODE, "localhost:3000"), None);
    }
}
