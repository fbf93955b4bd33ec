//! Which findings concern a target.

use super::Target;
use crate::finding::{Finding, Location};
use crate::machine::Machine;
use crate::resolve::{Answer, Source};
use crate::rules;

/// Rules about the name of the question, though they speak of localhost.
const OF_THE_NAME: [&str; 2] = ["localhost-subdomain", "v6-localhost-as-v4"];

/// Areas of what becomes of a question to DNS.
const OF_DNS: [&str; 3] = ["resolver", "cache", "dns"];

/// DNS gave the answer, or could have given one.
fn needs_dns(answer: &Answer) -> bool {
    answer.addresses.is_empty() || answer.addresses.iter().any(|a| matches!(a.from, Source::Dns { .. }))
}

/// `finding` concerns `target`.
///
/// Everything but the lines of other names concerns localhost: its diagnosis is the checkup of the machine. Another name is
/// concerned by what touches its answer, and an address by what touches the way to it.
pub fn concerns(machine: &Machine, target: &Target, answer: Option<&Answer>, finding: &Finding) -> bool {
    let is_name = target.literal.is_none();
    let (area, slug) = finding.code.split_once('.').unwrap_or((finding.code, ""));
    if slug.starts_with("hostname-") {
        return is_name && is_own_name(machine, &target.name);
    }
    // Who connects to localhost is not hit by DNS servers that are not asked for it.
    if target.is_localhost()
        && target.port.is_some()
        && OF_DNS.contains(&area)
        && !answer.is_none_or(needs_dns)
    {
        return false;
    }
    if target.is_localhost() {
        return !rules::is_about_lines(finding.code) || touches_line(machine, target, answer, finding, slug);
    }
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

/// The name of the machine, or the part of it before the first dot.
fn is_own_name(machine: &Machine, name: &str) -> bool {
    let own = &machine.os.hostname;
    let short = own.split('.').next().unwrap_or(own);
    [own, short].iter().any(|own| !own.is_empty() && own.eq_ignore_ascii_case(name.trim_end_matches('.')))
}

fn leads_to_loopback(target: &Target, answer: Option<&Answer>) -> bool {
    let answered = answer.into_iter().flat_map(|a| a.addresses.iter().map(|r| r.address));
    target.literal.into_iter().chain(answered).any(|a| {
        let address = a.address.to_canonical();
        address.is_loopback() || address.is_unspecified()
    })
}

/// A finding about the whole file, or about who writes it, touches every name in it; one about lines only the names of these lines.
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
    if slug.starts_with("managed-by-") || lines.clone().next().is_none() {
        return !slug.contains("localhost");
    }
    lines.any(|l| names_target(bytes, l, &target.name) || answer.is_some_and(|a| gave(a, l)))
}

/// The name stands on the line of `location`: as a word, or inside one as in `app.test:3000` and `http://app.test/`, or in
/// front of the place itself, where something is glued to it.
fn names_target(bytes: &[u8], location: &Location, name: &str) -> bool {
    let at = location.byte_start.min(bytes.len());
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
    let line = bytes[start..].split(|b| *b == b'\n').next().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let bounded = |place: usize| {
        let before = place.checked_sub(1).map(|p| line[p]);
        let behind = &line[place + name.len()..];
        let behind = behind.strip_prefix(b".").unwrap_or(behind).first().copied();
        let glued = start + place + name.len() == at && behind != Some(b'.');
        !before.is_some_and(in_name) && (glued || !behind.is_some_and(in_name))
    };
    let first = name.first().map(u8::to_ascii_lowercase);
    let same = |(_, word): &(usize, &[u8])| {
        word.first().map(u8::to_ascii_lowercase) == first && word.eq_ignore_ascii_case(name)
    };
    !name.is_empty() && line.windows(name.len()).enumerate().filter(same).any(|(place, _)| bounded(place))
}

fn gave(answer: &Answer, location: &Location) -> bool {
    answer.addresses.iter().any(|a| {
        matches!(&a.from, Source::HostsLine { path, line } if *path == location.path && *line == location.line)
    })
}
