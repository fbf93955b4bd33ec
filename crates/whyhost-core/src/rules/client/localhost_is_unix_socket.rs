//! # client.localhost-is-unix-socket — for MySQL clients localhost is the Unix socket
//!
//! ## What it means
//! The client libraries of MySQL and MariaDB take the host name `localhost` for "the server of this machine,
//! over its Unix socket". They look up no address and use no port.
//!
//! ## Who is hit
//! mysql and mariadb on the command line, PHP's mysqli and PDO, Perl's DBD::mysql, Ruby's mysql2 and all else
//! on libmysqlclient, where the server runs in a container or behind a forwarded port: "No such file or
//! directory", "Can't connect to local server through socket". JDBC drivers, Node's mysql2, PyMySQL and Go's
//! driver are not special: they connect to the address.
//!
//! ## Example
//! ```text
//! $ mysql -h localhost --port 3306
//! ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/run/mysqld/mysqld.sock' (2)
//! $ php -r 'new mysqli("localhost", "u", "p");'
//! mysqli_sql_exception: No such file or directory
//! ```
//!
//! ## Repair
//! Write 127.0.0.1 where TCP is meant (or `--protocol=TCP`); where the socket is meant, give its path. The
//! server's accounts have to match: `'user'@'localhost'` also covers TCP from loopback unless the server runs
//! with skip-name-resolve.
//!
//! ## Not a repair
//! Lines of the hosts file: these programs do not read it for this name.
//!
//! ## References
//! - https://dev.mysql.com/doc/refman/8.4/en/connecting.html
//! - https://www.php.net/manual/en/mysqli.construct.php
//! - https://github.com/docker-library/mysql/issues/672

use super::super::facts::{describe, tcp_sockets};
use super::super::programs::{self, Asked};
use super::super::remedy::{self, THIS_CLIENT};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::program::Lookup;

pub(super) const RULE: Rule = Rule {
    code: "client.localhost-is-unix-socket",
    severity: Severity::Note,
    title: "for MySQL clients localhost is the Unix socket",
    references: &[
        "https://dev.mysql.com/doc/refman/8.4/en/connecting.html",
        "https://www.php.net/manual/en/mysqli.construct.php",
        "https://github.com/docker-library/mysql/issues/672",
    ],
    source: include_str!("localhost_is_unix_socket.rs"),
    check,
};

/// The registered port of MySQL.
const MYSQL: u16 = 3306;
/// What the servers are called (`/proc/PID/comm`).
const SERVERS: [&str; 2] = ["mysqld", "mariadbd"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(port), true) = (ctx.target.port, ctx.asks_localhost()) else { return };
    let is_server = |name: &str| SERVERS.contains(&name);
    let server =
        tcp_sockets(ctx.machine, port).find(|s| s.process.as_ref().is_some_and(|p| is_server(&p.name)));
    if port != MYSQL && server.is_none() {
        return;
    }
    let mut finding = RULE.finding("MySQL clients take localhost for the Unix socket, not for an address");
    let programs = programs::installed(ctx);
    let those: Vec<&Asked> = programs.iter().filter(|p| p.behaviour.lookup == Lookup::UnixSocket).collect();
    finding.message = Some(if those.is_empty() {
        "mysql, mariadb, PHP's mysqli and PDO, Perl's DBD::mysql: none of them uses the port".into()
    } else {
        format!("installed here: {}; none of them uses the port", programs::labels(those))
    });
    finding
        .evidence
        .extend(server.map(|s| Evidence::new(format!("{} listens", describe(s)), super::super::SOCKETS)));
    finding.remedies.push(remedy::advice(
        "write 127.0.0.1 in MySQL clients that should use TCP",
        THIS_CLIENT,
        "or --protocol=TCP on the command line; where the socket is meant, give its path",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "client.localhost-is-unix-socket";

    #[test]
    fn the_port_of_mysql_and_a_mysql_server_elsewhere_are_noted() {
        let found = debian().program("mysql", "10.11.6").of(CODE, "localhost:3306").expect("note");
        assert!(found.message.expect("who").starts_with("installed here: mysql, mariadb 10.11.6;"));
        let bench = debian().listen_as("127.0.0.1:3307", 9, "mariadbd");
        let found = bench.of(CODE, "localhost:3307").expect("note");
        assert_eq!(found.evidence[0].text, "127.0.0.1:3307 (mariadbd, pid 9) listens");
        assert!(found.message.expect("who").contains("mysqli"));
    }

    #[test]
    fn addresses_other_names_and_other_ports_are_quiet() {
        let bench = debian().listen("127.0.0.1:3307");
        for asked in ["127.0.0.1:3306", "devbox:3306", "localhost:3307", "localhost:5432", "localhost"] {
            assert_eq!(bench.of(CODE, asked), None, "{asked}");
        }
    }
}
