//! Text for people: frames, one line for each input, and for several a table of codes.

use super::super::escape::shell_word;
use super::super::style::{Ui, cells};
use super::super::table;
use super::super::text::{join, labelled};
use super::{Checked, Done, Kind, Printer, count, frame, grouped, unused_words, word};
use std::collections::BTreeMap;
use whyhost_core::check::{Summary, fold};
use whyhost_core::finding::{Finding, Severity};
use whyhost_core::machine::HOSTS;

/// What is remembered of the inputs for the end.
pub(super) struct Text {
    ui: Ui,
    several: bool,
    printed: bool,
    rows: Vec<Row>,
}

/// An input in figures.
struct Row {
    name: String,
    read: bool,
    summary: Summary,
    codes: BTreeMap<&'static str, usize>,
    /// The code to read about first.
    first: Option<&'static str>,
}

impl Text {
    pub(super) fn new(ui: Ui, count: usize) -> Text {
        Text { ui, several: count > 1, printed: false, rows: Vec::new() }
    }

    fn remember(&mut self, checked: &Checked) {
        let mut codes = BTreeMap::new();
        for finding in checked.loud(&self.ui) {
            *codes.entry(finding.code).or_default() += 1;
        }
        let done = checked.outcome.as_ref().ok();
        self.rows.push(Row {
            name: checked.name.clone(),
            read: checked.is_complete(),
            summary: done.map(Done::summary).unwrap_or_default(),
            codes,
            first: worst(checked.loud(&self.ui)),
        });
    }
}

impl Printer for Text {
    fn one(&mut self, checked: &Checked) -> String {
        self.remember(checked);
        let Ok(done) = &checked.outcome else { return String::new() };
        let ui = self.ui;
        let mut blocks: Vec<String> = Vec::new();
        if self.several {
            blocks.extend(heading(&ui, checked, done));
        }
        if !ui.quiet {
            let folded = fold(checked.loud(&ui), checked.limit);
            blocks.extend(folded.shown.iter().map(|f| frame::frame(&ui, done, f) + "\n"));
            blocks.extend(folded.more.iter().map(|(code, more)| {
                format!(
                    "{}\n",
                    ui.dim(&format!("… and {} more {code} (show all: --limit 0)", grouped(*more)))
                )
            }));
            blocks.extend(silent(&ui, done));
        }
        blocks.push(last_line(&ui, checked, done, self.several));
        let gap = if self.printed && blocks.len() > 1 { "\n" } else { "" };
        self.printed = true;
        format!("{gap}{}", blocks.join("\n"))
    }

    fn end(&mut self) -> String {
        if !self.several {
            return String::new();
        }
        let ui = self.ui;
        let mut lines = Vec::new();
        if !ui.quiet {
            lines.extend(matrix(&ui, &self.rows));
        }
        lines.push(total(&ui, &self.rows));
        join(&lines)
    }
}

fn heading(ui: &Ui, checked: &Checked, done: &Done) -> Option<String> {
    let host = done.subject.host();
    (!host.is_empty()).then(|| format!("{}\n", ui.bold(&format!("{} ({host})", checked.name))))
}

/// Comments that silence nothing.
fn silent(ui: &Ui, done: &Done) -> Option<String> {
    let line = |unused: &whyhost_core::check::Unused| {
        let text = format!("{}:{}: {}", unused.path, unused.line, unused_words(unused));
        labelled(ui, &format!("{} ", ui.warn("!")), &ui.text(&text))
    };
    let lines: Vec<String> = done.report.unused.iter().flat_map(line).collect();
    (!lines.is_empty()).then(|| join(&lines))
}

/// The code of the worst finding.
fn worst<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<&'static str> {
    findings.min_by_key(|f| f.severity).map(|f| f.code)
}

/// `2 errors, 1 warning`, each where there are any.
fn figures(summary: &Summary, notes: bool) -> String {
    let parts = [
        (summary.errors, word(Severity::Error)),
        (summary.warnings, word(Severity::Warning)),
        (if notes { summary.notes } else { 0 }, word(Severity::Note)),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(*n, noun)).collect();
    parts.join(", ")
}

fn last_line(ui: &Ui, checked: &Checked, done: &Done, several: bool) -> String {
    let summary = done.summary();
    let notes = checked.loud(ui).any(|f| f.severity == Severity::Note);
    let found = figures(&summary, notes);
    // The lines are those of the hosts file, which a finding about another file is not in.
    let hosts = done.subject.hosts_path();
    let elsewhere = checked.loud(ui).any(|f| f.locations.first().is_none_or(|l| l.path != hosts));
    let size = match &done.report.about {
        Some(about) if !elsewhere => format!(" in {}", count(about.lines, "line")),
        _ => String::new(),
    };
    let mut more = Vec::new();
    // A file without problems is told as such: its notes are no news.
    if summary.notes > 0 && !notes && !found.is_empty() {
        more.push(format!("{} with -v", count(summary.notes, "note")));
    }
    if summary.suppressed > 0 {
        more.push(format!("{} suppressed", grouped(summary.suppressed)));
    }
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join(", ")) };
    // One line, however long the path is: it is the answer.
    match found.is_empty() {
        true if done.subject.unreadable().is_some() => {
            format!(
                "{} {}\n",
                ui.warn("?"),
                ui.text(&format!("{}: could not be checked{more}", checked.name))
            )
        }
        true => {
            format!("{} {}\n", ui.good("✓"), ui.text(&format!("{}: no problems{size}{more}", checked.name)))
        }
        false => {
            let next = worst(checked.loud(ui)).filter(|_| !several);
            let next = next.map_or(String::new(), |code| format!(" · whyhost rule {code}"));
            let repair = repair(done).filter(|_| !several).unwrap_or_default();
            format!("{}\n", ui.text(&format!("{}: {found}{size}{more}{repair}{next}", checked.name)))
        }
    }
}

/// How many findings `whyhost fix` repairs, and that command; nothing where there is no file that it could write.
fn repair(done: &Done) -> Option<String> {
    let hosts = done.subject.hosts_path();
    let ours = |f: &&Finding| f.locations.first().is_some_and(|l| l.path == hosts);
    let fixable = Summary::of(done.report.findings.iter().filter(ours), 0).fixable;
    let file = if hosts == HOSTS { String::new() } else { format!(" {}", shell_word(&hosts)) };
    (fixable > 0 && done.kind == Kind::Files)
        .then(|| format!(" · {} can be fixed: whyhost fix{file}", grouped(fixable)))
}

/// Codes against inputs where that fits the width, else codes with the number of inputs that have them.
fn matrix(ui: &Ui, rows: &[Row]) -> Vec<String> {
    let with: Vec<&Row> = rows.iter().filter(|row| !row.codes.is_empty()).collect();
    if with.len() < 2 {
        return vec![String::new()];
    }
    let mut codes: Vec<&str> = with.iter().flat_map(|row| row.codes.keys().copied()).collect();
    codes.sort_unstable();
    codes.dedup();
    let widest = codes.iter().map(|code| code.len()).max().unwrap_or(0);
    let names = short_names(ui, &with);
    let width = widest + names.iter().map(|name| 2 + cells(name)).sum::<usize>();
    let mut cells: Vec<Vec<String>> = Vec::new();
    if width <= ui.width {
        cells.push([vec!["CODE".to_owned()], names].concat());
        for code in codes {
            let hits = |row: &&Row| row.codes.get(code).map_or_else(|| ui.text("–"), |n| grouped(*n));
            cells.push([vec![code.to_owned()], with.iter().map(hits).collect()].concat());
        }
    } else {
        cells.push(["CODE", "FILES", "HITS"].map(str::to_owned).to_vec());
        for code in codes {
            let hits: Vec<usize> = with.iter().filter_map(|row| row.codes.get(code).copied()).collect();
            cells.push(vec![code.to_owned(), grouped(hits.len()), grouped(hits.iter().sum())]);
        }
    }
    let mut lines = vec![String::new()];
    for (i, line) in table::table(ui, 0, &cells).into_iter().enumerate() {
        lines.push(if i == 0 { ui.bold(&line) } else { line });
    }
    lines.push(String::new());
    lines
}

/// The last part of each path where that tells the inputs apart, else the paths.
fn short_names(ui: &Ui, rows: &[&Row]) -> Vec<String> {
    let last = |row: &&Row| row.name.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = rows.iter().map(last).collect();
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    let names =
        if distinct.len() == rows.len() { names } else { rows.iter().map(|r| r.name.clone()).collect() };
    names.iter().map(|name| ui.text(name)).collect()
}

fn total(ui: &Ui, rows: &[Row]) -> String {
    let summary = rows.iter().fold(Summary::default(), |sum, row| sum.plus(row.summary));
    let notes = rows.iter().any(|row| {
        row.summary.notes > 0 && row.codes.values().sum::<usize>() > row.summary.at_least(Severity::Warning)
    });
    let unread = rows.iter().filter(|row| !row.read).count();
    let unread =
        if unread > 0 { format!(", {} could not be checked", grouped(unread)) } else { String::new() };
    let files = count(rows.len(), "file");
    let found = figures(&summary, notes);
    if !found.is_empty() {
        let code = rows.iter().filter(|row| row.summary.errors > 0).chain(rows).find_map(|row| row.first);
        let next = code.map_or(String::new(), |code| format!(" · whyhost rule {code}"));
        return ui.text(&format!("{files}: {found}{unread}{next}"));
    }
    let symbol = if unread.is_empty() { ui.good("✓") } else { ui.warn("?") };
    format!("{symbol} {}", ui.text(&format!("{files}: no problems{unread}")))
}
