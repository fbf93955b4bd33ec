//! gRPC's C core: c-ares, with both loopback addresses filled in for localhost.

use crate::program::{Behaviour, Builtin, Era, Lookup, Order, Program, Strategy, V6_V4, When};
use crate::resolve::Evidence;
use crate::snapshot::Family;

/// gRPC for C++, Python, Ruby, PHP and C#.
pub(super) const GRPC: Program = Program {
    id: "grpc",
    name: "gRPC (C core)",
    what: "channels of C++, Python, Ruby, PHP",
    detect: None,
    eras: &[Era {
        since: "1.60",
        label: "1.60 and later",
        evidence: Evidence::Measured { run: "grpcio 1.85.1" },
        behaviour: Behaviour {
            lookup: Lookup::Own { resolver: "c-ares", family: Family::Any },
            builtin: Some(Builtin {
                when: When::Always,
                addresses: V6_V4,
                subdomains: true,
                final_dot: true,
                cite: "c-ares ares_addrinfo_localhost.c; run as grpcio 1.85.1",
            }),
            order: Order::Alternate,
            strategy: Strategy::Race(250),
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["gRPC src/core/load_balancing/pick_first/pick_first.cc (1.85)"],
};
