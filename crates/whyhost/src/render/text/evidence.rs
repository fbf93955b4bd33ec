//! The proof: where each address comes from, what placed it, who listens, what the real resolver says.

use super::super::style::{Ui, dim, line_of_file};
use super::super::table::wrapped;
use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;
use whyhost_core::diagnose::{Diagnosis, LiveComparison, decided_by};
use whyhost_core::finding::{Evidence, Severity};
use whyhost_core::reach::Listener;
use whyhost_core::resolve::{Answer, Because, Ranked, Source, Status};
use whyhost_core::snapshot::{LiveLookup, LiveOutcome, ScopedAddr, Snapshot};

/// One fact with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    /// Rows with higher numbers go first when room is short.
    rank: u8,
    source: String,
    fact: String,
    meaning: String,
}

impl Row {
    fn new(rank: u8, source: impl Into<String>, fact: impl Into<String>, meaning: impl Into<String>) -> Row {
        Row { rank, source: source.into(), fact: fact.into(), meaning: meaning.into() }
    }
}

/// At most `limit` rows below a heading; nothing where there is no proof.
pub(crate) fn evidence(ui: &Ui, d: &Diagnosis, files: &Snapshot, limit: usize) -> Vec<String> {
    let rows = foremost(rows(ui, d, files, limit), limit);
    if rows.is_empty() {
        return Vec::new();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|r| [&r.source, &r.fact, &r.meaning])
        .map(|row| row.into_iter().filter(|cell| !cell.is_empty()).map(|cell| ui.text(cell)).collect())
        .collect();
    let mut lines = vec![format!("  {}", ui.bold(&heading(d)))];
    lines.extend(wrapped(ui, 2, &cells).into_iter().map(|l| format!("  {}", dim(&l[2..]))));
    lines
}

/// At most `limit` rows, in their order: those of low rank, and of one rank the first.
fn foremost(rows: Vec<Row>, limit: usize) -> Vec<Row> {
    let mut ranked: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
    ranked.sort_by_key(|(_, row)| row.rank);
    ranked.truncate(limit);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, row)| row).collect()
}

fn heading(d: &Diagnosis) -> String {
    let Some(answer) = d.answers.first() else { return "Evidence".into() };
    let resolver = answer.resolver;
    match answer.addresses.as_slice() {
        [] if answer.status == Status::Unknown => format!("How far the look-up can be followed ({resolver})"),
        [] => format!("Why there is no address ({resolver})"),
        [only] => format!("Where {} comes from ({resolver})", only.address),
        [first, ..] => format!("Why {} comes first ({resolver})", first.address),
    }
}

/// Of the addresses only the first `limit`: a name on thousands of lines has as many.
fn rows(ui: &Ui, d: &Diagnosis, files: &Snapshot, limit: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(answer) = d.answers.first() {
        rows.extend(walk(answer));
        rows.extend(answer.addresses.iter().take(limit).enumerate().map(|(i, a)| address(i, a, files)));
        rows.extend(order(answer));
    }
    let ours: Vec<Row> = d.listeners.iter().map(listener).chain(d.live.iter().map(live)).collect();
    // Sources of which a row says all: those of the addresses, and those that have a row.
    let addresses = d.answers.first().into_iter().flat_map(|answer| &answer.addresses);
    let mut told: HashSet<String> = addresses.map(|a| a.from.to_string()).collect();
    if !d.listeners.is_empty() {
        told.insert(SOCKETS.to_owned());
    }
    told.extend(rows.iter().chain(&ours).map(|r| r.source.clone()).filter(|source| !source.is_empty()));
    let mut facts: HashSet<String> = rows.iter().chain(&ours).map(|r| r.fact.clone()).collect();
    for evidence in proofs(ui, d) {
        let source = evidence.source.as_deref().unwrap_or_default();
        if !told.contains(source) && !facts.contains(&evidence.text) {
            let source = short(source, &evidence.text);
            if !source.is_empty() {
                told.insert(source.to_owned());
            }
            facts.insert(evidence.text.clone());
            rows.push(Row::new(2, source, evidence.text.clone(), ""));
        }
    }
    rows.extend(ours);
    rows
}

/// The source; only its kind, as `sysctl`, where the fact repeats which one.
fn short<'s>(source: &'s str, fact: &str) -> &'s str {
    source.split_once(' ').filter(|(_, name)| fact.starts_with(name)).map_or(source, |(kind, _)| kind)
}

/// The source that rules name for listeners; those of the port have rows of their own here.
const SOCKETS: &str = "listening sockets";

/// The proofs of the findings that are shown.
fn proofs<'d>(ui: &Ui, d: &'d Diagnosis) -> impl Iterator<Item = &'d Evidence> {
    let notes = ui.verbose;
    d.findings.iter().filter(move |f| f.severity != Severity::Note || notes).flat_map(|f| &f.evidence)
}

/// The configuration line that says who is asked; every step where no address came of it.
fn walk(answer: &Answer) -> Vec<Row> {
    let failed = answer.addresses.is_empty();
    let steps = answer.trace.iter().enumerate();
    steps
        .filter(|(i, _)| failed || *i == 0)
        .map(|(_, s)| Row::new(if failed { 1 } else { 3 }, s.step.clone(), s.detail.clone(), ""))
        .collect()
}

fn address(place: usize, ranked: &Ranked, files: &Snapshot) -> Row {
    let fact = match &ranked.from {
        Source::HostsLine { path, line } => hosts_line(files, path, *line).unwrap_or_default(),
        Source::Builtin { cite } => cite.clone(),
        Source::Dns { expanded: Some(name), .. } => format!("as {name}"),
        _ => String::new(),
    };
    let rank = if place < 2 { 0 } else { 4 };
    let source = match &ranked.from {
        // The name under which it answered is a fact; in the first column it would widen all rows.
        Source::Dns { server, .. } => format!("DNS {server}"),
        from => from.to_string(),
    };
    Row::new(rank, source, fact, format!("gives {}", ranked.address))
}

/// A line of a recorded file, without blanks around it.
fn hosts_line(files: &Snapshot, path: &str, line: usize) -> Option<String> {
    let bytes = files.file(path)?.bytes()?;
    let line = bytes.split(|b| *b == b'\n').nth(line.checked_sub(1)?)?;
    Some(line_of_file(line.trim_ascii()))
}

/// What put the first address before the next one.
fn order(answer: &Answer) -> Option<Row> {
    let [first, second, ..] = answer.addresses.as_slice() else { return None };
    let meaning = format!("{} sorts before {}", first.address, second.address);
    let row = match &first.placed_by {
        Because::Rfc6724 { rule, .. } => {
            Row::new(0, format!("RFC 6724 rule {rule}"), decided_by(first, second), meaning)
        }
        Because::PreferV4 { setting } => Row::new(0, setting.clone(), "IPv4 first", meaning),
        Because::PreferV6 { setting } => Row::new(0, setting.clone(), "IPv6 first", meaning),
        Because::Alternated => Row::new(0, "order", "the families take turns", meaning),
        Because::BuiltIn => Row::new(0, "order", "built in", meaning),
        Because::FileOrder => Row::new(2, "order", "no rule tells them apart", "order of delivery kept"),
        Because::OnlyOne => return None,
    };
    Some(row)
}

/// Two values of a rule: `50 > 10` where both are numbers; a word that both begin with is left out.
pub(crate) fn compared(ours: &str, theirs: &str) -> String {
    let (a, b) = match (ours.rsplit_once(' '), theirs.rsplit_once(' ')) {
        (Some((word, a)), Some((same, b))) if word == same && !word.contains(' ') => (a, b),
        _ => (ours, theirs),
    };
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(x), Ok(y)) if x > y => format!("{a} > {b}"),
        (Ok(x), Ok(y)) if x < y => format!("{a} < {b}"),
        _ => format!("{ours} against {theirs}"),
    }
}

fn listener(listener: &Listener) -> Row {
    let place = match listener.address {
        IpAddr::V4(a) => format!("{a}:{}", listener.port),
        IpAddr::V6(a) => format!("[{a}]:{}", listener.port),
    };
    let owner = listener
        .process
        .as_ref()
        .map_or("owner not readable".into(), |p| format!("{}, pid {}", p.name, p.pid));
    let accepts = match (listener.accepts.v4, listener.accepts.v6) {
        (true, true) => "accepts 127.0.0.1 and ::1",
        (true, false) => "accepts 127.0.0.1, not ::1",
        (false, true) => "accepts ::1, not 127.0.0.1",
        (false, false) => "accepts neither 127.0.0.1 nor ::1",
    };
    Row::new(3, format!("listens on {place}"), owner, accepts)
}

fn live(live: &LiveComparison) -> Row {
    let meaning = match live.matches {
        Some(true) => "same as predicted",
        Some(false) => "not as predicted",
        None if live.lookup.outcome == LiveOutcome::TimedOut => "",
        None => "no prediction",
    };
    Row::new(1, "getaddrinfo, live", outcome(&live.lookup), meaning)
}

/// What a live look-up gave, in words.
pub(crate) fn outcome(lookup: &LiveLookup) -> String {
    match &lookup.outcome {
        LiveOutcome::Found(addresses) => list(addresses),
        LiveOutcome::Failed(error) => error.clone(),
        // Rounded: the bound is what was given, and two runs print the same.
        LiveOutcome::TimedOut => {
            format!("no answer within {:.1} s", Duration::from_millis(lookup.elapsed_ms).as_secs_f64())
        }
    }
}

/// Addresses joined by commas.
pub(crate) fn list(addresses: &[ScopedAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::compared;

    #[test]
    fn values_of_a_rule() {
        assert_eq!(compared("50", "10"), "50 > 10");
        assert_eq!(compared("precedence 10", "precedence 50"), "10 < 50");
        assert_eq!(compared("scope 2 = 2", "scope 2 = 14"), "scope 2 = 2 against scope 2 = 14");
        assert_eq!(compared("usable (::1)", "no source"), "usable (::1) against no source");
    }
}
