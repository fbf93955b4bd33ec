//! OpenSSL's `s_client`.

use super::library;
use crate::program::{ADDRCONFIG, Behaviour, Detect, Era, PLAIN, Program, Serves};
use crate::resolve::Evidence;

/// `openssl s_client`.
pub(super) const S_CLIENT: Program = Program {
    detect: Some(Detect { names: &["openssl"], option: "version" }),
    serves: Serves::OnRequest,
    ..library(
        "openssl",
        "openssl s_client",
        "s_client",
        &[Era {
            since: "3",
            label: "3",
            evidence: Evidence::Measured { run: "3.0" },
            behaviour: Behaviour { lookup: ADDRCONFIG, ..PLAIN },
        }],
        &["OpenSSL apps/lib/s_socket.c: init_client (3.0)"],
    )
};
