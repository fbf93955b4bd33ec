//! A diagnosis on one screen: answer, cause, fix, clients, evidence, next command.

use super::super::style::{HEIGHT, Ui, height, shorten};
use super::super::table::table;
use super::fixes::{self, Fixes};
use super::{evidence, findings, join, labelled};
use whyhost_core::diagnose::{Diagnosis, VerdictKind};
use whyhost_core::reach::{AttemptOutcome, ClientOutcome, Outcome};
use whyhost_core::snapshot::Snapshot;

/// Cells of the first column of the client table.
const CLIENT_WIDTH: usize = 34;

/// Columns below which the client table would cut addresses.
const TABLE_WIDTH: usize = 72;

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
    if ui.quiet || (d.verdict.kind == VerdictKind::Fine && !ui.verbose) {
        return join(&headline);
    }
    if ui.verbose {
        let all = findings::all(ui, &d.findings, &d.verdict, files);
        return join(&[headline, body(ui, d, files, EVERYTHING), all].concat());
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
    let blocks = [
        advice,
        clients(ui, &d.clients, d),
        evidence::evidence(ui, d, files, room.evidence),
        last_line(ui, d),
    ];
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

fn clients(ui: &Ui, clients: &[ClientOutcome], d: &Diagnosis) -> Vec<String> {
    if clients.is_empty() {
        return Vec::new();
    }
    if ui.width < TABLE_WIDTH {
        return clients.iter().flat_map(|c| one_below_another(ui, c, d)).collect();
    }
    let mut rows = vec![["CLIENT", "TRIES", "RESULT"].map(|h| ui.bold(h)).to_vec()];
    rows.extend(clients.iter().map(|c| vec![programs(ui, c), ui.text(&tries(c)), result(ui, c, d)]));
    table(ui, 2, &rows)
}

/// The cells of a client where the screen is too narrow for columns.
fn one_below_another(ui: &Ui, client: &ClientOutcome, d: &Diagnosis) -> Vec<String> {
    let cells = [format!("tries {}", ui.text(&tries(client))), result(ui, client, d)];
    let mut lines = labelled(ui, "  ", &programs(ui, client));
    lines.extend(cells.iter().flat_map(|cell| labelled(ui, "    ", cell)));
    lines
}

/// The addresses in the order of the attempts.
fn tries(client: &ClientOutcome) -> String {
    let tries: Vec<String> = client.tried.iter().map(|a| a.address.to_string()).collect();
    if tries.is_empty() { "–".into() } else { tries.join(", ") }
}

/// The programs of a kind, as many as there is room for; with `-v` all of them behind the name of the kind.
fn programs(ui: &Ui, client: &ClientOutcome) -> String {
    let text = ui.text(if client.examples.is_empty() { client.label } else { client.examples });
    if ui.verbose { format!("{}: {text}", ui.text(client.label)) } else { shorten(ui, &text, CLIENT_WIDTH) }
}

/// Symbol and words for the end of a client's attempts.
fn result(ui: &Ui, client: &ClientOutcome, d: &Diagnosis) -> String {
    match client.outcome {
        Outcome::Connects => connects(ui, client, d),
        Outcome::WrongProgram => format!("{} another program{}", ui.bad("✗"), owner(ui, client, d)),
        Outcome::Refused | Outcome::Timeout => {
            let text = format!("{}{}", failed(client), untried(client, d));
            format!("{} {}", ui.bad("✗"), ui.text(&text))
        }
        Outcome::NotFound => format!("{} no address", ui.bad("✗")),
        Outcome::Unknown => format!("{} not known", ui.warn("?")),
    }
}

fn connects(ui: &Ui, client: &ClientOutcome, d: &Diagnosis) -> String {
    let attempt = match client.tried.len() {
        0 | 1 => "",
        2 => " second try",
        3 => " third try",
        _ => " a later try",
    };
    format!("{}{attempt}{}", ui.good("✓"), owner(ui, client, d))
}

/// The program that the last attempt reached, where it is known and the clients differ in it.
fn owner(ui: &Ui, client: &ClientOutcome, d: &Diagnosis) -> String {
    if d.listeners.len() < 2 {
        return String::new();
    }
    let listener = client.tried.last().and_then(|a| a.listener).and_then(|i| d.listeners.get(i));
    let process = listener.and_then(|l| l.process.as_ref());
    process.map_or(String::new(), |p| ui.text(&format!(", {} (pid {})", p.name, p.pid)))
}

fn failed(client: &ClientOutcome) -> &'static str {
    match client.tried.last().map(|a| a.outcome) {
        _ if client.outcome == Outcome::Timeout => "no answer",
        Some(AttemptOutcome::Unreachable) => "no way there",
        _ => "refused",
    }
}

/// The addresses of the answer that the client gives up before.
fn untried(client: &ClientOutcome, d: &Diagnosis) -> String {
    let Some(answer) = d.answers.first() else { return String::new() };
    let rest: Vec<String> = answer
        .addresses
        .iter()
        .map(|a| a.address)
        .filter(|a| client.tried.iter().all(|t| t.address != *a))
        .map(|a| a.to_string())
        .collect();
    if rest.is_empty() { String::new() } else { format!("; never tries {}", rest.join(", ")) }
}
