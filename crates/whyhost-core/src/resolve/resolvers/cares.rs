//! c-ares, the DNS library of aria2, gRPC, curl builds and Node's `dns.resolve`: `ares_getaddrinfo` without flags.
//!
//! Sources: c-ares 1.18.1, 1.34.6 and the repository at 589b588: src/lib/ares_getaddrinfo.c, ares_hosts_file.c (1.18.1
//! ares__readaddrinfo.c), ares_addrinfo_localhost.c, ares_sortaddrinfo.c, ares_search.c, ares_sysconfig_files.c.

mod file;

use super::Resolver;
use super::model::{
    Failure, Ordered, Version, answer as framed, has_program, kinds, one_type, questions, sorted,
};
use crate::conf::resolv::ResolvConf;
use crate::machine::{Machine, NSSWITCH, RESOLV};
use crate::resolve::answer::{Answer, Because, Evidence, Query, Ranked, Source, Status, Step};
use crate::resolve::order::keyed::{Policy, RFC6724, Style, Unreachable, as_delivered};
use crate::resolve::stage::dns::{Reply, is_encodable};
use crate::resolve::stage::{Candidate, hosts};
use crate::snapshot::{Family, ScopedAddr};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// c-ares as `ares_getaddrinfo` answers.
pub const RESOLVER: Resolver = Resolver {
    id: "c-ares",
    name: "c-ares",
    versions: "1.17 to 1.34, main",
    evidence: Evidence::Measured { run: "1.18.1, 1.34.9" },
    stages: &[
        "an address of the family is answered at once; names under .onion do not exist",
        "the order of files and DNS: `lookup` of resolv.conf, then the hosts line of nsswitch.conf (files, dns, resolve), \
         else files first; actions in brackets mean nothing",
        "files: /etc/hosts; 1.22 to 1.34.9 merge lines that share a name or an address",
        "localhost and names below it: a family that the file does not have is 127.0.0.1 or ::1 (1.18: localhost alone, \
         when the file has nothing)",
        "dns: never for those names; else the search list, both types; one family is enough",
    ],
    order: "RFC 6724 rules 1, 2, 5, 6, 8 and, for IPv6, 9, with that standard's table; gai.conf is not read",
    deviations: &[
        "ARES_AI_ADDRCONFIG has no effect in c-ares; programs such as aria2 narrow the family themselves",
        "of the errors of servers only SERVFAIL and REFUSED are told apart (NOTIMP counts as REFUSED)",
        "between the A and the AAAA answer the later one decides about going on: AAAA is assumed to be later",
        "1.18 takes `#` for a comment also inside a word, and keeps repeated lines; the model reads the file as 1.34 does",
        "versions 1.19 to 1.33 were read, not run",
        "a file replaced by one with an older time is not noticed by a channel that is kept",
    ],
    references: &[
        "c-ares 1.34.6 src/lib/ares_getaddrinfo.c: file_lookup, next_lookup, host_callback",
        "c-ares 1.34.6 src/lib/ares_hosts_file.c: ares_hosts_file_add; 1.18.1 ares__readaddrinfo.c",
        "c-ares 1.34.6 src/lib/ares_sortaddrinfo.c: rfc6724_compare; ares_sysconfig_files.c: config_lookup",
        "https://c-ares.org/docs/ares_getaddrinfo.html",
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
    ],
    answer,
};

/// The version that is modelled where the machine does not say.
const LATEST: Version = Version(1, 34, 9);
/// The first version with `ares_hosts_file.c`, which completes localhost names family by family.
const HOSTS_FILE: Version = Version(1, 22, 0);
/// The first version that knows localhost at all.
const KNOWS_LOCALHOST: Version = Version(1, 18, 0);

/// `::` is no IPv4-compatible address to `IN6_IS_ADDR_V4COMPAT`, so the row of ::/96 does not hold it.
const POLICY: [Policy; RFC6724.len() + 1] = {
    let mut rows = [(Ipv6Addr::UNSPECIFIED, 128, 40, 1); RFC6724.len() + 1];
    let mut i = 0;
    while i < RFC6724.len() {
        rows[i + 1] = RFC6724[i];
        i += 1;
    }
    rows
};
const STYLE: Style = Style { policy: &POLICY, unreachable: Unreachable::Compared, prefix_bits: 128 };

/// What `ares_getaddrinfo` gives for `query`.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    let version = version(machine);
    let result = lookup(machine, query, version, &mut trace);
    framed(&RESOLVER, version.to_string(), has_program(machine, RESOLVER.id), result, trace)
}

/// The addresses that the hosts file gives for `name`, lines merged.
pub(super) fn listed(machine: &Machine, name: &str) -> Vec<ScopedAddr> {
    let found = file::lookup(machine, version(machine), name, Family::Any).unwrap_or_default();
    found.into_iter().map(|c| c.address).collect()
}

/// The DNS questions that it may send for `query`.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    let version = version(machine);
    let name = &query.name;
    let asks = lookups(machine, version).contains(&Place::Dns);
    let listed = |(): ()| file::lookup(machine, version, name, query.family).is_ok_and(|f| !f.is_empty());
    let first = lookups(machine, version).first().copied();
    if !asks
        || is_localhost(name, version)
        || literal(name, query.family).is_some()
        || (first == Some(Place::Files) && listed(()))
    {
        return Vec::new();
    }
    questions(names(&conf(machine), &machine.os.hostname, name, version), query.family)
}

fn version(machine: &Machine) -> Version {
    Version::of_program(machine, RESOLVER.id).unwrap_or(LATEST)
}

/// A place to look in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Files,
    Dns,
}

fn lookup(
    machine: &Machine,
    query: &Query,
    version: Version,
    trace: &mut Vec<Step>,
) -> Result<Ordered, Failure> {
    let name = &query.name;
    // 1.18 forgets that it recognised an IPv4 address unless IPv4 alone is asked for, but keeps it for the end of DNS.
    let late = if version < HOSTS_FILE && query.family != Family::V4 { padded_quad(name) } else { None };
    if let Some(address) = literal(name, query.family).filter(|_| late.is_none()) {
        trace.push(Step::new("numeric", format!("{name} is an address: nothing is asked")));
        let only = Ranked { address: address.into(), from: Source::Literal, placed_by: Because::OnlyOne };
        return Ok((vec![only], Vec::new()));
    }
    if name.trim_end_matches('.').to_ascii_lowercase().ends_with(".onion") || name.is_empty() {
        return Err(Failure::Code(Status::NotFound, "ARES_ENOTFOUND"));
    }
    // The error before anything was asked (`next_lookup` is entered with it).
    let mut error = (Status::TryAgain, "ARES_ECONNREFUSED");
    let places = lookups(machine, version);
    let words: Vec<&str> = places.iter().map(|p| if *p == Place::Files { "files" } else { "dns" }).collect();
    trace.push(Step::new("lookups", words.join(", ")));
    for place in places {
        match place {
            Place::Files => {
                let found = from_file(machine, version, query, trace)?;
                if !found.is_empty() {
                    return sorted(machine, &STYLE, found, trace);
                }
            }
            Place::Dns if late.is_some() => {
                trace.push(Step::new("numeric", format!("{name} is an address, after DNS was asked for it")));
                let only = |v4: Ipv4Addr| Candidate { address: IpAddr::V4(v4).into(), from: Source::Literal };
                return Ok((as_delivered(late.into_iter().map(only).collect()), Vec::new()));
            }
            Place::Dns if is_localhost(name, version) => {
                trace.push(Step::new("dns", format!("{name} is never asked (RFC 6761)")));
            }
            Place::Dns if version >= HOSTS_FILE && !is_host_name(name) => {
                trace.push(Step::new("dns", format!("{name} is no host name: DNS is not asked")));
                return Err(Failure::Code(Status::Failure, "ARES_EBADNAME"));
            }
            Place::Dns => match from_dns(machine, query, version, trace)? {
                Dns::Found(found) => return sorted(machine, &STYLE, found, trace),
                Dns::Ends(code) => return Err(Failure::Code(code.0, code.1)),
                Dns::GoesOn(code) => error = code,
            },
        }
    }
    Err(Failure::Code(error.0, error.1))
}

/// `fake_addrinfo`: four decimal numbers, leading zeros allowed, for whatever family; an IPv6 address unless IPv4 is asked
/// for.
fn literal(name: &str, family: Family) -> Option<IpAddr> {
    if let Some(v4) = padded_quad(name) {
        return Some(IpAddr::V4(v4));
    }
    let v6: Ipv6Addr = name.parse().ok()?;
    (family != Family::V4).then_some(IpAddr::V6(v6))
}

fn padded_quad(name: &str) -> Option<Ipv4Addr> {
    let decimal = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u8>().ok()).flatten()
    };
    let parts: Vec<u8> = name.split('.').map(decimal).collect::<Option<_>>()?;
    <[u8; 4]>::try_from(parts).ok().map(Ipv4Addr::from)
}

/// `ares_is_localhost`; 1.18 knows the one name in lower case.
fn is_localhost(name: &str, version: Version) -> bool {
    if version < HOSTS_FILE {
        return version >= KNOWS_LOCALHOST && name == "localhost";
    }
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// `file_lookup`: the file, and loopback addresses for localhost.
fn from_file(
    machine: &Machine,
    version: Version,
    query: &Query,
    trace: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    let mut found = file::lookup(machine, version, &query.name, query.family).map_err(Failure::Unknown)?;
    trace.push(Step::new("files", hosts::detail(machine, &query.name, &found)));
    // 1.18 leaves `file_lookup` before that where there is no file.
    let there = || hosts::file(machine).is_ok_and(|f| f.is_some());
    let completes = version >= HOSTS_FILE || (found.is_empty() && there());
    if !completes || !is_localhost(&query.name, version) {
        return Ok(found);
    }
    let loopback = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
    for address in loopback {
        let wanted = match query.family {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        };
        let there = found.iter().any(|c| c.address.address.is_ipv4() == address.is_ipv4());
        if wanted && !there {
            trace.push(Step::new("built in", format!("{} → {address}", query.name)));
            let from = Source::Builtin { cite: "c-ares src/lib/ares_addrinfo_localhost.c".into() };
            found.push(Candidate { address: address.into(), from });
        }
    }
    Ok(found)
}

/// `ares_is_hostnamech` for every byte: what a question may consist of (`ares_dns_name_write`).
fn is_host_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/' | b'*'))
}

type Code = (Status, &'static str);

enum Dns {
    Found(Vec<Candidate>),
    /// The look-up ends with this error.
    Ends(Code),
    /// The next place is tried; its failure leaves this error.
    GoesOn(Code),
}

/// `next_dns_lookup` and `host_callback`, name by name.
fn from_dns(
    machine: &Machine,
    query: &Query,
    version: Version,
    trace: &mut Vec<Step>,
) -> Result<Dns, Failure> {
    let name = &query.name;
    if machine.raw.env.contains_key("HOSTALIASES") && !name.contains('.') {
        return Err(Failure::Unknown("HOSTALIASES is set: its file is not part of the snapshot".into()));
    }
    let conf = conf(machine);
    let bare = name.strip_suffix('.').unwrap_or(name);
    let mut code = (Status::TryAgain, "ARES_ECONNREFUSED");
    let mut no_data = false;
    for candidate in names(&conf, &machine.os.hostname, name, version) {
        if !is_encodable(&candidate) {
            return Ok(Dns::Ends((Status::Failure, "ARES_EBADNAME")));
        }
        let mut found = Vec::new();
        let mut last = Reply::NoData;
        for kind in kinds(query.family) {
            match one_type(machine, &conf, bare, &candidate, kind)? {
                Ok(addresses) => found.extend(addresses),
                Err(reply) => last = reply,
            }
        }
        if !found.is_empty() {
            trace.push(Step::new("dns", hosts::list(&found)));
            return Ok(Dns::Found(found));
        }
        no_data |= last == Reply::NoData;
        code = coded(last, version);
        trace.push(Step::new("dns", format!("{candidate}: {}", code.1)));
        let single_label = !candidate.contains('.') && matches!(last, Reply::ServFail | Reply::NoAnswer);
        if !matches!(last, Reply::NxDomain | Reply::NoData) && !single_label {
            return Ok(Dns::Ends(code));
        }
    }
    Ok(Dns::GoesOn(if no_data { coded(Reply::NoData, version) } else { code }))
}

/// Early versions pass a question that a server failed on from server to server, and report that there is none left.
fn coded(reply: Reply, version: Version) -> Code {
    match reply {
        Reply::ServFail | Reply::NoAnswer if version < HOSTS_FILE => coded(Reply::NoServer, version),
        Reply::NxDomain => (Status::NotFound, "ARES_ENOTFOUND"),
        Reply::NoData | Reply::Records => (Status::NoData, "ARES_ENODATA"),
        Reply::ServFail => (Status::TryAgain, "ARES_ESERVFAIL"),
        Reply::NoAnswer => (Status::TryAgain, "ARES_EREFUSED"),
        Reply::TimedOut => (Status::TryAgain, "ARES_ETIMEOUT"),
        Reply::NoServer => (Status::TryAgain, "ARES_ECONNREFUSED"),
        Reply::Broken => (Status::Failure, "ARES_EFORMERR"),
    }
}

/// resolv.conf with the environment; of LOCALDOMAIN only the first domain counts (`ares_init_by_environment`).
fn conf(machine: &Machine) -> ResolvConf {
    let env = |name: &str| machine.raw.env.get(name).map(String::as_str);
    let first = env("LOCALDOMAIN").map(|l| l.split([' ', ',']).find(|d| !d.is_empty()).unwrap_or_default());
    machine.resolv.value.with_env(env("RES_OPTIONS"), first)
}

/// `ares_search_name_list`. Early versions put two dots behind the name for the root on the list.
fn names(conf: &ResolvConf, hostname: &str, name: &str, version: Version) -> Vec<String> {
    if let Some(bare) = name.strip_suffix('.') {
        return vec![bare.to_owned()];
    }
    let search = conf.search_list(hostname);
    let mut names: Vec<String> = search
        .iter()
        .map(|d| d.trim_end_matches('.'))
        .map(|d| match d {
            "" if version < HOSTS_FILE => format!("{name}.."),
            "" => name.to_owned(),
            d => format!("{name}.{d}"),
        })
        .collect();
    let dots = name.bytes().filter(|b| *b == b'.').count();
    let at = if dots >= usize::from(conf.ndots) { 0 } else { names.len() };
    names.insert(at, name.to_owned());
    names
}

/// Where is looked, in order (`config_lookup`): nsswitch.conf overrides resolv.conf since `ares_sysconfig_files.c`, before
/// that it counts only without a `lookup` line.
fn lookups(machine: &Machine, version: Version) -> Vec<Place> {
    let text = |path: &str| {
        let bytes = machine.raw.file(path).and_then(|f| f.bytes()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let early = version < HOSTS_FILE;
    let (mut resolv, mut nsswitch) = (Vec::new(), Vec::new());
    for line in text(RESOLV).lines().map(str::trim) {
        let mut words = line.split([' ', '\t']).filter(|w| !w.is_empty());
        if matches!(words.next(), Some("lookup" | "hostresorder")) {
            set(&mut resolv, words, early);
        }
    }
    for line in text(NSSWITCH).lines().map(str::trim).filter(|l| !l.starts_with('#')) {
        // Early versions (`try_config`) want the colon at once, and let `#` begin a comment anywhere.
        let line = if early { line.split('#').next().unwrap_or_default() } else { line };
        if let Some((database, list)) = line.split_once(':')
            && (if early { database } else { database.trim() }) == "hosts"
            // Early versions keep the first line (ares_init.c: `!channel->lookups`): run with `hosts: dns` before
            // `hosts: files` and 1.18.1, where the name of the file is not found.
            && (!early || nsswitch.is_empty())
        {
            set(&mut nsswitch, list.split([' ', '\t']).filter(|w| !w.is_empty()), early);
        }
    }
    let by_rank = if early { [resolv, nsswitch] } else { [nsswitch, resolv] };
    by_rank.into_iter().find(|l| !l.is_empty()).unwrap_or_else(|| vec![Place::Files, Place::Dns])
}

/// The places that a list names, each once; a list that names none changes nothing. Early versions look at the first
/// letter only, and keep two, the same one twice if need be.
fn set<'w>(places: &mut Vec<Place>, words: impl Iterator<Item = &'w str>, early: bool) {
    let mut new: Vec<Place> = Vec::new();
    for word in words {
        // Early versions compare capitals too.
        let word = if early { word.to_owned() } else { word.to_ascii_lowercase() };
        let place = match word.as_str() {
            "dns" | "bind" | "resolv" | "resolve" => Place::Dns,
            "files" | "file" | "local" => Place::Files,
            early_dns if early && early_dns.starts_with(['d', 'r']) => Place::Dns,
            early_file if early && early_file.starts_with('f') => Place::Files,
            _ => continue,
        };
        if early || !new.contains(&place) {
            new.push(place);
        }
    }
    if early {
        new.truncate(2);
    }
    if !new.is_empty() {
        *places = new;
    }
}

#[cfg(test)]
mod tests;
