//! Ruby's `URI::Generic#find_proxy`.

use super::super::Destination;
use super::{in_network, number};
use std::net::{IpAddr, Ipv4Addr};

/// `/\A127\.|\A::1\z/` over what the host resolves to: never to a proxy, whatever the variables say.
pub(crate) fn is_loopback(destination: &Destination) -> bool {
    destination.address.is_some_and(|a| a.is_loopback())
}

/// `use_proxy?`: runs of other characters than colons, commas and blanks, each with a port behind it or not.
pub(crate) fn net_http(destination: &Destination, list: &str) -> bool {
    let host = destination.host.to_ascii_lowercase();
    let parts = |c: char| matches!(c, ':' | ',') || c.is_ascii_whitespace();
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches(parts);
        if rest.is_empty() {
            return false;
        }
        let (entry, mut after) = rest.split_at(rest.find(parts).unwrap_or(rest.len()));
        let digits = after
            .strip_prefix(':')
            .map_or("", |p| &p[..p.find(|c: char| !c.is_ascii_digit()).unwrap_or(p.len())]);
        if !digits.is_empty() {
            after = &after[1 + digits.len()..];
        }
        rest = after;
        let port_fits = digits.is_empty() || number(digits) == Some(u32::from(destination.effective_port()));
        if port_fits && matches(destination.address, &host, entry) {
            return true;
        }
    }
}

fn matches(address: Option<IpAddr>, host: &str, entry: &str) -> bool {
    let entry = entry.to_ascii_lowercase();
    let named = if entry.starts_with('.') {
        host.ends_with(&entry)
    } else {
        format!(".{host}").ends_with(&format!(".{entry}"))
    };
    let within = || {
        let (network, bits) =
            entry.split_once('/').map_or((entry.as_str(), Some(32)), |(n, b)| (n, number(b)));
        Some(in_network(address?, network.parse::<Ipv4Addr>().ok()?.into(), bits?))
    };
    named || within() == Some(true)
}
