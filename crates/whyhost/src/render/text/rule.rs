//! `whyhost rule`: the list, or the long text of one code.

use super::super::style::Ui;
use super::super::table::table;
use super::{join, labelled};
use whyhost_core::finding::Severity;
use whyhost_core::rules::Rule;

/// All codes with severity and title.
pub(crate) fn list(ui: &Ui, rules: &[&Rule]) -> String {
    let mut rows = vec![["CODE", "SEVERITY", "TITLE"].map(|h| ui.bold(h)).to_vec()];
    rows.extend(rules.iter().map(|r| vec![ui.text(r.code), severity(ui, r.severity), ui.text(r.title)]));
    join(&table(ui, 0, &rows))
}

fn severity(ui: &Ui, severity: Severity) -> String {
    match severity {
        Severity::Error => ui.bad("error"),
        Severity::Warning => ui.warn("warning"),
        Severity::Note => ui.text("note"),
    }
}

/// One rule: head, text, references.
pub(crate) fn page(ui: &Ui, rule: &Rule) -> String {
    let mut lines = vec![format!("{} ({})", ui.bold(rule.code), severity(ui, rule.severity)), String::new()];
    lines.extend(markdown(ui, &rule.text()));
    if !rule.references.is_empty() {
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
