//! Names that were given: everything that is known about each.

use super::{Asking, Totals};
use crate::args::{CompareArgs, Format, Global};
use crate::cmd::ACT;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::compare::{Frame, json, text};
use crate::{gather, target};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use whyhost_core::diagnose::{self, Target};
use whyhost_core::finding::{Finding, Severity};
use whyhost_core::local::Local;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{self, Query};
use whyhost_core::snapshot::Observation;
use whyhost_dns::{
    Answers, Compared, Lookup, ask_all, compare, localhost_questions, look_up, recorded_answers,
};

/// Areas whose findings say something about DNS against local answers.
const AREAS: [&str; 5] = ["nss", "resolver", "cache", "dns", "resolve"];

/// Questions about localhost under way at the same time.
const PARALLEL: usize = 16;

pub(super) fn run(
    global: &Global,
    out: &Output,
    args: &CompareArgs,
    mut machine: Machine,
    asking: &Asking,
) -> Result<u8, Failure> {
    let targets = targets(&args.names, &machine)?;
    if asking.is_live() {
        let servers: Vec<String> = asking.plan.servers.iter().map(ToString::to_string).collect();
        let seconds = global.timeout.as_secs_f64();
        out.waiting(&format!("asking {}, at most {seconds} s a question …", servers.join(", ")));
    }
    let (compared, observations) = compare_all(&machine, &targets, asking)?;
    let localhost =
        if targets.iter().any(Target::is_localhost) { localhost(&machine, asking) } else { Vec::new() };
    if asking.is_live() {
        // What was recorded of another server says nothing about this one.
        machine.raw.live.dns = observations;
        let known: HashSet<Key> = machine.raw.live.dns.iter().map(key).collect();
        machine.raw.live.dns.extend(localhost.iter().filter(|o| !known.contains(&key(o))).cloned());
    }
    let here = global.from.is_none() && global.root.is_none();
    if here && args.servers.is_empty() {
        live(global, &mut machine, &targets);
    }
    let findings = findings(&machine, &targets);
    let frame = Frame {
        servers: &asking.servers,
        findings: &findings,
        gaps: &machine.raw.gaps,
        localhost: &localhost,
    };
    let mut totals = Totals::default();
    compared.iter().for_each(|c| totals.add(c));
    print(out, &frame, &compared, &totals)?;
    let serious = findings.iter().any(|f| f.severity != Severity::Note);
    Ok(if serious { ACT } else { totals.exit_code() })
}

/// The names, each once.
fn targets(names: &[String], machine: &Machine) -> Result<Vec<Target>, Failure> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for text in names {
        let target = target::parse(text)?.resolve(&machine.raw.interfaces)?;
        if target.literal.is_some() {
            return Err(Failure::new(format!("`{text}` is an address: only a name can be looked up in DNS"))
                .hint("for example whyhost compare localhost"));
        }
        if seen.insert(target.name.to_ascii_lowercase()) {
            targets.push(Target { port: None, ..target });
        }
    }
    Ok(targets)
}

/// The names compared, and everything that servers said.
fn compare_all(
    machine: &Machine,
    targets: &[Target],
    asking: &Asking,
) -> Result<(Vec<Compared>, Vec<Observation>), Failure> {
    let (mut compared, mut observations) = (Vec::new(), Vec::new());
    let mut names = targets.iter().map(|target| {
        let local = Local::of(machine, &target.name);
        Lookup { expansions: Arc::from(local.dns_names.clone()), about: local }
    });
    let mut each = |answers: Answers<Local>| {
        let local = answers.lookup.about;
        let said = if asking.is_live() { answers.said } else { recorded(machine, asking, &local) };
        observations.extend(said.iter().flat_map(|s| s.observations.iter().cloned()));
        compared.push(compare(local, &said));
        ControlFlow::Continue(())
    };
    look_up(&asking.plan, &mut names, &mut each)
        .map_err(|e| Failure::new(format!("could not ask DNS servers: {e}")))?;
    Ok((compared, observations))
}

fn recorded(machine: &Machine, asking: &Asking, local: &Local) -> Vec<whyhost_dns::Said> {
    if asking.servers.is_empty() { Vec::new() } else { recorded_answers(&machine.raw.live.dns, local) }
}

type Key = (String, String, String);

fn key(observation: &Observation) -> Key {
    (observation.server.clone(), observation.name.to_ascii_lowercase(), observation.kind.clone())
}

/// What each server says about localhost and the names around it.
fn localhost(machine: &Machine, asking: &Asking) -> Vec<Observation> {
    let servers: Vec<_> = asking.servers.iter().map(|s| s.address).collect();
    let questions = localhost_questions(&servers, &resolve::dns_names(machine, "localhost"));
    if asking.is_live() {
        return ask_all(&questions, asking.plan.bounds, PARALLEL);
    }
    let wanted: HashSet<Key> = (questions.iter())
        .map(|q| (q.server.to_string(), q.name.clone(), q.kind.name().to_owned()))
        .collect();
    machine.raw.live.dns.iter().filter(|o| wanted.contains(&key(o))).cloned().collect()
}

/// Names whose real answer is asked for as well.
const MOST_LIVE: usize = 16;

/// The real getaddrinfo, all names at the same time, and the source addresses that the models need.
fn live(global: &Global, machine: &mut Machine, targets: &[Target]) {
    let queries: Vec<Query> = targets.iter().take(MOST_LIVE).map(|t| Query::any(&t.name)).collect();
    let allowed: Vec<&Query> = queries.iter().filter(|q| gather::may_call(global, machine, q)).collect();
    let lookups = std::thread::scope(|scope| {
        let threads: Vec<_> = (allowed.iter())
            .map(|query| scope.spawn(|| whyhost_sys::probe::lookup(query, global.timeout)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    machine.raw.live.lookups.extend(lookups);
    let all: Vec<_> = targets.iter().flat_map(|t| resolve::destinations(machine, &t.name)).collect();
    machine.raw.source_addresses = whyhost_sys::probe::source_addresses(&all);
}

/// What rules say about the names, each finding once.
fn findings(machine: &Machine, targets: &[Target]) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for target in targets {
        let answers = resolve::answers(machine, &Query::any(&target.name));
        for finding in diagnose::findings(machine, target, &answers, &[]) {
            let area = finding.code.split('.').next().unwrap_or_default();
            let known = all.iter().any(|f| f.code == finding.code && f.title == finding.title);
            if AREAS.contains(&area) && !known {
                all.push(finding);
            }
        }
    }
    all.sort_by_key(|f| f.severity);
    all
}

fn print(out: &Output, frame: &Frame<'_>, compared: &[Compared], totals: &Totals) -> Result<(), Failure> {
    match out.format {
        Format::Json => out.raw(&json::object_of(frame, compared, totals)),
        Format::JsonLines => {
            for one in compared {
                out.raw(&json::line_of(frame, one))?;
            }
            out.raw(&json::last_line(frame, totals))
        }
        _ => {
            out.gaps(frame.gaps);
            out.text(&text::names(&out.ui, frame, compared))
        }
    }
}
