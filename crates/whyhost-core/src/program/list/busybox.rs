//! BusyBox.

use super::library;
use crate::program::{Behaviour, Detect, Era, PLAIN, Program, Strategy};
use crate::resolve::Evidence;

/// Its wget.
pub(super) const WGET: Program = Program {
    detect: Some(Detect { names: &["busybox"], option: "--help" }),
    ..library(
        "busybox",
        "BusyBox wget",
        "wget",
        &[Era {
            since: "1",
            label: "1",
            evidence: Evidence::Measured { run: "1.35, 1.36" },
            behaviour: Behaviour { strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["BusyBox libbb/xconnect.c: str2sockaddr, xconnect_stream (1.35)"],
    )
};

/// Its nc.
pub(super) const NC: Program = library(
    "busybox-nc",
    "BusyBox nc",
    "nc, telnet",
    &[Era {
        since: "1",
        label: "1",
        evidence: Evidence::Measured { run: "1.35" },
        behaviour: Behaviour { strategy: Strategy::FirstOnly, ..PLAIN },
    }],
    &["BusyBox libbb/xconnect.c: create_and_connect_stream_or_die (1.35)"],
);
