//! The cause: one or two lines that name the deciding step and the listener.

use super::headline::headline;
use super::verdict::Situation;
use super::words::{list, live_outcome, owned, reason};
use super::{Basis, Case};
use crate::finding::{Finding, Severity};
use crate::reach::{AttemptOutcome, Listener, undelivered};
use crate::resolve::Step;
use crate::snapshot::{Protocol, ScopedAddr, Socket};
use std::net::IpAddr;

/// A mistyped or a neighbouring port is at most so far away.
const NEAR: u16 = 10;

pub(super) fn cause(case: &Case<'_>, situation: &Situation<'_>) -> Vec<String> {
    let mut lines = match situation {
        Situation::HostsUnusable(_) => case.live.map_or_else(Vec::new, |l| {
            vec![format!("the real resolver says {}", live_outcome(&l.lookup.outcome))]
        }),
        Situation::Mismatch(_) => vec![
            "programs get what the real resolver says; a cache, a module or a change that is not modelled decides".into(),
        ],
        Situation::NoAnswerInTime(_) => match case.course.addresses.as_slice() {
            [] => where_it_ended(case),
            addresses => vec![format!("predicted: {} → {}", case.target.name, list(addresses))],
        },
        Situation::Unpredictable | Situation::Unresolved => where_it_ended(case),
        Situation::NotThisMachine(foreign) => came_from(case, foreign),
        Situation::Undelivered => vec![fates(case)],
        Situation::NothingListens(port) => nothing_listens(case, *port),
        Situation::SomeFail(_) => passed_by(case),
        Situation::TwoPrograms(_) => first_address(case)
            .map(|first| format!("each client meets the one on the address that it takes: {first}"))
            .into_iter()
            .collect(),
        Situation::Elsewhere
        | Situation::ListenersUnknown
        | Situation::AllConnect(..)
        | Situation::Resolves => Vec::new(),
    };
    let headline = headline(case, situation);
    let worth_saying = |f: &&Finding| {
        f.severity != Severity::Note && !headline.contains(&f.title) && !lines.contains(&f.title)
    };
    let mut titles: Vec<String> =
        case.findings.iter().filter(worth_saying).map(|f| f.title.clone()).take(2).collect();
    // What is wrong in a file explains a missing address better than the step at which the look-up ended.
    if matches!(situation, Situation::Unresolved) {
        titles.append(&mut lines);
        lines = titles;
    } else {
        lines.append(&mut titles);
    }
    lines.truncate(2);
    lines
}

/// `::1 first (RFC 6724 rule 6: precedence 50 > 10)`.
fn first_address(case: &Case<'_>) -> Option<String> {
    let first = case.course.addresses.first()?;
    let place = if case.course.addresses.len() > 1 { "first" } else { "only" };
    let answer = case.answer.filter(|_| case.course.basis == Basis::Predicted);
    match answer.and_then(|a| a.addresses.first()) {
        Some(ranked) => Some(format!("{first} {place} ({})", reason(ranked))),
        None if case.course.basis == Basis::AskedLive => Some(format!("{first} {place} (asked live)")),
        None => None,
    }
}

/// The step at which the look-up ended without an address; what the real resolver says where no model can tell.
fn where_it_ended(case: &Case<'_>) -> Vec<String> {
    let step = case.answer.and_then(|a| a.trace.last());
    let ended = |s: &Step| format!("{}: {}", s.step, s.detail);
    match (case.course.basis, case.live) {
        (Basis::AskedLive, Some(live)) => {
            vec![format!("asked live: the real resolver says {}", live_outcome(&live.lookup.outcome))]
        }
        _ => step.map(ended).into_iter().collect(),
    }
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
        [one] => {
            let owner = one.owner().map_or_else(String::new, |o| format!(" ({o})"));
            format!("the server{owner} listens on {} only", place(one))
        }
        several => {
            let places: Vec<String> = several.iter().take(3).map(|l| owned(&place(l), l)).collect();
            format!("servers listen on {}", places.join(", "))
        }
    };
    match first_address(case) {
        Some(first) => vec![format!("{} resolves to {first},", case.target.name), format!("but {server}")],
        None => vec![server],
    }
}

fn place(listener: &Listener) -> String {
    match (listener.address, listener.v6only) {
        (IpAddr::V6(a), Some(true)) if a.is_unspecified() => format!("{listener} (IPv6)"),
        _ => listener.to_string(),
    }
}

/// What a client meets at each address: `127.0.0.1: no answer; ::1: no way there`.
fn fates(case: &Case<'_>) -> String {
    let fate = |address: &ScopedAddr| match undelivered(case.machine, *address) {
        Some(AttemptOutcome::Timeout) => format!("{address}: no answer, a client waits"),
        _ => format!("{address}: no way there"),
    };
    case.course.addresses.iter().take(2).map(fate).collect::<Vec<_>>().join("; ")
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

/// At most three listening TCP ports not far from `port`, the nearest first, with their programs.
fn nearest(sockets: &[Socket], port: u16) -> Vec<String> {
    let tcp = sockets.iter().filter(|s| s.protocol == Protocol::Tcp && s.port.abs_diff(port) <= NEAR);
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
