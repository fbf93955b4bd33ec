//! Bun: its own `fetch` knows localhost by itself; `node:` modules do as Node.

use crate::program::{
    ADDRCONFIG, Behaviour, Builtin, Detect, Era, GETADDRINFO, Order, Program, Serves, Strategy, V6_V4, When,
};
use crate::resolve::Evidence;

const RUN: Evidence = Evidence::Measured { run: "1.4.5" };

/// `fetch`, `Bun.connect`.
pub(super) const BUN: Program = Program {
    id: "bun",
    name: "Bun",
    what: "fetch, Bun.connect",
    detect: Some(Detect { names: &["bun"], option: "--version" }),
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "1",
        label: "1",
        evidence: RUN,
        behaviour: Behaviour {
            lookup: GETADDRINFO,
            builtin: Some(Builtin {
                when: When::Always,
                addresses: V6_V4,
                subdomains: true,
                final_dot: false,
                cite: "run as 1.4.5: no look-up for localhost and names below it",
            }),
            order: Order::AsGiven,
            strategy: Strategy::Parallel,
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["run as 1.4.5: both addresses are dialled within 0.1 ms"],
};

/// `node:http`, `node:net`.
pub(super) const NODE: Program = Program {
    id: "bun-node",
    name: "Bun node:http",
    what: "node:http, node:net",
    detect: None,
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "1",
        label: "1",
        evidence: RUN,
        behaviour: Behaviour {
            lookup: ADDRCONFIG,
            builtin: None,
            order: Order::Alternate,
            strategy: Strategy::AttemptTimeout(500),
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["run as 1.4.5"],
};
