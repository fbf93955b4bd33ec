//! # hosts.localhost-missing — no line gives localhost an address
//!
//! ## What it means
//! No line of /etc/hosts that the C library can read names localhost.
//!
//! ## Who is hit
//! Programs that use the C library ask DNS, with the search list first: Node says ENOTFOUND, Python and
//! ping "Name or service not known", psql "could not translate host name". A DNS server may even answer,
//! with an address elsewhere. curl (since 7.78.0), browsers and Java at its default have an answer of their
//! own, so they prove nothing. Where nss-myhostname or systemd-resolved answers localhost, programs of the
//! C library work; those that read the file by themselves (Go without cgo, static musl binaries) still ask
//! DNS: then it is a warning. Windows answers localhost by itself, its file needs no line.
//!
//! Of a file that was given alone nobody knows whether it is the whole hosts file of a machine. It is a warning
//! where it looks like a list or a part of one: public names on public addresses or nowhere, that is no
//! loopback or private address and no word `localhost` in it, or more than a hundred entries.
//!
//! ## Example
//! A tool that wrote only its own block:
//! ```text
//! 127.0.0.1 itemhub.localhost
//! ```
//!
//! ## Repair
//! Put the standard line back at the top; keep the rest of the file.
//! ```text
//! 127.0.0.1 localhost
//! ::1 localhost
//! ```
//!
//! ## Not a repair
//! Testing with curl, or changing one program to 127.0.0.1: the next program still asks DNS for localhost.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://github.com/cypress-io/cypress/issues/1630
//! - https://github.com/vercel-labs/portless/issues/419

use super::super::edit::{self, BOM};
use super::super::facts::{
    LOCALHOST, V6, hosts_reach, in_hosts, is_loopback, list, localhost_addresses, localhost_supplier,
    reads_etc_hosts,
};
use super::super::{Context, Rule};
use super::super::{remedy, stock};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity, TextEdit};
use crate::machine::{FileState, Machine};
use hosts_edit::{GLIBC, HostsFile};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.localhost-missing",
    severity: Severity::Error,
    title: "no line gives localhost an address",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://github.com/cypress-io/cypress/issues/1630",
        "https://github.com/vercel-labs/portless/issues/419",
    ],
    source: include_str!("missing.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let hosts = &ctx.machine.hosts;
    // Bytes that this user may not read are another finding, and nothing is known of their lines.
    let known = !matches!(hosts.state, FileState::Unreadable(_) | FileState::Unrecorded);
    if !known || !reads_etc_hosts(ctx) || !ctx.localhost_lines().is_empty() {
        return;
    }
    let supplier = localhost_supplier(ctx);
    // Arch and Windows ship such files.
    if (supplier.is_some() || is_alone(ctx.machine)) && is_comments_only(ctx.machine) {
        return;
    }
    let mut finding = RULE.finding(format!("no line of {} gives localhost an address", hosts.path));
    finding.message = supplier.as_ref().map(|module| {
        format!(
            "the NSS module {module} answers localhost for programs of the C library; programs that read the file \
             themselves (Go without cgo, static musl binaries) ask DNS"
        )
    });
    if supplier.is_some() {
        finding.severity = Severity::Warning;
    }
    if is_alone(ctx.machine) && is_part(ctx.machine) {
        finding.severity = Severity::Warning;
        finding.message =
            Some("as the whole hosts file of a machine it would send localhost to DNS".to_owned());
    }
    finding.locations.push(in_hosts(ctx.machine, 0..0, "no line names localhost"));
    let entries = hosts.value.view(&GLIBC).heads().count();
    finding.evidence.push(Evidence::new(format!("entries: {entries}, none for localhost"), &hosts.path));
    if let Some(addresses) = localhost_addresses(ctx) {
        let who = supplier.unwrap_or_else(|| "getaddrinfo".to_owned());
        finding.evidence.push(Evidence::new(format!("localhost gets {}", list(&addresses)), who));
    }
    finding.remedies.extend(repair(ctx));
    out.push(finding);
}

/// A file with comments alone, as Arch Linux and systemd's images ship it: their nsswitch.conf answers localhost by design.
fn is_comments_only(machine: &Machine) -> bool {
    let bytes = machine.hosts.value.bytes();
    let line_is_comment = |line: &[u8]| line.is_empty() || line[0] == b'#';
    bytes.contains(&b'#') && bytes.split(|b| *b == b'\n').all(|l| line_is_comment(l.trim_ascii()))
}

/// The standard lines in the style of the file, or what has to be done before a line can be added.
fn repair(ctx: &Context<'_>) -> Option<Remedy> {
    let machine = ctx.machine;
    let hosts = &machine.hosts;
    if let FileState::NotAFile(_) = hosts.state {
        return repairs_of_file(ctx);
    }
    if hosts.value.encoding().is_utf16() || hosts.value.bytes().contains(&0) {
        return repairs_of_file(ctx).or_else(|| Some(plain_text(machine)));
    }
    if let Some(edits) = closed_lines(hosts.value.bytes()) {
        let title = format!("end the lines of {} with LF instead of CR", hosts.path);
        return Some(remedy::edits(title, Applicability::Safe, hosts_reach(machine), &hosts.path, edits));
    }
    let (title, edits) = match hosts.value.bytes().strip_prefix(BOM) {
        Some(rest) if names_localhost(rest) => (
            format!("remove the byte order mark before the localhost line of {}", hosts.path),
            vec![edit::replace(0..BOM.len(), "")],
        ),
        _ => standard_lines(machine)?,
    };
    Some(remedy::edits(title, Applicability::Safe, hosts_reach(machine), &hosts.path, edits))
}

/// A file that ends its lines with CR alone is one line to the readers of Linux, and what is added is a part of it
/// (glibc 2.36 `fgets_unlocked` in nss/nss_files, musl 1.2.5 `name_from_hosts`, Go 1.27 net/hosts.go, run).
fn closed_lines(bytes: &[u8]) -> Option<Vec<TextEdit>> {
    if bytes.contains(&b'\n') || !bytes.contains(&b'\r') {
        return None;
    }
    let ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\r');
    Some(ends.map(|(at, _)| edit::replace(at..at + 1, "\n")).collect())
}

fn names_localhost(bytes: &[u8]) -> bool {
    let file = HostsFile::parse(bytes.to_vec()).0;
    !file.lookup(&GLIBC, LOCALHOST.as_bytes(), hosts_edit::Family::Any).is_empty()
}

/// What repairs the file as a whole; a line that is added before would be lost as well.
fn repairs_of_file(ctx: &Context<'_>) -> Option<Remedy> {
    let mut found = Vec::new();
    super::super::hosts::RULES.iter().for_each(|rule| (rule.check)(ctx, &mut found));
    found.into_iter().find(|f| f.severity == Severity::Error).and_then(|f| f.remedies.into_iter().next())
}

fn plain_text(machine: &Machine) -> Remedy {
    remedy::advice(
        format!("write {} again as plain text, with `127.0.0.1 localhost` in it", machine.hosts.path),
        hosts_reach(machine),
        "the file holds NUL bytes: a line that is added to it as it is would be lost as well",
    )
}

/// The lines that the system ships: that of 127.0.0.1, and that of ::1 where it is usable and has no line with names of
/// its own.
fn standard_lines(machine: &Machine) -> Option<(String, Vec<TextEdit>)> {
    let file = &machine.hosts.value;
    // The line behind a byte order mark is lost, so line 1 is no place for the new one.
    let first_free = if file.bytes().starts_with(BOM) { 2 } else { 1 };
    let first = file.view(&GLIBC).heads().next();
    let before = first.map_or(file.line_count() + 1, |e| e.line.max(first_free));
    let wants_v6 = machine.loopback_has(V6) && file.view(&GLIBC).heads().all(|e| e.address != V6);
    let shipped = stock::loopback(&machine.os);
    let mut lines = vec![("127.0.0.1", shipped.v4)];
    lines.extend(wants_v6.then_some(("::1", shipped.v6)));
    let edits = edit::hosts(file, |set| {
        lines.iter().try_for_each(|(address, names)| set.insert_entry(file, before, address, names))
    })?;
    let words: Vec<String> =
        lines.iter().map(|(address, names)| format!("`{address} {}`", names.join(" "))).collect();
    Some((format!("add {} to {}", words.join(" and "), machine.hosts.path), edits))
}

/// The file of no machine.
fn is_alone(machine: &Machine) -> bool {
    machine.nsswitch.state == FileState::Unrecorded && machine.os.libc.is_none()
}

/// Entries that no machine's own file has, and lines among which signs of such a file are looked for.
const LIST: usize = 100;
const LOOKED_AT: usize = 1000;

/// A list, or a part of a file that something else puts together, by what stands in it.
fn is_part(machine: &Machine) -> bool {
    let file = &machine.hosts.value;
    let is_own = |word: &[u8]| {
        let text = String::from_utf8_lossy(word);
        text.eq_ignore_ascii_case(LOCALHOST)
            || text.parse::<IpAddr>().is_ok_and(|a| is_loopback(a) || is_private(a))
    };
    file.view(&GLIBC).heads().nth(LIST).is_some()
        || !file.lines().take(LOOKED_AT).any(|line| line.words().iter().any(|w| is_own(&w.text)))
}

/// An address of a network of one's own (RFC 1918, RFC 4193).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => a.is_private(),
        IpAddr::V6(a) => a.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{debian, lone};
    use crate::finding::Severity;

    const CODE: &str = "hosts.localhost-missing";

    #[test]
    fn the_lines_go_before_the_first_entry_in_its_style() {
        for (before, after) in [
            (
                "# own\n10.0.0.1  nas\n",
                "# own\n127.0.0.1 localhost\n::1       localhost ip6-localhost ip6-loopback\n10.0.0.1  nas\n",
            ),
            (
                "10.0.0.1\tnas\r\n",
                "127.0.0.1\tlocalhost\r\n::1\t\tlocalhost ip6-localhost ip6-loopback\r\n10.0.0.1\tnas\r\n",
            ),
            ("# own\r10.0.0.1 nas\r", "# own\n10.0.0.1 nas\n"),
            ("# no entry", "# no entry\n127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"),
            ("::1 ip6-localhost\n", "127.0.0.1 localhost\n::1 ip6-localhost\n"),
            ("\u{feff}127.0.0.1 localhost\n", "127.0.0.1 localhost\n"),
            (
                "\u{feff}10.0.0.1 a\n10.0.0.2 b\n",
                "\u{feff}10.0.0.1 a\n127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.0.0.2 b\n",
            ),
        ] {
            let bench = debian().file("/etc/hosts", before);
            let found = bench.of(CODE, "localhost").expect(before);
            assert_eq!(bench.after(&found.remedies[0]), after);
        }
    }

    #[test]
    fn windows_and_a_healthy_file_are_quiet() {
        assert_eq!(debian().file("/etc/hosts", "# only comments\r\n").windows().of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }

    #[test]
    fn a_module_that_answers_is_named() {
        let bench = debian().file("/etc/nsswitch.conf", "hosts: files myhostname dns\n");
        let found = bench.file("/etc/hosts", "10.0.0.1 nas\n").of(CODE, "localhost").expect("finding");
        assert!(found.message.expect("message").contains("NSS module myhostname"));
        assert_eq!(found.severity, Severity::Warning);
    }

    #[test]
    fn a_file_of_no_machine_is_judged_by_what_stands_in_it() {
        let severity = |text: &str| lone(text).of(CODE, "localhost").map(|f| f.severity);
        for text in
            ["127.0.1.1 devbox\n", "127.0.0.1:80 localhost\n10.0.0.1 nas\n", "127.0.0.1 a.localhost\n"]
        {
            assert_eq!(severity(text), Some(Severity::Error), "{text}");
        }
        let list = "127.0.0.1 ads.test\n".repeat(101);
        for text in ["192.0.2.1 www.test\n", "0.0.0.0 ads.test\n", list.as_str()] {
            assert_eq!(severity(text), Some(Severity::Warning), "{text}");
        }
        assert_eq!(severity("# Static table lookup for hostnames.\n"), None);
    }

    #[test]
    fn a_file_of_comments_is_by_design_where_a_module_answers() {
        let comments = "# Static table lookup for hostnames.\n";
        let arch = debian().file("/etc/nsswitch.conf", "hosts: files myhostname dns\n");
        assert_eq!(arch.file("/etc/hosts", comments).of(CODE, "localhost"), None);
        assert!(debian().file("/etc/hosts", comments).of(CODE, "localhost").is_some());
    }
}
