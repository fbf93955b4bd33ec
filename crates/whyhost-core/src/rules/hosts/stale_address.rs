//! # hosts.stale-address — an entry has an address that the machine no longer has
//!
//! ## What it means
//! The entry names this machine, and its address is on no interface of it: the machine's own name, or the
//! names that Docker Desktop writes for it. The file was written when the machine had another address.
//!
//! ## Who is hit
//! Every program that asks for the name gets the old address: connections time out or reach a stranger, and
//! servers that bind to their own name fail with EADDRNOTAVAIL ("Cannot assign requested address").
//!
//! ## Example
//! After changing the network:
//! ```text
//! # Added by Docker Desktop
//! 192.168.1.23 host.docker.internal
//! ```
//!
//! ## Repair
//! Write the present address; for Docker Desktop, start it again, which writes its block.
//!
//! ## Not a repair
//! A second line with the new address: programs then get both.
//!
//! ## References
//! - https://github.com/docker/for-win/issues/10420
//! - https://github.com/docker/for-win/issues/13916

use super::super::facts::list;
use super::super::hosts_line::{self, is_sink, repair};
use super::super::owner::{self, Kind};
use super::super::remedy;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use hosts_edit::{GLIBC, Place};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "hosts.stale-address",
    severity: Severity::Warning,
    title: "an entry has an address that the machine no longer has",
    references: &[
        "https://github.com/docker/for-win/issues/10420",
        "https://github.com/docker/for-win/issues/13916",
    ],
    source: include_str!("stale_address.rs"),
    check,
};

const OF_DOCKER_DESKTOP: [&str; 2] = ["host.docker.internal", "gateway.docker.internal"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let here = addresses(ctx);
    // Without a network of its own nothing can be said of an address.
    if here.is_empty() {
        return;
    }
    let own = Some(ctx.machine.os.hostname.as_str()).filter(|n| !n.is_empty());
    let desktop = || owner::owners(ctx.machine).iter().any(|o| o.kind == Kind::Docker && o.line > 0);
    let docker = OF_DOCKER_DESKTOP.iter().copied().filter(|_| desktop());
    for name in own.into_iter().chain(docker) {
        let view = ctx.machine.hosts.value.view(ctx.readers.first().copied().unwrap_or(&GLIBC));
        for place in view.places(name.as_bytes()) {
            if !is_sink(place.address) && !here.contains(&place.address) {
                out.extend(tell(ctx, name, &place, &here));
            }
        }
    }
}

/// The addresses of the machine beyond its loopback interface.
fn addresses(ctx: &Context<'_>) -> Vec<IpAddr> {
    let interfaces = ctx.machine.raw.interfaces.iter().filter(|i| !i.is_loopback());
    interfaces.flat_map(|i| i.addresses.iter().map(|a| a.address)).collect()
}

fn tell(ctx: &Context<'_>, name: &str, place: &Place, here: &[IpAddr]) -> Option<Finding> {
    let line = ctx.machine.hosts.value.line(place.line)?;
    let title = format!("`{name}` means this machine, but {} is on none of its interfaces", place.address);
    let mut finding = hosts_line::at(
        ctx,
        &RULE,
        &line,
        place.address_span.clone(),
        title,
        "not an address of this machine",
    );
    finding.evidence.push(Evidence::new(format!("this machine has {}", list(here)), "interfaces"));
    let same: Vec<&IpAddr> = here.iter().filter(|a| a.is_ipv4() == place.address.is_ipv4()).collect();
    finding.remedies.push(match same[..] {
        [one] => {
            let title = format!("write {one} for `{name}` in line {}", place.line);
            let edits = vec![edit::replace(place.address_span.clone(), one.to_string())];
            repair(ctx, title, Applicability::Unsafe, edits)
        }
        _ => remedy::advice(
            format!("write the present address of this machine for `{name}`"),
            super::super::facts::hosts_reach(ctx.machine),
            format!("this machine has {}", list(here)),
        ),
    });
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.stale-address";

    #[test]
    fn the_own_name_with_an_old_address_is_told() {
        let bench = debian().lines("192.0.2.99 devbox\n");
        assert_eq!(
            bench.one(CODE).title,
            "`devbox` means this machine, but 192.0.2.99 is on none of its interfaces"
        );
        assert!(bench.repaired(CODE).ends_with("\n192.0.2.10 devbox\n"));
    }

    #[test]
    fn docker_desktop_names_count_in_its_block() {
        let line = "192.168.1.23 host.docker.internal\n";
        assert!(
            !debian().lines(&format!("# Added by Docker Desktop\n{line}# End of section\n")).is_quiet(CODE)
        );
        // A container reaches its host at an address that is not its own.
        assert!(debian().lines(line).is_quiet(CODE));
    }

    #[test]
    fn present_and_loopback_addresses_are_none() {
        assert!(debian().lines("192.0.2.10 devbox\n127.0.1.1 devbox\n198.51.100.1 other\n").is_quiet(CODE));
    }
}
