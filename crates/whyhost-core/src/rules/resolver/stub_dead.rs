//! # resolver.stub-dead — resolv.conf names a local server that is not there
//!
//! ## What it means
//! resolv.conf sends every question to an address of this machine (127.0.0.53 of systemd-resolved, 127.0.0.1
//! of dnsmasq or unbound), and no program listens there on port 53. Where the sockets of the machine are not
//! known, as in the folder of an image, it is told for 127.0.0.53 when systemd-resolved is not installed, as a
//! warning: in a container or a chroot the file may be replaced, or the service of the host may answer.
//!
//! ## Who is hit
//! Every program: names of the hosts file work, all others fail at once with "Temporary failure in name
//! resolution", or after a pause where another server follows.
//!
//! ## Example
//! ```text
//! $ cat /etc/resolv.conf
//! nameserver 127.0.0.53
//! $ systemctl is-active systemd-resolved
//! inactive
//! ```
//!
//! ## Repair
//! Start the service that the file stands for, or have the program that writes the file name another server:
//! ```text
//! sudo systemctl enable --now systemd-resolved
//! ```
//!
//! ## Not a repair
//! Writing a public server into the file by hand: its writer puts the old one back, and internal names are
//! asked of strangers.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/resolv.conf.5.html
//! - https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html

use super::super::edit;
use super::super::facts::listeners_are_unknown;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::resolv_owner;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity};
use crate::machine::{Machine, RESOLV};
use crate::reach;
use crate::resolve::stage::resolved;
use crate::snapshot::{OsFamily, Protocol, RawFile, Socket};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(super) const RULE: Rule = Rule {
    code: "resolver.stub-dead",
    severity: Severity::Error,
    title: "resolv.conf names a local server that is not there",
    references: &[
        "https://man7.org/linux/man-pages/man5/resolv.conf.5.html",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html",
    ],
    source: include_str!("stub_dead.rs"),
    check,
};

/// The two listeners of systemd-resolved.
const STUBS: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(127, 0, 0, 53)), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 54))];
/// Docker's server: its socket has another port, to which the kernel leads packets.
const DOCKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));
/// Port of every server in resolv.conf.
const PORT: u16 = 53;
/// Where the program of systemd-resolved lies.
const PROGRAMS: [&str; 2] = ["/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved"];

/// Nobody answers at an address, and how that is known.
struct Dead {
    severity: Severity,
    proof: Evidence,
}

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    if machine.os.family != OsFamily::Linux {
        return;
    }
    let servers = &machine.resolv.value.nameservers;
    let others = servers.len();
    for (line, address) in servers {
        if let Some(dead) = dead(machine, *address) {
            out.push(tell(machine, *line, *address, dead, others > 1));
        }
    }
}

fn dead(machine: &Machine, address: IpAddr) -> Option<Dead> {
    if !reach::is_own(machine, address.into()) || address == DOCKER {
        return None;
    }
    let rcodes: Vec<&str> = machine
        .raw
        .live
        .dns
        .iter()
        .filter(|o| o.server.parse() == Ok(SocketAddr::new(address, PORT)))
        .map(|o| o.rcode.as_str())
        .collect();
    if !rcodes.is_empty() {
        let what = match rcodes.contains(&"TIMEOUT") {
            true => "no question was answered in time",
            false => "the question was refused: nobody listens",
        };
        let proof = Evidence::new(what, format!("DNS {address}"));
        let dead = rcodes.iter().all(|r| matches!(*r, "IO" | "TIMEOUT"));
        return dead.then_some(Dead { severity: Severity::Error, proof });
    }
    if STUBS.contains(&address) && machine.has_path(resolved::SOCKET) == Some(true) {
        return None;
    }
    if sockets_are_known(machine) {
        let proof = Evidence::new(format!("no socket at {address}, port 53"), super::super::facts::SOCKETS);
        let heard = machine.raw.sockets.iter().any(|s| hears(s, address));
        return (!heard).then_some(Dead { severity: Severity::Error, proof });
    }
    let is_absent = |path: &&str| machine.has_path(path) == Some(false);
    let proof = Evidence::new("systemd-resolved is not installed", PROGRAMS[0]);
    let gone = STUBS.contains(&address) && machine.os.libc.is_some() && PROGRAMS.iter().all(is_absent);
    gone.then_some(Dead { severity: Severity::Warning, proof })
}

/// The snapshot is of a running machine whose sockets could be read: of a folder no part of /proc is recorded.
fn sockets_are_known(machine: &Machine) -> bool {
    machine.has_path("/proc/net/if_inet6").is_some() && !listeners_are_unknown(machine)
}

fn hears(socket: &Socket, address: IpAddr) -> bool {
    let wildcard = match socket.address {
        IpAddr::V4(a) => a.is_unspecified() && address.is_ipv4(),
        IpAddr::V6(a) => a.is_unspecified() && (address.is_ipv6() || socket.v6only != Some(true)),
    };
    socket.port == PORT && socket.protocol == Protocol::Udp && (socket.address == address || wildcard)
}

fn tell(machine: &Machine, line: usize, address: IpAddr, dead: Dead, others: bool) -> Finding {
    let bytes = machine.raw.file(RESOLV).and_then(RawFile::bytes).unwrap_or_default();
    let text = edit::line_text(&bytes, line);
    let row = String::from_utf8_lossy(&bytes[text.clone()]).into_owned();
    let mut finding = RULE.finding(match dead.severity {
        Severity::Error => format!("{RESOLV} asks {address}, where nobody listens"),
        _ => format!("{RESOLV} asks {address}, and systemd-resolved is not installed"),
    });
    finding.severity = if others { Severity::Warning } else { dead.severity };
    if others {
        finding.message = Some("another server of the file may answer".to_owned());
    }
    finding.locations.push(Location::of(RESOLV, &bytes, text, "nobody listens there"));
    finding.evidence.push(Evidence::new(row, format!("{RESOLV}:{line}")));
    finding.evidence.push(dead.proof);
    finding.remedies.extend(remedies(machine, address));
    finding
}

fn remedies(machine: &Machine, address: IpAddr) -> Vec<Remedy> {
    let installed = PROGRAMS.iter().any(|path| machine.has_path(path) == Some(true));
    let mut all = Vec::new();
    if STUBS.contains(&address) && installed {
        all.push(remedy::command(
            "start systemd-resolved",
            Applicability::Unsafe,
            WHOLE_MACHINE,
            &["sudo systemctl enable --now systemd-resolved"],
        ));
    }
    let (title, text) = match resolv_owner::owner(machine) {
        Some(owner) => {
            (format!("name a server that answers where {} takes them from", owner.name), owner.instead)
        }
        None => (
            format!("start the server that {RESOLV} stands for, or name one that answers"),
            "a router of the network or a server of the organisation; a VPN client that ended badly is started and ended once more",
        ),
    };
    all.push(remedy::advice(title, WHOLE_MACHINE, text));
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian, lone};
    use super::PROGRAMS;
    use crate::finding::Severity;
    use crate::resolve::stage::resolved::SOCKET;

    const CODE: &str = "resolver.stub-dead";

    fn asks(server: &str) -> Bench {
        debian().file("/etc/resolv.conf", &format!("# x\nnameserver {server}\n"))
    }

    #[test]
    fn a_stub_without_its_service_is_told() {
        let found = asks("127.0.0.53").one(CODE);
        assert_eq!((found.severity, found.locations[0].line), (Severity::Error, 2));
        assert_eq!(found.title, "/etc/resolv.conf asks 127.0.0.53, where nobody listens");
        let installed = asks("127.0.0.53").file(PROGRAMS[0], "").absent(SOCKET).one(CODE);
        assert_eq!(installed.remedies[0].title, "start systemd-resolved");
        assert!(asks("127.0.0.53").file(SOCKET, "").is_quiet(CODE));
    }

    #[test]
    fn another_local_server_is_known_by_its_socket() {
        assert_eq!(asks("127.0.0.1").check(CODE, &[]).len(), 1);
        for place in ["127.0.0.1:53", "0.0.0.0:53", "[::]:53"] {
            assert!(asks("127.0.0.1").listen_udp(place).is_quiet(CODE), "{place}");
        }
        assert_eq!(asks("127.0.0.1").listen("127.0.0.1:53").check(CODE, &[]).len(), 1, "TCP alone");
        assert!(asks("127.0.0.11").is_quiet(CODE) && asks("192.0.2.53").is_quiet(CODE));
    }

    #[test]
    fn what_was_asked_counts_more_than_sockets() {
        assert!(asks("127.0.0.1").dns("nas.test", "10.0.0.9").is_quiet(CODE), "it answered");
        let silent =
            asks("127.0.0.1").listen_udp("127.0.0.1:53").dns_code("127.0.0.1:53", "nas.test", "TIMEOUT");
        assert_eq!(silent.one(CODE).evidence[1].text, "no question was answered in time");
        let other_port =
            asks("127.0.0.1").listen_udp("127.0.0.1:53").dns_code("127.0.0.1:5355", "nas.test", "IO");
        assert!(other_port.is_quiet(CODE), "another server");
    }

    #[test]
    fn a_second_server_makes_it_a_warning() {
        let bench = debian().file("/etc/resolv.conf", "nameserver 127.0.0.53\nnameserver 192.0.2.53\n");
        assert_eq!(bench.one(CODE).severity, Severity::Warning);
    }

    #[test]
    fn in_a_folder_the_program_decides() {
        let folder = lone("127.0.0.1 localhost\n").file("/etc/resolv.conf", "nameserver 127.0.0.53\n");
        assert!(folder.is_quiet(CODE), "nothing is known");
        let without = folder.glibc("2.36").absent(PROGRAMS[0]).absent(PROGRAMS[1]);
        assert_eq!(without.one(CODE).severity, Severity::Warning);
        assert!(without.file(PROGRAMS[1], "").is_quiet(CODE));
    }
}
