//! # hosts.reversed-columns — the name stands in front of the address
//!
//! ## What it means
//! The line has the name first and the address behind it. In a hosts file the address comes first.
//!
//! ## Who is hit
//! Every program: the first word is no address, so the line is skipped, and the name goes to DNS.
//!
//! ## Example
//! ```text
//! app.test 127.0.0.1
//! ```
//!
//! ## Repair
//! Write the address first.
//!
//! ## Not a repair
//! A restart or clearing a cache: the line was never read.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://serverfault.com/questions/452268

use super::super::hosts_line::{self, LineFault, line_fault, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity, TextEdit};
use crate::hosts_lines::Traits;
use hosts_edit::Word;

pub(super) const RULE: Rule = Rule {
    code: "hosts.reversed-columns",
    severity: Severity::Error,
    title: "the name stands in front of the address",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://serverfault.com/questions/452268",
    ],
    source: include_str!("reversed_columns.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::UNREADABLE) {
        let words = line.words();
        let LineFault::Reversed(at) = line_fault(&words) else { continue };
        tally.add(|| {
            let (name, address) = (&words[0], &words[at]);
            let title = format!("`{}` stands in front of its address, so programs skip the line", text(name));
            let mut finding =
                hosts_line::at(ctx, &RULE, &line, address.span.clone(), title, "the address belongs first");
            // In a sentence the word before the address is no name.
            if words.iter().take(at).all(|w| hosts_line::is_host_name(&text(w))) && words.len() == at + 1 {
                let title = format!("write the address first in line {}", line.number());
                finding.remedies.push(hosts_line::repair(
                    ctx,
                    title,
                    Applicability::Safe,
                    turned(&words, at),
                ));
            }
            finding.remedies.push(hosts_line::comment_out(ctx, &line));
            finding
        });
    }
    tally.finish(&RULE, out);
}

/// Each word takes the place of the next, and the address that of the first; blanks stay.
fn turned(words: &[Word<'_>], address: usize) -> Vec<TextEdit> {
    let from = |place: usize| if place == 0 { address } else { place - 1 };
    (0..=address).map(|p| edit::replace(words[p].span.clone(), text(&words[from(p)]))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.reversed-columns";

    #[test]
    fn the_address_comes_to_the_front() {
        for (before, after) in [
            ("app.test\t127.0.0.1 # mine", "127.0.0.1\tapp.test # mine"),
            ("app.test  app ::1", "::1  app.test app"),
        ] {
            assert!(debian().lines(&format!("{before}\n")).repaired(CODE).ends_with(&format!("\n{after}\n")));
        }
    }

    #[test]
    fn a_sentence_with_an_address_only_becomes_a_comment() {
        let found = debian().lines("see 10.0.0.1 for the router\n").one(CODE);
        assert!(found.remedies[0].title.contains("into a comment"));
    }

    #[test]
    fn lines_that_begin_with_an_address_are_none() {
        assert!(debian().lines("10.0.0.1 10.0.0.2 a\n# app.test 127.0.0.1\n").is_quiet(CODE));
    }
}
