//! # hosts.hostname-missing — nothing knows the machine's own name
//!
//! ## What it means
//! No line of the hosts file has the name of the machine, and no other source that is asked for names knows
//! it.
//!
//! ## Who is hit
//! `sudo` says "unable to resolve host", and waits for DNS first; Java's InetAddress.getLocalHost throws
//! UnknownHostException, so Spark and Gradle do not start; mail servers and databases look for their own name
//! as well. Where nss-myhostname or systemd-resolved is asked, the name needs no line.
//!
//! ## Example
//! After renaming a machine:
//! ```text
//! $ sudo true
//! sudo: unable to resolve host newname: Name or service not known
//! ```
//!
//! ## Repair
//! Add a line `127.0.1.1 NAME` (the full name first, if there is one), or correct the line with the old name.
//! A machine with a fixed address has that address there.
//!
//! ## Not a repair
//! Adding the name to the localhost line: then `hostname -f` says localhost.
//!
//! ## References
//! - https://www.debian.org/doc/manuals/debian-reference/ch05.en.html#_the_hostname_resolution
//! - https://github.com/microsoft/WSL/issues/491

use super::super::edit;
use super::super::facts::{hosts_reach, in_hosts, live_lookup, services};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use crate::machine::FileState;
use crate::snapshot::{LiveOutcome, OsFamily};
use hosts_edit::GLIBC;

pub(super) const RULE: Rule = Rule {
    code: "hosts.hostname-missing",
    severity: Severity::Warning,
    title: "nothing knows the machine's own name",
    references: &[
        "https://www.debian.org/doc/manuals/debian-reference/ch05.en.html#_the_hostname_resolution",
        "https://github.com/microsoft/WSL/issues/491",
    ],
    source: include_str!("hostname_missing.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let name = machine.os.hostname.as_str();
    let file_known = matches!(machine.hosts.state, FileState::Read);
    if name.is_empty()
        || name.eq_ignore_ascii_case("localhost")
        || machine.os.family != OsFamily::Linux
        || !file_known
    {
        return;
    }
    let view = machine.hosts.value.view(ctx.readers.first().copied().unwrap_or(&GLIBC));
    let is_listed = || !view.places(name.as_bytes()).is_empty();
    if is_listed() || is_found_elsewhere(ctx, name) {
        return;
    }
    let path = &machine.hosts.path;
    let mut finding = RULE.finding(format!("no line of {path} has the machine's own name, {name}"));
    finding.locations.push(in_hosts(machine, 0..0, format!("no line names {name}")));
    finding.evidence.push(Evidence::new(format!("the machine is called {name}"), "gethostname"));
    finding
        .evidence
        .push(Evidence::new("no module for the own name (myhostname, resolve)", &machine.nsswitch.path));
    finding.remedies.push(add(ctx, name).unwrap_or_else(|| {
        remedy::advice(
            format!("add `127.0.1.1 {name}` to {path}"),
            hosts_reach(machine),
            "a line of its own, not the one of localhost",
        )
    }));
    out.push(finding);
}

/// Another service knows it, or the real resolver found it, or nothing is known of the services.
fn is_found_elsewhere(ctx: &Context<'_>, name: &str) -> bool {
    if let Some(live) = live_lookup(ctx.machine, name) {
        return matches!(live.outcome, LiveOutcome::Found(_));
    }
    let is_musl = ctx.machine.os.libc.as_ref().is_some_and(|l| l.name == "musl");
    let knows = |name: &str| matches!(name, "myhostname" | "resolve" | "wins" | "mymachines");
    match services(ctx.machine) {
        _ if is_musl => false,
        None => true,
        Some(services) => {
            services.iter().any(|s| knows(&s.name) && super::super::facts::is_installed(ctx.machine, &s.name))
        }
    }
}

/// Debian's line, behind the lines of 127.0.0.1 at the top.
fn add(ctx: &Context<'_>, name: &str) -> Option<Remedy> {
    let file = &ctx.machine.hosts.value;
    let heads = file.view(&GLIBC).heads();
    let before = heads.take_while(|h| h.address == super::super::facts::V4).last().map_or(1, |h| h.line + 1);
    let edits = edit::hosts(file, |set| set.insert_entry(file, before, "127.0.1.1", &[name]))?;
    let path = &ctx.machine.hosts.path;
    let title = format!("add `127.0.1.1 {name}` to {path}");
    Some(remedy::edits(title, Applicability::Safe, hosts_reach(ctx.machine), path, edits))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.hostname-missing";

    #[test]
    fn the_line_of_debian_is_added() {
        let bench = debian();
        assert_eq!(bench.one(CODE).title, "no line of /etc/hosts has the machine's own name, devbox");
        let repaired = bench.repaired(CODE);
        assert!(repaired.starts_with("127.0.0.1\tlocalhost\n127.0.1.1\tdevbox\n::1"), "{repaired}");
    }

    #[test]
    fn a_line_a_module_or_a_real_answer_is_enough() {
        assert!(debian().lines("127.0.1.1 devbox.example.org DevBox\n").is_quiet(CODE));
        for module in ["myhostname", "resolve"] {
            let bench = debian().file("/etc/nsswitch.conf", &format!("hosts: files {module} dns\n"));
            assert!(bench.is_quiet(CODE), "{module}");
            assert!(!bench.without_module(module).is_quiet(CODE), "{module}");
        }
        assert!(debian().live("devbox", &["192.0.2.10"], 1).is_quiet(CODE));
        assert!(debian().hostname("").is_quiet(CODE));
        assert!(debian().hostname("localhost").is_quiet(CODE));
    }
}
