//! # hosts.dangling-symlink — the hosts file is a link to nowhere
//!
//! ## What it means
//! /etc/hosts is a symbolic link, and nothing is where it points; or the links go in a circle.
//!
//! ## Who is hit
//! Every program finds no name of the file. glibc, Go and c-ares take it for an empty file and say nothing;
//! musl does so for a missing target, but with links in a circle every look-up fails (ELOOP), DNS names
//! included.
//!
//! ## Example
//! On an image whose writable part was not mounted:
//! ```text
//! /etc/hosts -> /data/etc/hosts
//! ```
//!
//! ## Repair
//! Bring the target back, or put a plain file in the place of the link.
//!
//! ## Not a repair
//! Editing the file with an editor: it writes the target, which the next boot loses again.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man7/symlink.7.html
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::facts::{hosts_file, reads_etc_hosts};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::snapshot::Meta;

pub(super) const RULE: Rule = Rule {
    code: "hosts.dangling-symlink",
    severity: Severity::Error,
    title: "the hosts file is a link to nowhere",
    references: &[
        "https://man7.org/linux/man-pages/man7/symlink.7.html",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("dangling_symlink.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let meta = hosts_file(ctx.machine).filter(|_| reads_etc_hosts(ctx)).map(|f| &f.meta);
    let Some(Meta::Absent { errno, link: Some(link) }) = meta else { return };
    let path = &ctx.machine.hosts.path;
    let circle = errno == "ELOOP";
    let where_to = if circle { "and the links go in a circle" } else { "where nothing is" };
    let mut finding = RULE.finding(format!("{path} is a link to {link}, {where_to}"));
    finding.message = circle.then(|| "with musl every look-up fails".to_owned());
    finding.locations.push(Location::of(path, b"", 0..0, format!("link to {link}")));
    finding.evidence.push(Evidence::new(format!("symbolic link to {link}; open: {errno}"), path));
    finding.remedies.push(remedy::command(
        "put a plain file with the standard lines in the place of the link",
        Applicability::Unsafe,
        WHOLE_MACHINE,
        &[
            "sudo rm /etc/hosts",
            "printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n' | sudo tee /etc/hosts",
            "sudo chmod 644 /etc/hosts",
        ],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.dangling-symlink";

    #[test]
    fn the_target_is_named_and_the_file_not_called_missing_as_well() {
        let bench = debian().dangling("/etc/hosts", "/data/hosts");
        assert_eq!(bench.one(CODE).title, "/etc/hosts is a link to /data/hosts, where nothing is");
        assert!(bench.is_quiet("hosts.missing"));
    }

    #[test]
    fn a_missing_file_and_a_good_link_are_none() {
        assert!(debian().absent("/etc/hosts").is_quiet(CODE));
        assert!(debian().is_quiet(CODE));
    }
}
