//! # hosts.nonportable-address — programs disagree about the address of a line
//!
//! ## What it means
//! The address is written in a way that only some programs understand, and not all of them in the same way:
//! parts are missing (`127.1`), a part has leading zeros, it is hexadecimal or one large number, or it has a
//! zone (`fe80::1%eth0`) or a prefix length.
//!
//! ## Who is hit
//! glibc, Go, hickory, systemd-resolved and dnsmasq skip such a line. musl, macOS, FreeBSD and Chromium read
//! it as inet_aton does: `127.1` is 127.0.0.1, and `010.0.0.1` is octal, 8.0.0.1. c-ares fills with zeros at
//! the end: 127.1.0.0. Java takes leading zeros for decimal: 10.0.0.1. A zone is taken by Go as it is, by
//! musl and the BSDs where the interface exists, by glibc never. It is an error where none of the readers of
//! this machine takes the line.
//!
//! ## Example
//! ```text
//! 127.1        app.test
//! 010.0.0.1    router
//! ```
//!
//! ## Repair
//! Write four decimal numbers without leading zeros.
//!
//! ## Not a repair
//! Trying it with ping: ping parses what is typed, not what stands in the file.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man3/inet_aton.3.html
//! - https://www.rfc-editor.org/rfc/rfc6943#section-3.1.1

use super::super::hosts_line::{self, labels, text, zone};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::{Dialect, Line, Word, dialect};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.nonportable-address",
    severity: Severity::Warning,
    title: "programs disagree about the address of a line",
    references: &[
        "https://man7.org/linux/man-pages/man3/inet_aton.3.html",
        "https://www.rfc-editor.org/rfc/rfc6943#section-3.1.1",
    ],
    source: include_str!("nonportable_address.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::LOOSE) {
        let words = line.words();
        let [address, names @ ..] = &words[..] else { continue };
        // `fe80::1%lo0 localhost` of old macOS files is another matter.
        let is_stock = address.text.starts_with(b"fe80:")
            && names.iter().any(|n| n.text.eq_ignore_ascii_case(b"localhost"));
        if !names.is_empty() && !is_stock {
            tally.add(|| tell(ctx, &line, address));
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, word: &Word<'_>) -> Finding {
    let read = |reader: &'static Dialect| (reader, reader.reads_address(&word.text, &|name| zone(ctx, name)));
    let readings: Vec<_> = ctx.readers.iter().map(|r| read(r)).collect();
    let token = text(word);
    let takes: Vec<IpAddr> = readings.iter().filter_map(|(_, a)| *a).collect();
    let one = takes.iter().all(|a| Some(a) == takes.first());
    let skips: Vec<&Dialect> = readings.iter().filter(|(_, a)| a.is_none()).map(|(r, _)| *r).collect();
    let (severity, title) = match takes.first() {
        None => (Severity::Error, format!("{} cannot read the address `{token}`", labels(&skips))),
        Some(_) if !skips.is_empty() => {
            (Severity::Warning, format!("{} cannot read the address `{token}`", labels(&skips)))
        }
        Some(_) if !one => (Severity::Warning, format!("the address `{token}` is read in several ways")),
        Some(address) if has_leading_zero(&token) => {
            (Severity::Warning, format!("`{token}` is read as {address}"))
        }
        Some(address) => {
            (Severity::Note, format!("`{token}` is read as {address} here, elsewhere not at all"))
        }
    };
    let mut finding = hosts_line::at(
        ctx,
        &RULE,
        line,
        word.span.clone(),
        title,
        "not four decimal numbers, not plain IPv6",
    );
    finding.severity = severity;
    for (reader, address) in others(&readings, &word.text) {
        let reading = address.map_or_else(|| "skips the line".to_owned(), |a| format!("reads {a}"));
        finding.evidence.push(Evidence::new(format!("{} {reading}", reader.label), reader.cite));
    }
    if let Some(plain) = plain(&word.text) {
        let title = format!("write {plain} in line {}", line.number());
        let edits = vec![edit::replace(word.span.clone(), plain)];
        finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Unsafe, edits));
    }
    let repair = hosts_line::comment_out(ctx, line);
    finding.remedies.push(match takes.is_empty() {
        true => repair,
        false => crate::finding::Remedy { applicability: Applicability::Unsafe, ..repair },
    });
    finding
}

type Reading = (&'static Dialect, Option<IpAddr>);

/// The readings of the context, and for comparison one that differs from all of them.
fn others(readings: &[Reading], token: &[u8]) -> Vec<Reading> {
    let mut all = readings.to_vec();
    for reader in [&dialect::GLIBC, &dialect::MUSL, &dialect::CARES] {
        let address = reader.reads_address(token, &|_| None);
        if all.iter().all(|(r, a)| r.id != reader.id && *a != address) {
            all.push((reader, address));
        }
    }
    all
}

fn has_leading_zero(token: &str) -> bool {
    token.split('.').any(|p| p.len() > 1 && p.starts_with('0') && !p.starts_with("0x"))
}

/// The address as people mean it: leading zeros are decimal, missing parts are filled as inet_aton does.
fn plain(token: &[u8]) -> Option<String> {
    let bare = token.split(|b| *b == b'/').next().unwrap_or(token);
    if bare.contains(&b'%') {
        return None;
    }
    let readers = [&dialect::GLIBC, &dialect::JAVA, &dialect::MUSL];
    readers.iter().find_map(|r| r.reads_address(bare, &|_| None)).map(|a| a.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{GLIBC, GO, JAVA, MUSL};

    const CODE: &str = "hosts.nonportable-address";

    #[test]
    fn dead_in_glibc_and_alive_in_musl() {
        let bench = debian().lines("127.1 app.test\n");
        let severity = |readers: &[&'static hosts_edit::Dialect]| bench.check(CODE, readers)[0].severity;
        assert_eq!(severity(&[]), Severity::Error);
        assert_eq!(severity(&[&MUSL]), Severity::Note);
        assert_eq!(severity(&[&GLIBC, &MUSL]), Severity::Warning);
        assert_eq!(bench.one(CODE).title, "GNU C library cannot read the address `127.1`");
        assert!(bench.repaired(CODE).ends_with("\n127.0.0.1 app.test\n"));
    }

    #[test]
    fn leading_zeros_are_octal_for_some() {
        let bench = debian().lines("010.0.0.1 router\n");
        assert_eq!(bench.check(CODE, &[&MUSL])[0].title, "`010.0.0.1` is read as 8.0.0.1");
        assert_eq!(
            bench.check(CODE, &[&MUSL, &JAVA])[0].title,
            "the address `010.0.0.1` is read in several ways"
        );
        assert!(bench.repaired(CODE).contains("\n10.0.0.1 router"));
    }

    #[test]
    fn a_zone_counts_where_its_interface_is_missing() {
        let bench = debian().lines("fe80::5%eth0 printer\nfe80::5%eth7 scanner\n");
        let found = bench.check(CODE, &[&MUSL]);
        let told: Vec<_> = found.iter().map(|f| (f.locations[0].line, f.severity)).collect();
        assert_eq!(told, [(4, Severity::Error), (3, Severity::Note)]);
        assert_eq!(bench.check(CODE, &[&GO]).len(), 2);
    }

    #[test]
    fn plain_addresses_and_the_line_of_old_macos_files_are_none() {
        assert!(
            debian()
                .lines("10.0.0.1 a\nfe80::1 b\nfe80::1%lo0 localhost\n::ffff:10.0.0.1 c\n")
                .is_quiet(CODE)
        );
    }
}
