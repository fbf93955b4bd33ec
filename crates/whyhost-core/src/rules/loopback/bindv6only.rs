//! # kernel.bindv6only — sockets on :: take IPv6 only
//!
//! ## What it means
//! The sysctl net.ipv6.bindv6only is 1: a server that binds the wildcard address :: and does not say
//! otherwise no longer takes IPv4 connections. Linux ships 0.
//!
//! ## Who is hit
//! Clients of such a server that use 127.0.0.1 or another IPv4 address are refused. Node sets the socket
//! option by itself and is not hit; nginx and Go's tcp6 ask for IPv6 alone whatever the switch says. It is
//! a note until the port that was asked has such a server.
//!
//! ## Example
//! ```text
//! $ sysctl net.ipv6.bindv6only
//! net.ipv6.bindv6only = 1
//! $ curl http://127.0.0.1:8080/
//! curl: (7) Failed to connect to 127.0.0.1 port 8080
//! ```
//!
//! ## Repair
//! `sudo sysctl -w net.ipv6.bindv6only=0` and a restart of the server. Or a second listening address in the
//! server.
//!
//! ## Not a repair
//! Telling the clients to use ::1: programs and networks without IPv6 stay shut out.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man7/ipv6.7.html
//! - https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html

use super::super::facts::{describe, listener_row, tcp_sockets};
use super::super::remedy::{self, THIS_SERVER, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::snapshot::Socket;

pub(super) const RULE: Rule = Rule {
    code: "kernel.bindv6only",
    severity: Severity::Note,
    title: "sockets on :: take IPv6 only",
    references: &[
        "https://man7.org/linux/man-pages/man7/ipv6.7.html",
        "https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html",
    ],
    source: include_str!("bindv6only.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    if machine.sysctl("ipv6/bindv6only") != Some(1) {
        return;
    }
    // `None` where the source of the snapshot does not tell the option: then the switch is the best guess.
    let is_hit = |s: &&Socket| s.address.is_ipv6() && s.address.is_unspecified() && s.v6only != Some(false);
    let hit = ctx.target.port.and_then(|port| tcp_sockets(machine, port).find(is_hit));
    let mut finding = RULE.finding("net.ipv6.bindv6only is 1: servers on :: take IPv6 only");
    let fact = Evidence::new("net.ipv6.bindv6only = 1", "sysctl net.ipv6.bindv6only");
    finding.evidence.push(fact);
    let mut commands = vec!["sudo sysctl -w net.ipv6.bindv6only=0".to_owned()];
    if let Some(socket) = hit {
        finding.severity = Severity::Warning;
        finding.title = format!("net.ipv6.bindv6only is 1, so {} takes IPv6 only", describe(socket));
        finding.evidence.push(listener_row(socket));
        commands.push(format!("# then restart {}", owner(socket)));
    }
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    let title = "set net.ipv6.bindv6only to 0, so that new sockets on :: take both families";
    finding.remedies.push(remedy::command(title, Applicability::Unsafe, WHOLE_MACHINE, &commands));
    if let Some(socket) = hit {
        let title = format!("let the server listen on 127.0.0.1:{} as well", socket.port);
        let text = "give it a second listening address beside ::";
        finding.remedies.insert(0, remedy::advice(title, THIS_SERVER, text));
    }
    out.push(finding);
}

fn owner(socket: &Socket) -> String {
    socket.process.as_ref().map_or_else(|| "the server".to_owned(), |p| p.name.clone())
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "kernel.bindv6only";

    #[test]
    fn a_note_until_a_server_of_the_port_is_hit() {
        let bench = debian().file("/proc/sys/net/ipv6/bindv6only", "1\n");
        assert_eq!(bench.of(CODE, "localhost").expect("note").severity, Severity::Note);
        let bench = bench.listen_v6only("[::]:8080");
        assert_eq!(bench.of(CODE, "127.0.0.1:8080").expect("hit").severity, Severity::Warning);
        assert_eq!(bench.of(CODE, "127.0.0.1:80").expect("note").severity, Severity::Note);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
