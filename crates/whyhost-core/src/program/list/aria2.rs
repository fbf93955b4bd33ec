//! aria2: c-ares with localhost built in.

use super::library;
use crate::program::{Behaviour, Builtin, Detect, Era, Lookup, PLAIN, Program, Strategy, V6_V4, When};
use crate::resolve::Evidence;
use crate::snapshot::Family;

/// aria2.
pub(super) const ARIA2: Program = Program {
    detect: Some(Detect { names: &["aria2c"], option: "--version" }),
    ..library(
        "aria2",
        "aria2",
        "aria2c",
        &[Era {
            since: "1.36",
            label: "1.36",
            evidence: Evidence::Measured { run: "1.36.0" },
            behaviour: Behaviour {
                lookup: Lookup::Own { resolver: "c-ares", family: Family::Any },
                builtin: Some(Builtin {
                    when: When::Always,
                    addresses: V6_V4,
                    subdomains: false,
                    final_dot: false,
                    cite: "c-ares ares_addrinfo_localhost.c; run as aria2 1.36",
                }),
                strategy: Strategy::TwoGroups(1000),
                ..PLAIN
            },
        }],
        &["aria2 src/InitiateConnectionCommand.cc: backup connection (1.36)"],
    )
};
