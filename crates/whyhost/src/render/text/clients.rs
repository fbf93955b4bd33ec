//! The table of clients: what each tries, and how it ends. Clients of one fate share a row.

use super::super::style::{Ui, cells, shorten};
use super::super::table::table;
use super::labelled;
use whyhost_core::diagnose::Diagnosis;
use whyhost_core::reach::{AttemptOutcome, ClientOutcome, Outcome};
use whyhost_core::resolve::Evidence;

/// Cells of the first column of the client table.
const CLIENT_WIDTH: usize = 34;

/// Columns below which the client table would cut addresses.
const TABLE_WIDTH: usize = 72;

/// The clients that the verdict counts, and those beside it that were asked for.
pub(super) fn clients(ui: &Ui, d: &Diagnosis) -> Vec<String> {
    let mut lines = block(ui, &d.clients, d, "CLIENT");
    if !d.others.is_empty() {
        lines.push(String::new());
        lines.extend(block(ui, &d.others, d, "NOT COUNTED"));
    }
    lines
}

fn block(ui: &Ui, clients: &[ClientOutcome], d: &Diagnosis, head: &str) -> Vec<String> {
    if clients.is_empty() {
        return Vec::new();
    }
    let rows = grouped(ui, clients, d);
    if ui.width < TABLE_WIDTH {
        return rows.iter().flat_map(|row| one_below_another(ui, row)).collect();
    }
    let mut all = vec![[head, "TRIES", "RESULT"].map(|h| ui.bold(h)).to_vec()];
    for row in &rows {
        let mut names = name_lines(ui, row).into_iter();
        all.push(vec![names.next().unwrap_or_default(), row.tries.clone(), row.result.clone()]);
        all.extend(names.map(|name| vec![name, String::new(), String::new()]));
    }
    table(ui, 2, &all)
}

/// Clients with the same attempts and the same end.
struct Row {
    names: Vec<String>,
    tries: String,
    result: String,
    /// All of one kind, whose programs are shortened together.
    kind: bool,
}

fn grouped(ui: &Ui, clients: &[ClientOutcome], d: &Diagnosis) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for client in clients {
        let row = Row {
            names: vec![name(ui, client)],
            tries: ui.text(&tries(client)),
            result: result(ui, client, d),
            kind: client.is_kind(),
        };
        let same = |r: &&mut Row| r.tries == row.tries && r.result == row.result && !r.kind && !row.kind;
        match rows.iter_mut().find(same).filter(|_| !ui.verbose) {
            Some(known) => known.names.extend(row.names),
            None => rows.push(row),
        }
    }
    rows
}

/// The names of a row on lines of the first column's width.
fn name_lines(ui: &Ui, row: &Row) -> Vec<String> {
    if ui.verbose {
        return vec![row.names.join(", ")];
    }
    let mut lines: Vec<String> = Vec::new();
    for name in &row.names {
        match lines.last_mut() {
            Some(line) if cells(line) + cells(name) + 2 < CLIENT_WIDTH => {
                line.push_str(", ");
                line.push_str(name);
            }
            _ => {
                if let Some(line) = lines.last_mut() {
                    line.push(',');
                }
                lines.push(shorten(ui, name, CLIENT_WIDTH));
            }
        }
    }
    lines
}

/// The cells of a row where the screen is too narrow for columns.
fn one_below_another(ui: &Ui, row: &Row) -> Vec<String> {
    let names = row.names.join(", ");
    let names = if ui.verbose || !row.kind { names } else { shorten(ui, &names, CLIENT_WIDTH) };
    let mut lines = labelled(ui, "  ", &names);
    let cells = [format!("tries {}", row.tries), row.result.clone()];
    lines.extend(cells.iter().flat_map(|cell| labelled(ui, "    ", cell)));
    lines
}

/// The addresses in the order of the attempts.
fn tries(client: &ClientOutcome) -> String {
    let tries: Vec<String> = client.tried.iter().map(|a| a.address.to_string()).collect();
    if tries.is_empty() { "–".into() } else { tries.join(", ") }
}

/// The program; of a kind its programs, with `-v` behind the name of the kind.
fn name(ui: &Ui, client: &ClientOutcome) -> String {
    let label = ui.text(&client.label);
    match (client.examples, client.evidence) {
        ("", Evidence::Documented) => format!("{label} (documented)"),
        ("", Evidence::Measured { .. }) => label,
        (examples, _) if ui.verbose => format!("{label}: {}", ui.text(examples)),
        (examples, _) => ui.text(examples),
    }
}

/// Symbol and words for the end of a client's attempts.
fn result(ui: &Ui, client: &ClientOutcome, d: &Diagnosis) -> String {
    match client.outcome {
        _ if client.unix_socket => "· the Unix socket, no address".into(),
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
    let after = match client.connected().map_or(0, |a| a.after_ms) {
        0 => String::new(),
        ms if ms < 10_000 => format!(" after {ms} ms"),
        ms => format!(" after {} s", ms / 1000),
    };
    format!("{}{attempt}{after}{}", ui.good("✓"), owner(ui, client, d))
}

/// The program that the client reached, where it is known and the clients differ in it.
fn owner(ui: &Ui, client: &ClientOutcome, d: &Diagnosis) -> String {
    if d.listeners.len() < 2 {
        return String::new();
    }
    let listener = client.connected().and_then(|a| a.listener).and_then(|i| d.listeners.get(i));
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
    let mut rest: Vec<String> = Vec::new();
    for address in answer.addresses.iter().map(|a| a.address) {
        let text = address.to_string();
        if client.tried.iter().all(|t| t.address != address) && !rest.contains(&text) {
            rest.push(text);
        }
    }
    if rest.is_empty() { String::new() } else { format!("; never tries {}", rest.join(", ")) }
}
