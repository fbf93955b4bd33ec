//! Resolver models: who answers a name with which addresses, in which order, and which step decided.

mod answer;
pub mod numeric;
pub mod order;
pub mod resolvers;
pub mod stage;

pub use answer::{
    Answer, Because, Error, Evidence, Query, QueryFlags, Ranked, RuleRow, Source, Status, Step,
};
pub use resolvers::{RESOLVERS, Resolver, glibc, musl};

use crate::machine::Machine;
use crate::snapshot::{Family, OsFamily, ScopedAddr};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The answers of every modelled resolver for `query`: the machine's own first, the others in the order of
/// [`RESOLVERS`].
pub fn answers(machine: &Machine, query: &Query) -> Vec<Answer> {
    let own = own(machine);
    let others = RESOLVERS.iter().copied().filter(|r| r.id != own.id);
    std::iter::once(own).chain(others).map(|r| (r.answer)(machine, query)).collect()
}

/// The resolver behind the machine's getaddrinfo.
pub fn own(machine: &Machine) -> &'static Resolver {
    let libc = machine.os.libc.as_ref().map(|l| l.name.as_str());
    let id = match (machine.os.family, libc) {
        (OsFamily::Linux, Some("musl")) => "musl",
        (OsFamily::Linux, _) => "glibc",
        (OsFamily::Macos, _) => "macos",
        (OsFamily::Windows, _) => "windows",
    };
    resolvers::by_id(id).unwrap_or(RESOLVERS[0])
}

/// The answer of the resolver `id`; `None` where there is none of that name.
pub fn of(machine: &Machine, id: &str, query: &Query) -> Option<Answer> {
    resolvers::by_id(id).map(|r| (r.answer)(machine, query))
}

/// The addresses whose kernel source address the models will need for `name`: what to record in
/// `source_addresses` before predicting. Both loopback addresses are always among them.
pub fn destinations(machine: &Machine, name: &str) -> Vec<ScopedAddr> {
    let mut all: Vec<ScopedAddr> =
        vec![IpAddr::V6(Ipv6Addr::LOCALHOST).into(), IpAddr::V4(Ipv4Addr::LOCALHOST).into()];
    for family in [Family::Any, Family::V4] {
        let hits =
            machine.hosts.value.lookup(stage::files::dialect(machine.glibc), name.as_bytes(), family.into());
        all.extend(hits.into_iter().map(|h| ScopedAddr { address: h.address, scope_id: h.scope_id }));
    }
    all.extend(resolvers::destinations(machine, name));
    // nss-myhostname: 127.0.0.2 for a machine without addresses, else the own ones, with a scope only for AF_UNSPEC.
    all.push(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)).into());
    for interface in &machine.raw.interfaces {
        for own in &interface.addresses {
            all.push(own.address.into());
            if matches!(own.address, IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfe80) {
                all.push(ScopedAddr { address: own.address, scope_id: interface.index });
            }
        }
    }
    all.extend(machine.raw.live.lookups.iter().flat_map(|l| match &l.outcome {
        crate::snapshot::LiveOutcome::Found(addresses) => addresses.clone(),
        _ => Vec::new(),
    }));
    let dns = machine.raw.live.dns.iter().flat_map(|o| &o.records);
    all.extend(dns.filter_map(|r| r.parse::<IpAddr>().ok()).map(ScopedAddr::from));
    // AF_INET6 with AI_V4MAPPED asks for the mapped form.
    let mapped: Vec<ScopedAddr> = all
        .iter()
        .filter_map(|a| match a.address {
            IpAddr::V4(v4) => Some(IpAddr::V6(v4.to_ipv6_mapped()).into()),
            IpAddr::V6(_) => None,
        })
        .collect();
    all.extend(mapped);
    let mut seen = std::collections::HashSet::new();
    all.retain(|a| seen.insert(*a));
    all
}

/// The DNS questions (absolute name without final dot, record type) that the machine's own C library may send for
/// `query`, in order; empty when no service asks DNS. What the command asks and records before predicting.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    if machine.os.libc.as_ref().is_some_and(|l| l.name == "musl") {
        return musl::dns_questions(machine, query);
    }
    glibc::dns_questions(machine, query)
}

/// The names under which the machine's own C library asks DNS for `name`, in order: as it is, and below the domains of
/// the search list. Whether a service before DNS answers does not matter here.
pub fn dns_names(machine: &Machine, name: &str) -> Vec<String> {
    let questions = match machine.os.libc.as_ref() {
        Some(libc) if libc.name == "musl" => stage::musl_dns::questions(machine, name, stage::Call::V4),
        _ => stage::dns::questions(machine, name, stage::Call::V4),
    };
    questions.into_iter().map(|(name, _)| name).collect()
}

impl From<Family> for hosts_edit::Family {
    fn from(family: Family) -> Self {
        match family {
            Family::Any => hosts_edit::Family::Any,
            Family::V4 => hosts_edit::Family::V4,
            Family::V6 => hosts_edit::Family::V6,
        }
    }
}
