//! Node's own `listen`: `dns.lookup` without `AI_ADDRCONFIG`, the first address.

use super::{ANY_V4, SYSTEM, SYSTEM_V4_FIRST, dual_stack, dual_stack_else_v4, first, run, server};
use crate::machine::Machine;
use crate::program::servers::{Ask, Dual, Opens, Server};
use crate::program::{ADDRCONFIG, Behaviour, Order, PROGRAMS, Strategy, Version};
use crate::resolve::{Evidence, Step};

const LISTEN: &str = "Node lib/net.js: Server.listen, setupListenHandle, lookupAndListen (24.21.0)";
const ALL: Evidence = run("16.20.2, 18.20.8, 20.20.2, 24.21.0, 26.10.0");

/// `dns.lookup` sorted IPv4 first before version 17.
const V4_FIRST_BEFORE_17: &[(&str, Opens)] = &[("17", first(SYSTEM_V4_FIRST))];

/// What listens to one address of `localhost` by Node's look-up.
pub(super) const fn on_localhost(
    id: &'static str,
    name: &'static str,
    told: &'static str,
    evidence: Evidence,
    references: &'static [&'static str],
) -> Server {
    Server {
        program: Some("node"),
        before: V4_FIRST_BEFORE_17,
        adapt: Some(adapt),
        ..server(id, name, told, first(SYSTEM), evidence, references)
    }
}

/// What listens without a host.
pub(super) const fn without_host(
    id: &'static str,
    name: &'static str,
    told: &'static str,
    evidence: Evidence,
    references: &'static [&'static str],
) -> Server {
    Server {
        program: Some("node"),
        ..server(id, name, told, dual_stack_else_v4(Dual::Set), evidence, references)
    }
}

/// `net`, `http`, `https` with the host `localhost`.
pub(super) const LISTEN_LOCALHOST: Server =
    on_localhost("node-listen-localhost", "Node", "listen(port, 'localhost')", ALL, &[LISTEN]);

/// The same without a host.
pub(super) const LISTEN_PORT: Server = without_host(
    "node-listen",
    "Node",
    "listen(port)",
    ALL,
    &[LISTEN, "libuv src/unix/tcp.c: uv__tcp_bind", "https://nodejs.org/api/net.html#serverlisten"],
);

/// The same with 0.0.0.0.
pub(super) const LISTEN_V4: Server = Server {
    program: Some("node"),
    ..server("node-listen-v4", "Node", "listen(port, '0.0.0.0')", ANY_V4, run("24.21.0"), &[LISTEN])
};

/// The same with `::`.
pub(super) const LISTEN_V6: Server = Server {
    program: Some("node"),
    ..server("node-listen-v6", "Node", "listen(port, '::')", dual_stack(Dual::Set), run("24.21.0"), &[LISTEN])
};

/// Only the order of the look-up counts, not how a client would go on.
pub(super) fn adapt(machine: &Machine, version: &Version, opens: &mut Opens, steps: &mut Vec<Step>) {
    let (Opens::First { ask, .. } | Opens::Every { ask, .. }) = opens else { return };
    let Some(adapt) = PROGRAMS.iter().find(|p| p.id == "node").and_then(|p| p.adapt) else { return };
    let Ask { builtin, order, .. } = *ask;
    let mut client = Behaviour { lookup: ADDRCONFIG, builtin, order, strategy: Strategy::FirstOnly };
    let mut all = Vec::new();
    adapt(machine, version, &mut client, &mut all);
    ask.order = match client.order {
        Order::AlternateV4First => Order::V4First,
        Order::AlternateV6First => Order::V6First,
        Order::Alternate => order,
        other => other,
    };
    steps.extend(all.into_iter().filter(|s| s.step.contains("--dns-result-order")));
}
