//! # gai.ignored-line — a line of gai.conf has no effect
//!
//! ## What it means
//! glibc reads the line, cannot use it, and says nothing.
//!
//! ## Who is hit
//! Whoever wrote the line: the order of addresses is as without it. Frequent makers are a misspelt keyword,
//! a prefix written as IPv4 (glibc wants ::ffff:a.b.c.d), a value in hexadecimal. A prefix without /LEN is
//! worse in glibc before 2.36: programs crash when a look-up returns two addresses (2.31, bug 32465); then
//! it is an error.
//!
//! ## Example
//! ```text
//! precedance ::ffff:0:0/96 100
//! precedence 127.0.0.0/8   100
//! ```
//!
//! ## Repair
//! Turn the line into a comment: nothing changes. Or write it as glibc reads it, which gives it its effect.
//!
//! ## Not a repair
//! Correcting the spelling of a lone precedence line without a look at the table: the corrected line drops
//! it.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/gai.conf.5.html
//! - https://sourceware.org/bugzilla/show_bug.cgi?id=32465

use super::super::edit;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::conf::gai::IgnoredLine;
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity};
use crate::machine::GAI;
use crate::snapshot::RawFile;
use std::net::Ipv4Addr;

pub(super) const RULE: Rule = Rule {
    code: "gai.ignored-line",
    severity: Severity::Warning,
    title: "a line of gai.conf has no effect",
    references: &[
        "https://man7.org/linux/man-pages/man5/gai.conf.5.html",
        "https://sourceware.org/bugzilla/show_bug.cgi?id=32465",
    ],
    source: include_str!("ignored_line.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(bytes) = ctx.machine.raw.file(GAI).and_then(RawFile::bytes) else { return };
    let gai = &ctx.machine.gai.value;
    for ignored in &gai.ignored {
        let crashes = gai.crashing.contains(&ignored.line);
        let effect = if crashes { "crashes programs of this glibc" } else { "has no effect" };
        let mut finding = RULE.finding(format!("{GAI}:{} {effect}: {}", ignored.line, ignored.why));
        if crashes {
            finding.severity = Severity::Error;
        }
        let row = String::from_utf8_lossy(&bytes[edit::line_text(&bytes, ignored.line)]).into_owned();
        finding.locations.push(Location::of(GAI, &bytes, ignored.span.clone(), &ignored.why));
        finding.evidence.push(Evidence::new(row, format!("{GAI}:{}", ignored.line)));
        finding.remedies.push(remedy::edits(
            format!("turn line {} of {GAI} into a comment", ignored.line),
            Applicability::Safe,
            WHOLE_MACHINE,
            GAI,
            vec![edit::comment_out(&bytes, ignored.line)],
        ));
        finding.remedies.extend(as_meant(&bytes, ignored));
        out.push(finding);
    }
}

/// The word as glibc reads it, where what was meant is clear.
fn as_meant(bytes: &[u8], ignored: &IgnoredLine) -> Option<Remedy> {
    let word = std::str::from_utf8(&bytes[ignored.span.clone()]).ok()?;
    let meant = keyword(word).map(str::to_owned).or_else(|| ipv4_prefix(word))?;
    let title = format!("write `{meant}` in line {} of {GAI}, which then counts", ignored.line);
    let edits = vec![edit::replace(ignored.span.clone(), meant)];
    Some(remedy::edits(title, Applicability::Unsafe, WHOLE_MACHINE, GAI, edits))
}

/// The keyword that differs from the word in case, or in one or two letters.
fn keyword(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    ["label", "precedence", "scopev4", "reload"].into_iter().find(|known| {
        let same = known.bytes().zip(lower.bytes()).filter(|(a, b)| a == b).count();
        known.len().abs_diff(lower.len()) <= 1 && same + 2 >= known.len() && lower != word
            || (lower == word && *known != word && known.len() == word.len() && same + 2 >= known.len())
    })
}

/// `127.0.0.0/8` as `::ffff:127.0.0.0/104`.
fn ipv4_prefix(word: &str) -> Option<String> {
    let (address, len) = word.split_once('/')?;
    let address: Ipv4Addr = address.parse().ok()?;
    let len: u8 = len.parse().ok().filter(|n| *n <= 32)?;
    Some(format!("::ffff:{address}/{}", len + 96))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "gai.ignored-line";

    #[test]
    fn what_was_meant_is_offered_after_the_comment() {
        for (before, after) in [
            ("precedance ::1/128 1\n", "precedence ::1/128 1\n"),
            ("Precedence ::1/128 1\n", "precedence ::1/128 1\n"),
            ("precedence 127.0.0.0/8 100\n", "precedence ::ffff:127.0.0.0/104 100\n"),
        ] {
            let bench = debian().file("/etc/gai.conf", before);
            let found = bench.of(CODE, "localhost").expect(before);
            assert_eq!(bench.after(&found.remedies[0]), format!("# {before}"));
            assert_eq!(bench.after(&found.remedies[1]), after);
        }
    }

    #[test]
    fn where_nothing_is_clear_only_the_comment_is_offered() {
        let bench = debian().file("/etc/gai.conf", "prefer ipv4\nprecedence ::1/128 0x10\n");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!((found.locations[0].line, found.remedies.len()), (1, 1));
    }

    #[test]
    fn a_crash_is_an_error() {
        let bench = debian().file("/etc/gai.conf", "precedence ::1 50\n").glibc("2.31");
        assert_eq!(bench.of(CODE, "localhost").expect("finding").severity, Severity::Error);
        assert_eq!(debian().file("/etc/gai.conf", "reload yes\n").of(CODE, "localhost"), None);
    }
}
