//! # hosts.immutable — the hosts file cannot be changed, even by root
//!
//! ## What it means
//! The file has the attribute `i` (`chattr +i`): the kernel refuses every change, renaming and deleting
//! included.
//!
//! ## Who is hit
//! Whoever edits the file: "Operation not permitted" as root. Programs read it as ever. Somebody set the
//! attribute on purpose, mostly to keep another program from writing.
//!
//! ## Example
//! ```text
//! $ lsattr /etc/hosts
//! ----i---------e------- /etc/hosts
//! ```
//!
//! ## Repair
//! Find out who set it. Then `chattr -i`, the change, and `chattr +i` again.
//!
//! ## Not a repair
//! Another mode or owner: the attribute stands above both.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man1/chattr.1.html

use super::super::facts::hosts_file;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::snapshot::Meta;

pub(super) const RULE: Rule = Rule {
    code: "hosts.immutable",
    severity: Severity::Note,
    title: "the hosts file cannot be changed, even by root",
    references: &["https://man7.org/linux/man-pages/man1/chattr.1.html"],
    source: include_str!("immutable.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(Meta::Present { immutable: true, .. }) = hosts_file(ctx.machine).map(|f| &f.meta) else {
        return;
    };
    let path = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(format!("{path} is immutable: not even root can change it"));
    finding.locations.push(Location::of(path, b"", 0..0, "attribute i"));
    finding.evidence.push(Evidence::new("attribute i (immutable)", format!("statx {path}")));
    finding.remedies.push(remedy::command(
        "take the attribute off for the time of a change, if it is yours",
        Applicability::Unsafe,
        WHOLE_MACHINE,
        &["sudo chattr -i /etc/hosts"],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::snapshot::Meta;

    const CODE: &str = "hosts.immutable";

    #[test]
    fn the_attribute_is_told() {
        let bench = debian().meta("/etc/hosts", |meta| {
            if let Meta::Present { immutable, .. } = meta {
                *immutable = true;
            }
        });
        assert_eq!(bench.one(CODE).title, "/etc/hosts is immutable: not even root can change it");
        assert!(debian().is_quiet(CODE));
    }
}
