//! # lo.no-v4-loopback — 127.0.0.1 is not on the loopback interface
//!
//! ## What it means
//! lo is up, but no address on it covers 127.0.0.1.
//!
//! ## Who is hit
//! Connections to 127.0.0.1 fail with "Network is unreachable"; with an IPv4 default route they leave the machine and time
//! out. Servers may still bind to 127.0.0.1, so they look healthy. getaddrinfo sorts 127.0.0.1 behind ::1.
//!
//! ## Example
//! ```text
//! $ ip -br addr show lo
//! lo               UNKNOWN        ::1/128
//! ```
//!
//! ## Repair
//! `sudo ip addr add 127.0.0.1/8 dev lo`. The whole of 127.0.0.0/8, not 127.0.0.1 alone: local DNS stubs use 127.0.0.53.
//!
//! ## Not a repair
//! Taking 127.0.0.1 out of /etc/hosts: most servers listen there.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man8/ip-address.8.html
//! - https://github.com/NixOS/nixpkgs/issues/2590

use super::super::facts::V4;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::snapshot::InterfaceAddress;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "lo.no-v4-loopback",
    severity: Severity::Error,
    title: "127.0.0.1 is not on the loopback interface",
    references: &[
        "https://man7.org/linux/man-pages/man8/ip-address.8.html",
        "https://github.com/NixOS/nixpkgs/issues/2590",
    ],
    source: include_str!("no_v4_loopback.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(lo) = ctx.machine.loopback().filter(|lo| lo.is_up()) else { return };
    if lo.addresses.iter().any(covers_v4_loopback) {
        return;
    }
    let mut finding = RULE.finding(format!("127.0.0.1 is not on {}", lo.name));
    let addresses: Vec<IpAddr> = lo.addresses.iter().map(|a| a.address).collect();
    let text = format!("{} is up with {}", lo.name, super::super::facts::list(&addresses));
    finding.evidence.push(Evidence::new(text, "interfaces of the kernel"));
    finding.remedies.push(remedy::command(
        "add it",
        Applicability::Safe,
        WHOLE_MACHINE,
        &[&format!("sudo ip addr add 127.0.0.1/8 dev {}", lo.name)],
    ));
    out.push(finding);
}

/// With 127.0.0.2/8 alone, 127.0.0.1 still works: the kernel's local route covers the prefix.
fn covers_v4_loopback(address: &InterfaceAddress) -> bool {
    match (address.address, V4) {
        (IpAddr::V4(have), IpAddr::V4(want)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(address.prefix_len.min(32))).unwrap_or(0);
            have.to_bits() & mask == want.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "lo.no-v4-loopback";

    #[test]
    fn the_prefix_counts() {
        let found = debian().lo(&["::1"]).of(CODE, "localhost").expect("finding");
        assert_eq!(found.evidence[0].text, "lo is up with ::1");
        assert_eq!(debian().lo(&["127.0.0.2", "::1"]).of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
