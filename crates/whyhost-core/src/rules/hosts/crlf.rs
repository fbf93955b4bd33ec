//! # hosts.crlf — lines end with CR LF
//!
//! ## What it means
//! The lines end as on Windows. On Windows it is as it should be, and nothing is told.
//!
//! ## Who is hit
//! glibc, musl, Go, c-ares, systemd-resolved, Java and macOS take the CR for a blank: it harms nobody on
//! Linux and is not why a name is not found. For FreeBSD, Android, OpenBSD and Libinfo the CR is part of the
//! last name of each line, which is then never found: a warning where such a reader counts. Shell scripts
//! that cut the file with awk trip over it.
//!
//! ## Example
//! ```text
//! $ file /etc/hosts
//! /etc/hosts: ASCII text, with CRLF line terminators
//! ```
//!
//! ## Repair
//! Leave it, or turn all lines to LF: `sudo sed -i 's/\\r$//' /etc/hosts` (in a container: write in place).
//!
//! ## Not a repair
//! Looking for the cause of a failed look-up here, on Linux.
//!
//! ## References
//! - https://github.com/devopsgroup-io/vagrant-hostmanager/issues/138
//! - https://github.com/oldj/SwitchHosts/issues/627

use super::super::facts::in_hosts;
use super::super::hosts_line::{labels, readers_that};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use hosts_edit::{Dialect, Ending, Family, HostsFile};

pub(super) const RULE: Rule = Rule {
    code: "hosts.crlf",
    severity: Severity::Note,
    title: "lines end with CR LF",
    references: &[
        "https://github.com/devopsgroup-io/vagrant-hostmanager/issues/138",
        "https://github.com/oldj/SwitchHosts/issues/627",
    ],
    source: include_str!("crlf.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let file = &ctx.machine.hosts.value;
    let only_windows = ctx.readers.iter().all(|r| r.id == "windows");
    if only_windows || file.encoding().is_utf16() {
        return;
    }
    let Some(first) = file.lines().find(|l| l.ending() == Ending::Crlf) else { return };
    let crlf = file.lines().filter(|l| l.ending() == Ending::Crlf).count();
    let losing = readers_that(ctx, loses_names);
    let path = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(match losing.is_empty() {
        true => format!("lines of {path} end with CR LF, which harms no reader here"),
        false => format!("{} does not find the last name of lines that end with CR LF", labels(&losing)),
    });
    if !losing.is_empty() {
        finding.severity = Severity::Warning;
    }
    let end = first.content_span().end;
    finding.locations.push(in_hosts(ctx.machine, end..end, "CR LF"));
    finding
        .evidence
        .push(Evidence::new(format!("{crlf} of {} lines end with CR LF", file.line_count()), path));
    let reach = super::super::facts::hosts_reach(ctx.machine);
    let text = "sudo sed -i 's/\\r$//' /etc/hosts; not needed for look-ups on Linux";
    finding.remedies.push(remedy::advice(format!("turn CR LF into LF in {path}, or leave it"), reach, text));
    out.push(finding);
}

/// Asked by experiment: the name of a line that ends so is not found.
fn loses_names(reader: &Dialect) -> bool {
    let probe = HostsFile::parse("192.0.2.1 a\r\n192.0.2.2 b\r\n").0;
    probe.lookup(reader, b"a", Family::Any).is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{BIONIC, FREEBSD, GO, LIBINFO, MACOS, MUSL, OPENBSD, WINDOWS};

    const CODE: &str = "hosts.crlf";

    #[test]
    fn harmless_on_linux_and_not_on_the_bsds() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\r\n::1 localhost\r\n");
        assert_eq!(bench.one(CODE).severity, Severity::Note);
        for reader in [&MUSL, &GO, &MACOS] {
            assert_eq!(bench.check(CODE, &[reader])[0].severity, Severity::Note, "{}", reader.id);
        }
        for reader in [&FREEBSD, &BIONIC, &OPENBSD, &LIBINFO] {
            assert_eq!(bench.check(CODE, &[reader])[0].severity, Severity::Warning, "{}", reader.id);
        }
        assert!(bench.check(CODE, &[&WINDOWS]).is_empty() && debian().is_quiet(CODE));
    }
}
