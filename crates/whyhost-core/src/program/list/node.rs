//! Node: libuv's getaddrinfo, an order of its own up to 16, autoselection of the family from 20 on.

use crate::machine::Machine;
use crate::program::settings::{step, variable, words};
use crate::program::{Addrconfig, Behaviour, Detect, Era, Lookup, Order, Program, Serves, Strategy, Version};
use crate::resolve::{Evidence, Step};
use crate::snapshot::Family;

/// `AI_ADDRCONFIG` unless the option `family` is given (`lib/net.js`, lookupAndConnect).
const BASE: Behaviour = Behaviour {
    lookup: Lookup::System { family: Family::Any, addrconfig: Addrconfig::ForAnyFamily },
    builtin: None,
    order: Order::AsGiven,
    strategy: Strategy::FirstOnly,
};

/// Node's `http`, `https`, `fetch` and `net.connect`, and the libraries on them.
pub(super) const NODE: Program = Program {
    id: "node",
    name: "Node",
    what: "http, fetch, net.connect, and axios, undici, got, ws, pg, mysql2, ioredis, mongodb on them",
    detect: Some(Detect { names: &["node", "nodejs"], option: "--version" }),
    serves: Serves::AnyPort,
    eras: &[
        Era {
            since: "0",
            label: "up to 16",
            evidence: Evidence::Measured { run: "16.20.2" },
            behaviour: Behaviour { order: Order::V4First, ..BASE },
        },
        Era {
            since: "17",
            label: "17–19",
            evidence: Evidence::Measured { run: "17.9.1, 18.20.8" },
            behaviour: BASE,
        },
        Era {
            since: "20",
            label: "20–25",
            evidence: Evidence::Measured { run: "20.0.0, 20.20.2, 22.23.3, 24.21.0" },
            behaviour: Behaviour { order: Order::Alternate, strategy: Strategy::AttemptTimeout(250), ..BASE },
        },
        Era {
            since: "26",
            label: "26 and later",
            evidence: Evidence::Measured { run: "26.10.0" },
            behaviour: Behaviour { order: Order::Alternate, strategy: Strategy::AttemptTimeout(500), ..BASE },
        },
    ],
    adapt: Some(adapt),
    knobs: &[
        "NODE_OPTIONS=--dns-result-order=ipv4first|ipv6first|verbatim",
        "NODE_OPTIONS=--no-network-family-autoselection",
        "NODE_OPTIONS=--enable-network-family-autoselection (18, 19)",
        "NODE_OPTIONS=--network-family-autoselection-attempt-timeout=MS",
    ],
    references: &[
        "Node lib/net.js: lookupAndConnectMultiple, internalConnectMultiple (20.20.2)",
        "Node lib/internal/dns/utils.js: getDefaultResultOrder; nodejs/node pull request 39987",
        "https://nodejs.org/api/cli.html#--dns-result-orderorder",
    ],
};

/// The last option of a kind counts, and `_` is as good as `-` in its name.
fn adapt(machine: &Machine, version: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    const VARIABLE: &str = "NODE_OPTIONS";
    let Some(text) = variable(machine, VARIABLE) else { return };
    let mut selects = matches!(behaviour.strategy, Strategy::AttemptTimeout(_));
    let mut timeout = match behaviour.strategy {
        Strategy::AttemptTimeout(ms) => ms,
        _ => 250,
    };
    let mut first = None;
    let mut options = words(text).into_iter().peekable();
    while let Some(option) = options.next() {
        let (name, mut value) = match option.split_once('=') {
            Some((name, value)) => (name.replace('_', "-"), Some(value.to_owned())),
            None => (option.replace('_', "-"), None),
        };
        let takes_value = ["--dns-result-order", "--network-family-autoselection-attempt-timeout"];
        if takes_value.contains(&name.as_str()) && value.is_none() {
            value = options.next_if(|next| !next.starts_with('-'));
        }
        let shown = value.as_ref().map_or_else(|| name.clone(), |v| format!("{name}={v}"));
        let effect = match (name.as_str(), value.as_deref()) {
            ("--dns-result-order", Some("ipv4first")) => {
                first = Some(Order::V4First);
                "IPv4 first"
            }
            ("--dns-result-order", Some("ipv6first")) => {
                first = Some(Order::V6First);
                "IPv6 first"
            }
            ("--dns-result-order", Some("verbatim")) => {
                first = Some(Order::AsGiven);
                "the order of getaddrinfo"
            }
            ("--no-network-family-autoselection" | "--no-enable-network-family-autoselection", None) => {
                selects = false;
                "the first address only"
            }
            // Came with 18.13 and 19.4; run with 18.20.
            ("--network-family-autoselection" | "--enable-network-family-autoselection", None)
                if *version >= Version::from([18, 13]) =>
            {
                selects = true;
                "all addresses in turn"
            }
            ("--network-family-autoselection-attempt-timeout", Some(ms)) => {
                // Less than 10 ms is raised to it.
                timeout = ms.parse::<u32>().map_or(timeout, |ms| ms.max(10));
                "the time for a silent address"
            }
            _ => continue,
        };
        steps.push(step(VARIABLE, &shown, effect));
    }
    if selects {
        behaviour.strategy = Strategy::AttemptTimeout(timeout);
    } else {
        behaviour.strategy = Strategy::FirstOnly;
    }
    behaviour.order = match (first, selects) {
        (Some(Order::V4First), true) => Order::AlternateV4First,
        (Some(Order::V6First), true) => Order::AlternateV6First,
        (Some(Order::AsGiven), true) => Order::Alternate,
        (Some(order), _) => order,
        (None, true) => Order::Alternate,
        (None, false) if behaviour.order == Order::Alternate => Order::AsGiven,
        (None, false) => behaviour.order,
    };
}
