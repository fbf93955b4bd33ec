//! Findings as words: short beside the verdict, whole with `-v`.

use super::super::style::{Ui, cells, dim};
use super::fixes::{self, Fixes};
use super::labelled;
use whyhost_core::diagnose::{Diagnosis, Verdict};
use whyhost_core::finding::{Finding, Remedy, Severity};
use whyhost_core::snapshot::Snapshot;

/// What was found beside what the verdict says, at most `limit`.
pub(crate) fn also(ui: &Ui, diagnosis: &Diagnosis, limit: usize) -> Vec<String> {
    let serious = diagnosis.findings.iter().filter(|f| f.severity != Severity::Note);
    let others: Vec<&Finding> = serious.skip(1).filter(|f| !diagnosis.tells(f)).collect();
    let mut lines = Vec::new();
    for finding in others.iter().take(limit) {
        let label = if lines.is_empty() { format!("  {}   ", ui.bold("Also")) } else { " ".repeat(9) };
        lines.extend(labelled(ui, &label, &ui.text(&finding.title)));
    }
    if limit > 0 && others.len() > limit {
        lines.push(format!(
            "{}{}",
            " ".repeat(9),
            ui.dim(&format!("… {} more with -v", others.len() - limit))
        ));
    }
    lines
}

/// Every finding with its proof, and the repairs that the verdict does not name.
pub(crate) fn all(ui: &Ui, findings: &[Finding], verdict: &Verdict, files: &Snapshot) -> Vec<String> {
    findings.iter().flat_map(|f| whole(ui, f, verdict, files)).collect()
}

fn whole(ui: &Ui, finding: &Finding, verdict: &Verdict, files: &Snapshot) -> Vec<String> {
    let head = format!("{}: ", severity(ui, finding));
    let mut lines = vec![String::new()];
    lines.extend(labelled(ui, &format!("  {head}"), &ui.text(&finding.title)));
    if let Some(message) = &finding.message {
        lines.extend(labelled(ui, "    ", &ui.text(message)));
    }
    for place in &finding.locations {
        let text = ui.text(&format!("{}:{}:{} {}", place.path, place.line, place.column, place.label));
        lines.extend(labelled(ui, &format!("    {} ", ui.text("→")), &text));
    }
    for evidence in &finding.evidence {
        let source = evidence.source.as_ref().map_or(String::new(), |s| format!("{s}: "));
        lines.extend(labelled(ui, "    - ", &ui.text(&format!("{source}{}", evidence.text))));
    }
    let named = |r: &&Remedy| verdict.fixes.iter().any(|fix| fix.title == r.title && fix.action == r.action);
    let others: Vec<Remedy> = finding.remedies.iter().filter(|r| !named(r)).cloned().collect();
    lines.extend(fixes::fixes(ui, &others, files, Fixes::ALL));
    lines
}

/// `error[code]` in the colour of its severity.
fn severity(ui: &Ui, finding: &Finding) -> String {
    match finding.severity {
        Severity::Error => ui.bad(&format!("error[{}]", finding.code)),
        Severity::Warning => ui.warn(&format!("warning[{}]", finding.code)),
        Severity::Note => ui.bold(&format!("note[{}]", finding.code)),
    }
}

/// The last line: the codes, all of them with `-v`, and the command that tells more of the first; empty without a code.
pub(crate) fn codes(ui: &Ui, findings: &[Finding]) -> Vec<String> {
    let mut codes: Vec<&str> = Vec::new();
    for finding in findings.iter().filter(|f| f.severity != Severity::Note || ui.verbose) {
        if !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    let Some(first) = codes.first() else { return Vec::new() };
    let line = |shown: usize| {
        let rest = codes.len() - shown;
        let more = if rest > 0 { format!(", … {rest} more") } else { String::new() };
        ui.text(&format!("{}{more}", codes[..shown].join(", ")))
    };
    let command = format!("whyhost rule {first}");
    let least = if ui.verbose { codes.len() } else { 1 };
    let whole = |shown: usize| ui.text(&format!("{} · {command}", line(shown)));
    let fitting = (least..=codes.len()).rev().map(whole).find(|l| cells(l) + 2 <= ui.width);
    let lines = match fitting {
        Some(line) => vec![format!("  {line}")],
        None => [labelled(ui, "  ", &line(least)), vec![format!("  {}", ui.text(&command))]].concat(),
    };
    lines.iter().map(|l| dim(l)).collect()
}
