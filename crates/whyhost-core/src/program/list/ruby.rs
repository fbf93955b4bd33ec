//! Ruby.

use super::library;
use crate::machine::Machine;
use crate::program::settings::{step, variable};
use crate::program::{Behaviour, Detect, Era, Lookup, Order, PLAIN, Program, Strategy, Version};
use crate::resolve::{Evidence, Step};

/// `TCPSocket`, `Socket.tcp` and Net::HTTP.
pub(super) const RUBY: Program = Program {
    detect: Some(Detect { names: &["ruby"], option: "--version" }),
    adapt: Some(adapt),
    knobs: &["RUBY_TCP_NO_FAST_FALLBACK=1"],
    ..library(
        "ruby",
        "Ruby",
        "TCPSocket, Socket.tcp, Net::HTTP, open-uri",
        &[
            Era {
                since: "2",
                label: "up to 3.3",
                evidence: Evidence::Measured { run: "3.1, 3.3" },
                behaviour: PLAIN,
            },
            Era {
                since: "3.4",
                label: "3.4 and later",
                evidence: Evidence::Documented,
                behaviour: Behaviour {
                    lookup: Lookup::SystemApart,
                    order: Order::AlternateV6First,
                    strategy: Strategy::Race(250),
                    ..PLAIN
                },
            },
        ],
        &[
            "Ruby ext/socket/ipsocket.c: init_inetsock_internal (3.3)",
            "https://docs.ruby-lang.org/en/3.4/Socket.html",
            "https://bugs.ruby-lang.org/issues/20108",
        ],
    )
};

/// Set to `1`, the variable restores the way of 3.3.
fn adapt(machine: &Machine, version: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    const VARIABLE: &str = "RUBY_TCP_NO_FAST_FALLBACK";
    if *version >= Version::from([3, 4]) && variable(machine, VARIABLE).is_some_and(|v| v != "0") {
        *behaviour = PLAIN;
        steps.push(step(VARIABLE, "1", "all in turn, in the order of getaddrinfo"));
    }
}
