//! # hosts.uppercase-name — a name with capitals is not found by some programs
//!
//! ## What it means
//! A name has capital letters.
//!
//! ## Who is hit
//! musl (Alpine) compares names byte by byte, so `Shop.Test` in the file is not found as `shop.test`, which
//! is what people and programs write; so do Java with its own hosts file, Libinfo of macOS and Ruby's Resolv.
//! glibc, Go, c-ares, systemd-resolved, Windows and the rest take capitals for small letters. It is told
//! where a reader of this machine compares byte by byte.
//!
//! ## Example
//! ```text
//! 10.0.0.5 Shop.Test
//! ```
//!
//! ## Repair
//! Write the name in small letters.
//!
//! ## Not a repair
//! A search list or another resolver: the file is read by the same library.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc4343
//! - https://github.com/mkj/dropbear/issues/170

use super::super::hosts_line::{self, labels, readers_that, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::dialect::Case;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "hosts.uppercase-name",
    severity: Severity::Warning,
    title: "a name with capitals is not found by some programs",
    references: &["https://www.rfc-editor.org/rfc/rfc4343", "https://github.com/mkj/dropbear/issues/170"],
    source: include_str!("uppercase_name.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let exact = readers_that(ctx, |r| r.case == Case::Exact);
    if exact.is_empty() {
        return;
    }
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::CAPITALS) {
        let names = line.names();
        let listed: HashSet<&[u8]> = names.iter().map(|n| &*n.text).collect();
        let has_capitals = |t: &[u8]| t.iter().any(u8::is_ascii_uppercase);
        // With the same name in small letters beside it nothing is missed.
        let missed = |t: &[u8]| has_capitals(t) && !listed.contains(&*t.to_ascii_lowercase());
        for name in names.iter().filter(|n| missed(&n.text)) {
            tally.add(|| {
                let small = text(name).to_ascii_lowercase();
                let title = format!("{} does not find `{}` as `{small}`", labels(&exact), text(name));
                let mut finding = hosts_line::at(
                    ctx,
                    &RULE,
                    &line,
                    name.span.clone(),
                    title,
                    "capitals are compared as they are",
                );
                let title = format!("write `{small}` in line {}", line.number());
                let edits = vec![edit::replace(name.span.clone(), small)];
                finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Unsafe, edits));
                finding
            });
        }
    }
    tally.finish(&RULE, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.uppercase-name";

    #[test]
    fn musl_compares_byte_by_byte() {
        let bench = debian().lines("10.0.0.5 Shop.Test # Shop\n10.0.0.6 NAS nas\n");
        assert!(bench.is_quiet(CODE));
        assert_eq!(bench.musl().one(CODE).title, "musl does not find `Shop.Test` as `shop.test`");
        assert!(bench.musl().repaired(CODE).contains("\n10.0.0.5 shop.test # Shop\n"));
    }
}
