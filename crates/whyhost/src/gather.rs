//! From the arguments to a snapshot that holds everything the models need.
//!
//! The order matters: the files say which DNS questions a program's look-up would send, the answers say which
//! destinations the sort will compare, and only then the kernel is asked for its source addresses.

use crate::args::Global;
use crate::failure::Failure;
use crate::output::Output;
use std::path::Path;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{self, Query};
use whyhost_core::snapshot::{LiveLookup, Observation, Snapshot};
use whyhost_dns::Bounds;
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
pub(crate) fn ask(global: &Global, out: &Output, snapshot: Snapshot, query: &Query) -> Snapshot {
    if global.from.is_some() || global.root.is_some() {
        return snapshot;
    }
    let machine = Machine::new(snapshot);
    if !resolve::dns_questions(&machine, query).is_empty() {
        let seconds = global.timeout.as_secs_f64();
        out.waiting(&format!("asking DNS for {}, at most {seconds} s …", query.name));
    }
    let (lookup, observations) = look_up(global, &machine, query);
    let mut snapshot = machine.raw;
    snapshot.live.lookups.extend(lookup);
    snapshot.live.dns.extend(observations);
    let machine = Machine::new(snapshot);
    let destinations = resolve::destinations(&machine, &query.name);
    let mut snapshot = machine.raw;
    snapshot.source_addresses = whyhost_sys::probe::source_addresses(&destinations);
    snapshot
}

/// The real resolver and, where a program's look-up would reach DNS, the servers: at the same time, each bounded.
fn look_up(global: &Global, machine: &Machine, query: &Query) -> (Option<LiveLookup>, Vec<Observation>) {
    let bounds = Bounds { timeout: global.timeout, attempts: 1 };
    std::thread::scope(|scope| {
        let lookup = || whyhost_sys::probe::lookup(query, global.timeout);
        let live = (!global.no_live).then(|| scope.spawn(lookup));
        let observations = whyhost_dns::as_libc(machine, query, bounds);
        (live.and_then(|thread| thread.join().ok()), observations)
    })
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
