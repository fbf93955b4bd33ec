//! # hosts.dot-local — a name ends with .local, which belongs to multicast DNS
//!
//! ## What it means
//! The file gives a name below .local an address. RFC 6762 reserves .local for multicast DNS.
//!
//! ## Who is hit
//! macOS asks by multicast for the family that the file lacks, and waits five seconds for an answer that does
//! not come. On Linux the line does nothing where nsswitch.conf asks an mdns module with `[NOTFOUND=return]`
//! before `files`. Where `files` comes first the line works, as the names of Kubernetes below cluster.local
//! do; then nothing is told.
//!
//! ## Example
//! ```text
//! 127.0.0.1 shop.local
//! ```
//!
//! ## Repair
//! Use a name below .test or .localhost, which RFC 6761 keeps for this. On macOS a second line with `::1`
//! ends the wait.
//!
//! ## Not a repair
//! A longer time-out in the client.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6762#section-3
//! - https://github.com/rust-lang/rust/issues/31665
//! - https://github.com/nodejs/node/issues/4207

use super::super::facts::services;
use super::super::hosts_line;
use super::super::remedy;
use super::super::tally::Tally;
use super::super::{Context, Rule};
use crate::conf::nsswitch::{Action, Status};
use crate::finding::{Finding, Severity};
use crate::snapshot::OsFamily;
use hosts_edit::Listed;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "hosts.dot-local",
    severity: Severity::Warning,
    title: "a name ends with .local, which belongs to multicast DNS",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6762#section-3",
        "https://github.com/rust-lang/rust/issues/31665",
        "https://github.com/nodejs/node/issues/4207",
    ],
    source: include_str!("dot_local.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let macos = ctx.readers.iter().any(|r| matches!(r.id, "macos" | "libinfo"));
    let before = mdns_before_files(ctx);
    if !macos && !before {
        return;
    }
    let bytes = ctx.machine.hosts.value.bytes();
    let repeats = ctx.names().repeats();
    let both: HashSet<usize> = repeats
        .filter(|(f, a)| f.address.is_ipv4() != a.address.is_ipv4())
        .map(|(f, _)| f.span.start)
        .collect();
    let local = |l: &Listed| {
        let name = bytes[l.span.clone()].to_ascii_lowercase();
        name.strip_suffix(b".").unwrap_or(&name).ends_with(b".local")
    };
    let mut tally = Tally::new(ctx);
    for listed in ctx.names().each().filter(local) {
        // mdns modules take names of two parts only, unless told otherwise (nss-mdns README).
        let dots = bytes[listed.span.clone()].iter().filter(|b| **b == b'.').count();
        let waits = macos && !both.contains(&listed.span.start);
        if waits || before && dots == 1 {
            tally.add(|| tell(ctx, &listed, waits));
        }
    }
    tally.finish(&RULE, out);
}

/// A module for multicast DNS ends the look-up before the hosts file is asked.
fn mdns_before_files(ctx: &Context<'_>) -> bool {
    let Some(services) = services(ctx.machine).filter(|_| ctx.machine.os.family == OsFamily::Linux) else {
        return false;
    };
    let Some(files) = services.iter().position(|s| s.name == "files") else { return false };
    services[..files]
        .iter()
        .any(|s| s.name.starts_with("mdns") && s.actions.after(Status::NotFound) == Action::Return)
}

fn tell(ctx: &Context<'_>, listed: &Listed, waits: bool) -> Finding {
    let name = String::from_utf8_lossy(&ctx.machine.hosts.value.bytes()[listed.span.clone()]).into_owned();
    let lacks = if listed.address.is_ipv4() { "IPv6" } else { "IPv4" };
    let title = if waits {
        format!("`{name}` has no {lacks} address, for which macOS waits five seconds")
    } else {
        format!("`{name}` is asked for by multicast DNS before the hosts file")
    };
    let mut finding = RULE.finding(title);
    finding.locations.push(super::super::facts::in_hosts(ctx.machine, listed.span.clone(), "below .local"));
    finding.evidence.push(super::super::facts::hosts_row(ctx.machine, listed.line));
    let other = if listed.address.is_ipv4() { "::1" } else { "127.0.0.1" };
    let path = &ctx.machine.hosts.path;
    let line = hosts_edit_line(ctx, listed, other, &name).filter(|_| waits && listed.address.is_loopback());
    finding.remedies.extend(line.map(|edits| {
        hosts_line::repair(
            ctx,
            format!("add `{other} {name}` behind line {}", listed.line),
            crate::finding::Applicability::Unsafe,
            edits,
        )
    }));
    finding.remedies.push(remedy::advice(
        format!("use a name below .test in {path} instead of `{name}`"),
        super::super::facts::hosts_reach(ctx.machine),
        ".test and .localhost are kept for such names (RFC 6761), .local is not",
    ));
    finding
}

fn hosts_edit_line(
    ctx: &Context<'_>,
    listed: &Listed,
    address: &str,
    name: &str,
) -> Option<Vec<crate::finding::TextEdit>> {
    let file = &ctx.machine.hosts.value;
    super::super::edit::hosts(file, |set| set.insert_entry(file, listed.line + 1, address, &[name]))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use hosts_edit::dialect::MACOS;

    const CODE: &str = "hosts.dot-local";

    #[test]
    fn macos_waits_for_the_missing_family() {
        let bench = debian().lines("127.0.0.1 shop.local\n127.0.0.1 b.local\n::1 b.local\n");
        assert!(bench.is_quiet(CODE));
        let found = bench.check(CODE, &[&MACOS]);
        assert_eq!(found.len(), 1);
        assert!(bench.after(&found[0].remedies[0]).contains("\n127.0.0.1 shop.local\n::1 shop.local\n"));
    }

    #[test]
    fn a_module_that_ends_the_look_up_counts() {
        let bench = debian().lines("127.0.0.1 shop.local api.svc.cluster.local\n");
        let mdns = |line: &str| bench.file("/etc/nsswitch.conf", line).check(CODE, &[]).len();
        assert_eq!(mdns("hosts: mdns4_minimal [NOTFOUND=return] files dns\n"), 1);
        assert_eq!(mdns("hosts: files mdns4_minimal [NOTFOUND=return] dns\n"), 0);
        assert_eq!(mdns("hosts: mdns4 files dns\n"), 0);
    }
}
