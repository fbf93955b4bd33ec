//! # hosts.bracketed-address — an address stands in brackets
//!
//! ## What it means
//! The line begins with `[::1]`. Brackets belong around an IPv6 address in a URL, where a port may follow; a
//! hosts file has none.
//!
//! ## Who is hit
//! Every system resolver skips the line: glibc, musl, Go, c-ares, systemd-resolved, macOS, the BSDs. Of all
//! readers that were tried only netty's takes it.
//!
//! ## Example
//! ```text
//! [::1] app.test
//! ```
//!
//! ## Repair
//! Remove the brackets.
//!
//! ## Not a repair
//! Quotes around it: they are skipped as well.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
//! - https://serverfault.com/questions/452268

use super::super::hosts_line::{self, LineFault, line_fault, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity};
use crate::hosts_lines::Traits;

pub(super) const RULE: Rule = Rule {
    code: "hosts.bracketed-address",
    severity: Severity::Error,
    title: "an address stands in brackets",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2",
        "https://serverfault.com/questions/452268",
    ],
    source: include_str!("bracketed_address.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::UNREADABLE) {
        let words = line.words();
        let LineFault::Brackets(address) = line_fault(&words) else { continue };
        tally.add(|| {
            let span = words[0].span.clone();
            let title = format!("`{}` is an address for URLs, so programs skip the line", text(&words[0]));
            let mut finding = hosts_line::at(ctx, &RULE, &line, span.clone(), title, "brackets");
            let title = format!("remove the brackets in line {}", line.number());
            let edits = vec![edit::replace(span, address.as_str())];
            finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Safe, edits));
            finding
        });
    }
    tally.finish(&RULE, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.bracketed-address";

    #[test]
    fn the_brackets_go() {
        assert!(debian().lines("[::1]\tapp.test\n").repaired(CODE).ends_with("\n::1\tapp.test\n"));
    }

    #[test]
    fn brackets_around_something_else_are_another_matter() {
        assert!(debian().lines("[Adblock Plus 2.0]\n[::1]:80 app.test\n# [::1] x\n::1 a\n").is_quiet(CODE));
    }
}
