//! # hosts.invalid-name — a name is not a valid host name
//!
//! ## What it means
//! A name has a character that host names do not have (a comma, a semicolon, a placeholder such as
//! `{{name}}`), an empty part, or is too long. A letter beyond ASCII is written in its ASCII form (`xn--…`)
//! on the network.
//!
//! ## Who is hit
//! glibc, musl, Go and the BSDs check no names: the word is kept, and nobody asks for it. c-ares since 1.34,
//! hickory, systemd-resolved and Chromium drop it. c-ares drops the whole line if the first name is not
//! ASCII, macOS the rest of the line behind a name that is too long or has an empty part. An underscore, or a
//! hyphen at the end of a part, is no matter but for systemd-resolved, which drops the name, and hickory,
//! which drops those that begin with a hyphen; it is told where such a reader is asked on this machine.
//!
//! ## Example
//! ```text
//! 127.0.0.1 app.test, api.test
//! 127.0.0.1 a..test
//! 127.0.0.1 {{ inventory_hostname }}
//! ```
//!
//! ## Repair
//! Separate names by blanks, and write them with letters, digits, hyphens and dots.
//!
//! ## Not a repair
//! Quotes around the name: they become part of it.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc1123#section-2
//! - https://www.rfc-editor.org/rfc/rfc5891

use super::super::hosts_line::{self, NameFault, labels, name_fault, readers_that, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::dialect::Fate;
use hosts_edit::{Line, Word};

pub(super) const RULE: Rule = Rule {
    code: "hosts.invalid-name",
    severity: Severity::Warning,
    title: "a name is not a valid host name",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc1123#section-2",
        "https://www.rfc-editor.org/rfc/rfc5891",
    ],
    source: include_str!("invalid_name.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    let traits = Traits::ODD_NAME.or(Traits::BAD_SHAPE).or(Traits::BEYOND_ASCII);
    for line in ctx.lines_with(traits) {
        let words = line.words();
        // Of a line that is skipped, or that has invisible blanks, another rule tells.
        if line.names().is_empty() || words.iter().any(|w| hosts_line::invisible(&w.text).is_some()) {
            continue;
        }
        let last = words.len() - 1;
        for (place, word) in words.iter().enumerate().skip(1) {
            if let Some(reason) = reason(ctx, word, place == 1, place == last) {
                tally.add(|| tell(ctx, &line, word, &reason));
            }
        }
    }
    tally.finish(&RULE, out);
}

/// Why the name is no good; `None` if another rule tells, or if no reader of the context takes offence.
fn reason(ctx: &Context<'_>, word: &Word<'_>, first: bool, last: bool) -> Option<String> {
    match name_fault(&word.text, last)? {
        // Of NUL bytes another rule tells.
        NameFault::Character('\0') => None,
        NameFault::Character(c) if is_placeholder(&text(word)) => {
            Some(format!("a placeholder was left (`{c}`)"))
        }
        NameFault::Character(c) => Some(format!("no host name has the character `{}`", c.escape_default())),
        NameFault::BeyondAscii => {
            let lost = readers_that(ctx, |r| r.fate_of(&word.text, first) == Fate::DropsLine);
            let line = || format!("{} loses the whole line", labels(&lost));
            let else_ = || "programs ask for its ASCII form (xn--…)".to_owned();
            Some(if lost.is_empty() { else_() } else { line() })
        }
        NameFault::Shape(reason) => Some(reason.to_owned()),
        NameFault::Strict(what) => {
            let drops = readers_that(ctx, |r| r.fate_of(&word.text, first) != Fate::Kept);
            (!drops.is_empty()).then(|| format!("{} drops names with {what}", labels(&drops)))
        }
        _ => None,
    }
}

fn is_placeholder(name: &str) -> bool {
    name.contains(['{', '}', '$', '<', '>']) || name.starts_with(['%', '@'])
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, word: &Word<'_>, reason: &str) -> Finding {
    let title = format!("`{}` is not a valid host name: {reason}", text(word));
    let mut finding = hosts_line::at(ctx, &RULE, line, word.span.clone(), title, "not a host name");
    finding.remedies.extend(with_blanks(ctx, line, word));
    finding.remedies.push(hosts_line::without(ctx, line, std::slice::from_ref(&word.span)));
    finding
}

/// `app.test,api.test` as two names.
fn with_blanks(ctx: &Context<'_>, line: &Line<'_>, word: &Word<'_>) -> Option<Remedy> {
    let text = text(word);
    let names: Vec<&str> = text.split([',', ';']).filter(|n| !n.is_empty()).collect();
    let good =
        text.contains([',', ';']) && !names.is_empty() && names.iter().all(|n| hosts_line::is_host_name(n));
    good.then(|| {
        let title = format!("separate names by blanks in line {}", line.number());
        let edits = vec![edit::replace(word.span.clone(), names.join(" "))];
        hosts_line::repair(ctx, title, Applicability::Safe, edits)
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use hosts_edit::dialect::{CARES, GLIBC, HICKORY, RESOLVED};

    const CODE: &str = "hosts.invalid-name";

    #[test]
    fn commas_become_blanks() {
        for (before, after) in [
            ("127.0.0.1 app.test, api.test", "127.0.0.1 app.test api.test"),
            ("127.0.0.1 app.test,api.test", "127.0.0.1 app.test api.test"),
            ("127.0.0.1 app.test ; x", "127.0.0.1 app.test x"),
        ] {
            assert!(debian().lines(&format!("{before}\n")).repaired(CODE).ends_with(&format!("\n{after}\n")));
        }
    }

    #[test]
    fn reasons_are_named() {
        for (name, reason) in [
            ("{{host}}", "a placeholder was left (`{`)"),
            ("a..test", "a part between its dots is empty"),
            ("m\u{fc}ller.test", "programs ask for its ASCII form (xn--…)"),
            ("bad!name", "no host name has the character `!`"),
        ] {
            let title = debian().lines(&format!("127.0.0.1 {name}\n")).one(CODE).title;
            assert_eq!(title, format!("`{name}` is not a valid host name: {reason}"));
        }
    }

    #[test]
    fn what_only_some_reject_is_told_for_them() {
        let bench = debian().lines("127.0.0.1 my_host\n127.0.0.1 r3---x.test -a\n");
        assert!(bench.check(CODE, &[&GLIBC]).is_empty());
        assert_eq!(bench.check(CODE, &[&RESOLVED]).len(), 2);
        assert_eq!(bench.check(CODE, &[&HICKORY]).len(), 1);
        let found = debian().lines("127.0.0.1 m\u{fc}ller a\n").check(CODE, &[&CARES]);
        assert!(found[0].title.contains("c-ares loses the whole line"));
    }

    #[test]
    fn ordinary_names_are_none() {
        assert!(debian().lines("127.0.0.1 xn--mller-kva.test 1e100.net a-b.c LAPTOP. x\n").is_quiet(CODE));
    }
}
