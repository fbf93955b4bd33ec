//! aria2: c-ares, for the families that an address outside the loopback block is configured for.

use super::library;
use crate::machine::Machine;
use crate::program::{
    Behaviour, Builtin, Detect, Era, Lookup, PLAIN, Program, Strategy, V6_V4, Version, When,
};
use crate::resolve::{Evidence, Step};
use crate::snapshot::Family;
use std::net::IpAddr;

const fn asks(family: Family) -> Lookup {
    Lookup::Own { resolver: "c-ares", family }
}

/// aria2.
pub(super) const ARIA2: Program = Program {
    detect: Some(Detect { names: &["aria2c"], option: "--version" }),
    adapt: Some(adapt),
    ..library(
        "aria2",
        "aria2",
        "aria2c",
        &[Era {
            since: "1.36",
            label: "1.36",
            evidence: Evidence::Measured { run: "1.36.0" },
            behaviour: Behaviour {
                lookup: Lookup::OwnApart { resolver: "c-ares" },
                builtin: Some(Builtin {
                    when: When::NotFound,
                    addresses: V6_V4,
                    subdomains: false,
                    final_dot: false,
                    cite: "c-ares ares_gethostbyname.c; run as aria2 1.36 with c-ares 1.18.1",
                }),
                strategy: Strategy::TwoGroups(1000),
                ..PLAIN
            },
        }],
        &[
            "aria2 src/InitiateConnectionCommand.cc: backup connection (1.36)",
            "aria2 src/SocketCore.cc: net::checkAddrconfig (1.36)",
        ],
    )
};

/// Only families with an address that is not loopback are asked for; without any, nothing is (seen with lo alone).
fn adapt(machine: &Machine, _: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    let all = || machine.raw.interfaces.iter().flat_map(|i| &i.addresses).map(|a| a.address);
    // A link-local IPv6 address does not count: run with no other beside loopback.
    let inner = |a: &IpAddr| a.is_loopback() || matches!(a, IpAddr::V6(v6) if v6.is_unicast_link_local());
    let outside = |v4: bool| all().any(|a| a.is_ipv4() == v4 && !inner(&a));
    let (lookup, what) = match (outside(true), outside(false)) {
        (true, true) => return,
        (true, false) => (asks(Family::V4), "no IPv6 address but loopback: IPv4 only"),
        (false, true) => (asks(Family::V6), "no IPv4 address but loopback: IPv6 only"),
        (false, false) => (Lookup::Nothing, "no address but loopback: nothing is asked"),
    };
    behaviour.lookup = lookup;
    if lookup == Lookup::Nothing {
        behaviour.builtin = None;
    }
    steps.push(Step::new("addresses", what));
}
