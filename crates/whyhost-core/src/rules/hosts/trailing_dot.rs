//! # hosts.trailing-dot — a name ends with a dot
//!
//! ## What it means
//! A name ends with a dot, as in DNS zone files.
//!
//! ## Who is hit
//! In glibc, musl, c-ares, the BSDs, Java and Chromium `app.test.` and `app.test` are different names: with
//! the dot in the file, only a question with the dot finds the line, and nobody asks so. Go, hickory since
//! 0.25, systemd-resolved, dnsmasq and macOS take them for the same. A line that has the name without the dot
//! as well misses nothing, as in the file that WSL makes on a machine without a domain.
//!
//! ## Example
//! ```text
//! 127.0.0.1 app.test.
//! ```
//!
//! ## Repair
//! Remove the dot.
//!
//! ## Not a repair
//! A search list: it is not applied to the names of the file.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc1034#section-3.1
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::hosts_line::{self, labels, readers_that, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::dialect::{Evidence, TrailingDot};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "hosts.trailing-dot",
    severity: Severity::Warning,
    title: "a name ends with a dot",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc1034#section-3.1",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("trailing_dot.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::FINAL_DOT) {
        let names = line.names();
        let listed: HashSet<Vec<u8>> = names.iter().map(|n| n.text.to_ascii_lowercase()).collect();
        for name in &names {
            let Some(bare) = name
                .text
                .strip_suffix(b".")
                .filter(|b| hosts_line::is_host_name(&String::from_utf8_lossy(b)))
            else {
                continue;
            };
            let has_bare = listed.contains(&bare.to_ascii_lowercase());
            let misses = readers_that(ctx, |r| match r.trailing_dot {
                // Windows was not run; Tailscale writes such names for it.
                _ if r.evidence == Evidence::Documented => false,
                TrailingDot::Significant => true,
                TrailingDot::Ignored => false,
                TrailingDot::IgnoredWithInnerDot => !bare.contains(&b'.'),
            });
            if has_bare || misses.is_empty() {
                continue;
            }
            tally.add(|| {
                let end = name.span.end;
                let bare = String::from_utf8_lossy(bare);
                let title = format!("{} does not find `{}` as `{bare}`", labels(&misses), text(name));
                let mut finding =
                    hosts_line::at(ctx, &RULE, &line, end - 1..end, title, "the dot is part of the name");
                let title = format!("write `{bare}` without the dot in line {}", line.number());
                let edits = vec![edit::replace(end - 1..end, "")];
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
    use hosts_edit::dialect::{GO, RESOLVED, WINDOWS};

    const CODE: &str = "hosts.trailing-dot";

    #[test]
    fn the_dot_goes() {
        let bench = debian().lines("127.0.0.1 app.test. # x.\n");
        assert_eq!(bench.one(CODE).title, "GNU C library does not find `app.test.` as `app.test`");
        assert!(bench.repaired(CODE).ends_with("\n127.0.0.1 app.test # x.\n"));
        assert!(bench.check(CODE, &[&GO, &RESOLVED, &WINDOWS]).is_empty());
    }

    #[test]
    fn the_line_of_wsl_misses_nothing() {
        assert!(debian().lines("127.0.1.1 LAPTOP. LAPTOP\n").is_quiet(CODE));
        assert_eq!(debian().lines("127.0.1.1 LAPTOP.\n").check(CODE, &[&GO]).len(), 1);
    }
}
