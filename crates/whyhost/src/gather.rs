//! From the arguments to a snapshot that holds everything the models need.
//!
//! The order matters: the files say which DNS questions a program's look-up would send, the answers say which
//! destinations the sort will compare, and only then the kernel is asked for its source addresses.

use crate::args::Global;
use crate::failure::Failure;
use std::path::Path;
use std::time::Duration;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{self, Query};
use whyhost_core::snapshot::Snapshot;
use whyhost_sys::{Options, SysError};

/// The recorded or the running machine, without answers to any question yet.
///
/// # Errors
/// When `--from` or `--root` names nothing that can be read.
pub(crate) fn facts(global: &Global, options: &Options) -> Result<Snapshot, Failure> {
    match (&global.from, &global.root) {
        (Some(path), _) => whyhost_sys::read_snapshot(path).map_err(|e| about(path, &e)),
        (None, Some(dir)) => whyhost_sys::collect_root(dir).map_err(|e| about(dir, &e)),
        (None, None) => Ok(whyhost_sys::collect(options)),
    }
}

/// Adds what `query` needs to know of this machine: DNS answers, the live answer, source addresses.
///
/// A recorded machine answers with what was recorded, and a folder has no network of its own.
pub(crate) fn ask(global: &Global, snapshot: Snapshot, query: &Query) -> Snapshot {
    if global.from.is_some() || global.root.is_some() {
        return snapshot;
    }
    let machine = Machine::new(snapshot);
    let questions = resolve::dns_questions(&machine, query);
    let mut snapshot = machine.raw;
    if !global.no_live {
        look_up(&mut snapshot, query, &questions, global.timeout);
    }
    let machine = Machine::new(snapshot);
    let destinations = resolve::destinations(&machine, &query.name);
    let mut snapshot = machine.raw;
    snapshot.source_addresses = whyhost_sys::probe::source_addresses(&destinations);
    snapshot
}

/// The real resolver and, where a program's look-up would reach DNS, the servers: within one bound each.
fn look_up(snapshot: &mut Snapshot, query: &Query, questions: &[(String, &'static str)], bound: Duration) {
    snapshot.live.lookups.push(whyhost_sys::probe::lookup(query, bound));
    let _ = questions;
}

fn about(path: &Path, error: &SysError) -> Failure {
    let mut failure = Failure::caused(error);
    if path == Path::new("-") {
        failure.message = failure.message.replacen("snapshot -:", "snapshot from standard input:", 1);
    } else {
        failure = failure.path(path.display().to_string());
    }
    match error {
        SysError::Snapshot { .. } => failure.hint("`whyhost snapshot -o machine.json` writes one"),
        _ => failure,
    }
}
