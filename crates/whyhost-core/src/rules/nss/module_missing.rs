//! # nss.module-missing — a service of the hosts line is not installed
//!
//! ## What it means
//! The hosts line names a service whose module `libnss_NAME.so.2` the loader does not find. glibc takes it for
//! unavailable and asks the next one, without a message.
//!
//! ## Who is hit
//! Programs of glibc. Where another service does the same job the word is idle: that is a note. It is a warning
//! where DNS is then asked by nobody, or where the word looks like a slip (`dsn`, `mdns4-minimal`), and an error
//! where the criterion behind it, as `[UNAVAIL=return]`, ends every look-up there.
//!
//! ## Example
//! ```text
//! hosts: files resolve
//! $ ls /usr/lib/x86_64-linux-gnu/libnss_resolve.so.2
//! ls: cannot access: No such file or directory
//! ```
//!
//! ## Repair
//! Install the package of the module (libnss-resolve, libnss-mdns, libnss-myhostname, nss-mdns), or take the
//! word out of the line.
//!
//! ## Not a repair
//! A link from another module to that name: its functions carry the name of the service.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html
//! - https://www.gnu.org/software/libc/manual/html_node/NSS-Module-Names.html

use super::super::facts::services;
use super::super::nss_line::HostsLine;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::conf::nsswitch::{Action, Service, Status};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use crate::machine::{GlibcVersion, Machine};

pub(super) const RULE: Rule = Rule {
    code: "nss.module-missing",
    severity: Severity::Warning,
    title: "a service of the hosts line is not installed",
    references: &[
        "https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html",
        "https://www.gnu.org/software/libc/manual/html_node/NSS-Module-Names.html",
    ],
    source: include_str!("module_missing.rs"),
    check,
};

/// Services for hosts that distributions ship.
const KNOWN: [&str; 14] = [
    "files",
    "dns",
    "myhostname",
    "mymachines",
    "resolve",
    "mdns",
    "mdns4",
    "mdns6",
    "mdns_minimal",
    "mdns4_minimal",
    "mdns6_minimal",
    "wins",
    "libvirt",
    "libvirt_guest",
];

/// Since 2.34 these two are part of the library itself (`nss/nss_module.c`, `module_load_builtin`).
const BUILT_IN: GlibcVersion = GlibcVersion(2, 34);

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let Some(services) = services(machine) else { return };
    let Some(line) = HostsLine::of(machine, &services) else { return };
    for index in 0..services.len() {
        if is_missing(machine, &services[index].name) {
            out.push(tell(machine, &line, &services, index));
        }
    }
}

/// The snapshot says that the loader does not find it.
fn is_missing(machine: &Machine, name: &str) -> bool {
    let built_in = matches!(name, "files" | "dns") && machine.glibc >= BUILT_IN;
    !built_in && machine.raw.nss_modules.iter().any(|m| m.name == name && m.path.is_none())
}

fn tell(machine: &Machine, line: &HostsLine, services: &[Service], index: usize) -> Finding {
    let service = &services[index];
    let name = &service.name;
    let asks_dns =
        |s: &Service| matches!(s.name.as_str(), "dns" | "resolve") && !is_missing(machine, &s.name);
    let ends = service.actions.after(Status::Unavail) == Action::Return && index + 1 < services.len();
    let slip = slip(name, services);
    let mut finding = RULE.finding(format!("`{name}` is not installed: there is no libnss_{name}.so.2"));
    if ends {
        finding.severity = Severity::Error;
        finding.message =
            Some(format!("its criterion ends the look-up: what stands behind {name} is never asked"));
    } else if slip.is_none() && services.iter().any(asks_dns) {
        finding.severity = Severity::Note;
    } else if slip.is_none() {
        finding.message = Some("no other service of the line asks DNS".to_owned());
    }
    finding.locations.push(line.place(index, "no such module"));
    finding.evidence.push(line.row());
    finding.evidence.push(Evidence::new(format!("libnss_{name}.so.2 is not found"), "folders of the loader"));
    finding.remedies.extend(
        slip.map(|meant| Remedy { applicability: Applicability::Unsafe, ..line.renamed(index, meant) }),
    );
    finding.remedies.push(remedy::advice(
        format!("install the package that has libnss_{name}.so.2"),
        WHOLE_MACHINE,
        "Debian names such packages libnss-NAME, Fedora nss-NAME or systemd-libs",
    ));
    let without = line.without(index);
    let applicability = if ends { Applicability::Unsafe } else { Applicability::Safe };
    finding.remedies.push(Remedy { applicability, ..without });
    finding
}

/// The known service that the word differs from by one letter, a letter more or less, two that changed places, or case.
fn slip(word: &str, services: &[Service]) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase().replace('-', "_");
    let is_listed = |known: &str| services.iter().any(|s| s.name == known);
    let free = || KNOWN.into_iter().filter(|known| !KNOWN.contains(&word) && !is_listed(known));
    free().find(|known| lower == *known).or_else(|| free().find(|k| is_near(lower.as_bytes(), k.as_bytes())))
}

fn is_near(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([x, y, a @ ..], [v, w, b @ ..]) if (x, y) == (w, v) && a == b => true,
        ([_, rest @ ..], other) | (other, [_, rest @ ..]) if rest == other => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "nss.module-missing";

    fn severity(line: &str, missing: &str) -> Option<Severity> {
        let bench = debian().file("/etc/nsswitch.conf", line).without_module(missing);
        bench.check(CODE, &[]).first().map(|f| f.severity)
    }

    #[test]
    fn what_is_lost_decides() {
        for (line, missing, expected) in [
            ("hosts: files mdns4_minimal [NOTFOUND=return] dns\n", "mdns4_minimal", Some(Severity::Note)),
            ("hosts: files resolve\n", "resolve", Some(Severity::Warning)),
            ("hosts: files resolve [UNAVAIL=return] dns\n", "resolve", Some(Severity::Error)),
            ("hosts: files dsn\n", "dsn", Some(Severity::Warning)),
            ("hosts: files dns\n", "dns", None),
        ] {
            assert_eq!(severity(line, missing), expected, "{line}");
        }
        let old = debian().without_module("dns").glibc("2.31");
        assert_eq!(old.one(CODE).severity, Severity::Warning, "no part of the library then");
    }

    #[test]
    fn a_slip_is_offered_as_what_was_meant() {
        for (word, meant) in
            [("dsn", "dns"), ("DNS", "dns"), ("ds", "dns"), ("mdns4-minimal", "mdns4_minimal")]
        {
            let bench =
                debian().file("/etc/nsswitch.conf", &format!("hosts: files {word}\n")).without_module(word);
            let found = bench.one(CODE);
            assert_eq!(bench.after(&found.remedies[0]), format!("hosts: files {meant}\n"));
        }
        let bench = debian().file("/etc/nsswitch.conf", "hosts: files ldap dns\n").without_module("ldap");
        let found = bench.one(CODE);
        assert_eq!(bench.after(&found.remedies[1]), "hosts: files dns\n");
    }

    #[test]
    fn what_is_installed_or_not_known_is_quiet() {
        let line = "hosts: files resolve [!UNAVAIL=return] dns\n";
        assert!(debian().file("/etc/nsswitch.conf", line).is_quiet(CODE));
        assert!(debian().file("/etc/nsswitch.conf", line).module("resolve", None).is_quiet(CODE));
    }
}
