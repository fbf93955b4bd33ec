//! The reasons of a verdict in words: which line wins over which record, and what else is odd.

use super::{FamilyAnswer, ServerAnswer, Verdict, addresses, is_global};
use std::net::IpAddr;
use whyhost_core::local::Local;
use whyhost_core::snapshot::Family;

/// What the words are made of.
pub(super) struct Case<'a> {
    pub(super) local: &'a Local,
    pub(super) dns: Option<&'a ServerAnswer>,
    pub(super) answers: &'a [ServerAnswer],
    pub(super) v4: Verdict,
    pub(super) v6: Verdict,
    pub(super) leak: Option<Family>,
    pub(super) split: Option<Disagreement>,
}

/// Servers that say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disagreement {
    /// Which server a question reaches changes where programs go.
    pub(super) matters: bool,
    words: String,
}

pub(super) fn reasons(case: &Case<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for (v4, verdict) in [(true, case.v4), (false, case.v6)] {
        out.extend(of_family(case, v4, verdict));
    }
    if case.v4 == Verdict::Neither && case.v6 == Verdict::Neither {
        out.push(nobody(case));
    }
    if let (Some(family), Some(dns)) = (case.leak, case.dns) {
        out.push(leak(case.local, family, dns));
    }
    out.extend(case.dns.and_then(|dns| expansion(case.local, dns)));
    out.extend(case.dns.and_then(aliases));
    out.extend(case.split.as_ref().map(|s| s.words.clone()));
    out.extend(case.answers.iter().flat_map(|a| {
        a.extended_errors.iter().map(|error| format!("{} gives the extended error {error}", a.server))
    }));
    out.extend(multicast(case.local));
    out.extend(case.local.unknown.as_ref().map(|why| format!("the local part is not known: {why}")));
    out
}

fn of_family(case: &Case<'_>, v4: bool, verdict: Verdict) -> Option<String> {
    let (family, kind) = if v4 { ("IPv4", "A") } else { ("IPv6", "AAAA") };
    let own = own(case.local, v4);
    let dns = case.dns.map(|d| if v4 { &d.v4 } else { &d.v6 });
    let has = dns.map(|d| list(&d.addresses)).unwrap_or_default();
    Some(match verdict {
        Verdict::Same => format!("{own}, and the {kind} record agrees"),
        Verdict::LocalOverrides => format!("{own} and wins over the {kind} record {has}"),
        Verdict::Stale => format!(
            "{own}, which the {kind} record {has} does not have (any more, or now: large sites rotate them)"
        ),
        Verdict::Blocked if has.is_empty() => format!("{own}, and DNS has no {kind} record either"),
        Verdict::Blocked => format!("{own} instead of the {kind} record {has}"),
        Verdict::OnlyLocal => format!("{own}, and DNS {}", lacks(dns, kind)),
        Verdict::OnlyDns if case.local.addresses.is_empty() => {
            format!("nothing local answers, and DNS has {kind} {has}")
        }
        Verdict::OnlyDns if case.leak.is_some() => return None,
        Verdict::OnlyDns => {
            format!("DNS also has {family} {has}, which programs that ask for both do not see")
        }
        Verdict::Unknown => return unknown(case, v4, &own, dns, kind),
        Verdict::Neither => return None,
    })
}

/// `/etc/hosts:3 gives 192.0.2.1`.
fn own(local: &Local, v4: bool) -> String {
    let mut sources: Vec<(String, Vec<IpAddr>)> = Vec::new();
    for (address, source) in addresses(local, v4) {
        let source = source.to_string();
        match sources.iter_mut().find(|(known, _)| *known == source) {
            Some((_, all)) => all.push(*address),
            None => sources.push((source, vec![*address])),
        }
    }
    let parts = sources.iter().map(|(source, all)| format!("{source} gives {}", list(all)));
    parts.collect::<Vec<_>>().join(" and ")
}

fn list(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn lacks(dns: Option<&FamilyAnswer>, kind: &str) -> String {
    match dns {
        None => "is never asked for such a name".into(),
        Some(answer) if answer.rcode == "NXDOMAIN" => "has no such name (NXDOMAIN)".into(),
        _ => format!("has no {kind} record"),
    }
}

fn unknown(case: &Case<'_>, v4: bool, own: &str, dns: Option<&FamilyAnswer>, kind: &str) -> Option<String> {
    let Some(dns) = dns else {
        // Once for both families.
        let reason = || {
            format!("{}DNS was not asked", if own.is_empty() { String::new() } else { format!("{own}; ") })
        };
        return (v4 || !own.is_empty()).then(reason);
    };
    let server = case.dns.map(|d| d.server.as_str()).unwrap_or_default();
    let what = match dns.rcode.as_str() {
        "TIMEOUT" => format!("{server} did not answer the question for {kind} in time"),
        "IO" => format!("nobody answers at {server}, or there is no way there"),
        "MALFORMED" => format!("what {server} sends for {kind} is no DNS message"),
        rcode => format!("{server} answers the question for {kind} with {rcode}"),
    };
    Some(if own.is_empty() { what } else { format!("{own}; {what}") })
}

fn nobody(case: &Case<'_>) -> String {
    if case.local.dns_names.is_empty() {
        return "nothing local answers, and DNS is never asked for such a name".into();
    }
    let nxdomain = case.dns.is_some_and(|d| d.v4.rcode == "NXDOMAIN" && d.v6.rcode == "NXDOMAIN");
    let looped = case.dns.is_some_and(|d| !d.aliases.is_empty());
    match (nxdomain, looped) {
        (true, _) => "nothing local answers, and DNS has no such name (NXDOMAIN)".into(),
        (_, true) => "nothing local answers, and the aliases of DNS lead to no address".into(),
        _ => "nothing local answers, and DNS has the name without an address".into(),
    }
}

fn leak(local: &Local, family: Family, dns: &ServerAnswer) -> String {
    let (missing, other, answer) = match family {
        Family::V4 => ("IPv4", "IPv6", &dns.v4),
        _ => ("IPv6", "IPv4", &dns.v6),
    };
    format!(
        "only {other} is overridden: a program that asks for {missing} alone gets {} from DNS for {}",
        list(&answer.addresses),
        local.name
    )
}

fn expansion(local: &Local, dns: &ServerAnswer) -> Option<String> {
    let bare = local.name.strip_suffix('.').unwrap_or(&local.name);
    let answered = dns.addresses().next().is_some() && !dns.name.eq_ignore_ascii_case(bare);
    answered.then(|| format!("the search list makes it {}, and that is what DNS answers", dns.name))
}

fn aliases(dns: &ServerAnswer) -> Option<String> {
    let mut seen = vec![dns.name.as_str()];
    for target in &dns.aliases {
        if seen.iter().any(|name| name.eq_ignore_ascii_case(target)) {
            return Some(format!("the aliases run in a circle: {} → {target}", seen.join(" → ")));
        }
        seen.push(target);
    }
    None
}

/// Names below `.local` belong to multicast DNS (RFC 6762, section 3).
fn multicast(local: &Local) -> Option<String> {
    let name = local.name.strip_suffix('.').unwrap_or(&local.name).to_ascii_lowercase();
    name.ends_with(".local").then(|| {
        "names below .local belong to multicast DNS (RFC 6762): what machines on the network answer was not asked".into()
    })
}

/// What servers that were reached say about the name: that it is there or not, and whether it is private.
pub(super) fn disagreement(answers: &[ServerAnswer]) -> Option<Disagreement> {
    let usable: Vec<&ServerAnswer> = answers.iter().filter(|a| a.is_usable()).collect();
    let first = usable.first()?;
    let sorted = |a: &ServerAnswer| {
        let mut all: Vec<IpAddr> = a.addresses().collect();
        all.sort();
        all
    };
    let other = usable.iter().find(|a| sorted(a) != sorted(first))?;
    let kind = |a: &ServerAnswer| a.addresses().next().map(|_| a.addresses().all(is_global));
    let says = |a: &ServerAnswer| match sorted(a) {
        all if all.is_empty() => {
            format!("{} says {}", a.server, if a.rcode() == "NXDOMAIN" { "NXDOMAIN" } else { "no address" })
        }
        all => format!("{} says {}", a.server, list(&all)),
    };
    let words = format!("servers disagree: {}, {}", says(first), says(other));
    Some(Disagreement { matters: kind(first) != kind(other), words })
}
