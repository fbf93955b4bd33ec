//! GNU Wget and Wget2.

use super::library;
use crate::machine::Machine;
use crate::program::{
    ADDRCONFIG, Behaviour, Detect, Era, GETADDRINFO_V4, GETADDRINFO_V6, Order, PLAIN, Program, Strategy,
    Version,
};
use crate::resolve::{Evidence, Step};

/// GNU Wget.
pub(super) const WGET: Program = Program {
    detect: Some(Detect { names: &["wget"], option: "--version" }),
    adapt: Some(adapt),
    knobs: &["prefer-family, inet4-only, inet6-only in /etc/wgetrc"],
    ..library(
        "wget",
        "wget",
        "wget",
        &[Era {
            since: "1",
            label: "1",
            evidence: Evidence::Measured { run: "1.21.3, 1.25" },
            behaviour: PLAIN,
        }],
        &["wget src/connect.c: connect_to_host (1.21)", "https://www.gnu.org/software/wget/manual/wget.html"],
    )
};

/// Wget2.
pub(super) const WGET2: Program = Program {
    detect: Some(Detect { names: &["wget2"], option: "--version" }),
    ..library(
        "wget2",
        "wget2",
        "wget2",
        &[
            Era {
                since: "1.99",
                label: "1.99",
                evidence: Evidence::Measured { run: "1.99.1" },
                behaviour: Behaviour { lookup: ADDRCONFIG, strategy: Strategy::FirstOnly, ..PLAIN },
            },
            Era {
                since: "2",
                label: "2",
                evidence: Evidence::Measured { run: "2.2.0" },
                behaviour: Behaviour { lookup: ADDRCONFIG, ..PLAIN },
            },
        ],
        &["libwget tcp.c: wget_tcp_connect (2.2)"],
    )
};

/// The system's configuration file; options on the command line and ~/.wgetrc come after it.
fn adapt(machine: &Machine, _: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    const FILE: &str = "/etc/wgetrc";
    let Some(bytes) = machine.raw.file(FILE).and_then(|f| f.bytes()) else { return };
    for (number, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
        let Some((name, value)) = line.trim().split_once('=') else { continue };
        // `-` and `_` in names and letter case do not matter.
        let name: String = name.trim().to_ascii_lowercase().replace(['-', '_'], "");
        let effect = match (name.as_str(), value.trim().to_ascii_lowercase().as_str()) {
            ("preferfamily", "ipv4") => {
                behaviour.order = Order::V4First;
                "IPv4 first"
            }
            ("preferfamily", "ipv6") => {
                behaviour.order = Order::V6First;
                "IPv6 first"
            }
            ("inet4only", "on" | "yes" | "1") => {
                behaviour.lookup = GETADDRINFO_V4;
                "IPv4 only"
            }
            ("inet6only", "on" | "yes" | "1") => {
                behaviour.lookup = GETADDRINFO_V6;
                "IPv6 only"
            }
            _ => continue,
        };
        steps.push(Step::new(format!("{FILE}:{}", number + 1), format!("{}: {effect}", line.trim())));
    }
}
