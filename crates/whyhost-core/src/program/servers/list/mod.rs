//! The servers, one file for a family of them, and the list.

mod databases;
mod dotnet;
mod go;
mod java;
mod javascript;
mod node;
mod plain_tools;
mod proxies;
mod python;
mod rust;
mod scripting;
mod tunnels;

use super::{Ask, Dual, Fixed, Missing, Needs, Opens, Server, Twice};
use crate::program::{ADDRCONFIG, GETADDRINFO, GETADDRINFO_V4, Order};
use crate::resolve::Evidence;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A server that runs on no modelled program and that no setting changes.
const fn server(
    id: &'static str,
    name: &'static str,
    told: &'static str,
    opens: Opens,
    evidence: Evidence,
    references: &'static [&'static str],
) -> Server {
    Server { id, name, program: None, told, opens, before: &[], adapt: None, evidence, references }
}

const fn run(run: &'static str) -> Evidence {
    Evidence::Measured { run }
}

/// getaddrinfo, its order.
const SYSTEM: Ask = Ask { lookup: GETADDRINFO, builtin: None, order: Order::AsGiven };
/// getaddrinfo, IPv4 first.
const SYSTEM_V4_FIRST: Ask = Ask { order: Order::V4First, ..SYSTEM };
/// getaddrinfo or gethostbyname for `AF_INET`.
const INET: Ask = Ask { lookup: GETADDRINFO_V4, ..SYSTEM };
/// getaddrinfo with `AI_ADDRCONFIG`.
const CONFIGURED: Ask = Ask { lookup: ADDRCONFIG, ..SYSTEM };

/// The first address and no other.
const fn first(ask: Ask) -> Opens {
    Opens::First { ask, next: false, mapped: false }
}

/// The first address that can be bound.
const fn first_bound(ask: Ask) -> Opens {
    Opens::First { ask, next: true, mapped: false }
}

const fn every(ask: Ask, missing: Missing, twice: Twice) -> Opens {
    Opens::Every { ask, missing, twice }
}

const fn dual_stack(dual: Dual) -> Opens {
    Opens::Wildcard { dual, needs: Needs::Socket, falls_back: false }
}

const fn dual_stack_else_v4(dual: Dual) -> Opens {
    Opens::Wildcard { dual, needs: Needs::Socket, falls_back: true }
}

const fn v4(address: Ipv4Addr, missing: Missing) -> Fixed {
    Fixed { address: IpAddr::V4(address), missing }
}

const fn v6(address: Ipv6Addr, missing: Missing) -> Fixed {
    Fixed { address: IpAddr::V6(address), missing }
}

const ANY_V4: Opens = Opens::Fixed(&[v4(Ipv4Addr::UNSPECIFIED, Missing::Fails)]);
/// `::` with `IPV6_V6ONLY`.
const ANY_V6: Opens = Opens::Fixed(&[v6(Ipv6Addr::UNSPECIFIED, Missing::Fails)]);
/// 0.0.0.0, and `::` beside it with `IPV6_V6ONLY`.
const TWO_WILDCARDS: Opens =
    Opens::Fixed(&[v4(Ipv4Addr::UNSPECIFIED, Missing::Fails), v6(Ipv6Addr::UNSPECIFIED, Missing::Skipped)]);
const LOOPBACK_V4: Opens = Opens::Fixed(&[v4(Ipv4Addr::LOCALHOST, Missing::Fails)]);
const LOOPBACK_V6: Opens = Opens::Fixed(&[v6(Ipv6Addr::LOCALHOST, Missing::Fails)]);
/// 127.0.0.1 and ::1, one of them is enough.
const EITHER_LOOPBACK: Opens =
    Opens::Fixed(&[v4(Ipv4Addr::LOCALHOST, Missing::Skipped), v6(Ipv6Addr::LOCALHOST, Missing::Skipped)]);

/// Every modelled server, in the order of the output. A new one is one constant and one line here.
pub const SERVERS: &[&Server] = &[
    &node::LISTEN_LOCALHOST,
    &node::LISTEN_PORT,
    &node::LISTEN_V4,
    &node::LISTEN_V6,
    &javascript::VITE,
    &javascript::VITE_LOCALHOST,
    &javascript::VITE_HOST,
    &javascript::VITE_V4,
    &javascript::VITE_PREVIEW,
    &javascript::NEXT,
    &javascript::NEXT_LOCALHOST,
    &javascript::WEBPACK,
    &javascript::WEBPACK_LOCALHOST,
    &javascript::EXPRESS,
    &javascript::EXPRESS_LOCALHOST,
    &javascript::FASTIFY,
    &javascript::FASTIFY_LOCALHOST,
    &javascript::HTTP_SERVER,
    &javascript::SERVE,
    &javascript::SERVE_LOCALHOST,
    &javascript::DENO_SERVE,
    &javascript::DENO_SERVE_LOCALHOST,
    &javascript::DENO_LISTEN,
    &javascript::BUN_SERVE,
    &javascript::BUN_SERVE_LOCALHOST,
    &javascript::BUN_NODE,
    &javascript::BUN_NODE_LOCALHOST,
    &python::HTTP_SERVER,
    &python::HTTP_SERVER_LOCALHOST,
    &python::SOCKETSERVER,
    &python::SOCKETSERVER_LOCALHOST,
    &python::CREATE_SERVER,
    &python::CREATE_SERVER_LOCALHOST,
    &python::ASYNCIO,
    &python::ASYNCIO_LOCALHOST,
    &python::AIOHTTP,
    &python::AIOHTTP_LOCALHOST,
    &python::TORNADO,
    &python::TORNADO_LOCALHOST,
    &python::WAITRESS,
    &python::WAITRESS_LOCALHOST,
    &python::UVICORN,
    &python::UVICORN_LOCALHOST,
    &python::UVICORN_RELOAD,
    &python::UVICORN_EMPTY,
    &python::UVICORN_V6,
    &python::HYPERCORN_LOCALHOST,
    &python::GUNICORN_LOCALHOST,
    &python::GUNICORN_PORT,
    &python::FLASK,
    &python::FLASK_LOCALHOST,
    &python::DJANGO,
    &python::DJANGO_LOCALHOST,
    &python::DJANGO_V6,
    &go::LISTEN_LOCALHOST,
    &go::LISTEN_PORT,
    &go::LISTEN_V4,
    &go::LISTEN_V6,
    &go::CADDY_BIND,
    &go::CADDY_SITE,
    &rust::STD_LOCALHOST,
    &rust::STD_V6,
    &rust::TOKIO_LOCALHOST,
    &java::SERVER_SOCKET,
    &java::SERVER_SOCKET_LOCALHOST,
    &java::HTTP_SERVER,
    &dotnet::TCP_LISTENER,
    &dotnet::HTTP_LISTENER,
    &dotnet::KESTREL_LOCALHOST,
    &dotnet::MONO_HTTP_LISTENER,
    &scripting::PHP,
    &scripting::PHP_STREAM,
    &scripting::RUBY_TCP_SERVER_LOCALHOST,
    &scripting::RUBY_TCP_SERVER,
    &scripting::RUBY_SERVER_SOCKETS,
    &scripting::WEBRICK,
    &scripting::WEBRICK_LOCALHOST,
    &scripting::PUMA,
    &scripting::PUMA_LOCALHOST,
    &scripting::PERL_INET,
    &scripting::PERL_IP,
    &scripting::ERLANG,
    &scripting::ERLANG_INET6,
    &scripting::EPMD,
    &plain_tools::NC_OPENBSD,
    &plain_tools::NC_OPENBSD_LOCALHOST,
    &plain_tools::NC_TRADITIONAL,
    &plain_tools::NCAT,
    &plain_tools::NCAT_LOCALHOST,
    &plain_tools::SOCAT,
    &plain_tools::SOCAT_LOCALHOST,
    &plain_tools::BUSYBOX_HTTPD,
    &plain_tools::BUSYBOX_HTTPD_LOCALHOST,
    &proxies::NGINX_PORT,
    &proxies::NGINX_LOCALHOST,
    &proxies::NGINX_V6,
    &proxies::NGINX_DUAL,
    &proxies::APACHE_PORT,
    &proxies::APACHE_LOCALHOST,
    &proxies::HAPROXY_PORT,
    &proxies::HAPROXY_LOCALHOST,
    &proxies::HAPROXY_V6,
    &proxies::HAPROXY_DUAL,
    &proxies::LIGHTTPD,
    &proxies::LIGHTTPD_LOCALHOST,
    &databases::POSTGRES,
    &databases::MARIADB,
    &databases::MARIADB_LOCALHOST,
    &databases::MARIADB_BOTH,
    &databases::REDIS,
    &databases::REDIS_LOCALHOST,
    &databases::REDIS_PACKAGED,
    &databases::MEMCACHED,
    &databases::MEMCACHED_LOCALHOST,
    &databases::MOSQUITTO,
    &databases::MOSQUITTO_LOCALHOST,
    &tunnels::SSH_LOCAL,
    &tunnels::SSH_LOCAL_LOCALHOST,
    &tunnels::SSH_LOCAL_V4,
    &tunnels::SSH_LOCAL_GATEWAY,
    &tunnels::SSH_DYNAMIC,
    &tunnels::SSH_REMOTE,
    &tunnels::KUBECTL,
];
