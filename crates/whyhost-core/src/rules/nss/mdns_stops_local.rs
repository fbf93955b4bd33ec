//! # nss.mdns-stops-local — multicast DNS ends the look-up of a .local name
//!
//! ## What it means
//! The hosts line has `mdns4_minimal [NOTFOUND=return]` (or another mdns module) before `dns`. For names of two
//! parts below .local the module asks avahi, and where no machine of the local network answers, the look-up
//! ends: DNS is never asked.
//!
//! ## Who is hit
//! Programs of glibc on a network whose DNS has such names, as an Active Directory domain `corp.local`: "Name
//! or service not known" after five seconds, while dig finds the name. musl and Go ask DNS. The module leaves
//! longer names (`a.corp.local`) alone, and all names where DNS has a zone `local` (an SOA record).
//! It is a note where the machine does not tell whether avahi runs, or whether DNS knows the name.
//!
//! ## Example
//! ```text
//! hosts: files mdns4_minimal [NOTFOUND=return] dns
//! search corp.local
//! ```
//!
//! ## Repair
//! Names outside of .local (.internal, .home.arpa), since RFC 6762 gives .local to multicast DNS. Where the
//! names cannot change, ask DNS first:
//! ```text
//! hosts: files dns mdns4_minimal
//! ```
//!
//! ## Not a repair
//! Judging by dig or host: they ask DNS alone, which no program with this hosts line does.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6762#section-3
//! - https://github.com/avahi/nss-mdns/issues/75
//! - https://github.com/avahi/nss-mdns/issues/84

use super::super::edit;
use super::super::facts::{is_installed, is_reached, services};
use super::super::nss_line::HostsLine;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::conf::nsswitch::{Action, Service, Status};
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::machine::{Machine, RESOLV};
use crate::resolve::stage::{Call, other};
use crate::snapshot::{LiveOutcome, RawFile};

pub(super) const RULE: Rule = Rule {
    code: "nss.mdns-stops-local",
    severity: Severity::Warning,
    title: "multicast DNS ends the look-up of a .local name",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6762#section-3",
        "https://github.com/avahi/nss-mdns/issues/75",
        "https://github.com/avahi/nss-mdns/issues/84",
    ],
    source: include_str!("mdns_stops_local.rs"),
    check,
};

const AVAHI: &str = "/run/avahi-daemon/socket";

/// Why DNS is thought to know a name.
enum Why {
    /// A domain of the search list: its line in resolv.conf.
    Searched(usize),
    /// The question is about it; DNS has it, as far as that was asked.
    Asked(Option<String>),
}

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let Some(services) = services(machine) else { return };
    let Some((mdns, dns)) = stopping(machine, &services) else { return };
    let Some(line) = HostsLine::of(machine, &services) else { return };
    if machine.has_path(AVAHI) == Some(false) {
        return;
    }
    let module = &services[mdns].name;
    let Some((name, why)) = stopped(ctx, module) else { return };
    let mut finding = RULE.finding(format!("{module} decides about {name}: DNS is not asked"));
    finding.locations.push(line.place(mdns, "ends the look-up"));
    finding.evidence.push(line.row());
    let known = match why {
        Why::Searched(number) => {
            finding.locations.push(search_place(machine, number).secondary());
            finding
                .evidence
                .push(Evidence::new(format!("search list: {name}"), format!("{RESOLV}:{number}")));
            true
        }
        Why::Asked(record) => {
            let known = record.is_some();
            finding.evidence.extend(record.map(|record| Evidence::new(record, "DNS")));
            known
        }
    };
    if machine.has_path(AVAHI) == Some(true) {
        finding.evidence.push(Evidence::new("avahi-daemon runs", AVAHI));
    }
    if !known || machine.has_path(AVAHI).is_none() {
        finding.severity = Severity::Note;
    }
    finding.remedies.push(remedy::advice(
        "name the machines of this domain outside of .local",
        WHOLE_MACHINE,
        "RFC 6762 gives .local to multicast DNS; .internal and .home.arpa are free for networks of one's own",
    ));
    finding
        .remedies
        .push(crate::finding::Remedy { applicability: Applicability::Unsafe, ..line.moved(dns, mdns) });
    out.push(finding);
}

/// An mdns module that ends the look-up, and the DNS behind it that is then not asked.
fn stopping(machine: &Machine, services: &[Service]) -> Option<(usize, usize)> {
    let mdns = services.iter().position(|s| {
        s.name.starts_with("mdns")
            && s.actions.after(Status::NotFound) == Action::Return
            && is_installed(machine, &s.name)
    })?;
    let asks_dns = |s: &Service| matches!(s.name.as_str(), "dns" | "resolve");
    let dns = mdns + services[mdns..].iter().position(asks_dns)?;
    let before = services[..mdns].iter().any(asks_dns);
    (is_reached(machine, services, mdns) && !before).then_some((mdns, dns))
}

/// The name that the module keeps from DNS.
fn stopped(ctx: &Context<'_>, module: &str) -> Option<(String, Why)> {
    let machine = ctx.machine;
    let name = ctx.target.name.trim_end_matches('.').to_ascii_lowercase();
    if ctx.target.literal.is_none() && takes(machine, module, &name) {
        let found = matches!(ctx.live().map(|l| &l.outcome), Some(LiveOutcome::Found(_)));
        let in_hosts = !machine.hosts.value.view(&hosts_edit::GLIBC).places(name.as_bytes()).is_empty();
        return (!found && !in_hosts).then(|| (name.clone(), Why::Asked(record(machine, &name))));
    }
    let (line, list) = machine.resolv.value.search.as_ref()?;
    let domain = list.iter().map(|d| d.trim_end_matches('.').to_ascii_lowercase());
    // Kubernetes has no machine that is called cluster.local.
    let mut domains = domain.filter(|d| d != "cluster.local" && takes(machine, module, d));
    Some((domains.next()?, Why::Searched(*line)))
}

/// The module asks avahi for the name, as far as the snapshot tells.
fn takes(machine: &Machine, module: &str, name: &str) -> bool {
    other::is_multicast_name(machine, module, name, Call::Both)
}

fn record(machine: &Machine, name: &str) -> Option<String> {
    let known = machine
        .raw
        .live
        .dns
        .iter()
        .find(|o| o.name.trim_end_matches('.').eq_ignore_ascii_case(name) && !o.records.is_empty())?;
    Some(format!("{} {}: {}", known.name, known.kind, known.records.join(", ")))
}

fn search_place(machine: &Machine, line: usize) -> Location {
    let bytes = machine.raw.file(RESOLV).and_then(RawFile::bytes).unwrap_or_default();
    let span = edit::line_text(&bytes, line);
    Location::of(RESOLV, &bytes, span, "a domain below .local")
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};
    use super::AVAHI;
    use crate::finding::Severity;

    const CODE: &str = "nss.mdns-stops-local";

    fn desktop() -> Bench {
        debian()
            .file("/etc/nsswitch.conf", "hosts: files mdns4_minimal [NOTFOUND=return] dns\n")
            .module("mdns4_minimal", None)
            .file(AVAHI, "")
    }

    #[test]
    fn a_search_domain_below_local_is_told() {
        let bench = desktop().file("/etc/resolv.conf", "nameserver 192.0.2.53\nsearch corp.local\n");
        let found = bench.one(CODE);
        assert_eq!(found.severity, Severity::Warning);
        assert_eq!(found.title, "mdns4_minimal decides about corp.local: DNS is not asked");
        assert_eq!(found.locations[1].path, "/etc/resolv.conf");
        assert_eq!(bench.after(&found.remedies[1]), "hosts: files dns mdns4_minimal [NOTFOUND=return]\n");
    }

    #[test]
    fn a_name_that_dns_has_is_told_and_one_that_nobody_knows_is_a_note() {
        let known = desktop().dns("intranet.local", "10.0.0.7").of(CODE, "intranet.local").expect("finding");
        assert_eq!(known.severity, Severity::Warning);
        assert_eq!(known.evidence[1].text, "intranet.local A: 10.0.0.7");
        assert_eq!(desktop().of(CODE, "printer.local").expect("finding").severity, Severity::Note);
        assert_eq!(desktop().live("printer.local", &["192.0.2.4"], 9).of(CODE, "printer.local"), None);
    }

    #[test]
    fn stock_lines_without_such_names_are_quiet() {
        assert!(desktop().is_quiet(CODE));
        let search = |list: &str| desktop().file("/etc/resolv.conf", &format!("search {list}\n"));
        for list in ["corp.example", "svc.cluster.local cluster.local", "a.corp.local", "local"] {
            assert!(search(list).is_quiet(CODE), "{list}");
        }
        let corp = search("corp.local");
        assert!(corp.absent(AVAHI).is_quiet(CODE), "avahi does not run");
        let dns_first = "hosts: files dns mdns4_minimal [NOTFOUND=return]\n";
        assert!(corp.file("/etc/nsswitch.conf", dns_first).is_quiet(CODE));
    }
}
