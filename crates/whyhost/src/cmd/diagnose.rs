//! `whyhost diagnose`, and `whyhost` alone.

use super::{ACT, FINE, UNABLE};
use crate::args::Global;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{json, text};
use crate::target::Parsed;
use crate::{gather, target};
use whyhost_core::diagnose::{Diagnosis, VerdictKind, of_machine};
use whyhost_core::machine::HOSTS;
use whyhost_core::reach::Outcome;
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
    client: Option<&str>,
) -> Result<u8, Failure> {
    let parsed = target.map_or_else(|| Ok(Parsed::localhost()), target::parse)?;
    if let Some(remark) = &parsed.remark {
        out.hint(remark);
    }
    let facts = gather::facts(global, &Options { port: parsed.port, ..Options::default() })?;
    let target = parsed.resolve(&facts.interfaces)?;
    let mut query = Query::any(&target.name);
    query.port = target.port;
    let machine = gather::ask(global, out, facts, &query);
    let mut diagnosis = of_machine(&machine, &target);
    if let Some(id) = client {
        only(&mut diagnosis, id)?;
    }
    if out.is_json() {
        out.raw(&json::diagnose(&diagnosis))?;
    } else {
        out.gaps(&diagnosis.gaps);
        out.text(&text::diagnose::diagnose(&out.ui, &diagnosis, &machine.raw))?;
    }
    Ok(exit_code(&diagnosis))
}

/// Leaves one client in the diagnosis, and makes the verdict about it.
fn only(d: &mut Diagnosis, id: &str) -> Result<(), Failure> {
    if d.target.port.is_none() {
        return Err(Failure::new("`--client` needs a port: without one nobody connects")
            .hint(format!("for example whyhost diagnose {}:3000 --client {id}", d.target.name)));
    }
    let known: Vec<&str> = d.clients.iter().map(|c| c.client).collect();
    let Some(client) = d.clients.iter().find(|c| c.client == id).cloned() else {
        return Err(Failure::new(format!("no client has the id `{id}`"))
            .hint(format!("expected one of: {}", known.join(", "))));
    };
    match (client.outcome, client.connected()) {
        (Outcome::Connects, Some(attempt)) => {
            d.verdict.kind = VerdictKind::Fine;
            d.verdict.headline = format!("{} — `{id}` connects to {}", d.target, attempt.address);
        }
        (Outcome::Unknown, _) => {}
        _ => {
            d.verdict.kind = VerdictKind::Fails;
            d.verdict.headline = format!("{} — `{id}` cannot connect", d.target);
        }
    }
    d.clients = vec![client];
    Ok(())
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
