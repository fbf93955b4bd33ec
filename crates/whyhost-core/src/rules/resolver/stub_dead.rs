//! # resolver.stub-dead — nobody answers at the name server that is on this machine
//!
//! ## What it means
//! resolv.conf sends every DNS question to an address of this machine, such as the stub 127.0.0.53 of
//! systemd-resolved, and every question there was refused or stayed without an answer: the service does not run.
//!
//! ## Who is hit
//! Every program, for every name that is not in the hosts file: "Temporary failure in name resolution". Names of
//! the hosts file go on working, so that the machine seems half alive and a typing error looks like an outage.
//! Where resolv.conf has another server that answers, look-ups work, each after a detour.
//!
//! ## Example
//! ```text
//! $ cat /etc/resolv.conf
//! nameserver 127.0.0.53
//! $ getent ahosts www.example.net
//! $ systemctl is-active systemd-resolved
//! inactive
//! ```
//!
//! ## Repair
//! Start the service that listens there. Where it was removed, have resolv.conf name a server that answers: a
//! symbolic link that leads to a file of the removed service is replaced.
//!
//! ## Not a repair
//! A line for each name in the hosts file; or a public server as second `nameserver` behind the dead one, which
//! hides the failure and lets names of the own network fail.
//!
//! ## References
//! - https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html
//! - https://man7.org/linux/man-pages/man5/resolv.conf.5.html

use super::super::edit::line_text;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity};
use crate::machine::{Machine, RESOLV};
use crate::reach;
use crate::snapshot::{Observation, RawFile};
use std::net::{IpAddr, SocketAddr};

pub(super) const RULE: Rule = Rule {
    code: "resolver.stub-dead",
    severity: Severity::Error,
    title: "nobody answers at the name server that is on this machine",
    references: &[
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html",
        "https://man7.org/linux/man-pages/man5/resolv.conf.5.html",
    ],
    source: include_str!("stub_dead.rs"),
    check,
};

/// Port of every server in resolv.conf.
const PORT: u16 = 53;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let servers = machine.resolv.value.servers();
    let dead: Vec<IpAddr> = servers.iter().copied().filter(|s| is_dead(machine, *s)).collect();
    let Some(first) = dead.first() else { return };
    let alone = servers.iter().all(|s| dead.contains(s));
    let mut finding = RULE.finding(match (alone, servers.len()) {
        (true, 1) => format!("nobody answers at {first}, the only name server"),
        (true, _) => "nobody answers at any of the name servers, which are on this machine".to_owned(),
        (false, _) => format!("nobody answers at the name server {first}: others are asked after it"),
    });
    if !alone {
        finding.severity = Severity::Warning;
    }
    finding.locations.extend(dead.iter().filter_map(|s| line_of(machine, *s)).take(1));
    finding.evidence.extend(dead.iter().flat_map(|s| of(machine, *s).take(2).map(evidence)));
    finding.remedies = repairs(*first);
    out.push(finding);
}

/// An address of this machine of which every recorded answer is none.
fn is_dead(machine: &Machine, server: IpAddr) -> bool {
    let unanswered = |o: &Observation| o.rcode == "IO" || o.rcode == "TIMEOUT";
    reach::is_own(machine, server.into())
        && of(machine, server).next().is_some()
        && of(machine, server).all(unanswered)
}

fn of(machine: &Machine, server: IpAddr) -> impl Iterator<Item = &Observation> {
    let is_it = move |o: &&Observation| o.server.parse() == Ok(SocketAddr::new(server, PORT));
    machine.raw.live.dns.iter().filter(is_it)
}

fn evidence(o: &Observation) -> Evidence {
    let what = if o.rcode == "IO" { "nobody took the question for" } else { "no answer in time for" };
    Evidence::new(format!("{what} {} {}", o.name, o.kind), format!("DNS {}", o.server))
}

fn line_of(machine: &Machine, server: IpAddr) -> Option<Location> {
    let (line, _) = machine.resolv.value.nameservers.iter().find(|(_, address)| *address == server)?;
    let bytes = machine.raw.file(RESOLV).and_then(RawFile::bytes)?;
    Some(Location::of(RESOLV, &bytes, line_text(&bytes, *line), "nobody answers there"))
}

/// systemd-resolved is known by its addresses (systemd-resolved.service(8)); who else would listen is not.
fn repairs(server: IpAddr) -> Vec<Remedy> {
    let resolved = matches!(server, IpAddr::V4(v4) if matches!(v4.octets(), [127, 0, 0, 53 | 54]));
    let mut repairs = Vec::new();
    if resolved {
        repairs.push(remedy::command(
            "start systemd-resolved, whose address that is",
            Applicability::Unsafe,
            WHOLE_MACHINE,
            &["sudo systemctl enable --now systemd-resolved"],
        ));
    }
    repairs.push(remedy::advice(
        format!("start the service that listens at {server}, or name a server that answers in resolv.conf"),
        WHOLE_MACHINE,
        "`ls -l /etc/resolv.conf` tells who writes the file; a link into /run/systemd/resolve stays only with \
         systemd-resolved",
    ));
    repairs
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};
    use crate::finding::Severity;

    const CODE: &str = "resolver.stub-dead";

    fn stub(resolv: &str) -> Bench {
        debian().file("/etc/resolv.conf", resolv).dns_code("127.0.0.53:53", "www.example.net", "IO")
    }

    #[test]
    fn a_stub_that_refuses_is_told_with_its_line() {
        let found = stub("nameserver 127.0.0.53\n").of(CODE, "www.example.net").expect("finding");
        assert_eq!(found.title, "nobody answers at 127.0.0.53, the only name server");
        assert_eq!((found.severity, found.locations[0].line), (Severity::Error, 1));
        assert!(found.remedies[0].title.contains("systemd-resolved"));
        let silent = debian()
            .file("/etc/resolv.conf", "")
            .dns_code("127.0.0.1:53", "www.example.net", "TIMEOUT")
            .of(CODE, "www.example.net");
        assert!(!silent.expect("finding").remedies[0].title.contains("systemd-resolved"));
    }

    #[test]
    fn a_second_server_makes_it_a_warning() {
        let found = stub("nameserver 127.0.0.53\nnameserver 192.0.2.53\n").of(CODE, "www.example.net");
        assert_eq!(found.expect("finding").severity, Severity::Warning);
    }

    #[test]
    fn servers_elsewhere_and_servers_that_answer_are_none() {
        let elsewhere = debian().dns_code("192.0.2.53:53", "www.example.net", "IO");
        assert_eq!(elsewhere.of(CODE, "www.example.net"), None);
        let answers = stub("nameserver 127.0.0.53\n").dns_code("127.0.0.53:53", "localhost", "NXDOMAIN");
        assert_eq!(answers.of(CODE, "www.example.net"), None);
        let unasked = debian().file("/etc/resolv.conf", "nameserver 127.0.0.53\n");
        assert_eq!(unasked.of(CODE, "www.example.net"), None);
        let other_port = debian().file("/etc/resolv.conf", "nameserver 127.0.0.53\n").dns_code(
            "127.0.0.53:5355",
            "www.example.net",
            "IO",
        );
        assert_eq!(other_port.of(CODE, "www.example.net"), None);
    }
}
