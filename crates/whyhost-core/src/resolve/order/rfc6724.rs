//! The sort of glibc (`rfc3484_sort` in getaddrinfo.c): the rules of RFC 6724 section 6 as that function implements
//! them, on the source addresses that the kernel named.

use super::policy::{as_v6, scope, value};
use crate::conf::gai::GaiConf;
use crate::machine::Machine;
use crate::resolve::answer::{Because, Ranked, RuleRow};
use crate::resolve::stage::Candidate;
use crate::snapshot::{ScopedAddr, SourceOutcome};
use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the sort knows of one destination (`struct sort_result`).
#[derive(Debug, Clone)]
struct Destination {
    address: IpAddr,
    source: Option<IpAddr>,
    deprecated: bool,
    home: bool,
    /// Prefix length of the source's address; 0 when unknown.
    prefix_len: u8,
    /// Interface of the source; `None` when unknown.
    index: Option<u32>,
    native: bool,
    dst_scope: i32,
    src_scope: i32,
    dst_label: i32,
    src_label: i32,
    precedence: i32,
    position: usize,
}

/// Why one destination comes before another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decision {
    ordering: Ordering,
    rule: u8,
    /// Value of the first and of the second.
    values: (String, String),
}

/// Sorts `candidates` as glibc does; the rows compare the two leading different addresses.
///
/// # Errors
/// The destination whose source address the snapshot does not name.
pub fn sort(
    machine: &Machine,
    candidates: Vec<Candidate>,
) -> Result<(Vec<Ranked>, Vec<RuleRow>), ScopedAddr> {
    let destinations = destinations(machine, &candidates)?;
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    merge_sort(&mut order, &|a, b| decide(&destinations[a], &destinations[b]).ordering);
    let sorted: Vec<&Destination> = order.iter().map(|i| &destinations[*i]).collect();
    let ranked = order.iter().enumerate().map(|(place, index)| Ranked {
        address: candidates[*index].address,
        from: candidates[*index].from.clone(),
        placed_by: because(&sorted, place),
    });
    Ok((ranked.collect(), rows(&sorted)))
}

/// What placed the address: the comparison with the one before it, for the first one with the one after it.
fn because(sorted: &[&Destination], place: usize) -> Because {
    let other = if place == 0 { 1 } else { place - 1 };
    let Some(neighbour) = sorted.get(other) else { return Because::OnlyOne };
    let decision = decide(sorted[place], neighbour);
    if decision.rule == 10 {
        return Because::FileOrder;
    }
    Because::Rfc6724 { rule: decision.rule, ours: decision.values.0, theirs: decision.values.1 }
}

/// `__qsort_r` is a merge sort: halves n/2 and n − n/2, the left one wins unless it is greater. The relation is not
/// transitive for mixed families, so another sort would give another order.
fn merge_sort(order: &mut [usize], compare: &impl Fn(usize, usize) -> Ordering) {
    if order.len() < 2 {
        return;
    }
    let middle = order.len() / 2;
    merge_sort(&mut order[..middle], compare);
    merge_sort(&mut order[middle..], compare);
    let (left, right) = (order[..middle].to_vec(), order[middle..].to_vec());
    let (mut l, mut r) = (0, 0);
    for slot in order.iter_mut() {
        let take_left = r == right.len() || (l < left.len() && compare(left[l], right[r]).is_le());
        *slot = if take_left { left[l] } else { right[r] };
        if take_left { l += 1 } else { r += 1 }
    }
}

/// The rules in order; the first that tells them apart decides.
fn decide(a: &Destination, b: &Destination) -> Decision {
    let found = (1..=9).find_map(|rule| {
        let (ordering, values) = compare(rule, a, b);
        ordering.is_ne().then_some(Decision { ordering, rule, values })
    });
    found.unwrap_or_else(|| Decision {
        ordering: a.position.cmp(&b.position),
        rule: 10,
        values: (a.position.to_string(), b.position.to_string()),
    })
}

/// One rule: the ordering it gives and the two values it looked at.
fn compare(rule: u8, a: &Destination, b: &Destination) -> (Ordering, (String, String)) {
    let both_reachable = a.source.is_some() && b.source.is_some();
    let yes_first = |x: bool, y: bool| y.cmp(&x);
    let ordering = match rule {
        1 => yes_first(a.source.is_some(), b.source.is_some()),
        6 => b.precedence.cmp(&a.precedence),
        8 => a.dst_scope.cmp(&b.dst_scope),
        _ if !both_reachable => Ordering::Equal,
        2 => yes_first(a.dst_scope == a.src_scope, b.dst_scope == b.src_scope),
        3 => yes_first(!a.deprecated, !b.deprecated),
        4 => yes_first(a.home, b.home),
        5 => yes_first(a.dst_label == a.src_label, b.dst_label == b.src_label),
        7 if a.index != b.index => yes_first(a.native, b.native),
        9 => {
            let (bits_a, bits_b) = common_bits(a, b);
            bits_b.cmp(&bits_a)
        }
        _ => Ordering::Equal,
    };
    (ordering, (shown(rule, a, b), shown(rule, b, a)))
}

/// The value of `d` under a rule, for people.
fn shown(rule: u8, d: &Destination, other: &Destination) -> String {
    let relation = |x: i32, y: i32| if x == y { "=" } else { "≠" };
    match rule {
        1 => d.source.map_or("no source".into(), |source| format!("source {source}")),
        2 => format!("scope {} {} {}", d.dst_scope, relation(d.dst_scope, d.src_scope), d.src_scope),
        3 => if d.deprecated { "deprecated source" } else { "current source" }.into(),
        4 => if d.home { "home address" } else { "no home address" }.into(),
        5 => format!("label {} {} {}", d.dst_label, relation(d.dst_label, d.src_label), d.src_label),
        6 => format!("precedence {}", d.precedence),
        7 => if d.native { "native" } else { "not native" }.into(),
        8 => format!("scope {}", d.dst_scope),
        9 => format!("{} common bits", common_bits(d, other).0),
        _ => format!("position {}", d.position + 1),
    }
}

const NAMES: [&str; 10] = [
    "usable",
    "scope",
    "deprecated",
    "home",
    "label",
    "precedence",
    "native",
    "smaller scope",
    "common prefix",
    "order of delivery",
];

/// The rules up to the deciding one, for the two leading addresses that differ.
fn rows(sorted: &[&Destination]) -> Vec<RuleRow> {
    let Some(first) = sorted.first() else { return Vec::new() };
    let Some(second) = sorted.iter().find(|d| d.address != first.address) else { return Vec::new() };
    let deciding = decide(first, second).rule;
    (1..=deciding)
        .map(|rule| RuleRow {
            rule,
            name: NAMES[usize::from(rule) - 1],
            first: shown(rule, first, second),
            second: shown(rule, second, first),
            decides: rule == deciding,
        })
        .collect()
}

/// Rule 9, same family only. IPv6: the leading equal bits of the first 32-bit word in which either pair differs. IPv4:
/// equal leading bits, but only if the destination lies in the source's on-link prefix; an unknown prefix length counts
/// as /32 (a shift by 32 leaves the mask alone on x86 and ARM).
fn common_bits(a: &Destination, b: &Destination) -> (u32, u32) {
    match (a.address, b.address, a.source, b.source) {
        (IpAddr::V4(a4), IpAddr::V4(b4), Some(IpAddr::V4(sa)), Some(IpAddr::V4(sb))) => {
            (common_v4(a4, sa, a.prefix_len), common_v4(b4, sb, b.prefix_len))
        }
        (IpAddr::V6(a6), IpAddr::V6(b6), Some(IpAddr::V6(sa)), Some(IpAddr::V6(sb))) => {
            let words = |x: Ipv6Addr, y: Ipv6Addr| {
                let differing = u128::from(x) ^ u128::from(y);
                [96, 64, 32, 0].map(|shift| (differing >> shift) as u32)
            };
            let (wa, wb) = (words(a6, sa), words(b6, sb));
            let word = (0..4).find(|i| wa[*i] != 0 || wb[*i] != 0);
            word.map_or((0, 0), |i| (wa[i].leading_zeros(), wb[i].leading_zeros()))
        }
        _ => (0, 0),
    }
}

fn common_v4(destination: Ipv4Addr, source: Ipv4Addr, prefix_len: u8) -> u32 {
    let differing = u32::from(destination) ^ u32::from(source);
    let mask = u32::MAX.wrapping_shl(32 - u32::from(prefix_len));
    if differing & mask == 0 { differing.leading_zeros() } else { 0 }
}

/// Sources and their properties for every candidate, in the order in which glibc asks the kernel.
fn destinations(machine: &Machine, candidates: &[Candidate]) -> Result<Vec<Destination>, ScopedAddr> {
    let known = known_addresses(machine);
    let gai = &machine.gai.value;
    // glibc uses one socket for all destinations; it is an IPv6 one as soon as an IPv6 address was met.
    let mut v6_socket = false;
    let v6_only = machine.sysctl("ipv6/bindv6only") == Some(1);
    let mut all = Vec::with_capacity(candidates.len());
    for (position, candidate) in candidates.iter().enumerate() {
        let address = candidate.address.address;
        let source = source(machine, candidate.address)?;
        match address {
            IpAddr::V6(_) => v6_socket = machine.has_inet6_sockets(),
            IpAddr::V4(_) if v6_only => v6_socket = false,
            IpAddr::V4(_) => {}
        }
        let entry = source.and_then(|s| find(&known, s, address, v6_socket));
        all.push(destination(machine, gai, address, source, entry, position));
    }
    Ok(all)
}

/// The recorded source of a destination, `None` where the kernel refused; an IPv4 source seen through an IPv6 socket is
/// an IPv4 source.
pub(super) fn source(machine: &Machine, destination: ScopedAddr) -> Result<Option<IpAddr>, ScopedAddr> {
    match machine.source_of(destination) {
        Some(SourceOutcome::Errno(_)) => Ok(None),
        Some(SourceOutcome::Source(IpAddr::V6(v6))) if destination.address.is_ipv4() => {
            Ok(Some(v6.to_ipv4_mapped().map_or(IpAddr::V6(*v6), IpAddr::V4)))
        }
        Some(SourceOutcome::Source(source)) => Ok(Some(*source)),
        // The kernel answers for an address of its own with that address.
        None if is_own(machine, destination) => Ok(Some(destination.address)),
        None => Err(destination),
    }
}

fn is_own(machine: &Machine, destination: ScopedAddr) -> bool {
    machine.interface_of(destination.address).is_some_and(|interface| {
        interface.is_up() && (destination.scope_id == 0 || destination.scope_id == interface.index)
    })
}

fn destination(
    machine: &Machine,
    gai: &GaiConf,
    address: IpAddr,
    source: Option<IpAddr>,
    entry: Option<&Known>,
    position: usize,
) -> Destination {
    let index = entry.map(|e| e.index);
    Destination {
        address,
        source,
        deprecated: entry.is_some_and(|e| e.deprecated),
        home: entry.is_some_and(|e| e.home),
        prefix_len: entry.map_or(0, |e| e.prefix_len),
        index,
        native: index.is_some_and(|index| is_native(machine, index)),
        dst_scope: scope(&gai.scopes, address),
        src_scope: source.map_or(15, |s| scope(&gai.scopes, s)),
        dst_label: value(&gai.labels, address),
        src_label: source.map_or(i32::MAX, |s| value(&gai.labels, s)),
        precedence: value(&gai.precedences, address),
        position,
    }
}

/// `__check_native`: everything but ARPHRD_TUNNEL (768), TUNNEL6 (769) and SIT (776).
fn is_native(machine: &Machine, index: u32) -> bool {
    machine.raw.interfaces.iter().any(|i| i.index == index && !matches!(i.link_type, 768 | 769 | 776))
}

/// A row of the address dump (`struct in6addrinfo`), IPv4 as v4-mapped.
#[derive(Debug, Clone)]
struct Known {
    address: Ipv6Addr,
    deprecated: bool,
    home: bool,
    prefix_len: u8,
    index: u32,
}

/// The dump, sorted by address; empty unless the host has an IPv6 address other than `::1` (`make_request` in
/// check_pf.c throws the list away otherwise). The peer stands for the address on point-to-point links.
fn known_addresses(machine: &Machine) -> Vec<Known> {
    let rows = || machine.raw.interfaces.iter().flat_map(|i| i.addresses.iter().map(move |a| (i.index, a)));
    let seen_v6 = rows().any(|(_, a)| {
        let dumped = a.peer.unwrap_or(a.address);
        dumped.is_ipv6() && dumped != IpAddr::V6(Ipv6Addr::LOCALHOST)
    });
    if !seen_v6 {
        return Vec::new();
    }
    let mut known: Vec<Known> = rows()
        .map(|(index, a)| Known {
            address: as_v6(a.peer.unwrap_or(a.address)),
            deprecated: a.flags & (0x20 | 0x04) != 0,
            home: a.flags & 0x10 != 0,
            prefix_len: a.prefix_len,
            index,
        })
        .collect();
    known.sort_by_key(|k| k.address);
    known
}

/// `bsearch` over the dump. A source in 127/8 is looked up as 127.0.0.1, but only through an IPv4 socket.
fn find(known: &[Known], source: IpAddr, destination: IpAddr, v6_socket: bool) -> Option<&Known> {
    let key = match source {
        IpAddr::V4(v4) if destination.is_ipv4() && !v6_socket && v4.is_loopback() => {
            Ipv4Addr::LOCALHOST.to_ipv6_mapped()
        }
        other => as_v6(other),
    };
    let (mut low, mut high) = (0, known.len());
    while low < high {
        let middle = (low + high) / 2;
        match key.cmp(&known[middle].address) {
            Ordering::Less => high = middle,
            Ordering::Greater => low = middle + 1,
            Ordering::Equal => return Some(&known[middle]),
        }
    }
    None
}
