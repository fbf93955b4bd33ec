//! # nss.conf-missing — nsswitch.conf has no hosts line that counts
//!
//! ## What it means
//! glibc finds no line for `hosts`, so its built-in default decides: `files dns` from 2.35 on,
//! `dns [!UNAVAIL=return] files` before. Either the file is missing, or it has no such line, or the line is
//! the last of the file and has no line end: glibc from 2.33 on drops it (then this is a warning, since
//! somebody wrote another order).
//!
//! ## Who is hit
//! Programs of glibc, in small images most of all. Go without cgo takes `files dns` for a missing file; musl
//! never reads it. With `files dns` nothing is wrong.
//!
//! ## Example
//! ```text
//! $ cat /etc/nsswitch.conf
//! cat: /etc/nsswitch.conf: No such file or directory
//! ```
//!
//! ## Repair
//! Say what is meant:
//! ```text
//! hosts: files dns
//! ```
//!
//! ## Not a repair
//! The order of lines in /etc/hosts: which service is asked first is decided here.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html
//! - https://sourceware.org/bugzilla/show_bug.cgi?id=28700
//! - https://github.com/golang/go/issues/35305

use super::super::edit;
use super::super::nss_line;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::conf::nsswitch::Services;
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::machine::{FileState, Machine};
use crate::snapshot::OsFamily;

pub(super) const RULE: Rule = Rule {
    code: "nss.conf-missing",
    severity: Severity::Note,
    title: "nsswitch.conf has no hosts line that counts",
    references: &[
        "https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html",
        "https://sourceware.org/bugzilla/show_bug.cgi?id=28700",
        "https://github.com/golang/go/issues/35305",
    ],
    source: include_str!("conf_missing.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let conf = &machine.nsswitch.value;
    if !uses_glibc(machine) || conf.hosts != Services::Default {
        return;
    }
    let path = &machine.nsswitch.path;
    match (&machine.nsswitch.state, conf.dropped_last_line) {
        (FileState::Read, Some(line)) => out.push(dropped(machine, line)),
        (FileState::Read, None) => out.push(missing(machine, format!("{path} has no hosts line"))),
        (FileState::Absent(_), _) => out.push(missing(machine, format!("there is no {path}"))),
        _ => {}
    }
}

fn uses_glibc(machine: &Machine) -> bool {
    let glibc = machine.os.libc.as_ref().is_some_and(|libc| libc.name == "glibc");
    machine.os.family == OsFamily::Linux && glibc
}

fn missing(machine: &Machine, title: String) -> Finding {
    let mut finding = RULE.finding(title);
    finding.locations.push(Location::of(&machine.nsswitch.path, b"", 0..0, "no hosts line"));
    finding.evidence.push(nss_line::default_row(machine));
    finding.remedies.push(nss_line::add_line(machine));
    finding
}

/// `nss_database.c`: getline reports the end of the file together with the text, and the loop leaves.
fn dropped(machine: &Machine, line: usize) -> Finding {
    let (path, bytes) = (&machine.nsswitch.path, nss_line::bytes(machine));
    let text = edit::line_text(&bytes, line);
    let mut finding = RULE.finding(format!("glibc drops the hosts line of {path}, as it has no line end"));
    finding.severity = Severity::Warning;
    let end = bytes.len();
    finding.locations.push(Location::of(path, &bytes, text.clone(), "the file ends here"));
    let row = String::from_utf8_lossy(&bytes[text]).into_owned();
    finding.evidence.push(Evidence::new(row, format!("{path}:{line}")));
    finding.evidence.push(nss_line::default_row(machine));
    finding.remedies.push(remedy::edits(
        format!("end line {line} of {path}"),
        Applicability::Safe,
        WHOLE_MACHINE,
        path,
        vec![edit::replace(end..end, edit::line_end(&bytes))],
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;

    const CODE: &str = "nss.conf-missing";
    const CONF: &str = "/etc/nsswitch.conf";

    #[test]
    fn a_missing_file_and_a_missing_line_are_told_with_the_default() {
        let absent = debian().absent(CONF).one(CODE);
        assert_eq!(
            (absent.severity, absent.title.as_str()),
            (Severity::Note, "there is no /etc/nsswitch.conf")
        );
        assert!(absent.evidence[0].text.ends_with("uses its default `files dns`"), "{:?}", absent.evidence);
        let no_line = debian().file(CONF, "passwd: files\n").one(CODE);
        assert_eq!(no_line.title, "/etc/nsswitch.conf has no hosts line");
    }

    #[test]
    fn a_last_line_without_its_end_is_a_warning() {
        let bench = debian().file(CONF, "passwd: files\nhosts: files myhostname dns");
        let found = bench.one(CODE);
        assert_eq!((found.severity, found.locations[0].line), (Severity::Warning, 2));
        let after = bench.after(&found.remedies[0]);
        assert!(after.ends_with("dns\n") && bench.file(CONF, &after).is_quiet(CODE));
        assert!(bench.glibc("2.31").is_quiet(CODE), "older ones read it");
    }

    #[test]
    fn a_line_another_library_and_a_rejected_file_are_quiet() {
        assert!(debian().is_quiet(CODE) && debian().musl().absent(CONF).is_quiet(CODE));
        assert!(debian().file(CONF, "hosts: files [NOTFOUND] dns\n").is_quiet(CODE));
    }
}
