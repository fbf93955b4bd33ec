//! # hosts.not-a-file — something else than a file is at /etc/hosts
//!
//! ## What it means
//! /etc/hosts is a directory, a pipe, a socket or a device.
//!
//! ## Who is hit
//! With a directory, glibc finds no hosts entry, and every look-up for IPv4 alone fails with EAI_SYSTEM,
//! DNS names included. With a pipe every look-up hangs: glibc, musl, Go and systemd-resolved wait for a
//! writer. A device such as /dev/null reads as an empty file.
//!
//! ## Example
//! A container engine makes a directory where the source of a bind mount is missing:
//! ```text
//! $ ls -ld /etc/hosts
//! drwxr-xr-x 2 root root 4096 Mar  1 10:00 /etc/hosts
//! ```
//!
//! ## Repair
//! Move the thing away and create a plain file with the standard lines; in a container, correct the source
//! of the mount.
//!
//! ## Not a repair
//! A restart: nothing else puts a file there.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::facts::{hosts_file, reads_etc_hosts};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity};
use crate::machine::FileState;
use crate::snapshot::{FileKind, Meta};

pub(super) const RULE: Rule = Rule {
    code: "hosts.not-a-file",
    severity: Severity::Error,
    title: "something else than a file is at /etc/hosts",
    references: &["https://man7.org/linux/man-pages/man5/hosts.5.html"],
    source: include_str!("not_a_file.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let FileState::NotAFile(kind) = ctx.machine.hosts.state else { return };
    if !reads_etc_hosts(ctx) {
        return;
    }
    let path = &ctx.machine.hosts.path;
    let (what, effect) = effect(kind);
    let mut finding = RULE.finding(format!("{path} is {what}, not a file"));
    finding.message = Some(effect.to_owned());
    finding.locations.push(Location::of(path, b"", 0..0, what));
    finding.evidence.push(Evidence::new(what, format!("stat {path}")));
    finding.remedies.push(repair(ctx));
    out.push(finding);
}

/// What it is and what programs get (seen with glibc 2.36; musl 1.2.3, Go 1.19 and resolved 252 hang on a pipe too).
fn effect(kind: FileKind) -> (&'static str, &'static str) {
    match kind {
        FileKind::Directory => {
            ("a directory", "no hosts entry works, and every look-up for IPv4 alone fails with EAI_SYSTEM")
        }
        FileKind::Fifo => ("a pipe", "every look-up of every program waits for a writer"),
        FileKind::Socket => ("a socket", "it cannot be opened, so no hosts entry works"),
        FileKind::Device | FileKind::File => ("a device", "no hosts entry works"),
    }
}

fn repair(ctx: &Context<'_>) -> Remedy {
    let mounted = matches!(hosts_file(ctx.machine).map(|f| &f.meta), Some(Meta::Present { mount: true, .. }));
    if mounted {
        return remedy::advice(
            "correct the source of the mount at /etc/hosts",
            "this container only",
            "/etc/hosts is a mount point: name an existing file as the source of the mount and start the container again",
        );
    }
    remedy::command(
        "move what is at /etc/hosts away and create the file with the standard lines",
        Applicability::Safe,
        WHOLE_MACHINE,
        &[
            "sudo mv /etc/hosts /etc/hosts.old",
            "printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n' | sudo tee /etc/hosts",
            "sudo chmod 644 /etc/hosts",
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::snapshot::FileKind;

    #[test]
    fn a_directory_and_a_pipe_are_no_files() {
        for (kind, title) in [
            (FileKind::Directory, "/etc/hosts is a directory, not a file"),
            (FileKind::Fifo, "/etc/hosts is a pipe, not a file"),
        ] {
            let found = debian().kind("/etc/hosts", kind).of("hosts.not-a-file", "localhost");
            assert_eq!(found.expect("finding").title, title);
        }
        assert_eq!(debian().of("hosts.not-a-file", "localhost"), None);
    }
}
