//! A diagnosis on one screen: answer, cause, fix, clients, evidence, next command.

use super::super::style::{HEIGHT, Ui, height};
use super::fixes::{self, Fixes};
use super::{clients, evidence, findings, join, labelled, live};
use whyhost_core::diagnose::{Diagnosis, VerdictKind};
use whyhost_core::snapshot::Snapshot;

/// How much of each block is shown.
#[derive(Debug, Clone, Copy)]
struct Room {
    fixes: Fixes,
    evidence: usize,
    also: usize,
}

impl Room {
    const fn new(count: usize, detailed: usize, words: bool, evidence: usize, also: usize) -> Room {
        Room { fixes: Fixes { count, detailed, words }, evidence, also }
    }
}

const EVERYTHING: Room = Room::new(usize::MAX, usize::MAX, true, usize::MAX, usize::MAX);

/// From roomy to tight: the first that fits a screen is taken. The cause, the first fix and the table never go.
const ROOMS: &[Room] = &[
    Room::new(3, 3, true, 8, 3),
    Room::new(3, 3, true, 6, 2),
    Room::new(3, 3, false, 6, 2),
    Room::new(3, 3, false, 5, 1),
    Room::new(3, 3, false, 4, 1),
    Room::new(3, 2, false, 5, 1),
    Room::new(3, 1, false, 5, 1),
    Room::new(3, 1, false, 4, 1),
    Room::new(2, 1, false, 4, 1),
    Room::new(2, 1, false, 3, 0),
    Room::new(1, 1, false, 3, 0),
    Room::new(1, 1, false, 2, 0),
    Room::new(1, 1, false, 0, 0),
    Room::new(1, 0, false, 0, 0),
];

/// The whole text. `files` holds the files that the evidence and the edits point into.
pub(crate) fn diagnose(ui: &Ui, d: &Diagnosis, files: &Snapshot) -> String {
    let headline = headline(ui, d);
    if ui.quiet || (d.verdict.kind == VerdictKind::Fine && d.others.is_empty() && !ui.verbose) {
        return join(&headline);
    }
    if ui.verbose {
        let all = findings::all(ui, &d.findings, &d.verdict, files);
        return join(&[headline, body(ui, d, files, EVERYTHING), all].concat());
    }
    if !d.others.is_empty() {
        // Somebody who asks for every client gets every client.
        return join(&[headline, body(ui, d, files, ROOMS[0])].concat());
    }
    let room = HEIGHT.saturating_sub(headline.len());
    let fitting = ROOMS.iter().map(|r| body(ui, d, files, *r)).find(|b| height(b, ui.width) <= room);
    let body = fitting.unwrap_or_else(|| body(ui, d, files, ROOMS[ROOMS.len() - 1]));
    join(&[headline, body].concat())
}

fn headline(ui: &Ui, d: &Diagnosis) -> Vec<String> {
    let symbol = match d.verdict.kind {
        VerdictKind::Fine => ui.good("✓"),
        VerdictKind::Warning => ui.warn("!"),
        VerdictKind::Fails => ui.bad("✗"),
        VerdictKind::Unknown => ui.warn("?"),
    };
    labelled(ui, &format!("{symbol} "), &ui.text(&d.verdict.headline))
}

fn body(ui: &Ui, d: &Diagnosis, files: &Snapshot, room: Room) -> Vec<String> {
    let mut advice = cause(ui, d);
    advice.extend(fixes::fixes(ui, &d.verdict.fixes, files, room.fixes));
    if let Some(text) = &d.verdict.do_not {
        advice.extend(labelled(ui, &format!("  {}    ", ui.bold("Not")), &ui.text(text)));
    }
    if !ui.verbose {
        advice.extend(findings::also(ui, d, room.also));
    }
    let tried = if ui.verbose { live::tried(ui, d) } else { Vec::new() };
    let evidence = evidence::evidence(ui, d, files, room.evidence);
    let blocks = [advice, clients::clients(ui, d), evidence, tried, last_line(ui, d)];
    blocks
        .into_iter()
        .filter(|b| !b.is_empty())
        .flat_map(|block| std::iter::once(String::new()).chain(block))
        .collect()
}

fn cause(ui: &Ui, d: &Diagnosis) -> Vec<String> {
    let mut label = format!("  {}  ", ui.bold("Cause"));
    let mut lines = Vec::new();
    for sentence in sentences(d) {
        lines.extend(labelled(ui, &label, &ui.text(sentence)));
        label = " ".repeat(9);
    }
    lines
}

/// The lines of the cause that say something new; a step of the look-up is left to the evidence where others remain.
fn sentences(d: &Diagnosis) -> Vec<&str> {
    let mut sentences: Vec<&str> = Vec::new();
    for line in d.verdict.cause.iter().map(String::as_str) {
        if !sentences.contains(&line) && !d.verdict.headline.ends_with(line) {
            sentences.push(line);
        }
    }
    let steps = d.answers.first().filter(|a| a.addresses.is_empty()).map_or(&[][..], |a| &a.trace);
    let is_step = |line: &&str| steps.iter().any(|s| format!("{}: {}", s.step, s.detail) == *line);
    if !sentences.iter().all(is_step) {
        sentences.retain(|line| !is_step(line));
    }
    sentences
}

fn last_line(ui: &Ui, d: &Diagnosis) -> Vec<String> {
    let codes = findings::codes(ui, &d.findings);
    if codes.is_empty() && d.target.literal.is_none() {
        return vec![format!("  {}", ui.dim(&format!("more: whyhost explain {}", d.target.name)))];
    }
    codes
}
