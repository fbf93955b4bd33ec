//! curl: localhost is built in since 7.78, in an order that changed with 8.2.1.

use crate::program::{
    Behaviour, Builtin, Detect, Era, GETADDRINFO, Order, Program, Serves, Strategy, V4_V6, V6_V4, When,
};
use crate::resolve::Evidence;
use std::net::IpAddr;

const fn behaviour(addresses: &'static [IpAddr], subdomains: bool, final_dot: bool) -> Behaviour {
    Behaviour {
        lookup: GETADDRINFO,
        builtin: Some(Builtin {
            when: When::Always,
            addresses,
            subdomains,
            final_dot,
            cite: "curl lib/hostip.c: get_localhost, Curl_resolv",
        }),
        order: Order::AsGiven,
        strategy: Strategy::TwoGroups(200),
    }
}

/// libcurl from 7.85 to 8.2.0.
pub(super) const V4_FIRST: Behaviour = behaviour(V4_V6, true, false);

/// The command, and programs with libcurl.
pub(super) const CURL: Program = Program {
    id: "curl",
    name: "curl",
    what: "curl, libcurl",
    detect: Some(Detect { names: &["curl"], option: "--version" }),
    serves: Serves::AnyPort,
    eras: &[
        Era {
            since: "7.34",
            label: "up to 7.77",
            evidence: Evidence::Documented,
            behaviour: Behaviour { builtin: None, ..V4_FIRST },
        },
        Era {
            since: "7.78",
            label: "7.78–7.84",
            evidence: Evidence::Documented,
            behaviour: behaviour(V4_V6, false, false),
        },
        Era {
            since: "7.85",
            label: "7.85–8.2.0",
            evidence: Evidence::Measured { run: "7.88.1" },
            behaviour: V4_FIRST,
        },
        Era {
            since: "8.2.1",
            label: "8.2.1–8.11.0",
            evidence: Evidence::Documented,
            behaviour: behaviour(V6_V4, true, false),
        },
        Era {
            since: "8.11.1",
            label: "8.11.1 and later",
            evidence: Evidence::Measured { run: "8.22.0" },
            behaviour: behaviour(V6_V4, true, true),
        },
    ],
    adapt: None,
    knobs: &[],
    references: &[
        "curl lib/hostip.c: get_localhost, get_localhost6, tailmatch (8.22)",
        "curl commits 1a0ebf6632 (7.78.0), b5c0fe20e3 (7.85.0), ac67d72179 (8.2.1), a4458c7ee3 (8.11.1)",
    ],
};
