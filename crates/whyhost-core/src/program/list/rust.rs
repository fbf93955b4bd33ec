//! Rust: the standard library takes every address in turn; HTTP clients race two families.

use super::library;
use crate::program::{Behaviour, Era, Lookup, Order, PLAIN, Program, Strategy};
use crate::resolve::Evidence;
use crate::snapshot::Family;

/// `TcpStream::connect` of std, tokio and smol, and what is built on it.
pub(super) const STD: Program = library(
    "rust",
    "Rust std, tokio",
    "TcpStream::connect, ureq, tokio-postgres, mysql_async, redis",
    &[Era {
        since: "1",
        label: "1",
        evidence: Evidence::Measured { run: "std 1.95, tokio 1.54, smol 2, ureq 3.5" },
        behaviour: PLAIN,
    }],
    &["Rust library/std/src/net/socket_addr.rs, tcp.rs: each_addr (1.95)"],
);

/// hyper-util, and reqwest with the system's resolver.
pub(super) const HYPER: Program = library(
    "rust-hyper",
    "hyper, reqwest",
    "hyper-util HttpConnector, reqwest",
    &[Era {
        since: "0.1",
        label: "0.1",
        evidence: Evidence::Measured { run: "hyper-util 0.1.21, reqwest 0.12.28, 0.13.5" },
        behaviour: Behaviour { strategy: Strategy::TwoGroups(300), ..PLAIN },
    }],
    &["hyper-util src/client/legacy/connect/http.rs: ConnectingTcp, split_by_preference (0.1.21)"],
);

const fn hickory(lookup: Lookup, order: Order) -> Behaviour {
    Behaviour { lookup, builtin: None, order, strategy: Strategy::TwoGroups(300) }
}

/// reqwest with its feature `hickory-dns`.
pub(super) const HICKORY: Program = library(
    "reqwest-hickory",
    "reqwest with hickory-dns",
    "reqwest with the feature hickory-dns",
    &[
        Era {
            since: "0.12",
            label: "0.12",
            evidence: Evidence::Measured { run: "0.12.28 with hickory-resolver 0.25" },
            // `Ipv4AndIpv6`: hickory by itself would not ask for IPv6 when it has IPv4.
            behaviour: hickory(Lookup::HickoryBoth, Order::V4First),
        },
        Era {
            since: "0.13",
            label: "0.13",
            evidence: Evidence::Measured { run: "0.13.5 with hickory-resolver 0.26" },
            behaviour: hickory(Lookup::Own { resolver: "hickory", family: Family::Any }, Order::V6First),
        },
    ],
    &["reqwest src/dns/hickory.rs: LookupIpStrategy (0.12.28, 0.13.5)"],
);

/// The synchronous crate `mysql`: a failed first address ends the loop.
pub(super) const MYSQL: Program = library(
    "rust-mysql",
    "Rust mysql",
    "the synchronous crate mysql",
    &[Era {
        since: "28",
        label: "28",
        evidence: Evidence::Measured { run: "28.0.4" },
        behaviour: Behaviour { strategy: Strategy::FirstOnly, ..PLAIN },
    }],
    &["mysql src/io/tcp.rs: MyTcpBuilder::connect (28.0.4)"],
);

/// The crate `redis` with tokio.
pub(super) const REDIS: Program = library(
    "rust-redis-tokio",
    "Rust redis (tokio)",
    "the crate redis with tokio",
    &[Era {
        since: "1",
        label: "1",
        evidence: Evidence::Measured { run: "1.8.1" },
        behaviour: Behaviour { strategy: Strategy::Parallel, ..PLAIN },
    }],
    &["redis src/aio/connection.rs: connect_simple (1.8.1)"],
);
