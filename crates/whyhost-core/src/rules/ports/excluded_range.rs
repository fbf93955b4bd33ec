//! # port.excluded-range — Windows has reserved the port
//!
//! ## What it means
//! Hyper-V, WSL and WinNAT reserve ranges of ports at every start. No program may bind a port of them, although
//! nothing listens there and netstat shows nothing. Known from documentation and reports; not run here.
//!
//! ## Who is hit
//! Every server that wants the port: "listen EACCES: permission denied", "An attempt was made to access a
//! socket in a way forbidden by its access permissions".
//!
//! ## Example
//! ```text
//! > netsh int ipv4 show excludedportrange protocol=tcp
//! Start Port    End Port
//! ----------    --------
//!       2979        3078
//! ```
//!
//! ## Repair
//! Give the server another port. Or reserve the port for good before WinNAT takes it:
//! `net stop winnat`, `netsh int ipv4 add excludedportrange protocol=tcp startport=3000 numberofports=1`,
//! `net start winnat`, as administrator.
//!
//! ## Not a repair
//! Running the server as administrator: the range is closed to it too.
//!
//! ## References
//! - https://github.com/microsoft/WSL/issues/5514
//! - https://github.com/docker/for-win/issues/9272
//! - https://learn.microsoft.com/en-us/windows-server/networking/technologies/netsh/netsh-interface-portproxy

use super::super::facts::tcp_sockets;
use super::super::remedy::{self, THIS_SERVER, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::machine::Machine;
use crate::snapshot::OsFamily;

pub(super) const RULE: Rule = Rule {
    code: "port.excluded-range",
    severity: Severity::Error,
    title: "Windows has reserved the port",
    references: &[
        "https://github.com/microsoft/WSL/issues/5514",
        "https://github.com/docker/for-win/issues/9272",
        "https://learn.microsoft.com/en-us/windows-server/networking/technologies/netsh/netsh-interface-portproxy",
    ],
    source: include_str!("excluded_range.rs"),
    check,
};

/// The command whose output a snapshot of Windows holds under its own name, per family.
const RANGES: [&str; 2] = [
    "netsh int ipv4 show excludedportrange protocol=tcp",
    "netsh int ipv6 show excludedportrange protocol=tcp",
];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(port) = ctx.target.port else { return };
    if ctx.machine.os.family != OsFamily::Windows || tcp_sockets(ctx.machine, port).next().is_some() {
        return;
    }
    let found = RANGES.iter().find_map(|command| Some((command, range(ctx.machine, command, port)?)));
    let Some((command, (first, last))) = found else { return };
    let mut finding = RULE
        .finding(format!("Windows has reserved the ports {first} to {last}: nobody can listen on {port}"));
    finding.evidence.push(Evidence::new(format!("{first} to {last} are excluded"), *command));
    finding.remedies.push(remedy::advice(
        format!("give the server another port than {port}"),
        THIS_SERVER,
        format!("for example {}; the ranges change at every start of Windows", last.saturating_add(1)),
    ));
    finding.remedies.push(remedy::advice(
        format!("reserve port {port} for yourself, as administrator"),
        WHOLE_MACHINE,
        format!(
            "`net stop winnat`, then `netsh int ipv4 add excludedportrange protocol=tcp startport={port} numberofports=1`, \
             then `net start winnat`; containers and WSL lose their network in between"
        ),
    ));
    out.push(finding);
}

/// The range that holds the port: rows of two numbers; those with `*` behind them were made by an administrator, for a
/// program of the machine.
fn range(machine: &Machine, command: &str, port: u16) -> Option<(u16, u16)> {
    let bytes = machine.raw.file(command)?.bytes()?;
    String::from_utf8_lossy(&bytes).lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [first, last] = words[..] else { return None };
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first..=last).contains(&port).then_some((first, last))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "port.excluded-range";

    #[test]
    fn only_a_port_of_a_range_of_windows() {
        let text = "\r\nProtocol tcp Port Exclusion Ranges\r\n\r\nStart Port    End Port\r\n----------    --------\r\n      2979        3078\r\n     50000       50059     *\r\n\r\n* - Administered port exclusions.\r\n";
        let bench = debian().file("netsh int ipv4 show excludedportrange protocol=tcp", text);
        assert_eq!(bench.of(CODE, "localhost:3000"), None);
        let windows = bench.windows();
        let found = windows.of(CODE, "localhost:3000").expect("finding");
        assert_eq!(found.title, "Windows has reserved the ports 2979 to 3078: nobody can listen on 3000");
        for quiet in ["localhost:2978", "localhost:50001", "localhost"] {
            assert_eq!(windows.of(CODE, quiet), None, "{quiet}");
        }
        assert_eq!(windows.listen("127.0.0.1:3000").of(CODE, "localhost:3000"), None);
    }
}
