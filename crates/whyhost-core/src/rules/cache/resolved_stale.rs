//! # cache.resolved-stale — systemd-resolved answers from an older hosts file
//!
//! ## What it means
//! systemd-resolved reads /etc/hosts into memory and answers from there. It looks at most every two seconds
//! whether the file changed. Before version 246 it compared the time of the last change alone, so a new file
//! with the old time is not noticed, as on NixOS, where every file has the time 1. A file with a line of more
//! than 1 MiB it gives up on, and goes on with the old content.
//!
//! ## Who is hit
//! Programs that ask systemd-resolved: through `resolve` in nsswitch.conf, over D-Bus, or at 127.0.0.53 (Go,
//! c-ares, musl). Programs of glibc with `files` first read the file itself, so programs disagree.
//!
//! ## Example
//! ```text
//! $ getent -s files hosts nas
//! 10.0.0.9  nas
//! $ resolvectl query nas
//! nas: 10.0.0.5
//! ```
//!
//! ## Repair
//! Restart the service: it then reads the file again.
//! ```text
//! sudo systemctl restart systemd-resolved
//! ```
//!
//! ## Not a repair
//! Clearing the cache of the browser, or of nscd: neither has the old answer.
//!
//! ## References
//! - https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html
//! - https://github.com/systemd/systemd/issues/14456
//! - https://github.com/systemd/systemd/pull/15207

use super::super::facts::{self, hosts_row, is_installed, is_reached, list, services};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::machine::{HOSTS, Machine};
use crate::resolve::Source;
use crate::resolve::stage::Call;
use crate::resolve::stage::resolved::{self, Reaction};
use crate::snapshot::{LiveOutcome, Meta};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(super) const RULE: Rule = Rule {
    code: "cache.resolved-stale",
    severity: Severity::Warning,
    title: "systemd-resolved answers from an older hosts file",
    references: &[
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html",
        "https://github.com/systemd/systemd/issues/14456",
        "https://github.com/systemd/systemd/pull/15207",
    ],
    source: include_str!("resolved_stale.rs"),
    check,
};

const STUB: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 53));
/// The first version that also compares the inode (pull request 15207, merged after 245).
const COMPARES_INODES: u32 = 246;
/// Times that a store gives to all its files: 0 or 1 second after 1970.
const STORE_TIME: i64 = 1;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if ctx.machine.has_path(resolved::SOCKET) != Some(true) {
        return;
    }
    if let Some(finding) = contradicted(ctx).or_else(|| blind(ctx.machine)) {
        out.push(finding);
    }
}

/// The hosts file as it is has other addresses than the daemon was seen to answer.
fn contradicted(ctx: &Context<'_>) -> Option<Finding> {
    let (machine, name) = (ctx.machine, ctx.target.name.as_str());
    if ctx.target.literal.is_some() {
        return None;
    }
    let Reaction::Found(found) = resolved::ask(machine, name, Call::Both) else { return None };
    let line = found.iter().find_map(|c| match &c.from {
        Source::HostsLine { line, .. } => Some(*line),
        _ => None,
    })?;
    let expected: Vec<IpAddr> = found.iter().map(|c| c.address.address).collect();
    let (seen, source) = seen_at_stub(machine, name).or_else(|| seen_live(ctx))?;
    if seen.is_empty() || seen.iter().any(|address| expected.contains(address)) {
        return None;
    }
    let mut finding = RULE.finding(format!(
        "systemd-resolved answers {} for {name}, {HOSTS} says {}",
        list(&seen),
        list(&expected)
    ));
    let span = machine.hosts.value.line(line).map(|l| l.content_span())?;
    finding.locations.push(facts::in_hosts(machine, span, "not what is answered"));
    finding.evidence.push(hosts_row(machine, line));
    finding.evidence.push(Evidence::new(list(&seen), source));
    finding.remedies.push(restart());
    Some(finding)
}

/// What its DNS server answered for the name.
fn seen_at_stub(machine: &Machine, name: &str) -> Option<(Vec<IpAddr>, String)> {
    let bare = name.trim_end_matches('.');
    let is_stub = |server: &str| server.parse::<SocketAddr>().is_ok_and(|s| s.ip() == STUB);
    let asked = |o: &&crate::snapshot::Observation| {
        is_stub(&o.server) && o.name.trim_end_matches('.').eq_ignore_ascii_case(bare)
    };
    let seen: Vec<_> = machine.raw.live.dns.iter().filter(asked).collect();
    let server = seen.first()?.server.clone();
    let records = seen.iter().flat_map(|o| &o.records).filter_map(|record| record.parse().ok()).collect();
    Some((records, format!("DNS {server}")))
}

/// What getaddrinfo gave, where nss-resolve decides before the hosts file.
fn seen_live(ctx: &Context<'_>) -> Option<(Vec<IpAddr>, String)> {
    let services = services(ctx.machine)?;
    let place = |name: &str| services.iter().position(|s| s.name == name);
    let resolve = place("resolve").filter(|_| is_installed(ctx.machine, "resolve"))?;
    if place("files").is_some_and(|files| files < resolve) || !is_reached(ctx.machine, &services, resolve) {
        return None;
    }
    let LiveOutcome::Found(addresses) = &ctx.live()?.outcome else { return None };
    Some((addresses.iter().map(|a| a.address).collect(), "getaddrinfo, live".to_owned()))
}

/// A version that looks at the time alone, and a file whose time never changes.
fn blind(machine: &Machine) -> Option<Finding> {
    let version = known_version(machine)?;
    let file = facts::hosts_file(machine)?;
    let Meta::Present { mtime, link, .. } = &file.meta else { return None };
    let in_store =
        link.as_deref().is_some_and(|l| l.starts_with("/etc/static/") || l.starts_with("/nix/store/"));
    if version >= COMPARES_INODES || !in_store || *mtime > STORE_TIME {
        return None;
    }
    let mut finding = RULE.finding(format!(
        "systemd-resolved {version} does not notice a new {HOSTS}: its time is always {mtime}"
    ));
    finding.locations.push(Location::of(HOSTS, b"", 0..0, "the same time in every generation"));
    finding.evidence.push(Evidence::new(format!("time of the last change: {mtime}"), HOSTS));
    finding.remedies.push(restart());
    Some(finding)
}

/// The version of the daemon where the machine tells it.
fn known_version(machine: &Machine) -> Option<u32> {
    let told = machine.raw.nss_modules.iter().any(|m| m.name == "resolve" && m.version.is_some())
        || machine.raw.programs.iter().any(|p| p.id == "resolved");
    told.then(|| resolved::version(machine))
}

fn restart() -> crate::finding::Remedy {
    remedy::command(
        "let systemd-resolved read the hosts file again",
        Applicability::Safe,
        WHOLE_MACHINE,
        &["sudo systemctl restart systemd-resolved"],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};
    use crate::resolve::stage::resolved::SOCKET;
    use crate::snapshot::Meta;

    const CODE: &str = "cache.resolved-stale";

    fn arch() -> Bench {
        debian()
            .lines("10.0.0.9 nas.test\n")
            .file("/etc/nsswitch.conf", "hosts: resolve [!UNAVAIL=return] files dns\n")
            .file(SOCKET, "")
            .module("resolve", Some("257"))
    }

    #[test]
    fn another_answer_than_that_of_the_file_is_told() {
        let found = arch().live("nas.test", &["10.0.0.5"], 1).of(CODE, "nas.test").expect("finding");
        assert_eq!(found.title, "systemd-resolved answers 10.0.0.5 for nas.test, /etc/hosts says 10.0.0.9");
        assert_eq!(found.locations[0].line, 3);
        let stub = arch().file("/etc/nsswitch.conf", "hosts: files dns\n").dns_at(
            "127.0.0.53:53",
            "nas.test",
            "10.0.0.5",
        );
        assert_eq!(
            stub.of(CODE, "nas.test").expect("finding").evidence[1].source.as_deref(),
            Some("DNS 127.0.0.53:53")
        );
    }

    #[test]
    fn the_answer_of_the_file_and_answers_of_others_are_quiet() {
        assert_eq!(arch().live("nas.test", &["10.0.0.9"], 1).of(CODE, "nas.test"), None);
        let files_first = arch().file("/etc/nsswitch.conf", "hosts: files resolve dns\n");
        assert_eq!(files_first.live("nas.test", &["10.0.0.5"], 1).of(CODE, "nas.test"), None);
        assert_eq!(arch().absent(SOCKET).live("nas.test", &["10.0.0.5"], 1).of(CODE, "nas.test"), None);
        assert_eq!(arch().dns("nas.test", "10.0.0.5").of(CODE, "nas.test"), None, "another server");
    }

    #[test]
    fn a_store_without_times_blinds_old_versions() {
        let nixos = |version| {
            arch().module("resolve", Some(version)).meta("/etc/hosts", |meta| {
                let Meta::Present { mtime, link, .. } = meta else { panic!("present") };
                (*mtime, *link) = (1, Some("/etc/static/hosts".to_owned()));
            })
        };
        assert!(nixos("245").one(CODE).title.starts_with("systemd-resolved 245 does not notice"));
        assert!(nixos("246").is_quiet(CODE));
        assert!(arch().module("resolve", Some("245")).is_quiet(CODE));
    }
}
