//! Edits of a file as `-` and `+` lines.

use super::super::style::{Ui, line_of_file, shorten};
use std::ops::Range;
use whyhost_core::diff::{self, Hunk, Kind};
use whyhost_core::finding::TextEdit;
use whyhost_core::whatif::edited;

/// The changes of a file as text.
pub(crate) struct Shown {
    /// `path:line` of the first change.
    pub(crate) place: String,
    /// The changed lines, indented; from the second change on below its place, which so is never copied with a line.
    pub(crate) lines: Vec<String>,
}

/// What `edits` do to the file of `bytes` at `path`.
pub(crate) fn edits(ui: &Ui, indent: usize, path: &str, bytes: &[u8], edits: &[TextEdit]) -> Shown {
    let mut shown = Shown { place: path.to_owned(), lines: Vec::new() };
    for change in changes(bytes, edits) {
        let pad = " ".repeat(indent);
        let place = change.place.map(|line| format!("{path}:{line}"));
        match place {
            Some(place) if shown.lines.is_empty() => shown.place = place,
            Some(place) => shown.lines.push(format!("{pad}{}", ui.dim(&place))),
            None => {}
        }
        let sign = if change.kind == Kind::Removed { '-' } else { '+' };
        let text = shorten_unless_verbose(ui, &ui.text(&format!("{sign} {}", change.text)), indent);
        let text = if change.kind == Kind::Removed { ui.bad(&text) } else { ui.good(&text) };
        shown.lines.push(format!("{pad}{text}"));
    }
    shown
}

fn shorten_unless_verbose(ui: &Ui, text: &str, indent: usize) -> String {
    if ui.verbose { text.to_owned() } else { shorten(ui, text, ui.width.saturating_sub(indent)) }
}

/// A line that goes or comes.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    kind: Kind,
    /// Without its end; a difference that only the end shows is said in words.
    text: String,
    /// Line in the old file, from 1, that goes or that new lines are put before; on the first line of a change.
    place: Option<usize>,
}

/// The difference that `edits` make, found in the lines around them only: the file may be large.
fn changes(bytes: &[u8], edits: &[TextEdit]) -> Vec<Change> {
    let window = window(bytes, edits);
    let moved: Vec<TextEdit> = edits
        .iter()
        .map(|e| TextEdit {
            byte_start: e.byte_start.saturating_sub(window.start),
            byte_end: e.byte_end.saturating_sub(window.start),
            text: e.text.clone(),
        })
        .collect();
    let above = bytes[..window.start].iter().filter(|b| **b == b'\n').count();
    let old = &bytes[window];
    diff::hunks(old, &edited(old, &moved)).iter().flat_map(|hunk| of_hunk(hunk, above)).collect()
}

fn of_hunk(hunk: &Hunk, above: usize) -> Vec<Change> {
    let mut line = above + hunk.old_start + usize::from(hunk.old_len == 0);
    let mut inside = false;
    let mut changes = Vec::new();
    for l in &hunk.lines {
        if l.kind != Kind::Context {
            let note = l.note.as_ref().map_or(String::new(), |n| format!("   ({n})"));
            let text = format!("{}{note}", line_of_file(&l.text));
            changes.push(Change { kind: l.kind, text, place: (!inside).then_some(line) });
        }
        inside = l.kind != Kind::Context;
        line += usize::from(l.kind != Kind::Added);
    }
    changes
}

/// Whole lines from the first edit to the last.
fn window(bytes: &[u8], edits: &[TextEdit]) -> Range<usize> {
    let first = edits.iter().map(|e| e.byte_start).min().unwrap_or(0).min(bytes.len());
    let last = edits.iter().map(|e| e.byte_end).max().unwrap_or(0).clamp(first, bytes.len());
    let start = bytes[..first].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
    let end = bytes[last..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| last + p + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, text: &str) -> TextEdit {
        TextEdit { byte_start: range.start, byte_end: range.end, text: text.into() }
    }

    fn shown(bytes: &str, edits: &[TextEdit]) -> Vec<String> {
        let sign = |kind| if kind == Kind::Removed { '-' } else { '+' };
        changes(bytes.as_bytes(), edits)
            .iter()
            .map(|c| {
                format!("{}{}{}", c.place.map_or(String::new(), |l| l.to_string()), sign(c.kind), c.text)
            })
            .collect()
    }

    #[test]
    fn edits_as_lines() {
        let file = "one\ntwo\nthree\n";
        for (edits, expected) in [
            (vec![edit(0..0, "new\n")], vec!["1+new"]),
            (vec![edit(4..4, "a\nb\n")], vec!["2+a", "+b"]),
            (vec![edit(4..7, "TWO")], vec!["2-two", "+TWO"]),
            (vec![edit(4..8, "")], vec!["2-two"]),
            (vec![edit(4..4, "# ")], vec!["2-two", "+# two"]),
            (vec![edit(0..0, "# "), edit(8..8, "# ")], vec!["1-one", "+# one", "3-three", "+# three"]),
            (vec![edit(4..5, "T"), edit(6..7, "O")], vec!["2-two", "+TwO"]),
            (vec![edit(14..14, "four\n")], vec!["4+four"]),
            (vec![edit(7..8, "\r\n")], vec!["2-two", "+two   (line ending LF → CRLF)"]),
            (vec![edit(900..999, "x\n")], vec!["4+x"]),
        ] {
            assert_eq!(shown(file, &edits), expected, "{edits:?}");
        }
        assert_eq!(shown("", &[edit(0..0, "a\n")]), ["1+a"]);
    }
}
