//! What the situation is, and how bad.

use super::words::hosts_unusable;
use super::{Case, LiveComparison, Verdict, VerdictKind, cause, fixes, headline};
use crate::finding::Severity;
use crate::reach::{self, ClientOutcome, Listener, Outcome, is_own, same_program, undelivered};
use crate::resolve::Status;
use crate::snapshot::{LiveOutcome, ScopedAddr};

/// What is the matter, the weightiest first.
pub(super) enum Situation<'a> {
    /// The hosts file could not be read, so every prediction is a guess: why.
    HostsUnusable(String),
    /// The real resolver contradicts the model.
    Mismatch(&'a LiveComparison),
    /// The real resolver gave no answer within its bound (milliseconds).
    NoAnswerInTime(u64),
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
    /// A client fails, but the list of listeners is incomplete.
    ListenersUnknown,
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
        headline: headline::headline(case, &situation),
        cause: cause::cause(case, &situation),
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
    if let Some(live) = case.live.filter(|l| l.lookup.outcome == LiveOutcome::TimedOut) {
        return Situation::NoAnswerInTime(live.lookup.elapsed_ms);
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
        _ if reach::listeners_are_unknown(case.machine) => Situation::ListenersUnknown,
        _ if case.listeners.is_empty() => Situation::NothingListens(port),
        (failing, _) => Situation::SomeFail(failing),
    }
}

fn failing(clients: &[ClientOutcome]) -> usize {
    clients.iter().filter(|c| !c.unix_socket && !matches!(c.outcome, Outcome::Connects)).count()
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
        if listener.process.is_some()
            && found.iter().all(|(_, other)| !same_program(&other.process, &listener.process))
        {
            found.push((*address, listener));
        }
    }
    found
}

fn kind(case: &Case<'_>, situation: &Situation<'_>) -> VerdictKind {
    let worst = case.findings.iter().map(|f| f.severity).min();
    let found = match worst {
        Some(Severity::Error) => VerdictKind::Fails,
        Some(Severity::Warning) => VerdictKind::Warning,
        Some(Severity::Note) | None => VerdictKind::Fine,
    };
    let own = match situation {
        Situation::HostsUnusable(_) => return VerdictKind::Unknown,
        Situation::Unpredictable | Situation::ListenersUnknown => VerdictKind::Unknown,
        Situation::Elsewhere if case.target.port.is_some() || case.target.literal.is_some() => {
            VerdictKind::Unknown
        }
        Situation::NoAnswerInTime(_) if case.course.status == Status::Unknown => VerdictKind::Unknown,
        Situation::Mismatch(_) | Situation::NoAnswerInTime(_)
            if case.course.addresses.is_empty() || refused(case.clients) =>
        {
            VerdictKind::Fails
        }
        Situation::Unresolved
        | Situation::NotThisMachine(_)
        | Situation::Undelivered
        | Situation::NothingListens(_)
        | Situation::SomeFail(_) => VerdictKind::Fails,
        Situation::Mismatch(_) | Situation::NoAnswerInTime(_) => VerdictKind::Warning,
        // Every client connects, to one of the two.
        Situation::TwoPrograms(_) if only_split(case) => return VerdictKind::Warning,
        Situation::TwoPrograms(_) => VerdictKind::Warning,
        Situation::Elsewhere | Situation::AllConnect(..) | Situation::Resolves => VerdictKind::Fine,
    };
    worse(own, found)
}

/// The two programs are the only thing that is wrong.
fn only_split(case: &Case<'_>) -> bool {
    let errors = case.findings.iter().filter(|f| f.severity == Severity::Error);
    errors.into_iter().all(|f| f.code == "listen.split-owner")
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
