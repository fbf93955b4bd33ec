//! Fixes: remedies of the findings, least invasive first, each with what the model predicts for the target.

use super::words::list;
use super::{Basis, Case, Course};
use crate::finding::{Remedy, RemedyAction, Severity};
use crate::machine::Machine;
use crate::program;
use crate::reach::{self, AttemptOutcome, ClientOutcome, Outcome};
use crate::resolve::{self, Query, Source, Status};
use crate::snapshot::{ScopedAddr, Snapshot};
use crate::whatif;
use std::collections::HashSet;
use std::net::IpAddr;

/// More would be a menu, not an answer.
const MOST: usize = 3;

pub(super) fn fixes(case: &Case<'_>) -> Vec<Remedy> {
    let mut all: Vec<(Remedy, &'static str)> = Vec::new();
    let (mut actions, mut deeds) = (HashSet::new(), HashSet::new());
    for finding in case.findings.iter().filter(|f| f.severity != Severity::Note) {
        for remedy in &finding.remedies {
            let deed = deed(case, remedy);
            if !actions.contains(&remedy.action) && !deeds.contains(&deed) {
                actions.insert(&remedy.action);
                deeds.insert(deed);
                all.push((remedy.clone(), finding.code));
            }
        }
    }
    // A finding about the outcome can only advise to repair its cause: superfluous where the cause has its own remedy.
    if all.iter().any(|(remedy, _)| !is_advice(remedy)) {
        all.retain(|(remedy, code)| !(is_advice(remedy) && code.starts_with("resolve.")));
    }
    // Where no packet arrives, a server has nothing to do with it yet.
    let addresses = &case.course.addresses;
    let unreachable =
        !addresses.is_empty() && addresses.iter().all(|a| reach::undelivered(case.machine, *a).is_some());
    all.sort_by_key(|(remedy, code)| (!(unreachable && code.starts_with("lo.")), invasiveness(remedy)));
    all.truncate(MOST);
    all.into_iter().map(|(remedy, code)| Remedy { effect: effect(case, &remedy, code), ..remedy }).collect()
}

fn is_advice(remedy: &Remedy) -> bool {
    matches!(remedy.action, RemedyAction::Advice { .. })
}

/// What a remedy does, the same where one names the port of the question and another does not.
fn deed(case: &Case<'_>, remedy: &Remedy) -> String {
    case.target
        .port
        .map_or_else(|| remedy.title.clone(), |port| remedy.title.replace(&format!(":{port}"), ""))
}

/// One server or client before the whole machine, there what may be applied without a second thought first; else the
/// order of the findings and of their rules.
fn invasiveness(remedy: &Remedy) -> (bool, u8) {
    let narrow = remedy.reach.contains("only");
    (!narrow, if narrow { 0 } else { remedy.applicability as u8 })
}

/// What the model predicts for the target after the remedy; `None` where it cannot tell.
fn effect(case: &Case<'_>, remedy: &Remedy, code: &str) -> Option<String> {
    match &remedy.action {
        RemedyAction::Edits { path, edits } => {
            let after = Machine::new(whatif::apply(&case.machine.raw, path, edits));
            after_edit(case, &after)
        }
        _ if code == "reach.family-mismatch" && remedy.reach.contains("server") => after_listening(case),
        _ => None,
    }
}

fn after_edit(case: &Case<'_>, after: &Machine) -> Option<String> {
    if case.target.literal.is_some() {
        return None;
    }
    let name = &case.target.name;
    let answer = resolve::answers(after, &Query::any(name)).into_iter().next()?;
    let addresses: Vec<ScopedAddr> = answer.addresses.iter().map(|a| a.address).collect();
    let resolves = match answer.status {
        Status::Unknown => return None,
        Status::Found if addresses == case.course.addresses => {
            format!("{name} → {} as before{}", list(&addresses), without_dns(case, after))
        }
        Status::Found => format!("{name} → {} afterwards", list(&addresses)),
        _ => format!("{name} does not resolve afterwards"),
    };
    let course = Course { addresses, status: answer.status, basis: Basis::Predicted };
    let clients = connecting(case, after, &course);
    Some(clients.map_or(resolves.clone(), |c| format!("{resolves}, {c}")))
}

/// The same answer, but no server is asked for it any more.
fn without_dns(case: &Case<'_>, after: &Machine) -> &'static str {
    let query = Query::any(&case.target.name);
    let asks = |machine: &Machine| !resolve::dns_questions(machine, &query).is_empty();
    if asks(case.machine) && !asks(after) { ", without asking DNS" } else { "" }
}

/// The server listens on every address of the answer that it does not take yet.
fn after_listening(case: &Case<'_>) -> Option<String> {
    let port = case.target.port?;
    let mut snapshot: Snapshot = case.machine.raw.clone();
    for address in &case.course.addresses {
        let refused = reach::attempt(case.machine, *address, port).outcome == AttemptOutcome::Refused;
        if refused {
            snapshot = whatif::listen(&snapshot, reach::normalise(*address), port);
        }
    }
    let connecting = connecting(case, &Machine::new(snapshot), case.course)?;
    Some(if case.target.literal.is_some() { "connects afterwards".into() } else { connecting })
}

fn connecting(case: &Case<'_>, machine: &Machine, course: &Course) -> Option<String> {
    let clients = program::clients(machine, case.target, course, case.who, case.target.port?);
    let connect = clients.iter().filter(|c| c.outcome == Outcome::Connects).count();
    let unit = if clients.iter().all(ClientOutcome::is_kind) { "kinds of client" } else { "clients" };
    match (connect, clients.as_slice()) {
        (0, _) => None,
        (_, [only]) => Some(format!("{} connects", only.label)),
        (2, [first, _]) if first.is_kind() => Some("both kinds of client connect".into()),
        (n, all) if n == all.len() => Some(format!("all {n} {unit} connect")),
        (n, all) => Some(format!("{n} of {} {unit} connect", all.len())),
    }
}

/// The popular wrong fix for the case, with the reason.
///
/// Source: each was applied to a machine with this very fault and made it worse or changed nothing.
pub(super) fn do_not(case: &Case<'_>) -> Option<String> {
    if !case.target.is_localhost() || case.course.basis == Basis::Literal {
        return None;
    }
    let first = case.clients.iter().find(|c| c.outcome == Outcome::Refused)?.tried.first()?;
    if case.listeners.is_empty() || first.outcome != AttemptOutcome::Refused {
        return None;
    }
    match first.address.address {
        IpAddr::V6(_) => Some(format!(
            "delete the line `::1 localhost`{}: servers on ::1 alone lose their name, and IPv6 look-ups of localhost go \
             to DNS; swapping the lines changes nothing, since glibc sorts",
            v6_line(case).map(|at| format!(" ({at})")).unwrap_or_default()
        )),
        IpAddr::V4(_) => Some(
            "bind the server to 0.0.0.0 or :: for this: that opens the port to every network of the machine"
                .into(),
        ),
    }
}

fn v6_line(case: &Case<'_>) -> Option<String> {
    let ranked = case.answer?.addresses.iter().find(|a| a.address.address.is_ipv6())?;
    matches!(ranked.from, Source::HostsLine { .. }).then(|| ranked.from.to_string())
}
