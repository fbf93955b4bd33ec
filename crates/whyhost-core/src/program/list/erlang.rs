//! Erlang and Elixir.

use super::library;
use crate::program::{Behaviour, Detect, Era, GETADDRINFO_V4, PLAIN, Program};
use crate::resolve::Evidence;

/// `gen_tcp` and `httpc`: IPv4 unless `inet6` is asked for.
///
/// `erl -version` prints the version of the emulator: 13 is that of OTP 25 (erts release notes).
pub(super) const ERLANG: Program = Program {
    detect: Some(Detect { names: &["erl"], option: "-version" }),
    ..library(
        "erlang",
        "Erlang",
        "gen_tcp, httpc",
        &[Era {
            since: "13",
            label: "13 (OTP 25) and later",
            evidence: Evidence::Measured { run: "OTP 25, 29" },
            behaviour: Behaviour { lookup: GETADDRINFO_V4, ..PLAIN },
        }],
        &[
            "Erlang/OTP lib/kernel/src/inet.erl: gethostbyname_tm (25)",
            "Erlang/OTP lib/kernel/src/gen_tcp.erl: try_connect (25)",
        ],
    )
};
