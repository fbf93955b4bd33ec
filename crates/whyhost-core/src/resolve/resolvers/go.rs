//! Go's `net` package: what `net.Dial` and `net/http` look up (`Resolver.internetAddrList` over `lookupIPAddr`), for
//! programs built with cgo and without it.
//!
//! Sources: Go 1.19.8 and 1.27.3, src/net: conf.go, nss.go, dnsconfig_unix.go, hosts.go, dnsclient_unix.go, addrselect.go,
//! ipsock.go, cgo_unix.go, cgo_linux.go.

mod choice;
mod conf;
mod dns;

use super::model::{Failure, Ordered, Version, answer as framed, has_program, sorted};
use super::{Resolver, glibc, musl};
use crate::machine::Machine;
use crate::resolve::answer::{Answer, Because, Evidence, Query, QueryFlags, Ranked, Source, Status, Step};
use crate::resolve::order::keyed::{RFC6724, Style, Unreachable};
use crate::resolve::stage::{Candidate, hosts};
use crate::snapshot::{Family, ScopedAddr};
use choice::{Build, Order};
use hosts_edit::dialect::GO as DIALECT;
use std::net::{IpAddr, Ipv4Addr};

const REFERENCES: &[&str] = &[
    "Go 1.19.8 and 1.27.3 src/net/conf.go: hostLookupOrder, lookupOrder",
    "Go src/net/dnsclient_unix.go: goLookupIPCNAMEOrder, nameList; dnsconfig_unix.go: dnsReadConfig; nss.go: parseNSSConf",
    "Go src/net/addrselect.go: sortByRFC6724; ipsock.go: internetAddrList",
    "https://pkg.go.dev/net#hdr-Name_Resolution",
];
const ORDER: &str = "RFC 6724 rules 1, 2, 5, 6, 8 and, for IPv6, 9 (64 bits), with that standard's table; gai.conf is not read";
const LOOKUP_HOST: &str = "net.LookupHost gives the addresses of the hosts file in the order of its lines; this is the order that net.Dial tries";
const ZONE_TEXT: &str =
    "a zone that names no interface stays as text in Go (fe80::1%lo0); here the address has no scope";

/// Go programs built with cgo, the default of a native build.
pub const RESOLVER: Resolver = Resolver {
    id: "go",
    name: "Go (built with cgo)",
    versions: "1.19 to 1.27",
    evidence: Evidence::Measured { run: "1.19.8, 1.27.3" },
    stages: &[
        "GODEBUG netdns=go or netdns=cgo",
        "LOCALDOMAIN, RES_OPTIONS, HOSTALIASES: the C library is asked",
        "resolv.conf with an unknown option, a name with \\ or %: the C library",
        "nsswitch.conf with a source or criterion that Go does not know, for this name: the C library (getaddrinfo with \
         AI_CANONNAME, AI_V4MAPPED, AI_ALL)",
        "else Go's own resolver: /etc/hosts and DNS in the order of nsswitch.conf",
    ],
    order: ORDER,
    deviations: &[
        LOOKUP_HOST,
        ZONE_TEXT,
        "the hosts file is read again after 5 seconds, and not when its size and time stay the same",
    ],
    references: REFERENCES,
    answer,
};

/// Go programs built without cgo: static binaries, cross-compiled ones.
pub const PURE: Resolver = Resolver {
    id: "go-pure",
    name: "Go (CGO_ENABLED=0)",
    versions: "1.19 to 1.27",
    evidence: Evidence::Measured { run: "1.19.8, 1.27.3" },
    stages: &[
        "/etc/hosts and DNS in the order of nsswitch.conf; files then dns where there is no hosts line",
        "a source that Go does not know counts as DNS if no dns follows (since 1.21; before: files then dns)",
        "files: a name that is there with the other family only ends the look-up",
        "dns: the search list of resolv.conf, A and AAAA; one family is enough",
    ],
    order: ORDER,
    deviations: &[
        LOOKUP_HOST,
        ZONE_TEXT,
        "of an NXDOMAIN for one type and a failure for the other, the later one is reported: the failure is assumed",
        "addresses without a route keep the order in which the DNS answers came: A first is assumed",
    ],
    references: REFERENCES,
    answer: answer_pure,
};

/// The version that is modelled where the machine does not say.
const LATEST: Version = Version(1, 27, 3);

const STYLE: Style = Style { policy: RFC6724, unreachable: Unreachable::KeepOrder, prefix_bits: 64 };

/// What a Go program built with cgo looks up for `query`.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    of_build(machine, query, &RESOLVER, Build::Cgo)
}

/// What a Go program built without cgo looks up for `query`.
pub fn answer_pure(machine: &Machine, query: &Query) -> Answer {
    of_build(machine, query, &PURE, Build::Pure)
}

/// The DNS questions that Go's own resolver may send for `query`.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    let in_hosts = || hosts::lookup(machine, &DIALECT, &query.name, Family::Any).is_ok_and(|f| !f.is_empty());
    let order = choice::order(machine, version(machine), Build::Pure, &query.name).map(|(order, _)| order);
    let asks = match order {
        Ok(Order::Dns | Order::DnsFiles) => true,
        Ok(Order::FilesDns) => !in_hosts(),
        _ => false,
    };
    if !asks || literal(machine, &query.name).is_some() {
        return Vec::new();
    }
    dns::questions(machine, version(machine), &query.name, query.family)
}

fn version(machine: &Machine) -> Version {
    Version::of_program(machine, RESOLVER.id).unwrap_or(LATEST)
}

fn of_build(machine: &Machine, query: &Query, resolver: &Resolver, build: Build) -> Answer {
    let mut trace = Vec::new();
    let version = version(machine);
    let installed = has_program(machine, RESOLVER.id) || has_program(machine, resolver.id);
    let result = lookup(machine, query, version, build, &mut trace)
        .and_then(|found| dialled(found, query.family, &mut trace));
    framed(resolver, version.to_string(), installed, result, trace)
}

fn lookup(
    machine: &Machine,
    query: &Query,
    version: Version,
    build: Build,
    trace: &mut Vec<Step>,
) -> Result<Ordered, Failure> {
    let name = &query.name;
    if name.is_empty() {
        return no_such_host();
    }
    if let Some(address) = literal(machine, name) {
        trace.push(Step::new("numeric", format!("{name} is an address: nothing is asked")));
        let address = ScopedAddr { address: address.address.to_canonical(), ..address };
        let only = Ranked { address, from: Source::Literal, placed_by: Because::OnlyOne };
        return Ok((vec![only], Vec::new()));
    }
    let (order, why) = choice::order(machine, version, build, name)?;
    trace.push(Step::new("resolver", format!("{}: {why}", order.words())));
    match order {
        Order::Cgo => from_libc(machine, query, version, trace),
        Order::Files => {
            let found = from_file(machine, name, trace)?;
            match found.is_empty() {
                // Until 1.20 nothing is found without an error, which is noticed later.
                true if version < choice::REWORKED => {
                    Err(Failure::Code(Status::NotFound, "no suitable address found"))
                }
                true => no_such_host(),
                false => sorted(machine, &STYLE, found, trace),
            }
        }
        Order::FilesDns => {
            let found = from_file(machine, name, trace)?;
            let found = if found.is_empty() { dns::ask(machine, query, version, trace)? } else { found };
            sorted(machine, &STYLE, found, trace)
        }
        Order::Dns => {
            let found = dns::ask(machine, query, version, trace)?;
            sorted(machine, &STYLE, found, trace)
        }
        Order::DnsFiles => {
            let found = match dns::ask(machine, query, version, trace) {
                Err(error @ Failure::Code(..)) if dns::is_domain_name(name) => {
                    let found = from_file(machine, name, trace)?;
                    if found.is_empty() {
                        return Err(error);
                    }
                    found
                }
                other => other?,
            };
            sorted(machine, &STYLE, found, trace)
        }
    }
}

fn no_such_host<T>() -> Result<T, Failure> {
    Err(Failure::Code(Status::NotFound, "no such host"))
}

/// `netip.ParseAddr`: strict IPv4, or IPv6 with any zone.
fn literal(machine: &Machine, name: &str) -> Option<ScopedAddr> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some(address.into());
    }
    let (address, zone) = name.split_once('%')?;
    let address: std::net::Ipv6Addr = address.parse().ok()?;
    let scope_id = hosts::zone_index(machine, zone.as_bytes());
    (!zone.is_empty()).then_some(ScopedAddr { address: IpAddr::V6(address), scope_id })
}

/// `goLookupIPFiles`: both families, whatever is asked for; a v4-mapped address is an IPv4 address to Go.
fn from_file(machine: &Machine, name: &str, trace: &mut Vec<Step>) -> Result<Vec<Candidate>, Failure> {
    let mut found = hosts::lookup(machine, &DIALECT, name, Family::Any).map_err(Failure::Unknown)?;
    for candidate in &mut found {
        candidate.address.address = candidate.address.address.to_canonical();
    }
    trace.push(Step::new("files", hosts::detail(machine, name, &found)));
    Ok(found)
}

/// `cgoLookupHostIP`: getaddrinfo of the C library that the program is linked with, that of the machine.
fn from_libc(
    machine: &Machine,
    query: &Query,
    version: Version,
    trace: &mut Vec<Step>,
) -> Result<Ordered, Failure> {
    let flags = QueryFlags { canonname: true, v4mapped: true, all: true, ..QueryFlags::default() };
    let query = Query { port: None, flags, ..query.clone() };
    let on_musl = machine.os.libc.as_ref().is_some_and(|l| l.name == "musl");
    let libc = if on_musl { musl::answer(machine, &query) } else { glibc::answer(machine, &query) };
    let why = libc.trace.last().map(|s| s.detail.clone()).unwrap_or_default();
    trace.extend(libc.trace);
    match (libc.status, libc.error) {
        (Status::Found, _) => {
            let canonical = |r: Ranked| Ranked {
                address: ScopedAddr { address: r.address.address.to_canonical(), ..r.address },
                ..r
            };
            Ok((libc.addresses.into_iter().map(canonical).collect(), libc.comparison))
        }
        (Status::Unknown, _) => {
            trace.pop();
            Err(Failure::Unknown(why))
        }
        (Status::NotFound, _) => no_such_host(),
        (Status::NoData, Some(error)) if error.code == "EAI_NODATA" && version >= choice::REWORKED => {
            Err(Failure::Code(Status::NoData, "no such host"))
        }
        (status, error) => Err(Failure::Code(status, error.map_or("no such host", |e| e.code))),
    }
}

/// `internetAddrList`: a lone `::` is followed by 0.0.0.0; then only the family of the network is kept.
fn dialled((mut all, rows): Ordered, family: Family, trace: &mut Vec<Step>) -> Result<Ordered, Failure> {
    if let [only] = all.as_slice()
        && only.address.address.is_unspecified()
        && only.address.address.is_ipv6()
    {
        let from = Source::Builtin { cite: "Go src/net/ipsock.go, internetAddrList".into() };
        trace.push(Step::new("dial", ":: alone is followed by 0.0.0.0"));
        let address = IpAddr::V4(Ipv4Addr::UNSPECIFIED).into();
        all.push(Ranked { address, from, placed_by: Because::FileOrder });
    }
    let before = all.len();
    all.retain(|r| match family {
        Family::Any => true,
        Family::V4 => r.address.address.is_ipv4(),
        Family::V6 => r.address.address.is_ipv6(),
    });
    if all.is_empty() {
        trace.push(Step::new("dial", "no address of the family of the network"));
        return Err(Failure::Code(Status::NoData, "no suitable address found"));
    }
    let rows = if all.len() == before { rows } else { Vec::new() };
    Ok((all, rows))
}

#[cfg(test)]
mod tests;
