//! Text for people: one file a block or a command.

mod clients;
pub(crate) mod diagnose;
pub(crate) mod edits;
pub(crate) mod entries;
pub(crate) mod evidence;
pub(crate) mod explain;
pub(crate) mod findings;
pub(crate) mod fixes;
mod live;
pub(crate) mod plan;
pub(crate) mod rule;
pub(crate) mod undo;

#[cfg(test)]
mod tests;

use super::style::{Ui, cells, wrap};

/// Lines joined, each with its line end.
pub(crate) fn join(lines: &[String]) -> String {
    lines.iter().flat_map(|l| [l.as_str(), "\n"]).collect()
}

/// Wrapped text behind a label: the first line starts with it, the others are indented by its width.
pub(crate) fn labelled(ui: &Ui, label: &str, text: &str) -> Vec<String> {
    let indent = cells(label);
    wrap(text, ui.width.saturating_sub(indent))
        .into_iter()
        .enumerate()
        .map(
            |(i, line)| {
                if i == 0 { format!("{label}{line}") } else { format!("{}{line}", " ".repeat(indent)) }
            },
        )
        .collect()
}
