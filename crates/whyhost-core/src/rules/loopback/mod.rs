//! The loopback interface and the kernel's switches.

mod bindv6only;
mod down;
mod ipv6_disabled_hosts_v6;
mod ipv6_unsupported;
mod loopback_blocked;
mod no_v4_loopback;
mod no_v6_loopback;

use super::Rule;
use crate::machine::Machine;
use crate::snapshot::{LoopbackKind, ProbeOutcome};
use std::net::IpAddr;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[
    down::RULE,
    no_v4_loopback::RULE,
    no_v6_loopback::RULE,
    ipv6_disabled_hosts_v6::RULE,
    ipv6_unsupported::RULE,
    bindv6only::RULE,
    loopback_blocked::RULE,
];

/// The loopback addresses over which the machine does not reach itself, although lo is up and has them: IPv4 first.
pub(super) fn blocked_families(machine: &Machine) -> Vec<IpAddr> {
    if machine.loopback().is_some_and(|lo| !lo.is_up()) {
        return Vec::new();
    }
    let tests = machine.raw.live.loopback.iter();
    let lost = tests.filter(|t| t.kind == LoopbackKind::Tcp && t.outcome == ProbeOutcome::TimedOut);
    let mut blocked: Vec<IpAddr> = lost
        .map(|t| t.address)
        .filter(|a| machine.loopback().is_none() || machine.loopback_has(*a))
        .collect();
    blocked.sort();
    blocked
}
