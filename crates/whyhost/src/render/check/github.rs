//! Workflow commands of GitHub Actions: `::error file=…,line=…::message` shows a finding beside its line.
//!
//! Form and escapes: docs.github.com, "Workflow commands for GitHub Actions"; actions/toolkit, packages/core/src/command.ts.

use super::super::style::Ui;
use super::{Checked, Kind, Printer, grouped, primary, unused_words};
use std::path::Path;
use whyhost_core::check::fold;
use whyhost_core::finding::{Finding, Severity};

pub(super) struct Github {
    pub(super) ui: Ui,
}

impl Printer for Github {
    fn one(&mut self, checked: &Checked) -> String {
        let done = match &checked.outcome {
            Ok(done) => done,
            Err(failure) => return format!("::error title=whyhost::{}\n", data(&failure.message)),
        };
        let folded = fold(checked.loud(&self.ui), checked.limit);
        let mut out: String = folded.shown.iter().map(|f| of_finding(checked, f)).collect();
        for (code, more) in folded.more {
            out.push_str(&format!("::notice title={code}::and {} more of {code}\n", grouped(more)));
        }
        for unused in &done.report.unused {
            let file = file(checked, &unused.path);
            out.push_str(&format!(
                "::notice {file}line={},title=whyhost::{}\n",
                unused.line,
                data(&unused_words(unused))
            ));
        }
        out
    }

    fn end(&mut self) -> String {
        String::new()
    }
}

fn of_finding(checked: &Checked, finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = primary(finding).map_or(String::new(), |l| {
        let file = file(checked, &l.path);
        if file.is_empty() {
            return String::new();
        }
        // Columns are taken within one line only.
        let columns = if l.line == l.end_line {
            format!(",col={},endColumn={}", l.column, l.end_column)
        } else {
            String::new()
        };
        format!("{file}line={},endLine={}{columns},", l.line, l.end_line)
    });
    let mut message = finding.title.clone();
    if let Some(more) = &finding.message {
        message.push_str(&format!("\n{more}"));
    }
    if let Some(remedy) = finding.remedies.first() {
        message.push_str(&format!("\nhelp: {}", remedy.title));
    }
    format!("::{command} {place}title={}::{}\n", finding.code, data(&message))
}

/// `file=…,` where the place is in a file that a repository may hold.
fn file(checked: &Checked, path: &str) -> String {
    match checked.kind() {
        Kind::Files => {
            format!("file={},", property(&whyhost_sys::relative(Path::new(path)).display().to_string()))
        }
        Kind::Snapshot | Kind::Stream => String::new(),
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_starts_a_command() {
        assert_eq!(data("50%\r\n::set-output"), "50%25%0D%0A::set-output");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }
}
