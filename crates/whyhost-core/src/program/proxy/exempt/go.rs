//! Go's `golang.org/x/net/http/httpproxy`.

use super::super::Destination;
use super::{in_network, number};
use std::net::IpAddr;

/// `localhost` in small letters, without a final dot, or a loopback address: never to a proxy, whatever the variables
/// say (`useProxy`).
pub(crate) fn is_loopback(destination: &Destination) -> bool {
    destination.host == "localhost"
        || destination.host.parse::<IpAddr>().is_ok_and(|a| a.to_canonical().is_loopback())
}

/// `useProxy` and `init`: names, networks and addresses, each but networks with a port or without.
pub(crate) fn net_http(destination: &Destination, list: &str) -> bool {
    let host = destination.host.to_ascii_lowercase();
    let address = destination.host.parse::<IpAddr>().ok();
    let entries = list.split(',').map(|e| e.trim().to_ascii_lowercase()).filter(|e| !e.is_empty());
    for entry in entries {
        if entry == "*" {
            return true;
        }
        if let Some((network, bits)) = network(&entry) {
            if address.is_some_and(|a| in_network(a.to_canonical(), network, bits)) {
                return true;
            }
            continue;
        }
        let (name, port) = split(&entry);
        if port.as_deref().is_some_and(|p| !p.is_empty() && p != destination.effective_port().to_string()) {
            continue;
        }
        if let Ok(listed) = name.parse::<IpAddr>() {
            if address.is_some_and(|a| a.to_canonical() == listed.to_canonical()) {
                return true;
            }
            continue;
        }
        let name = if name.starts_with("*.") { &name[1..] } else { name };
        let named = match name.strip_prefix('.') {
            Some(_) => host.ends_with(name),
            None => host == name || host.ends_with(&format!(".{name}")),
        };
        if !name.is_empty() && named {
            return true;
        }
    }
    false
}

/// `net.ParseCIDR`.
fn network(entry: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = entry.split_once('/')?;
    let (address, bits) = (address.parse::<IpAddr>().ok()?, number(bits)?);
    (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, bits))
}

/// `net.SplitHostPort`, whose error leaves the entry as it is. A name without host is passed over by the caller.
fn split(entry: &str) -> (&str, Option<String>) {
    let Some(colon) = entry.rfind(':') else { return (entry, None) };
    let (host, port) = (&entry[..colon], &entry[colon + 1..]);
    let host = match host.strip_prefix('[') {
        Some(inner) => match inner.strip_suffix(']') {
            Some(inner) => inner,
            None => return (entry, None),
        },
        None if host.contains(':') => return (entry, None),
        None => host,
    };
    if host.contains(['[', ']']) || port.contains(['[', ']']) {
        return (entry, None);
    }
    (host, Some(port.to_owned()))
}
