//! Proxies and forwarders: how they reach a back end that is named localhost.

use super::library;
use crate::program::{ADDRCONFIG, Behaviour, Detect, Era, Lookup, Order, PLAIN, Program, Serves, Strategy};
use crate::resolve::Evidence;
use crate::snapshot::Family;

/// `proxy_pass` and `upstream` with a name.
pub(super) const NGINX: Program = Program {
    detect: Some(Detect { names: &["nginx"], option: "-v" }),
    serves: Serves::OnRequest,
    ..library(
        "nginx",
        "nginx",
        "proxy_pass, upstream",
        &[Era {
            since: "1",
            label: "1",
            evidence: Evidence::Measured { run: "1.22.1" },
            behaviour: Behaviour { lookup: ADDRCONFIG, strategy: Strategy::Peers(60_000), ..PLAIN },
        }],
        &[
            "nginx src/core/ngx_inet.c: ngx_inet_resolve_host (1.22)",
            "https://nginx.org/en/docs/http/ngx_http_upstream_module.html",
        ],
    )
};

/// `proxy_pass` with a variable: DNS servers of the directive `resolver`, never the hosts file.
pub(super) const NGINX_VARIABLE: Program = Program {
    serves: Serves::OnRequest,
    ..library(
        "nginx-variable",
        "nginx (variable)",
        "proxy_pass with a variable and resolver",
        &[Era {
            since: "1",
            label: "1",
            evidence: Evidence::Measured { run: "1.22.1" },
            behaviour: Behaviour { lookup: Lookup::Dns, strategy: Strategy::Peers(60_000), ..PLAIN },
        }],
        &[
            "nginx src/core/ngx_resolver.c: ngx_resolve_name (1.22)",
            "https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver",
        ],
    )
};

/// `ProxyPass`.
pub(super) const APACHE: Program = Program {
    detect: Some(Detect { names: &["apache2", "httpd"], option: "-v" }),
    serves: Serves::OnRequest,
    ..library(
        "apache",
        "Apache mod_proxy",
        "ProxyPass",
        &[Era {
            since: "2.4",
            label: "2.4",
            evidence: Evidence::Measured { run: "2.4.71" },
            behaviour: Behaviour { lookup: ADDRCONFIG, strategy: Strategy::AttemptTimeout(60_000), ..PLAIN },
        }],
        &["Apache modules/proxy/proxy_util.c: ap_proxy_connect_backend (2.4)"],
    )
};

/// A `server` line with a name.
pub(super) const HAPROXY: Program = Program {
    detect: Some(Detect { names: &["haproxy"], option: "-v" }),
    serves: Serves::OnRequest,
    ..library(
        "haproxy",
        "HAProxy",
        "server NAME:PORT",
        &[Era {
            since: "2",
            label: "2",
            evidence: Evidence::Measured { run: "2.6.12" },
            behaviour: Behaviour { strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["HAProxy src/tools.c: str2ip2 (2.6)"],
    )
};

/// mod_proxy.
pub(super) const LIGHTTPD: Program = Program {
    detect: Some(Detect { names: &["lighttpd"], option: "-v" }),
    serves: Serves::OnRequest,
    ..library(
        "lighttpd",
        "lighttpd",
        "proxy.server with a host",
        &[Era {
            since: "1.4",
            label: "1.4",
            evidence: Evidence::Measured { run: "1.4.69" },
            behaviour: Behaviour { lookup: Lookup::SystemV4ElseV6, strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["lighttpd src/sock_addr.c: sock_addr_from_str_hints (1.4.69)"],
    )
};

/// A backend with `.host`.
pub(super) const VARNISH: Program = Program {
    detect: Some(Detect { names: &["varnishd"], option: "-V" }),
    serves: Serves::OnRequest,
    ..library(
        "varnish",
        "Varnish",
        "backend .host",
        &[Era {
            since: "6",
            label: "6 and later",
            evidence: Evidence::Measured { run: "7.1" },
            behaviour: Behaviour { order: Order::V4First, ..PLAIN },
        }],
        &["Varnish lib/libvcc/vcc_utils.c: Resolve_Sockaddr (7.1)"],
    )
};

/// Squid: its own reading of the hosts file, in which the last line counts.
pub(super) const SQUID: Program = Program {
    detect: Some(Detect { names: &["squid"], option: "--version" }),
    serves: Serves::OnRequest,
    ..library(
        "squid",
        "Squid",
        "forward proxy",
        &[Era {
            since: "5",
            label: "5",
            evidence: Evidence::Measured { run: "5.7" },
            behaviour: Behaviour { lookup: Lookup::LastHostsLine, strategy: Strategy::FirstOnly, ..PLAIN },
        }],
        &["Squid src/tools.cc: parseEtcHosts; src/ipcache.cc: ipcacheAddEntryFromHosts (5.7)"],
    )
};

/// `reverse_proxy`: a Go program, static as it is distributed.
pub(super) const CADDY: Program = Program {
    detect: Some(Detect { names: &["caddy"], option: "version" }),
    serves: Serves::OnRequest,
    ..library(
        "caddy",
        "Caddy",
        "reverse_proxy",
        &[Era {
            since: "2",
            label: "2",
            evidence: Evidence::Measured { run: "2.6" },
            behaviour: Behaviour {
                lookup: Lookup::Own { resolver: "go", family: Family::Any },
                strategy: Strategy::TwoGroups(300),
                ..PLAIN
            },
        }],
        &["Caddy modules/caddyhttp/reverseproxy; Go src/net/dial.go"],
    )
};
