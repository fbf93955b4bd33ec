//! # hosts.link-local-localhost — localhost has a link-local address
//!
//! ## What it means
//! A line gives localhost `fe80::1%lo0`, as files of older macOS versions have it.
//!
//! ## Who is hit
//! Go takes the line as it is and offers `fe80::1%lo0` as an address of localhost; musl, the BSDs and macOS
//! take it where the interface exists, and connections then come from fe80::1, which access lists for
//! localhost do not know. glibc, c-ares, hickory, systemd-resolved, dnsmasq and Chromium skip it. Where no
//! reader of this machine takes it, or where it is the stock line on macOS, it is a note.
//!
//! ## Example
//! ```text
//! ::1             localhost
//! fe80::1%lo0     localhost
//! ```
//!
//! ## Repair
//! Turn the line into a comment; `::1 localhost` is all that is needed.
//!
//! ## Not a repair
//! Writing it without the zone: `fe80::1` alone belongs to every link, and cannot be connected to.
//!
//! ## References
//! - https://github.com/2ndalpha/gasmask/issues/173
//! - https://github.com/PostgresApp/PostgresApp/issues/234

use super::super::hosts_line::{self, labels, readers_that, zone};
use super::super::tally::Tally;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use hosts_edit::{Line, Word};

pub(super) const RULE: Rule = Rule {
    code: "hosts.link-local-localhost",
    severity: Severity::Warning,
    title: "localhost has a link-local address",
    references: &[
        "https://github.com/2ndalpha/gasmask/issues/173",
        "https://github.com/PostgresApp/PostgresApp/issues/234",
    ],
    source: include_str!("link_local_localhost.rs"),
    check,
};

/// Files of which more is looked at have it in their first lines.
const START: &[u8] = b"fe80:";

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    let link_local = |l: &Line<'_>| {
        let text = l.content().trim_ascii_start();
        text.get(..START.len()).is_some_and(|t| t.eq_ignore_ascii_case(START))
    };
    for line in ctx.machine.hosts.value.lines().filter(link_local) {
        let names = line.names();
        let localhost = names.iter().find(|n| n.text.eq_ignore_ascii_case(b"localhost"));
        if let (Some(address), Some(_)) = (line.address(), localhost) {
            tally.add(|| tell(ctx, &line, &address));
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, address: &Word<'_>) -> Finding {
    let text = hosts_line::text(address);
    let take = readers_that(ctx, |r| r.reads_address(&address.text, &|name| zone(ctx, name)).is_some());
    let stock = take.iter().all(|r| matches!(r.id, "macos" | "libinfo"));
    let title = match take.is_empty() {
        true => format!("no program of this machine takes `{text}` for localhost"),
        false => format!("{} takes `{text}` for an address of localhost", labels(&take)),
    };
    let mut finding = hosts_line::at(ctx, &RULE, line, address.span.clone(), title, "link-local");
    if stock {
        finding.severity = Severity::Note;
    }
    let words = line.names();
    let others = words.iter().any(|n| !n.text.eq_ignore_ascii_case(b"localhost"));
    let spans: Vec<_> =
        words.iter().filter(|n| n.text.eq_ignore_ascii_case(b"localhost")).map(|n| n.span.clone()).collect();
    let repair =
        if others { hosts_line::without(ctx, line, &spans) } else { hosts_line::comment_out(ctx, line) };
    let applicability = if take.is_empty() { Applicability::Safe } else { Applicability::Unsafe };
    finding.remedies.push(Remedy { applicability, ..repair });
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{GO, MACOS};

    const CODE: &str = "hosts.link-local-localhost";

    #[test]
    fn go_takes_what_glibc_skips() {
        let bench = debian().lines("fe80::1%lo0\tlocalhost\n");
        let found = bench.one(CODE);
        assert_eq!((found.severity, found.locations[0].line), (Severity::Note, 3));
        assert_eq!(bench.check(CODE, &[&GO])[0].severity, Severity::Warning);
        assert_eq!(bench.check(CODE, &[&MACOS])[0].severity, Severity::Note);
        assert!(bench.repaired(CODE).ends_with("\n# fe80::1%lo0\tlocalhost\n"));
    }

    #[test]
    fn other_names_and_addresses_are_none() {
        assert!(debian().lines("fe80::5%eth0 printer\n# fe80::1%lo0 localhost\n").is_quiet(CODE));
    }
}
