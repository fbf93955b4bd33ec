//! .NET and Mono.

use super::{EITHER_LOOPBACK, INET, SYSTEM, first, run, server};
use crate::machine::Machine;
use crate::program::servers::open::has_ipv6_address;
use crate::program::servers::{Ask, Opens, Server};
use crate::program::{Builtin, Version, When};
use crate::resolve::{Evidence, Step};
use std::net::{IpAddr, Ipv4Addr};

pub(super) const TCP_LISTENER: Server = Server {
    program: Some("dotnet"),
    ..server(
        "dotnet-tcp-listener",
        ".NET",
        "TcpListener(GetHostAddresses(\"localhost\")[0], port)",
        first(SYSTEM),
        run("3.1.23"),
        &["dotnet/runtime TcpListener.cs; NameResolutionPal.Unix.cs"],
    )
};

/// Listens on the first address of the look-up (only read: no TLS library was there when it was run).
pub(super) const HTTP_LISTENER: Server = Server {
    program: Some("dotnet"),
    ..server(
        "dotnet-http-listener",
        ".NET HttpListener",
        "http://localhost:port/",
        first(SYSTEM),
        Evidence::Documented,
        &["dotnet/runtime System.Net.HttpListener HttpEndPointManager.cs: GetEPListener"],
    )
};

/// Both loopback addresses; it fails when neither can be bound.
pub(super) const KESTREL_LOCALHOST: Server = Server {
    program: Some("dotnet"),
    ..server(
        "kestrel-localhost",
        "ASP.NET Core Kestrel",
        "http://localhost:port",
        EITHER_LOOPBACK,
        Evidence::Documented,
        &["dotnet/aspnetcore Kestrel LocalhostListenOptions.cs: BindAsync"],
    )
};

/// Where the look-up fails, every IPv4 address.
const ANY: Builtin = Builtin {
    when: When::NotFound,
    addresses: &[IpAddr::V4(Ipv4Addr::UNSPECIFIED)],
    subdomains: false,
    final_dot: false,
    cite: "Mono EndPointManager.GetEPListener",
};
pub(super) const MONO_HTTP_LISTENER: Server = Server {
    program: Some("mono"),
    adapt: Some(mono),
    ..server(
        "mono-http-listener",
        "Mono HttpListener",
        "http://localhost:port/",
        first(Ask { builtin: Some(ANY), ..SYSTEM }),
        run("6.8"),
        &["Mono mcs/class/System/System.Net/EndPointManager.cs: GetEPListener (6.8)"],
    )
};

/// Without an IPv6 address on the machine `AF_INET` is asked for (run as 6.8).
fn mono(machine: &Machine, _: &Version, opens: &mut Opens, _: &mut Vec<Step>) {
    if let Opens::First { ask, .. } = opens
        && !has_ipv6_address(machine)
    {
        ask.lookup = INET.lookup;
    }
}
