//! # resolve.v6-localhost-as-v4 — glibc makes 127.0.0.1 of a line with ::1
//!
//! ## What it means
//! The hosts file gives the name ::1 alone. A program that asks glibc for an IPv4 address gets 127.0.0.1
//! all the same, which stands in no file: glibc's reader of the hosts file turns ::1 into 127.0.0.1 for such
//! questions. musl and Go find no IPv4 address.
//!
//! ## Who is hit
//! Programs that ask for IPv4 by themselves: redis-cli, pymongo, Perl's IO::Socket::INET, PHP's
//! socket_connect, Erlang, `socket.socket().connect()` in Python. They miss a server on ::1, and in an Alpine
//! container the same program does not find the name at all. A server that binds every answer for the name
//! meets 127.0.0.1 twice where the file has both lines: "Address already in use" by its own hand.
//!
//! ## Example
//! ```text
//! $ cat /etc/hosts
//! ::1 localhost
//! $ getent ahostsv4 localhost | head -1
//! 127.0.0.1       STREAM localhost
//! ```
//!
//! ## Repair
//! Give the name a line for each family, so that every program reads what is meant.
//!
//! ## Not a repair
//! Listening on ::1 because the file says so: programs that ask for IPv4 do not get it.
//!
//! ## References
//! - https://sourceware.org/git/?p=glibc.git;a=blob;f=nss/nss_files/files-hosts.c;hb=glibc-2.36
//! - https://github.com/spamhaus/rbldnsd/issues/20
//! - https://github.com/MisterTea/EternalTerminal/issues/733

use super::super::edit;
use super::super::facts::{V4, V6, hosts_reach, hosts_row, in_hosts};
use super::super::programs::{self, Asked};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::program::{self, Lookup};
use crate::resolve::stage::files::multi;
use crate::resolve::{Query, Source};
use crate::snapshot::{Family, OsFamily};
use hosts_edit::{GLIBC, Place};

pub(super) const RULE: Rule = Rule {
    code: "resolve.v6-localhost-as-v4",
    severity: Severity::Note,
    title: "glibc makes 127.0.0.1 of a line with ::1",
    references: &[
        "https://sourceware.org/git/?p=glibc.git;a=blob;f=nss/nss_files/files-hosts.c;hb=glibc-2.36",
        "https://github.com/spamhaus/rbldnsd/issues/20",
        "https://github.com/MisterTea/EternalTerminal/issues/733",
    ],
    source: include_str!("v6_localhost_as_v4.rs"),
    check,
};

/// Names that distributions give ::1 alone on purpose: Debian and Fedora.
const FOR_IPV6: [&str; 4] = ["ip6-localhost", "ip6-loopback", "localhost6", "localhost6.localdomain6"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if FOR_IPV6.iter().any(|name| ctx.target.name.eq_ignore_ascii_case(name)) {
        return;
    }
    let Some(line) = turned_line(ctx) else { return };
    let (machine, name) = (ctx.machine, &ctx.target.name);
    let mut finding = RULE.finding(format!("{name} has ::1 alone, of which glibc makes 127.0.0.1 for IPv4"));
    finding.message =
        Some("musl and Go find no IPv4 address for it; programs that ask for any get ::1".to_owned());
    finding.locations.push(in_hosts(machine, line.address_span.clone(), "127.0.0.1 for IPv4 questions"));
    finding.evidence.push(hosts_row(machine, line.line));
    let programs = programs::installed(ctx);
    let v4 = |p: &&Asked| {
        let asks =
            matches!(p.behaviour.lookup, Lookup::System { family: Family::V4, .. } | Lookup::SystemV4ElseV6);
        asks && p.answer.addresses.iter().any(|r| r.address.address == V4)
    };
    let those: Vec<&Asked> = programs.iter().filter(v4).collect();
    if !those.is_empty() {
        finding
            .evidence
            .push(Evidence::new(format!("ask for IPv4: {}", programs::labels(those)), "programs"));
    }
    // With `multi off` only the first matching line counts: a line above would take ::1 away.
    let number = line.line + usize::from(!multi(machine));
    let (file, path) = (&machine.hosts.value, &machine.hosts.path);
    let edits = edit::hosts(file, |set| set.insert_entry(file, number, "127.0.0.1", &[name.as_str()]));
    finding.remedies.extend(edits.map(|e| {
        let title = format!("add `127.0.0.1 {name}` to {path}");
        remedy::edits(title, Applicability::Safe, hosts_reach(machine), path, e)
    }));
    out.push(finding);
}

/// The line with ::1 that glibc's answer to the IPv4 question comes from; `None` where a line has an IPv4 address.
fn turned_line(ctx: &Context<'_>) -> Option<Place> {
    let machine = ctx.machine;
    let musl = machine.os.libc.as_ref().is_some_and(|l| l.name == "musl");
    if ctx.target.literal.is_some() || machine.os.family != OsFamily::Linux || musl {
        return None;
    }
    let name = &ctx.target.name;
    let places = machine.hosts.value.view(&GLIBC).places(name.as_bytes());
    if places.iter().any(|p| p.address.to_canonical().is_ipv4()) {
        return None;
    }
    let answer = program::system(machine, &Query { family: Family::V4, ..Query::any(name) });
    let from = |line: usize| {
        let is = |r: &crate::resolve::Ranked| {
            r.address.address == V4 && matches!(&r.from, Source::HostsLine { line: at, .. } if *at == line)
        };
        answer.addresses.iter().any(is)
    };
    places.into_iter().find(|p| p.address == V6 && from(p.line))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.v6-localhost-as-v4";

    #[test]
    fn a_name_with_v6_loopback_alone_is_noted_with_the_programs_that_ask_for_ipv4() {
        let bench = debian()
            .file("/etc/hosts", "127.0.0.1 localhost\n::1 ip6-only\n")
            .program("redis", "7.0.15")
            .program("python", "3.11.7");
        let found = bench.of(CODE, "ip6-only").expect("note");
        assert_eq!(found.title, "ip6-only has ::1 alone, of which glibc makes 127.0.0.1 for IPv4");
        assert_eq!((found.locations[0].line, found.locations[0].end_column), (2, 4));
        assert_eq!(found.evidence[1].text, "ask for IPv4: redis-cli 7.0.15");
        assert!(bench.after(&found.remedies[0]).contains("127.0.0.1 ip6-only\n::1 ip6-only\n"));
        assert!(debian().file("/etc/hosts", "::1 localhost\n").of(CODE, "localhost").is_some());
    }

    #[test]
    fn both_families_musl_and_another_source_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "ip6-localhost"), None);
        let v6 = debian().file("/etc/hosts", "::1 localhost\n");
        assert_eq!(v6.musl().of(CODE, "localhost"), None);
        assert_eq!(v6.of(CODE, "::1"), None);
        assert_eq!(v6.file("/etc/nsswitch.conf", "hosts: myhostname files\n").of(CODE, "localhost"), None);
        assert_eq!(debian().file("/etc/hosts", "2001:db8::1 a\n").of(CODE, "a"), None);
    }
}
