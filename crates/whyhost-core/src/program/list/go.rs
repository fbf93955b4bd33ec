//! Go: its own resolver or the C library's, then two groups of addresses.

use crate::program::{Behaviour, Detect, Era, Lookup, Order, Program, Serves, Strategy};
use crate::resolve::Evidence;
use crate::snapshot::Family;

const fn dial(resolver: &'static str) -> Behaviour {
    Behaviour {
        lookup: Lookup::Own { resolver, family: Family::Any },
        builtin: None,
        order: Order::AsGiven,
        strategy: Strategy::TwoGroups(300),
    }
}

const DIAL: &str = "Go src/net/dial.go: sysDialer.dialParallel, partition (1.27)";

/// Programs built with cgo, as Go builds them where a C compiler is found.
pub(super) const GO: Program = Program {
    id: "go",
    name: "Go",
    what: "net.Dial, net/http of programs built with cgo",
    detect: Some(Detect { names: &["go"], option: "version" }),
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "1.19",
        label: "1.19 and later",
        evidence: Evidence::Measured { run: "1.19.8, 1.27.3" },
        behaviour: dial("go"),
    }],
    adapt: None,
    knobs: &[],
    references: &[DIAL, "Go src/net/conf.go: conf.hostLookupOrder (1.27)"],
};

/// Static programs, built with `CGO_ENABLED=0`.
pub(super) const PURE: Program = Program {
    id: "go-pure",
    name: "Go (static)",
    what: "net.Dial, net/http of programs built with CGO_ENABLED=0",
    detect: None,
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "1.19",
        label: "1.19 and later",
        evidence: Evidence::Measured { run: "1.19.8, 1.27.3" },
        behaviour: dial("go-pure"),
    }],
    adapt: None,
    knobs: &[],
    references: &[DIAL, "Go src/net/hosts.go, dnsclient_unix.go: goLookupIPCNAMEOrder (1.27)"],
};
