//! The cause: one or two lines that name the deciding step and the listener.

use super::verdict::Situation;
use super::words::{list, live_outcome, owned, reason, why_undelivered};
use super::{Basis, Case};
use crate::finding::Severity;
use crate::snapshot::{Protocol, ScopedAddr, Socket};

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
        Situation::Undelivered => {
            case.course.addresses.iter().skip(1).take(1).map(|a| why_undelivered(case, *a)).collect()
        }
        Situation::NothingListens(port) => nothing_listens(case, *port),
        Situation::SomeFail(_) => passed_by(case),
        Situation::TwoPrograms(_) => first_address(case)
            .map(|why| format!("which one a client meets depends on the address it takes: {why}"))
            .into_iter()
            .collect(),
        Situation::Elsewhere
        | Situation::ListenersUnknown
        | Situation::AllConnect(..)
        | Situation::Resolves => Vec::new(),
    };
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
    match answer.and_then(|a| a.addresses.first()) {
        Some(ranked) => Some(format!("{first} {number} ({})", reason(ranked))),
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
