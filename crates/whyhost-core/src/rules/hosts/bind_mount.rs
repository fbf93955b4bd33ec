//! # hosts.bind-mount — the hosts file is a mount of its own
//!
//! ## What it means
//! /etc/hosts is a mount point: a container engine mounts a file of the host over it.
//!
//! ## Who is hit
//! Editors and tools that write a new file and rename it over the old one fail with "Device or resource
//! busy": `sed -i`, Ansible's lineinfile, configuration managers. What is written in place is lost when the
//! container is made again.
//!
//! ## Example
//! ```text
//! $ sed -i s/a/b/ /etc/hosts
//! sed: cannot rename /etc/sedK3YbcP: Device or resource busy
//! ```
//!
//! ## Repair
//! Name the entry when the container is made: `--add-host`, `extra_hosts`, `hostAliases`. For the life of the
//! container write in place: `cp` onto the file keeps it the same one.
//!
//! ## Not a repair
//! Unmounting it: below lies the file of the image, without the name of the container.
//!
//! ## References
//! - https://github.com/moby/moby/issues/22281
//! - https://github.com/moby/moby/issues/28187
//! - https://github.com/kelseyhightower/confd/issues/122

use super::super::facts::hosts_file;
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Location, Severity};
use crate::snapshot::{FileKind, Meta};

pub(super) const RULE: Rule = Rule {
    code: "hosts.bind-mount",
    severity: Severity::Note,
    title: "the hosts file is a mount of its own",
    references: &[
        "https://github.com/moby/moby/issues/22281",
        "https://github.com/moby/moby/issues/28187",
        "https://github.com/kelseyhightower/confd/issues/122",
    ],
    source: include_str!("bind_mount.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let meta = hosts_file(ctx.machine).map(|f| &f.meta);
    let Some(Meta::Present { kind: FileKind::File, mount: true, .. }) = meta else { return };
    let path = &ctx.machine.hosts.path;
    let mut finding =
        RULE.finding(format!("{path} is a mount: it can be written in place, but not renamed over"));
    finding.locations.push(Location::of(path, b"", 0..0, "mount point"));
    finding.evidence.push(Evidence::new("mount point", format!("statx {path}")));
    finding.remedies.push(remedy::advice(
        "name the entry when the container is made",
        "this container only",
        "--add-host, extra_hosts of a compose file, or hostAliases of a pod",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::snapshot::Meta;

    const CODE: &str = "hosts.bind-mount";

    #[test]
    fn a_mount_point_is_told() {
        let bench = debian().meta("/etc/hosts", |meta| {
            if let Meta::Present { mount, .. } = meta {
                *mount = true;
            }
        });
        assert!(bench.one(CODE).title.contains("is a mount"));
        assert!(debian().is_quiet(CODE));
    }
}
