//! Python: the standard library takes getaddrinfo's order and every address; libraries differ.

use super::library;
use crate::program::{
    ADDRCONFIG, Behaviour, Detect, Era, GETADDRINFO_V4, Lookup, Order, PLAIN, Program, Strategy,
};
use crate::resolve::Evidence;

/// `socket.create_connection` and what is built on it.
pub(super) const PYTHON: Program = Program {
    detect: Some(Detect { names: &["python3", "python"], option: "--version" }),
    ..library(
        "python",
        "Python",
        "socket.create_connection, http.client, urllib, requests, urllib3, httpx, psycopg2, pymysql",
        &[Era {
            since: "2.7",
            label: "2.7 and later",
            evidence: Evidence::Measured { run: "2.7.18, 3.8.18, 3.11, 3.13.0" },
            behaviour: PLAIN,
        }],
        &["CPython Lib/socket.py: create_connection (3.11)"],
    )
};

/// A socket made for `AF_INET`, as in many tutorials.
pub(super) const INET: Program = library(
    "python-inet",
    "Python socket(AF_INET)",
    "socket.socket().connect()",
    &[Era {
        since: "2.7",
        label: "2.7 and later",
        evidence: Evidence::Measured { run: "3.11" },
        behaviour: Behaviour { lookup: GETADDRINFO_V4, strategy: Strategy::FirstOnly, ..PLAIN },
    }],
    &["CPython Modules/socketmodule.c: setipaddr (3.11)"],
);

/// `asyncio.open_connection`, without `happy_eyeballs_delay`.
pub(super) const ASYNCIO: Program = library(
    "python-asyncio",
    "Python asyncio",
    "asyncio.open_connection, websockets, asyncpg",
    &[Era {
        since: "3.8",
        label: "3.8 and later",
        evidence: Evidence::Measured { run: "3.11, 3.13.0" },
        behaviour: PLAIN,
    }],
    &["CPython Lib/asyncio/base_events.py: create_connection (3.11)"],
);

/// asyncio with `happy_eyeballs_delay=0.25`.
pub(super) const ASYNCIO_RACE: Program = library(
    "python-asyncio-he",
    "Python asyncio with happy_eyeballs_delay",
    "asyncio.open_connection(…, happy_eyeballs_delay=0.25)",
    &[Era {
        since: "3.8",
        label: "3.8 and later",
        evidence: Evidence::Measured { run: "3.11" },
        behaviour: Behaviour { order: Order::Alternate, strategy: Strategy::Race(250), ..PLAIN },
    }],
    &["CPython Lib/asyncio/staggered.py, base_events.py: _interleave_addrinfos (3.11)"],
);

/// aiohttp.
pub(super) const AIOHTTP: Program = library(
    "python-aiohttp",
    "aiohttp",
    "ClientSession",
    &[Era {
        since: "3.10",
        label: "3.10 and later",
        evidence: Evidence::Measured { run: "3.14.5" },
        behaviour: Behaviour {
            lookup: ADDRCONFIG,
            builtin: None,
            order: Order::Alternate,
            strategy: Strategy::Race(250),
        },
    }],
    &["aiohttp resolver.py: ThreadedResolver; aiohappyeyeballs start_connection"],
);

/// anyio, and httpx's asynchronous client on it.
pub(super) const ANYIO: Program = library(
    "python-anyio",
    "httpx (async)",
    "anyio.connect_tcp, httpx.AsyncClient",
    &[Era {
        since: "4",
        label: "4",
        evidence: Evidence::Measured { run: "anyio 4.16, httpx 0.28" },
        behaviour: Behaviour { order: Order::AlternateV6First, strategy: Strategy::Race(250), ..PLAIN },
    }],
    &["anyio _core/_sockets.py: connect_tcp (4.16)"],
);

/// tornado.
pub(super) const TORNADO: Program = library(
    "python-tornado",
    "tornado",
    "TCPClient, AsyncHTTPClient",
    &[Era {
        since: "5",
        label: "5 and later",
        evidence: Evidence::Measured { run: "6.6.1" },
        behaviour: Behaviour { strategy: Strategy::TwoGroups(300), ..PLAIN },
    }],
    &["tornado tcpclient.py: _Connector (6.6)"],
);

/// kafka-python: one address at each attempt to reconnect.
pub(super) const KAFKA: Program = library(
    "python-kafka",
    "kafka-python",
    "KafkaProducer, KafkaConsumer",
    &[Era { since: "2", label: "2", evidence: Evidence::Measured { run: "2" }, behaviour: PLAIN }],
    &["kafka-python kafka/conn.py: BrokerConnection._next_afi_sockaddr"],
);

/// pymongo: for the name `localhost` only IPv4 is asked for.
pub(super) const PYMONGO: Program = library(
    "python-pymongo",
    "pymongo",
    "MongoClient",
    &[Era {
        since: "4",
        label: "4",
        evidence: Evidence::Measured { run: "4.20.0" },
        behaviour: Behaviour { lookup: Lookup::SystemV4ForLocalhost, ..PLAIN },
    }],
    &["pymongo pool_shared.py: _create_connection (4.20)"],
);

/// MySQL's own connector in pure Python: the first IPv4 address, else the first.
pub(super) const MYSQL_CONNECTOR: Program = library(
    "python-mysql-connector",
    "mysql-connector-python",
    "mysql.connector.connect",
    &[Era {
        since: "8",
        label: "8 and later",
        evidence: Evidence::Measured { run: "26.10.0" },
        behaviour: Behaviour { order: Order::V4First, strategy: Strategy::FirstOnly, ..PLAIN },
    }],
    &["mysql-connector-python network.py: MySQLTCPSocket.open_connection"],
);

/// redis-py.
pub(super) const REDIS: Program = library(
    "python-redis",
    "redis-py",
    "redis.Redis",
    &[Era {
        since: "8",
        label: "8",
        evidence: Evidence::Measured { run: "8.1.0" },
        behaviour: Behaviour { strategy: Strategy::AttemptTimeout(5000), ..PLAIN },
    }],
    &["redis-py connection.py: Connection._connect (8.1)"],
);

/// redis-py's asynchronous client: one bound for all addresses together.
pub(super) const REDIS_ASYNCIO: Program = library(
    "python-redis-asyncio",
    "redis-py (asyncio)",
    "redis.asyncio.Redis",
    &[Era {
        since: "8",
        label: "8",
        evidence: Evidence::Measured { run: "8.1.0" },
        behaviour: Behaviour { strategy: Strategy::Budget(5000), ..PLAIN },
    }],
    &["redis-py asyncio/connection.py: Connection._connect (8.1)"],
);
