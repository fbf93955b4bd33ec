//! # listen.exposed-wildcard — a local service is open to the network
//!
//! ## What it means
//! The server listens on every address of the machine, so every machine that gets a packet here can connect:
//! the office, the wireless network of a café, a cloud network, the Internet where the machine has a public
//! address. For a program that is made for this machine alone that is rarely meant. For a server that is not
//! known it is a note, and nothing is said of one that is made for the network. A packet filter may stand before it; `whyhost ports`
//! says what could be read of it.
//!
//! ## Who is hit
//! The owner, later: databases without a password, debuggers and development servers are found by scans
//! within hours. Nothing fails and nothing is shown.
//!
//! ## Example
//! ```text
//! $ ss -ltnH 'sport = :6379'
//! LISTEN 0 511 0.0.0.0:6379 0.0.0.0:*
//! $ redis-cli -h 192.0.2.10 ping        # from another machine
//! PONG
//! ```
//!
//! ## Repair
//! Let it listen on 127.0.0.1 and ::1. `whyhost ports --exposed` names the setting of the products that it
//! knows. Where others shall use it, let it listen on the address of that one network, with a password.
//!
//! ## Not a repair
//! A firewall alone, where the setting is one line: rules for IPv4 do not filter IPv6, and published container
//! ports pass by them.
//!
//! ## References
//! - https://owasp.org/www-project-top-ten/2017/A6_2017-Security_Misconfiguration
//! - https://redis.io/docs/latest/operate/oss_and_stack/management/security/
//! - https://man7.org/linux/man-pages/man7/ip.7.html

use super::super::facts::{describe, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use super::asked;
use crate::finding::{Evidence, Finding, Severity};
use crate::machine::Machine;
use crate::reach::services::{Audience, Service, recognise};
use crate::reach::table::own_addresses;
use crate::reach::{RELAYS, same_program};
use crate::snapshot::Socket;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "listen.exposed-wildcard",
    severity: Severity::Warning,
    title: "a local service is open to the network",
    references: &[
        "https://owasp.org/www-project-top-ten/2017/A6_2017-Security_Misconfiguration",
        "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
        "https://man7.org/linux/man-pages/man7/ip.7.html",
    ],
    source: include_str!("exposed_wildcard.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut told: Vec<&Socket> = Vec::new();
    for socket in asked(ctx) {
        let again = |t: &&&Socket| t.port == socket.port && same_program(&t.process, &socket.process);
        if !is_open(socket) || told.iter().any(|t| again(&t)) || addresses(ctx.machine, socket).is_empty() {
            continue;
        }
        told.push(socket);
        let service = socket.process.as_ref().and_then(|p| recognise(p, socket.port));
        let is_local = service.is_some_and(|s| s.meant_for.is_local());
        let is_meant = service.is_some_and(|s| s.meant_for == Audience::Network);
        // Without a port the question is what is wrong, not who listens.
        if is_local || (ctx.target.port.is_some() && !is_meant) {
            out.push(tell(ctx.machine, socket, service));
        }
    }
}

/// On every address, and no relay of a container engine, of which another rule tells.
fn is_open(socket: &Socket) -> bool {
    let relay = socket.process.as_ref().is_some_and(|p| RELAYS.contains(&p.name.as_str()));
    socket.address.to_canonical().is_unspecified() && socket.interface_index == 0 && !relay
}

/// Where others reach it.
fn addresses(machine: &Machine, socket: &Socket) -> Vec<IpAddr> {
    let accepts = |a: &IpAddr| crate::reach::kernel::accepts(machine, socket, (*a).into());
    own_addresses(machine).filter(|(_, a)| a.scope_id == 0).map(|(_, a)| a.address).filter(accepts).collect()
}

fn tell(machine: &Machine, socket: &Socket, service: Option<&'static Service>) -> Finding {
    let local = service.filter(|s| s.meant_for.is_local());
    let stake = local.and_then(|s| s.stake);
    let title = match stake {
        Some(stake) => format!("{} is open to every network: {stake}", describe(socket)),
        None => format!("{} is open to every network", describe(socket)),
    };
    let mut finding = RULE.finding(title);
    if local.is_none() {
        finding.severity = Severity::Note;
    }
    finding.evidence.push(listener_row(socket));
    let at = addresses(machine, socket).iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
    finding
        .evidence
        .push(Evidence::new(format!("others reach it at {at}, packet filters aside"), "interfaces"));
    if let Some(service) = service {
        let row = Evidence::new(
            format!("{} listens by default on {}", service.name, service.default),
            service.source,
        );
        finding.evidence.push(row);
    }
    finding.remedies.push(close(socket, service.filter(|s| !s.loopback.is_empty())));
    finding
}

fn close(socket: &Socket, service: Option<&'static Service>) -> remedy::Remedy {
    let port = socket.port;
    let Some(service) = service else {
        return remedy::advice(
            format!("let the server listen on 127.0.0.1:{port} and [::1]:{port}, if others shall not use it"),
            THIS_SERVER,
            "its option is often called host, bind or listen; other machines lose it then",
        );
    };
    let side = match service.meant_for {
        Audience::Backend | Audience::OpenBackend => {
            "restart it; other machines and containers lose it, so look first who uses it (`ss -tn`)"
        }
        _ => "restart it; other machines and containers lose it",
    };
    remedy::advice(
        format!("let {} listen on loopback only: {}", service.name, service.loopback),
        THIS_SERVER,
        side,
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "listen.exposed-wildcard";

    #[test]
    fn a_service_that_is_made_for_this_machine_is_a_warning() {
        let bench = debian().listen_as("[::]:6379", 9, "redis-server").listen_as(
            "127.0.0.1:6380",
            10,
            "redis-server",
        );
        let found = bench.of(CODE, "localhost").expect("whole checkup");
        assert_eq!(found.severity, Severity::Warning);
        assert_eq!(
            found.title,
            "[::]:6379 (redis-server, pid 9) is open to every network: the data, and code execution"
        );
        assert!(found.remedies[0].title.contains("bind 127.0.0.1 -::1"), "{:?}", found.remedies);
        assert_eq!(bench.of(CODE, "localhost:6380"), None);
    }

    #[test]
    fn what_is_not_known_is_a_note_where_it_is_asked_about() {
        let bench = debian().listen_as("0.0.0.0:22", 9, "sshd").listen("0.0.0.0:3000");
        assert_eq!(bench.of(CODE, "localhost"), None);
        assert_eq!(bench.of(CODE, "localhost:22"), None);
        assert_eq!(bench.of(CODE, "localhost:3000").map(|f| f.severity), Some(Severity::Note));
        let alone = debian().without_network().listen_as("0.0.0.0:6379", 9, "redis-server");
        assert_eq!(alone.of(CODE, "localhost:6379"), None);
    }

    #[test]
    fn both_wildcards_of_one_program_are_one_finding() {
        let bench =
            debian().listen_as("0.0.0.0:6379", 9, "redis-server").listen_as("[::]:6379", 9, "redis-server");
        assert_eq!(bench.check(CODE, &[]).len(), 1);
    }
}
