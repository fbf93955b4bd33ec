//! Remedies: what to do, who is affected, and the exact commands or lines.

use super::super::style::{Ui, cells, dim, wrap};
use super::super::table::table;
use std::ops::Range;
use whyhost_core::finding::{Applicability, Remedy, RemedyAction, TextEdit};
use whyhost_core::snapshot::Snapshot;

/// Indent of a remedy below `Fix`.
const INDENT: usize = 9;
/// Further indent of its commands and lines.
const DEEP: usize = 14;

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
            diff(ui, path, &bytes, edits)
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

/// Edits as `-`/`+` lines, the place beside the first line of each.
fn diff(ui: &Ui, path: &str, bytes: &[u8], edits: &[TextEdit]) -> Vec<String> {
    let rows: Vec<Vec<String>> = hunks(bytes, edits)
        .iter()
        .flat_map(|hunk| {
            let removed = hunk.old.iter().map(|l| ui.bad(&format!("- {l}")));
            let added = hunk.new.iter().map(|l| ui.good(&format!("+ {l}")));
            let mut rows: Vec<Vec<String>> = removed.chain(added).map(|cell| vec![cell]).collect();
            if let Some(first) = rows.first_mut() {
                first.push(ui.dim(&format!("{path}:{}", hunk.line)));
            }
            rows
        })
        .collect();
    table(ui, DEEP, &rows)
}

/// Lines that edits replace.
#[derive(Debug, PartialEq, Eq)]
struct Hunk {
    /// First line replaced, or the line in front of which lines are put; from 1.
    line: usize,
    old: Vec<String>,
    new: Vec<String>,
}

/// The changed lines; offsets beyond the file are taken as its end.
fn hunks(bytes: &[u8], edits: &[TextEdit]) -> Vec<Hunk> {
    let mut groups: Vec<(Range<usize>, Vec<&TextEdit>)> = Vec::new();
    for edit in edits {
        let lines = whole_lines(bytes, edit);
        match groups.last_mut() {
            Some((range, group)) if lines.start < range.end => {
                range.end = range.end.max(lines.end);
                group.push(edit);
            }
            _ => groups.push((lines, vec![edit])),
        }
    }
    groups.into_iter().map(|(range, group)| hunk(bytes, range, &group)).collect()
}

/// The lines that an edit touches; an insertion at the start of a line touches none.
fn whole_lines(bytes: &[u8], edit: &TextEdit) -> Range<usize> {
    let (from, to) = clamp(bytes, edit);
    let start = bytes[..from].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
    if from == to && start == from && edit.text.ends_with('\n') {
        return from..from;
    }
    if to > start && bytes[to - 1] == b'\n' {
        return start..to;
    }
    let end = bytes[to..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| to + p + 1);
    start..end
}

fn clamp(bytes: &[u8], edit: &TextEdit) -> (usize, usize) {
    let from = edit.byte_start.min(bytes.len());
    (from, edit.byte_end.clamp(from, bytes.len()))
}

fn hunk(bytes: &[u8], range: Range<usize>, edits: &[&TextEdit]) -> Hunk {
    let mut new = Vec::new();
    let mut at = range.start;
    for edit in edits {
        let (from, to) = clamp(bytes, edit);
        new.extend_from_slice(&bytes[at.min(from)..from]);
        new.extend_from_slice(edit.text.as_bytes());
        at = to;
    }
    new.extend_from_slice(&bytes[at.min(range.end)..range.end]);
    let (mut old, mut new) = (lines(&bytes[range.clone()]), lines(&new));
    let mut line = bytes[..range.start].iter().filter(|b| **b == b'\n').count() + 1;
    while !old.is_empty() && old.first() == new.first() {
        old.remove(0);
        new.remove(0);
        line += 1;
    }
    while !old.is_empty() && old.last() == new.last() {
        old.pop();
        new.pop();
    }
    say_line_end(&mut old, &mut new);
    Hunk { line, old: text(&old), new: text(&new) }
}

/// Lines with their ends.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

/// A change that only the line end shows is said in words; otherwise ends are left out.
fn say_line_end(old: &mut [Vec<u8>], new: &mut [Vec<u8>]) {
    for (a, b) in old.iter_mut().zip(new.iter_mut()) {
        let (a_end, b_end) = (take_end(a), take_end(b));
        if a == b && a_end != b_end {
            a.extend_from_slice(format!(" ({a_end})").as_bytes());
            b.extend_from_slice(format!(" ({b_end})").as_bytes());
        }
    }
    for line in old.iter_mut().chain(new) {
        take_end(line);
    }
}

fn take_end(line: &mut Vec<u8>) -> &'static str {
    let end = match line.as_slice() {
        [.., b'\r', b'\n'] => (2, "line ends with CRLF"),
        [.., b'\n'] => (1, "line ends with LF"),
        _ => (0, "no line end"),
    };
    line.truncate(line.len() - end.0);
    end.1
}

fn text(lines: &[Vec<u8>]) -> Vec<String> {
    lines.iter().map(|l| String::from_utf8_lossy(l).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, text: &str) -> TextEdit {
        TextEdit { byte_start: range.start, byte_end: range.end, text: text.into() }
    }

    fn shown(bytes: &str, edits: &[TextEdit]) -> Vec<String> {
        hunks(bytes.as_bytes(), edits)
            .iter()
            .flat_map(|h| {
                let old = h.old.iter().map(|l| format!("{}-{l}", h.line));
                let new = h.new.iter().map(|l| format!("{}+{l}", h.line));
                old.chain(new).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn edits_as_lines() {
        let file = "one\ntwo\nthree\n";
        for (edits, expected) in [
            (vec![edit(0..0, "new\n")], vec!["1+new"]),
            (vec![edit(4..4, "a\nb\n")], vec!["2+a", "2+b"]),
            (vec![edit(4..7, "TWO")], vec!["2-two", "2+TWO"]),
            (vec![edit(4..8, "")], vec!["2-two"]),
            (vec![edit(4..4, "# ")], vec!["2-two", "2+# two"]),
            (vec![edit(0..0, "# "), edit(8..8, "# ")], vec!["1-one", "1+# one", "3-three", "3+# three"]),
            (vec![edit(4..5, "T"), edit(6..7, "O")], vec!["2-two", "2+TwO"]),
            (vec![edit(14..14, "four\n")], vec!["4+four"]),
            (vec![edit(7..8, "\r\n")], vec!["2-two (line ends with LF)", "2+two (line ends with CRLF)"]),
            (vec![edit(900..999, "x\n")], vec!["4+x"]),
        ] {
            assert_eq!(shown(file, &edits), expected, "{edits:?}");
        }
        assert_eq!(
            shown("a", &[edit(1..1, "\nb\n")]),
            ["1-a (no line end)", "1+a (line ends with LF)", "1+b"]
        );
        assert_eq!(shown("", &[edit(0..0, "a\n")]), ["1+a"]);
    }

    #[test]
    fn commands_stay_whole() {
        assert_eq!(command("sudo x --y 'a b c d e f'", 14), ["sudo x --y \\", "  'a b c d e f'"]);
        assert_eq!(command("short one", 40), ["short one"]);
        let text = "printf '%s\\n' one two | sudo tee -a /etc/gai.conf > /dev/null";
        let joined = command(text, 30).join("\n").replace(" \\\n  ", " ");
        assert_eq!(joined, text);
    }
}
