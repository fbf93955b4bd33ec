//! # nss.files-missing — no look-up asks the hosts file
//!
//! ## What it means
//! The hosts line of nsswitch.conf does not name the service `files`, or glibc rejects the whole file and
//! no service is asked at all.
//!
//! ## Who is hit
//! Every program that uses glibc ignores /etc/hosts: localhost and all overrides come from DNS or from
//! another module. With a rejected file (a syntax error, glibc 2.33 and later) no name resolves at all.
//! musl, and Go without cgo in most set-ups, read /etc/hosts by themselves and disagree. Where `resolve` is
//! named, systemd-resolved reads the file for them, as long as it runs.
//!
//! ## Example
//! ```text
//! hosts: dns
//! ```
//!
//! ## Repair
//! ```text
//! hosts: files dns
//! ```
//!
//! ## Not a repair
//! Putting the names into DNS: localhost must not depend on a server.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html
//! - https://github.com/golang/go/issues/22846

use super::super::facts::services;
use super::super::nss_line::{self, HostsLine};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule, edit};
use crate::conf::nsswitch::{Service, Services};
use crate::finding::{Evidence, Finding, Location, Severity};

pub(super) const RULE: Rule = Rule {
    code: "nss.files-missing",
    severity: Severity::Error,
    title: "no look-up asks the hosts file",
    references: &[
        "https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html",
        "https://github.com/golang/go/issues/22846",
    ],
    source: include_str!("files_missing.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(services) = services(ctx.machine) else { return };
    if let Services::Rejected { line, column, what } = &ctx.machine.nsswitch.value.hosts {
        out.push(rejected(ctx, *line, *column, what));
    } else if let Some(line) = HostsLine::of(ctx.machine, &services)
        && !services.iter().any(|s| s.name == "files")
    {
        out.push(not_listed(&line, &services));
    }
}

/// glibc ≥ 2.33 gives up on the file (`nss_database.c`, `nss_database_reload`), so every look-up fails.
fn rejected(ctx: &Context<'_>, line: usize, column: usize, what: &str) -> Finding {
    let path = &ctx.machine.nsswitch.path;
    let bytes = nss_line::bytes(ctx.machine);
    let text = edit::line_text(&bytes, line);
    let start = (text.start + column.saturating_sub(1)).min(text.end);
    let mut finding =
        RULE.finding(format!("glibc rejects {path} for an error in line {line}: no name resolves"));
    finding.locations.push(Location::of(path, &bytes, start..text.end, what));
    let row = String::from_utf8_lossy(&bytes[text.clone()]).into_owned();
    finding.evidence.push(Evidence::new(row, format!("{path}:{line}")));
    finding.remedies.push(remedy::advice(
        format!("correct line {line} of /etc/nsswitch.conf"),
        WHOLE_MACHINE,
        format!("{what}; the form is `service [STATUS=action]`, for example `hosts: files dns`"),
    ));
    finding
}

fn not_listed(line: &HostsLine, services: &[Service]) -> Finding {
    let mut finding = RULE.finding("no look-up asks the hosts file: the hosts line has no `files`");
    let near = services.iter().position(|s| s.name.to_ascii_lowercase().trim_matches([',', ';']) == "files");
    match near {
        Some(index) => finding.locations.push(line.place(index, "an unknown module: the name is `files`")),
        None => finding.locations.push(line.whole("no `files`")),
    }
    if services.is_empty() {
        finding.title = "the hosts line names no service: no name resolves".to_owned();
    } else if services.iter().any(|s| s.name == "resolve") {
        finding.severity = Severity::Warning;
        finding.message =
            Some("systemd-resolved reads /etc/hosts for these programs, as long as it runs".into());
    }
    finding.evidence.push(line.row());
    finding.remedies.push(match near {
        Some(index) => line.renamed(index, "files"),
        None => line.with_files(),
    });
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "nss.files-missing";

    #[test]
    fn files_goes_first() {
        for (before, after) in [
            ("hosts: dns\n", "hosts: files dns\n"),
            ("hosts:\t\tmyhostname dns\n", "hosts:\t\tfiles myhostname dns\n"),
            ("hosts: FILES dns\n", "hosts: files dns\n"),
            ("hosts: files, dns\n", "hosts: files dns\n"),
            ("passwd: files\nhosts:\n", "passwd: files\nhosts: files dns\n"),
            ("hosts: [NOTFOUND=return] files dns\n", "hosts: files dns\n"),
        ] {
            let bench = debian().file("/etc/nsswitch.conf", before);
            let found = bench.of(CODE, "localhost").expect(before);
            assert_eq!(found.severity, Severity::Error);
            assert_eq!(bench.after(&found.remedies[0]), after);
        }
    }

    #[test]
    fn resolved_reads_the_file_for_them() {
        let bench = debian().file("/etc/nsswitch.conf", "hosts: resolve [!UNAVAIL=return] dns\n");
        assert_eq!(bench.of(CODE, "localhost").expect("finding").severity, Severity::Warning);
    }

    #[test]
    fn a_rejected_file_is_told_with_the_place() {
        let bench = debian().file("/etc/nsswitch.conf", "passwd: files\nhosts: files [NOTFOUND] dns\n");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(found.locations[0].line, 2);
        assert!(found.title.contains("line 2"), "{}", found.title);
    }

    #[test]
    fn files_and_no_line_at_all_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        assert_eq!(debian().file("/etc/nsswitch.conf", "passwd: files\n").of(CODE, "localhost"), None);
        assert_eq!(debian().absent("/etc/nsswitch.conf").of(CODE, "localhost"), None);
    }
}
