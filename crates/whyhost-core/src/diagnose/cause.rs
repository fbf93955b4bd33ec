//! The cause: one or two lines that name the deciding step and the listener.

use super::headline::headline;
use super::verdict::Situation;
use super::words::{list, live_outcome, owned, reason};
use super::{Basis, Case, Target};
use crate::finding::{Finding, Severity};
use crate::reach::{AttemptOutcome, Listener, undelivered};
use crate::resolve::{Source, Step};
use crate::snapshot::{Protocol, ScopedAddr, Socket};
use std::net::{IpAddr, Ipv6Addr};

/// A mistyped or a neighbouring port is at most so far away.
const NEAR: u16 = 10;

pub(super) fn cause(case: &Case<'_>, situation: &Situation<'_>) -> Vec<String> {
    let steps = steps(case, situation);
    let found = found(case, situation);
    // What is wrong in a file explains a wrong or a missing address better than the step at which the look-up ended.
    let files_first =
        matches!(situation, Situation::Unresolved | Situation::Unpredictable | Situation::NotThisMachine(_));
    let mut lines = match situation {
        Situation::Undelivered if !found.is_empty() => found,
        _ if files_first => [found, steps].concat(),
        _ => [steps, found].concat(),
    };
    lines.truncate(2);
    lines
}

/// What the look-up and the connection came to, in words.
fn steps(case: &Case<'_>, situation: &Situation<'_>) -> Vec<String> {
    match situation {
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
        Situation::Undelivered => fates(case).into_iter().collect(),
        Situation::NothingListens(port) => nothing_listens(case, *port),
        // They do not pass by the server: it does not answer, which the finding says.
        Situation::SomeFail(_) if case.findings.iter().any(|f| f.code == "reach.timeout") => Vec::new(),
        Situation::SomeFail(_) => passed_by(case),
        Situation::TwoPrograms(_) => first_address(case)
            .map(|first| format!("each client meets the one on the address that it takes: {first}"))
            .into_iter()
            .collect(),
        Situation::Elsewhere => did_you_mean(case.target).into_iter().collect(),
        Situation::ListenersUnknown | Situation::AllConnect(..) | Situation::Resolves => Vec::new(),
    }
}

/// What was found wrong, without what the headline, the steps or a finding before it already say.
fn found(case: &Case<'_>, situation: &Situation<'_>) -> Vec<String> {
    let headline = headline(case, situation);
    let serious = case.findings.iter().filter(|f| f.severity != Severity::Note);
    let mut lines = Vec::new();
    for finding in serious.filter(|f| !is_told(case, situation, f)) {
        let line = match headline.contains(&finding.title) {
            false => found_line(case, finding),
            true => match &finding.message {
                Some(message) => message.clone(),
                None => continue,
            },
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn found_line(case: &Case<'_>, finding: &Finding) -> String {
    let asks_dns = || case.answer.is_some_and(|a| a.trace.iter().any(asks_dns));
    match finding.code {
        "hosts.localhost-missing" if asks_dns() => format!("{}, so DNS is asked", finding.title),
        _ => finding.title.clone(),
    }
}

/// The finding says again what the situation is, or what another finding is the reason of.
fn is_told(case: &Case<'_>, situation: &Situation<'_>, finding: &Finding) -> bool {
    let by_situation: &[&str] = match situation {
        Situation::SomeFail(_) => &["reach.family-mismatch", "hosts.localhost-v4-only"],
        Situation::NothingListens(_) => &["listen.none"],
        Situation::TwoPrograms(_) => &["listen.split-owner"],
        Situation::Unresolved => &["resolve.localhost-unresolved"],
        Situation::NotThisMachine(_) => {
            &["resolve.localhost-foreign", "resolve.localhost-via-dns", "hosts.localhost-not-loopback"]
        }
        Situation::Mismatch(_) => &["resolve.model-mismatch"],
        Situation::NoAnswerInTime(_) => &["resolve.slow"],
        _ => &[],
    };
    by_situation.contains(&finding.code) || follows(case.findings, finding)
}

/// The finding is about what comes of the look-up or the connection, which every verdict says by itself.
pub(super) fn is_outcome(finding: &Finding) -> bool {
    const OUTCOMES: &[&str] = &[
        "reach.family-mismatch",
        "listen.none",
        "listen.split-owner",
        "resolve.localhost-unresolved",
        "resolve.localhost-foreign",
        "resolve.localhost-via-dns",
        "resolve.model-mismatch",
        "resolve.slow",
    ];
    OUTCOMES.contains(&finding.code)
}

/// Findings (right) that follow from another one (left).
const FOLLOWS: &[(&str, &str)] = &[
    ("kernel.ipv6-disabled-hosts-v6", "lo.no-v6-loopback"),
    ("hosts.missing", "hosts.localhost-missing"),
    ("hosts.dangling-symlink", "hosts.localhost-missing"),
    ("hosts.empty", "hosts.localhost-missing"),
    ("hosts.not-a-file", "hosts.localhost-missing"),
    ("hosts.encoding-utf16", "hosts.localhost-missing"),
    ("hosts.encoding-bom", "hosts.localhost-missing"),
    ("resolver.search-captures-localhost", "resolve.localhost-via-dns"),
    ("nss.dns-before-files", "resolve.localhost-via-dns"),
    ("nss.files-missing", "resolve.localhost-via-dns"),
    ("kernel.bindv6only", "reach.family-mismatch"),
];

pub(super) fn follows(all: &[Finding], finding: &Finding) -> bool {
    let there = |code: &str| all.iter().any(|f| f.code == code && f.severity != Severity::Note);
    FOLLOWS.iter().any(|(reason, result)| *result == finding.code && there(reason))
}

/// `::1:3000` is an address; with a port it is written `[::1]:3000`.
fn did_you_mean(target: &Target) -> Option<String> {
    let (host, port) = target.name.rsplit_once(':').filter(|_| target.port.is_none())?;
    host.parse::<Ipv6Addr>().ok()?;
    let port: u16 = port.parse().ok().filter(|port| *port >= 10)?;
    Some(format!("did you mean [{host}]:{port}? An IPv6 address before a port stands in brackets"))
}

/// `::1 first (RFC 6724 rule 6: precedence 50 > 10)`.
fn first_address(case: &Case<'_>) -> Option<String> {
    let first = case.course.addresses.first()?;
    let place = if case.course.addresses.len() > 1 { "first" } else { "only" };
    let answer = case.answer.filter(|_| case.course.basis == Basis::Predicted);
    match answer.map(|a| a.addresses.as_slice()) {
        Some([ranked, rest @ ..]) => Some(format!("{first} {place} ({})", reason(ranked, rest.first()))),
        _ if case.course.basis == Basis::AskedLive => Some(format!("{first} {place} (asked live)")),
        _ => None,
    }
}

/// The step at which the look-up ended without an address; what the real resolver says where no model can tell.
fn where_it_ended(case: &Case<'_>) -> Vec<String> {
    match (case.course.basis, case.live) {
        (Basis::AskedLive, Some(live)) => {
            vec![format!("asked live: the real resolver says {}", live_outcome(&live.lookup.outcome))]
        }
        _ => case.answer.and_then(|a| a.trace.last()).map(|s| ended(case, s)).into_iter().collect(),
    }
}

/// A step of the trace in a sentence, without what the walk does next.
fn ended(case: &Case<'_>, step: &Step) -> String {
    let name = &case.target.name;
    let next_step = |(said, next): (&str, &str)| next.contains(" → ").then(|| said.to_owned());
    let said = step.detail.rsplit_once(" · ").and_then(next_step).unwrap_or_else(|| step.detail.clone());
    match step.step.as_str() {
        "unknown" if step.detail.starts_with(NO_DNS_ANSWER) => match case.answer {
            _ if case.findings.iter().any(|f| f.code == "hosts.localhost-missing") => {
                format!("what DNS says of {name} is not known here")
            }
            Some(answer) if answer.trace.iter().any(|s| s.step == "files") => {
                format!(
                    "{} has no line for {name}, so DNS is asked; no answer of it is known",
                    case.machine.hosts.path
                )
            }
            _ => format!("DNS is asked for {name}; no answer of it is known"),
        },
        "unknown" | "files" => said,
        "dns" => format!("DNS: {}", said.strip_prefix(&format!("{name}: ")).unwrap_or(&said)),
        other => format!("{other}: {said}"),
    }
}

/// How the models begin the sentence that the snapshot lacks an answer of DNS.
const NO_DNS_ANSWER: &str = "DNS decides";

fn asks_dns(step: &Step) -> bool {
    step.step == "dns" || step.detail.starts_with(NO_DNS_ANSWER)
}

fn came_from(case: &Case<'_>, foreign: &[ScopedAddr]) -> Vec<String> {
    let ranked = case.answer.into_iter().flat_map(|a| &a.addresses);
    ranked
        .filter(|r| foreign.contains(&r.address))
        .map(|r| match &r.from {
            Source::HostsLine { .. } => {
                format!("{} gives {} {}, which is no loopback address", r.from, case.target.name, r.address)
            }
            _ => format!("{} comes from {}", r.address, r.from),
        })
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

/// What a client meets at each address, where that differs: `127.0.0.1: no answer, a client waits; ::1: no way there`.
fn fates(case: &Case<'_>) -> Option<String> {
    let fate = |address: &ScopedAddr| match undelivered(case.machine, *address) {
        Some(AttemptOutcome::Timeout) => format!("{address}: no answer, a client waits"),
        _ => format!("{address}: no way there"),
    };
    let waits = |a: &ScopedAddr| undelivered(case.machine, *a) == Some(AttemptOutcome::Timeout);
    let some_wait = case.course.addresses.iter().any(waits);
    some_wait.then(|| case.course.addresses.iter().take(2).map(fate).collect::<Vec<_>>().join("; "))
}

fn nothing_listens(case: &Case<'_>, port: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let others = |f: &&Finding| f.severity != Severity::Note && f.code != "listen.none";
    if case.target.literal.is_none() && !case.findings.iter().any(|f| others(&f)) {
        let (name, addresses) = (&case.target.name, list(&case.course.addresses));
        lines.push(format!("not a matter of addresses: {name} is {addresses}, this machine"));
    }
    let elsewhere: Vec<String> = tcp_of(case, port).map(|s| described(s, s.address.to_string())).collect();
    if !elsewhere.is_empty() {
        lines.push(format!("a server listens there on another address: {}", elsewhere.join(", ")));
    }
    let nearest = nearest(&case.machine.raw.sockets, port);
    if !nearest.is_empty() {
        lines.push(format!("listening nearby: {}", nearest.join(", ")));
    }
    if lines.is_empty() {
        lines.push("no program of this machine holds the port on any address".into());
    }
    lines
}

/// At most three listening TCP ports not far from `port`, the nearest first, with their programs.
fn nearest(sockets: &[Socket], port: u16) -> Vec<String> {
    let tcp = sockets.iter().filter(|s| s.protocol == Protocol::Tcp && s.port.abs_diff(port) <= NEAR);
    let mut ports: Vec<(u16, String)> = tcp.map(|s| (s.port, described(s, s.port.to_string()))).collect();
    ports.sort_by_key(|(p, text)| (p.abs_diff(port), *p, text.clone()));
    ports.dedup_by_key(|(p, _)| *p);
    ports.into_iter().take(3).map(|(_, text)| text).collect()
}

fn tcp_of<'a>(case: &Case<'a>, port: u16) -> impl Iterator<Item = &'a Socket> {
    case.machine.raw.sockets.iter().filter(move |s| s.protocol == Protocol::Tcp && s.port == port)
}

fn described(socket: &Socket, what: String) -> String {
    match &socket.process {
        Some(p) => format!("{what} ({})", p.name),
        None => what,
    }
}
