//! # hosts.empty — the hosts file is empty
//!
//! ## What it means
//! /etc/hosts holds no byte, or nothing but blanks and NUL bytes.
//!
//! ## Who is hit
//! Programs that use the C library ask DNS for localhost (Node: ENOTFOUND, psql: "could not translate host
//! name"). curl and browsers have localhost built in. All other entries are lost as well. The usual makers
//! are a full disk, a hosts switcher whose write failed, and a tool that wrote only its own block after a
//! failed read.
//!
//! ## Example
//! ```text
//! $ wc -c /etc/hosts
//! 0 /etc/hosts
//! ```
//!
//! ## Repair
//! Restore a backup if there is one, else write the standard lines. Look at the free space first.
//!
//! ## Not a repair
//! Adding only the one entry that is missed: localhost is still gone.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://github.com/feross/hostile/issues/29
//! - https://github.com/oldj/SwitchHosts/issues/182

use super::super::edit;
use super::super::facts::{hosts_reach, in_hosts, reads_etc_hosts};
use super::super::{Context, Rule};
use super::super::{remedy, stock};
use crate::finding::{Applicability, Evidence, Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.empty",
    severity: Severity::Error,
    title: "the hosts file is empty",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://github.com/feross/hostile/issues/29",
        "https://github.com/oldj/SwitchHosts/issues/182",
    ],
    source: include_str!("empty.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let hosts = &ctx.machine.hosts;
    let bytes = hosts.value.bytes();
    let is_void = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    if !hosts.state.is_read() || !reads_etc_hosts(ctx) || !bytes.iter().all(is_void) {
        return;
    }
    let mut finding = RULE.finding(format!("{} is empty", hosts.path));
    finding.locations.push(in_hosts(ctx.machine, 0..0, "no entry"));
    finding.evidence.push(Evidence::new(format!("{} bytes, no entry", bytes.len()), &hosts.path));
    let (end, shipped) = (edit::line_end(bytes), stock::loopback(&ctx.machine.os));
    let lines = format!("127.0.0.1\t{}{end}::1\t{}{end}", shipped.v4.join(" "), shipped.v6.join(" "));
    finding.remedies.push(remedy::edits(
        "write the standard lines into /etc/hosts",
        Applicability::Safe,
        hosts_reach(ctx.machine),
        &hosts.path,
        vec![edit::replace(0..bytes.len(), lines)],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    #[test]
    fn blanks_are_nothing_and_a_comment_is_something() {
        for text in ["", "\n\n", "\0\0\0"] {
            let bench = debian().file("/etc/hosts", text);
            let found = bench.of("hosts.empty", "localhost").expect(text);
            assert_eq!(
                bench.after(&found.remedies[0]),
                "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
            );
        }
        assert_eq!(debian().file("/etc/hosts", "# no entry\n").of("hosts.empty", "localhost"), None);
    }
}
