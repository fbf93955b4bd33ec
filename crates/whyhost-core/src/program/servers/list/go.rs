//! Go: one address, an IPv4 one where there is any; a wildcard of either family is `::` for both.

use super::{dual_stack, dual_stack_else_v4, first, run, server};
use crate::program::servers::{Ask, Dual, Opens, Server};
use crate::program::{Lookup, Order};
use crate::snapshot::Family;

/// `ListenConfig.Listen`: the list as from a dial, of which the first IPv4 address is taken.
const GO_ASK: Ask =
    Ask { lookup: Lookup::Own { resolver: "go", family: Family::Any }, builtin: None, order: Order::V4First };

const fn go(id: &'static str, told: &'static str, opens: Opens, ran: &'static str) -> Server {
    Server {
        program: Some("go"),
        ..server(
            id,
            "Go",
            told,
            opens,
            run(ran),
            &[
                "Go src/net/dial.go: ListenConfig.Listen; ipsock.go: addrList.first, isIPv4 (1.27)",
                "Go src/net/ipsock_posix.go: favoriteAddrFamily (1.27)",
            ],
        )
    }
}
pub(super) const LISTEN_LOCALHOST: Server =
    go("go-listen-localhost", "Listen(\"tcp\", \"localhost:port\")", first(GO_ASK), "1.19.8, 1.27.3");
pub(super) const LISTEN_PORT: Server =
    go("go-listen", "Listen(\"tcp\", \":port\")", dual_stack_else_v4(Dual::Set), "1.27.3");
pub(super) const LISTEN_V4: Server =
    go("go-listen-v4", "Listen(\"tcp\", \"0.0.0.0:port\")", dual_stack_else_v4(Dual::Set), "1.27.3");
pub(super) const LISTEN_V6: Server =
    go("go-listen-v6", "Listen(\"tcp\", \"[::]:port\")", dual_stack(Dual::Set), "1.27.3");

const fn caddy(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("caddy"),
        ..server(
            id,
            "Caddy",
            told,
            opens,
            run("Caddy 2"),
            &[
                "https://caddyserver.com/docs/caddyfile/directives/bind",
                "Caddy listeners.go: NetworkAddress.Listen",
            ],
        )
    }
}
pub(super) const CADDY_BIND: Server = caddy("caddy-bind-localhost", "bind localhost", first(GO_ASK));
/// A site address chooses requests by their host name; it is no address to listen on.
pub(super) const CADDY_SITE: Server =
    caddy("caddy-site-localhost", "http://localhost:port site address", dual_stack_else_v4(Dual::Set));
