//! The forms of a check: each input is printed as soon as it is checked, and what needs all of them at the end.

mod concise;
mod frame;
mod github;
mod json;
mod lossy;
pub(crate) mod nagios;
mod prometheus;
mod sarif;
mod text;

pub(crate) use prometheus::label as prometheus_label;

use super::style::Ui;
use crate::args::Format;
use crate::failure::Failure;
use crate::output::Output;
use whyhost_core::check::{Report, Subject, Summary};
use whyhost_core::finding::{Finding, Location, Severity};

/// Where the places of an input's findings lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In files of this machine.
    Files,
    /// In standard input.
    Stream,
    /// In files of another machine: the path of the input is that of the snapshot.
    Snapshot,
}

/// An input and what came of it.
pub(crate) struct Checked {
    pub(crate) name: String,
    /// Hits of one code that are all shown; 0 for all.
    pub(crate) limit: usize,
    /// The least severity that matters to the exit code.
    pub(crate) fail_on: Severity,
    pub(crate) outcome: Result<Done, Failure>,
}

/// An input that was read and checked.
pub(crate) struct Done {
    pub(crate) kind: Kind,
    pub(crate) subject: Subject,
    pub(crate) report: Report,
}

impl Done {
    pub(crate) fn summary(&self) -> Summary {
        Summary::of(&self.report.findings, self.report.suppressed)
    }
}

impl Checked {
    /// Everything that had to be looked at was.
    pub(crate) fn is_complete(&self) -> bool {
        self.incomplete().is_none()
    }

    /// Why the input could not be checked, or not as a whole.
    fn incomplete(&self) -> Option<String> {
        let done = match &self.outcome {
            Ok(done) => done,
            Err(failure) => return Some(failure.message.clone()),
        };
        let gap = done.report.gaps.first().map(|gap| format!("could not read {}: {}", gap.what, gap.why));
        let hosts = || done.subject.unreadable().map(|why| format!("could not read the hosts file: {why}"));
        gap.or_else(hosts)
    }

    /// Something was found that changes the exit code.
    pub(crate) fn fails(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|done| done.summary().at_least(self.fail_on) > 0)
    }

    /// Where the places are; those of an input that could not be read are itself.
    fn kind(&self) -> Kind {
        self.outcome.as_ref().map_or(Kind::Files, |done| done.kind)
    }

    /// What was found; nothing for an input that could not be read.
    fn findings(&self) -> &[Finding] {
        self.outcome.as_ref().map_or(&[], |done| &done.report.findings)
    }

    /// What a form without details shows: notes only where they are asked for.
    fn loud<'c>(&'c self, ui: &Ui) -> impl Iterator<Item = &'c Finding> + use<'c> {
        let verbose = ui.verbose || self.fail_on == Severity::Note;
        self.findings().iter().filter(move |f| verbose || f.severity != Severity::Note)
    }
}

/// One form of the answer.
pub(crate) trait Printer {
    /// What is printed for one input.
    fn one(&mut self, checked: &Checked) -> String;
    /// What is printed behind the last one.
    fn end(&mut self) -> String;
    /// The exit code where the form has its own.
    fn exit_code(&self) -> Option<u8> {
        None
    }
}

/// The printer for `count` inputs.
pub(crate) fn printer(out: &Output, count: usize) -> Box<dyn Printer> {
    match out.format {
        Format::Text => Box::new(text::Text::new(out.ui, count)),
        Format::Concise => Box::new(concise::Concise { ui: out.ui }),
        Format::Json => Box::new(json::Json::default()),
        Format::JsonLines => Box::new(json::Lines),
        Format::Sarif => Box::new(sarif::Sarif::default()),
        Format::Github => Box::new(github::Github { ui: out.ui }),
        Format::Nagios => Box::new(nagios::Nagios::default()),
        Format::Prometheus => Box::new(prometheus::Prometheus::default()),
    }
}

/// The primary place of a finding.
fn primary(finding: &Finding) -> Option<&Location> {
    finding.locations.iter().find(|l| l.primary).or(finding.locations.first())
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `1 error`, `2 errors`; large numbers with commas.
fn count(number: usize, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(number))
}

/// `1284` as `1,284`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    if first > 0 {
        groups.push(&digits[..first]);
    }
    groups.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    groups.join(",")
}

/// `whyhost: ignore hosts.x` in words: what is wrong with a suppression.
fn unused_words(unused: &whyhost_core::check::Unused) -> String {
    match (unused.code.as_str(), unused.known) {
        ("", _) => "`whyhost: ignore` names no code".to_owned(),
        (code, true) => format!("`whyhost: ignore {code}` silences nothing"),
        (code, false) => format!("`whyhost: ignore {code}`: there is no such code"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "note"), "0 notes");
        assert_eq!(count(1_234_567, "line"), "1,234,567 lines");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(100_000), "100,000");
    }
}
