//! A monitoring plugin: one line with figures behind `|`, exit codes 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
//! (monitoring-plugins development guidelines, "Plugin output" and "Performance data").

use super::{Checked, Printer, count, primary, word};
use whyhost_core::check::Summary;
use whyhost_core::finding::Severity;

/// Could not be checked.
pub(crate) const UNKNOWN: u8 = 3;

#[derive(Default)]
pub(super) struct Nagios {
    inputs: usize,
    names: Vec<String>,
    summary: Summary,
    loud: bool,
    incomplete: Option<String>,
    worst: Option<(Severity, String)>,
}

impl Printer for Nagios {
    fn one(&mut self, checked: &Checked) -> String {
        self.inputs += 1;
        self.names.push(checked.name.clone());
        self.loud |= checked.fails();
        if self.incomplete.is_none() {
            self.incomplete = checked.incomplete();
        }
        if let Ok(done) = &checked.outcome {
            self.summary = self.summary.plus(done.summary());
        }
        for finding in checked.findings() {
            if self.worst.as_ref().is_none_or(|(severity, _)| finding.severity < *severity) {
                let place = primary(finding).map_or(String::new(), |l| format!(" ({}:{})", l.path, l.line));
                self.worst = Some((finding.severity, format!("{}{place}", finding.title)));
            }
        }
        String::new()
    }

    fn end(&mut self) -> String {
        let Summary { errors, warnings, notes, .. } = self.summary;
        let (state, said) = match self.exit_code() {
            Some(3) => ("UNKNOWN", self.incomplete.clone().unwrap_or_default()),
            Some(0) => ("OK", "no problems".to_owned()),
            code => {
                let state = if code == Some(2) { "CRITICAL" } else { "WARNING" };
                let figures =
                    [(errors, Severity::Error), (warnings, Severity::Warning), (notes, Severity::Note)];
                let figures = figures.iter().filter(|(n, _)| *n > 0).map(|(n, s)| count(*n, word(*s)));
                let first =
                    self.worst.as_ref().map_or(String::new(), |(_, title)| format!("; first: {title}"));
                (state, format!("{}{first}", figures.collect::<Vec<_>>().join(", ")))
            }
        };
        let what = match self.names.as_slice() {
            // A message names the file already.
            [name] if said.contains(name.as_str()) && state == "UNKNOWN" => String::new(),
            [name] => format!("{name}: "),
            _ => format!("{}: ", count(self.inputs, "file")),
        };
        let data = format!("errors={errors};;0;0 warnings={warnings};0;;0 notes={notes};;;0");
        format!("WHYHOST {state} - {} | {data}\n", one_line(&format!("{what}{said}")))
    }

    fn exit_code(&self) -> Option<u8> {
        Some(match (&self.incomplete, self.loud) {
            (_, true) if self.summary.errors > 0 => 2,
            (Some(_), _) => UNKNOWN,
            (None, true) => 1,
            (None, false) => 0,
        })
    }
}

/// The line of a run that came to nothing.
pub(crate) fn unknown(message: &str) -> String {
    format!("WHYHOST UNKNOWN - {}\n", one_line(message))
}

/// Without line breaks and control characters, and without `|`, behind which figures are read.
fn one_line(text: &str) -> String {
    super::super::escape::escape(text, false).replace('|', "/")
}
