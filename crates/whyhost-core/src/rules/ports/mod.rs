//! Listening sockets, and what clients meet there.

mod accept_then_reset;
mod excluded_range;
mod exposed_docker;
mod exposed_wildcard;
mod family_mismatch;
mod loopback_only;
mod no_auth_loopback;
mod none;
mod other_netns;
mod other_port;
mod reuseport_mixed;
mod slow_fallback;
mod split_owner;
mod timeout;
mod unsafe_port;

use super::facts::tcp_sockets;
use super::{Context, Rule};
use crate::snapshot::{Protocol, Socket};

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[
    excluded_range::RULE,
    none::RULE,
    other_port::RULE,
    split_owner::RULE,
    reuseport_mixed::RULE,
    loopback_only::RULE,
    exposed_wildcard::RULE,
    exposed_docker::RULE,
    no_auth_loopback::RULE,
    unsafe_port::RULE,
    family_mismatch::RULE,
    accept_then_reset::RULE,
    timeout::RULE,
    slow_fallback::RULE,
    other_netns::RULE,
];

/// The TCP listeners that the question is about: those of its port; all of them where the whole machine is asked about.
fn asked<'a>(ctx: &Context<'a>) -> Vec<&'a Socket> {
    match ctx.target.port {
        Some(port) => tcp_sockets(ctx.machine, port).collect(),
        None if ctx.asks_localhost() => {
            ctx.machine.raw.sockets.iter().filter(|s| s.protocol == Protocol::Tcp).collect()
        }
        None => Vec::new(),
    }
}

/// The port that was asked about with its TCP listeners, where it has any.
pub(super) fn asked_port<'a>(ctx: &Context<'a>) -> Option<(u16, Vec<&'a Socket>)> {
    let port = ctx.target.port?;
    let sockets: Vec<&Socket> = tcp_sockets(ctx.machine, port).collect();
    (!sockets.is_empty()).then_some((port, sockets))
}
