//! Database clients.

use super::library;
use crate::program::{Behaviour, Detect, Era, Lookup, PLAIN, Program, Serves, Strategy};
use crate::resolve::Evidence;

/// libpq and psql.
pub(super) const PSQL: Program = Program {
    detect: Some(Detect { names: &["psql"], option: "--version" }),
    serves: Serves::Ports(&[5432]),
    ..library(
        "psql",
        "psql, libpq",
        "psql and libpq",
        &[Era {
            since: "10",
            label: "10 and later",
            evidence: Evidence::Measured { run: "15, 18" },
            behaviour: PLAIN,
        }],
        &["PostgreSQL src/interfaces/libpq/fe-connect.c: PQconnectPoll (15)"],
    )
};

/// The MySQL and MariaDB client library: `localhost` is the Unix socket.
pub(super) const MYSQL: Program = Program {
    detect: Some(Detect { names: &["mariadb", "mysql"], option: "--version" }),
    serves: Serves::Ports(&[3306]),
    ..library(
        "mysql",
        "mysql, mariadb",
        "mysql, mariadb and their C libraries",
        &[Era {
            since: "5",
            label: "5 and later",
            evidence: Evidence::Measured { run: "MariaDB 10.11, 11.8" },
            behaviour: Behaviour { lookup: Lookup::UnixSocket, strategy: Strategy::UnixSocket, ..PLAIN },
        }],
        &[
            "MariaDB sql-common/client.c: mysql_real_connect (10.11)",
            "https://dev.mysql.com/doc/refman/8.4/en/connecting.html",
        ],
    )
};

/// libmemcached.
pub(super) const MEMCACHED: Program = Program {
    serves: Serves::Ports(&[11211]),
    ..library(
        "libmemcached",
        "libmemcached",
        "memcstat and libmemcached",
        &[Era {
            since: "1",
            label: "1",
            evidence: Evidence::Measured { run: "1.1" },
            behaviour: Behaviour { strategy: Strategy::AttemptTimeout(4000), ..PLAIN },
        }],
        &["libmemcached connect.cc: network_connect (1.1)"],
    )
};

/// The same with `--protocol=tcp`, and the MariaDB command with `-P`.
pub(super) const MYSQL_TCP: Program = Program {
    serves: Serves::Ports(&[3306]),
    ..library(
        "mysql-tcp",
        "mysql --protocol=tcp",
        "mysql --protocol=tcp, mariadb -P",
        &[Era {
            since: "5",
            label: "5 and later",
            evidence: Evidence::Measured { run: "MariaDB 10.11, 11.8" },
            behaviour: PLAIN,
        }],
        &["MariaDB sql-common/client.c: mysql_real_connect (10.11)"],
    )
};
