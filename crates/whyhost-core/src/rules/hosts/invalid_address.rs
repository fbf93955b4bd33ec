//! # hosts.invalid-address — a line begins with no address
//!
//! ## What it means
//! The first word of the line is no IP address to any program: a number above 255, a name, a word of prose, a
//! mark such as `//` or `;` that begins no comment.
//!
//! ## Who is hit
//! Every program. No resolver says anything: glibc, musl, Go, Windows and the others skip the line and go on
//! with the next one, so the name goes to DNS. In `127.0.0.1 a ; b` behind a good address, `;` and `b` are
//! names as well: a hosts file has no other comment than `#`.
//!
//! ## Example
//! ```text
//! 192.168.1.300 nas
//! // 127.0.0.1 app.test
//! 127.0.0.1, app.test
//! ```
//!
//! ## Repair
//! Correct the address, or put `#` in front of what is meant as a comment.
//!
//! ## Not a repair
//! Clearing a cache: the line was never read.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://serverfault.com/questions/452268

use super::super::hosts_line::{self, LineFault, line_fault, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::{Line, Word};

pub(super) const RULE: Rule = Rule {
    code: "hosts.invalid-address",
    severity: Severity::Error,
    title: "a line begins with no address",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://serverfault.com/questions/452268",
    ],
    source: include_str!("invalid_address.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::UNREADABLE) {
        let words = line.words();
        if line_fault(&words) != LineFault::Other {
            continue;
        }
        if let Some(first) = words.first() {
            tally.add(|| tell(ctx, &line, first, &words));
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, first: &Word<'_>, words: &[Word<'_>]) -> Finding {
    let token = text(first);
    let title = format!("`{token}` is no address, so every program skips the line");
    let mut finding = hosts_line::at(ctx, &RULE, line, first.span.clone(), title, reason(&token));
    let names = || words[1..].iter().any(|w| hosts_line::is_host_name(&text(w)));
    finding.remedies.extend(without_mark(ctx, line, words, &token).filter(|_| names()));
    finding.remedies.push(hosts_line::comment_out(ctx, line));
    finding
}

fn reason(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let numbers = parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    match parts.iter().find(|p| numbers && p.parse::<u64>().map_or(true, |n| n > 255)) {
        Some(large) => format!("{large} is above 255"),
        None if numbers && parts.len() > 4 => format!("{} numbers instead of four", parts.len()),
        None if matches!(token, ";" | "//" | "--" | "!" | "/*") => {
            format!("`{token}` begins no comment; `#` does")
        }
        None if token.starts_with(['{', '<']) => "a template or a page, not an entry".into(),
        None if hosts_line::is_host_name(token) => "a name without an address in front".into(),
        None => "not an IPv4 or IPv6 address".into(),
    }
}

/// `127.0.0.1,` and `"127.0.0.1"` without the mark.
fn without_mark(ctx: &Context<'_>, line: &Line<'_>, words: &[Word<'_>], token: &str) -> Option<Remedy> {
    let bare = token.trim_matches([',', ';', '"', '\'', '`', '(', ')', '=']);
    let span = words.first()?.span.clone();
    (bare != token && hosts_line::is_address(bare)).then(|| {
        let title = format!("write `{bare}` in line {}", line.number());
        hosts_line::repair(ctx, title, Applicability::Unsafe, vec![edit::replace(span, bare)])
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.invalid-address";

    #[test]
    fn each_kind_of_word_is_named() {
        for (line, label) in [
            ("192.168.1.300 nas", "300 is above 255"),
            ("1.2.3.4.5 nas", "5 numbers instead of four"),
            ("// 127.0.0.1 app.test", "`//` begins no comment; `#` does"),
            ("; 127.0.0.1 app.test", "`;` begins no comment; `#` does"),
            ("ads.example.com", "a name without an address in front"),
            ("<!DOCTYPE html>", "a template or a page, not an entry"),
            ("127.0.0.1app.test", "a name without an address in front"),
        ] {
            let found = debian().lines(&format!("{line}\n")).one(CODE);
            assert_eq!((found.locations[0].line, found.locations[0].label.as_str()), (3, label), "{line}");
        }
    }

    #[test]
    fn a_mark_goes_or_the_line_becomes_a_comment() {
        let bench = debian().file("/etc/hosts", "127.0.0.1, app.test\n127.0.0.1 localhost\n");
        assert_eq!(bench.repaired(CODE), "127.0.0.1 app.test\n127.0.0.1 localhost\n");
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\n  192.168.1.300 nas\n");
        assert_eq!(bench.repaired(CODE), "127.0.0.1 localhost\n  # 192.168.1.300 nas\n");
    }

    #[test]
    fn addresses_and_comments_are_none() {
        assert!(debian().lines("10.0.0.1 nas\n# 300.1.1.1 x\n#// x\n\n127.1 a\n").is_quiet(CODE));
    }
}
