//! # nss.dns-before-files — DNS is asked before the hosts file
//!
//! ## What it means
//! The service `dns` comes before `files` for host names: on the hosts line of nsswitch.conf, or by the default of glibc
//! up to 2.34 (`dns [!UNAVAIL=return] files`) when there is no nsswitch.conf or no hosts line in it.
//!
//! ## Who is hit
//! Every program that uses glibc sends localhost and every name of /etc/hosts to DNS first. A dead server makes each
//! look-up wait (5 s × 2 attempts by default). An answer from DNS hides the hosts line; with glibc's old default even
//! "no such name" ends the look-up, so localhost does not resolve. musl and curl's own localhost do not show it.
//! `resolve` before `files` is another matter: systemd-resolved reads /etc/hosts first.
//!
//! ## Example
//! ```text
//! hosts: dns files
//! ```
//!
//! ## Repair
//! ```text
//! hosts: files dns
//! ```
//!
//! ## Not a repair
//! A shorter `timeout` in resolv.conf: names of /etc/hosts still go to the DNS server, and its answer counts.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html
//! - https://sourceware.org/bugzilla/show_bug.cgi?id=28700
//! - https://github.com/sgerrand/alpine-pkg-glibc/issues/4
//! - https://github.com/golang/go/issues/35305

use super::super::facts::{is_reached, services};
use super::super::nss_line::{self, HostsLine};
use super::super::{Context, Rule};
use crate::finding::{Finding, Location, Severity};

pub(super) const RULE: Rule = Rule {
    code: "nss.dns-before-files",
    severity: Severity::Error,
    title: "DNS is asked before the hosts file",
    references: &[
        "https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html",
        "https://sourceware.org/bugzilla/show_bug.cgi?id=28700",
        "https://github.com/sgerrand/alpine-pkg-glibc/issues/4",
        "https://github.com/golang/go/issues/35305",
    ],
    source: include_str!("dns_before_files.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(services) = services(ctx.machine) else { return };
    let place = |name: &str| services.iter().position(|s| s.name == name);
    let (Some(dns), Some(files)) = (place("dns"), place("files")) else { return };
    if dns > files || !is_reached(ctx.machine, &services, dns) {
        return;
    }
    let mut finding = RULE.finding("DNS is asked before the hosts file");
    match HostsLine::of(ctx.machine, &services) {
        Some(line) => {
            finding.locations.push(line.place(dns, "asked first"));
            finding.locations.push(line.place(files, "asked after DNS").secondary());
            finding.evidence.push(line.row());
            finding.remedies.push(line.moved(files, dns));
        }
        None => {
            let path = &ctx.machine.nsswitch.path;
            finding.title = "DNS is asked before the hosts file: the default of glibc before 2.35".to_owned();
            finding.message =
                Some("an answer of DNS, \"no such name\" included, ends the look-up".to_owned());
            finding.locations.push(Location::of(path, b"", 0..0, "no hosts line"));
            finding.evidence.push(nss_line::default_row(ctx.machine));
            finding.remedies.push(nss_line::add_line(ctx.machine));
        }
    }
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::RemedyAction;

    const CODE: &str = "nss.dns-before-files";

    #[test]
    fn files_moves_before_dns() {
        for (before, after) in [
            ("hosts: dns files\n", "hosts: files dns\n"),
            (
                "hosts:  dns [!UNAVAIL=return] files myhostname\n",
                "hosts:  files dns [!UNAVAIL=return] myhostname\n",
            ),
            ("hosts: myhostname dns\tfiles [NOTFOUND=return]\r\n", "hosts: myhostname files dns\r\n"),
        ] {
            let bench = debian().file("/etc/nsswitch.conf", before);
            let found = bench.of(CODE, "api.test").expect(before);
            assert_eq!(bench.after(&found.remedies[0]), after);
        }
    }

    #[test]
    fn the_old_default_counts_and_the_new_one_does_not() {
        let bench = debian().absent("/etc/nsswitch.conf");
        assert_eq!(bench.of(CODE, "localhost"), None);
        let found = bench.glibc("2.31").of(CODE, "localhost").expect("finding");
        let RemedyAction::Command { commands } = &found.remedies[0].action else { panic!("a command") };
        assert_eq!(commands, &["printf 'hosts: files dns\\n' | sudo tee /etc/nsswitch.conf"]);
        let bench = debian().glibc("2.31").file("/etc/nsswitch.conf", "passwd: files");
        let found = bench.of(CODE, "localhost").expect("finding");
        assert_eq!(bench.after(&found.remedies[0]), "passwd: files\nhosts: files dns\n");
    }

    #[test]
    fn resolve_reads_the_hosts_file_itself() {
        let line = "hosts: resolve [!UNAVAIL=return] dns files\n";
        assert_eq!(debian().file("/etc/nsswitch.conf", line).of(CODE, "localhost"), None);
        let stopped =
            debian().file("/etc/nsswitch.conf", line).absent("/run/systemd/resolve/io.systemd.Resolve");
        assert!(stopped.of(CODE, "localhost").is_some());
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
