//! gRPC's C core: c-ares of its own.

use crate::machine::Machine;
use crate::program::settings::lacks_v6_loopback;
use crate::program::{Apart, Behaviour, Era, Lookup, Order, Program, Serves, Strategy, Version};
use crate::resolve::{Evidence, Step};
use crate::snapshot::Family;

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
            // has in one family and DNS in both. What both give is sorted together by the rules that c-ares has too
            // (third_party/address_sorting/address_sorting.c: rfc_6724_compare).
            lookup: Lookup::CaresApart(Apart::SortedTogether),
            builtin: None,
            order: Order::Alternate,
            strategy: Strategy::Race(250),
        },
    }],
    adapt: Some(adapt),
    knobs: &["::1 on lo"],
    references: &[
        "gRPC src/core/load_balancing/pick_first/pick_first.cc (1.85)",
        "gRPC third_party/address_sorting/address_sorting.c: rfc_6724_compare (1.85)",
        "gRPC src/core/lib/event_engine/ares_resolver.cc: LookupHostname, IsIpv6LoopbackAvailable",
    ],
};

/// Where ::1 cannot be bound, A alone is asked for (run without ::1 on `lo`).
fn adapt(machine: &Machine, _: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    if lacks_v6_loopback(machine) {
        behaviour.lookup = Lookup::Own { resolver: "c-ares", family: Family::V4 };
        steps.push(Step::new("::1", "not on this machine: IPv4 only"));
    }
}
