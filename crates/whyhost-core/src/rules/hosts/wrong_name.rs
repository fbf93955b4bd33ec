//! # hosts.wrong-name — entries stand in a file of another name
//!
//! ## What it means
//! Beside the hosts file lies one with nearly its name (`hosts.txt`, `host`). Notepad adds `.txt` to what it
//! saves, and Windows does not show it. Copies that are called so (`hosts.bak`, `hosts.old`) are none, unless
//! the hosts file itself is gone or has no entry.
//!
//! A snapshot has names, sizes and times of such files, seldom their text. With the text, entries are told
//! that the hosts file lacks. Without it, a file that was changed after the hosts file is a warning, since the
//! last edit went there; an older one is a note.
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

use super::super::facts::{hosts_file, hosts_reach};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Location, Severity};
use crate::machine::{HOSTS_COPIES, HOSTS_MISTAKES};
use crate::snapshot::{FileKind, Meta, RawFile};
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

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let reader = ctx.readers.first().copied().unwrap_or(&GLIBC);
    let has_none = ctx.machine.hosts.value.view(reader).heads().next().is_none();
    let copies = HOSTS_COPIES.iter().filter(|_| has_none);
    for path in HOSTS_MISTAKES.iter().chain(copies) {
        let Some(file) = ctx.machine.raw.file(path) else { continue };
        let found = match file.bytes() {
            Some(bytes) => by_names(ctx, path, reader, &HostsFile::parse(bytes).0),
            None => by_time(ctx, file, has_none),
        };
        out.extend(found);
    }
}

fn by_names(ctx: &Context<'_>, path: &str, reader: &Dialect, other: &HostsFile) -> Option<Finding> {
    let names = missing(ctx, reader, other);
    let hosts = &ctx.machine.hosts.path;
    let what = match &names[..] {
        [] => return None,
        [one] => format!("`{one}` stands"),
        [first, ..] => format!("{} names, the first `{first}`, stand", names.len()),
    };
    let title = format!("{what} in {path}, which nobody reads, and not in {hosts}");
    Some(tell(ctx, path, title, format!("names that {hosts} lacks: {}", names.len())))
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

fn by_time(ctx: &Context<'_>, file: &RawFile, has_none: bool) -> Option<Finding> {
    let Meta::Present { kind: FileKind::File, size, mtime, .. } = file.meta else { return None };
    let hosts = &ctx.machine.hosts.path;
    let (hosts_size, hosts_mtime) = match hosts_file(ctx.machine).map(|f| &f.meta) {
        Some(Meta::Present { size, mtime, .. }) => (*size, *mtime),
        _ => (0, 0),
    };
    // A copy of the file as it is, or nothing.
    if size == 0 || (size == hosts_size && !has_none) {
        return None;
    }
    let newer = mtime > hosts_mtime;
    let path = &file.path;
    let title = match (has_none, newer) {
        (true, _) => format!("{hosts} has no entry, and beside it lies {path}, which nobody reads"),
        (false, true) => format!("{path} was changed after {hosts}, but nobody reads it"),
        (false, false) => format!("nobody reads {path}"),
    };
    let mut finding = tell(ctx, path, title, format!("{size} bytes, {hosts} has {hosts_size}"));
    if !has_none && !newer {
        finding.severity = Severity::Note;
    }
    Some(finding)
}

fn tell(ctx: &Context<'_>, path: &str, title: String, fact: String) -> Finding {
    let hosts = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(title);
    finding.locations.push(Location::of(path, b"", 0..0, "not the hosts file"));
    finding.evidence.push(Evidence::new(fact, path));
    finding.remedies.push(remedy::advice(
        format!("move the entries of {path} into {hosts}"),
        hosts_reach(ctx.machine),
        "programs read the file with exactly that name",
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};
    use crate::finding::Severity;
    use crate::snapshot::{FileKind, Meta};

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

    /// A file of which only what `stat` says is known.
    fn beside(path: &str, new_size: u64, new_mtime: i64) -> Bench {
        debian().kind(path, FileKind::File).meta(path, |meta| {
            let Meta::Present { size, mtime, .. } = meta else { panic!("present") };
            (*size, *mtime) = (new_size, new_mtime);
        })
    }

    #[test]
    fn without_the_text_the_time_decides() {
        assert_eq!(beside("/etc/hosts.txt", 90, 7).one(CODE).severity, Severity::Warning);
        let older = beside("/etc/hosts.txt", 90, -7).one(CODE);
        assert_eq!((older.severity, older.title.as_str()), (Severity::Note, "nobody reads /etc/hosts.txt"));
        assert!(beside("/etc/hosts.txt", 0, 7).is_quiet(CODE), "empty");
        assert!(beside("/etc/hosts.bak", 90, 7).is_quiet(CODE), "a copy");
        let gone = beside("/etc/hosts.bak", 90, -7).absent("/etc/hosts").one(CODE);
        assert_eq!(gone.severity, Severity::Warning);
    }

    #[test]
    fn a_copy_of_the_same_size_and_a_folder_are_none() {
        let same = debian().machine().hosts.value.bytes().len() as u64;
        assert!(beside("/etc/hosts.txt", same, 7).is_quiet(CODE));
        assert!(debian().kind("/etc/Hosts", FileKind::Directory).is_quiet(CODE));
    }
}
