//! A change of a hosts file: the lines, what look-ups make of them, and what became of it.

use super::super::style::{self, Ui, cells, line_of_file};
use super::super::table;
use super::{join, labelled};
use crate::cmd::change::{Live, Told};
use whyhost_core::diff::{self, Hunk, Kind, Line};
use whyhost_core::fix::behaviour::Outcome;
use whyhost_core::fix::{Objection, Plan};
use whyhost_core::resolve::Status;

/// Changed lines that are shown without `-v`.
const LINES: usize = 40;
/// Rows of the table of answers without `-v`.
const ROWS: usize = 12;
/// Where codes begin behind short lines.
const CODES: usize = 52;
/// Repairs that are named one by one.
const NAMED: usize = 3;

/// What would be done.
pub(crate) fn preview(ui: &Ui, told: &Told<'_>) -> String {
    let plan = told.plan;
    if plan.is_empty() {
        let what = if told.action == "fix" { "nothing to fix" } else { "no change is needed" };
        let mut lines = vec![format!("{} {}", ui.good("✓"), ui.text(&format!("{}: {what}", plan.path)))];
        if !ui.quiet {
            lines.extend(left(ui, plan));
        }
        return join(&lines);
    }
    let mut lines = vec![style::bold(&ui.text(&format!("{} — {}", plan.path, told.title)))];
    if !ui.quiet {
        lines.push(String::new());
        lines.extend(changed_lines(ui, plan));
        lines.push(String::new());
        lines.extend(answers(ui, told));
        lines.extend(left(ui, plan));
        lines.extend(
            told.notes.iter().flat_map(|n| labelled(ui, &format!("{} ", ui.bold("note:")), &ui.text(n))),
        );
    }
    lines.extend(
        plan.objections
            .iter()
            .flat_map(|o| labelled(ui, &format!("{} ", ui.warn("!")), &ui.text(&objection(o)))),
    );
    join(&lines)
}

/// What was done.
pub(crate) fn done(ui: &Ui, told: &Told<'_>) -> String {
    let Some(written) = told.written else { return String::new() };
    let good = told.live.iter().filter(|l| l.matches).map(live).collect::<Vec<_>>().join(", ");
    let good = if good.is_empty() { good } else { format!("; {good}") };
    let mut lines =
        labelled(ui, &format!("{} ", ui.good("✓")), &ui.text(&format!("written and read back{good}")));
    for wrong in told.live.iter().filter(|l| !l.matches) {
        let predicted =
            if wrong.predicted.is_empty() { "none".to_owned() } else { wrong.predicted.join(", ") };
        let text =
            format!("{}, predicted: {predicted}; a cache such as nscd may hold the old answer", live(wrong));
        lines.extend(labelled(ui, &format!("{} ", ui.warn("!")), &ui.text(&text)));
    }
    let sudo = if std::env::var_os("SUDO_USER").is_some() { "sudo " } else { "" };
    lines.push(format!("  {}", ui.text(&format!("undo: {sudo}whyhost undo {}", written.id))));
    join(&lines)
}

fn live(live: &Live) -> String {
    let found = if live.found.is_empty() { "not found".to_owned() } else { live.found.join(", ") };
    format!("live getaddrinfo(\"{}\") is now {found}", live.name)
}

/// What nobody asked for.
pub(crate) fn objection(objection: &Objection) -> String {
    match objection {
        Objection::Unlisted { reader, count, names } => {
            let names = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
            let more = if *count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            format!("needs --unsafe: {names}{more} would be on no line any more ({reader})")
        }
        Objection::Unresolved { name, resolvers } => {
            format!("needs --unsafe: `{name}` would not be found any more ({})", resolvers.join(", "))
        }
        Objection::Foreign { unreadable, entries } => format!(
            "needs --unsafe: {unreadable} lines are no entries and {entries} are: is it a hosts file?"
        ),
        Objection::Worse { code, title } => format!("needs --unsafe: a new error, {code}: {title}"),
    }
}

/// Repairs that have to be asked for.
fn left(ui: &Ui, plan: &Plan) -> Vec<String> {
    let Some(first) = plan.left.first() else { return Vec::new() };
    let titles = plan.left.iter().take(NAMED).map(|f| f.title.as_str()).collect::<Vec<_>>().join("; ");
    let more = plan.left.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let text =
        format!("{} more with --unsafe: {titles}{more} · `whyhost rule {}`", plan.left.len(), first.code);
    labelled(ui, "", &ui.text(&text))
}

fn changed_lines(ui: &Ui, plan: &Plan) -> Vec<String> {
    let hunks = plan.hunks();
    let (mut lines, mut hidden) = (Vec::new(), 0);
    for hunk in &hunks {
        if lines.len() >= LINES && !ui.verbose {
            hidden += hunk.lines.iter().filter(|l| l.kind != Kind::Context).count();
            continue;
        }
        lines.extend(of_hunk(ui, plan, hunk));
    }
    if hidden > 0 {
        lines.push(ui.dim(&format!("  … and {hidden} more changed lines (all: --diff, or -v)")));
    }
    lines
}

/// The changed lines with one line around them.
fn of_hunk(ui: &Ui, plan: &Plan, hunk: &Hunk) -> Vec<String> {
    let mut lines = Vec::new();
    let mut number = hunk.old_start + usize::from(hunk.old_len == 0);
    let mut at = 0;
    while at < hunk.lines.len() {
        let end =
            (at..hunk.lines.len()).find(|i| hunk.lines[*i].kind == Kind::Context).unwrap_or(hunk.lines.len());
        if end == at {
            let beside =
                |i: Option<usize>| i.and_then(|i| hunk.lines.get(i)).is_some_and(|l| l.kind != Kind::Context);
            let (before, after) = (beside(Some(at + 1)), beside(at.checked_sub(1)));
            if before && !after {
                lines.push(ui.dim(&format!("  @@ line {}", number + 1)));
            }
            if before || after {
                lines.push(
                    format!("  {}", ui.text(&line_of_file(&hunk.lines[at].text))).trim_end().to_owned(),
                );
            }
            (at, number) = (at + 1, number + 1);
            continue;
        }
        if at == 0 {
            lines.push(ui.dim(&format!("  @@ line {number}")));
        }
        let run = &hunk.lines[at..end];
        let removed = run.iter().filter(|l| l.kind == Kind::Removed).count();
        let codes = plan.codes_at(number, (number + removed).saturating_sub(1).max(number));
        lines.extend(of_run(ui, run, &codes));
        (at, number) = (end, number + removed);
    }
    lines
}

/// Lines that give way to others: words that change stand out, and the last line says why.
fn of_run(ui: &Ui, run: &[Line], codes: &[&str]) -> Vec<String> {
    let of = |kind| run.iter().filter(move |l| l.kind == kind);
    let (removed, added): (Vec<&Line>, Vec<&Line>) = (of(Kind::Removed).collect(), of(Kind::Added).collect());
    let paired = removed.len() == added.len();
    let text = |line: &Line| line_of_file(&line.text);
    let mut lines = Vec::new();
    let show = |line: &Line, words: &[diff::Word], sign: char| {
        let note = line.note.as_ref().map_or(String::new(), |n| format!("   ({n})"));
        match sign {
            '-' => format!("{}{}", ui.removed(words), ui.dim(&note)),
            _ => format!("{}{}", ui.added(words), ui.dim(&note)),
        }
    };
    let whole = |line: &Line| vec![(false, text(line))];
    for (at, line) in removed.iter().enumerate() {
        let words = if paired { diff::words(&text(line), &text(added[at])).0 } else { whole(line) };
        lines.push(show(line, &words, '-'));
    }
    for (at, line) in added.iter().enumerate() {
        let words = if paired { diff::words(&text(removed[at]), &text(line)).1 } else { whole(line) };
        lines.push(show(line, &words, '+'));
    }
    if let Some(last) = lines.last_mut().filter(|_| !codes.is_empty()) {
        let gap = CODES.saturating_sub(cells(last)).max(2);
        *last = format!("{last}{}{}", " ".repeat(gap), ui.dim(&codes.join(", ")));
    }
    lines
}

/// Who answers otherwise than before.
fn answers(ui: &Ui, told: &Told<'_>) -> Vec<String> {
    let place = told.place;
    let more = match told.more {
        0 => String::new(),
        more => format!("; {more} more names of changed lines were not asked"),
    };
    if told.changes.is_empty() {
        let text = format!("No answer changes {place} (predicted{more})");
        return vec![ui.text(&text)];
    }
    let mut rows: Vec<(String, String, String, Vec<String>)> = Vec::new();
    for change in told.changes {
        let (before, after) = (outcome(&change.before), outcome(&change.after));
        let same = |row: &&mut (String, String, String, Vec<String>)| {
            (&row.0, &row.1, &row.2) == (&change.name, &before, &after)
        };
        match rows.iter_mut().find(same) {
            Some(row) => row.3.push(change.label.clone()),
            None => rows.push((change.name.clone(), before, after, vec![change.label.clone()])),
        }
    }
    let hidden = if ui.verbose { 0 } else { rows.len().saturating_sub(ROWS) };
    let head = ["NAME", "BEFORE", "AFTER", "FOR"].map(str::to_owned).to_vec();
    let shown = rows.iter().take(rows.len() - hidden);
    let body = shown.map(|(name, before, after, who)| {
        [name, before, after, &who.join(", ")].map(|cell| ui.text(cell)).to_vec()
    });
    let mut lines = vec![ui.text(&format!("What this changes {place} (predicted{more})"))];
    lines.extend(table::wrapped(ui, 2, &std::iter::once(head).chain(body).collect::<Vec<_>>()));
    if hidden > 0 {
        lines.push(ui.dim(&format!("  … and {hidden} more (all: -v)")));
    }
    lines
}

fn outcome(outcome: &Outcome) -> String {
    if !outcome.addresses.is_empty() {
        return outcome.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    }
    match outcome.status {
        Status::Found | Status::NoData => "no address",
        Status::NotFound => "not found",
        Status::TryAgain => "no server answers",
        Status::Failure => "fails",
        Status::Unknown => "left to DNS",
    }
    .to_owned()
}
