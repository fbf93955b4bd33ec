//! # hosts.read-only — the hosts file is on a read-only file system, or nobody may write it
//!
//! ## What it means
//! The file system is mounted read-only, or the permission bits let nobody write.
//!
//! ## Who is hit
//! Whoever edits the file: "Read-only file system", also as root; with the bits alone, root still writes, and
//! editors ask. Programs read it as ever. Image-based systems and hardened containers are built so.
//!
//! ## Example
//! ```text
//! $ sudo tee -a /etc/hosts
//! tee: /etc/hosts: Read-only file system
//! ```
//!
//! ## Repair
//! Change it where the system is made: the image, the configuration of NixOS, the options of the container.
//!
//! ## Not a repair
//! Mounting it writable: the next start has the old file again.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man8/mount.8.html
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::facts::hosts_file;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Location, Severity};
use crate::snapshot::{FileKind, Meta};

pub(super) const RULE: Rule = Rule {
    code: "hosts.read-only",
    severity: Severity::Note,
    title: "the hosts file is on a read-only file system, or nobody may write it",
    references: &[
        "https://man7.org/linux/man-pages/man8/mount.8.html",
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
    ],
    source: include_str!("read_only.rs"),
    check,
};

const WRITE: u32 = 0o222;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(Meta::Present { kind: FileKind::File, mode, read_only, .. }) =
        hosts_file(ctx.machine).map(|f| &f.meta)
    else {
        return;
    };
    let path = &ctx.machine.hosts.path;
    let (title, fact) = match (*read_only, mode & WRITE) {
        (true, _) => (format!("{path} is on a read-only file system"), "mounted read-only".to_owned()),
        (false, 0) => (format!("nobody may write {path}"), format!("mode {mode:04o}")),
        _ => return,
    };
    let mut finding = RULE.finding(title);
    finding.locations.push(Location::of(path, b"", 0..0, fact.clone()));
    finding.evidence.push(Evidence::new(fact, format!("stat {path}")));
    finding.remedies.push(remedy::advice(
        "change the file where the system is made",
        WHOLE_MACHINE,
        "the image, the configuration of the system, or the options of the container",
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::snapshot::Meta;

    const CODE: &str = "hosts.read-only";

    #[test]
    fn a_mount_and_the_bits_are_told_apart() {
        let mounted = debian().meta("/etc/hosts", |meta| {
            if let Meta::Present { read_only, .. } = meta {
                *read_only = true;
            }
        });
        assert_eq!(mounted.one(CODE).title, "/etc/hosts is on a read-only file system");
        assert_eq!(debian().mode("/etc/hosts", 0o444).one(CODE).title, "nobody may write /etc/hosts");
        assert!(debian().is_quiet(CODE) && debian().mode("/etc/hosts", 0o640).is_quiet(CODE));
    }
}
