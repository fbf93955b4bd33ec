//! Perl.

use super::library;
use crate::program::{
    Addrconfig, Behaviour, Detect, Era, GETADDRINFO_V4, Lookup, PLAIN, Program, Serves, Strategy,
};
use crate::resolve::Evidence;
use crate::snapshot::Family;

/// `IO::Socket::IP`, LWP and HTTP::Tiny.
pub(super) const PERL: Program = Program {
    detect: Some(Detect { names: &["perl"], option: "--version" }),
    ..library(
        "perl",
        "Perl",
        "IO::Socket::IP, LWP, HTTP::Tiny",
        &[Era {
            since: "5.20",
            label: "5.20 and later",
            evidence: Evidence::Measured { run: "5.36, 5.42" },
            // Run on machines with IPv4 only: `localhost` gives ::1, `LOCALHOST` and other names of ::1 do not.
            behaviour: Behaviour {
                lookup: Lookup::System { family: Family::Any, addrconfig: Addrconfig::NotForLocalhost },
                ..PLAIN
            },
        }],
        &["IO::Socket::IP lib/IO/Socket/IP.pm: _io_socket_ip__configure, setup (0.41)"],
    )
};

/// `IO::Socket::INET`.
pub(super) const INET: Program = library(
    "perl-inet",
    "Perl IO::Socket::INET",
    "IO::Socket::INET",
    &[Era {
        since: "5.20",
        label: "5.20 and later",
        evidence: Evidence::Measured { run: "5.36" },
        behaviour: Behaviour { lookup: GETADDRINFO_V4, strategy: Strategy::FirstOnly, ..PLAIN },
    }],
    &["Perl IO::Socket::INET: _get_addr (5.36)"],
);

/// DBD::mysql: `localhost` is the Unix socket.
pub(super) const MYSQL: Program = Program {
    serves: Serves::Ports(&[3306]),
    ..library(
        "perl-mysql",
        "Perl DBD::mysql",
        "DBD::mysql",
        &[Era {
            since: "4",
            label: "4",
            evidence: Evidence::Measured { run: "5.36" },
            behaviour: Behaviour { lookup: Lookup::UnixSocket, strategy: Strategy::UnixSocket, ..PLAIN },
        }],
        &["https://metacpan.org/pod/DBD::mysql"],
    )
};
