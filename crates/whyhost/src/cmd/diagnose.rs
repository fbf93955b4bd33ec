//! `whyhost diagnose`, and `whyhost` alone.

use super::{ACT, FINE, UNABLE};
use crate::args::{ClientArg, Global};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{json, text};
use crate::target::Parsed;
use crate::{gather, target};
use whyhost_core::diagnose::{Diagnosis, Target, VerdictKind, of_clients};
use whyhost_core::machine::{HOSTS, Machine};
use whyhost_core::program::{self, PROGRAMS, Who};
use whyhost_core::reach::CLIENTS;
use whyhost_core::resolve::Query;
use whyhost_sys::Options;

/// Diagnoses `target`, or localhost.
///
/// # Errors
/// When the target is not understood, the machine cannot be read or no client has the id.
pub(crate) fn run(
    global: &Global,
    out: &Output,
    target: Option<&str>,
    clients: &ClientArg,
) -> Result<u8, Failure> {
    let parsed = target.map_or_else(|| Ok(Parsed::localhost()), target::parse)?;
    if let Some(remark) = &parsed.remark {
        out.hint(remark);
    }
    let facts =
        gather::facts(global, &Options { ports: parsed.port.into_iter().collect(), ..Options::default() })?;
    let target = parsed.resolve(&facts.interfaces)?;
    let mut query = Query::any(&target.name);
    query.port = target.port;
    let machine = gather::ask(global, out, facts, &query);
    let who = who(&machine, &target, clients.client.as_deref())?;
    let mut diagnosis = of_clients(&machine, &target, &who);
    if clients.all_clients {
        diagnosis = diagnosis.with_others(&machine);
    }
    if out.is_json() {
        out.raw(&json::diagnose(&diagnosis))?;
    } else {
        out.gaps(&diagnosis.gaps);
        out.text(&text::diagnose::diagnose(&out.ui, &diagnosis, &machine.raw))?;
    }
    Ok(exit_code(&diagnosis))
}

/// The client that the verdict is about, where one was named.
fn who(machine: &Machine, target: &Target, id: Option<&str>) -> Result<Who, Failure> {
    let Some(id) = id else { return Ok(Who::Here) };
    if target.port.is_none() {
        return Err(Failure::new("`--client` needs a port: without one nobody connects")
            .hint(format!("for example whyhost diagnose {}:3000 --client {id}", target.name)));
    }
    if let Some(kind) = CLIENTS.iter().find(|kind| kind.id == id) {
        return Ok(Who::Kind(kind.id));
    }
    program::choose(machine, id).map(Who::One).ok_or_else(|| unknown(id))
}

/// No client has this id: those whose ids are like it, or all.
fn unknown(id: &str) -> Failure {
    let word: String = id.chars().take_while(char::is_ascii_alphabetic).collect();
    let all = || PROGRAMS.iter().map(|p| p.id).chain(CLIENTS.iter().map(|k| k.id));
    let mut like: Vec<&str> = all().filter(|known| !word.is_empty() && known.contains(&word)).collect();
    if like.is_empty() {
        // Variants of a program have its id in front: `python-asyncio`.
        like = all().filter(|known| !known.contains('-')).collect();
    }
    Failure::new(format!("no client has the id `{id}`")).hint(format!(
        "expected one of: {}; a version may follow, as in node-18; --all-clients shows all",
        like.join(", ")
    ))
}

/// 0: everything connects or resolves; 1: something fails; 2: it could not be told.
fn exit_code(d: &Diagnosis) -> u8 {
    match d.verdict.kind {
        _ if d.gaps.iter().any(|g| g.what == HOSTS) => UNABLE,
        VerdictKind::Unknown => UNABLE,
        VerdictKind::Fine => FINE,
        VerdictKind::Warning | VerdictKind::Fails => ACT,
    }
}
