//! nss-myhostname (`src/nss-myhostname/nss-myhostname.c` of systemd): localhost, the machine's own name, `_gateway`.

use super::{Call, Candidate, HErrno, Outcome, Report};
use crate::conf::nsswitch::Status;
use crate::machine::Machine;
use crate::resolve::answer::Source;
use crate::snapshot::{Interface, InterfaceAddress, ScopedAddr};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Asks nss-myhostname for `name`.
pub fn call(machine: &Machine, name: &str, call: Call) -> Outcome {
    if is_localhost(name) {
        return Outcome::Report(localhost(machine, call));
    }
    let plain = name.strip_suffix('.').unwrap_or(name);
    if plain == machine.os.hostname && !plain.is_empty() {
        return Outcome::Report(own_name(machine, call));
    }
    match plain {
        "_gateway" => Outcome::Report(gateway(machine, call)),
        "_outbound" => Outcome::Unknown("_outbound is the address that the default route leaves from".into()),
        _ => Outcome::Report(not_mine(name)),
    }
}

/// `is_localhost` of systemd: the exact names and everything below them, each with an optional final dot, in any case.
pub fn is_localhost(name: &str) -> bool {
    let plain = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    ["localhost", "localhost.localdomain"]
        .iter()
        .any(|known| plain == *known || plain.strip_suffix(known).is_some_and(|front| front.ends_with('.')))
}

fn not_mine(name: &str) -> Report {
    Report::nothing(
        Status::NotFound,
        Some(HErrno::HostNotFound),
        format!("{name} is not localhost or this machine"),
    )
}

fn localhost(machine: &Machine, call: Call) -> Report {
    let mut all: Vec<ScopedAddr> = vec![IpAddr::V4(Ipv4Addr::LOCALHOST).into()];
    if ipv6_enabled(machine) {
        all.push(IpAddr::V6(Ipv6Addr::LOCALHOST).into());
    }
    report(all, call, "localhost")
}

/// `::1` is left out when IPv6 is off: no /proc/net/if_inet6, or the `all` switch alone (since v251; v247 always gives
/// `::1`).
fn ipv6_enabled(machine: &Machine) -> bool {
    let old = (machine.raw.nss_modules.iter())
        .find(|m| m.name == "myhostname")
        .and_then(|m| m.version.as_deref()?.split('.').next()?.parse::<u32>().ok())
        .is_some_and(|major| major < 251);
    old || ipv6_is_on(machine)
}

/// `socket_ipv6_is_enabled`: there is /proc/net/if_inet6, and the `all` switch does not turn IPv6 off.
pub fn ipv6_is_on(machine: &Machine) -> bool {
    machine.sysctl("ipv6/conf/all/disable_ipv6") != Some(1)
        && machine.has_path("/proc/net/if_inet6") != Some(false)
}

/// Every address that is not of host scope, deprecated or tentative: IPv4 first, then by scope, interface, bytes
/// (`local_addresses` and `address_compare` of `src/shared/local-addresses.c`).
pub fn own_addresses(machine: &Machine) -> Vec<ScopedAddr> {
    const DEPRECATED_OR_TENTATIVE: u32 = 0x20 | 0x40;
    const HOST_SCOPE: u8 = 254;
    let mut own: Vec<(&Interface, &InterfaceAddress)> = (machine.raw.interfaces.iter())
        .flat_map(|i| i.addresses.iter().map(move |a| (i, a)))
        .filter(|(_, a)| a.flags & DEPRECATED_OR_TENTATIVE == 0 && a.scope < HOST_SCOPE)
        .filter(|(_, a)| !a.address.is_loopback())
        .collect();
    own.sort_by_key(|(i, a)| (a.address.is_ipv6(), scope_rank(a), i.index, octets(a.address)));
    own.iter()
        .map(|(i, a)| ScopedAddr {
            address: a.address,
            scope_id: if is_link_local(a.address) { i.index } else { 0 },
        })
        .collect()
}

fn own_name(machine: &Machine, call: Call) -> Report {
    let mut all = own_addresses(machine);
    // One function per family falls back for its family, the one for both only when there is no address at all.
    if !all.iter().any(|a| call.delivers(a.address)) {
        all.push(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)).into());
        if ipv6_enabled(machine) {
            all.push(IpAddr::V6(Ipv6Addr::LOCALHOST).into());
        }
    }
    report(all, call, &machine.os.hostname)
}

fn scope_rank(address: &InterfaceAddress) -> u8 {
    if address.scope == 0 && is_link_local(address.address) { 253 } else { address.scope }
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.segments()[0] & 0xffc0 == 0xfe80)
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// Next hops of the default routes, by metric (`local_gateways`).
pub fn gateways(machine: &Machine) -> Vec<ScopedAddr> {
    let mut routes: Vec<_> =
        machine.raw.routes.iter().filter(|r| r.prefix_len == 0 && r.gateway.is_some()).collect();
    routes.sort_by_key(|r| r.metric);
    routes.iter().filter_map(|r| r.gateway.map(ScopedAddr::from)).collect()
}

fn gateway(machine: &Machine, call: Call) -> Report {
    report(gateways(machine), call, "_gateway")
}

fn report(all: Vec<ScopedAddr>, call: Call, canonical: &str) -> Report {
    let found: Vec<Candidate> = all
        .into_iter()
        .filter(|a| call.delivers(a.address))
        .map(|address| Candidate {
            // Only gethostbyname4_r carries a scope.
            address: if call == Call::Both { address } else { address.address.into() },
            from: Source::Nss { module: "myhostname".into() },
        })
        .collect();
    if found.is_empty() {
        let detail = format!("{canonical} has no address of this family");
        return Report::nothing(Status::NotFound, Some(HErrno::HostNotFound), detail);
    }
    let list = found.iter().map(|c| c.address.to_string()).collect::<Vec<_>>().join(", ");
    Report::found(found, Some(canonical.to_owned()), format!("{canonical} → {list}"))
}

#[cfg(test)]
mod tests {
    use super::is_localhost;

    #[test]
    fn the_localhost_set() {
        for name in
            ["localhost", "LOCALHOST.", "a.b.localhost", "localhost.localdomain", "x.localhost.localdomain."]
        {
            assert!(is_localhost(name), "{name}");
        }
        for name in ["localhost4", "ip6-localhost", "xlocalhost", "localhost.example", ""] {
            assert!(!is_localhost(name), "{name}");
        }
    }
}
