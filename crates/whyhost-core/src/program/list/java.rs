//! Java: getaddrinfo, then IPv4 first, then the first address only; its own loopback address where the look-up fails.

use crate::machine::Machine;
use crate::program::settings::{step, variable, words};
use crate::program::{
    Behaviour, Builtin, Detect, Era, GETADDRINFO, GETADDRINFO_V4, Lookup, Order, Program, Serves, Strategy,
    V4_ONLY, V6_ONLY, Version, When,
};
use crate::resolve::{Evidence, Step};
use std::net::IpAddr;

const LOOPBACK: Builtin = Builtin {
    when: When::NotFound,
    addresses: V4_ONLY,
    subdomains: false,
    final_dot: false,
    cite: "InetAddress.getAddressesFromNameService",
};

const BASE: Behaviour = Behaviour {
    lookup: GETADDRINFO,
    builtin: Some(LOOPBACK),
    order: Order::V4First,
    strategy: Strategy::FirstOnly,
};

const KNOBS: &[&str] = &[
    "-Djava.net.preferIPv4Stack=true",
    "-Djava.net.preferIPv6Addresses=true|system",
    "both in JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS or _JAVA_OPTIONS",
];

/// `Socket` and what connects to `InetAddress.getByName`.
pub(super) const JAVA: Program = Program {
    id: "java",
    name: "Java",
    what: "Socket, HttpURLConnection, HttpClient, SocketChannel, Netty, pgjdbc, MariaDB Connector/J",
    detect: Some(Detect { names: &["java"], option: "-version" }),
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "8",
        label: "8 and later",
        evidence: Evidence::Measured { run: "17.0.21, 25.0.3" },
        behaviour: BASE,
    }],
    adapt: Some(adapt),
    knobs: KNOBS,
    references: &[
        "OpenJDK java/net/Inet6AddressImpl.java, InetAddress.java: getAddressesFromNameService (17, 25)",
        "https://docs.oracle.com/en/java/javase/21/core/java-networking.html",
    ],
};

/// HTTP clients that take every address.
pub(super) const ALL: Program = Program {
    id: "java-okhttp",
    name: "OkHttp, Apache HttpClient",
    what: "OkHttp 3, Apache HttpClient 4",
    detect: None,
    serves: Serves::AnyPort,
    eras: &[Era {
        since: "3",
        label: "OkHttp 3, Apache HttpClient 4.5",
        evidence: Evidence::Measured { run: "OkHttp 3.13.1, Apache HttpClient 4.5.14" },
        behaviour: Behaviour { strategy: Strategy::InTurn, ..BASE },
    }],
    adapt: Some(adapt),
    knobs: KNOBS,
    references: &["OkHttp RouteSelector.kt; Apache HttpClient DefaultHttpClientConnectionOperator (4.5.14)"],
};

/// Without an IPv6 address on any interface the IPv4 stack is taken (`net_util.c`, ipv6_available). Of the settings
/// later ones win: JAVA_TOOL_OPTIONS, then the command line with JDK_JAVA_OPTIONS, then _JAVA_OPTIONS.
fn adapt(machine: &Machine, _: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    options(machine, behaviour, steps);
    let interfaces = &machine.raw.interfaces;
    let has_v6 = interfaces.iter().flat_map(|i| &i.addresses).any(|a| a.address.is_ipv6());
    if !has_v6 && !interfaces.is_empty() {
        behaviour.lookup = GETADDRINFO_V4;
        behaviour.builtin = Some(LOOPBACK);
        steps.push(Step::new("IPv6", "no interface has an IPv6 address: IPv4 only"));
    }
}

fn options(machine: &Machine, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    for name in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"] {
        for option in variable(machine, name).map(words).unwrap_or_default() {
            let Some((property, value)) = option.strip_prefix("-D").and_then(|o| o.split_once('=')) else {
                continue;
            };
            let effect = match (property, value.to_ascii_lowercase().as_str()) {
                ("java.net.preferIPv4Stack", "true") => {
                    behaviour.lookup = GETADDRINFO_V4;
                    "IPv4 only"
                }
                ("java.net.preferIPv4Stack", _) => {
                    behaviour.lookup = GETADDRINFO;
                    "both families"
                }
                ("java.net.preferIPv6Addresses", "true") => {
                    prefer(behaviour, Order::V6First, V6_ONLY);
                    "IPv6 first"
                }
                ("java.net.preferIPv6Addresses", "system") => {
                    prefer(behaviour, Order::AsGiven, V6_ONLY);
                    "the order of getaddrinfo"
                }
                ("java.net.preferIPv6Addresses", _) => {
                    prefer(behaviour, Order::V4First, V4_ONLY);
                    "IPv4 first"
                }
                _ => continue,
            };
            steps.push(step(name, &option, effect));
        }
    }
    if let Some(builtin) = &mut behaviour.builtin {
        builtin.addresses = loopback(machine, behaviour.lookup, builtin.addresses);
    }
}

/// The loopback address of the preferred family, of the other one where only that is configured
/// (`Inet6AddressImpl.loopbackAddress`, 25; run with 17.0.15 with and without ::1 on `lo`).
fn loopback(machine: &Machine, lookup: Lookup, preferred: &'static [IpAddr]) -> &'static [IpAddr] {
    if lookup == GETADDRINFO_V4 {
        return V4_ONLY;
    }
    let other = if preferred == V6_ONLY { V4_ONLY } else { V6_ONLY };
    let configured = machine.raw.interfaces.iter().flat_map(|i| &i.addresses).map(|a| a.address);
    let has = |list: &[IpAddr]| configured.clone().any(|a| list.contains(&a));
    if has(other) && !has(preferred) { other } else { preferred }
}

fn prefer(behaviour: &mut Behaviour, order: Order, loopback: &'static [IpAddr]) {
    behaviour.order = order;
    behaviour.builtin = Some(Builtin { addresses: loopback, ..LOOPBACK });
}
