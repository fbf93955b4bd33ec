//! # resolver.search-captures-localhost — a search domain has a record for localhost
//!
//! ## What it means
//! DNS is asked for localhost, and the search list of resolv.conf makes the question
//! `localhost.SEARCH-DOMAIN`, which a server answers with an address.
//!
//! ## Who is hit
//! Every program of the C library that uses the name: it connects to, or binds, whatever address the owner of
//! that domain chose. Secrets meant for this machine leave it. It happens on every network whose DHCP server
//! hands out such a domain.
//!
//! ## Example
//! ```text
//! $ cat /etc/resolv.conf
//! nameserver 192.0.2.53
//! search corp.example
//! $ getent ahosts localhost
//! 10.168.91.198   STREAM localhost.corp.example
//! ```
//!
//! ## Repair
//! Give localhost its lines in /etc/hosts and have that file asked before DNS: then no question leaves the
//! machine.
//!
//! ## Not a repair
//! Taking the search domain away: the question for localhost still goes to a DNS server.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://github.com/kubernetes/kubernetes/issues/57709
//! - https://github.com/kubernetes/kubeadm/issues/226

use super::super::edit;
use super::super::facts::LOCALHOST;
use super::super::{Context, Rule, localhost_before_dns};
use crate::finding::{Evidence, Finding, Location, Severity};
use crate::machine::{Machine, RESOLV};
use crate::resolve::{self, Query};
use crate::snapshot::{Observation, RawFile};

pub(super) const RULE: Rule = Rule {
    code: "resolver.search-captures-localhost",
    severity: Severity::Error,
    title: "a search domain has a record for localhost",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://github.com/kubernetes/kubernetes/issues/57709",
        "https://github.com/kubernetes/kubeadm/issues/226",
    ],
    source: include_str!("search_captures_localhost.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if !ctx.asks_localhost() {
        return;
    }
    let captured = captured(ctx.machine);
    let Some(first) = captured.first() else { return };
    let mut finding =
        RULE.finding(format!("the search list turns localhost into {}, which DNS answers", first.name));
    finding.locations.extend(search_line(ctx.machine));
    finding.evidence.extend(captured.iter().map(|o| {
        Evidence::new(format!("{} {}: {}", o.name, o.kind, o.records.join(", ")), format!("DNS {}", o.server))
    }));
    finding.remedies = localhost_before_dns(ctx);
    out.push(finding);
}

/// Answers with records to the questions that a look-up of localhost asks under a longer name.
fn captured(machine: &Machine) -> Vec<&Observation> {
    let asked = resolve::dns_questions(machine, &Query::any(LOCALHOST));
    let expands = |name: &str| name.len() > LOCALHOST.len() + 1 && name.starts_with("localhost.");
    let is_asked = |o: &&Observation| {
        asked
            .iter()
            .any(|(name, kind)| expands(name) && name.eq_ignore_ascii_case(&o.name) && *kind == o.kind)
    };
    machine.raw.live.dns.iter().filter(|o| !o.records.is_empty()).filter(is_asked).collect()
}

fn search_line(machine: &Machine) -> Option<Location> {
    let (line, _) = machine.resolv.value.search.as_ref()?;
    let bytes = machine.raw.file(RESOLV).and_then(RawFile::bytes)?;
    let span = edit::line_text(&bytes, *line);
    Some(Location::of(RESOLV, &bytes, span, "put behind localhost"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolver.search-captures-localhost";

    #[test]
    fn a_record_of_the_search_domain_is_told_with_its_line() {
        let bench = debian()
            .file("/etc/hosts", "192.0.2.10 devbox\n")
            .file("/etc/resolv.conf", "nameserver 127.0.0.1\nsearch corp.example\n")
            .dns("localhost.corp.example", "10.168.91.198");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(
            found.title,
            "the search list turns localhost into localhost.corp.example, which DNS answers"
        );
        assert_eq!(found.evidence[0].text, "localhost.corp.example A: 10.168.91.198");
        assert_eq!((found.locations[0].path.as_str(), found.locations[0].line), ("/etc/resolv.conf", 2));
        assert!(found.remedies[0].title.contains("/etc/hosts"), "{}", found.remedies[0].title);
        assert_eq!(bench.of(CODE, "devbox"), None);
        assert_eq!(bench.file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
    }

    #[test]
    fn a_record_of_localhost_itself_is_another_matter() {
        let bench = debian().file("/etc/hosts", "").dns("localhost", "127.0.0.1");
        assert_eq!(bench.of(CODE, "localhost"), None);
    }
}
