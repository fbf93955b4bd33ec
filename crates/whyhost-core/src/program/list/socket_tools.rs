//! netcat in its kinds, and socat.

use super::library;
use crate::program::{Behaviour, Detect, Era, GETADDRINFO_V4, Order, PLAIN, Program, Serves, Strategy};
use crate::resolve::Evidence;

/// OpenBSD's nc.
pub(super) const NC_OPENBSD: Program = Program {
    serves: Serves::OnRequest,
    ..library(
        "nc",
        "nc (OpenBSD)",
        "nc.openbsd",
        &[Era { since: "1", label: "1", evidence: Evidence::Measured { run: "1.219" }, behaviour: PLAIN }],
        &["netcat-openbsd netcat.c: remote_connect (1.219)"],
    )
};

/// The traditional nc.
pub(super) const NC_TRADITIONAL: Program = Program {
    serves: Serves::OnRequest,
    ..library(
        "nc-traditional",
        "nc (traditional)",
        "nc.traditional",
        &[Era {
            since: "1.10",
            label: "1.10",
            evidence: Evidence::Measured { run: "1.10" },
            behaviour: Behaviour { lookup: GETADDRINFO_V4, strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["netcat 1.10 netcat.c: gethostpoop"],
    )
};

/// Nmap's ncat.
pub(super) const NCAT: Program = Program {
    detect: Some(Detect { names: &["ncat"], option: "--version" }),
    serves: Serves::OnRequest,
    ..library(
        "ncat",
        "ncat",
        "ncat",
        &[Era { since: "7", label: "7", evidence: Evidence::Measured { run: "7.93" }, behaviour: PLAIN }],
        &["Nmap ncat/ncat_connect.c: ncat_connect (7.93)"],
    )
};

/// socat with `TCP:`.
pub(super) const SOCAT: Program = Program {
    detect: Some(Detect { names: &["socat"], option: "-V" }),
    serves: Serves::OnRequest,
    ..library(
        "socat",
        "socat",
        "TCP:",
        &[Era {
            since: "1.7",
            label: "1.7",
            evidence: Evidence::Measured { run: "1.7.4" },
            behaviour: Behaviour { order: Order::V4First, strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["socat xio-ip.c: xiogetaddrinfo (1.7.4)"],
    )
};
