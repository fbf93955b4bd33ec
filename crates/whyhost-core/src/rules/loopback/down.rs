//! # lo.down — the loopback interface is down
//!
//! ## What it means
//! The interface lo exists without the flag UP, so no packet of this machine reaches itself.
//!
//! ## Who is hit
//! Everything local. On an interface that was never up (a fresh network namespace, a sandbox, a minimal
//! init) a connection to 127.0.0.1 fails with "Network is unreachable", one to ::1 with "Cannot assign
//! requested address". Taken down later, connections to 127.0.0.1 hang, the machine's own other addresses
//! included. Binding to 127.0.0.1 still works, so servers start and look healthy.
//!
//! ## Example
//! ```text
//! $ ip -br link show lo
//! lo               DOWN           00:00:00:00:00:00 <LOOPBACK>
//! ```
//!
//! ## Repair
//! `sudo ip link set lo up`: the kernel adds 127.0.0.1 and ::1 by itself. In a sandbox, let the program
//! that made the network namespace do it.
//!
//! ## Not a repair
//! Adding 127.0.0.1 to another interface.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man8/ip-link.8.html
//! - https://github.com/ioi/isolate/issues/106

use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "lo.down",
    severity: Severity::Error,
    title: "the loopback interface is down",
    references: &[
        "https://man7.org/linux/man-pages/man8/ip-link.8.html",
        "https://github.com/ioi/isolate/issues/106",
    ],
    source: include_str!("down.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(lo) = ctx.machine.loopback().filter(|lo| !lo.is_up()) else { return };
    let mut finding = RULE.finding(format!("the loopback interface {} is down", lo.name));
    // With addresses left it was up before: packets are dropped. Without, the kernel has no route.
    let effect = if lo.addresses.is_empty() {
        "connections to 127.0.0.1 fail with ENETUNREACH, to ::1 with EADDRNOTAVAIL"
    } else {
        "connections to 127.0.0.1 and to every address of this machine hang"
    };
    finding.message = Some(effect.to_owned());
    finding.evidence.push(Evidence::new(format!("{}: flag UP is not set", lo.name), "interfaces"));
    finding.remedies.push(remedy::command(
        format!("set the loopback interface {} up", lo.name),
        Applicability::Safe,
        WHOLE_MACHINE,
        &[&format!("sudo ip link set {} up", lo.name)],
    ));
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    #[test]
    fn down_is_told_and_up_is_not() {
        let found = debian().lo_down().of("lo.down", "localhost").expect("finding");
        assert_eq!(
            found.message.as_deref(),
            Some("connections to 127.0.0.1 and to every address of this machine hang")
        );
        let fresh = debian().lo(&[]).lo_down();
        assert_eq!(
            fresh.of("lo.down", "localhost").expect("finding").message.as_deref(),
            Some("connections to 127.0.0.1 fail with ENETUNREACH, to ::1 with EADDRNOTAVAIL")
        );
        assert_eq!(fresh.of("lo.no-v4-loopback", "localhost"), None);
        assert_eq!(debian().of("lo.down", "localhost"), None);
    }
}
