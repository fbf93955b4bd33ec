//! The sort of musl (`src/network/lookup_name.c`, `__lookup_name`): one key per address, the rules 1, 2, 5, 6, 8, 9 and
//! 10 of RFC 6724 in that order, with a table that cannot be configured.

use super::policy::{as_v6, holds, scope};
use super::rfc6724::source;
use crate::conf::gai::SCOPES;
use crate::machine::Machine;
use crate::resolve::answer::{Because, Ranked};
use crate::resolve::stage::Candidate;
use crate::snapshot::ScopedAddr;
use std::net::{IpAddr, Ipv6Addr};

/// `defpolicy`: prefix, length, precedence, label.
const POLICY: [(Ipv6Addr, u8, u8, u8); 6] = [
    (Ipv6Addr::LOCALHOST, 128, 50, 0),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 35, 4),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 30, 2),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, 5, 5),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, 3, 13),
    (Ipv6Addr::UNSPECIFIED, 0, 40, 1),
];

/// The rules behind the fields of [`Key`], in the order of their weight.
const RULES: [u8; 6] = [1, 2, 5, 6, 8, 9];

/// The sort key, larger first. A refused connect loses the rules 1, 2 and 5 together.
type Key = [u32; 6];

/// Sorts `candidates` as musl does; lists of IPv4 addresses alone keep their order.
///
/// # Errors
/// The destination whose source address the snapshot does not name.
pub fn sort(machine: &Machine, candidates: Vec<Candidate>) -> Result<Vec<Ranked>, ScopedAddr> {
    if candidates.len() < 2 || candidates.iter().all(|c| c.address.address.is_ipv4()) {
        let because = if candidates.len() == 1 { Because::OnlyOne } else { Because::FileOrder };
        return Ok(candidates.into_iter().map(|c| ranked(c, because.clone())).collect());
    }
    let mut keyed: Vec<(Key, Candidate)> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        keyed.push((key(candidate.address.address, source(machine, candidate.address)?), candidate));
    }
    keyed.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
    let keys: Vec<Key> = keyed.iter().map(|(key, _)| *key).collect();
    Ok(keyed.into_iter().enumerate().map(|(place, (_, c))| ranked(c, because(&keys, place))).collect())
}

fn ranked(candidate: Candidate, placed_by: Because) -> Ranked {
    Ranked { address: candidate.address, from: candidate.from, placed_by }
}

fn key(destination: IpAddr, source: Option<IpAddr>) -> Key {
    let (_, _, precedence, label) = policy(destination);
    let scope_of = |a: IpAddr| if a.is_ipv4() { 14 } else { scope(SCOPES, a) };
    let matches = |same: bool| u32::from(source.is_some() && same);
    [
        u32::from(source.is_some()),
        matches(source.is_some_and(|s| scope_of(s) == scope_of(destination))),
        matches(source.is_some_and(|s| policy(s).3 == label)),
        u32::from(precedence),
        15 - u32::try_from(scope_of(destination)).unwrap_or(15).min(15),
        source.map_or(0, |s| (u128::from(as_v6(s)) ^ u128::from(as_v6(destination))).leading_zeros()),
    ]
}

fn policy(address: IpAddr) -> (Ipv6Addr, u8, u8, u8) {
    let address = as_v6(address);
    POLICY.into_iter().find(|(prefix, len, ..)| holds(*prefix, *len, address)).unwrap_or(POLICY[5])
}

/// The first field in which the address differs from its neighbour: the one before it, for the first the one behind.
fn because(keys: &[Key], place: usize) -> Because {
    let other = if place == 0 { 1 } else { place - 1 };
    let field = (0..RULES.len()).find(|i| keys[place][*i] != keys[other][*i]);
    field.map_or(Because::FileOrder, |i| Because::Rfc6724 {
        rule: RULES[i],
        ours: shown(i, keys[place][i]),
        theirs: shown(i, keys[other][i]),
    })
}

fn shown(field: usize, value: u32) -> String {
    match (RULES[field], value) {
        (1, 0) => "unusable".into(),
        (1, _) => "usable".into(),
        (2, 0) => "other scope than its source".into(),
        (2, _) => "scope of its source".into(),
        (5, 0) => "other label than its source".into(),
        (5, _) => "label of its source".into(),
        (6, precedence) => format!("precedence {precedence}"),
        (8, inverse) => format!("scope {}", 15 - inverse),
        (_, bits) => format!("{bits} common bits"),
    }
}
