//! # hosts.line-too-long — a line is longer than some programs read
//!
//! ## What it means
//! The line has more bytes, or more names, than a reader of this machine takes.
//!
//! ## Who is hit
//! musl reads 511 bytes and takes the rest for the next line: names are lost, one may be cut in two, and what
//! begins with digits becomes an address; text of a long comment can become a live entry. macOS does the same
//! at 1,023 bytes, FreeBSD and Android at 8,191. OpenBSD skips a line of more than 1,023 bytes. Go and
//! CoreDNS stop reading the file at a line of 65,536 bytes; systemd-resolved refuses the file for one of more
//! than 1 MiB. Windows and OpenBSD see the first nine names of a line. glibc has no limit. Lines that stop Go or
//! systemd-resolved are a warning also where neither is known to read the file: programs in Go seldom tell.
//!
//! ## Example
//! `hostAliases` of a pod with many names, which the kubelet writes on one line:
//! ```text
//! 10.0.0.7  a.svc b.svc c.svc …            (600 bytes)
//! ```
//!
//! ## Repair
//! Break the line into several with the same address.
//!
//! ## Not a repair
//! Shorter blanks: the next name brings the limit back.
//!
//! ## References
//! - https://github.com/gliderlabs/docker-alpine/issues/475
//! - https://github.com/crc-org/crc/issues/2710
//! - https://github.com/goodhosts/vagrant/issues/9

use super::super::hosts_line::{self, text};
use super::super::remedy;
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::dialect::LineLimit;
use hosts_edit::{Dialect, HostsFile, Line, LineKind, Word, dialect};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "hosts.line-too-long",
    severity: Severity::Warning,
    title: "a line is longer than some programs read",
    references: &[
        "https://github.com/gliderlabs/docker-alpine/issues/475",
        "https://github.com/crc-org/crc/issues/2710",
        "https://github.com/goodhosts/vagrant/issues/9",
    ],
    source: include_str!("line_too_long.rs"),
    check,
};

/// What a long line does to a reader.
enum Effect {
    /// So many of its names are not found; the first of them.
    Names(usize, String),
    /// A comment gives a name.
    Comment(String),
    /// Nothing behind the line is read.
    Stops,
    /// The file is not read.
    Rejects,
}

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::LONG.or(Traits::MANY_NAMES)) {
        let effects: Vec<(&Dialect, Effect)> =
            ctx.readers.iter().filter_map(|r| Some((*r, effect(r, &line)?))).collect();
        if !effects.is_empty() {
            tally.add(|| tell(ctx, &line, &effects, severity(&effects)));
            continue;
        }
        let elsewhere: Vec<_> = [&dialect::GO, &dialect::RESOLVED]
            .into_iter()
            .filter_map(|r| Some((r, effect(r, &line).filter(ends_the_file)?)))
            .collect();
        if !elsewhere.is_empty() {
            tally.add(|| tell(ctx, &line, &elsewhere, Severity::Warning));
        }
    }
    tally.finish(&RULE, out);
}

fn effect(reader: &Dialect, line: &Line<'_>) -> Option<Effect> {
    let length = line.content().len() + 1;
    match reader.line_limit {
        LineLimit::Stops(limit) if length >= limit => return Some(Effect::Stops),
        LineLimit::RejectsFile(limit) if length > limit => return Some(Effect::Rejects),
        LineLimit::Continues(limit) | LineLimit::Skips(limit) if length > limit => {}
        _ if line.names().len() > reader.names_per_line => {}
        _ => return None,
    }
    let alone = HostsFile::parse([line.content(), b"\n"].concat()).0;
    let entries: Vec<_> = alone.view(reader).entries().collect();
    if line.kind() != LineKind::Entry {
        let name = entries.first().and_then(|e| e.names.first())?;
        return Some(Effect::Comment(String::from_utf8_lossy(&name.text).into_owned()));
    }
    let address = line.address().and_then(|a| reader.reads_address(&a.text, &|_| None));
    let right = entries.iter().filter(|e| Some(e.address) == address);
    let seen: HashSet<&[u8]> = right.flat_map(|e| e.names.iter().map(|n| &*n.text)).collect();
    let names = line.names();
    let mut lost = names.iter().filter(|n| !seen.contains(&*n.text));
    let first = text(lost.next()?);
    Some(Effect::Names(lost.count() + 1, first))
}

fn ends_the_file(effect: &Effect) -> bool {
    matches!(effect, Effect::Stops | Effect::Rejects)
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, effects: &[(&Dialect, Effect)], severity: Severity) -> Finding {
    let bytes = line.content().len();
    let (reader, effect) = &effects[0];
    let title = words(reader, effect);
    let label = match line.names().len() {
        names if names > 1 => format!("{bytes} bytes, {names} names"),
        _ => format!("{bytes} bytes"),
    };
    let mut finding = RULE.finding(title);
    finding.severity = severity;
    finding.locations.push(super::super::facts::in_hosts(ctx.machine, line.content_span(), label));
    for (reader, effect) in effects {
        finding.evidence.push(Evidence::new(words(reader, effect), reader.cite));
    }
    finding.remedies.push(broken(ctx, line).unwrap_or_else(|| {
        remedy::advice(
            format!("break line {} of {} into shorter ones", line.number(), ctx.machine.hosts.path),
            super::super::facts::hosts_reach(ctx.machine),
            "at most 510 bytes and nine names a line are read by every program",
        )
    }));
    finding
}

fn severity(effects: &[(&Dialect, Effect)]) -> Severity {
    let bad = |e: &Effect| !matches!(e, Effect::Names(..));
    if effects.iter().any(|(_, e)| bad(e)) { Severity::Error } else { Severity::Warning }
}

fn words(reader: &Dialect, effect: &Effect) -> String {
    let label = reader.label;
    match effect {
        Effect::Names(1, first) => format!("{label} does not find `{first}` on this long line"),
        Effect::Names(many, first) => {
            format!("{label} does not find {many} names of this long line, the first `{first}`")
        }
        Effect::Comment(name) => format!("{label} reads `{name}` as a name in this long comment"),
        Effect::Stops => format!("{label} reads nothing from this long line on"),
        Effect::Rejects => format!("{label} refuses the whole file because of this long line"),
    }
}

/// Names of a line that are broken into shorter lines by an edit; more are left to the writer of the file.
const BROKEN: usize = 4096;

/// Lines of eight names each.
fn broken(ctx: &Context<'_>, line: &Line<'_>) -> Option<Remedy> {
    const NAMES: usize = 8;
    let (address, names) = (line.address()?, line.names());
    let longest = names.chunks(NAMES).map(|c| c.iter().map(|n| n.text.len() + 1).sum::<usize>()).max()?;
    if line.kind() != LineKind::Entry || !(NAMES + 1..=BROKEN).contains(&names.len()) || longest > 400 {
        return None;
    }
    let ending = line_end(line);
    let breaks = names.chunks(NAMES).skip(1).map(|chunk: &[Word<'_>]| {
        let start = chunk[0].span.start;
        edit::replace(start..start, format!("{ending}{} ", text(&address)))
    });
    let title = format!("break line {} into lines of {NAMES} names", line.number());
    Some(hosts_line::repair(ctx, title, Applicability::Unsafe, breaks.collect()))
}

fn line_end(line: &Line<'_>) -> &'static str {
    if line.ending() == hosts_edit::Ending::Crlf { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{FREEBSD, GLIBC, GO, MUSL, OPENBSD, RESOLVED, WINDOWS};

    const CODE: &str = "hosts.line-too-long";

    fn names(count: usize) -> String {
        (0..count).map(|i| format!(" name{i:03}.test")).collect()
    }

    #[test]
    fn each_reader_has_its_limit() {
        let bench = debian().lines(&format!("10.0.0.7{}\n", names(60)));
        assert!(bench.check(CODE, &[&GLIBC, &FREEBSD, &GO]).is_empty());
        let found = bench.check(CODE, &[&MUSL]);
        assert!(found[0].title.starts_with("musl does not find "), "{}", found[0].title);
        assert_eq!(
            bench.check(CODE, &[&WINDOWS])[0].title,
            "Windows DNS Client does not find 51 names of this long line, the first `name009.test`"
        );
        assert_eq!(bench.check(CODE, &[&OPENBSD]).len(), 1);
    }

    #[test]
    fn a_comment_counts_only_where_it_becomes_an_entry() {
        let comment = |text: &str| debian().lines(&format!("#{}{text}\n", "x".repeat(510)));
        assert!(comment("harmless words").check(CODE, &[&MUSL]).is_empty());
        let found = comment("192.0.2.7 a.test").check(CODE, &[&MUSL]);
        assert_eq!(
            (found[0].severity, found[0].title.as_str()),
            (Severity::Error, "musl reads `a.test` as a name in this long comment")
        );
    }

    #[test]
    fn huge_lines_end_the_file() {
        let bench = debian().lines(&format!("#{}\n", "x".repeat(1 << 20)));
        let found = bench.check(CODE, &[&GO, &RESOLVED]);
        assert_eq!(found[0].evidence.len(), 2);
        assert_eq!(found[0].severity, Severity::Error);
        let elsewhere = bench.check(CODE, &[&GLIBC]);
        assert_eq!((elsewhere[0].severity, elsewhere[0].evidence.len()), (Severity::Warning, 2));
    }

    #[test]
    fn nine_names_are_enough_for_all() {
        let bench = debian().lines(&format!("10.0.0.7{}\n", names(9)));
        assert!(bench.check(CODE, &[&MUSL, &WINDOWS, &OPENBSD, &GO]).is_empty());
        let ten = debian().lines(&format!("10.0.0.7{}\n", names(10)));
        let found = ten.check(CODE, &[&WINDOWS]);
        let after = ten.after(&found[0].remedies[0]);
        assert!(after.ends_with("name007.test \n10.0.0.7 name008.test name009.test\n"), "{after}");
    }
}
