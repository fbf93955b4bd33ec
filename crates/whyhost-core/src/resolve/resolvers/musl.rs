//! musl's getaddrinfo (`src/network/getaddrinfo.c`, `lookup_name.c`) from 1.2.1 on: no nsswitch.conf, no gai.conf, no
//! host.conf, nothing built in.

use super::Resolver;
use crate::machine::{FileState, Machine};
use crate::resolve::answer::{Answer, Because, Error, Evidence, Query, Ranked, Source, Status, Step};
use crate::resolve::numeric::{Numeric, numeric};
use crate::resolve::order;
use crate::resolve::stage::{Call, Candidate, musl_dns};
use crate::snapshot::{Family, FileKind, ScopedAddr, SourceOutcome};
use hosts_edit::dialect::MUSL;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// musl's getaddrinfo.
pub const RESOLVER: Resolver = Resolver {
    id: "musl",
    name: "musl",
    versions: "1.2.1 to 1.2.6",
    evidence: Evidence::Measured { run: "1.2.3, 1.2.6" },
    stages: &[
        "AI_ADDRCONFIG: leaves out a family whose loopback address a UDP socket cannot be connected to",
        "numeric names: an address is answered at once",
        "hosts: /etc/hosts; a name that is there with the other family only ends the look-up",
        "dns: all servers at once; the search list first for names with few dots",
    ],
    order: "RFC 6724 rules 1, 2, 5, 6, 8, 9, 10 with that standard's table; IPv4 addresses alone keep their order",
    deviations: &[
        "1.2.6, a zone behind an address that is not link-local: the real one ends the look-up, the model skips the line",
    ],
    references: &[
        "musl 1.2.6 src/network/lookup_name.c: __lookup_name, name_from_hosts, name_from_dns_search",
        "musl 1.2.6 src/network/getaddrinfo.c, lookup_ipliteral.c, resolvconf.c",
        "https://www.rfc-editor.org/rfc/rfc6724#section-6",
    ],
    answer,
};

/// The version that is modelled where the machine does not say: the latest one recorded.
const LATEST: (u32, u32, u32) = (1, 2, 6);

/// What musl answers to `query`.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    let version = version(machine);
    let result = lookup(machine, query, version >= (1, 2, 4), &mut trace)
        .and_then(|candidates| sorted(machine, candidates, &mut trace))
        .map_err(|failure| match failure {
            // EAI_NODATA came with 1.2.4.
            Failure::Code("EAI_NODATA") if version < (1, 2, 4) => Failure::Code("EAI_NONAME"),
            failure => failure,
        });
    finish(machine, version, result, trace)
}

/// The DNS questions that musl may send for `query`.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    let modern = version(machine) >= (1, 2, 4);
    let Ok((family, _)) = configured_family(machine, query, modern, &mut Vec::new()) else {
        return Vec::new();
    };
    let family = if query.flags.v4mapped && family == Family::V6 { Family::Any } else { family };
    let in_hosts = !hosts(machine, &query.name, Family::Any).is_empty();
    if in_hosts || numeric(machine, &query.name).is_some() || query.flags.numerichost {
        return Vec::new();
    }
    musl_dns::questions(machine, &query.name, Call::from(family))
}

/// Why there is no address.
enum Failure {
    Code(&'static str),
    Unknown(String),
}

fn version(machine: &Machine) -> (u32, u32, u32) {
    let parse = |text: &str| {
        let mut parts = text.split('.').map(|p| p.parse().unwrap_or(0));
        Some((parts.next()?, parts.next()?, parts.next().unwrap_or(0)))
    };
    let libc = machine.os.libc.as_ref().filter(|l| l.name == "musl");
    libc.and_then(|l| parse(&l.version)).unwrap_or(LATEST)
}

fn lookup(
    machine: &Machine,
    query: &Query,
    modern: bool,
    trace: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    let (family, without_family) = configured_family(machine, query, modern, trace)?;
    let mapping = query.flags.v4mapped && family == Family::V6;
    let asked = if mapping { Family::Any } else { family };
    let mut found = backends(machine, query, asked, modern, trace)?;
    if without_family {
        return Err(Failure::Code("EAI_NODATA"));
    }
    if mapping {
        if !query.flags.all && found.iter().any(|c| c.address.address.is_ipv6()) {
            found.retain(|c| c.address.address.is_ipv6());
        }
        for candidate in &mut found {
            if let IpAddr::V4(v4) = candidate.address.address {
                candidate.address = IpAddr::V6(v4.to_ipv6_mapped()).into();
            }
        }
    }
    Ok(found)
}

/// AI_ADDRCONFIG: a UDP socket of the family can be connected to its loopback address; interfaces do not matter. The
/// flag says that the very family asked for is missing.
fn configured_family(
    machine: &Machine,
    query: &Query,
    modern: bool,
    trace: &mut Vec<Step>,
) -> Result<(Family, bool), Failure> {
    let mut family = query.family;
    let mut missing = false;
    if !query.flags.addrconfig {
        return Ok((family, false));
    }
    let tests = [
        (Family::V4, Family::V6, IpAddr::V4(Ipv4Addr::LOCALHOST)),
        (Family::V6, Family::V4, IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    for (this, other, loopback) in tests {
        if family == other {
            continue;
        }
        match machine.source_of(loopback.into()) {
            Some(SourceOutcome::Source(_)) => continue,
            Some(SourceOutcome::Errno(errno)) => {
                trace.push(Step::new("AI_ADDRCONFIG", format!("{loopback}: {errno}, family left out")));
            }
            None => {
                return Err(Failure::Unknown(format!(
                    "the source address for {loopback} is not in the snapshot"
                )));
            }
        }
        if family == this {
            missing = true;
            if !modern {
                return Err(Failure::Code("EAI_NONAME"));
            }
        }
        family = other;
    }
    Ok((family, missing))
}

/// NULL, numeric, hosts, DNS: the first with a result, or with an error, ends it.
fn backends(
    machine: &Machine,
    query: &Query,
    family: Family,
    modern: bool,
    trace: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    if query.name == "*" && query.port.is_some() {
        return Ok(local_addresses(query, family));
    }
    if query.name.is_empty() || query.name.len() > 254 {
        return Err(Failure::Code("EAI_NONAME"));
    }
    if let Some(address) = literal(machine, query, family)? {
        return Ok(vec![Candidate { address, from: Source::Literal }]);
    }
    if query.flags.numerichost {
        return Err(Failure::Code("EAI_NONAME"));
    }
    let found = from_hosts(machine, query, family, trace)?;
    if !found.is_empty() {
        return Ok(found);
    }
    match musl_dns::ask(machine, &query.name, Call::from(family), modern) {
        musl_dns::Found::Addresses(found) => {
            trace.push(Step::new("dns", list(&found)));
            Ok(found)
        }
        musl_dns::Found::Error(code) => {
            trace.push(Step::new("dns", code));
            Err(Failure::Code(code))
        }
        musl_dns::Found::Unknown(why) => Err(Failure::Unknown(why)),
    }
}

fn local_addresses(query: &Query, family: Family) -> Vec<Candidate> {
    let v4 = if query.flags.passive { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let v6 = if query.flags.passive { Ipv6Addr::UNSPECIFIED } else { Ipv6Addr::LOCALHOST };
    let wanted = |a: &IpAddr| family.covers(*a);
    let from = Source::Builtin { cite: "lookup_name.c, name_from_null".into() };
    [IpAddr::V4(v4), IpAddr::V6(v6)]
        .into_iter()
        .filter(wanted)
        .map(|a| Candidate { address: a.into(), from: from.clone() })
        .collect()
}

/// `__lookup_ipliteral`: the family must fit; a v4-mapped address is an IPv6 address.
fn literal(machine: &Machine, query: &Query, family: Family) -> Result<Option<ScopedAddr>, Failure> {
    let address = match numeric(machine, &query.name) {
        None => return Ok(None),
        Some(Numeric::UnknownZone) => return Err(Failure::Code("EAI_NONAME")),
        Some(Numeric::V4(v4)) => IpAddr::V4(v4).into(),
        Some(Numeric::V6(v6)) => v6,
    };
    if family.covers(address.address) { Ok(Some(address)) } else { Err(Failure::Code("EAI_NODATA")) }
}

fn from_hosts(
    machine: &Machine,
    query: &Query,
    family: Family,
    trace: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    let path = &machine.hosts.path;
    match &machine.hosts.state {
        FileState::Absent(errno) if !matches!(errno.as_str(), "ENOENT" | "ENOTDIR" | "EACCES") => {
            return Err(Failure::Code("EAI_SYSTEM"));
        }
        FileState::Read | FileState::Absent(_) | FileState::NotAFile(FileKind::Directory) => {}
        FileState::NotAFile(_) => return Err(Failure::Unknown(format!("{path} is no regular file"))),
        FileState::Unreadable(why) => return Err(Failure::Unknown(format!("could not read {path}: {why}"))),
        FileState::Unrecorded => return Err(Failure::Unknown(format!("the snapshot has no {path}"))),
    }
    let found = hosts(machine, &query.name, family);
    let detail =
        if found.is_empty() { format!("{path} has no line for {}", query.name) } else { list(&found) };
    trace.push(Step::new("hosts", detail));
    if found.is_empty() && !hosts(machine, &query.name, Family::Any).is_empty() {
        trace.push(Step::new("hosts", "the name is there with the other family: DNS is not asked"));
        return Err(Failure::Code("EAI_NODATA"));
    }
    Ok(found)
}

fn hosts(machine: &Machine, name: &str, family: Family) -> Vec<Candidate> {
    let interface =
        |zone: &[u8]| machine.raw.interfaces.iter().find(|i| i.name.as_bytes() == zone).map(|i| i.index);
    let view = machine.hosts.value.view(&MUSL).with_zones(&interface);
    let hits = view.lookup(name.as_bytes(), family.into());
    hits.into_iter()
        .map(|hit| Candidate {
            address: ScopedAddr { address: hit.address, scope_id: hit.scope_id },
            from: Source::HostsLine { path: machine.hosts.path.clone(), line: hit.line },
        })
        .collect()
}

fn list(found: &[Candidate]) -> String {
    found.iter().map(|c| format!("{} → {}", c.from, c.address)).collect::<Vec<_>>().join(" · ")
}

fn sorted(machine: &Machine, found: Vec<Candidate>, trace: &mut Vec<Step>) -> Result<Vec<Ranked>, Failure> {
    let ranked = order::musl::sort(machine, found).map_err(|d| {
        Failure::Unknown(format!(
            "the source address for {d} is not in the snapshot: the order cannot be computed"
        ))
    })?;
    if let Some(first) = ranked.first().filter(|r| r.placed_by != Because::OnlyOne) {
        trace.push(Step::new("sort", format!("{} comes first: {}", first.address, first.placed_by)));
    }
    Ok(ranked)
}

fn finish(
    machine: &Machine,
    (major, minor, patch): (u32, u32, u32),
    result: Result<Vec<Ranked>, Failure>,
    mut trace: Vec<Step>,
) -> Answer {
    let (status, error, addresses) = match result {
        Ok(ranked) => (Status::Found, None, ranked),
        Err(Failure::Code(code)) => {
            let status = match code {
                "EAI_NONAME" => Status::NotFound,
                "EAI_NODATA" => Status::NoData,
                "EAI_AGAIN" => Status::TryAgain,
                _ => Status::Failure,
            };
            (status, Some(Error { code, errno: None }), Vec::new())
        }
        Err(Failure::Unknown(why)) => {
            trace.push(Step::new("unknown", why));
            (Status::Unknown, None, Vec::new())
        }
    };
    Answer {
        resolver: "musl",
        version: format!("{major}.{minor}.{patch}"),
        installed: machine.os.libc.as_ref().is_some_and(|l| l.name == "musl"),
        evidence: RESOLVER.evidence,
        status,
        error,
        addresses,
        canonical: None,
        trace,
        comparison: Vec::new(),
    }
}
