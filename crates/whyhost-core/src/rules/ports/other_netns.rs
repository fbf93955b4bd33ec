//! # scope.other-netns — the port is open in another network namespace only
//!
//! ## What it means
//! Nothing listens on the port here, but a program does in another network namespace of this machine: in a
//! container, in a sandbox, behind `ip netns exec` or a systemd unit with PrivateNetwork. Each namespace has a
//! loopback interface of its own, so localhost there is not localhost here.
//!
//! ## Who is hit
//! Clients on the host: they are refused. The server is healthy, and clients inside the container reach it.
//!
//! ## Example
//! ```text
//! $ docker run postgres            # without -p
//! $ psql -h localhost
//! could not connect to server: Connection refused
//! ```
//!
//! ## Repair
//! Publish the port (`docker run -p 127.0.0.1:5432:5432`), or connect to the address of the container. A server
//! that is bound to 127.0.0.1 inside has to listen on the container's address first; that reaches no further
//! than its network.
//!
//! ## Not a repair
//! `--network host` for everything: every port of the container is then a port of the machine.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man7/network_namespaces.7.html
//! - https://docs.docker.com/engine/network/port-publishing/

use super::super::facts::{is_loopback, tcp_sockets};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::reach::home;
use crate::snapshot::{Namespace, Protocol, Socket};
use std::net::SocketAddr;

pub(super) const RULE: Rule = Rule {
    code: "scope.other-netns",
    severity: Severity::Warning,
    title: "the port is open in another network namespace only",
    references: &[
        "https://man7.org/linux/man-pages/man7/network_namespaces.7.html",
        "https://docs.docker.com/engine/network/port-publishing/",
    ],
    source: include_str!("other_netns.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(port) = ctx.target.port else { return };
    if tcp_sockets(ctx.machine, port).next().is_some() {
        return;
    }
    let on_port = |s: &&Socket| s.protocol == Protocol::Tcp && s.port == port;
    let found: Vec<(&Namespace, &Socket)> = ctx
        .machine
        .raw
        .namespaces
        .iter()
        .filter_map(|n| Some((n, n.sockets.iter().find(on_port)?)))
        .collect();
    let Some((namespace, socket)) = found.first() else { return };
    let mut finding = RULE.finding(format!("port {port} is open in {}, not here", name(namespace)));
    finding.message = Some("every network namespace has a localhost of its own".into());
    finding.evidence.extend(found.iter().map(|(n, s)| {
        let place = SocketAddr::new(s.address, s.port);
        Evidence::new(format!("{place} listens in {}", name(n)), "network namespaces")
    }));
    finding.remedies.push(publish(namespace, socket, port));
    out.push(finding);
}

/// `docker container 4f1c5b0d9e8a`, `the network namespace of postgres (pid 77)`.
fn name(namespace: &Namespace) -> String {
    let process = &namespace.process;
    match namespace.cgroup.as_deref().and_then(home::container) {
        Some(container) => format!("{} container {} ({})", container.runtime, container.id, process.name),
        None => format!("the network namespace of {} (pid {})", process.name, process.pid),
    }
}

fn publish(namespace: &Namespace, socket: &Socket, port: u16) -> remedy::Remedy {
    let container = namespace.cgroup.as_deref().and_then(home::container);
    let inside = if is_loopback(socket.address) {
        "; inside, it listens on loopback and has to listen on the container's own address first"
    } else {
        ""
    };
    match (container, namespace.addresses.iter().find(|a| !is_loopback(**a))) {
        (Some(_), _) => remedy::advice(
            format!("publish the port: `-p 127.0.0.1:{port}:{port}` when the container is made"),
            THIS_SERVER,
            format!("the container has to be made anew{inside}"),
        ),
        (None, Some(address)) => remedy::advice(
            format!("connect to {} in place of localhost", SocketAddr::new(*address, port)),
            remedy::THIS_CLIENT,
            format!("that is the address of the namespace{inside}"),
        ),
        (None, None) => remedy::advice(
            format!(
                "start the client in the same namespace: `sudo nsenter -t {} -n COMMAND`",
                namespace.process.pid
            ),
            remedy::THIS_CLIENT,
            format!("or give the namespace an address that is reached from here{inside}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};
    use crate::snapshot::{Namespace, Process, Protocol, Socket};

    const CODE: &str = "scope.other-netns";

    fn elsewhere(cgroup: Option<&str>) -> Bench {
        debian().snapshot(|s| {
            let process = Process { pid: 77, name: "postgres".into(), ..Process::default() };
            let listener = Socket::new(Protocol::Tcp, "127.0.0.1".parse().expect("address"), 5432);
            s.namespaces.push(Namespace {
                id: 9,
                process,
                cgroup: cgroup.map(str::to_owned),
                sockets: vec![listener],
                addresses: vec!["172.17.0.2".parse().expect("address")],
            });
        })
    }

    #[test]
    fn the_namespace_is_named_by_its_container_or_its_process() {
        let id = "4f1c5b0d9e8a7f6e5d4c3b2a190817263544536271809fa8b7c6d5e4f3a2b1c0";
        let bench = elsewhere(Some(&format!("/system.slice/docker-{id}.scope")));
        let found = bench.of(CODE, "localhost:5432").expect("finding");
        assert_eq!(found.title, "port 5432 is open in docker container 4f1c5b0d9e8a (postgres), not here");
        let found = elsewhere(None).of(CODE, "localhost:5432").expect("finding");
        assert_eq!(found.title, "port 5432 is open in the network namespace of postgres (pid 77), not here");
        assert!(found.remedies[0].title.contains("172.17.0.2:5432"), "{:?}", found.remedies);
        assert_eq!(bench.listen("127.0.0.1:5432").of(CODE, "localhost:5432"), None);
        assert_eq!(bench.of(CODE, "localhost:5433"), None);
    }
}
