//! netcat in its kinds, socat, BusyBox.

use super::{ANY_V4, INET, SYSTEM, TWO_WILDCARDS, dual_stack_else_v4, first, first_bound, run, server};
use crate::program::servers::{Dual, Opens, Server};

const fn tool(
    (id, program): (&'static str, &'static str),
    name: &'static str,
    told: &'static str,
    opens: Opens,
    ran: &'static str,
    references: &'static [&'static str],
) -> Server {
    Server { program: Some(program), ..server(id, name, told, opens, run(ran), references) }
}

const OPENBSD: &[&str] = &["OpenBSD netcat.c: local_listen (Debian 1.219)"];
pub(super) const NC_OPENBSD: Server =
    tool(("nc-openbsd-port", "nc"), "nc (OpenBSD)", "-l port", ANY_V4, "Debian 12", OPENBSD);
pub(super) const NC_OPENBSD_LOCALHOST: Server = tool(
    ("nc-openbsd-localhost", "nc"),
    "nc (OpenBSD)",
    "-l localhost port",
    first_bound(SYSTEM),
    "Debian 12",
    OPENBSD,
);
pub(super) const NC_TRADITIONAL: Server = tool(
    ("nc-traditional-port", "nc-traditional"),
    "nc (traditional)",
    "-l -p port",
    ANY_V4,
    "Debian 12",
    &["netcat.c: doconnect, dolisten (1.10)"],
);
const NCAT_LISTEN: &[&str] =
    &["https://nmap.org/ncat/guide/ncat-usage.html", "Ncat ncat_listen.c: ncat_listen"];
pub(super) const NCAT: Server =
    tool(("ncat-port", "ncat"), "Ncat", "-l port", TWO_WILDCARDS, "Debian 12", NCAT_LISTEN);
pub(super) const NCAT_LOCALHOST: Server =
    tool(("ncat-localhost", "ncat"), "Ncat", "-l localhost port", first(SYSTEM), "Debian 12", NCAT_LISTEN);
const SOCAT_LISTEN: &[&str] = &["http://www.dest-unreach.org/socat/doc/socat.html#ADDRESS_TCP_LISTEN"];
pub(super) const SOCAT: Server =
    tool(("socat-port", "socat"), "socat", "TCP-LISTEN:port", ANY_V4, "Debian 12", SOCAT_LISTEN);
pub(super) const SOCAT_LOCALHOST: Server = tool(
    ("socat-localhost", "socat"),
    "socat",
    "TCP-LISTEN:port,bind=localhost",
    first(INET),
    "Debian 12",
    SOCAT_LISTEN,
);
const HTTPD: &[&str] = &["BusyBox networking/httpd.c: openServer; libbb/xconnect.c: xdotted2sockaddr"];
pub(super) const BUSYBOX_HTTPD: Server = tool(
    ("busybox-httpd-port", "busybox"),
    "BusyBox httpd",
    "-p port",
    dual_stack_else_v4(Dual::Default),
    "Debian 12",
    HTTPD,
);
pub(super) const BUSYBOX_HTTPD_LOCALHOST: Server = tool(
    ("busybox-httpd-localhost", "busybox"),
    "BusyBox httpd",
    "-p localhost:port",
    Opens::Refuses("bad address: only a numeric one is taken"),
    "Debian 12",
    HTTPD,
);
