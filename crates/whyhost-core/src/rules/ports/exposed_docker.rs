//! # listen.exposed-docker — a published container port is open to the network
//!
//! ## What it means
//! A container engine publishes the port on every address. Its rules stand before those of ufw and of the
//! INPUT chain (the destination is rewritten first), so `ufw deny` does not close it.
//!
//! ## Who is hit
//! Whoever thinks that the firewall protects the port. From this machine everything looks the same.
//!
//! ## Example
//! ```text
//! $ docker run -p 6379:6379 redis
//! $ sudo ufw status | grep 6379
//! 6379      DENY      Anywhere
//! $ redis-cli -h 192.0.2.10 ping        # from another machine
//! PONG
//! ```
//!
//! ## Repair
//! Publish it on loopback: `-p 127.0.0.1:6379:6379` (and `-p '[::1]:6379:6379'`), in a compose file
//! `"127.0.0.1:6379:6379"`. For all containers: `"ip": "127.0.0.1"` in /etc/docker/daemon.json. Rules for the
//! rest belong in the chain DOCKER-USER.
//!
//! ## Not a repair
//! `ufw deny PORT`: the packet does not get as far. `"iptables": false` in daemon.json: containers lose their
//! network.
//!
//! ## References
//! - https://docs.docker.com/engine/network/port-publishing/
//! - https://github.com/moby/moby/issues/4737
//! - https://github.com/chaifeng/ufw-docker

use super::super::facts::{describe, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use super::asked;
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::reach::RELAYS;
use crate::reach::table::own_addresses;
use crate::snapshot::{Process, Socket};

pub(super) const RULE: Rule = Rule {
    code: "listen.exposed-docker",
    severity: Severity::Warning,
    title: "a published container port is open to the network",
    references: &[
        "https://docs.docker.com/engine/network/port-publishing/",
        "https://github.com/moby/moby/issues/4737",
        "https://github.com/chaifeng/ufw-docker",
    ],
    source: include_str!("exposed_docker.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if own_addresses(ctx.machine).next().is_none() {
        return;
    }
    let mut told: Vec<u16> = Vec::new();
    for socket in asked(ctx) {
        let Some(relay) = socket.process.as_ref().filter(|p| RELAYS.contains(&p.name.as_str())) else {
            continue;
        };
        if socket.address.to_canonical().is_unspecified() && !told.contains(&socket.port) {
            told.push(socket.port);
            out.push(tell(socket, relay));
        }
    }
}

fn tell(socket: &Socket, relay: &Process) -> Finding {
    let port = socket.port;
    let inner = option(relay, "-container-port");
    let mut finding =
        RULE.finding(format!("a container publishes port {port} to every network, past the firewall"));
    finding.evidence.push(listener_row(socket));
    if let (Some(address), Some(inner)) = (option(relay, "-container-ip"), &inner) {
        let leads = format!("{} leads to {address}:{inner}", describe(socket));
        finding.evidence.push(Evidence::new(leads, "command line"));
    }
    let inner = inner.unwrap_or_else(|| port.to_string());
    finding.remedies.push(remedy::advice(
        format!("publish it on loopback: `-p 127.0.0.1:{port}:{inner}` and `-p '[::1]:{port}:{inner}'`"),
        THIS_SERVER,
        format!("in a compose file `\"127.0.0.1:{port}:{inner}\"`; the container is made anew, other machines lose it"),
    ));
    finding.remedies.push(remedy::command(
        "let only one network in, by a rule in DOCKER-USER",
        Applicability::Unsafe,
        "all published ports",
        &[&format!(
            "sudo iptables -I DOCKER-USER -p tcp -m conntrack --ctorigdstport {port} ! -s 192.0.2.0/24 -j DROP  # your network"
        )],
    ));
    finding
}

/// The value behind an option of docker-proxy (moby cmd/docker-proxy/main_linux.go).
fn option(process: &Process, name: &str) -> Option<String> {
    let at = process.command.iter().position(|word| word == name)?;
    process.command.get(at + 1).cloned()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.exposed-docker";

    #[test]
    fn published_ports_are_told_once_with_their_target() {
        let bench =
            debian().listen_as("0.0.0.0:8080", 5, "docker-proxy").listen_as("[::]:8080", 6, "docker-proxy");
        let bench = bench.snapshot(|s| {
            let words = ["docker-proxy", "-container-ip", "172.17.0.2", "-container-port", "80"];
            for process in s.sockets.iter_mut().filter_map(|s| s.process.as_mut()) {
                process.command = words.map(str::to_owned).to_vec();
            }
        });
        let found = bench.one(CODE);
        assert_eq!(found.title, "a container publishes port 8080 to every network, past the firewall");
        assert!(found.remedies[0].title.contains("127.0.0.1:8080:80"), "{:?}", found.remedies);
        assert!(bench.of("listen.exposed-wildcard", "localhost:8080").is_none());
        assert!(debian().listen_as("127.0.0.1:8080", 5, "docker-proxy").is_quiet(CODE));
    }
}
