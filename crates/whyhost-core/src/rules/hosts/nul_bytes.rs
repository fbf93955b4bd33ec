//! # hosts.nul-bytes — the hosts file has NUL bytes
//!
//! ## What it means
//! The file has bytes of value zero, mostly a block of them: a crash or a power cut before the data reached
//! the disk.
//!
//! ## Who is hit
//! glibc, systemd-resolved, FreeBSD and OpenBSD read a line up to the NUL, so a name is cut short (`mid` of
//! `mid\\0dle.test`). musl, Android and c-ares lose the line, or its last name. Go, hickory, Java and
//! Chromium take the NUL for a letter. macOS reads nothing from a line on that begins with one. In a comment
//! it harms nobody but macOS; `grep` says "binary file matches".
//!
//! ## Example
//! ```text
//! $ grep -c . /etc/hosts
//! grep: /etc/hosts: binary file matches
//! ```
//!
//! ## Repair
//! Restore the file from a copy; else remove the NULs and look at the lines around them.
//!
//! ## Not a repair
//! Adding the lost lines at the end: on macOS nothing behind the NULs is read.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man2/fsync.2.html
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::facts::in_hosts;
use super::super::hosts_line::repair;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use hosts_edit::HostsFile;
use std::ops::Range;

pub(super) const RULE: Rule = Rule {
    code: "hosts.nul-bytes",
    severity: Severity::Error,
    title: "the hosts file has NUL bytes",
    references: &[
        "https://man7.org/linux/man-pages/man2/fsync.2.html",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("nul_bytes.rs"),
    check,
};

/// Places that the finding shows.
const SHOWN: usize = 3;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let file = &ctx.machine.hosts.value;
    if file.encoding().is_utf16() || file.bytes().iter().all(|b| *b == 0 || b.is_ascii_whitespace()) {
        return;
    }
    let blocks = blocks(file.bytes());
    if blocks.is_empty() {
        return;
    }
    let in_entries = blocks.iter().any(|b| !is_in_comment(file, b.start));
    let macos = ctx.readers.iter().any(|r| r.id == "macos");
    let total: usize = blocks.iter().map(Range::len).sum();
    let path = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(match total {
        1 => format!("{path} has a NUL byte"),
        many => format!("{path} has {many} NUL bytes"),
    });
    if !in_entries && !macos {
        finding.severity = Severity::Note;
        finding.message = Some("they stand in comments only".to_owned());
    }
    for (place, block) in blocks.iter().take(SHOWN).enumerate() {
        let location = in_hosts(ctx.machine, block.clone(), format!("NUL bytes: {}", block.len()));
        finding.locations.push(if place == 0 { location } else { location.secondary() });
    }
    finding.evidence.push(Evidence::new(format!("NUL bytes: {total} in {} places", blocks.len()), path));
    let edits = blocks.iter().take(ctx.most).map(|b| edit::replace(b.clone(), "")).collect();
    finding.remedies.push(repair(ctx, "remove the NUL bytes", Applicability::Unsafe, edits));
    out.push(finding);
}

fn blocks(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in bytes.iter().enumerate().filter(|(_, b)| **b == 0).map(|(at, _)| at) {
        match found.last_mut().filter(|b| b.end == at) {
            Some(block) => block.end += 1,
            None => found.push(at..at + 1),
        }
    }
    found
}

fn is_in_comment(file: &HostsFile, at: usize) -> bool {
    file.line_of(at).is_some_and(|line| {
        let before = &file.bytes()[line.span().start.min(at)..at];
        before.contains(&b'#')
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::MACOS;

    const CODE: &str = "hosts.nul-bytes";

    #[test]
    fn a_block_is_one_place_and_goes() {
        let bench = debian().lines("10.0.0.1 mid\0dle.test\n\0\0\0\0\n10.0.0.2 b\n");
        let found = bench.one(CODE);
        assert_eq!((found.severity, found.title.as_str()), (Severity::Error, "/etc/hosts has 5 NUL bytes"));
        assert!(bench.repaired(CODE).ends_with("10.0.0.1 middle.test\n\n10.0.0.2 b\n"));
    }

    #[test]
    fn in_a_comment_only_macos_cares() {
        let bench = debian().lines("# a\0b\n");
        assert_eq!(bench.one(CODE).severity, Severity::Note);
        assert_eq!(bench.check(CODE, &[&MACOS])[0].severity, Severity::Error);
    }

    #[test]
    fn utf16_and_plain_text_are_none() {
        let utf16: Vec<u8> = "127.0.0.1 a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(debian().bytes("/etc/hosts", &utf16).is_quiet(CODE));
        assert!(debian().is_quiet(CODE));
    }
}
