//! gRPC's C core: c-ares of its own.

use crate::program::{Behaviour, Era, Lookup, Order, Program, Serves, Strategy};
use crate::resolve::Evidence;

/// gRPC for C++, Python, Ruby, PHP and C#.
pub(super) const GRPC: Program = Program {
    id: "grpc",
    name: "gRPC (C core)",
    what: "channels of C++, Python, Ruby, PHP",
    detect: None,
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "1.60",
        label: "1.60 and later",
        evidence: Evidence::Measured { run: "grpcio 1.85.1" },
        behaviour: Behaviour {
            // A and AAAA are asked apart (src/core/lib/event_engine/ares_resolver.cc): run with a name that the hosts file
            // has in one family and DNS in both.
            lookup: Lookup::OwnApart { resolver: "c-ares" },
            builtin: None,
            order: Order::Alternate,
            strategy: Strategy::Race(250),
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["gRPC src/core/load_balancing/pick_first/pick_first.cc (1.85)"],
};
