//! Browsers: localhost is built in; hosts file, NSS, gai.conf and DNS do not matter for it.

use super::library;
use crate::program::{
    ADDRCONFIG, Behaviour, Builtin, Detect, Era, PLAIN, Program, Strategy, V4_V6, V6_V4, When,
};
use crate::resolve::Evidence;

/// Chromium, Chrome, Edge.
pub(super) const CHROMIUM: Program = Program {
    detect: Some(Detect { names: &["chromium", "google-chrome", "chrome"], option: "--version" }),
    ..library(
        "chromium",
        "Chromium",
        "Chromium, Chrome",
        &[Era {
            since: "80",
            label: "80 and later",
            evidence: Evidence::Measured { run: "156" },
            behaviour: Behaviour {
                builtin: Some(Builtin {
                    when: When::Always,
                    addresses: V6_V4,
                    subdomains: true,
                    final_dot: true,
                    cite: "Chromium net/dns/host_resolver_manager.cc: ResolveLocalHostname",
                }),
                strategy: Strategy::TwoGroups(300),
                ..PLAIN
            },
        }],
        &["Chromium net/dns/host_resolver_manager.cc, net/socket/transport_connect_job.cc (156)"],
    )
};

/// Firefox.
pub(super) const FIREFOX: Program = Program {
    detect: Some(Detect { names: &["firefox", "firefox-esr"], option: "--version" }),
    ..library(
        "firefox",
        "Firefox",
        "Firefox",
        &[Era {
            since: "84",
            label: "84 and later",
            evidence: Evidence::Measured { run: "153 ESR" },
            behaviour: Behaviour {
                builtin: Some(Builtin {
                    when: When::Always,
                    addresses: V4_V6,
                    subdomains: true,
                    final_dot: true,
                    cite: "Firefox netwerk/dns/nsHostResolver.cpp: InitLoopbackRecord",
                }),
                // Run with names of one family on machines that have the other alone.
                lookup: ADDRCONFIG,
                strategy: Strategy::InTurn,
                ..PLAIN
            },
        }],
        &["Firefox netwerk/dns/nsHostResolver.cpp: nsHostResolver::InitLoopbackRecord (153)"],
    )
};

const fn glib(strategy: Strategy) -> Behaviour {
    Behaviour {
        builtin: Some(Builtin {
            when: When::Always,
            addresses: V6_V4,
            subdomains: true,
            final_dot: true,
            cite: "GLib gio/gresolver.c: handle_ip_address, g_resolver_lookup_by_name",
        }),
        strategy,
        ..PLAIN
    }
}

/// WebKitGTK and what is built on GLib.
pub(super) const WEBKIT: Program = library(
    "webkit",
    "WebKitGTK, GLib",
    "WebKitGTK, asynchronous GSocketClient",
    &[Era {
        since: "2",
        label: "2",
        evidence: Evidence::Measured { run: "WebKitGTK 2.50, GLib 2.74" },
        behaviour: glib(Strategy::Race(250)),
    }],
    &["GLib gio/gresolver.c, gsocketclient.c (2.74)"],
);

/// GLib's synchronous clients.
pub(super) const GLIB_SYNC: Program = library(
    "glib-sync",
    "GLib (synchronous)",
    "g_socket_client_connect, libsoup's synchronous calls",
    &[Era {
        since: "2",
        label: "2",
        evidence: Evidence::Measured { run: "GLib 2.74, libsoup 3.2" },
        behaviour: glib(Strategy::InTurn),
    }],
    &["GLib gio/gsocketclient.c: g_socket_client_connect (2.74)"],
);
