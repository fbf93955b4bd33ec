//! # resolve.disagreement — C libraries put different addresses first
//!
//! ## What it means
//! For one name and the same files, musl puts another address first than glibc does. musl reads neither
//! gai.conf nor host.conf nor nsswitch.conf, and its table of precedences is that of RFC 6724.
//!
//! ## Who is hit
//! Programs that try the first address alone, where some run with musl: Alpine containers that share the
//! network or the hosts file of this machine, static binaries. The same program works here and fails there.
//! Nothing is wrong if servers listen on both addresses.
//!
//! ## Example
//! ```text
//! $ cat /etc/gai.conf
//! precedence ::ffff:0:0/96  100
//! ```
//! glibc: 127.0.0.1, ::1. musl: ::1, 127.0.0.1.
//!
//! ## Repair
//! Let servers listen on every address that the name has.
//!
//! ## Not a repair
//! A setting of one library: the other does not read it.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6724#section-6
//! - https://man7.org/linux/man-pages/man5/gai.conf.5.html
//! - https://wiki.musl-libc.org/functional-differences-from-glibc.html

use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::resolve::{Answer, Status};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "resolve.disagreement",
    severity: Severity::Note,
    title: "C libraries put different addresses first",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6724#section-6",
        "https://man7.org/linux/man-pages/man5/gai.conf.5.html",
        "https://wiki.musl-libc.org/functional-differences-from-glibc.html",
    ],
    source: include_str!("disagreement.rs"),
    check,
};

/// Resolver ids of C libraries; the others belong to programs, which this rule does not speak of.
const C_LIBRARIES: [&str; 2] = ["glibc", "musl"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(glibc) = ctx.glibc().filter(|a| a.status == Status::Found) else { return };
    let first = glibc.addresses.first().map(|r| r.address);
    let differs = |a: &&Answer| a.status == Status::Found && a.addresses.first().map(|r| r.address) != first;
    let matters = |a: &&Answer| a.installed || same_addresses(a, glibc);
    let libraries = ctx.answers.iter().filter(|a| C_LIBRARIES.contains(&a.resolver));
    let others: Vec<&Answer> = libraries.filter(differs).filter(matters).collect();
    let (Some(first), Some(other)) = (first, others.first()) else { return };
    let theirs = other.addresses.first().map_or_else(String::new, |r| r.address.to_string());
    let name = &ctx.target.name;
    let mut finding =
        RULE.finding(format!("{name} is {first} first for glibc, {theirs} first for {}", other.resolver));
    if !other.installed {
        let message = "is not installed here: containers with it that share this machine's files differ";
        finding.message = Some(format!("{} {message}", other.resolver));
    }
    finding.evidence.push(row(glibc));
    finding.evidence.extend(others.iter().copied().map(row));
    finding.remedies.push(remedy::advice(
        format!("let servers listen on every address of {name}"),
        THIS_SERVER,
        "then it does not matter which address a program tries first",
    ));
    out.push(finding);
}

/// A library that is not here and has other addresses differs by more than order: containers have files of their own.
fn same_addresses(a: &Answer, b: &Answer) -> bool {
    let all = |answer: &Answer| answer.addresses.iter().map(|r| r.address).collect::<BTreeSet<_>>();
    all(a) == all(b)
}

fn row(answer: &Answer) -> Evidence {
    let all: Vec<String> = answer.addresses.iter().map(|r| r.address.to_string()).collect();
    let installed = if answer.installed { "" } else { ", not installed here" };
    Evidence::new(all.join(", "), format!("{} {}{installed}", answer.resolver, answer.version))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.disagreement";

    #[test]
    fn a_setting_that_only_glibc_reads_makes_a_note() {
        let found = debian().file("/etc/gai.conf", "precedence ::ffff:0:0/96 100\n").of(CODE, "localhost");
        let found = found.expect("note");
        assert_eq!(found.title, "localhost is 127.0.0.1 first for glibc, ::1 first for musl");
        assert!(found.message.expect("musl is not here").contains("not installed"));
        assert_eq!(found.evidence[1].text, "::1, 127.0.0.1");
    }

    #[test]
    fn agreement_and_one_family_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        assert_eq!(debian().file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
        assert_eq!(debian().lo(&["127.0.0.1"]).of(CODE, "localhost"), None);
    }
}
