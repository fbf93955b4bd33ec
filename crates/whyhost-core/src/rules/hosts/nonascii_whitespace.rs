//! # hosts.nonascii-whitespace — a line has a blank that is none
//!
//! ## What it means
//! Between the words, or inside one, stands a character that looks like a blank or like nothing: a
//! non-breaking space (U+00A0), a zero-width space (U+200B), a byte order mark in the middle of the file. It
//! comes with text that is copied from a web page or a chat.
//!
//! ## Who is hit
//! Nearly every program takes it for a letter. In front of the address or behind it the line is skipped;
//! between names two names become one that nobody asks for. c-ares since 1.34 drops the whole line if the
//! first name has it. hickory and CoreDNS split at non-breaking spaces, dnsmasq and Chromium strip zero-width
//! spaces: there the line works, which misleads.
//!
//! ## Example
//! ```text
//! $ grep -nP '[^\x00-\x7F]' /etc/hosts | cat -A
//! 5:127.0.0.1M-BM- app.test$
//! ```
//!
//! ## Repair
//! Put a plain space in its place, or nothing where it has no width.
//!
//! ## Not a repair
//! Looking at it in an editor: it shows a blank.
//!
//! ## References
//! - https://serverfault.com/questions/452268
//! - https://www.unicode.org/charts/PDF/U2000.pdf

use super::super::facts::{hosts_row, in_hosts};
use super::super::hosts_line::{self, is_invisible};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::Line;
use std::ops::Range;

pub(super) const RULE: Rule = Rule {
    code: "hosts.nonascii-whitespace",
    severity: Severity::Error,
    title: "a line has a blank that is none",
    references: &["https://serverfault.com/questions/452268", "https://www.unicode.org/charts/PDF/U2000.pdf"],
    source: include_str!("nonascii_whitespace.rs"),
    check,
};

/// Places that one finding shows.
const SHOWN: usize = 5;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::BEYOND_ASCII) {
        let found = places(&line);
        if !found.is_empty() {
            tally.add(|| tell(ctx, &line, &found));
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, found: &[(Range<usize>, char)]) -> Finding {
    let (span, first) = &found[0];
    let mut finding =
        RULE.finding(format!("{} stands in an entry; programs take it for a letter", name(*first)));
    finding.locations.push(in_hosts(ctx.machine, span.clone(), name(*first)));
    let others = found.iter().skip(1).take(SHOWN);
    finding.locations.extend(others.map(|(s, c)| in_hosts(ctx.machine, s.clone(), name(*c)).secondary()));
    finding.evidence.push(hosts_row(ctx.machine, line.number()));
    let edits = found.iter().map(|(s, c)| edit::replace(s.clone(), if c.is_whitespace() { " " } else { "" }));
    let title = format!("write plain spaces in line {}", line.number());
    finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Safe, edits.collect()));
    finding
}

/// The invisible characters before the comment.
fn places(line: &Line<'_>) -> Vec<(Range<usize>, char)> {
    let content = line.content();
    let text = content.split(|b| *b == b'#').next().unwrap_or(content);
    let mut at = line.content_span().start;
    let mut found = Vec::new();
    for chunk in text.utf8_chunks() {
        let invisible = chunk.valid().char_indices().filter(|(_, c)| is_invisible(*c));
        found.extend(invisible.map(|(i, c)| (at + i..at + i + c.len_utf8(), c)));
        at += chunk.valid().len() + chunk.invalid().len();
    }
    found
}

fn name(c: char) -> String {
    let words = match c {
        '\u{a0}' => "non-breaking space ",
        '\u{200b}' => "zero-width space ",
        '\u{feff}' => "byte order mark ",
        '\u{ad}' => "soft hyphen ",
        '\u{3000}' => "ideographic space ",
        _ => "",
    };
    format!("{words}U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.nonascii-whitespace";

    #[test]
    fn blanks_become_spaces_and_marks_nothing() {
        for (before, after) in [
            ("127.0.0.1\u{a0}app.test", "127.0.0.1 app.test"),
            ("127.0.0.1 \u{200b}app.test b\u{200b}", "127.0.0.1 app.test b"),
            ("\u{feff}127.0.0.1 app.test", "127.0.0.1 app.test"),
            ("127.0.0.1 app.test\u{3000}b # \u{a0}", "127.0.0.1 app.test b # \u{a0}"),
        ] {
            assert!(debian().lines(&format!("{before}\n")).repaired(CODE).ends_with(&format!("\n{after}\n")));
        }
    }

    #[test]
    fn the_place_is_exact_and_no_other_rule_tells_the_line() {
        let bench = debian().lines("127.0.0.1\u{a0}app.test\n");
        let at = &bench.one(CODE).locations[0];
        assert_eq!((at.line, at.column, at.label.as_str()), (3, 10, "non-breaking space U+00A0"));
        assert!(bench.is_quiet("hosts.invalid-address"));
    }

    #[test]
    fn letters_and_comments_are_none() {
        assert!(debian().lines("127.0.0.1 m\u{fc}ller # a\u{a0}b\n#\u{a0}x\n").is_quiet(CODE));
    }
}
