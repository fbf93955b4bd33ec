//! # hosts.leading-blank — a line begins with a blank that makes some programs skip it
//!
//! ## What it means
//! A space or a tab stands in front of the address.
//!
//! ## Who is hit
//! musl (Alpine), FreeBSD, Android and the hosts file of Java ignore the line: musl takes everything up to
//! the first blank for the address, which is then empty. glibc, Go, c-ares, systemd-resolved, macOS and
//! Windows skip the blanks. So an indented block works on Debian and vanishes in an Alpine container. It is
//! told where a reader of this machine ignores the line.
//!
//! ## Example
//! ```text
//!     10.0.0.5 nas
//! ```
//!
//! ## Repair
//! Begin the line with the address.
//!
//! ## Not a repair
//! Tabs for spaces, or the reverse: both are blanks.
//!
//! ## References
//! - https://git.musl-libc.org/cgit/musl/tree/src/network/lookup_name.c
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::hosts_line::{self, labels, readers_that};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::Finding;
use crate::finding::{Applicability, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::LineKind;
use hosts_edit::dialect::LeadingBlank;

pub(super) const RULE: Rule = Rule {
    code: "hosts.leading-blank",
    severity: Severity::Warning,
    title: "a line begins with a blank that makes some programs skip it",
    references: &[
        "https://git.musl-libc.org/cgit/musl/tree/src/network/lookup_name.c",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("leading_blank.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let ignoring = readers_that(ctx, |r| r.leading_blank == LeadingBlank::IgnoresLine);
    if ignoring.is_empty() {
        return;
    }
    let all = ignoring.len() == ctx.readers.len();
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::INDENTED).filter(|l| l.kind() == LineKind::Entry) {
        tally.add(|| {
            let start = line.content_span().start;
            let end = line.address().map_or(start, |a| a.span.start);
            let title = format!("{} skips the line, as it begins with a blank", labels(&ignoring));
            let mut finding =
                hosts_line::at(ctx, &RULE, &line, start..end, title, "the address begins later");
            if all {
                finding.severity = Severity::Error;
            }
            let title = format!("begin line {} with the address", line.number());
            let edits = vec![edit::replace(start..end, "")];
            finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Safe, edits));
            finding
        });
    }
    tally.finish(&RULE, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{GLIBC, MUSL};

    const CODE: &str = "hosts.leading-blank";

    #[test]
    fn musl_skips_the_line_and_glibc_does_not() {
        let bench = debian().lines("  10.0.0.5 nas\n\t# comment\n");
        assert!(bench.is_quiet(CODE));
        assert_eq!(bench.check(CODE, &[&MUSL])[0].severity, Severity::Error);
        assert_eq!(bench.check(CODE, &[&GLIBC, &MUSL])[0].severity, Severity::Warning);
        assert!(bench.musl().repaired(CODE).contains("\n10.0.0.5 nas\n"));
    }
}
