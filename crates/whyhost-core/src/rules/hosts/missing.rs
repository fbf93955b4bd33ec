//! # hosts.missing — there is no hosts file
//!
//! ## What it means
//! Nothing is at /etc/hosts, or a symbolic link there leads nowhere.
//!
//! ## Who is hit
//! Programs that use the C library (Node, Python, Java, ping, psql) ask DNS for localhost and mostly get
//! "Name or service not known". curl and browsers have localhost built in and go on working, which
//! misleads. Port forwarders in containers without the file cannot reach the forwarded port.
//!
//! ## Example
//! ```text
//! $ ls /etc/hosts
//! ls: cannot access '/etc/hosts': No such file or directory
//! $ python3 -c 'import socket; socket.getaddrinfo("localhost", 80)'
//! socket.gaierror: [Errno -2] Name or service not known
//! ```
//!
//! ## Repair
//! Create the file with the standard lines, owned by root, mode 0644. In an image, add it to the image.
//!
//! ## Not a repair
//! Writing 127.0.0.1 into every configuration: the next program still asks DNS for localhost.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://github.com/microsoft/vscode/issues/123586

use super::super::facts::{hosts_file, reads_etc_hosts};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::machine::FileState;
use crate::snapshot::Meta;

pub(super) const RULE: Rule = Rule {
    code: "hosts.missing",
    severity: Severity::Error,
    title: "there is no hosts file",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://github.com/microsoft/vscode/issues/123586",
    ],
    source: include_str!("missing.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let FileState::Absent(errno) = &ctx.machine.hosts.state else { return };
    // Of a link to nowhere another rule tells.
    let linked = matches!(hosts_file(ctx.machine).map(|f| &f.meta), Some(Meta::Absent { link: Some(_), .. }));
    if !reads_etc_hosts(ctx) || linked {
        return;
    }
    let path = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(format!("there is no {path}"));
    finding.locations.push(Location::of(path, b"", 0..0, "expected here"));
    finding.evidence.push(Evidence::new(format!("open: {errno}"), path));
    finding.remedies.push(remedy::command(
        "create /etc/hosts with the standard lines",
        Applicability::Safe,
        WHOLE_MACHINE,
        &[
            "printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n' | sudo tee /etc/hosts",
            "sudo chmod 644 /etc/hosts",
        ],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    #[test]
    fn absence_is_told() {
        let found = debian().absent("/etc/hosts").of("hosts.missing", "localhost").expect("finding");
        assert_eq!(found.title, "there is no /etc/hosts");
        assert_eq!(debian().of("hosts.missing", "localhost"), None);
    }
}
