//! libcurl, `lib/noproxy.c` (before 7.86 `check_noproxy` in `lib/url.c`).

use super::super::Destination;
use super::{in_network, is_or_below, number};
use std::net::{IpAddr, Ipv4Addr};

/// Up to 7.85: names and addresses are both text; commas and blanks part entries.
pub(crate) fn up_to_7_85(destination: &Destination, list: &str) -> bool {
    let below = |entry: &str| {
        let entry = entry.strip_prefix('.').unwrap_or(entry);
        !entry.is_empty() && is_or_below(&destination.host, entry)
    };
    list == "*" || list.split([',', ' ']).any(below)
}

/// 7.86 to 8.8: networks of IPv4; an IPv6 address is text; blanks part entries too.
pub(crate) fn up_to_8_8(destination: &Destination, list: &str) -> bool {
    check(destination, list, Era { blanks_part: true, v6_is_text: true, strict_prefix: false })
}

/// 8.9 to 8.17: what follows a blank that no comma follows is not read.
pub(crate) fn up_to_8_17(destination: &Destination, list: &str) -> bool {
    check(destination, list, Era { blanks_part: false, v6_is_text: true, strict_prefix: false })
}

/// From 8.18 on: IPv6 addresses and their networks.
pub(crate) fn since_8_18(destination: &Destination, list: &str) -> bool {
    check(destination, list, Era { blanks_part: false, v6_is_text: false, strict_prefix: true })
}

#[derive(Clone, Copy)]
struct Era {
    blanks_part: bool,
    v6_is_text: bool,
    strict_prefix: bool,
}

fn check(destination: &Destination, list: &str, era: Era) -> bool {
    if list == "*" {
        return true;
    }
    let host = destination.host.as_str();
    let address = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) if era.v6_is_text => None,
        other => other.ok(),
    };
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let mut rest = list;
    while !rest.is_empty() {
        rest = rest.trim_start_matches(is_blank);
        let end = rest.find(|c| is_blank(c) || c == ',').unwrap_or(rest.len());
        let (entry, after) = rest.split_at(end);
        let matches = !entry.is_empty()
            && match address {
                Some(address) => in_entry(address, entry, era),
                None => is_name(host.strip_suffix('.').unwrap_or(host), entry),
            };
        if matches {
            return true;
        }
        rest = after.trim_start_matches(is_blank);
        match rest.strip_prefix(',') {
            Some(_) => rest = rest.trim_start_matches(','),
            None if era.blanks_part => {}
            None => return false,
        }
    }
    false
}

fn is_name(host: &str, entry: &str) -> bool {
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    is_or_below(host, entry)
}

/// An address, or a network as `ADDRESS/BITS`; zero bits are none given.
fn in_entry(address: IpAddr, entry: &str, era: Era) -> bool {
    let (network, bits) = match entry.split_once('/') {
        None => (entry, 0),
        Some((network, bits)) if era.strict_prefix => match number(bits).filter(|b| *b <= 128) {
            Some(bits) => (network, bits),
            None => return false,
        },
        Some((network, bits)) => (network, atoi(bits)),
    };
    let Ok(network) = network.parse::<IpAddr>() else { return false };
    let full = if address.is_ipv4() { Ipv4Addr::BITS } else { 128 };
    let bits = if bits == 0 { full } else { bits };
    in_network(address, network, bits)
}

/// C's `atoi`: the digits at the start, else zero.
fn atoi(text: &str) -> u32 {
    let text = text.trim_start_matches([' ', '\t']);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().unwrap_or(0)
}
