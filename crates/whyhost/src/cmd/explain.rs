//! `whyhost explain`.

use super::{ACT, FINE, UNABLE};
use crate::args::{ExplainArgs, FamilyArg, Global};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::json::{self, Explanation};
use crate::render::text;
use crate::{gather, target};
use whyhost_core::diagnose;
use whyhost_core::resolve::{self, Answer, Query, Status};
use whyhost_core::snapshot::Family;
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
    if let Some(id) = &args.resolver {
        // The live answer is that of this machine's library, which is compared with the first model only.
        live = live.filter(|_| answers.first().is_some_and(|a| a.resolver == id));
        answers = vec![one(answers, id)?];
    }
    let explanation = Explanation {
        query: &query,
        answers: &answers,
        live: live.as_ref(),
        findings: &findings,
        gaps: &machine.raw.gaps,
    };
    print(out, args, &explanation)?;
    Ok(exit_code(&answers))
}

fn print(out: &Output, args: &ExplainArgs, e: &Explanation<'_>) -> Result<(), Failure> {
    if out.is_json() {
        return out.raw(&json::explain(e));
    }
    out.gaps(e.gaps);
    match e.answers.first() {
        Some(answer) if args.short => out.text(&text::explain::short(answer)),
        Some(answer) if args.resolver.is_some() => out.text(&text::explain::step_by_step(&out.ui, e, answer)),
        _ => out.text(&text::explain::explain(&out.ui, e)),
    }
}

fn one(answers: Vec<Answer>, id: &str) -> Result<Answer, Failure> {
    let known: Vec<&str> = answers.iter().map(|a| a.resolver).collect();
    let hint = format!("expected one of: {}", known.join(", "));
    let found = answers.into_iter().find(|a| a.resolver == id);
    found.ok_or_else(|| Failure::new(format!("no resolver `{id}`")).hint(hint))
}

fn family(arg: FamilyArg) -> Family {
    match arg {
        FamilyArg::Any => Family::Any,
        FamilyArg::V4 => Family::V4,
        FamilyArg::V6 => Family::V6,
    }
}

/// 0: found; 1: no such address; 2: not computable.
fn exit_code(answers: &[Answer]) -> u8 {
    match answers.first().map(|a| a.status) {
        Some(Status::Found) => FINE,
        Some(Status::Unknown) | None => UNABLE,
        Some(_) => ACT,
    }
}
