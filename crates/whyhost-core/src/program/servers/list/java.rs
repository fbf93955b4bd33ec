//! Java: `getByName`'s one address, in an IPv6 socket where the machine has any IPv6 address.

use super::{ANY_V4, run, server};
use crate::machine::Machine;
use crate::program::servers::open::has_ipv6_address;
use crate::program::servers::{Ask, Dual, Needs, Opens, Server};
use crate::program::{
    Behaviour, Builtin, GETADDRINFO, GETADDRINFO_V4, Order, PROGRAMS, Strategy, V4_ONLY, Version, When,
};
use crate::resolve::Step;

const LOOPBACK: Builtin = Builtin {
    when: When::NotFound,
    addresses: V4_ONLY,
    subdomains: false,
    final_dot: false,
    cite: "InetAddress.getAddressesFromNameService",
};
const BY_NAME: Ask = Ask { lookup: GETADDRINFO, builtin: Some(LOOPBACK), order: Order::V4First };
const ON_LOCALHOST: Opens = Opens::First { ask: BY_NAME, next: false, mapped: true };

const fn java(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("java"),
        adapt: Some(adapt),
        ..server(
            id,
            "Java",
            told,
            opens,
            run("17.0.21, 25.0.3"),
            &[
                "OpenJDK sun/nio/ch/Net.java: serverSocket, bind; libnet net_util_md.c: ipv6_available (17)",
                "OpenJDK java/net/InetAddress.java: getAddressesFromNameService (17, 25)",
            ],
        )
    }
}
pub(super) const SERVER_SOCKET: Server = java(
    "java-server-socket",
    "ServerSocket(port)",
    Opens::Wildcard { dual: Dual::Set, needs: Needs::Address, falls_back: true },
);
pub(super) const SERVER_SOCKET_LOCALHOST: Server = java(
    "java-server-socket-localhost",
    "ServerSocket(port, backlog, getByName(\"localhost\"))",
    ON_LOCALHOST,
);
pub(super) const HTTP_SERVER: Server = java(
    "java-http-server-localhost",
    "HttpServer.create(InetSocketAddress(\"localhost\", port))",
    ON_LOCALHOST,
);

/// `preferIPv4Stack`, or a machine without an IPv6 address: `AF_INET` for look-up and socket. The properties are those of
/// the client.
fn adapt(machine: &Machine, version: &Version, opens: &mut Opens, steps: &mut Vec<Step>) {
    let mut client = Behaviour {
        lookup: GETADDRINFO,
        builtin: Some(LOOPBACK),
        order: Order::V4First,
        strategy: Strategy::FirstOnly,
    };
    if let Some(adapt) = PROGRAMS.iter().find(|p| p.id == "java").and_then(|p| p.adapt) {
        adapt(machine, version, &mut client, steps);
    }
    let inet = client.lookup == GETADDRINFO_V4 || !has_ipv6_address(machine);
    match opens {
        Opens::First { ask, mapped, .. } => {
            let Behaviour { lookup, builtin, order, .. } = client;
            *ask = Ask { lookup, builtin, order };
            if inet {
                // Inet4AddressImpl.loopbackAddress is 127.0.0.1 whatever is preferred.
                *ask = Ask { lookup: GETADDRINFO_V4, builtin: Some(LOOPBACK), order };
                *mapped = false;
            }
        }
        Opens::Wildcard { .. } if inet => *opens = ANY_V4,
        _ => {}
    }
}
