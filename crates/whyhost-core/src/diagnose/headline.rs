//! The headline: the situation in one line.

use super::cause::follows;
use super::verdict::Situation;
use super::words::{list, live_outcome, owned, predicted, unit, why_undelivered};
use super::{Basis, Case};
use crate::finding::Severity;
use crate::reach::{self, AttemptOutcome, ClientOutcome, Listener, undelivered};
use crate::snapshot::ScopedAddr;
use std::collections::BTreeSet;

pub(super) fn headline(case: &Case<'_>, situation: &Situation<'_>) -> String {
    let (target, name) = (case.target, &case.target.name);
    let addresses = list(&case.course.addresses);
    match situation {
        Situation::HostsUnusable(why) => format!("{target} — cannot tell: {} {why}", case.machine.hosts.path),
        Situation::Mismatch(live) => format!(
            "{target} — predicted {}, but the real resolver says {}",
            case.answer.map_or_else(String::new, predicted),
            live_outcome(&live.lookup.outcome)
        ),
        Situation::NoAnswerInTime(ms) => {
            format!("{target} — the real resolver gave no answer within {ms} ms")
        }
        Situation::Unpredictable => format!("{target} — cannot tell what it resolves to"),
        Situation::Unresolved => format!("{name} does not resolve"),
        Situation::NotThisMachine(foreign) => format!("{name} → {} is not this machine", list(foreign)),
        Situation::Elsewhere => elsewhere(case, &addresses),
        Situation::Undelivered => {
            format!("{target} — no way to {addresses}: {}", why_undelivered(case, case.course.addresses[0]))
        }
        Situation::ListenersUnknown => {
            format!("{target} — cannot tell what listens: the sockets could not be listed")
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
        (None, Some(_)) => format!("{name} is not an address of this machine, so it was not judged"),
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
    let kinds = case.clients.iter().all(ClientOutcome::is_kind);
    let unit = unit(case.clients);
    match (case.clients, failing) {
        ([only], _) => format!("{target} — {} cannot connect", one(only)),
        (_, n) if n == all && kinds => format!("{target} — neither kind of client can connect"),
        (_, n) if n == all => format!("{target} — none of the {all} {unit} can connect"),
        (_, n) => format!("{target} — {n} of {all} {unit} cannot connect"),
    }
}

fn all_connect(case: &Case<'_>, address: ScopedAddr, listener: &Listener) -> String {
    let target = case.target;
    let place = owned(&address.to_string(), listener);
    let second = case.clients.iter().any(|c| c.tried.len() > 1);
    let kinds = case.clients.iter().all(ClientOutcome::is_kind);
    let unit = unit(case.clients);
    let ends: BTreeSet<_> = case.clients.iter().filter_map(|c| c.connected()).map(|a| a.address).collect();
    let several = ends.len() > 1 && !kinds;
    let fine = match case.clients.len() {
        _ if case.target.literal.is_some() => match listener.owner() {
            Some(owner) => format!("{target} — {owner} answers on {listener}"),
            None => format!("{target} — connects to {listener}"),
        },
        1 => format!("{target} — {} connects to {place}", one(&case.clients[0])),
        _ if second && kinds => format!("{target} — every kind of client connects in the end to {place}"),
        2 if kinds => format!("{target} — both kinds of client connect to {place}"),
        n if several => format!("{target} — all {n} {unit} connect"),
        n if second => format!("{target} — all {n} {unit} connect in the end to {place}"),
        n => format!("{target} — all {n} {unit} connect to {place}"),
    };
    match broken(case) {
        Some(title) => format!("{fine}, but {title}"),
        None => fine,
    }
}

/// A client alone: `Node 18.20.8`; a kind by its id.
fn one(client: &ClientOutcome) -> String {
    if client.is_kind() { format!("`{}`", client.client) } else { client.label.clone() }
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
    match (case.target.literal, broken(case)) {
        (_, Some(title)) if lost.is_empty() => {
            format!("{name} → {addresses}{}, but {title}", asked_live(case))
        }
        (Some(_), _) if lost.is_empty() => format!("{name} is {what}"),
        _ => format!("{name} → {addresses}{} — {are}{what}", asked_live(case)),
    }
}

/// What makes a name fail for somebody though it resolves here.
fn broken<'a>(case: &Case<'a>) -> Option<&'a str> {
    let first = case.findings.iter().find(|f| !follows(case.findings, f))?;
    (first.severity == Severity::Error).then_some(&first.title)
}
