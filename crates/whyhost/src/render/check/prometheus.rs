//! Metrics for the textfile collector of node_exporter (prometheus.io, "Text-based format").

use super::{Checked, Printer, word};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use whyhost_core::finding::Severity;

/// Samples of each metric, printed together as the format wants it.
#[derive(Default)]
pub(super) struct Prometheus {
    findings: String,
    severities: String,
    suppressed: String,
    success: String,
    lines: String,
    entries: String,
}

impl Printer for Prometheus {
    fn one(&mut self, checked: &Checked) -> String {
        let input = label(&checked.name);
        let success = u8::from(checked.is_complete());
        let _ = writeln!(self.success, "whyhost_check_success{{input=\"{input}\"}} {success}");
        let Ok(done) = &checked.outcome else { return String::new() };
        let mut codes: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
        for finding in checked.findings() {
            *codes.entry((finding.code, finding.severity)).or_default() += 1;
        }
        for ((code, severity), hits) in codes {
            let severity = word(severity);
            let _ = writeln!(
                self.findings,
                "whyhost_check_findings{{input=\"{input}\",code=\"{code}\",severity=\"{severity}\"}} {hits}"
            );
        }
        let summary = done.summary();
        for (severity, hits) in
            [("error", summary.errors), ("warning", summary.warnings), ("note", summary.notes)]
        {
            let _ = writeln!(
                self.severities,
                "whyhost_check_severity_findings{{input=\"{input}\",severity=\"{severity}\"}} {hits}"
            );
        }
        let _ = writeln!(
            self.suppressed,
            "whyhost_check_suppressed_findings{{input=\"{input}\"}} {}",
            summary.suppressed
        );
        if let Some(about) = &done.report.about {
            let _ = writeln!(self.lines, "whyhost_hosts_lines{{input=\"{input}\"}} {}", about.lines);
            let _ = writeln!(self.entries, "whyhost_hosts_entries{{input=\"{input}\"}} {}", about.entries);
        }
        String::new()
    }

    fn end(&mut self) -> String {
        let metrics = [
            ("whyhost_check_success", "Whether everything could be looked at (1) or not (0).", &self.success),
            ("whyhost_check_severity_findings", "Findings by severity.", &self.severities),
            ("whyhost_check_findings", "Findings by code.", &self.findings),
            (
                "whyhost_check_suppressed_findings",
                "Findings that comments in the files silence.",
                &self.suppressed,
            ),
            ("whyhost_hosts_lines", "Lines of the hosts file.", &self.lines),
            ("whyhost_hosts_entries", "Lines of the hosts file that give a name an address.", &self.entries),
        ];
        let mut out = String::new();
        for (name, help, samples) in metrics.into_iter().filter(|(.., samples)| !samples.is_empty()) {
            let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{samples}");
        }
        out
    }
}

/// The escapes of a label's value.
pub(crate) fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_are_escaped() {
        assert_eq!(super::label("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
