//! The outcomes as a table: with counts for a reader of the run, without them for docs/writes.md, since the number of
//! calls depends on the C library and the kernel.

use super::judge::{Held, Row};
use super::trace::Fault;
use nix::errno::Errno;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Whether a column stands for a fault.
type Covers = fn(Fault) -> bool;

/// The columns, each with its title.
const COLUMNS: [(&str, Covers); 5] = [
    ("killed", |fault| matches!(fault, Fault::Killed | Fault::KilledHalfWay)),
    ("one call fails", |fault| matches!(fault, Fault::Fails(_))),
    ("done, but reports EIO", |fault| fault == Fault::MadeButFails),
    ("half a write", |fault| fault == Fault::Short),
    ("all changes fail from there on", |fault| {
        matches!(fault, Fault::FailsFromHere(_) | Fault::ShortThenFails(_))
    }),
];

/// Every set-up with every fault and the number of runs.
pub(crate) fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut total = 0;
    for row in rows {
        let _ = writeln!(text, "{}: {}, {} system calls", row.setup.name, row.setup.way, row.calls.len());
        for (fault, outcomes) in &row.outcomes {
            let cells: Vec<String> =
                outcomes.iter().map(|((after, later), n)| format!("{n} {}", cell(*after, *later))).collect();
            total += outcomes.values().sum::<usize>();
            let _ = writeln!(text, "  {:<46}{}", describe(*fault), cells.join(", "));
        }
    }
    let failed: usize = rows.iter().map(|row| row.failures.len()).sum();
    let calls: usize = rows.iter().map(|row| row.calls.len()).sum();
    let _ = write!(
        text,
        "{} set-ups, {calls} system calls, {} runs, {failed} failed",
        rows.len(),
        total + failed
    );
    text
}

/// The table of docs/writes.md.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let titles: Vec<&str> = COLUMNS.iter().map(|(title, _)| *title).collect();
    let mut text =
        format!("| set-up | way | {} |\n|---|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()));
    for row in rows {
        let cells: Vec<String> = COLUMNS.iter().map(|(_, covers)| outcomes(row, *covers)).collect();
        let _ = writeln!(text, "| {} | {} | {} |", row.setup.name, row.setup.way, cells.join(" | "));
    }
    text.trim_end().to_owned()
}

fn outcomes(row: &Row, covers: Covers) -> String {
    let found: BTreeSet<(Held, Held)> = row
        .outcomes
        .iter()
        .filter(|(fault, _)| covers(*fault))
        .flat_map(|(_, outcomes)| outcomes.keys().copied())
        .collect();
    let cells: Vec<String> = found.into_iter().map(|(after, later)| cell(after, later)).collect();
    if cells.is_empty() { "–".into() } else { cells.join(", ") }
}

fn cell(after: Held, later: Held) -> String {
    if after == later { word(after).into() } else { format!("{} → {}", word(after), word(later)) }
}

fn word(held: Held) -> &'static str {
    match held {
        Held::Old => "old",
        Held::New => "new",
        Held::Half => "half",
    }
}

fn describe(fault: Fault) -> String {
    match fault {
        Fault::Killed => "killed before the call".into(),
        Fault::KilledHalfWay => "killed half way through a write".into(),
        Fault::Fails(errno) => format!("the call fails with {}", name(errno)),
        Fault::MadeButFails => "the call is made, and reports EIO".into(),
        Fault::Short => "half of a write is written".into(),
        Fault::ShortThenFails(errno) => {
            format!("half of a write, then changes fail with {}", name(errno))
        }
        Fault::FailsFromHere(errno) => format!("all changing calls fail with {}", name(errno)),
    }
}

fn name(errno: Errno) -> String {
    format!("{errno:?}")
}
