//! # hosts.not-world-readable — not everybody may read the hosts file
//!
//! ## What it means
//! The permission bits of /etc/hosts keep ordinary users from reading it.
//!
//! ## Who is hit
//! Every program that does not run as root finds no entry and asks DNS, while root sees everything in
//! order: `sudo getent hosts NAME` works, the service of another user says "Name or service not known".
//! dnsmasq logs "failed to load names from /etc/hosts: Permission denied".
//!
//! ## Example
//! Rewritten under umask 077:
//! ```text
//! -rw------- 1 root root 187 Mar  1 10:00 /etc/hosts
//! ```
//!
//! ## Repair
//! Mode 0644: root writes, everybody reads.
//!
//! ## Not a repair
//! Write permission for everybody (mode 0777 or 0666): then any program may send your names elsewhere.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://github.com/xcat2/confluent/issues/279
//! - https://github.com/openwrt/packages/issues/5830

use super::super::facts::{hosts_file, reads_etc_hosts};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::snapshot::{FileKind, Meta};

pub(super) const RULE: Rule = Rule {
    code: "hosts.not-world-readable",
    severity: Severity::Error,
    title: "not everybody may read the hosts file",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://github.com/xcat2/confluent/issues/279",
        "https://github.com/openwrt/packages/issues/5830",
    ],
    source: include_str!("not_world_readable.rs"),
    check,
};

const READ_BY_OTHERS: u32 = 0o004;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(file) = hosts_file(ctx.machine).filter(|_| reads_etc_hosts(ctx)) else { return };
    let path = &ctx.machine.hosts.path;
    let fact = match &file.meta {
        Meta::Present { kind: FileKind::File, mode, owner, .. } if mode & READ_BY_OTHERS == 0 => {
            format!("mode {mode:04o}, owner {owner}")
        }
        Meta::Unreadable { reason } => reason.clone(),
        _ => return,
    };
    let mut finding = RULE.finding(format!("not everybody may read {path} ({fact})"));
    finding.message = Some("users who may not read it get none of its names; root does".to_owned());
    finding.locations.push(Location::of(path, b"", 0..0, fact.clone()));
    finding.evidence.push(Evidence::new(fact, format!("stat {path}")));
    finding.remedies.push(remedy::command(
        "let everybody read /etc/hosts",
        Applicability::Safe,
        WHOLE_MACHINE,
        &["sudo chmod 644 /etc/hosts"],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    #[test]
    fn mode_0600_is_told_and_0644_is_not() {
        let found = debian().mode("/etc/hosts", 0o600).of("hosts.not-world-readable", "localhost");
        assert_eq!(found.expect("finding").title, "not everybody may read /etc/hosts (mode 0600, owner 0)");
        assert_eq!(debian().of("hosts.not-world-readable", "localhost"), None);
    }

    #[test]
    fn a_file_that_could_not_be_opened_counts() {
        let found = debian().unreadable("/etc/hosts", "EACCES").of("hosts.not-world-readable", "localhost");
        assert_eq!(found.expect("finding").title, "not everybody may read /etc/hosts (EACCES)");
    }
}
