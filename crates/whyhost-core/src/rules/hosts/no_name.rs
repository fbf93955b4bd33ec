//! # hosts.no-name — a line has an address and no name
//!
//! ## What it means
//! Behind the address comes nothing, or only a comment.
//!
//! ## Who is hit
//! Every program ignores the line: there is nothing to find.
//!
//! ## Example
//! ```text
//! 192.168.1.10
//! 192.168.1.10 # nas
//! ```
//!
//! ## Repair
//! Add the name, or turn the line into a comment.
//!
//! ## Not a repair
//! A name behind the `#`: that is a comment.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://serverfault.com/questions/452268

use super::super::hosts_line::{self, text};
use super::super::tally::Tally;
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::hosts_lines::Traits;

pub(super) const RULE: Rule = Rule {
    code: "hosts.no-name",
    severity: Severity::Warning,
    title: "a line has an address and no name",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://serverfault.com/questions/452268",
    ],
    source: include_str!("no_name.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::NO_NAME) {
        let Some(address) = line.address() else { continue };
        tally.add(|| {
            let title = format!("{} has no name behind it, so programs ignore the line", text(&address));
            let mut finding =
                hosts_line::at(ctx, &RULE, &line, address.span.clone(), title, "no name follows");
            finding.remedies.push(hosts_line::comment_out(ctx, &line));
            finding
        });
    }
    tally.finish(&RULE, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.no-name";

    #[test]
    fn an_address_alone_becomes_a_comment() {
        let bench = debian().lines("10.0.0.1 # nas\n");
        assert_eq!(bench.one(CODE).locations[0].line, 3);
        assert!(bench.repaired(CODE).ends_with("\n# 10.0.0.1 # nas\n"));
    }

    #[test]
    fn comments_and_words_are_none() {
        assert!(debian().lines("# 10.0.0.1\nnas\n10.0.0.1 nas\n").is_quiet(CODE));
    }
}
