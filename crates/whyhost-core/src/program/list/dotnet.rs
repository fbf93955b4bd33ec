//! .NET and Mono.

use super::library;
use crate::program::{Behaviour, Detect, Era, Lookup, PLAIN, Program, Strategy};
use crate::resolve::Evidence;

/// `HttpClient`, `TcpClient` and dual-mode sockets.
pub(super) const DOTNET: Program = Program {
    detect: Some(Detect { names: &["dotnet"], option: "--version" }),
    ..library(
        "dotnet",
        ".NET",
        "HttpClient, TcpClient, Socket",
        &[Era {
            since: "3.1",
            label: "3.1 and later",
            evidence: Evidence::Measured { run: "3.1.23" },
            behaviour: PLAIN,
        }],
        &[
            "dotnet/runtime Socket.cs: Connect(IPAddress[], int)",
            "https://github.com/dotnet/runtime/issues/87932",
        ],
    )
};

/// A socket made for `AddressFamily.InterNetwork`.
pub(super) const INET: Program = library(
    "dotnet-inet",
    ".NET Socket(InterNetwork)",
    "Socket(AddressFamily.InterNetwork)",
    &[Era {
        since: "3.1",
        label: "3.1 and later",
        evidence: Evidence::Measured { run: "3.1.23" },
        behaviour: Behaviour { lookup: Lookup::SystemOnlyV4, strategy: Strategy::InTurn, ..PLAIN },
    }],
    &["dotnet/runtime Socket.cs: CanTryAddressFamily"],
);

/// Mono.
pub(super) const MONO: Program = Program {
    detect: Some(Detect { names: &["mono"], option: "--version" }),
    ..library(
        "mono",
        "Mono",
        "HttpWebRequest, TcpClient",
        &[Era { since: "6", label: "6", evidence: Evidence::Measured { run: "6.8" }, behaviour: PLAIN }],
        &["run as 6.8"],
    )
};
