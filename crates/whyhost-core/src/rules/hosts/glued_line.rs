//! # hosts.glued-line — two lines are glued together
//!
//! ## What it means
//! An address begins in the middle of a word: a program appended its line to a file whose last line had no
//! line end. Or lines end with CR alone, as on Mac OS 9: for nearly every program they are one line.
//!
//! ## Who is hit
//! The name in front of the address is lost for every program, as it is `shop.test127.0.0.1` now. The names
//! behind belong to the first address, and are right only if the second is the same. An entry that is glued
//! to a comment is part of the comment.
//!
//! ## Example
//! `echo "127.0.0.1 api.test" >> /etc/hosts` on a file that ends with `127.0.0.1 shop.test`:
//! ```text
//! 127.0.0.1 shop.test127.0.0.1 api.test
//! ```
//!
//! ## Repair
//! Break the line in front of the address.
//!
//! ## Not a repair
//! Another line with the lost name at the end of the file: the next program that appends finds the same trap
//! if the last line has no end again.
//!
//! ## References
//! - https://github.com/agiledivider/vagrant-hostsupdater/issues/141
//! - https://github.com/saltstack/salt/issues/19738
//! - https://github.com/feross/hostile/issues/16

use super::super::facts::{first_lone_cr, in_hosts};
use super::super::hosts_line::{self, NameFault, labels, name_fault, readers_that};
use super::super::remedy;
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::hosts_lines::{Traits, glued_entry};
use hosts_edit::{Dialect, Ending, Family, HostsFile, Line};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.glued-line",
    severity: Severity::Error,
    title: "two lines are glued together",
    references: &[
        "https://github.com/agiledivider/vagrant-hostsupdater/issues/141",
        "https://github.com/saltstack/salt/issues/19738",
        "https://github.com/feross/hostile/issues/16",
    ],
    source: include_str!("glued_line.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let traits = Traits::ENDS_IN_QUAD.or(Traits::COMMENT_WITH_QUAD).or(Traits::NUMERIC);
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(traits) {
        for at in places(&line) {
            tally.add(|| tell(ctx, &line, at));
        }
    }
    tally.finish(&RULE, out);
    out.extend(ended_by_cr(ctx));
}

/// Line ends that are repaired by an edit each; of more a command does it.
const REPAIRED: usize = 10_000;

/// The lines behind a CR without LF.
fn ended_by_cr(ctx: &Context<'_>) -> Option<Finding> {
    let file = &ctx.machine.hosts.value;
    let first = first_lone_cr(file)?;
    let gluing = readers_that(ctx, glues_at_cr);
    let behind = file.lines().skip(first.number()).any(|l| !l.words().is_empty());
    if gluing.is_empty() || !behind {
        return None;
    }
    let path = &ctx.machine.hosts.path;
    let title = format!("{} reads several lines of {path} as one: they end with CR alone", labels(&gluing));
    let mut finding = RULE.finding(title);
    let end = first.content_span().end;
    finding.locations.push(in_hosts(ctx.machine, end..end + 1, "CR without LF"));
    let ends: Vec<usize> = file
        .lines()
        .filter(|l| l.ending() == Ending::Cr)
        .map(|l| l.content_span().end)
        .take(REPAIRED + 1)
        .collect();
    finding.evidence.push(Evidence::new("CR without LF ends no line", gluing[0].cite));
    finding.remedies.push(if ends.len() > REPAIRED {
        let reach = super::super::facts::hosts_reach(ctx.machine);
        remedy::advice(format!("end the lines of {path} with LF"), reach, "tr '\\r' '\\n' does it")
    } else {
        let edits = ends.into_iter().map(|at| edit::replace(at..at + 1, "\n")).collect();
        hosts_line::repair(ctx, "write LF for CR at the line ends", Applicability::Safe, edits)
    });
    Some(finding)
}

/// Asked by experiment: what stands behind a lone CR is not found where it belongs.
fn glues_at_cr(reader: &Dialect) -> bool {
    let probe = HostsFile::parse("192.0.2.1 a\r192.0.2.2 b\r").0;
    let right = IpAddr::from([192, 0, 2, 2]);
    !probe.lookup(reader, b"b", Family::Any).iter().any(|hit| hit.address == right)
}

/// Where addresses begin that should begin a line.
fn places(line: &Line<'_>) -> Vec<usize> {
    let words = line.words();
    let last = words.len().saturating_sub(1);
    let names = words.iter().enumerate().skip(1).filter_map(|(i, w)| match name_fault(&w.text, i == last) {
        Some(NameFault::Glued(at)) => Some(w.span.start + at),
        _ => None,
    });
    let comment = line.comment().and_then(|c| Some(c.span.start + glued_entry(&c.text)?));
    names.chain(comment).collect()
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, at: usize) -> Finding {
    let bytes = ctx.machine.hosts.value.bytes();
    let rest = &bytes[at..line.content_span().end];
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let address = String::from_utf8_lossy(&rest[..end]).into_owned();
    let title = format!("`{address}` is glued to what stands in front of it");
    let mut finding = hosts_line::at(ctx, &RULE, line, at..at + end, title, "a line begins here");
    let ending = match line.ending() {
        Ending::Crlf => "\r\n",
        Ending::None => edit::line_end(bytes),
        _ => "\n",
    };
    let title = format!("break line {} in front of {address}", line.number());
    let edits = vec![edit::replace(at..at, ending)];
    finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Safe, edits));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.glued-line";

    #[test]
    fn the_line_is_broken_in_front_of_the_address() {
        for (before, after) in [
            ("127.0.0.1 shop.test127.0.0.1 api.test", "127.0.0.1 shop.test\n127.0.0.1 api.test"),
            ("127.0.0.1 shop.test::1 api.test", "127.0.0.1 shop.test\n::1 api.test"),
            ("# End of section127.0.0.1 api.test", "# End of section\n127.0.0.1 api.test"),
        ] {
            assert!(debian().lines(&format!("{before}\n")).repaired(CODE).ends_with(&format!("\n{after}\n")));
        }
    }

    #[test]
    fn the_last_line_is_broken_as_the_others_end() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\r\n# END10.0.0.9 z");
        assert_eq!(bench.repaired(CODE), "127.0.0.1 localhost\r\n# END\r\n10.0.0.9 z");
    }

    #[test]
    fn lines_that_end_with_cr_alone_are_one_line() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\r::1 localhost\r10.0.0.9 nas\r");
        let found = bench.one(CODE);
        assert!(found.title.ends_with("as one: they end with CR alone"), "{}", found.title);
        let after = bench.after(&found.remedies[0]);
        assert_eq!(after, "127.0.0.1 localhost\n::1 localhost\n10.0.0.9 nas\n");
        assert!(bench.file("/etc/hosts", &after).is_quiet(CODE));
        for text in ["127.0.0.1 localhost\r\n::1 localhost\r\n", "127.0.0.1 localhost\n::1 localhost\r"] {
            assert!(debian().file("/etc/hosts", text).is_quiet(CODE), "{text:?}");
        }
    }

    #[test]
    fn names_and_comments_with_addresses_in_them_are_none() {
        let lines = "10.0.0.1 ip-10-0-0-1.ec2\n10.0.0.2 rack10.0.0.2\n# was 10.0.0.1 nas\n# router10.0.0.1\n\
                     10.0.0.3 1e100.net a\n";
        assert!(debian().lines(lines).is_quiet(CODE));
    }
}
