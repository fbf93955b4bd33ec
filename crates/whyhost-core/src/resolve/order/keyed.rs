//! Sorts of resolvers that implement a part of RFC 6724 section 6 on their own, with that standard's table: one key per
//! address, larger first, so that the order is total.

use super::policy::{as_v6, holds, scope};
use super::rfc6724::source;
use crate::conf::gai::SCOPES;
use crate::machine::Machine;
use crate::resolve::answer::{Because, Ranked, RuleRow};
use crate::resolve::stage::Candidate;
use crate::snapshot::ScopedAddr;
use std::net::{IpAddr, Ipv6Addr};

/// Prefix, length, precedence, label.
pub type Policy = (Ipv6Addr, u8, u8, u8);

const fn v6(first: u16) -> Ipv6Addr {
    Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0)
}

/// The table of RFC 6724 section 2.1, longest prefix first.
pub const RFC6724: &[Policy] = &[
    (Ipv6Addr::LOCALHOST, 128, 50, 0),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 35, 4),
    (Ipv6Addr::UNSPECIFIED, 96, 1, 3),
    (v6(0x2001), 32, 5, 5),
    (v6(0x2002), 16, 30, 2),
    (v6(0x3ffe), 16, 1, 12),
    (v6(0xfec0), 10, 1, 11),
    (v6(0xfc00), 7, 3, 13),
    (Ipv6Addr::UNSPECIFIED, 0, 40, 1),
];

/// What a resolver makes of a destination that the kernel has no source for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// It comes last, and all of them keep their order.
    KeepOrder,
    /// It comes last; rules 2, 5, 6 and 8 go on with a source of scope 1 and label 1.
    Compared,
}

/// How a resolver sorts.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Its table.
    pub policy: &'static [Policy],
    /// What it makes of unreachable destinations.
    pub unreachable: Unreachable,
    /// Rule 9 compares so many leading bits of IPv6 addresses; IPv4 addresses are never compared.
    pub prefix_bits: u32,
}

/// The rules behind the fields of [`Key`], in the order of their weight.
const RULES: [u8; 6] = [1, 2, 5, 6, 8, 9];
const NAMES: [&str; 6] = ["usable", "scope", "label", "precedence", "smaller scope", "common prefix"];

/// The sort key, larger first.
type Key = [u32; 6];

/// Sorts `candidates`; the rows compare the two leading different addresses. One address is neither sorted nor probed.
///
/// # Errors
/// The destination whose source address the snapshot does not name.
pub fn sort(
    machine: &Machine,
    style: &Style,
    candidates: Vec<Candidate>,
) -> Result<(Vec<Ranked>, Vec<RuleRow>), ScopedAddr> {
    if candidates.len() < 2 {
        return Ok((as_delivered(candidates), Vec::new()));
    }
    let mut keyed: Vec<(Key, Candidate)> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let source = source(machine, candidate.address)?;
        keyed.push((key(style, candidate.address.address, source), candidate));
    }
    keyed.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
    let rows = rows(&keyed);
    let keys: Vec<Key> = keyed.iter().map(|(key, _)| *key).collect();
    let ranked = keyed.into_iter().enumerate().map(|(place, (_, c))| Ranked {
        address: c.address,
        from: c.from,
        placed_by: because(&keys, place),
    });
    Ok((ranked.collect(), rows))
}

/// Addresses in the order in which their source gave them.
pub fn as_delivered(candidates: Vec<Candidate>) -> Vec<Ranked> {
    let because = if candidates.len() == 1 { Because::OnlyOne } else { Because::FileOrder };
    candidates
        .into_iter()
        .map(|c| Ranked { address: c.address, from: c.from, placed_by: because.clone() })
        .collect()
}

fn key(style: &Style, destination: IpAddr, source: Option<IpAddr>) -> Key {
    if source.is_none() && style.unreachable == Unreachable::KeepOrder {
        return [0; 6];
    }
    let (precedence, label) = policy(style, destination);
    let destination_scope = scope(SCOPES, destination);
    let source_scope = source.map_or(1, |s| scope(SCOPES, s));
    let source_label = source.map_or(1, |s| policy(style, s).1);
    [
        u32::from(source.is_some()),
        u32::from(source_scope == destination_scope),
        u32::from(source_label == label),
        u32::from(precedence),
        15 - u32::try_from(destination_scope).unwrap_or(15).min(15),
        source.map_or(0, |s| common_bits(style, s, destination)),
    ]
}

fn policy(style: &Style, address: IpAddr) -> (u8, u8) {
    let address = as_v6(address);
    let row = style.policy.iter().find(|(prefix, len, ..)| holds(*prefix, *len, address));
    row.map_or((40, 1), |(_, _, precedence, label)| (*precedence, *label))
}

/// IPv4 destinations are never compared, and v4-mapped ones, which have the same precedence, stand among them.
fn common_bits(style: &Style, source: IpAddr, destination: IpAddr) -> u32 {
    match (source, destination) {
        (_, IpAddr::V6(d)) if d.to_ipv4_mapped().is_some() => 0,
        (IpAddr::V6(s), IpAddr::V6(d)) => {
            (u128::from(s) ^ u128::from(d)).leading_zeros().min(style.prefix_bits)
        }
        _ => 0,
    }
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

/// The rules up to the deciding one, for the two leading addresses that differ.
fn rows(keyed: &[(Key, Candidate)]) -> Vec<RuleRow> {
    let Some((first, leader)) = keyed.first() else { return Vec::new() };
    let Some((second, _)) = keyed.iter().find(|(_, c)| c.address != leader.address) else {
        return Vec::new();
    };
    let deciding = (0..RULES.len()).find(|i| first[*i] != second[*i]);
    (0..=deciding.unwrap_or(RULES.len() - 1))
        .map(|i| RuleRow {
            rule: RULES[i],
            name: NAMES[i],
            first: shown(i, first[i]),
            second: shown(i, second[i]),
            decides: Some(i) == deciding,
        })
        .collect()
}

fn shown(field: usize, value: u32) -> String {
    match (RULES[field], value) {
        (1, 0) => "no source".into(),
        (1, _) => "has a source".into(),
        (2, 0) => "other scope than its source".into(),
        (2, _) => "scope of its source".into(),
        (5, 0) => "other label than its source".into(),
        (5, _) => "label of its source".into(),
        (6, precedence) => format!("precedence {precedence}"),
        (8, inverse) => format!("scope {}", 15 - inverse),
        (_, bits) => format!("{bits} common bits"),
    }
}
