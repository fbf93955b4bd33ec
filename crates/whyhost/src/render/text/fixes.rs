//! Remedies: what to do, who is affected, and the exact commands or lines.

use super::super::style::{Ui, cells, dim, wrap};
use super::edits;
use whyhost_core::finding::{Applicability, Remedy, RemedyAction};
use whyhost_core::snapshot::Snapshot;

/// Indent of a remedy below `Fix`.
const INDENT: usize = 9;
/// Further indent of its commands and lines.
const DEEP: usize = 12;

/// The first `count` remedies, those before `detailed` with their commands or lines.
pub(crate) fn fixes(
    ui: &Ui,
    remedies: &[Remedy],
    files: &Snapshot,
    count: usize,
    detailed: usize,
) -> Vec<String> {
    let shown = &remedies[..count.min(remedies.len())];
    let column = reach_column(ui, shown);
    let mut lines = Vec::new();
    for (i, remedy) in shown.iter().enumerate() {
        let lead = if i == 0 { "" } else { "or " };
        lines.extend(head(ui, remedy, lead, column));
        if i < detailed {
            lines.extend(action(ui, remedy, files));
            lines.extend(effect(ui, remedy));
        }
    }
    if let Some(first) = lines.first_mut() {
        first.replace_range(..INDENT, &format!("  {}    ", ui.bold("Fix")));
    }
    if count < remedies.len() {
        lines.push(format!(
            "{}{}",
            " ".repeat(INDENT),
            ui.dim(&format!("… {} more with -v", remedies.len() - count))
        ));
    }
    lines
}

/// The column where every `→ reach` starts, where all titles leave room for it.
fn reach_column(ui: &Ui, remedies: &[Remedy]) -> usize {
    let reach = remedies.iter().map(|r| cells(&reach(ui, r))).max().unwrap_or(0);
    let title = |(i, r): (usize, &Remedy)| cells(&ui.text(&r.title)) + if i == 0 { 0 } else { 3 };
    let fits = |w: &usize| INDENT + w + 2 + reach <= ui.width;
    remedies.iter().enumerate().map(title).filter(fits).max().unwrap_or(0)
}

fn reach(ui: &Ui, remedy: &Remedy) -> String {
    let caution = match remedy.applicability {
        Applicability::Unsafe if ui.verbose => " (check the effect first)",
        Applicability::Safe if ui.verbose => " (safe)",
        _ => "",
    };
    ui.text(&format!("→ {}{caution}", remedy.reach))
}

fn head(ui: &Ui, remedy: &Remedy, lead: &str, column: usize) -> Vec<String> {
    let pad = " ".repeat(INDENT);
    let text = format!("{lead}{}", ui.text(&remedy.title));
    let reach = reach(ui, remedy);
    let gap = column.max(cells(&text)) - cells(&text) + 2;
    if INDENT + cells(&text) + gap + cells(&reach) <= ui.width {
        return vec![format!("{pad}{text}{}{}", " ".repeat(gap), ui.dim(&reach))];
    }
    let mut lines: Vec<String> =
        wrap(&text, ui.width.saturating_sub(INDENT)).into_iter().map(|l| format!("{pad}{l}")).collect();
    let last = lines.last_mut().expect("wrap gives at least one line");
    if cells(last) + 2 + cells(&reach) <= ui.width {
        last.push_str(&format!("  {}", ui.dim(&reach)));
    } else {
        let deep = " ".repeat(DEEP);
        lines.extend(
            wrap(&reach, ui.width.saturating_sub(DEEP)).into_iter().map(|l| format!("{deep}{}", ui.dim(&l))),
        );
    }
    lines
}

/// What the model predicts.
fn effect(ui: &Ui, remedy: &Remedy) -> Vec<String> {
    let Some(effect) = &remedy.effect else { return Vec::new() };
    let deep = " ".repeat(DEEP);
    let lines = wrap(&ui.text(effect), ui.width.saturating_sub(DEEP));
    lines.iter().map(|l| format!("{deep}{}", dim(l))).collect()
}

/// What is to be typed or written.
fn action(ui: &Ui, remedy: &Remedy, files: &Snapshot) -> Vec<String> {
    match &remedy.action {
        RemedyAction::Command { commands } => commands
            .iter()
            .filter(|c| !remedy.title.contains(c.as_str()))
            .flat_map(|c| command(&ui.text(c), ui.width.saturating_sub(DEEP)))
            .map(|l| format!("{}{l}", " ".repeat(DEEP)))
            .collect(),
        RemedyAction::Edits { path, edits } => {
            let bytes = files.file(path).and_then(|f| f.bytes()).unwrap_or_default();
            edits::edits(ui, DEEP, path, &bytes, edits)
        }
        RemedyAction::Advice { text } if *text == remedy.title => Vec::new(),
        RemedyAction::Advice { text } => wrap(&ui.text(text), ui.width.saturating_sub(DEEP))
            .into_iter()
            .map(|l| format!("{}{l}", " ".repeat(DEEP)))
            .collect(),
    }
}

/// A shell command in lines that can be pasted: broken with `\` at spaces outside quotes, never cut.
fn command(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in shell_words(text) {
        let line = lines.last_mut().expect("never empty");
        if !line.is_empty() && cells(line) + cells(word) + 2 > width {
            line.truncate(line.trim_end().len());
            line.push_str(" \\");
            lines.push(format!("  {word}"));
        } else {
            line.push_str(word);
        }
    }
    lines
}

/// Words with the spaces behind them; quotes keep their spaces.
fn shell_words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut blank) = (Vec::new(), 0, None, false);
    for (at, c) in text.char_indices() {
        if blank && c != ' ' {
            words.push(&text[start..at]);
            start = at;
        }
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
        blank = c == ' ' && quote.is_none();
    }
    words.push(&text[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_whole() {
        assert_eq!(command("sudo x --y 'a b c d e f'", 14), ["sudo x --y \\", "  'a b c d e f'"]);
        assert_eq!(command("short one", 40), ["short one"]);
        let text = "printf '%s\\n' one two | sudo tee -a /etc/gai.conf > /dev/null";
        let joined = command(text, 30).join("\n").replace(" \\\n  ", " ");
        assert_eq!(joined, text);
    }
}
