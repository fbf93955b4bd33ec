//! # hosts.no-final-newline — the last line has no line end
//!
//! ## What it means
//! The file ends in the middle of a line.
//!
//! ## Who is hit
//! musl does not find the last name of the file, Android the whole last line. glibc, Go, c-ares, Java,
//! systemd-resolved and Windows read it as any other, so the line works by luck: the next program that appends
//! with a plain `>>` glues its line to it, and one name is lost for everybody.
//!
//! ## Example
//! ```text
//! $ tail -c 8 /etc/hosts
//! app.test$
//! ```
//!
//! ## Repair
//! End the last line.
//!
//! ## Not a repair
//! Appending a blank: musl is helped, the next tool that appends is not.
//!
//! ## References
//! - https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap03.html#tag_03_185
//! - https://github.com/saltstack/salt/issues/1079

use super::super::facts::in_hosts;
use super::super::hosts_line::{labels, readers_that, repair};
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use hosts_edit::{Dialect, Ending, HostsFile, Line};

pub(super) const RULE: Rule = Rule {
    code: "hosts.no-final-newline",
    severity: Severity::Warning,
    title: "the last line has no line end",
    references: &[
        "https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap03.html#tag_03_185",
        "https://github.com/saltstack/salt/issues/1079",
    ],
    source: include_str!("no_final_newline.rs"),
    check,
};

/// A longer last line is not tried on every reader.
const TRIED: usize = 1 << 16;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let file = &ctx.machine.hosts.value;
    let last = file.line(file.line_count()).filter(|l| l.ending() == Ending::None && !l.content().is_empty());
    let Some(last) = last.filter(|_| !file.encoding().is_utf16()) else { return };
    let losing = readers_that(ctx, |r| loses(r, &last));
    let path = &ctx.machine.hosts.path;
    let mut finding = RULE.finding(match losing.is_empty() {
        true => format!("the last line of {path} has no line end"),
        false => format!("{} loses names of the last line, as it has no line end", labels(&losing)),
    });
    if losing.is_empty() {
        finding.message = Some("a program that appends a line would glue it to this one".to_owned());
    }
    let end = last.span().end;
    finding.locations.push(in_hosts(ctx.machine, end..end, "the file ends here"));
    finding.evidence.push(Evidence::new("the last byte is no line end", format!("{path}:{}", last.number())));
    let ending = file.line(1).filter(|l| l.ending() == Ending::Crlf).map_or("\n", |_| "\r\n");
    let edits = vec![edit::replace(end..end, ending)];
    finding.remedies.push(repair(ctx, "end the last line", Applicability::Safe, edits));
    out.push(finding);
}

/// Asked by experiment: the last line gives other names with a line end.
fn loses(reader: &Dialect, last: &Line<'_>) -> bool {
    if last.content().len() > TRIED {
        return false;
    }
    let names = |end: &[u8]| -> Vec<Vec<u8>> {
        let file = HostsFile::parse([last.content(), end].concat()).0;
        file.view(reader).entries().flat_map(|e| e.names).map(|n| n.text.into_owned()).collect()
    };
    names(b"") != names(b"\n")
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::{BIONIC, GO, MUSL};

    const CODE: &str = "hosts.no-final-newline";

    #[test]
    fn musl_and_android_lose_names_and_the_next_program_glues() {
        let bench = debian().lines("10.0.0.1 a b");
        assert_eq!(bench.one(CODE).severity, Severity::Warning);
        assert!(bench.repaired(CODE).ends_with("\n10.0.0.1 a b\n"));
        for (reader, loses) in [(&MUSL, true), (&BIONIC, true), (&GO, false)] {
            let found = &bench.check(CODE, &[reader])[0];
            assert_eq!(
                (found.message.is_none(), found.title.contains("loses names")),
                (loses, loses),
                "{}",
                reader.id
            );
        }
    }

    #[test]
    fn a_comment_or_a_blank_at_the_end_costs_musl_nothing() {
        for line in ["# end", "10.0.0.1 a "] {
            assert!(debian().lines(line).check(CODE, &[&MUSL])[0].message.is_some(), "{line}");
        }
    }

    #[test]
    fn the_new_end_is_that_of_the_file_and_complete_files_are_none() {
        assert!(
            debian()
                .file("/etc/hosts", "127.0.0.1 localhost\r\n::1 localhost")
                .repaired(CODE)
                .ends_with("\r\n")
        );
        assert!(debian().is_quiet(CODE) && debian().file("/etc/hosts", "").is_quiet(CODE));
    }
}
