//! # hosts.large — the hosts file is so large that look-ups take time
//!
//! ## What it means
//! The file has more than 100,000 lines; on Windows 50,000 are enough.
//!
//! ## Who is hit
//! glibc and musl read the file from its beginning at every look-up of every program: 0.05 s for 100,000
//! lines with glibc, up to 0.28 s for a million with musl, for localhost as well. On Windows the DNS Client
//! service is busy for minutes after each change of the network, and names do not resolve meanwhile. c-ares
//! takes 2 s for its first look-up at 100,000 lines, Go about a second for a million; Chromium refuses files
//! of more than 32 MiB.
//!
//! ## Example
//! A blocklist with one name a line:
//! ```text
//! $ wc -l /etc/hosts
//! 164283 /etc/hosts
//! ```
//!
//! ## Repair
//! Let a DNS server on this machine or in the network block the names; or write nine names on a line, which
//! every system reads.
//!
//! ## Not a repair
//! Switching the DNS Client service of Windows off: then every program reads the file itself, and other
//! services need it.
//!
//! ## References
//! - https://github.com/StevenBlack/hosts/issues/93
//! - https://github.com/StevenBlack/hosts/issues/757
//! - https://github.com/systemd/systemd/issues/9718

use super::super::facts::hosts_reach;
use super::super::hosts_line::{labels, readers_that};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Location, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.large",
    severity: Severity::Warning,
    title: "the hosts file is so large that look-ups take time",
    references: &[
        "https://github.com/StevenBlack/hosts/issues/93",
        "https://github.com/StevenBlack/hosts/issues/757",
        "https://github.com/systemd/systemd/issues/9718",
    ],
    source: include_str!("large.rs"),
    check,
};

/// 0.05 s a look-up with glibc (recorded on two cores).
const LINES: usize = 100_000;
const LINES_WINDOWS: usize = 50_000;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let file = &ctx.machine.hosts.value;
    let windows = ctx.readers.iter().any(|r| r.id == "windows");
    let (lines, size) = (file.line_count(), file.bytes().len());
    let refusing = readers_that(ctx, |r| size > r.file_limit);
    if lines <= if windows { LINES_WINDOWS } else { LINES } && refusing.is_empty() {
        return;
    }
    let path = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(match refusing.is_empty() {
        true => format!("{path} has {lines} lines, which slows every look-up down"),
        false => format!("{} refuses {path}, as it has {} MiB", labels(&refusing), size >> 20),
    });
    finding.locations.push(Location::of(path, b"", 0..0, format!("{lines} lines")));
    finding.evidence.push(Evidence::new(format!("{lines} lines, {size} bytes"), path));
    let effect = if windows {
        "the DNS Client service reads it after each change of the network"
    } else {
        "programs read it from its beginning at every look-up"
    };
    finding.evidence.push(Evidence::new(effect, ctx.readers.first().map_or("", |r| r.cite)));
    finding.remedies.push(remedy::advice(
        format!("move the blocked names of {path} to a DNS server, or write nine of them on a line"),
        hosts_reach(ctx.machine),
        "a DNS server that blocks looks names up in an index; nine names a line are read by every system",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use hosts_edit::dialect::{GLIBC, WINDOWS};

    const CODE: &str = "hosts.large";

    #[test]
    fn the_bound_is_that_of_the_reader() {
        let bench = debian().lines(&"# x\n".repeat(60_000));
        assert!(bench.check(CODE, &[&GLIBC]).is_empty());
        assert_eq!(bench.check(CODE, &[&WINDOWS]).len(), 1);
        assert_eq!(
            debian().lines(&"# x\n".repeat(100_000)).one(CODE).title,
            "/etc/hosts has 100002 lines, which slows every look-up down"
        );
    }
}
