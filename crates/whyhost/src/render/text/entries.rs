//! The entries of a hosts file for people, and as plain columns.

use super::super::style::Ui;
use super::super::table;
use super::join;
use hosts_edit::entries::Entry;

/// Address, names, and what belongs to them.
pub(crate) fn list(ui: &Ui, path: &str, entries: &[Entry]) -> String {
    if entries.is_empty() {
        return format!("{}\n", ui.text(&format!("{path}: no such entry")));
    }
    let rows: Vec<Vec<String>> = entries.iter().map(|e| row(ui, e)).collect();
    join(&table::wrapped(ui, 0, &rows))
}

fn row(ui: &Ui, entry: &Entry) -> Vec<String> {
    let mut names = ui.text(&entry.names.join(" "));
    let mut notes: Vec<String> = entry.comment.iter().map(|c| format!("# {c}")).collect();
    notes.extend(entry.section.iter().map(|s| format!("(section {s})")));
    if !entry.enabled {
        notes.push("(commented out)".into());
    }
    if !notes.is_empty() {
        names = format!("{names}  {}", ui.dim(&notes.join(" ")));
    }
    vec![ui.text(&entry.address), names]
}

/// One address and name a line, with a tab between; nothing that a terminal would obey.
pub(crate) fn plain(ui: &Ui, entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        for name in &entry.names {
            out.push_str(&format!("{}\t{}\n", ui.text(&entry.address), ui.text(name)));
        }
    }
    out
}
