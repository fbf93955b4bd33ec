//! # resolve.disagreement — programs put different addresses first
//!
//! ## What it means
//! For one name and the same files, musl or a program of this machine puts another address first than glibc
//! does. musl reads neither gai.conf nor host.conf nor nsswitch.conf, and its table of precedences is that of
//! RFC 6724. Java, curl, Node up to 16, browsers and others have an order, or addresses, of their own: they
//! are told when the question is about a port, since without one they differ on every machine.
//!
//! ## Who is hit
//! Programs that try the first address alone, where some have another first: Java beside Node 18, Alpine
//! containers that share the network or the hosts file of this machine, static binaries. And whoever has two
//! servers on one port: the first address decides which of them answers. Nothing is wrong if one server
//! listens on every address.
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
//! A setting of one library or program: the others do not read it.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6724#section-6
//! - https://man7.org/linux/man-pages/man5/gai.conf.5.html
//! - https://wiki.musl-libc.org/functional-differences-from-glibc.html

use super::super::programs::{self, Asked};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::program::Strategy;
use crate::resolve::{Answer, Because, Status};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "resolve.disagreement",
    severity: Severity::Note,
    title: "programs put different addresses first",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6724#section-6",
        "https://man7.org/linux/man-pages/man5/gai.conf.5.html",
        "https://wiki.musl-libc.org/functional-differences-from-glibc.html",
    ],
    source: include_str!("disagreement.rs"),
    check,
};

/// Resolver ids of C libraries; other resolvers belong to programs, which are asked themselves.
const C_LIBRARIES: [&str; 2] = ["glibc", "musl"];

/// Somebody with another first address.
struct Other {
    label: String,
    installed: bool,
    row: Evidence,
    first: String,
}

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(glibc) = ctx.glibc().filter(|a| a.status == Status::Found) else { return };
    let mut others = libraries(ctx, glibc);
    let library = others.first().filter(|o| !o.installed).map(|o| o.label.clone());
    others.extend(programs(ctx, glibc));
    let (Some(first), Some(other)) = (glibc.addresses.first(), others.first()) else { return };
    let (name, first) = (&ctx.target.name, first.address);
    let more = match others.len() - 1 {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let mut finding = RULE.finding(format!(
        "{name} is {first} first for glibc, {} first for {}{more}",
        other.first, other.label
    ));
    if let Some(library) = library {
        let message = "is not installed here: containers with it that share this machine's files differ";
        finding.message = Some(format!("{library} {message}"));
    }
    finding.evidence.push(row(glibc));
    finding.evidence.extend(others.into_iter().map(|o| o.row));
    finding.remedies.push(remedy::advice(
        format!("let servers listen on every address of {name}"),
        THIS_SERVER,
        "then it does not matter which address a program tries first",
    ));
    out.push(finding);
}

fn libraries(ctx: &Context<'_>, glibc: &Answer) -> Vec<Other> {
    let others = ctx.answers.iter().filter(|a| C_LIBRARIES.contains(&a.resolver));
    let matters = |a: &&Answer| a.installed || same_addresses(a, glibc);
    others
        .filter(|a| differs(a, glibc))
        .filter(matters)
        .map(|a| Other { label: a.resolver.into(), installed: a.installed, row: row(a), first: first(a) })
        .collect()
}

fn programs(ctx: &Context<'_>, glibc: &Answer) -> Vec<Other> {
    let by_socket = |p: &Asked| p.behaviour.strategy == Strategy::UnixSocket && ctx.asks_localhost();
    let tells = |p: &Asked| ctx.target.port.is_some() || !is_habit(&p.answer);
    programs::installed(ctx)
        .iter()
        .filter(|p| differs(&p.answer, glibc) && !by_socket(p) && tells(p))
        .map(|p| Other {
            label: p.program.label(),
            installed: true,
            row: programs::answer_row(p),
            first: first(&p.answer),
        })
        .collect()
}

/// The program puts a family first, or knows addresses, whatever the machine says.
fn is_habit(answer: &Answer) -> bool {
    answer.addresses.first().is_some_and(|r| {
        matches!(
            r.placed_by,
            Because::PreferV4 { .. } | Because::PreferV6 { .. } | Because::BuiltIn | Because::Alternated
        )
    })
}

fn differs(answer: &Answer, glibc: &Answer) -> bool {
    answer.status == Status::Found && first(answer) != first(glibc)
}

fn first(answer: &Answer) -> String {
    answer.addresses.first().map_or_else(String::new, |r| r.address.to_string())
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
    fn a_program_with_an_order_of_its_own_makes_a_note() {
        let bench = debian().only_network(&["192.0.2.10", "2001:db8::10"]).program("python", "3.11.7");
        assert_eq!(bench.of(CODE, "localhost"), None);
        let bench = bench.program("curl", "7.88.1").program("mysql", "10.11");
        let found = bench.of(CODE, "localhost:3000").expect("note");
        assert_eq!(found.title, "localhost is ::1 first for glibc, 127.0.0.1 first for curl 7.88.1");
        assert_eq!((found.message, found.evidence.len()), (None, 2));
        let found = bench.program("java", "17.0.15").of(CODE, "localhost:3000").expect("note");
        assert_eq!(bench.program("java", "17.0.15").of(CODE, "localhost"), None);
        assert!(found.title.ends_with("first for Java 17.0.15 and 1 more"), "{}", found.title);
    }

    #[test]
    fn agreement_and_one_family_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        assert_eq!(debian().file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
        assert_eq!(debian().lo(&["127.0.0.1"]).of(CODE, "localhost"), None);
    }
}
