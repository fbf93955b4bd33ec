//! glibc's getaddrinfo (`nss/getaddrinfo.c`; before 2.39 `sysdeps/posix/getaddrinfo.c`).

mod walk;

use super::Resolver;
use crate::machine::{GlibcVersion, Machine};
use crate::resolve::answer::{Answer, Because, Error, Evidence, Query, Ranked, Source, Status, Step};
use crate::resolve::numeric::{Numeric, numeric};
use crate::resolve::order::rfc6724;
use crate::resolve::stage::{Call, Candidate, dns};
use crate::snapshot::Family;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// glibc's getaddrinfo.
pub const RESOLVER: Resolver = Resolver {
    id: "glibc",
    name: "GNU C library",
    versions: "2.31 to 2.43",
    evidence: Evidence::Measured { run: "2.31, 2.36, 2.41, 2.43" },
    stages: &[
        "AI_ADDRCONFIG: leaves out a family without an address besides 127.0.0.1 and ::1",
        "numeric names: an address is answered without any service",
        "the services of the hosts line of nsswitch.conf, in their order, with their actions",
        "files: /etc/hosts, as host.conf `multi` says",
        "dns: the servers of resolv.conf, with its search list, both families at once",
        "myhostname: localhost, the machine's own name, _gateway",
        "resolve: what systemd-resolved answers; UNAVAIL when it does not run",
        "other modules: known when missing or idle; what their daemon would say is not",
    ],
    order: "RFC 6724 rules 1 to 10, with the table of RFC 3484 (IPv4-mapped 10) or that of gai.conf",
    deviations: &[
        "[SUCCESS=continue] before 2.36: which of the results passed over stay in the list is chance",
        "AF_INET with [SUCCESS=merge] and an answer without an address behind it: memory that was written over",
        "gai.conf entry without prefix length before 2.41: an uninitialised pointer is read (bug 32465)",
        "a hosts line without a service: look-ups fail in the model; some calls of 2.36 were seen to end the process",
        "nscd and what a long-running process keeps of gai.conf and host.conf are not modelled",
    ],
    references: &[
        "glibc nss/getaddrinfo.c (before 2.39 sysdeps/posix/getaddrinfo.c): gaih_inet, rfc3484_sort, gaiconf_init",
        "glibc nss/nss_database.c, nss/nss_action_parse.c (2.33), nss/nsswitch.c (before)",
        "glibc nss/nss_files/files-hosts.c, resolv/nss_dns/dns-host.c, resolv/res_query.c",
        "https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html",
        "https://man7.org/linux/man-pages/man5/gai.conf.5.html",
    ],
    answer,
};

/// What glibc answers to `query`.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    match lookup(machine, query, &mut trace) {
        Ok(found) => sorted(machine, found, trace),
        Err(failure) => without_addresses(machine, failure, trace),
    }
}

/// The DNS questions that the walk for `query` may send.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    let asks_dns = machine.nsswitch.value.effective(machine.glibc).iter().any(|s| s.name == "dns");
    let Ok(family) = configured_family(machine, query, &mut Vec::new()) else { return Vec::new() };
    let checked = family == Family::Any || !query.flags.canonname;
    let refused = checked && !dns::is_host_name(&query.name);
    if !asks_dns
        || refused
        || numeric(machine, &query.name).is_some()
        || !walk::reaches_dns(machine, query, family)
    {
        return Vec::new();
    }
    let mut questions = dns::questions(machine, &query.name, Call::from(family));
    if family == Family::V6 && query.flags.v4mapped {
        questions.extend(dns::questions(machine, &query.name, Call::V4));
    }
    questions
}

/// Addresses before the sort.
#[derive(Debug, Default)]
struct Found {
    candidates: Vec<Candidate>,
    canonical: Option<String>,
}

/// Why there are none.
#[derive(Debug)]
enum Failure {
    Code(Error),
    Unknown(String),
}

fn fail<T>(code: &'static str) -> Result<T, Failure> {
    Err(Failure::Code(Error { code, errno: None }))
}

fn system<T>(errno: Option<&'static str>) -> Result<T, Failure> {
    Err(Failure::Code(Error { code: "EAI_SYSTEM", errno }))
}

/// Everything up to the sort, in the order of getaddrinfo: AI_ADDRCONFIG, numeric names, services.
fn lookup(machine: &Machine, query: &Query, trace: &mut Vec<Step>) -> Result<Found, Failure> {
    let no_name = query.name == "*";
    // "*" counts as no name; neither name nor service is an error, and so is the canonical name of nothing.
    match query.port {
        None if no_name => return fail("EAI_NONAME"),
        _ if no_name && query.flags.canonname => return fail("EAI_BADFLAGS"),
        _ => {}
    }
    let family = configured_family(machine, query, trace)?;
    if no_name {
        return Ok(local_addresses(query, family));
    }
    if let Some(found) = literal(machine, query, family)? {
        trace.push(Step::new("numeric", format!("{} is an address: no service is asked", query.name)));
        return Ok(found);
    }
    if query.flags.numerichost {
        return fail("EAI_NONAME");
    }
    if family == Family::V4 && !query.flags.canonname {
        walk::simple(machine, query, trace)
    } else {
        walk::services(machine, query, family, trace)
    }
}

/// AI_ADDRCONFIG (`__check_pf`): a family without any configured address but 127.0.0.1 or ::1 is not asked.
fn configured_family(machine: &Machine, query: &Query, trace: &mut Vec<Step>) -> Result<Family, Failure> {
    if !query.flags.addrconfig {
        return Ok(query.family);
    }
    let dumped =
        || machine.raw.interfaces.iter().flat_map(|i| &i.addresses).map(|a| a.peer.unwrap_or(a.address));
    let seen_v4 = dumped().any(|a| a.is_ipv4() && a != IpAddr::V4(Ipv4Addr::LOCALHOST));
    let seen_v6 = dumped().any(|a| a.is_ipv6() && a != IpAddr::V6(Ipv6Addr::LOCALHOST));
    let family = match (query.family, seen_v4, seen_v6) {
        (Family::Any, true, false) => Family::V4,
        (Family::Any, false, true) => Family::V6,
        (Family::V4, false, _) | (Family::V6, _, false) => {
            trace.push(Step::new("AI_ADDRCONFIG", "no configured address of this family: no lookup"));
            return fail("EAI_NONAME");
        }
        (family, ..) => family,
    };
    if family != query.family {
        trace.push(Step::new(
            "AI_ADDRCONFIG",
            format!("only {} is configured: narrowed to it", words(family)),
        ));
    }
    Ok(family)
}

fn words(family: Family) -> &'static str {
    match family {
        Family::Any => "any family",
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

/// A NULL name (`get_local_addresses`): the loopback addresses, or the wildcards with AI_PASSIVE.
fn local_addresses(query: &Query, family: Family) -> Found {
    let v6 = if query.flags.passive { Ipv6Addr::UNSPECIFIED } else { Ipv6Addr::LOCALHOST };
    let v4 = if query.flags.passive { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let both = [IpAddr::V6(v6), IpAddr::V4(v4)];
    let from = Source::Builtin { cite: "getaddrinfo.c, get_local_addresses".into() };
    let wanted = both.into_iter().filter(|a| family.covers(*a));
    let candidates = wanted.map(|a| Candidate { address: a.into(), from: from.clone() }).collect();
    Found { candidates, canonical: None }
}

/// A name that is an address (`text_to_binary_address`).
fn literal(machine: &Machine, query: &Query, family: Family) -> Result<Option<Found>, Failure> {
    let address = match numeric(machine, &query.name) {
        None => return Ok(None),
        Some(Numeric::V4(v4)) => match family {
            Family::Any | Family::V4 => IpAddr::V4(v4).into(),
            Family::V6 if query.flags.v4mapped => IpAddr::V6(v4.to_ipv6_mapped()).into(),
            Family::V6 => return fail("EAI_ADDRFAMILY"),
        },
        Some(Numeric::UnknownZone) if family == Family::V4 => return fail("EAI_ADDRFAMILY"),
        Some(Numeric::UnknownZone) => return fail("EAI_NONAME"),
        Some(Numeric::V6(v6)) if family == Family::V4 => match v6.address {
            IpAddr::V6(inner) => match inner.to_ipv4_mapped() {
                Some(v4) => IpAddr::V4(v4).into(),
                None => return fail("EAI_ADDRFAMILY"),
            },
            IpAddr::V4(_) => v6,
        },
        Some(Numeric::V6(v6)) => v6,
    };
    let candidates = vec![Candidate { address, from: Source::Literal }];
    Ok(Some(Found { candidates, canonical: query.flags.canonname.then(|| query.name.clone()) }))
}

fn sorted(machine: &Machine, found: Found, mut trace: Vec<Step>) -> Answer {
    if found.candidates.is_empty() {
        return without_addresses(machine, Failure::Code(Error { code: "EAI_NONAME", errno: None }), trace);
    }
    if found.candidates.len() > 1 && !machine.gai.value.crashing.is_empty() {
        let line = machine.gai.value.crashing[0];
        trace.push(Step::new(
            "sort",
            format!("{}:{line}: prefix without /LEN crashes this glibc", machine.gai.path),
        ));
        return without_addresses(machine, Failure::Code(Error { code: "CRASH", errno: None }), trace);
    }
    let (addresses, comparison) = match order(machine, found.candidates, &mut trace) {
        Ok(ordered) => ordered,
        Err(unknown) => return without_addresses(machine, Failure::Unknown(unknown), trace),
    };
    Answer {
        status: Status::Found,
        error: None,
        addresses,
        canonical: found.canonical,
        comparison,
        ..empty(machine, trace)
    }
}

type Ordered = (Vec<Ranked>, Vec<crate::resolve::answer::RuleRow>);

/// One address is neither sorted nor probed; gai.conf is not read for it.
fn order(
    machine: &Machine,
    mut candidates: Vec<Candidate>,
    trace: &mut Vec<Step>,
) -> Result<Ordered, String> {
    if candidates.len() == 1 {
        let only = candidates.remove(0);
        return Ok((
            vec![Ranked { address: only.address, from: only.from, placed_by: Because::OnlyOne }],
            Vec::new(),
        ));
    }
    let (ranked, rows) = rfc6724::sort(machine, candidates).map_err(|d| {
        format!("the source address for {d} is not in the snapshot: the order cannot be computed")
    })?;
    trace.push(Step::new("sort", sort_detail(machine, &ranked)));
    Ok((ranked, rows))
}

fn sort_detail(machine: &Machine, ranked: &[Ranked]) -> String {
    let active = &machine.gai.value.active;
    let table = if active.is_empty() {
        "built-in table".to_owned()
    } else {
        let lines = active.iter().map(|(line, _)| line.to_string()).collect::<Vec<_>>().join(", ");
        format!("{} (line {lines})", machine.gai.path)
    };
    match ranked.first() {
        Some(first) => format!("{} comes first: {} · {table}", first.address, first.placed_by),
        None => table,
    }
}

fn empty(machine: &Machine, trace: Vec<Step>) -> Answer {
    let libc = machine.os.libc.as_ref();
    let GlibcVersion(major, minor) = machine.glibc;
    Answer {
        resolver: "glibc",
        version: format!("{major}.{minor}"),
        installed: libc.is_some_and(|l| l.name == "glibc"),
        evidence: RESOLVER.evidence,
        status: Status::Unknown,
        error: None,
        addresses: Vec::new(),
        canonical: None,
        trace,
        comparison: Vec::new(),
    }
}

fn without_addresses(machine: &Machine, failure: Failure, mut trace: Vec<Step>) -> Answer {
    match failure {
        Failure::Code(error) => {
            let status = match error.code {
                "EAI_NONAME" => Status::NotFound,
                "EAI_NODATA" | "EAI_ADDRFAMILY" => Status::NoData,
                "EAI_AGAIN" => Status::TryAgain,
                _ => Status::Failure,
            };
            Answer { status, error: Some(error), ..empty(machine, trace) }
        }
        Failure::Unknown(why) => {
            trace.push(Step::new("unknown", why));
            empty(machine, trace)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::dual;
    use super::*;

    #[test]
    fn the_file_of_hostaliases_counts_for_dns() {
        let bench = dual().env("HOSTALIASES", "/etc/host.aliases");
        let bench = bench.file("/etc/host.aliases", "api api.test\nbox api\nlocalhost api.test\n");
        let bench = bench.file("/etc/resolv.conf", "nameserver 192.0.2.53\nsearch corp.test\n");
        let bench =
            bench.dns("api.test", "A", "NOERROR", &["192.0.2.8"]).dns("api.test", "AAAA", "NOERROR", &[]);
        assert_eq!(bench.ask(answer, "api", Family::Any), "192.0.2.8");
        // A name that has another name again is asked for as it is, without the search list.
        assert_eq!(bench.ask(answer, "box", Family::Any), "192.0.2.8");
        assert_eq!(bench.ask(answer, "localhost", Family::Any), "::1 127.0.0.1");
        assert_eq!(
            dns_questions(&bench.machine(), &Query::any("box")),
            [("api.test".into(), "A"), ("api.test".into(), "AAAA")]
        );
        let from = &answer(&bench.machine(), &Query::any("api")).addresses[0].from;
        assert!(matches!(from, Source::Dns { expanded: Some(name), .. } if name == "api.test"), "{from:?}");
        let relative = bench.env("HOSTALIASES", "aliases");
        assert!(bench.ask(answer, "other.test", Family::Any).starts_with("unknown: DNS decides"));
        assert!(relative.ask(answer, "api", Family::Any).starts_with("unknown: HOSTALIASES names aliases"));
    }
}
