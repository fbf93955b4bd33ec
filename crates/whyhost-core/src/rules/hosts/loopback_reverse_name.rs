//! # hosts.loopback-reverse-name — 127.0.0.1 has another name than localhost
//!
//! ## What it means
//! The first line with 127.0.0.1 (or ::1) begins with another name than localhost. Asked for the name of an
//! address, the readers of the file give the first name of the first line that has it.
//!
//! ## Who is hit
//! glibc, musl, Go and dnsmasq: `ss -r`, `netstat`, `who`, mail headers, access lists and logs show that name
//! for everything local. With a blocklist on 127.0.0.1 it is the first advertiser. A private name is a note,
//! a name of the Internet a warning.
//!
//! ## Example
//! ```text
//! 127.0.0.1 ads.example.com
//! 127.0.0.1 localhost
//! $ getent hosts 127.0.0.1
//! 127.0.0.1       ads.example.com
//! ```
//!
//! ## Repair
//! Put the localhost line in front of all others; block names with an address of their own (the unspecified
//! one).
//!
//! ## Not a repair
//! Another name for localhost in DNS: the file is asked first.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man3/getnameinfo.3.html
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::edit;
use super::super::facts::{V4, V6};
use super::super::hosts_line::{self, is_public, repair};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use hosts_edit::{GLIBC, Head, LineKind};

pub(super) const RULE: Rule = Rule {
    code: "hosts.loopback-reverse-name",
    severity: Severity::Warning,
    title: "127.0.0.1 has another name than localhost",
    references: &[
        "https://man7.org/linux/man-pages/man3/getnameinfo.3.html",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("loopback_reverse_name.rs"),
    check,
};

/// The first names that stock files give the loopback addresses.
const STOCK: [&str; 8] = [
    "localhost",
    "localhost4",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "ipv6-localhost",
    "ipv6-loopback",
    "loopback",
];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let file = &ctx.machine.hosts.value;
    let reader = ctx.readers.first().copied().unwrap_or(&GLIBC);
    let (mut v4, mut v6) = (None, None);
    for head in file.view(reader).heads() {
        let first = match head.address {
            V4 => &mut v4,
            V6 => &mut v6,
            _ => continue,
        };
        if first.is_none() {
            *first = Some(head);
        }
        if v4.is_some() && v6.is_some() {
            break;
        }
    }
    for head in [v4, v6].into_iter().flatten() {
        let name = &file.bytes()[head.name_span.clone()];
        // Without a line for localhost that is missing, not the order.
        let listed = ctx.localhost_lines().iter().any(|l| l.address == head.address);
        if listed && !is_stock(ctx, name) {
            out.extend(tell(ctx, &head, name));
        }
    }
}

/// localhost, or the machine's own name, of which other rules tell, also where a template has still to name it.
fn is_stock(ctx: &Context<'_>, name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let own = ctx.machine.os.hostname.to_ascii_lowercase();
    let short = own.split('.').next().unwrap_or_default();
    let label = name.split('.').next().unwrap_or_default();
    STOCK.contains(&label)
        || name.ends_with(".localhost")
        || !own.is_empty() && (name == own || label == short)
}

fn tell(ctx: &Context<'_>, head: &Head, name: &[u8]) -> Option<Finding> {
    let line = ctx.machine.hosts.value.line(head.line)?;
    let shown = String::from_utf8_lossy(name);
    let title = format!("{} is called `{shown}`, as that is the first name of its first line", head.address);
    let mut finding = hosts_line::at(ctx, &RULE, &line, head.name_span.clone(), title, "the name in logs");
    // `web1.example.org web1` is the own name, as cloud-init writes it for Fedora and its relatives.
    let short = name.split(|b| *b == b'.').next().unwrap_or(name);
    let own = line.names().get(1).is_some_and(|second| second.text.eq_ignore_ascii_case(short));
    if own || !is_public(name) {
        finding.severity = Severity::Note;
    }
    finding.remedies.push(localhost_first(ctx, head).unwrap_or_else(|| {
        remedy::advice(
            format!("name localhost first for {} in {}", head.address, ctx.machine.hosts.path),
            super::super::facts::hosts_reach(ctx.machine),
            "the first name of the first line with an address is its name",
        )
    }));
    Some(finding)
}

/// A line for localhost in front of that line; its own name leaves a line that has others.
fn localhost_first(ctx: &Context<'_>, head: &Head) -> Option<Remedy> {
    let file = &ctx.machine.hosts.value;
    let line = file.line(head.line).filter(|l| l.kind() == LineKind::Entry)?;
    let has_localhost = line.names().iter().any(|n| n.text.eq_ignore_ascii_case(b"localhost"));
    let address = head.address.to_string();
    let edits = edit::hosts(file, |set| {
        set.insert_entry(file, head.line, &address, &["localhost"])?;
        if has_localhost { set.remove_name(file, head.line, "localhost") } else { Ok(()) }
    })?;
    let title = format!("put `{address} localhost` in front of line {}", head.line);
    Some(repair(ctx, title, Applicability::Unsafe, edits))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "hosts.loopback-reverse-name";

    #[test]
    fn a_blocked_name_in_front_is_told() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 ads.example.com\n127.0.0.1 localhost\n");
        assert_eq!(bench.one(CODE).severity, Severity::Warning);
        assert!(bench.repaired(CODE).starts_with("127.0.0.1 localhost\n127.0.0.1 ads.example.com\n"));
        let bench = debian().file("/etc/hosts", "127.0.0.1 app.test localhost\n");
        assert_eq!(bench.one(CODE).severity, Severity::Note);
        assert_eq!(bench.repaired(CODE), "127.0.0.1 localhost\n127.0.0.1 app.test\n");
        let own = "127.0.0.1 web1.example.org web1\n127.0.0.1 localhost\n";
        assert_eq!(debian().file("/etc/hosts", own).one(CODE).severity, Severity::Note);
    }

    #[test]
    fn stock_names_and_the_own_name_are_none() {
        for text in [
            "127.0.0.1 localhost.localdomain localhost\n::1 ip6-localhost\n127.0.0.1 ads.example.com\n",
            "127.0.0.1 devbox.example.org devbox\n127.0.0.1 localhost\n",
            "127.0.1.1 other\n127.0.0.1 localhost\n",
        ] {
            assert!(debian().file("/etc/hosts", text).is_quiet(CODE), "{text}");
        }
    }
}
