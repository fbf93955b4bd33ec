//! PHP: streams, sockets, MySQL's socket, and libcurl.

use super::library;
use crate::program::{Behaviour, Detect, Era, GETADDRINFO_V4, Lookup, PLAIN, Program, Serves, Strategy};
use crate::resolve::Evidence;

/// Streams and what is built on them.
pub(super) const PHP: Program = Program {
    detect: Some(Detect { names: &["php"], option: "--version" }),
    ..library(
        "php",
        "PHP",
        "streams, fsockopen, file_get_contents, phpredis, pdo_pgsql",
        &[Era {
            since: "8",
            label: "8",
            evidence: Evidence::Measured { run: "8.2.36, 8.4" },
            behaviour: PLAIN,
        }],
        &["PHP main/network.c: php_network_connect_socket_to_host (8.2)"],
    )
};

/// `socket_connect` on an `AF_INET` socket.
pub(super) const INET: Program = library(
    "php-inet",
    "PHP socket_connect",
    "socket_connect on AF_INET",
    &[Era {
        since: "8",
        label: "8",
        evidence: Evidence::Measured { run: "8.2.36" },
        behaviour: Behaviour { lookup: GETADDRINFO_V4, strategy: Strategy::FirstOnly, ..PLAIN },
    }],
    &["PHP ext/sockets/conversions.c, sockets.c: php_set_inet_addr (8.2)"],
);

/// mysqli and PDO: `localhost` is the Unix socket.
pub(super) const MYSQL: Program = Program {
    serves: Serves::Ports(&[3306]),
    ..library(
        "php-mysql",
        "PHP mysqli, PDO",
        "mysqli, pdo_mysql",
        &[Era {
            since: "8",
            label: "8",
            evidence: Evidence::Measured { run: "8.2.36, 8.4" },
            behaviour: Behaviour { lookup: Lookup::UnixSocket, strategy: Strategy::UnixSocket, ..PLAIN },
        }],
        &["PHP ext/mysqlnd/mysqlnd_connection.c: get_scheme (8.2)"],
    )
};

/// The extension curl: libcurl.
pub(super) const CURL: Program = Program {
    adapt: super::git::GIT.adapt,
    knobs: super::git::GIT.knobs,
    ..library(
        "php-curl",
        "PHP curl",
        "the extension curl",
        &[Era {
            since: "8",
            label: "8",
            evidence: Evidence::Measured { run: "8.2.36, 8.4" },
            behaviour: super::curl::V4_FIRST,
        }],
        &["the rest is libcurl"],
    )
};
