//! # hosts.managed-by-cloud-init — cloud-init writes the hosts file at each boot
//!
//! ## What it means
//! The file says in its first lines that `manage_etc_hosts` is set: cloud-init makes it from a template at
//! every boot.
//!
//! ## Who is hit
//! Whoever edits the file: own entries are gone after the next boot, and the line with 127.0.1.1 is back.
//!
//! ## Example
//! ```text
//! # Your system has configured 'manage_etc_hosts' as True.
//! # As a result, if you wish for changes to this file to persist
//! ```
//!
//! ## Repair
//! Put the entries into the template that the comment names, or set `manage_etc_hosts: false` in a file below
//! /etc/cloud/cloud.cfg.d/ and keep the file yourself.
//!
//! ## Not a repair
//! The immutable attribute: the boot then stops at an error of cloud-init.
//!
//! ## References
//! - https://github.com/canonical/cloud-init/issues/2221
//! - https://cloudinit.readthedocs.io/en/latest/reference/modules.html#update-etc-hosts

use super::super::owner::{self, Kind};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.managed-by-cloud-init",
    severity: Severity::Note,
    title: "cloud-init writes the hosts file at each boot",
    references: &[
        "https://github.com/canonical/cloud-init/issues/2221",
        "https://cloudinit.readthedocs.io/en/latest/reference/modules.html#update-etc-hosts",
    ],
    source: include_str!("managed_by_cloud_init.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    owner::tell(ctx, &RULE, Kind::CloudInit, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.managed-by-cloud-init";

    #[test]
    fn the_header_is_known() {
        let text =
            "# Your system has configured 'manage_etc_hosts' as True.\n# As a result\n127.0.0.1 localhost\n";
        let found = debian().file("/etc/hosts", text).one(CODE);
        assert!(found.title.contains("at each boot"), "{}", found.title);
        assert!(debian().lines("# manage_etc_hosts\n").is_quiet(CODE));
    }
}
