//! # listen.unsafe-port — browsers refuse this port
//!
//! ## What it means
//! The Fetch standard has a list of ports that browsers and fetch() never connect to, because old protocols
//! have them. The server runs and answers; the refusal happens in the client.
//!
//! ## Who is hit
//! Chrome, Edge (ERR_UNSAFE_PORT), Firefox ("This address is restricted"), Safari, Node's and Deno's fetch
//! ("bad port"). curl, wget and Python are not hit.
//!
//! ## Example
//! ```text
//! > await fetch("http://localhost:6000/")
//! TypeError: fetch failed … Error: bad port
//! ```
//!
//! ## Repair
//! Give the server another port.
//!
//! ## Not a repair
//! Starting the browser with --explicitly-allowed-ports: it helps one browser of one person.
//!
//! ## References
//! - https://fetch.spec.whatwg.org/#port-blocking

use super::super::facts::{describe, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use super::asked_port;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "listen.unsafe-port",
    severity: Severity::Warning,
    title: "browsers refuse this port",
    references: &["https://fetch.spec.whatwg.org/#port-blocking"],
    source: include_str!("unsafe_port.rs"),
    check,
};

/// The ports of the standard from 1024 on (Fetch, "port blocking", "bad port"): below, system services are meant to be there.
const BAD: [u16; 18] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
    6697,
];
/// The last one of the list, far away.
const AMANDA: u16 = 10080;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some((port, sockets)) = asked_port(ctx) else { return };
    // A server of the kernel, as that of NFS, has no process and no web pages.
    let Some(socket) = sockets.iter().find(|s| s.process.is_some()) else { return };
    if !BAD.contains(&port) && port != AMANDA {
        return;
    }
    let mut finding = RULE.finding(format!("browsers and fetch() refuse port {port}; curl does not"));
    finding.evidence.push(listener_row(socket));
    finding.remedies.push(remedy::advice(
        format!("give {} another port, if a browser shall open it", describe(socket)),
        THIS_SERVER,
        "for example 8080; the list of refused ports is in the Fetch standard, \"port blocking\"",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.unsafe-port";

    #[test]
    fn only_ports_of_the_list_with_a_server() {
        let bench = debian().listen("127.0.0.1:6000").listen("127.0.0.1:6001").listen("0.0.0.0:22");
        assert_eq!(
            bench.of(CODE, "localhost:6000").map(|f| f.title).as_deref(),
            Some("browsers and fetch() refuse port 6000; curl does not")
        );
        for quiet in ["localhost:6001", "localhost:22", "localhost:6665", "localhost"] {
            assert_eq!(bench.of(CODE, quiet), None, "{quiet}");
        }
    }
}
