//! Deno: three ways to connect, each with rules of its own.

use crate::program::{Behaviour, Detect, Era, GETADDRINFO, Order, PLAIN, Program, Serves, Strategy};
use crate::resolve::Evidence;

const RUN: Evidence = Evidence::Measured { run: "2.9.6" };

/// `fetch`.
pub(super) const DENO: Program = Program {
    id: "deno",
    name: "Deno",
    what: "fetch",
    detect: Some(Detect { names: &["deno"], option: "--version" }),
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "2",
        label: "2",
        evidence: RUN,
        behaviour: Behaviour { strategy: Strategy::TwoGroups(300), ..PLAIN },
    }],
    adapt: None,
    knobs: &[],
    references: &["hyper-util src/client/legacy/connect/http.rs: split_by_preference"],
};

/// `Deno.connect`.
pub(super) const CONNECT: Program = Program {
    id: "deno-connect",
    name: "Deno.connect",
    what: "Deno.connect",
    detect: None,
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "2",
        label: "2",
        evidence: RUN,
        behaviour: Behaviour {
            lookup: GETADDRINFO,
            builtin: None,
            order: Order::AlternateV6First,
            strategy: Strategy::Race(250),
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["Deno ext/net/happy_eyeballs.rs (2.9)"],
};

/// `node:http`, `node:net`.
pub(super) const NODE: Program = Program {
    id: "deno-node",
    name: "Deno node:http",
    what: "node:http, node:net",
    detect: None,
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "2",
        label: "2",
        evidence: RUN,
        behaviour: Behaviour {
            lookup: GETADDRINFO,
            builtin: None,
            order: Order::AlternateV4First,
            strategy: Strategy::AttemptTimeout(500),
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["Deno ext/node/polyfills/internal/dns/utils.ts (2.9)"],
};
