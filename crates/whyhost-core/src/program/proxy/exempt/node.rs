//! Node's own `http` and undici's `EnvHttpProxyAgent`, which is behind `fetch`.

use super::super::Destination;
use super::{is_or_below, number};
use std::net::Ipv4Addr;

/// `ProxyConfig.shouldUseProxy`: the host, the host with its port, `.domain`, `*.domain`, `*`, ranges of IPv4.
pub(crate) fn http(destination: &Destination, list: &str) -> bool {
    let host = destination.host.to_ascii_lowercase();
    let with_port = format!("{host}:{}", destination.effective_port());
    list.split(',').map(|e| e.trim().to_ascii_lowercase()).any(|entry| {
        let below = entry.strip_prefix('.').is_some_and(|domain| is_or_below(&host, domain));
        let wildcard = entry.strip_prefix('*').filter(|e| e.starts_with('.'));
        entry == "*"
            || entry == host
            || entry == with_port
            || below
            || wildcard.is_some_and(|domain| host.ends_with(domain))
            || in_range(&host, &entry)
    })
}

/// `10.0.0.1-10.0.0.9`.
fn in_range(host: &str, entry: &str) -> bool {
    let Some((first, last)) = entry.split_once('-') else { return false };
    let address = |text: &str| text.trim().parse::<Ipv4Addr>().ok();
    match (address(host), address(first), address(last)) {
        (Some(host), Some(first), Some(last)) => (first..=last).contains(&host),
        _ => false,
    }
}

/// `#shouldProxy` up to 24: blanks part entries too; the host or a name below it, an IPv6 address in brackets, maybe a
/// port.
pub(crate) fn fetch(destination: &Destination, list: &str) -> bool {
    let host = destination.bracketed().to_ascii_lowercase();
    listed(&host, destination.effective_port(), list, |entry| match entry.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && number(port).is_some() => (name, number(port)),
        _ => (entry, None),
    })
}

/// The same in 26: an IPv6 address with or without brackets, a final dot of no weight.
pub(crate) fn fetch_26(destination: &Destination, list: &str) -> bool {
    let host = destination.host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    listed(host, destination.effective_port(), list, |entry| {
        let (name, port) = match entry.rsplit_once("]:") {
            Some((name, port)) if name.starts_with('[') && number(port).is_some() => {
                (&name[1..], number(port))
            }
            _ => {
                let entry = strip(entry, '[', ']').unwrap_or(entry);
                match entry.split_once(':') {
                    Some((name, port)) if !name.is_empty() && number(port).is_some() => (name, number(port)),
                    _ => (entry, None),
                }
            }
        };
        (name.strip_suffix('.').filter(|n| !n.is_empty()).unwrap_or(name), port)
    })
}

fn strip(text: &str, first: char, last: char) -> Option<&str> {
    text.strip_prefix(first)?.strip_suffix(last).filter(|inner| !inner.is_empty())
}

fn listed(host: &str, port: u16, list: &str, split: impl Fn(&str) -> (&str, Option<u32>)) -> bool {
    let parts = |c: char| c == ',' || c.is_whitespace();
    list == "*"
        || list.split(parts).filter(|e| !e.is_empty()).any(|entry| {
            let (name, wanted) = split(entry);
            let name = name.strip_prefix("*.").or_else(|| name.strip_prefix('.')).unwrap_or(name);
            // Port 0 is no port.
            wanted.is_none_or(|p| p == 0 || p == u32::from(port)) && is_or_below(host, name)
        })
}
