//! Clients of HTTP.

use crate::oracle::programs::client::{Client, Origin, PLAIN, no_final_dot};

pub(super) const SYSTEM: &[Client] = &[
    Client {
        id: "curl",
        model: "curl",
        version: &["curl", "--version"],
        run: &[
            "curl",
            "-q",
            "-sS",
            "-o",
            "/dev/null",
            "--max-time",
            "3",
            "--noproxy",
            "*",
            "http://{name}:{port}/",
        ],
        ..PLAIN
    },
    Client {
        id: "wget",
        model: "wget",
        version: &["wget", "--version"],
        run: &["wget", "-q", "-O", "/dev/null", "--tries=1", "--no-proxy", "http://{name}:{port}/"],
        ..PLAIN
    },
    Client {
        id: "git",
        model: "git",
        with: &[("curl", &["curl", "--version"])],
        version: &["git", "--version"],
        run: &["git", "-c", "http.proxy=", "ls-remote", "http://{name}:{port}/x"],
        ..PLAIN
    },
    Client {
        id: "git-daemon",
        model: "git-daemon",
        version: &["git", "--version"],
        run: &["git", "ls-remote", "git://{name}:{port}/x"],
        ..PLAIN
    },
];

pub(super) const FETCHED: &[Client] = &[
    Client {
        id: "wget2",
        model: "wget2",
        from: Origin::Debian(&["wget2"]),
        version: &["wget2", "--version"],
        run: &[
            "wget2",
            "-q",
            "-O",
            "/dev/null",
            "--tries=1",
            "--no-proxy",
            "--no-robots",
            "http://{name}:{port}/",
        ],
        takes: no_final_dot,
        ..PLAIN
    },
    Client {
        id: "busybox-wget",
        model: "busybox",
        from: Origin::Debian(&["busybox"]),
        version: &["busybox", "--help"],
        run: &["busybox", "wget", "-q", "-O", "/dev/null", "http://{name}:{port}/"],
        ..PLAIN
    },
    Client {
        id: "aria2",
        model: "aria2",
        from: Origin::Debian(&["aria2"]),
        version: &["aria2c", "--version"],
        with: &[(
            "c-ares",
            &["sh", "-c", "grep -ao '1[.][0-9]*[.][0-9]' /usr/lib/*/libcares.so.2 | head -1"],
        )],
        run: &[
            "aria2c",
            "-q",
            "--no-conf",
            "--max-tries=1",
            "--connect-timeout=3",
            "--dir=/etc/home",
            "--out=aria2",
            "--allow-overwrite=true",
            "--dht-file-path=/etc/home/dht",
            "http://{name}:{port}/",
        ],
        ..PLAIN
    },
    Client {
        id: "lynx",
        model: "lynx",
        from: Origin::Debian(&["lynx"]),
        version: &["lynx", "-version"],
        run: &["lynx", "-cfg=/dev/null", "-dump", "http://{name}:{port}/"],
        takes: no_final_dot,
        ..PLAIN
    },
    Client {
        id: "w3m",
        model: "w3m",
        from: Origin::Debian(&["w3m"]),
        version: &["w3m", "-version"],
        run: &["w3m", "-no-proxy", "-dump", "http://{name}:{port}/"],
        ..PLAIN
    },
];
