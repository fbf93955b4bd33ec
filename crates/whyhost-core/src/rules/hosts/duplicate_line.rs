//! # hosts.duplicate-line — a name has the same address twice
//!
//! ## What it means
//! A name is given an address that an earlier line gives it already. Tools that only ever append leave such
//! lines.
//!
//! ## Who is hit
//! glibc, musl, Go, Java and the BSDs deliver the address twice: a client tries a dead server twice, and a
//! server that binds every address of its name fails on the second one with EADDRINUSE. c-ares since 1.34,
//! systemd-resolved, dnsmasq and macOS deliver it once. Each line costs every look-up a little time.
//!
//! ## Example
//! ```text
//! 127.0.0.1 app.test
//! 127.0.0.1 app.test
//! ```
//!
//! ## Repair
//! Remove the later line, or the name from it.
//!
//! ## Not a repair
//! Sorting the file: the order of the lines decides the canonical name and the name of an address.
//!
//! ## References
//! - https://github.com/goodhosts/vagrant/issues/46
//! - https://github.com/agiledivider/vagrant-hostsupdater/issues/61
//! - https://github.com/txn2/kubefwd/issues/195

use super::super::facts::{first_lone_cr, hosts_row, in_hosts};
use super::super::hosts_line::{self, repair};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use hosts_edit::{Line, Listed};
use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;

pub(super) const RULE: Rule = Rule {
    code: "hosts.duplicate-line",
    severity: Severity::Note,
    title: "a name has the same address twice",
    references: &[
        "https://github.com/goodhosts/vagrant/issues/46",
        "https://github.com/agiledivider/vagrant-hostsupdater/issues/61",
        "https://github.com/txn2/kubefwd/issues/195",
    ],
    source: include_str!("duplicate_line.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    // Lines that end with CR alone are one line for most readers: taking one of them out changes the others.
    if first_lone_cr(&ctx.machine.hosts.value).is_some() {
        return;
    }
    let mut tally = Tally::new(ctx);
    for (number, again) in lines(ctx) {
        let Some(line) = ctx.machine.hosts.value.line(number) else { continue };
        tally.add(|| tell(ctx, &line, &again));
    }
    tally.finish(&RULE, out);
}

/// Where a name stands again, and where it had the address before.
type Again = (Range<usize>, Listed);

/// The lines with names that had the same address before, in the order of the file: where they stand, and where before.
fn lines(ctx: &Context<'_>) -> Vec<(usize, Vec<Again>)> {
    let mut other: HashMap<(usize, IpAddr), Listed> = HashMap::new();
    let mut found: Vec<(usize, Vec<Again>)> = Vec::new();
    for (first, again) in ctx.names().repeats() {
        let key = (first.span.start, again.address);
        let before = if first.address == again.address { Some(first) } else { other.get(&key).cloned() };
        let Some(before) = before else {
            other.insert(key, again);
            continue;
        };
        match found.last_mut().filter(|(line, _)| *line == again.line) {
            Some((_, names)) => names.push((again.span, before)),
            None => found.push((again.line, vec![(again.span, before)])),
        }
    }
    found
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, again: &[Again]) -> Finding {
    let bytes = ctx.machine.hosts.value.bytes();
    let (span, before) = &again[0];
    let name = String::from_utf8_lossy(&bytes[span.clone()]);
    let title = match again.len() {
        1 => format!("`{name}` has {} on an earlier line already", before.address),
        more => format!("`{name}` and {} more have {} on an earlier line already", more - 1, before.address),
    };
    let title = if before.line == line.number() {
        title.replace("on an earlier line", "on the same line")
    } else {
        title
    };
    let mut finding = RULE.finding(title);
    finding.locations.push(in_hosts(ctx.machine, span.clone(), "again"));
    finding.locations.push(in_hosts(ctx.machine, before.span.clone(), "first").secondary());
    finding.evidence.push(hosts_row(ctx.machine, before.line));
    finding.evidence.push(hosts_row(ctx.machine, line.number()));
    finding.remedies.push(shorten(ctx, line, again));
    finding
}

fn shorten(ctx: &Context<'_>, line: &Line<'_>, again: &[Again]) -> Remedy {
    let others = line.names().len() > again.len();
    if others {
        let spans: Vec<Range<usize>> = again.iter().map(|(span, _)| span.clone()).collect();
        return Remedy { applicability: Applicability::Safe, ..hosts_line::without(ctx, line, &spans) };
    }
    let title = format!("remove line {}", line.number());
    repair(ctx, title, Applicability::Safe, vec![edit::replace(line.span(), "")])
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.duplicate-line";

    #[test]
    fn the_later_line_or_its_name_goes() {
        for (before, after) in [
            ("10.0.0.1 a\n10.0.0.1 A # again\n", "10.0.0.1 a\n"),
            ("10.0.0.1 a b\n10.0.0.1 c b\n", "10.0.0.1 a b\n10.0.0.1 c\n"),
            ("10.0.0.1 a a\n", "10.0.0.1 a\n"),
            ("10.0.0.1 a\n10.0.0.2 a\n10.0.0.2 a\n", "10.0.0.1 a\n10.0.0.2 a\n"),
        ] {
            let repaired = debian().lines(before).repaired(CODE);
            assert!(repaired.ends_with(&format!("::1 localhost\n{after}")), "{before}: {repaired}");
        }
    }

    #[test]
    fn other_addresses_and_comments_are_none() {
        assert!(debian().lines("10.0.0.1 a\n10.0.0.2 a\n::2 a\n# 10.0.0.1 a\n10.0.0.1 b\n").is_quiet(CODE));
    }
}
