//! The journal of writes, and what taking one back does.

use super::super::style::{self, Ui, line_of_file};
use super::super::table;
use super::{join, labelled};
use whyhost_core::diff::{Hunk, Kind};
use whyhost_sys::write::{Entry, State, Undo, Written};

/// Changed lines that are shown without `-v`.
const LINES: usize = 40;

/// The writes, the newest first.
pub(crate) fn list(ui: &Ui, entries: &[Entry]) -> String {
    if entries.is_empty() {
        return format!("{}\n", ui.text("nothing was written so far"));
    }
    let head = ["ID", "WHEN", "FILE", "STATE", "WHAT"].map(str::to_owned).to_vec();
    let rows = entries.iter().rev().map(|entry| {
        let cells = [
            &entry.id,
            &time(entry.when),
            &entry.path.display().to_string(),
            state(entry.state),
            &entry.what,
        ];
        cells.map(|c| ui.text(c)).to_vec()
    });
    let mut lines = table::wrapped(ui, 0, &std::iter::once(head).chain(rows).collect::<Vec<_>>());
    lines.push(ui.dim("put an old content back: whyhost undo ID"));
    join(&lines)
}

/// What putting the old content back changes.
pub(crate) fn preview(ui: &Ui, undo: &Undo, hunks: &[Hunk]) -> String {
    let entry = &undo.entry;
    let path = entry.path.display();
    if hunks.is_empty() {
        let text = format!("{path}: it holds the content from before {} already", entry.id);
        return format!("{} {}\n", ui.good("✓"), ui.text(&text));
    }
    let mut lines = vec![style::bold(&ui.text(&format!("{path} — undo {} ({})", entry.id, entry.what)))];
    if !ui.quiet {
        lines.push(String::new());
        let changed = hunks.iter().flat_map(|hunk| {
            let place = ui.dim(&format!("  {}", hunk.header()));
            let rows = hunk.lines.iter().map(|line| {
                let note = line.note.as_ref().map_or(String::new(), |n| format!("   ({n})"));
                let text = format!("{}{note}", line_of_file(&line.text));
                match line.kind {
                    Kind::Context => format!("  {}", ui.text(&text)).trim_end().to_owned(),
                    Kind::Removed => ui.bad(&format!("- {text}")),
                    Kind::Added => ui.good(&format!("+ {text}")),
                }
            });
            std::iter::once(place).chain(rows).collect::<Vec<_>>()
        });
        let changed: Vec<String> = changed.collect();
        let hidden = if ui.verbose { 0 } else { changed.len().saturating_sub(LINES) };
        let shown = changed.len() - hidden;
        lines.extend(changed.into_iter().take(shown));
        if hidden > 0 {
            lines.push(ui.dim(&format!("  … and {hidden} more lines (all: -v)")));
        }
        lines.push(String::new());
    }
    if undo.changed_since {
        let text = "others changed the file since: what they wrote would be lost as well";
        lines.extend(labelled(ui, &format!("{} ", ui.warn("!")), &ui.text(text)));
    }
    join(&lines)
}

/// The old content is back.
pub(crate) fn done(ui: &Ui, entry: &Entry, written: &Written) -> String {
    let text = format!("{} is as it was before {}", entry.path.display(), entry.id);
    let lines = [
        format!("{} {}", ui.good("✓"), ui.text(&text)),
        ui.text(&format!("  undo: whyhost undo {}", written.id)),
    ];
    join(&lines)
}

/// The state in words.
pub(crate) fn state(state: State) -> &'static str {
    match state {
        State::Started => "started",
        State::Done => "done",
        State::Undone => "undone",
        State::RolledBack => "rolled-back",
        State::Finished => "finished",
        _ => "unknown",
    }
}

/// Seconds since 1970 as date and time of UTC (days to civil date after the proleptic Gregorian calendar).
pub(crate) fn time(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut left) = (1970, days);
    let is_leap = |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    while left >= 365 + u64::from(is_leap(year)) && year < 9999 {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while month < 11 && left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    let (hour, minute) = (rest / 3600, rest % 3600 / 60);
    format!("{year:04}-{:02}-{:02} {hour:02}:{minute:02} UTC", month + 1, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59 UTC"),
            (1_735_689_600, "2025-01-01 00:00 UTC"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }
}
