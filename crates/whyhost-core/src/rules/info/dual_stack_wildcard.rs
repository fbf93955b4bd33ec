//! # info.dual-stack-wildcard — a socket on :: takes IPv4 as well
//!
//! ## What it means
//! The server has one socket, on ::, with IPV6_V6ONLY switched off: it takes IPv4 connections too. netstat
//! lists it as tcp6 only, ss as `*:PORT`.
//!
//! ## Who is hit
//! Nobody. People who read the list conclude that the server speaks IPv6 alone and look for the fault there.
//!
//! ## Example
//! ```text
//! $ netstat -ltn
//! tcp6       0      0 :::8080                 :::*                    LISTEN
//! $ curl -4 http://127.0.0.1:8080/      # works
//! ```
//!
//! ## Repair
//! Nothing. `ss -ltne` shows v6only:0.
//!
//! ## Not a repair
//! Adding a second server for IPv4: the address is taken (EADDRINUSE).
//!
//! ## References
//! - https://man7.org/linux/man-pages/man7/ipv6.7.html
//! - https://github.com/moby/moby/issues/2174

use super::super::facts::{describe, listener_row};
use super::super::ports::asked_port;
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::snapshot::Socket;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "info.dual-stack-wildcard",
    severity: Severity::Note,
    title: "a socket on :: takes IPv4 as well",
    references: &[
        "https://man7.org/linux/man-pages/man7/ipv6.7.html",
        "https://github.com/moby/moby/issues/2174",
    ],
    source: include_str!("dual_stack_wildcard.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some((_, sockets)) = asked_port(ctx) else { return };
    let is_dual =
        |s: &&&Socket| matches!(s.address, IpAddr::V6(a) if a.is_unspecified()) && s.v6only == Some(false);
    let Some(socket) = sockets.iter().find(is_dual) else { return };
    let mut finding = RULE.finding(format!("{} takes IPv4 as well as IPv6", describe(socket)));
    finding.evidence.push(listener_row(socket));
    finding.remedies.push(remedy::advice(
        "leave it as it is: one socket serves both families",
        THIS_SERVER,
        "netstat shows such a socket as tcp6, ss as *; `ss -ltne` says v6only:0",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "info.dual-stack-wildcard";

    #[test]
    fn only_a_socket_that_is_known_to_take_both() {
        assert!(debian().listen("[::]:8080").of(CODE, "localhost:8080").is_some());
        assert_eq!(debian().listen_v6only("[::]:8080").of(CODE, "localhost:8080"), None);
        assert_eq!(debian().listen("0.0.0.0:8080").of(CODE, "localhost:8080"), None);
        assert_eq!(debian().listen("[::]:8080").of(CODE, "localhost"), None);
    }
}
