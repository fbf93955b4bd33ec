//! The answer in a user's words: what the situation is, the headline, the cause.

use super::words::{hosts_unusable, list, live_outcome, owned, predicted, reason, why_undelivered};
use super::{Basis, Case, LiveComparison, Verdict, VerdictKind, fixes};
use crate::finding::Severity;
use crate::reach::{self, AttemptOutcome, ClientOutcome, Listener, Outcome, is_own, undelivered};
use crate::resolve::Status;
use crate::snapshot::{LiveOutcome, Protocol, ScopedAddr, Socket};
use std::collections::BTreeSet;

/// What is the matter, the weightiest first.
pub(super) enum Situation<'a> {
    /// The hosts file could not be read, so every prediction is a guess: why.
    HostsUnusable(String),
    /// The real resolver contradicts the model.
    Mismatch(&'a LiveComparison),
    /// Neither the model nor the real resolver gave an answer.
    Unpredictable,
    /// No address.
    Unresolved,
    /// localhost leads to these addresses of other machines.
    NotThisMachine(Vec<ScopedAddr>),
    /// Another name leads to another machine, which is not looked at.
    Elsewhere,
    /// No packet arrives at any of the addresses.
    Undelivered,
    /// Nothing listens on the port.
    NothingListens(u16),
    /// Some or all kinds of client fail.
    SomeFail(usize),
    /// The addresses lead to listeners of different programs.
    TwoPrograms(Vec<(ScopedAddr, &'a Listener)>),
    /// Every kind of client connects.
    AllConnect(ScopedAddr, &'a Listener),
    /// There are addresses, and no port was asked.
    Resolves,
}

pub(super) fn verdict(case: &Case<'_>) -> Verdict {
    let situation = situation(case);
    Verdict {
        kind: kind(case, &situation),
        headline: headline(case, &situation),
        cause: cause(case, &situation),
        fixes: fixes::fixes(case),
        do_not: fixes::do_not(case),
    }
}

fn situation<'a>(case: &Case<'a>) -> Situation<'a> {
    let literal = case.target.literal.is_some();
    if let Some(why) = hosts_unusable(&case.machine.hosts.state).filter(|_| !literal) {
        return Situation::HostsUnusable(why);
    }
    if let Some(live) = case.live.filter(|l| l.matches == Some(false)) {
        return Situation::Mismatch(live);
    }
    let addresses = &case.course.addresses;
    if addresses.is_empty() {
        let unknown = case.course.status == Status::Unknown;
        return if unknown { Situation::Unpredictable } else { Situation::Unresolved };
    }
    let foreign: Vec<ScopedAddr> = addresses.iter().copied().filter(|a| !is_own(case.machine, *a)).collect();
    if !foreign.is_empty() {
        let all_connect = !case.clients.is_empty() && failing(case.clients) == 0 && connects(case).is_some();
        if case.target.is_localhost() {
            return Situation::NotThisMachine(foreign);
        } else if !all_connect {
            return Situation::Elsewhere;
        }
    }
    arrival(case)
}

/// The situation of addresses of this machine.
fn arrival<'a>(case: &Case<'a>) -> Situation<'a> {
    let none_arrives = || case.course.addresses.iter().all(|a| undelivered(case.machine, *a).is_some());
    let Some(port) = case.target.port else {
        return if none_arrives() { Situation::Undelivered } else { Situation::Resolves };
    };
    match (failing(case.clients), connects(case)) {
        (0, Some((address, listener))) => match programs(case) {
            programs if programs.len() > 1 => Situation::TwoPrograms(programs),
            _ => Situation::AllConnect(address, listener),
        },
        _ if none_arrives() => Situation::Undelivered,
        _ if case.listeners.is_empty() => Situation::NothingListens(port),
        (failing, _) => Situation::SomeFail(failing),
    }
}

fn failing(clients: &[ClientOutcome]) -> usize {
    clients.iter().filter(|c| !matches!(c.outcome, Outcome::Connects)).count()
}

/// Where the clients that connect end.
fn connects<'a>(case: &Case<'a>) -> Option<(ScopedAddr, &'a Listener)> {
    let attempt = case.clients.iter().find_map(ClientOutcome::connected)?;
    Some((attempt.address, case.listeners.get(attempt.listener?)?))
}

/// The programs behind the addresses of the answer, the first address of each.
fn programs<'a>(case: &Case<'a>) -> Vec<(ScopedAddr, &'a Listener)> {
    let Some(port) = case.target.port else { return Vec::new() };
    let mut found: Vec<(ScopedAddr, &Listener)> = Vec::new();
    for address in &case.course.addresses {
        let attempt = reach::attempt(case.machine, *address, port);
        let Some(listener) = attempt.listener.and_then(|i| case.listeners.get(i)) else { continue };
        if listener.process.is_some() && found.iter().all(|(_, other)| !same_program(other, listener)) {
            found.push((*address, listener));
        }
    }
    found
}

/// Relays that run one process for each address that they publish.
const RELAYS: &[&str] = &["docker-proxy", "rootlessport"];

fn same_program(a: &Listener, b: &Listener) -> bool {
    match (&a.process, &b.process) {
        (Some(a), Some(b)) => a.pid == b.pid || (a.name == b.name && RELAYS.contains(&a.name.as_str())),
        _ => true,
    }
}

fn kind(case: &Case<'_>, situation: &Situation<'_>) -> VerdictKind {
    let worst = case.findings.iter().map(|f| f.severity).min();
    let found = match worst {
        Some(Severity::Error) => VerdictKind::Fails,
        Some(Severity::Warning) => VerdictKind::Warning,
        Some(Severity::Note) | None => VerdictKind::Fine,
    };
    let slow = case.live.is_some_and(|l| l.lookup.outcome == LiveOutcome::TimedOut);
    let own = match situation {
        Situation::HostsUnusable(_) => return VerdictKind::Unknown,
        Situation::Unpredictable => VerdictKind::Unknown,
        Situation::Elsewhere if case.target.port.is_some() => VerdictKind::Unknown,
        Situation::Mismatch(_) if case.course.addresses.is_empty() || refused(case.clients) => {
            VerdictKind::Fails
        }
        Situation::Unresolved
        | Situation::NotThisMachine(_)
        | Situation::Undelivered
        | Situation::NothingListens(_)
        | Situation::SomeFail(_) => VerdictKind::Fails,
        Situation::Mismatch(_) | Situation::TwoPrograms(_) => VerdictKind::Warning,
        _ if slow => VerdictKind::Warning,
        Situation::Elsewhere | Situation::AllConnect(..) | Situation::Resolves => VerdictKind::Fine,
    };
    worse(own, found)
}

/// A known failure outweighs what could not be told, which outweighs a warning.
fn worse(a: VerdictKind, b: VerdictKind) -> VerdictKind {
    let weight = |k: &VerdictKind| match k {
        VerdictKind::Fine => 0,
        VerdictKind::Warning => 1,
        VerdictKind::Unknown => 2,
        VerdictKind::Fails => 3,
    };
    std::cmp::max_by_key(a, b, weight)
}

fn refused(clients: &[ClientOutcome]) -> bool {
    clients.iter().any(|c| !matches!(c.outcome, Outcome::Connects | Outcome::Unknown))
}

fn headline(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let (target, name) = (case.target, &case.target.name);
    let addresses = list(&case.course.addresses);
    match situation {
        Situation::HostsUnusable(why) => format!("{target} — cannot tell: {} {why}", case.machine.hosts.path),
        Situation::Mismatch(live) => format!(
            "{target} — predicted {}, but the real resolver says {}",
            case.answer.map_or_else(String::new, predicted),
            live_outcome(&live.lookup.outcome)
        ),
        Situation::Unpredictable => format!("{target} — cannot tell what it resolves to"),
        Situation::Unresolved => format!("{name} does not resolve"),
        Situation::NotThisMachine(foreign) => format!("{name} → {} is not this machine", list(foreign)),
        Situation::Elsewhere => elsewhere(case, &addresses),
        Situation::Undelivered => {
            format!("{target} — no way to {addresses}: {}", why_undelivered(case, case.course.addresses[0]))
        }
        Situation::NothingListens(port) => format!("{target} — nothing listens on port {port}"),
        Situation::SomeFail(failing) => some_fail(case, *failing),
        Situation::TwoPrograms(programs) => {
            let answers: Vec<String> = programs.iter().map(|(a, l)| owned(&a.to_string(), l)).collect();
            let number = if answers.len() == 2 { "two".into() } else { answers.len().to_string() };
            format!("{target} — {number} different programs answer: {}", answers.join(" and "))
        }
        Situation::AllConnect(address, listener) => all_connect(case, *address, listener),
        Situation::Resolves => resolves(case, &addresses),
    }
}

fn elsewhere(case: &Case<'_>, addresses: &str) -> String {
    let name = &case.target.name;
    let live = asked_live(case);
    match (case.target.port, case.target.literal) {
        (None, None) => format!("{name} → {addresses}{live}"),
        (None, Some(_)) => format!("{name} is not an address of this machine"),
        (Some(_), None) => {
            format!("{name} → {addresses}{live} — not this machine, so what listens there is not looked at")
        }
        (Some(_), Some(_)) => {
            format!("{name} is not an address of this machine, so what listens there is not looked at")
        }
    }
}

fn asked_live(case: &Case<'_>) -> &'static str {
    if case.course.basis == Basis::AskedLive { " (asked live)" } else { "" }
}

fn some_fail(case: &Case<'_>, failing: usize) -> String {
    let (target, all) = (case.target, case.clients.len());
    if case.target.literal.is_some() {
        let what = match case.clients.first().and_then(|c| c.tried.first()).map(|a| a.outcome) {
            Some(AttemptOutcome::Timeout) => "no answer",
            Some(AttemptOutcome::Unreachable) => "no way there",
            _ => "refused",
        };
        return format!("{target} — {what}");
    }
    match failing {
        n if n == all && all == 2 => format!("{target} — neither kind of client can connect"),
        n if n == all => format!("{target} — no kind of client can connect"),
        n => format!("{target} — {n} of {all} kinds of client cannot connect"),
    }
}

fn all_connect(case: &Case<'_>, address: ScopedAddr, listener: &Listener) -> String {
    let target = case.target;
    let place = owned(&address.to_string(), listener);
    let second = case.clients.iter().any(|c| c.tried.len() > 1);
    match case.clients.len() {
        _ if case.target.literal.is_some() => match listener.owner() {
            Some(owner) => format!("{target} — {owner} answers on {listener}"),
            None => format!("{target} — connects to {listener}"),
        },
        _ if second => format!("{target} — every kind of client connects in the end to {place}"),
        2 => format!("{target} — both kinds of client connect to {place}"),
        n => format!("{target} — all {n} kinds of client connect to {place}"),
    }
}

fn resolves(case: &Case<'_>, addresses: &str) -> String {
    let (name, all) = (&case.target.name, &case.course.addresses);
    let lost: Vec<ScopedAddr> =
        all.iter().copied().filter(|a| undelivered(case.machine, *a).is_some()).collect();
    let loopback = all.iter().all(|a| reach::normalise(*a).address.is_loopback());
    let what = match (lost.first(), loopback) {
        (Some(lost), _) => why_undelivered(case, *lost),
        (None, true) => "this machine's loopback".into(),
        (None, false) => "this machine".into(),
    };
    let distinct: BTreeSet<_> = all.iter().collect();
    let are = match distinct.len() {
        _ if !lost.is_empty() => "but ",
        1 => "",
        2 => "both are ",
        _ => "all are ",
    };
    match case.target.literal {
        Some(_) if lost.is_empty() => format!("{name} is {what}"),
        _ => format!("{name} → {addresses}{} — {are}{what}", asked_live(case)),
    }
}

fn cause(case: &Case<'_>, situation: &Situation<'_>) -> Vec<String> {
    let mut lines = match situation {
        Situation::HostsUnusable(_) => case.live.map_or_else(Vec::new, |l| {
            vec![format!("the real resolver says {}", live_outcome(&l.lookup.outcome))]
        }),
        Situation::Mismatch(_) => vec![
            "programs get what the real resolver says; a cache, a module or a change that is not modelled decides".into(),
        ],
        Situation::Unpredictable | Situation::Unresolved => where_it_ended(case),
        Situation::NotThisMachine(foreign) => came_from(case, foreign),
        Situation::Undelivered => {
            case.course.addresses.iter().skip(1).take(1).map(|a| why_undelivered(case, *a)).collect()
        }
        Situation::NothingListens(port) => nothing_listens(case, *port),
        Situation::SomeFail(_) => passed_by(case),
        Situation::TwoPrograms(_) => first_address(case)
            .map(|why| format!("which one a client meets depends on the address it takes: {why}"))
            .into_iter()
            .collect(),
        Situation::Elsewhere | Situation::AllConnect(..) | Situation::Resolves => Vec::new(),
    };
    if let Some(live) = case.live.filter(|l| l.lookup.outcome == LiveOutcome::TimedOut) {
        lines.push(format!("the real resolver gave no answer within {} ms", live.lookup.elapsed_ms));
    }
    let said = lines.len();
    let titles = case.findings.iter().filter(|f| f.severity != Severity::Note).map(|f| f.title.clone());
    lines.extend(titles.take(2_usize.saturating_sub(said)));
    lines.truncate(2);
    lines
}

/// `::1 comes first (RFC 6724 rule 6: precedence 50 > 10)`.
fn first_address(case: &Case<'_>) -> Option<String> {
    let first = case.course.addresses.first()?;
    let number = if case.course.addresses.len() > 1 { "comes first" } else { "is the only address" };
    let answer = case.answer.filter(|_| case.course.basis == Basis::Predicted);
    match answer.and_then(|a| Some((a, a.addresses.first()?))) {
        Some((answer, ranked)) => Some(format!("{first} {number} ({})", reason(answer, ranked))),
        None if case.course.basis == Basis::AskedLive => Some(format!("{first} {number} (asked live)")),
        None => None,
    }
}

/// The step at which the look-up ended without an address.
fn where_it_ended(case: &Case<'_>) -> Vec<String> {
    let step = case.answer.and_then(|a| a.trace.last());
    let error = case.answer.and_then(|a| a.error.as_ref()).map(|e| format!(" ({})", e.code));
    step.map(|s| format!("{}: {}{}", s.step, s.detail, error.unwrap_or_default())).into_iter().collect()
}

fn came_from(case: &Case<'_>, foreign: &[ScopedAddr]) -> Vec<String> {
    let ranked = case.answer.into_iter().flat_map(|a| &a.addresses);
    ranked
        .filter(|r| foreign.contains(&r.address))
        .map(|r| format!("{} comes from {}", r.address, r.from))
        .take(2)
        .collect()
}

/// The listeners that the failing clients pass by.
fn passed_by(case: &Case<'_>) -> Vec<String> {
    let server = match case.listeners {
        [one] => match one.owner() {
            Some(owner) => format!("the server ({owner}) listens on {one} only"),
            None => format!("the server listens on {one} only"),
        },
        several => {
            let places: Vec<String> = several.iter().take(3).map(|l| owned(&l.to_string(), l)).collect();
            format!("servers listen on {}", places.join(", "))
        }
    };
    match first_address(case) {
        Some(why) => vec![format!("{} resolves so that {why}, but", case.target.name), server],
        None => vec![server],
    }
}

fn nothing_listens(case: &Case<'_>, port: u16) -> Vec<String> {
    let fine = match case.target.literal {
        Some(_) => format!("no program of this machine listens on TCP port {port}"),
        None => format!(
            "{} is fine ({}); no program of this machine listens on TCP port {port}",
            case.target.name,
            list(&case.course.addresses)
        ),
    };
    let nearest = nearest(&case.machine.raw.sockets, port);
    let mut lines = vec![fine];
    if !nearest.is_empty() {
        lines.push(format!("listening nearby: {}", nearest.join(", ")));
    }
    lines
}

/// The three listening TCP ports nearest to `port`, with their programs.
fn nearest(sockets: &[Socket], port: u16) -> Vec<String> {
    let tcp = sockets.iter().filter(|s| s.protocol == Protocol::Tcp);
    let mut ports: Vec<(u16, String)> = tcp
        .map(|s| match &s.process {
            Some(p) => (s.port, format!("{} ({})", s.port, p.name)),
            None => (s.port, s.port.to_string()),
        })
        .collect();
    ports.sort_by_key(|(p, text)| (p.abs_diff(port), *p, text.clone()));
    ports.dedup_by_key(|(p, _)| *p);
    ports.into_iter().take(3).map(|(_, text)| text).collect()
}
