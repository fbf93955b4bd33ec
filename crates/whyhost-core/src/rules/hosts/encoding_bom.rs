//! # hosts.encoding-bom — the hosts file starts with a byte order mark
//!
//! ## What it means
//! The first three bytes are EF BB BF, as `Set-Content -Encoding UTF8` of Windows PowerShell and some editors write.
//!
//! ## Who is hit
//! The bytes become part of the first word. If the first line is an entry, every reader but hickory-resolver loses
//! it: mostly the localhost line. If the first line is a comment or empty, nobody is hit, and this is a note.
//!
//! ## Example
//! ```text
//! $ head -c 12 /etc/hosts | xxd
//! 00000000: efbb bf31 3237 2e30 2e30 2e31            ...127.0.0.1
//! ```
//!
//! ## Repair
//! Remove the three bytes.
//!
//! ## Not a repair
//! A second localhost line below: the first entry stays lost, and the next tool that reads line one trips again.
//!
//! ## References
//! - https://github.com/PowerShell/PowerShell/issues/21202
//! - https://github.com/microsoft/WSL/issues/9642

use super::super::edit::{self, BOM};
use super::super::facts::{hosts_reach, in_hosts};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.encoding-bom",
    severity: Severity::Error,
    title: "the hosts file starts with a byte order mark",
    references: &[
        "https://github.com/PowerShell/PowerShell/issues/21202",
        "https://github.com/microsoft/WSL/issues/9642",
    ],
    source: include_str!("encoding_bom.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let hosts = &ctx.machine.hosts;
    let Some(rest) = hosts.value.bytes().strip_prefix(BOM) else { return };
    let first = rest.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    let is_entry = !first.is_empty() && first[0] != b'#';
    let (title, severity) = if is_entry {
        ("starts with a byte order mark: its first line does nothing", Severity::Error)
    } else {
        ("starts with a byte order mark, before a line that is no entry", Severity::Note)
    };
    let mut finding = RULE.finding(format!("{} {title}", hosts.path));
    finding.severity = severity;
    finding.locations.push(in_hosts(ctx.machine, 0..BOM.len(), "EF BB BF"));
    finding.evidence.push(Evidence::new("bytes EF BB BF at the start", format!("{}:1", hosts.path)));
    finding.remedies.push(remedy::edits(
        "remove the byte order mark",
        Applicability::Safe,
        hosts_reach(ctx.machine),
        &hosts.path,
        vec![edit::replace(0..BOM.len(), "")],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    #[test]
    fn a_mark_before_an_entry_is_an_error_and_before_a_comment_a_note() {
        let bench = debian().file("/etc/hosts", "\u{feff}127.0.0.1 localhost\n");
        let found = bench.of("hosts.encoding-bom", "localhost").expect("finding");
        assert_eq!(found.severity, Severity::Error);
        assert_eq!(bench.after(&found.remedies[0]), "127.0.0.1 localhost\n");
        let comment = debian().file("/etc/hosts", "\u{feff}# hosts\n127.0.0.1 localhost\n");
        let found = comment.of("hosts.encoding-bom", "localhost").expect("finding");
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(debian().of("hosts.encoding-bom", "localhost"), None);
    }
}
