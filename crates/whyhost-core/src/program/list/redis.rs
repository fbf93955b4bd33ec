//! redis-cli and hiredis.

use super::library;
use crate::program::{Behaviour, Detect, Era, Lookup, PLAIN, Program, Serves, Strategy};
use crate::resolve::Evidence;

/// redis-cli: IPv4, and IPv6 only where there is no IPv4 address.
pub(super) const REDIS_CLI: Program = Program {
    detect: Some(Detect { names: &["redis-cli"], option: "--version" }),
    serves: Serves::Ports(&[6379]),
    ..library(
        "redis",
        "redis-cli",
        "redis-cli, hiredis",
        &[Era {
            since: "6",
            label: "6 and later",
            evidence: Evidence::Measured { run: "7.0, 8.0" },
            // A refusal ends the loop over addresses: run with a name of two IPv4 addresses.
            behaviour: Behaviour { lookup: Lookup::SystemV4ElseV6, strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["hiredis net.c: _redisContextConnectTcp (1.1)"],
    )
};
