//! Web servers and proxies.

use super::{ANY_V4, ANY_V6, CONFIGURED, INET, SYSTEM, dual_stack, every, first, run, server};
use crate::program::servers::{Dual, Missing, Needs, Opens, Server, Twice};

const fn nginx(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("nginx"),
        ..server(
            id,
            "nginx",
            told,
            opens,
            run("1.22"),
            &[
                "nginx src/core/ngx_inet.c: ngx_inet_resolve_host; http/ngx_http.c: ngx_http_add_listen (1.22)",
                "https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
            ],
        )
    }
}
pub(super) const NGINX_PORT: Server = nginx("nginx-port", "listen port", ANY_V4);
/// An address that comes twice is a "duplicate listen": `::1 localhost` becomes a second 127.0.0.1 where
/// `AI_ADDRCONFIG` leaves IPv6 out.
pub(super) const NGINX_LOCALHOST: Server =
    nginx("nginx-localhost", "listen localhost:port", every(CONFIGURED, Missing::Fails, Twice::Refused));
pub(super) const NGINX_V6: Server = nginx("nginx-v6", "listen [::]:port", ANY_V6);
pub(super) const NGINX_DUAL: Server =
    nginx("nginx-dual", "listen [::]:port ipv6only=off", dual_stack(Dual::Set));

const fn apache(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("apache"),
        ..server(
            id,
            "Apache",
            told,
            opens,
            run("2.4"),
            &[
                "httpd server/listen.c: alloc_listener, make_sock, open_listeners (2.4)",
                "APR network_io/unix/sockaddr.c: call_resolver",
            ],
        )
    }
}
pub(super) const APACHE_PORT: Server = apache(
    "apache-port",
    "Listen port",
    Opens::Wildcard { dual: Dual::Set, needs: Needs::AddrConfig, falls_back: true },
);
pub(super) const APACHE_LOCALHOST: Server =
    apache("apache-localhost", "Listen localhost:port", every(CONFIGURED, Missing::Fails, Twice::Refused));

const fn haproxy(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("haproxy"),
        ..server(
            id,
            "HAProxy",
            told,
            opens,
            run("2.6"),
            &[
                "HAProxy src/tools.c: str2sa_range, str2ip2 (2.6)",
                "https://docs.haproxy.org/2.6/configuration.html#4.2-bind",
            ],
        )
    }
}
pub(super) const HAPROXY_PORT: Server = haproxy("haproxy-port", "bind :port", ANY_V4);
pub(super) const HAPROXY_LOCALHOST: Server =
    haproxy("haproxy-localhost", "bind localhost:port", first(SYSTEM));
pub(super) const HAPROXY_V6: Server = haproxy("haproxy-v6", "bind :::port", dual_stack(Dual::Default));
pub(super) const HAPROXY_DUAL: Server = haproxy("haproxy-dual", "bind :::port v4v6", dual_stack(Dual::Set));

const fn lighttpd(id: &'static str, told: &'static str, opens: Opens) -> Server {
    Server {
        program: Some("lighttpd"),
        ..server(
            id,
            "lighttpd",
            told,
            opens,
            run("Debian 12"),
            &[
                "lighttpd src/sock_addr.c: sock_addr_from_str_hints",
                "https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_bindDetails",
            ],
        )
    }
}
pub(super) const LIGHTTPD: Server = lighttpd("lighttpd", "default", ANY_V4);
pub(super) const LIGHTTPD_LOCALHOST: Server =
    lighttpd("lighttpd-localhost", "server.bind = \"localhost\"", first(INET));
