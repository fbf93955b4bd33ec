//! # nss.myhostname-before-files — nss-myhostname answers before the hosts file
//!
//! ## What it means
//! The service `myhostname` comes before `files`, so it decides about localhost, every name below .localhost, the
//! machine's own name and _gateway.
//!
//! ## Who is hit
//! Programs that use glibc never see the lines of /etc/hosts for these names: an address for NAME.localhost or for the
//! own host name is ignored. musl, Go without cgo and other readers of the file follow it, so programs disagree.
//!
//! ## Example
//! ```text
//! hosts: myhostname files dns
//! ```
//!
//! ## Repair
//! systemd's own order has `myhostname` behind the hosts file:
//! ```text
//! hosts: files myhostname dns
//! ```
//!
//! ## Not a repair
//! Writing the line in /etc/hosts twice, or at another place in it: the file is not asked.
//!
//! ## References
//! - https://www.freedesktop.org/software/systemd/man/latest/nss-myhostname.html
//! - https://github.com/systemd/systemd/issues/30882
//! - https://github.com/systemd/systemd/issues/39836

use super::super::facts::{hosts_row, is_installed, is_reached, services};
use super::super::nss_line::HostsLine;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::machine::Machine;
use crate::resolve::stage::myhostname::is_localhost;
use hosts_edit::GLIBC;

pub(super) const RULE: Rule = Rule {
    code: "nss.myhostname-before-files",
    severity: Severity::Warning,
    title: "nss-myhostname answers before the hosts file",
    references: &[
        "https://www.freedesktop.org/software/systemd/man/latest/nss-myhostname.html",
        "https://github.com/systemd/systemd/issues/30882",
        "https://github.com/systemd/systemd/issues/39836",
    ],
    source: include_str!("myhostname_before_files.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let Some(services) = services(machine) else { return };
    let place = |name: &str| services.iter().position(|s| s.name == name);
    let (Some(own), Some(files)) = (place("myhostname"), place("files")) else { return };
    if own > files || !is_installed(machine, "myhostname") || !is_reached(machine, &services, own) {
        return;
    }
    let Some(line) = HostsLine::of(machine, &services) else { return };
    let mut finding = RULE.finding("nss-myhostname answers localhost and the own name before the hosts file");
    finding.locations.push(line.place(own, "asked first"));
    finding.locations.push(line.place(files, "not asked for these names").secondary());
    finding.evidence.push(line.row());
    finding.evidence.extend(hidden_lines(machine));
    finding.remedies.push(line.moved(files, own));
    out.push(finding);
}

/// The lines of the hosts file that glibc never reaches for one of their names.
fn hidden_lines(machine: &Machine) -> Vec<Evidence> {
    let own = machine.os.hostname.as_bytes();
    let is_hidden = |name: &[u8]| name == own || is_localhost(&String::from_utf8_lossy(name));
    let hidden = machine.hosts.value.entries(&GLIBC).filter(|e| e.names.iter().any(|n| is_hidden(&n.text)));
    hidden.map(|e| hosts_row(machine, e.line)).take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "nss.myhostname-before-files";

    #[test]
    fn the_order_is_told_with_the_lines_it_hides() {
        let bench = debian().file("/etc/nsswitch.conf", "hosts: myhostname files dns\n");
        let bench = bench.file("/etc/hosts", "127.0.0.1 localhost\n10.0.0.1 nas\n192.0.2.7 api.localhost\n");
        let found = bench.of(CODE, "api.localhost").expect("finding");
        let rows: Vec<_> = found.evidence.iter().map(|e| e.text.as_str()).collect();
        assert_eq!(rows, ["hosts: myhostname files dns", "127.0.0.1 localhost", "192.0.2.7 api.localhost"]);
        assert_eq!(bench.after(&found.remedies[0]), "hosts: files myhostname dns\n");
    }

    #[test]
    fn the_usual_orders_and_a_module_that_is_not_there_are_quiet() {
        for line in [
            "hosts: files myhostname dns\n",
            "hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n",
            "hosts: resolve [!UNAVAIL=return] myhostname files dns\n",
        ] {
            assert_eq!(debian().file("/etc/nsswitch.conf", line).of(CODE, "localhost"), None, "{line}");
        }
        let absent =
            debian().file("/etc/nsswitch.conf", "hosts: myhostname files dns\n").without_module("myhostname");
        assert_eq!(absent.of(CODE, "localhost"), None);
    }
}
