//! hickory-resolver, the DNS library of many Rust programs (reqwest with the feature `hickory-dns`), built from the
//! system's configuration and asked with `lookup_ip`.
//!
//! Sources: hickory-resolver 0.25.2 and 0.26.3, src/lookup_ip.rs, src/resolver.rs (`build_names`), src/hosts.rs,
//! src/caching_client.rs (`inner_lookup`); hickory-proto src/rr/domain/usage.rs.

use super::Resolver;
use super::model::{Failure, Ordered, Version, answer as framed, has_program, kinds, one_type, questions};
use crate::machine::{FileState, Machine};
use crate::resolve::answer::{Answer, Because, Evidence, Query, Ranked, Source, Status, Step};
use crate::resolve::order::keyed::as_delivered;
use crate::resolve::stage::dns::{Reply, first_usable, is_encodable};
use crate::resolve::stage::{Candidate, hosts};
use crate::snapshot::Family;
use hosts_edit::dialect::HICKORY as DIALECT;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// hickory-resolver with its default options.
pub const RESOLVER: Resolver = Resolver {
    id: "hickory",
    name: "hickory-resolver",
    versions: "0.25 and 0.26",
    evidence: Evidence::Measured { run: "0.25.2, 0.26.3" },
    stages: &[
        "resolv.conf without a server: no resolver can be built",
        "an address is answered at once",
        "the name as it is and under the search list, like DNS; localhost and names below it as they are first",
        "for each of them and each type: /etc/hosts, as it was when the resolver was built",
        "127.0.0.1 and ::1 for localhost and names below it; nothing for .invalid and .onion",
        "else DNS: the types are independent, so one may come from the file and the other from DNS",
    ],
    order: "by type: IPv6 then IPv4 (0.26), IPv4 and IPv6 only without any (0.25); programs may set another strategy",
    deviations: &[
        "the hosts file is never read again; an answer of a long-running program may be that of an older file",
        "ndots above 4: an address is looked up as a name first",
        "reqwest sets Ipv4AndIpv6 (0.12) and Ipv6AndIpv4 (0.13)",
        "a name in Unicode is turned into its ASCII form: the model says that it cannot tell, and it does not find such a name \
         of the file by its ASCII form",
    ],
    references: &[
        "hickory-resolver 0.26.3 src/lookup_ip.rs: LookupIpFuture, strategic_lookup, hosts_lookup",
        "hickory-resolver 0.26.3 src/resolver.rs: lookup_ip, build_names; src/caching_client.rs: inner_lookup",
        "https://docs.rs/hickory-resolver/latest/hickory_resolver/config/enum.LookupIpStrategy.html",
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
    ],
    answer,
};

/// The version that is modelled where the machine does not say.
const LATEST: Version = Version(0, 26, 3);
/// The first version whose default asks for both types.
const BOTH: Version = Version(0, 26, 0);

/// What `lookup_ip` gives for `query`; a family means `Ipv4Only` or `Ipv6Only`.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    let version = Version::of_program(machine, RESOLVER.id).unwrap_or(LATEST);
    let result = lookup(machine, query, version, &mut trace);
    framed(&RESOLVER, version.to_string(), has_program(machine, RESOLVER.id), result, trace)
}

/// The DNS questions that it may send for `query`.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    if query.name.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    let names = names(machine, &query.name).into_iter().filter(|n| built_in(n).is_none()).collect();
    questions(names, query.family)
}

fn lookup(
    machine: &Machine,
    query: &Query,
    version: Version,
    trace: &mut Vec<Step>,
) -> Result<Ordered, Failure> {
    let name = &query.name;
    match &machine.resolv.state {
        FileState::Unrecorded => return Err(Failure::Unknown("the snapshot has no /etc/resolv.conf".into())),
        FileState::Read if !machine.resolv.value.nameservers.is_empty() => {}
        _ => {
            trace.push(Step::new("resolv.conf", "it names no server: no resolver can be built"));
            return Err(Failure::Code(Status::Failure, "no nameservers found in config"));
        }
    }
    if let Ok(address) = name.parse::<IpAddr>() {
        trace.push(Step::new("numeric", format!("{name} is an address: nothing is asked")));
        return Ok((
            as_delivered(vec![Candidate { address: address.into(), from: Source::Literal }]),
            Vec::new(),
        ));
    }
    let bare = name.strip_suffix('.').unwrap_or(name);
    if !name.is_ascii() {
        return Err(Failure::Unknown("hickory turns the name into its ASCII form (IDNA) first".into()));
    }
    if !bare.split('.').all(is_label) {
        trace.push(Step::new("name", format!("{name} cannot be a name: nothing is asked")));
        return Err(Failure::Code(Status::NotFound, "malformed label"));
    }
    let mut error = (Status::NotFound, "no record found");
    for candidate in names(machine, name) {
        match strategic(machine, query.family, version, bare, &candidate, trace)? {
            Ok(found) => return Ok(placed(found, version)),
            Err(code) => error = code,
        }
    }
    Err(Failure::Code(error.0, error.1))
}

type Code = (Status, &'static str);
type Found = Result<Vec<Candidate>, Code>;

/// `strategic_lookup` with the default of the version.
fn strategic(
    machine: &Machine,
    family: Family,
    version: Version,
    bare: &str,
    name: &str,
    trace: &mut Vec<Step>,
) -> Result<Found, Failure> {
    let mut ask = |kind: &'static str| one(machine, bare, name, kind, trace);
    match family {
        Family::Any if version >= BOTH => {
            let first = ask("AAAA")?;
            let second = ask("A")?;
            Ok(match (first, second) {
                (Ok(mut all), Ok(more)) => {
                    all.extend(more);
                    Ok(all)
                }
                (Ok(all), Err(_)) | (Err(_), Ok(all)) => Ok(all),
                (Err(code), Err(_)) => Err(code),
            })
        }
        Family::Any => match ask("A")? {
            Ok(found) => Ok(Ok(found)),
            Err(_) => ask("AAAA"),
        },
        _ => ask(kinds(family)[0]),
    }
}

/// `hosts_lookup`: the file for this type, then what is built in, then DNS.
fn one(
    machine: &Machine,
    bare: &str,
    name: &str,
    kind: &'static str,
    trace: &mut Vec<Step>,
) -> Result<Found, Failure> {
    let family = if kind == "A" { Family::V4 } else { Family::V6 };
    let listed = hosts::lookup(machine, &DIALECT, name, family).map_err(Failure::Unknown)?;
    if !listed.is_empty() {
        trace.push(Step::new(format!("hosts, {kind}"), hosts::list(&listed)));
        return Ok(Ok(listed));
    }
    match built_in(name) {
        Some(BuiltIn::Loopback) => {
            let address = match family {
                Family::V6 => IpAddr::V6(Ipv6Addr::LOCALHOST),
                _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
            };
            trace.push(Step::new(format!("built in, {kind}"), format!("{name} → {address}")));
            let from =
                Source::Builtin { cite: "hickory-resolver src/caching_client.rs, inner_lookup".into() };
            return Ok(Ok(vec![Candidate { address: address.into(), from }]));
        }
        Some(BuiltIn::Nothing) => {
            trace.push(Step::new(format!("built in, {kind}"), format!("{name} does not exist")));
            return Ok(Err((Status::NotFound, "no record found")));
        }
        None => {}
    }
    let found = from_dns(machine, bare, name, kind, 0)?;
    let detail = match &found {
        Ok(found) => hosts::list(found),
        Err(_) => format!("{name}: no address"),
    };
    trace.push(Step::new(format!("dns, {kind}"), detail));
    Ok(found.map_err(|reply| match reply {
        Reply::NxDomain => (Status::NotFound, "no record found"),
        Reply::NoData | Reply::Records => (Status::NoData, "no record found"),
        Reply::TimedOut => (Status::TryAgain, "request timed out"),
        Reply::NoServer => (Status::TryAgain, "no connections available"),
        Reply::ServFail | Reply::NoAnswer | Reply::Broken => {
            (Status::TryAgain, "the server refused or failed")
        }
    }))
}

/// Follows aliases that an answer leaves open itself, also to what is built in (`handle_noerror`).
fn from_dns(
    machine: &Machine,
    bare: &str,
    name: &str,
    kind: &'static str,
    depth: u8,
) -> Result<Result<Vec<Candidate>, Reply>, Failure> {
    const MAX_ALIASES: u8 = 8;
    let conf = &machine.resolv.value;
    let found = one_type(machine, conf, bare, name, kind)?;
    let open = match &found {
        Err(Reply::NoData) if depth < MAX_ALIASES => {
            first_usable(machine, conf, name, kind).ok().and_then(|(_, o)| {
                o?.records.iter().rev().find_map(|r| r.strip_prefix("CNAME ").map(str::to_owned))
            })
        }
        _ => None,
    };
    let Some(target) = open else { return Ok(found) };
    let target = target.trim_end_matches('.');
    match built_in(target) {
        Some(BuiltIn::Loopback) => Ok(Ok(vec![loopback(kind)])),
        Some(BuiltIn::Nothing) => Ok(Err(Reply::NxDomain)),
        None => from_dns(machine, bare, target, kind, depth + 1),
    }
}

fn loopback(kind: &str) -> Candidate {
    let address = match kind {
        "AAAA" => IpAddr::V6(Ipv6Addr::LOCALHOST),
        _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let from = Source::Builtin { cite: "hickory-resolver src/caching_client.rs, inner_lookup".into() };
    Candidate { address: address.into(), from }
}

/// `Label::from_utf8` for ASCII: letters, digits and hyphens, none in front; underscores only in labels that begin with one;
/// `*` alone.
fn is_label(label: &str) -> bool {
    let underscores = label.starts_with('_');
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || (underscores && b == b'_');
    label == "*" || ((1..=63).contains(&label.len()) && !label.starts_with('-') && label.bytes().all(fits))
}

enum BuiltIn {
    Loopback,
    Nothing,
}

/// RFC 6761 as `ResolverUsage` has it.
fn built_in(name: &str) -> Option<BuiltIn> {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match last.as_str() {
        "localhost" => Some(BuiltIn::Loopback),
        "invalid" | "onion" => Some(BuiltIn::Nothing),
        _ => None,
    }
}

/// `build_names`, in the order in which they are tried: the system's domain, the search list; the name as it is before
/// them with enough labels, else behind.
fn names(machine: &Machine, name: &str) -> Vec<String> {
    if let Some(bare) = name.strip_suffix('.') {
        return vec![bare.to_owned()];
    }
    let conf = &machine.resolv.value;
    let labels = name.split('.').count();
    let as_is_first = labels > usize::from(conf.ndots) || matches!(built_in(name), Some(BuiltIn::Loopback));
    let own_domain = machine.os.hostname.split_once('.').map(|(_, domain)| domain.to_owned());
    let search: Vec<String> = conf.search.as_ref().map(|(_, list)| list.clone()).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for domain in own_domain.iter().chain(&search).filter(|d| !d.is_empty() && *d != "--") {
        let expanded = format!("{name}.{}", domain.trim_end_matches('.'));
        if !names.contains(&expanded) && is_encodable(&expanded) {
            names.push(expanded);
        }
    }
    let at = if as_is_first { 0 } else { names.len() };
    names.insert(at, name.to_owned());
    names
}

/// The strategy places the families; within one the order is that of the source.
fn placed(found: Vec<Candidate>, version: Version) -> Ordered {
    let both = found.iter().any(|c| c.address.address.is_ipv4())
        && found.iter().any(|c| c.address.address.is_ipv6());
    if !both || version < BOTH {
        return (as_delivered(found), Vec::new());
    }
    let placed_by = Because::PreferV6 { setting: "LookupIpStrategy Ipv6AndIpv4".into() };
    let ranked = |c: Candidate| Ranked { address: c.address, from: c.from, placed_by: placed_by.clone() };
    (found.into_iter().map(ranked).collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, dual};
    use super::*;

    fn ask(bench: &Bench, name: &str) -> String {
        bench.ask(answer, name, Family::Any)
    }

    #[test]
    fn localhost_is_built_in_family_by_family() {
        let bench = dual().hosts("192.0.2.55 localhost\n");
        assert_eq!(ask(&bench, "localhost"), "::1 192.0.2.55");
        assert_eq!(ask(&dual().hosts(""), "Foo.LocalHost."), "::1 127.0.0.1");
        assert_eq!(dual().hosts("").ask(answer, "localhost", Family::V4), "127.0.0.1");
        assert_eq!(ask(&dual(), "a.invalid"), "no record found");
    }

    #[test]
    fn the_default_strategy_changed() {
        let old = dual().program("hickory", "0.25.2");
        assert_eq!(ask(&old, "localhost"), "127.0.0.1");
        assert_eq!(ask(&old.hosts("::1 localhost\n"), "localhost"), "127.0.0.1");
        assert_eq!(ask(&dual(), "localhost"), "::1 127.0.0.1");
    }

    #[test]
    fn the_types_are_independent() {
        let bench = dual().hosts("192.0.2.1 box.test\n").dns("box.test", "AAAA", "NOERROR", &["2001:db8::9"]);
        let got = answer(&bench.machine(), &Query::any("box.test"));
        assert_eq!(super::super::bench::outcome(&got), "2001:db8::9 192.0.2.1");
        assert!(matches!(got.addresses[0].from, Source::Dns { .. }));
        assert!(matches!(got.addresses[1].from, Source::HostsLine { line: 1, .. }));
        assert!(matches!(&got.addresses[0].placed_by, Because::PreferV6 { .. }));
    }

    #[test]
    fn the_search_list_comes_before_the_hosts_file() {
        let bench = dual()
            .hosts("192.0.2.1 box\n")
            .file("/etc/resolv.conf", "nameserver 192.0.2.53\nsearch corp.test\n")
            .dns("box.corp.test", "A", "NOERROR", &["192.0.2.9"])
            .dns("box.corp.test", "AAAA", "NOERROR", &[]);
        assert_eq!(ask(&bench, "box"), "192.0.2.9");
        assert_eq!(ask(&bench, "localhost"), "::1 127.0.0.1");
    }

    #[test]
    fn an_alias_of_localhost_is_loopback() {
        let bench = dual().hosts("").dns("a.test", "A", "NOERROR", &["CNAME localhost"]);
        assert_eq!(bench.ask(answer, "a.test", Family::V4), "127.0.0.1");
    }

    #[test]
    fn names_that_cannot_be_asked() {
        for name in ["a_b.test", "-x.test", "a..b", "x y", "fe80::1%lo"] {
            assert_eq!(ask(&dual().hosts(&format!("192.0.2.1 {name}\n")), name), "malformed label", "{name}");
        }
        assert_eq!(ask(&dual().hosts("192.0.2.1 _srv\n").nx(&["_srv"]), "_srv"), "192.0.2.1");
    }

    #[test]
    fn a_bad_byte_or_a_missing_server() {
        let bench = dual().bytes("/etc/hosts", b"192.0.2.1 box # \xff\n").nx(&["box"]);
        assert_eq!(ask(&bench, "box"), "no record found");
        let bench = dual().file("/etc/resolv.conf", "search a.test\n");
        assert_eq!(ask(&bench, "localhost"), "no nameservers found in config");
    }
}
