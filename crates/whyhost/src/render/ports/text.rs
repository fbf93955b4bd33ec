//! Listeners as a table, and what every destination meets on a port that was asked about.

use super::View;
use crate::render::style::{Ui, bold, dim};
use crate::render::table::{table, wrapped};
use crate::render::text::fixes::{self, Fixes};
use crate::render::text::{findings, join, labelled};
use std::net::IpAddr;
use whyhost_core::diagnose::{Verdict, VerdictKind};
use whyhost_core::finding::{Finding, Severity};
use whyhost_core::ports::{FilterState, Row, audience};
use whyhost_core::reach::{AttemptOutcome, Destination, Listener, PortTable, table::Origin};
use whyhost_core::snapshot::{NamedBy, Protocol, Snapshot};

/// Findings that are told without `-v`.
const TOLD: usize = 5;

/// The whole text.
pub(crate) fn ports(ui: &Ui, view: &View, files: &Snapshot) -> String {
    let mut lines = headline(ui, view);
    if ui.quiet {
        return join(&lines);
    }
    let rows: Vec<&Row> = view.rows().collect();
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(listeners(ui, &rows));
    }
    if !view.ports.asked.is_empty() && !view.exposed_only {
        lines
            .extend(view.ports.reach.iter().flat_map(|t| [vec![String::new()], reach(ui, view, t)].concat()));
    }
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(filter(ui, view));
    }
    lines.extend(told(ui, view, files));
    lines.extend(findings::codes(ui, &view.ports.findings));
    join(&lines)
}

fn headline(ui: &Ui, view: &View) -> Vec<String> {
    let all = view.ports.rows.len();
    let exposed = view.ports.exposed().count();
    let asked = view.ports.asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let on = match view.ports.asked.len() {
        0 => String::new(),
        1 => format!(" on port {asked}"),
        _ => format!(" on the ports {asked}"),
    };
    let number = if all == 1 { "1 listener".to_owned() } else { format!("{all} listeners") };
    let (symbol, text) = match (view.is_complete, all, exposed) {
        (false, 0, _) => (ui.warn("?"), "the listening sockets could not be read".to_owned()),
        (_, 0, _) if on.is_empty() => (ui.good("✓"), "nothing listens".to_owned()),
        (_, 0, _) => (ui.bad("✗"), format!("nothing listens{on}")),
        (_, _, 0) => (ui.good("✓"), format!("{number}{on}, none that others can reach")),
        (_, 1, _) => (ui.warn("!"), format!("{number}{on}, others can reach it")),
        (_, _, n) => (ui.warn("!"), format!("{number}{on}, others can reach {n}")),
    };
    let mut lines = labelled(ui, &format!("{symbol} "), &ui.text(&text));
    let silent = view.ports.silent();
    if all > 0 && !silent.is_empty() {
        let silent: Vec<String> = silent.iter().map(ToString::to_string).collect();
        lines.extend(labelled(
            ui,
            &format!("{} ", ui.bad("✗")),
            &ui.text(&format!("nothing listens on {}", silent.join(", "))),
        ));
    }
    lines
}

fn listeners(ui: &Ui, rows: &[&Row]) -> Vec<String> {
    let head = ["PORT", "ADDRESS", "WHO CAN CONNECT", "PROGRAM"].map(str::to_owned).to_vec();
    let mut cells = vec![head];
    let mut before: Option<&Row> = None;
    for row in rows {
        // One line for a group of equal sockets of one program.
        if before.is_some_and(|b| same_line(b, row)) {
            continue;
        }
        before = Some(row);
        let l = &row.listener;
        let udp = if l.protocol == Protocol::Udp { "/udp" } else { "" };
        let who = audience(row);
        let who = if row.is_exposed() { ui.warn(&who) } else { ui.text(&who) };
        cells.push(vec![
            ui.text(&format!("{}{udp}", l.port)),
            ui.text(&address(l)),
            who,
            ui.text(&program(l)),
        ]);
    }
    let mut lines = wrapped(ui, 2, &cells);
    if let Some(first) = lines.first_mut() {
        *first = bold(first);
    }
    lines
}

fn same_line(a: &Row, b: &Row) -> bool {
    a.listener == b.listener
}

/// `0.0.0.0`, `[::] both families`, `[::] IPv6 only`, `127.0.0.1 on lo`.
fn address(l: &Listener) -> String {
    let text = match l.address {
        IpAddr::V4(a) => a.to_string(),
        IpAddr::V6(a) => format!("[{a}]"),
    };
    let wild_v6 = matches!(l.address, IpAddr::V6(a) if a.is_unspecified());
    let families = match l.v6only {
        Some(true) if wild_v6 => " IPv6 only",
        Some(false) if wild_v6 => " both families",
        None if wild_v6 => " both families?",
        _ => "",
    };
    let device = l.interface.as_ref().map_or_else(String::new, |name| format!(" on {name}"));
    format!("{text}{families}{device}")
}

/// `127.0.0.1:3000`, `[::]:3000/udp`.
pub(super) fn place(l: &Listener) -> String {
    let udp = if l.protocol == Protocol::Udp { "/udp" } else { "" };
    format!("{l}{udp}")
}

/// `redis-server (pid 412, redis) · redis.service`.
fn program(l: &Listener) -> String {
    let who = match &l.process {
        None => "? not readable".to_owned(),
        Some(p) => {
            let user = p.user.as_ref().map_or_else(String::new, |user| format!(", {user}"));
            let about = if p.named_by == NamedBy::Cgroup { "by its control group, pid" } else { "pid" };
            format!("{} ({about} {}{user})", p.name, p.pid)
        }
    };
    let home = match (&l.container, &l.unit) {
        (Some(container), _) => format!(" · {} {}", container.runtime, container.id),
        (None, Some(unit)) => format!(" · {unit}"),
        (None, None) => String::new(),
    };
    let group = if l.group > 1 { format!(" · {} sockets share it", l.group) } else { String::new() };
    format!("{who}{home}{group}")
}

/// What every destination meets.
fn reach(ui: &Ui, view: &View, table_of: &PortTable) -> Vec<String> {
    let udp = if table_of.protocol == Protocol::Udp { "/udp" } else { "" };
    let to = format!("TO PORT {}{udp}", table_of.port);
    let mut cells = vec![vec![to, "FROM".to_owned(), "MEETS".to_owned()]];
    for destination in &table_of.destinations {
        cells.push(vec![
            ui.text(&destination.address.address.to_string()),
            ui.text(&origin(destination)),
            meets(ui, view, destination),
        ]);
    }
    let mut lines = table(ui, 2, &cells);
    if let Some(first) = lines.first_mut() {
        *first = bold(first);
    }
    lines
}

fn origin(destination: &Destination) -> String {
    match (destination.from, &destination.interface) {
        (Origin::ThisMachine, _) => "this machine".into(),
        (Origin::Network, Some(name)) => format!("network of {name}"),
        (Origin::Network, None) => "network".into(),
    }
}

fn meets(ui: &Ui, view: &View, destination: &Destination) -> String {
    let row = destination.listener.and_then(|at| view.ports.rows.get(at));
    match (destination.outcome, row) {
        (AttemptOutcome::Connects, Some(row)) => {
            let l = &row.listener;
            let owner = l.owner().map_or_else(String::new, |owner| format!(" ({owner})"));
            format!("{} {}", ui.good("✓"), ui.text(&format!("{}{owner}", place(l))))
        }
        (AttemptOutcome::Timeout, _) => format!("{} {}", ui.bad("✗"), ui.text("no answer")),
        (AttemptOutcome::Unreachable | AttemptOutcome::Foreign, _) => {
            format!("{} {}", ui.bad("✗"), ui.text("unreachable"))
        }
        _ => format!("{} {}", ui.bad("✗"), ui.text("refused")),
    }
}

/// What stands before the listeners.
fn filter(ui: &Ui, view: &View) -> Vec<String> {
    let f = &view.ports.filter;
    let state = if f.ipv4 == f.ipv6 {
        f.ipv4.words().to_owned()
    } else {
        format!("IPv4: {}; IPv6: {}", f.ipv4.words(), f.ipv6.words())
    };
    let note = f.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
    let more =
        if f.ipv4 == FilterState::NotChecked { "" } else { "; other machines between are never seen here" };
    labelled(ui, "  ", &ui.text(&format!("packet filter: {state}{note}{more}")))
        .iter()
        .map(|l| dim(l))
        .collect()
}

/// Findings: the serious ones with their first repair; with `-v` all of them whole.
fn told(ui: &Ui, view: &View, files: &Snapshot) -> Vec<String> {
    let all = &view.ports.findings;
    if ui.verbose {
        let nothing = Verdict {
            kind: VerdictKind::Fine,
            headline: String::new(),
            cause: Vec::new(),
            fixes: Vec::new(),
            do_not: None,
        };
        return findings::all(ui, all, &nothing, files);
    }
    let serious: Vec<&Finding> = all.iter().filter(|f| f.severity != Severity::Note).collect();
    let mut lines = Vec::new();
    for finding in serious.iter().take(TOLD) {
        let symbol = if finding.severity == Severity::Error { ui.bad("✗") } else { ui.warn("!") };
        lines.push(String::new());
        lines.extend(labelled(ui, &format!("  {symbol} "), &ui.text(&finding.title)));
        let first = finding.remedies.get(..1).unwrap_or_default();
        lines.extend(fixes::fixes(ui, first, files, Fixes { count: 1, detailed: 1, words: true }));
    }
    if serious.len() > TOLD {
        lines.push(format!("  {}", ui.dim(&format!("… {} more with -v", serious.len() - TOLD))));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}
