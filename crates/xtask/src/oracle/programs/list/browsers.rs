//! Browsers without a window.

use crate::oracle::programs::client::{Client, Origin, PLAIN, no_final_dot};

pub(super) const FETCHED: &[Client] = &[
    Client {
        id: "chromium",
        model: "chromium",
        from: Origin::LargeDebian(&["chromium"]),
        version: &["sh", "-c", "exec /usr/lib/chromium/chromium --version"],
        run: &[
            "sh",
            "-c",
            "exec /usr/lib/chromium/chromium --headless --no-sandbox --disable-gpu --no-first-run \
            --disable-background-networking --user-data-dir=/etc/home/chromium-$1 --dump-dom http://$0:$1/",
            "{name}",
            "{port}",
        ],
        takes: no_final_dot,
        bound_ms: 40_000,
        ..PLAIN
    },
    Client {
        id: "firefox",
        model: "firefox",
        from: Origin::LargeDebian(&["firefox-esr"]),
        version: &["sh", "-c", "exec /usr/lib/firefox-esr/firefox-esr --version"],
        run: &[
            "sh",
            "-c",
            "mkdir /etc/home/firefox-$1; exec /usr/lib/firefox-esr/firefox-esr --headless --no-remote \
            --profile /etc/home/firefox-$1 --screenshot /etc/home/shot-$1.png http://$0:$1/",
            "{name}",
            "{port}",
        ],
        takes: no_final_dot,
        bound_ms: 40_000,
        ..PLAIN
    },
];
