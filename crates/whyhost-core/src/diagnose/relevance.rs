//! Which findings concern a target.

use super::Target;
use crate::finding::{Finding, Location};
use crate::machine::Machine;
use crate::resolve::{Answer, Source};

/// Rules about the name of the question, though they speak of localhost.
const OF_THE_NAME: [&str; 2] = ["localhost-subdomain", "v6-localhost-as-v4"];

/// `finding` concerns `target`.
///
/// Everything concerns localhost: its diagnosis is the checkup of the machine. Another name is concerned by what touches
/// its answer, and an address by what touches the way to it.
pub fn concerns(machine: &Machine, target: &Target, answer: Option<&Answer>, finding: &Finding) -> bool {
    if target.is_localhost() {
        return true;
    }
    let is_name = target.literal.is_none();
    let (area, slug) = finding.code.split_once('.').unwrap_or((finding.code, ""));
    match area {
        "hosts" => is_name && touches_line(machine, target, answer, finding, slug),
        "gai" => answer.is_some_and(|a| a.addresses.len() > 1),
        "resolve" if OF_THE_NAME.contains(&slug) => is_name,
        "nss" | "resolver" | "cache" | "dns" | "resolve" | "model" => is_name && !slug.contains("localhost"),
        "lo" | "kernel" | "firewall" => leads_to_loopback(target, answer),
        "port" | "listen" | "reach" | "client" | "scope" | "app" | "acl" | "proxy" => target.port.is_some(),
        _ => true,
    }
}

fn leads_to_loopback(target: &Target, answer: Option<&Answer>) -> bool {
    let answered = answer.into_iter().flat_map(|a| a.addresses.iter().map(|r| r.address));
    target.literal.into_iter().chain(answered).any(|a| {
        let address = a.address.to_canonical();
        address.is_loopback() || address.is_unspecified()
    })
}

/// A finding about the whole file touches every name in it; one about lines only the names of these lines.
fn touches_line(
    machine: &Machine,
    target: &Target,
    answer: Option<&Answer>,
    finding: &Finding,
    slug: &str,
) -> bool {
    let bytes = machine.hosts.value.bytes();
    let mut lines =
        finding.locations.iter().filter(|l| l.path == machine.hosts.path && l.byte_end > l.byte_start);
    if lines.clone().next().is_none() {
        return !slug.contains("localhost");
    }
    lines.any(|l| names_target(bytes, l, &target.name) || answer.is_some_and(|a| gave(a, l)))
}

fn names_target(bytes: &[u8], location: &Location, name: &str) -> bool {
    let start = bytes[..location.byte_start.min(bytes.len())].iter().rposition(|b| *b == b'\n');
    let rest = &bytes[start.map_or(0, |p| p + 1)..];
    let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
    line.split(|b| b.is_ascii_whitespace()).any(|word| word.eq_ignore_ascii_case(name))
}

fn gave(answer: &Answer, location: &Location) -> bool {
    answer.addresses.iter().any(|a| {
        matches!(&a.from, Source::HostsLine { path, line } if *path == location.path && *line == location.line)
    })
}
