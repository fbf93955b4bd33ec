//! reqwest, by hyper-util's proxy matcher.

use super::super::Destination;
use super::{ends_with_ignoring_case, in_network, is_or_below, number};
use std::net::IpAddr;

/// `NoProxy::contains`: addresses and networks for an address, names for a name.
pub(crate) fn reqwest(destination: &Destination, list: &str) -> bool {
    let mut entries = list.split(',').map(str::trim).filter(|e| !e.is_empty());
    match destination.host.parse::<IpAddr>() {
        Ok(address) => entries.any(|entry| match network(entry) {
            Some((network, bits)) => in_network(address, network, bits),
            None => entry.parse() == Ok(address),
        }),
        Err(_) => entries.filter(|e| network(e).is_none() && e.parse::<IpAddr>().is_err()).any(|entry| {
            let host = destination.host.as_str();
            let same = entry.strip_prefix('.').is_some_and(|e| e.eq_ignore_ascii_case(host));
            let below = entry.starts_with('.') && ends_with_ignoring_case(host, entry);
            entry == "*" || same || below || is_or_below(host, entry)
        }),
    }
}

fn network(entry: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = entry.split_once('/')?;
    let (address, bits) = (address.parse::<IpAddr>().ok()?, number(bits)?);
    (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, bits))
}
