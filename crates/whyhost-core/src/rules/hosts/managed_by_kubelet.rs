//! # hosts.managed-by-kubelet — the kubelet writes the hosts file
//!
//! ## What it means
//! The file says in its first line that Kubernetes manages it: the kubelet makes it for each container of a
//! pod.
//!
//! ## Who is hit
//! Whoever edits the file in a container: it is gone when the container restarts, and other containers of the
//! pod never had it.
//!
//! ## Example
//! ```text
//! # Kubernetes-managed hosts file.
//! ```
//!
//! ## Repair
//! Name the entry in `spec.hostAliases` of the pod. With hostNetwork, change the file of the node.
//!
//! ## Not a repair
//! An entry that the start script of the container appends: it fails where the file system is read-only.
//!
//! ## References
//! - https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
//! - https://github.com/kubernetes/kubernetes/issues/57709

use super::super::owner::{self, Kind};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.managed-by-kubelet",
    severity: Severity::Note,
    title: "the kubelet writes the hosts file",
    references: &[
        "https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/",
        "https://github.com/kubernetes/kubernetes/issues/57709",
    ],
    source: include_str!("managed_by_kubelet.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    owner::tell(ctx, &RULE, Kind::Kubelet, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.managed-by-kubelet";

    #[test]
    fn the_header_is_known_for_both_networks() {
        for header in ["# Kubernetes-managed hosts file.", "# Kubernetes-managed hosts file (host network)."]
        {
            let found = debian().file("/etc/hosts", &format!("{header}\n127.0.0.1 localhost\n")).one(CODE);
            assert!(found.title.contains("hostAliases"), "{}", found.title);
        }
        assert!(debian().is_quiet(CODE));
    }
}
