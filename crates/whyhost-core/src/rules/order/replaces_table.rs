//! # gai.replaces-table — a precedence line drops glibc's built-in table
//!
//! ## What it means
//! The first `precedence` line of gai.conf replaces the whole built-in precedence table. Rows that the file
//! does not repeat are gone: their addresses fall to 40, the value of the catch-all row ::/0.
//!
//! ## Who is hit
//! Programs that use glibc's getaddrinfo (Python, Node, psql, ssh). With `precedence ::ffff:0:0/96 100`
//! alone, ::1 falls from 50 to 40 and 127.0.0.1 comes first; with a value of 40, localhost comes in the
//! order of the hosts file. musl, Go and curl (for localhost) do not read gai.conf, so programs of one
//! machine disagree.
//!
//! ## Example
//! ```text
//! precedence ::ffff:0:0/96  100
//! ```
//!
//! ## Repair
//! The full table with the one value changed, or no precedence line at all:
//! ```text
//! precedence  ::1/128       50
//! precedence  ::/0          40
//! precedence  2002::/16     30
//! precedence  ::/96         20
//! precedence  ::ffff:0:0/96 100
//! ```
//!
//! ## Not a repair
//! A lone line with another value: every lone line drops the table.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/gai.conf.5.html
//! - https://www.rfc-editor.org/rfc/rfc6724#section-2.1
//! - https://github.com/octo/liboping/issues/70

use super::super::edit;
use super::super::facts::{list, localhost_addresses_on};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::conf::gai::{PRECEDENCES, Policy};
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity, TextEdit};
use crate::machine::{GAI, Machine};
use crate::snapshot::RawFile;
use crate::whatif;

pub(super) const RULE: Rule = Rule {
    code: "gai.replaces-table",
    severity: Severity::Warning,
    title: "a precedence line drops glibc's built-in table",
    references: &[
        "https://man7.org/linux/man-pages/man5/gai.conf.5.html",
        "https://www.rfc-editor.org/rfc/rfc6724#section-2.1",
        "https://github.com/octo/liboping/issues/70",
    ],
    source: include_str!("replaces_table.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let lines: Vec<usize> = precedence_lines(machine);
    let lost = lost_rows(machine);
    let Some(bytes) = machine.raw.file(GAI).and_then(RawFile::bytes) else { return };
    let (Some(first), Some(last), false) = (lines.first(), lines.last(), lost.is_empty()) else { return };
    let mut finding = RULE.finding(format!("{GAI}:{first} drops glibc's built-in precedence table"));
    let rows: Vec<String> = lost.iter().map(|r| format!("{}/{} {}", r.prefix, r.len, r.value)).collect();
    finding.message = Some(format!("lost: {}; these prefixes now have the value of ::/0", rows.join(", ")));
    let text = edit::line_text(&bytes, *first);
    let row = String::from_utf8_lossy(&bytes[text.clone()]).into_owned();
    finding.locations.push(Location::of(GAI, &bytes, text, "replaces the whole table"));
    finding.evidence.push(Evidence::new(row, format!("{GAI}:{first}")));
    finding.evidence.extend(effect_on_localhost(machine));
    finding.remedies.push(complete(machine, &bytes, &lost, *last));
    finding.remedies.push(without(&bytes, &lines));
    out.push(finding);
}

fn precedence_lines(machine: &Machine) -> Vec<usize> {
    let active = machine.gai.value.active.iter();
    active.filter(|(_, keyword)| keyword == "precedence").map(|(line, _)| *line).collect()
}

/// Built-in rows that no line of the file repeats. glibc appends ::/0 with 40 by itself (`gaiconf_init`).
fn lost_rows(machine: &Machine) -> Vec<Policy> {
    let rows = &machine.gai.value.precedences;
    let is_kept = |b: &Policy| b.len == 0 || rows.iter().any(|r| (r.prefix, r.len) == (b.prefix, b.len));
    PRECEDENCES.iter().filter(|b| !is_kept(b)).copied().collect()
}

fn effect_on_localhost(machine: &Machine) -> Option<Evidence> {
    let before = localhost_addresses_on(&with_gai(machine, b""))?;
    let now = localhost_addresses_on(machine)?;
    let words = if before == now { "as without it" } else { "not as without it" };
    let text = format!("localhost is {}, {words} ({})", list(&now), list(&before));
    Some(Evidence::new(text, "model"))
}

fn with_gai(machine: &Machine, bytes: &[u8]) -> Machine {
    let mut snapshot = machine.raw.clone();
    snapshot.files.retain(|f| f.path != GAI);
    snapshot.files.push(RawFile::text(GAI, bytes));
    // The recorded live answer was made with the file as it is.
    snapshot.live.lookups.clear();
    Machine::new(snapshot)
}

/// The lost rows behind the last precedence line: what the user wanted stays, the rest is as shipped.
fn complete(machine: &Machine, bytes: &[u8], lost: &[Policy], last: usize) -> Remedy {
    let row = |r: &Policy| format!("precedence  {:<13} {}", format!("{}/{}", r.prefix, r.len), r.value);
    let rows: Vec<String> = lost.iter().map(row).collect();
    let edits: Vec<TextEdit> = vec![edit::insert_lines(bytes, last + 1, &rows)];
    let then = localhost_addresses_on(&with_gai(machine, &whatif::edited(bytes, &edits)));
    let same = then.is_some() && then == localhost_addresses_on(machine);
    let applicability = if same { Applicability::Safe } else { Applicability::Unsafe };
    remedy::edits("add the lost rows of the table to /etc/gai.conf", applicability, WHOLE_MACHINE, GAI, edits)
}

fn without(bytes: &[u8], lines: &[usize]) -> Remedy {
    let edits = lines.iter().map(|line| edit::comment_out(bytes, *line)).collect();
    let title = "turn the precedence lines of /etc/gai.conf into comments";
    remedy::edits(title, Applicability::Unsafe, WHOLE_MACHINE, GAI, edits)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Applicability;

    const CODE: &str = "gai.replaces-table";

    #[test]
    fn one_line_drops_four_rows() {
        let bench = debian().file("/etc/gai.conf", "precedence ::ffff:0:0/96  100");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(
            found.message.as_deref(),
            Some("lost: ::1/128 50, 2002::/16 30, ::/96 20; these prefixes now have the value of ::/0")
        );
        assert_eq!(found.evidence[1].text, "localhost is 127.0.0.1, ::1, not as without it (::1, 127.0.0.1)");
        assert_eq!(found.remedies[0].applicability, Applicability::Safe);
        let after = bench.after(&found.remedies[0]);
        assert_eq!(
            after,
            "precedence ::ffff:0:0/96  100\nprecedence  ::1/128       50\nprecedence  2002::/16     30\nprecedence  ::/96         20\n"
        );
        assert_eq!(bench.file("/etc/gai.conf", &after).of(CODE, "localhost"), None);
        assert_eq!(bench.after(&found.remedies[1]), "# precedence ::ffff:0:0/96  100");
    }

    #[test]
    fn completing_a_table_that_gave_file_order_changes_localhost() {
        let bench = debian().file("/etc/gai.conf", "precedence ::ffff:0:0/96 40\n");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(found.remedies[0].applicability, Applicability::Unsafe);
    }

    #[test]
    fn the_full_table_with_one_other_value_and_other_lines_are_quiet() {
        let full = "precedence ::1/128 50\nprecedence ::/0 40\nprecedence 2002::/16 30\nprecedence ::/96 20\nprecedence ::ffff:0:0/96 100\n";
        for text in [full, "# precedence ::1/128 1\n", "label ::1/128 0\n", "precedance ::1/128 1\n"] {
            assert_eq!(debian().file("/etc/gai.conf", text).of(CODE, "localhost"), None, "{text}");
        }
    }
}
