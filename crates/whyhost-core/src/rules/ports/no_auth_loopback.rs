//! # listen.no-auth-loopback — a service without a password is one web page away
//!
//! ## What it means
//! A service that asks nobody for a password listens on loopback. No other machine reaches it. Every user of
//! this machine does, and so does every web page that its browser opens: a page may send requests to localhost,
//! and to the address of all zeros, which leads to loopback too on Linux and macOS.
//!
//! ## Who is hit
//! Developers with databases, model servers or debuggers without authentication. Browsers close this hole step
//! by step (Chrome since version 128 for the address of all zeros).
//!
//! ## Example
//! ```text
//! fetch("http://0.0.0.0:11434/api/tags")      // from any web page
//! ```
//!
//! ## Repair
//! Switch authentication on, or let the service listen on a Unix socket. For HTTP services: check the Host and
//! Origin fields.
//!
//! ## Not a repair
//! Binding another address of 127.0.0.0/8: pages find it as easily.
//!
//! ## References
//! - https://chromestatus.com/feature/5106143060033536
//! - https://developer.mozilla.org/en-US/docs/Web/Security/Same-origin_policy

use super::super::facts::{describe, is_loopback, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use super::asked_port;
use crate::finding::{Finding, Severity};
use crate::reach::services::{Audience, recognise};

pub(super) const RULE: Rule = Rule {
    code: "listen.no-auth-loopback",
    severity: Severity::Note,
    title: "a service without a password is one web page away",
    references: &[
        "https://chromestatus.com/feature/5106143060033536",
        "https://developer.mozilla.org/en-US/docs/Web/Security/Same-origin_policy",
    ],
    source: include_str!("no_auth_loopback.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some((port, sockets)) = asked_port(ctx) else { return };
    let found = sockets.iter().filter(|s| is_loopback(s.address)).find_map(|s| {
        let service = recognise(s.process.as_ref()?, port)?;
        (service.meant_for == Audience::OpenBackend).then_some((s, service))
    });
    let Some((socket, service)) = found else { return };
    let mut finding = RULE.finding(format!("{} asks nobody for a password by default", describe(socket)));
    let stake = service.stake.unwrap_or("the service");
    finding.message = Some(format!("every user and every web page of this machine can try it: {stake}"));
    finding.evidence.push(listener_row(socket));
    finding.remedies.push(remedy::advice(
        format!("switch authentication of {} on", service.name),
        THIS_SERVER,
        "every client needs the password then; leave it as it is on a machine of your own without shared users",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.no-auth-loopback";

    #[test]
    fn only_services_that_are_known_to_be_open() {
        let bench =
            debian().listen_as("127.0.0.1:11434", 7, "ollama").listen_as("127.0.0.1:5432", 8, "postgres");
        assert!(bench.of(CODE, "localhost:11434").is_some());
        assert_eq!(bench.of(CODE, "localhost:5432"), None);
        assert_eq!(bench.of(CODE, "localhost"), None);
        let open = debian().listen_as("0.0.0.0:11434", 7, "ollama");
        assert_eq!(open.of(CODE, "localhost:11434"), None);
    }
}
