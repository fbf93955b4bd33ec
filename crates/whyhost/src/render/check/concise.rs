//! One line a finding, as editors and grep take it: `path:line:column: code [*] title`.

use super::super::style::Ui;
use super::{Checked, Kind, Printer, grouped, primary, unused_words};
use whyhost_core::check::fold;
use whyhost_core::finding::Finding;

pub(super) struct Concise {
    pub(super) ui: Ui,
}

impl Printer for Concise {
    fn one(&mut self, checked: &Checked) -> String {
        let Ok(done) = &checked.outcome else { return String::new() };
        let folded = fold(checked.loud(&self.ui), checked.limit);
        let prefix = match checked.kind() {
            Kind::Snapshot => format!("{}: ", checked.name),
            Kind::Files | Kind::Stream => String::new(),
        };
        let mut lines: Vec<String> = folded.shown.iter().map(|f| line(checked, f)).collect();
        lines.extend(
            folded
                .more
                .iter()
                .map(|(code, more)| format!("… and {} more {code} (show all: --limit 0)", grouped(*more))),
        );
        lines.extend(
            done.report.unused.iter().map(|u| format!("{}:{}:1: {}", u.path, u.line, unused_words(u))),
        );
        lines.iter().map(|line| format!("{}\n", self.ui.text(&format!("{prefix}{line}")))).collect()
    }

    fn end(&mut self) -> String {
        String::new()
    }
}

fn line(checked: &Checked, finding: &Finding) -> String {
    let place = match primary(finding) {
        Some(l) => format!("{}:{}:{}", l.path, l.line, l.column),
        None => checked.name.clone(),
    };
    let fixable = if finding.is_fixable() { " [*]" } else { "" };
    format!("{place}: {}{fixable} {}", finding.code, finding.title)
}
