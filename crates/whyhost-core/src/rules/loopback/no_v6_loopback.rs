//! # lo.no-v6-loopback — ::1 is not on the loopback interface though something wants it
//!
//! ## What it means
//! lo is up and the kernel knows IPv6, but ::1 is not configured; and the hosts file gives it to localhost,
//! or a server waits for it on the port that was asked.
//!
//! ## Who is hit
//! Programs that bind every address of localhost fail: "Cannot assign requested address" from Kestrel,
//! kubectl port-forward, helm, Xvnc, sshd's X11 forwarding. Programs that connect mostly survive, since
//! glibc and musl sort ::1 last. With an IPv6 default route a connection to ::1 leaves the machine and
//! times out.
//!
//! ## Example
//! ```text
//! $ ip -6 -br addr show lo
//! $ grep ::1 /etc/hosts
//! ::1 localhost ip6-localhost ip6-loopback
//! ```
//!
//! ## Repair
//! Switch IPv6 on for lo alone, which brings ::1 back: `sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0`.
//! Where it is on already, `sudo ip addr add ::1/128 dev lo`. An MTU of lo below 1280 makes the kernel drop
//! IPv6 there.
//!
//! ## Not a repair
//! Removing the `::1 localhost` line: look-ups for IPv6 then ask DNS for localhost.
//!
//! ## References
//! - https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html
//! - https://github.com/dotnet/aspnetcore/issues/29928
//! - https://github.com/moby/moby/issues/37616

use super::super::facts::{V4, V6, accepts, hosts_row, in_hosts, tcp_sockets};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use crate::snapshot::Interface;

pub(super) const RULE: Rule = Rule {
    code: "lo.no-v6-loopback",
    severity: Severity::Warning,
    title: "::1 is not on the loopback interface though something wants it",
    references: &[
        "https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html",
        "https://github.com/dotnet/aspnetcore/issues/29928",
        "https://github.com/moby/moby/issues/37616",
    ],
    source: include_str!("no_v6_loopback.rs"),
    check,
};

/// Smallest MTU on which the kernel keeps IPv6 (RFC 8200 section 5).
const MIN_MTU: u32 = 1280;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let Some(lo) = machine.loopback().filter(|lo| lo.is_up()) else { return };
    if machine.loopback_has(V6) || !machine.has_inet6_sockets() {
        return;
    }
    let line = ctx.localhost_v6_line();
    let server = ctx.target.port.filter(|port| accepts(machine, V6, *port) && !accepts(machine, V4, *port));
    if line.is_none() && server.is_none() {
        return;
    }
    let mut finding = RULE.finding(format!("::1 is not on {}", lo.name));
    if let Some(line) = line {
        finding.title.push_str(", but the hosts file gives it to localhost");
        finding.locations.push(in_hosts(machine, line.address_span.clone(), "not usable on this machine"));
        finding.evidence.push(hosts_row(machine, line.line));
    }
    if let Some(port) = server {
        finding.evidence.extend(tcp_sockets(machine, port).map(super::super::facts::listener_row));
    }
    finding.evidence.push(Evidence::new(format!("{} is up without ::1", lo.name), "interfaces"));
    finding.remedies.push(repair(ctx, lo));
    out.push(finding);
}

fn repair(ctx: &Context<'_>, lo: &Interface) -> Remedy {
    let is_off = ["all", &lo.name]
        .iter()
        .any(|name| ctx.machine.sysctl(&format!("ipv6/conf/{name}/disable_ipv6")) == Some(1));
    let name = &lo.name;
    let (title, commands) = if lo.mtu != 0 && lo.mtu < MIN_MTU {
        let mtu = format!("sudo ip link set {name} mtu 65536");
        (
            format!("give {name} an MTU that IPv6 can use"),
            vec![mtu, format!("sudo ip addr add ::1/128 dev {name}")],
        )
    } else if is_off {
        (
            format!("switch IPv6 on for {name}; other interfaces stay as they are"),
            vec![format!("sudo sysctl -w net.ipv6.conf.{name}.disable_ipv6=0")],
        )
    } else {
        (format!("add ::1 to {name}"), vec![format!("sudo ip addr add ::1/128 dev {name}")])
    };
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    remedy::command(title, Applicability::Safe, WHOLE_MACHINE, &commands)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::RemedyAction;

    const CODE: &str = "lo.no-v6-loopback";

    fn commands(action: &RemedyAction) -> &[String] {
        match action {
            RemedyAction::Command { commands } => commands,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_hosts_line_wants_it() {
        let bench = debian().lo(&["127.0.0.1"]);
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!((found.locations[0].line, found.locations[0].column), (2, 1));
        assert_eq!(commands(&found.remedies[0].action), ["sudo ip addr add ::1/128 dev lo"]);
        let off = bench.file("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "1\n");
        let found = off.of(CODE, "localhost").expect("finding");
        assert_eq!(commands(&found.remedies[0].action), ["sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0"]);
    }

    #[test]
    fn a_machine_that_is_ipv4_on_purpose_is_quiet() {
        let bench = debian().lo(&["127.0.0.1"]).file("/etc/hosts", "127.0.0.1 localhost\n");
        assert_eq!(bench.of(CODE, "localhost:3000"), None);
        assert!(bench.listen_v6only("[::]:3000").of(CODE, "localhost:3000").is_some());
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
