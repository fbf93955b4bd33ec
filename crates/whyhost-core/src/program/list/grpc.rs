//! gRPC's C core: c-ares of its own.

use crate::program::{Behaviour, Era, Lookup, Order, Program, Strategy};
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
            builtin: None,
            order: Order::Alternate,
            strategy: Strategy::Race(250),
        },
    }],
    adapt: None,
    knobs: &[],
    references: &["gRPC src/core/load_balancing/pick_first/pick_first.cc (1.85)"],
};
