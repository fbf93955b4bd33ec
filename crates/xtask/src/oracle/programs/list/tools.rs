//! Tools of the shell and clients of databases.

use crate::oracle::programs::client::{Client, Origin, PLAIN};

pub(super) const SYSTEM: &[Client] = &[
    Client {
        id: "ssh",
        model: "ssh",
        version: &["ssh", "-V"],
        run: &[
            "ssh",
            "-F",
            "/dev/null",
            "-o",
            "ConnectTimeout=3",
            "-o",
            "BatchMode=yes",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-p",
            "{port}",
            "{name}",
            "true",
        ],
        ..PLAIN
    },
    Client {
        id: "openssl",
        model: "openssl",
        version: &["openssl", "version"],
        run: &["openssl", "s_client", "-connect", "{name}:{port}"],
        ..PLAIN
    },
    Client {
        id: "psql",
        model: "psql",
        // Not the wrapper of Debian, which reads files of /etc.
        version: &["sh", "-c", "exec /usr/lib/postgresql/*/bin/psql --version"],
        run: &[
            "sh",
            "-c",
            "exec /usr/lib/postgresql/*/bin/psql -w -c '' \"$0\"",
            "host={name} port={port} user=x dbname=x connect_timeout=3",
        ],
        ..PLAIN
    },
];

macro_rules! debian {
    ($id:literal, $model:literal, $package:literal, $version:expr, $run:expr) => {
        Client {
            id: $id,
            model: $model,
            from: Origin::Debian(&[$package]),
            version: &$version,
            run: &$run,
            ..PLAIN
        }
    };
}

pub(super) const FETCHED: &[Client] = &[
    debian!(
        "nc-openbsd",
        "nc",
        "netcat-openbsd",
        ["sh", "-c", "command -v nc.openbsd >/dev/null && echo 1.219"],
        ["nc.openbsd", "-w", "3", "{name}", "{port}"]
    ),
    debian!(
        "nc-traditional",
        "nc-traditional",
        "netcat-traditional",
        ["sh", "-c", "command -v nc.traditional >/dev/null && echo 1.10"],
        ["nc.traditional", "-w", "3", "{name}", "{port}"]
    ),
    debian!("ncat", "ncat", "ncat", ["ncat", "--version"], ["ncat", "-w", "3", "{name}", "{port}"]),
    debian!(
        "socat",
        "socat",
        "socat",
        ["socat", "-V"],
        ["socat", "-u", "-T", "1", "TCP:{name}:{port}", "STDOUT"]
    ),
    debian!(
        "telnet",
        "telnet",
        "inetutils-telnet",
        ["sh", "-c", "command -v inetutils-telnet >/dev/null && echo 2.4"],
        ["inetutils-telnet", "{name}", "{port}"]
    ),
    debian!(
        "busybox-nc",
        "busybox-nc",
        "busybox",
        ["busybox", "--help"],
        ["busybox", "nc", "-w", "3", "{name}", "{port}"]
    ),
    debian!(
        "redis-cli",
        "redis",
        "redis-tools",
        ["redis-cli", "--version"],
        ["redis-cli", "-h", "{name}", "-p", "{port}", "ping"]
    ),
    debian!(
        "mariadb",
        "mysql",
        "mariadb-client-core",
        ["mariadb", "--version"],
        // A port on the command line would make it use TCP even for localhost.
        [
            "env",
            "MYSQL_TCP_PORT={port}",
            "mariadb",
            "--no-defaults",
            "--connect-timeout=3",
            "-h",
            "{name}",
            "-e",
            ""
        ]
    ),
];
