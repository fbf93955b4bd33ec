//! Remedies: what to do, who is affected, and the exact commands or lines.

use super::super::style::{Ui, cells, dim, wrap};
use super::edits;
use whyhost_core::finding::{Applicability, Remedy, RemedyAction};
use whyhost_core::snapshot::Snapshot;

/// Indent of a remedy below `Fix`.
const INDENT: usize = 9;
/// Further indent of its commands and lines.
const DEEP: usize = 12;

/// How much of the remedies is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixes {
    /// Remedies.
    pub(crate) count: usize,
    /// Remedies with their commands or lines, from the first.
    pub(crate) detailed: usize,
    /// Advice and predicted effects too.
    pub(crate) words: bool,
}

impl Fixes {
    /// All of everything.
    pub(crate) const ALL: Fixes = Fixes { count: usize::MAX, detailed: usize::MAX, words: true };
}

/// The remedies below `Fix`.
pub(crate) fn fixes(ui: &Ui, remedies: &[Remedy], files: &Snapshot, room: Fixes) -> Vec<String> {
    let shown = &remedies[..room.count.min(remedies.len())];
    let parts: Vec<Part> = shown.iter().map(|remedy| part(ui, remedy, files)).collect();
    let column = reach_column(ui, &parts);
    let mut lines = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let lead = if i == 0 { "" } else { "or " };
        lines.extend(head(ui, part, lead, column));
        let is_words = matches!(part.remedy.action, RemedyAction::Advice { .. });
        if i < room.detailed && (room.words || !is_words) {
            lines.extend(part.action.iter().cloned());
        }
        if i < room.detailed && room.words {
            lines.extend(effect(ui, part.remedy));
        }
    }
    if let Some(first) = lines.first_mut() {
        first.replace_range(..INDENT, &format!("  {}    ", ui.bold("Fix")));
    }
    if shown.len() < remedies.len() {
        lines.push(format!(
            "{}{}",
            " ".repeat(INDENT),
            ui.dim(&format!("… {} more with -v", remedies.len() - shown.len()))
        ));
    }
    lines
}

/// A remedy as text.
struct Part<'r> {
    remedy: &'r Remedy,
    /// What to do, with the place in the file.
    title: String,
    /// The commands or lines.
    action: Vec<String>,
}

fn part<'r>(ui: &Ui, remedy: &'r Remedy, files: &Snapshot) -> Part<'r> {
    let mut title = ui.text(&remedy.title);
    let action = match &remedy.action {
        RemedyAction::Edits { path, edits } => {
            let bytes = files.file(path).and_then(|f| f.bytes()).unwrap_or_default();
            let shown = edits::edits(ui, DEEP, path, &bytes, edits);
            title = with_place(&title, &ui.text(path), &ui.text(&shown.place));
            shown.lines
        }
        _ => words(ui, remedy),
    };
    Part { remedy, title, action }
}

/// `title` with the line beside the file that it names, or behind it.
fn with_place(title: &str, path: &str, place: &str) -> String {
    if title.contains(place) {
        return title.to_owned();
    }
    match title.split_once(path) {
        Some((before, after)) if !after.starts_with([':', '.', '/', '-']) => {
            format!("{before}{place}{after}")
        }
        _ => format!("{title} ({place})"),
    }
}

/// The column where every `→ reach` starts, where all titles leave room for it.
fn reach_column(ui: &Ui, parts: &[Part<'_>]) -> usize {
    let reach = parts.iter().map(|p| cells(&reach(ui, p.remedy))).max().unwrap_or(0);
    let title = |(i, p): (usize, &Part<'_>)| cells(&p.title) + if i == 0 { 0 } else { 3 };
    let fits = |w: &usize| INDENT + w + 2 + reach <= ui.width;
    parts.iter().enumerate().map(title).filter(fits).max().unwrap_or(0)
}

fn reach(ui: &Ui, remedy: &Remedy) -> String {
    let caution = match remedy.applicability {
        Applicability::Unsafe if ui.verbose => " (check the effect first)",
        Applicability::Safe if ui.verbose => " (safe)",
        _ => "",
    };
    ui.text(&format!("→ {}{caution}", remedy.reach))
}

fn head(ui: &Ui, part: &Part<'_>, lead: &str, column: usize) -> Vec<String> {
    let pad = " ".repeat(INDENT);
    let text = format!("{lead}{}", part.title);
    let reach = reach(ui, part.remedy);
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

/// What is to be typed or done. A command stays on one line, however wide: a copy of it must run.
fn words(ui: &Ui, remedy: &Remedy) -> Vec<String> {
    let deep = " ".repeat(DEEP);
    match &remedy.action {
        RemedyAction::Command { commands } => {
            let new = commands.iter().filter(|c| !remedy.title.contains(c.as_str()));
            new.map(|c| format!("{deep}{}", ui.text(c))).collect()
        }
        RemedyAction::Advice { text } if *text != remedy.title => {
            let lines = wrap(&ui.text(text), ui.width.saturating_sub(DEEP));
            lines.iter().map(|l| format!("{deep}{l}")).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::with_place;

    #[test]
    fn places_in_titles() {
        for (title, shown) in [
            ("write it into /etc/hosts", "write it into /etc/hosts:2"),
            ("add it to /etc/hosts again", "add it to /etc/hosts:2 again"),
            ("comment it out", "comment it out (/etc/hosts:2)"),
            ("remove /etc/hosts:2", "remove /etc/hosts:2"),
            ("keep /etc/hosts.old", "keep /etc/hosts.old (/etc/hosts:2)"),
        ] {
            assert_eq!(with_place(title, "/etc/hosts", "/etc/hosts:2"), shown);
        }
    }
}
