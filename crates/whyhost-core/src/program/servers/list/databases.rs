//! Databases, caches and brokers.

use super::{EITHER_LOOPBACK, INET, SYSTEM, TWO_WILDCARDS, every, first, run, server, v4, v6};
use crate::program::servers::{Missing, Opens, Server, Twice};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Addresses that cannot be bound are logged and passed over.
pub(super) const POSTGRES: Server = server(
    "postgres",
    "PostgreSQL server",
    "listen_addresses = 'localhost' (default)",
    every(SYSTEM, Missing::Skipped, Twice::Refused),
    run("15"),
    &[
        "PostgreSQL src/backend/libpq/pqcomm.c: StreamServerPort (15)",
        "https://www.postgresql.org/docs/15/runtime-config-connection.html",
    ],
);

/// ::1 was bound while IPv6 was switched off, by name and by address.
const fn mariadb(id: &'static str, told: &'static str, opens: Opens) -> Server {
    server(
        id,
        "MariaDB server",
        told,
        opens,
        run("10.11"),
        &[
            "MariaDB sql/mysqld.cc: activate_tcp_port (10.11)",
            "https://mariadb.com/kb/en/server-system-variables/#bind_address",
        ],
    )
}
pub(super) const MARIADB: Server = mariadb("mariadb", "no bind-address", TWO_WILDCARDS);
pub(super) const MARIADB_LOCALHOST: Server =
    mariadb("mariadb-localhost", "bind-address = localhost", every(SYSTEM, Missing::Bound, Twice::Refused));
pub(super) const MARIADB_BOTH: Server = mariadb(
    "mariadb-both",
    "bind-address = 127.0.0.1,::1",
    Opens::Fixed(&[v4(Ipv4Addr::LOCALHOST, Missing::Bound), v6(Ipv6Addr::LOCALHOST, Missing::Bound)]),
);

const fn redis(id: &'static str, told: &'static str, opens: Opens) -> Server {
    server(
        id,
        "Redis server",
        told,
        opens,
        run("7.0"),
        &[
            "Redis src/server.c: listenToPort; src/anet.c: _anetTcpServer (7.0)",
            "Redis redis.conf: bind (7.0)",
        ],
    )
}
pub(super) const REDIS: Server = redis("redis", "no configuration file", TWO_WILDCARDS);
/// A name without a colon is looked up for `AF_INET`.
pub(super) const REDIS_LOCALHOST: Server = redis("redis-localhost", "bind localhost", first(INET));
/// The minus sign lets an address be missing.
pub(super) const REDIS_PACKAGED: Server = redis(
    "redis-packaged",
    "bind 127.0.0.1 -::1",
    Opens::Fixed(&[v4(Ipv4Addr::LOCALHOST, Missing::Fails), v6(Ipv6Addr::LOCALHOST, Missing::Skipped)]),
);

const MEMCACHED_BIND: &[&str] = &["memcached memcached.c: server_socket (1.6)"];
pub(super) const MEMCACHED: Server =
    server("memcached", "memcached", "default", TWO_WILDCARDS, run("1.6"), MEMCACHED_BIND);
/// An address in use is passed over, any other failure ends it.
pub(super) const MEMCACHED_LOCALHOST: Server = server(
    "memcached-localhost",
    "memcached",
    "-l localhost",
    every(SYSTEM, Missing::Fails, Twice::Merged),
    run("1.6"),
    MEMCACHED_BIND,
);

pub(super) const MOSQUITTO: Server = server(
    "mosquitto",
    "Mosquitto",
    "no listener",
    EITHER_LOOPBACK,
    run("2.0.11"),
    &["Mosquitto src/mosquitto.c: listeners__start_local_only (2.0)"],
);
pub(super) const MOSQUITTO_LOCALHOST: Server = server(
    "mosquitto-localhost",
    "Mosquitto",
    "listener port localhost",
    every(SYSTEM, Missing::Fails, Twice::Refused),
    run("2.0.11"),
    &["Mosquitto src/net.c: net__socket_listen_tcp (2.0)"],
);
