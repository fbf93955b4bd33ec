//! Python's urllib, and what is built on its functions.

use super::super::Destination;
use super::{in_network, is_or_below, number};
use std::net::Ipv4Addr;

/// `proxy_bypass_environment`, of the host with its port, an IPv6 address in brackets.
pub(crate) fn urllib(destination: &Destination, list: &str) -> bool {
    bypass(&authority(destination), list)
}

/// aiohttp passes the host alone, an IPv6 address without brackets.
pub(crate) fn aiohttp(destination: &Destination, list: &str) -> bool {
    bypass(&destination.host.to_ascii_lowercase(), list)
}

/// `should_bypass_proxies`: its own comparison, with networks of IPv4, then that of urllib for the host alone.
pub(crate) fn requests(destination: &Destination, list: &str) -> bool {
    let host = destination.host.to_ascii_lowercase();
    let entries: Vec<String> =
        list.split(',').map(|e| e.replace(' ', "")).filter(|e| !e.is_empty()).collect();
    let own = match host.parse::<Ipv4Addr>() {
        Ok(address) => entries.iter().any(|entry| match network(entry) {
            Some((network, bits)) => in_network(address.into(), network.into(), bits),
            None => host == *entry,
        }),
        Err(_) => {
            let with_port = destination.port.map_or_else(|| host.clone(), |p| format!("{host}:{p}"));
            entries.iter().any(|entry| {
                let entry = entry.trim_start_matches('.');
                host == entry
                    || with_port == entry
                    || host.ends_with(&format!(".{entry}"))
                    || with_port.ends_with(&format!(".{entry}"))
            })
        }
    };
    own || bypass(&host, list)
}

/// `is_valid_cidr`: one slash, 1 to 32 bits.
fn network(entry: &str) -> Option<(Ipv4Addr, u32)> {
    let (address, bits) = entry.split_once('/')?;
    let bits = number(bits).filter(|b| (1..=32).contains(b))?;
    Some((address.parse().ok()?, bits))
}

/// The host with the port as the URL has them.
fn authority(destination: &Destination) -> String {
    let host = destination.bracketed();
    destination.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

fn bypass(host: &str, list: &str) -> bool {
    if list == "*" {
        return true;
    }
    let host_only = without_port(host);
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.trim_start_matches('.');
        is_or_below(host_only, entry) || is_or_below(host, entry)
    })
}

/// `_splitport`: what stands behind the last colon is a port if it is digits, or nothing.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    }
}
