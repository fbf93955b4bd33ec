//! `whyhost explain`.

use super::{ACT, FINE, UNABLE};
use crate::args::{ExplainArgs, FamilyArg, Global};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::json::{self, Explanation, Program};
use crate::render::text;
use crate::{gather, target};
use whyhost_core::diagnose;
use whyhost_core::local::Local;
use whyhost_core::machine::Machine;
use whyhost_core::program::{self, Chosen, PROGRAMS, Serves, When};
use whyhost_core::resolve::{self, Answer, Query, RESOLVERS, Status};
use whyhost_core::snapshot::Family;
use whyhost_dns::{ServerAnswer, compare, recorded_answers};
use whyhost_sys::Options;

/// Explains the answer to one name.
///
/// # Errors
/// When the name is not understood, the machine cannot be read or the resolver is not modelled.
pub(crate) fn run(global: &Global, out: &Output, args: &ExplainArgs) -> Result<u8, Failure> {
    let parsed = target::parse(&args.name)?;
    let facts = gather::facts(global, &Options::default())?;
    let mut target = parsed.resolve(&facts.interfaces)?;
    let mut query = Query::any(&target.name);
    query.family = family(args.family);
    query.port = args.port.or(target.port);
    target.port = None;
    let machine = gather::ask(global, out, facts, &query);
    let mut answers = resolve::answers(&machine, &query);
    let findings = diagnose::findings(&machine, &target, &answers, &[]);
    let mut live = diagnose::compare_live(&machine.raw, &query, answers.first());
    let mut programs = programs(&machine, &query, global.verbose);
    if let Some(id) = &args.resolver {
        // The live answer is that of this machine's library, which is compared with the first model only.
        live = live.filter(|_| answers.first().is_some_and(|a| a.resolver == id));
        answers.retain(|a| a.resolver == id);
        programs = if answers.is_empty() { vec![one(&machine, &query, id)?] } else { Vec::new() };
    }
    let dns = dns(&machine, &query);
    let explanation = Explanation {
        query: &query,
        answers: &answers,
        programs: &programs,
        live: live.as_ref(),
        dns: dns.as_ref(),
        findings: &findings,
        gaps: &machine.raw.gaps,
    };
    print(out, args, &explanation)?;
    Ok(exit_code(answers.first().or(programs.first().map(|p| &p.answer))))
}

/// What the servers said that were asked, or had been when the machine was recorded.
fn dns(machine: &Machine, query: &Query) -> Option<ServerAnswer> {
    let observations = &machine.raw.live.dns;
    if observations.is_empty() {
        return None;
    }
    let local = Local::of(machine, &query.name);
    let said = recorded_answers(observations, &local);
    compare(local, &said).dns().cloned()
}

fn print(out: &Output, args: &ExplainArgs, e: &Explanation<'_>) -> Result<(), Failure> {
    if out.is_json() {
        return out.raw(&json::explain(e));
    }
    out.gaps(e.gaps);
    match (e.answers.first(), e.programs.first()) {
        (Some(answer), _) if args.short => out.text(&text::explain::short(answer)),
        (None, Some(program)) if args.short => out.text(&text::explain::short(&program.answer)),
        (Some(answer), _) if args.resolver.is_some() => {
            out.text(&text::explain::step_by_step(&out.ui, e, answer))
        }
        (None, Some(program)) => out.text(&text::explain::program(&out.ui, e, program)),
        _ => out.text(&text::explain::explain(&out.ui, e)),
    }
}

/// The programs that are on the machine; with `all` the latest version of the others too.
fn programs(machine: &Machine, query: &Query, all: bool) -> Vec<Program> {
    let here = program::installed(machine).into_iter();
    let here = here.filter(|c| all || c.program.serves != Serves::OnRequest);
    let others = PROGRAMS.iter().map(|p| p.on(machine)).filter(|c| all && !c.installed);
    here.chain(others).map(|c| explained(machine, query, c)).collect()
}

fn explained(machine: &Machine, query: &Query, chosen: Chosen) -> Program {
    let (behaviour, _) = chosen.behaviour(machine);
    Program {
        answer: program::answer(machine, &chosen, query),
        how: chosen.how(machine, query),
        connects: behaviour.strategy.words(),
        below_getaddrinfo: behaviour.lookup.is_system()
            && behaviour.builtin.is_none_or(|b| b.when == When::NotFound),
        name: chosen.title(),
    }
}

/// The program that `--as` names.
fn one(machine: &Machine, query: &Query, id: &str) -> Result<Program, Failure> {
    let known: Vec<&str> = RESOLVERS.iter().map(|r| r.id).collect();
    let found = program::choose(machine, id).map(|chosen| explained(machine, query, chosen));
    found.ok_or_else(|| {
        Failure::new(format!("no resolver `{id}`")).hint(format!(
            "expected one of: {}; or a program such as node, node-18, java, curl",
            known.join(", ")
        ))
    })
}

fn family(arg: FamilyArg) -> Family {
    match arg {
        FamilyArg::Any => Family::Any,
        FamilyArg::V4 => Family::V4,
        FamilyArg::V6 => Family::V6,
    }
}

/// 0: found; 1: no such address; 2: not computable.
fn exit_code(answer: Option<&Answer>) -> u8 {
    match answer.map(|a| a.status) {
        Some(Status::Found) => FINE,
        Some(Status::Unknown) | None => UNABLE,
        Some(_) => ACT,
    }
}
