//! # hosts.wrong-name — entries stand in a file of another name
//!
//! ## What it means
//! Beside the hosts file lies one with nearly its name (`hosts.txt`, `host`), with entries that the hosts
//! file does not have. Notepad adds `.txt` to what it saves, and Windows does not show it. Copies that are
//! called so (`hosts.bak`, `hosts.old`) are none, unless the hosts file itself is gone or empty.
//!
//! ## Who is hit
//! Every program: nobody reads a file of that name.
//!
//! ## Example
//! ```text
//! C:\Windows\System32\drivers\etc\hosts        (comments only)
//! C:\Windows\System32\drivers\etc\hosts.txt    127.0.0.1 app.test
//! ```
//!
//! ## Repair
//! Move the entries into the hosts file, and delete the other one.
//!
//! ## Not a repair
//! Clearing a cache: the file was never read.
//!
//! ## References
//! - https://github.com/scottlerch/HostsFileEditor/issues/39
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::facts::hosts_reach;
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Location, Severity};
use crate::snapshot::RawFile;
use hosts_edit::{Dialect, GLIBC, HostsFile};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "hosts.wrong-name",
    severity: Severity::Warning,
    title: "entries stand in a file of another name",
    references: &[
        "https://github.com/scottlerch/HostsFileEditor/issues/39",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("wrong_name.rs"),
    check,
};

/// Names that are written by mistake.
const MISTAKES: [&str; 5] =
    ["/etc/hosts.txt", "/etc/host", "/etc/Hosts", "/etc/hosts.hosts", "/etc/hosts.conf"];
/// Names of copies.
const COPIES: [&str; 6] = [
    "/etc/hosts.bak",
    "/etc/hosts.old",
    "/etc/hosts.orig",
    "/etc/hosts.backup",
    "/etc/hosts.save",
    "/etc/hosts~",
];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let reader = ctx.readers.first().copied().unwrap_or(&GLIBC);
    let has_none = ctx.machine.hosts.value.view(reader).heads().next().is_none();
    let copies = COPIES.iter().filter(|_| has_none);
    for path in MISTAKES.iter().chain(copies) {
        let Some(bytes) = ctx.machine.raw.file(path).and_then(RawFile::bytes) else { continue };
        let other = HostsFile::parse(bytes).0;
        let names = missing(ctx, reader, &other);
        if let Some(first) = names.first() {
            out.push(tell(ctx, path, first, names.len()));
        }
    }
}

/// The names of the other file that the hosts file does not have.
fn missing(ctx: &Context<'_>, reader: &Dialect, other: &HostsFile) -> Vec<String> {
    let names = |file: &HostsFile| -> Vec<String> {
        let entries = file.view(reader).entries();
        entries.flat_map(|e| e.names).map(|n| String::from_utf8_lossy(&n.text).to_ascii_lowercase()).collect()
    };
    let known: HashSet<String> = names(&ctx.machine.hosts.value).into_iter().collect();
    names(other).into_iter().filter(|n| !known.contains(n)).collect()
}

fn tell(ctx: &Context<'_>, path: &str, first: &str, count: usize) -> Finding {
    let hosts = &ctx.machine.hosts.path;
    let what = if count == 1 {
        format!("`{first}` stands")
    } else {
        format!("{count} names, the first `{first}`, stand")
    };
    let mut finding = RULE.finding(format!("{what} in {path}, which nobody reads, and not in {hosts}"));
    finding.locations.push(Location::of(path, b"", 0..0, "not the hosts file"));
    finding.evidence.push(Evidence::new(format!("names that {hosts} lacks: {count}"), path));
    finding.remedies.push(remedy::advice(
        format!("move the entries of {path} into {hosts}"),
        hosts_reach(ctx.machine),
        "programs read the file with exactly that name",
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.wrong-name";

    #[test]
    fn entries_in_a_file_of_a_near_name_are_told() {
        let bench = debian().file("/etc/hosts.txt", "127.0.0.1 localhost\n127.0.0.1 app.test\n");
        assert!(bench.one(CODE).title.starts_with("`app.test` stands in /etc/hosts.txt"));
    }

    #[test]
    fn copies_count_where_the_file_itself_has_no_entry() {
        let copy = debian().file("/etc/hosts.bak", "127.0.0.1 localhost\n10.0.0.1 nas\n");
        assert!(copy.is_quiet(CODE));
        assert_eq!(copy.file("/etc/hosts", "").check(CODE, &[]).len(), 1);
    }

    #[test]
    fn the_same_entries_or_comments_are_none() {
        assert!(debian().file("/etc/hosts.txt", "127.0.0.1 localhost\n# 10.0.0.1 nas\n").is_quiet(CODE));
    }
}
