//! # listen.loopback-only — the server is for this machine only
//!
//! ## What it means
//! The server listens on a loopback address. That is what most local services should do: no other machine, no
//! container and no virtual machine reaches it, whatever the firewall says.
//!
//! ## Who is hit
//! Programs in containers: there localhost is the container. They fail with ECONNREFUSED at the address of the
//! host (host.docker.internal, the gateway of the bridge), and so does a colleague at the address of the machine.
//!
//! ## Example
//! ```text
//! Couldn't connect to Ollama at http://host.docker.internal:11434
//! $ ss -ltnH 'sport = :11434'
//! LISTEN 0 4096 127.0.0.1:11434 0.0.0.0:*
//! ```
//!
//! ## Repair
//! Nothing, if only this machine shall use it. For containers: let the server listen on the address of the
//! bridge as well, or run both in one network. For a colleague: an SSH tunnel, or the address of that one network.
//!
//! ## Not a repair
//! Listening on every address to make containers work: then everybody on the network is let in.
//!
//! ## References
//! - https://docs.docker.com/engine/network/
//! - https://github.com/ollama/ollama/issues/703
//! - https://github.com/open-webui/open-webui/issues/209

use super::super::facts::{accepts, describe, is_loopback, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use super::asked_port;
use crate::finding::{Finding, Severity};
use crate::machine::Machine;
use crate::reach::{self, services};
use crate::snapshot::Socket;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "listen.loopback-only",
    severity: Severity::Note,
    title: "the server is for this machine only",
    references: &[
        "https://docs.docker.com/engine/network/",
        "https://github.com/ollama/ollama/issues/703",
        "https://github.com/open-webui/open-webui/issues/209",
    ],
    source: include_str!("loopback_only.rs"),
    check,
};

/// Bridges that container engines and virtual machines make.
const BRIDGES: [&str; 6] = ["docker", "br-", "podman", "cni", "virbr", "lxcbr"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some((port, sockets)) = asked_port(ctx) else { return };
    let Some(first) = sockets.first().filter(|_| sockets.iter().all(|s| is_loopback(s.address))) else {
        return;
    };
    let own: Vec<IpAddr> = ctx.destinations().into_iter().map(|d| reach::normalise(d).address).collect();
    let outside = own.iter().find(|a| !is_loopback(**a) && ctx.machine.interface_of(**a).is_some());
    let outside = outside.filter(|a| !accepts(ctx.machine, **a, port)).copied();
    let bridge = bridge(ctx.machine);
    if outside.is_none() && bridge.is_none() {
        return;
    }
    let title = match (outside, &bridge) {
        (Some(address), _) => format!("{} listens for this machine only, not on {address}", describe(first)),
        (None, Some((name, _))) => format!("containers on {name} do not reach {}", describe(first)),
        (None, None) => return,
    };
    let mut finding = RULE.finding(title);
    finding.evidence.extend(sockets.iter().map(|s| listener_row(s)));
    let address = outside.or_else(|| bridge.map(|(_, address)| address));
    finding.remedies.push(more(first, address, port));
    out.push(finding);
}

/// A bridge and its address.
fn bridge(machine: &Machine) -> Option<(String, IpAddr)> {
    let is_bridge = |name: &str| BRIDGES.iter().any(|start| name.starts_with(start));
    let found = machine.raw.interfaces.iter().filter(|i| i.is_up() && is_bridge(&i.name));
    found.into_iter().find_map(|i| Some((i.name.clone(), i.addresses.first()?.address)))
}

fn more(socket: &Socket, address: Option<IpAddr>, port: u16) -> remedy::Remedy {
    let product = socket.process.as_ref().and_then(|p| services::recognise(p, port));
    let name = product.map_or("the server", |service| service.name);
    let what = address.map_or_else(|| "the address of that network".to_owned(), |a| a.to_string());
    remedy::advice(
        format!("let {name} listen on {what} beside loopback, if others shall use it"),
        THIS_SERVER,
        "whoever is on that network can use it then; an SSH tunnel (`ssh -L`) lets one person in instead",
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.loopback-only";

    #[test]
    fn told_where_somebody_else_would_want_it() {
        let bench = debian().listen("127.0.0.1:3000");
        assert_eq!(bench.of(CODE, "localhost:3000"), None);
        let found = bench.of(CODE, "192.0.2.10:3000").expect("own address");
        assert_eq!(
            found.title,
            "127.0.0.1:3000 (python3, pid 412) listens for this machine only, not on 192.0.2.10"
        );
        let docker = bench.snapshot(|s| s.interfaces[1].name = "docker0".into());
        let found = docker.of(CODE, "localhost:3000").expect("bridge");
        assert_eq!(found.title, "containers on docker0 do not reach 127.0.0.1:3000 (python3, pid 412)");
        assert_eq!(docker.listen("192.0.2.10:3000").of(CODE, "localhost:3000"), None);
    }
}
