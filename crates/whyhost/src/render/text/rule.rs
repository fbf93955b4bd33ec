//! `whyhost rule`: the list, or the long text of one code.

use super::super::style::{Ui, cells};
use super::{join, labelled};
use whyhost_core::finding::Severity;
use whyhost_core::rules::Rule;

/// All codes with severity and title; codes are never cut.
pub(crate) fn list(ui: &Ui, rules: &[&Rule]) -> String {
    let width = rules.iter().map(|r| cells(r.code)).max().unwrap_or(0).max("CODE".len());
    let head = format!("{:width$}  {:SEVERITY$}  {}", "CODE", "SEVERITY", "TITLE");
    let row = |r: &&Rule| {
        let pad = " ".repeat(SEVERITY.saturating_sub(cells(word(r.severity))));
        let label = format!("{:width$}  {}{pad}  ", r.code, severity(ui, r.severity));
        labelled(ui, &label, &ui.text(r.title))
    };
    let rows: Vec<String> = rules.iter().flat_map(row).collect();
    join(&[vec![ui.bold(&head)], rows].concat())
}

/// Width of the second column.
const SEVERITY: usize = 8;

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn severity(ui: &Ui, severity: Severity) -> String {
    match severity {
        Severity::Error => ui.bad(word(severity)),
        Severity::Warning => ui.warn(word(severity)),
        Severity::Note => ui.text(word(severity)),
    }
}

/// One rule: its text, which begins with code and title, and the references where the text does not list them.
pub(crate) fn page(ui: &Ui, rule: &Rule) -> String {
    let text = rule.text();
    let mut lines = markdown(ui, &text);
    match lines.first_mut() {
        Some(first) if text.trim_start().starts_with('#') => {
            first.push_str(&format!(" ({})", severity(ui, rule.severity)));
        }
        _ => lines.insert(0, format!("{} ({})", ui.bold(rule.code), severity(ui, rule.severity))),
    }
    if !rule.references.is_empty() && !text.contains("# References") {
        lines.extend([String::new(), ui.bold("References")]);
        lines.extend(rule.references.iter().flat_map(|r| labelled(ui, "- ", &ui.text(r))));
    }
    join(&lines)
}

/// Markdown as plain text: headings bold, paragraphs and list items wrapped, indented blocks as they are.
fn markdown(ui: &Ui, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut paragraph = String::new();
    let mut verbatim = false;
    for line in text.trim().lines() {
        let fence = line.trim_start().starts_with("```");
        let item = line.trim_start().starts_with(['-', '*', '|']) || numbered(line.trim_start());
        if fence
            || verbatim
            || line.trim().is_empty()
            || line.starts_with('#')
            || item
            || line.starts_with("    ")
        {
            flush(ui, &mut paragraph, &mut lines);
        }
        match line.trim_start_matches('#') {
            _ if fence => verbatim = !verbatim,
            _ if verbatim => lines.push(ui.text(&format!("    {line}"))),
            heading if heading.len() < line.len() => lines.push(ui.bold(heading.trim())),
            _ if line.trim().is_empty() => lines.push(String::new()),
            _ if line.starts_with("    ") || line.starts_with('|') => lines.push(ui.text(line)),
            _ => {
                paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
                paragraph.push_str(line.trim_end());
            }
        }
    }
    flush(ui, &mut paragraph, &mut lines);
    lines
}

fn numbered(line: &str) -> bool {
    line.split_once(". ").is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn flush(ui: &Ui, paragraph: &mut String, lines: &mut Vec<String>) {
    if paragraph.is_empty() {
        return;
    }
    let text = ui.text(paragraph);
    let label = match text.split_once(' ') {
        Some((mark, _)) if matches!(mark, "-" | "*") || numbered(&text) => format!("{mark} "),
        _ => String::new(),
    };
    lines.extend(labelled(ui, &label, &text[label.len()..]));
    paragraph.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::tests::PLAIN;

    #[test]
    fn markdown_becomes_plain_text() {
        let text =
            "# Title\n\nOne\ntwo.\n\n- item a\n  goes on\n- item b\n1. first\n\n```\nkeep   this\n```\n";
        let lines: Vec<String> =
            markdown(&PLAIN, text).iter().map(|l| anstream::adapter::strip_str(l).to_string()).collect();
        assert_eq!(
            lines,
            ["Title", "", "One two.", "", "- item a goes on", "- item b", "1. first", "", "    keep   this"]
        );
    }
}
