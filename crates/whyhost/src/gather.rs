//! From the arguments to a snapshot that holds everything the models need.
//!
//! The order matters: the files say which DNS questions a program's look-up would send, the answers say which
//! destinations the sort will compare, and only then the kernel is asked for its source addresses.

use crate::args::Global;
use crate::failure::Failure;
use crate::output::Output;
use std::net::IpAddr;
use std::path::Path;
use whyhost_core::machine::{GAI, HOST_CONF, Machine, NSSWITCH, RESOLV};
use whyhost_core::reach;
use whyhost_core::resolve::{self, Query, Status};
use whyhost_core::snapshot::{
    FileKind, Gap, LiveLookup, LoopbackTest, Meta, Observation, Program, ScopedAddr, Snapshot,
};
use whyhost_dns::Bounds;
use whyhost_sys::probe::Say;
use whyhost_sys::{Options, SysError};

/// The recorded or the running machine, without answers to any question yet.
///
/// # Errors
/// When `--from` or `--root` names nothing that can be read.
pub(crate) fn facts(global: &Global, options: &Options) -> Result<Snapshot, Failure> {
    let mut snapshot = match (&global.from, &global.root) {
        (Some(path), _) => whyhost_sys::read_snapshot(path).map_err(|e| about(path, &e))?,
        (None, Some(dir)) => whyhost_sys::collect_root(dir).map_err(|e| about(dir, &e))?,
        (None, None) => whyhost_sys::collect(options),
    };
    add_other_kinds(&mut snapshot);
    Ok(snapshot)
}

/// Names configuration files that are no files: the C library waits for a pipe and reads nothing from a folder. The
/// hosts file has a rule for this.
pub(crate) fn add_other_kinds(snapshot: &mut Snapshot) {
    for path in [NSSWITCH, RESOLV, GAI, HOST_CONF] {
        let what = match snapshot.file(path).map(|file| &file.meta) {
            Some(Meta::Present { kind: FileKind::Directory, .. }) => "a directory",
            Some(Meta::Present { kind: FileKind::Fifo, .. }) => {
                "a named pipe (FIFO): programs that open it wait"
            }
            Some(Meta::Present { kind: FileKind::Socket, .. }) => "a socket",
            Some(Meta::Present { kind: FileKind::Device, .. }) => "a device",
            _ => continue,
        };
        if snapshot.gaps.iter().all(|gap| gap.what != path) {
            snapshot.gaps.push(Gap { what: path.into(), why: format!("not a regular file but {what}") });
        }
    }
}

/// Adds what `query` needs to know of this machine: DNS answers, the live answer, programs, source addresses.
///
/// A recorded machine answers with what was recorded, and a folder has no network of its own.
///
/// The files are parsed once, since a hosts file may have a million lines; what is added is no file.
pub(crate) fn ask(global: &Global, out: &Output, snapshot: Snapshot, query: &Query) -> Machine {
    let mut machine = Machine::new(snapshot);
    if global.from.is_some() || global.root.is_some() {
        return machine;
    }
    // The questions are looked for only where somebody sees the remark: a large hosts file is searched for them.
    if !global.no_dns && out.shows_waiting() && !resolve::dns_questions(&machine, query).is_empty() {
        let seconds = global.timeout.as_secs_f64();
        out.waiting(&format!("asking DNS for {}, at most {seconds} s …", query.name));
    }
    let found = look_up(global, &machine, query);
    machine.raw.live.lookups.extend(found.lookup);
    machine.raw.live.dns.extend(found.observations);
    machine.raw.programs.extend(found.programs);
    machine.raw.gaps.extend(found.gaps);
    machine.raw.live.loopback = found.loopback;
    let destinations = resolve::destinations(&machine, &query.name);
    machine.raw.source_addresses = whyhost_sys::probe::source_addresses(&destinations);
    if !global.no_probe {
        probe(global, &mut machine, query, destinations);
    }
    machine
}

/// Connects to the port that was asked about, at addresses of this machine alone, where somebody listens: a refusal needs no
/// proof.
fn probe(global: &Global, machine: &mut Machine, query: &Query, mut destinations: Vec<ScopedAddr>) {
    let Some(port) = query.port else { return };
    let literal = query.name.parse::<IpAddr>().ok().map(ScopedAddr::from);
    destinations.extend(literal);
    // `::ffff:a` and 0.0.0.0 lead to where another one leads as well.
    destinations.iter_mut().for_each(|d| *d = reach::normalise(*d));
    destinations.retain(|d| reach::is_own(machine, *d) && reach::accepting(machine, *d, port).is_some());
    destinations.sort_unstable();
    destinations.dedup();
    let host = match literal {
        Some(ScopedAddr { address: IpAddr::V6(_), .. }) => format!("[{}]:{port}", query.name),
        _ => format!("{}:{port}", query.name),
    };
    let say = if global.http { Say::Get(host) } else { Say::Nothing };
    machine.raw.live.probes = whyhost_sys::probe::connect(&destinations, port, &say, global.timeout);
}

/// What takes time to find out.
struct Found {
    lookup: Option<LiveLookup>,
    observations: Vec<Observation>,
    programs: Vec<Program>,
    gaps: Vec<Gap>,
    loopback: Vec<LoopbackTest>,
}

/// The real resolver, the programs and, where a program's look-up would reach DNS, the servers: at the same time, each
/// bounded.
fn look_up(global: &Global, machine: &Machine, query: &Query) -> Found {
    let bounds = Bounds { timeout: global.timeout, attempts: 1 };
    std::thread::scope(|scope| {
        let programs = (!global.no_programs).then(|| scope.spawn(|| whyhost_sys::programs(global.timeout)));
        let lookup = || whyhost_sys::probe::lookup(query, global.timeout);
        let live = may_call(global, machine, query).then(|| scope.spawn(lookup));
        let loopback =
            (!global.no_probe).then(|| scope.spawn(|| whyhost_sys::probe::loopback(global.timeout)));
        let observations =
            if global.no_dns { Vec::new() } else { whyhost_dns::as_libc(machine, query, bounds) };
        let lookup = live.and_then(|thread| thread.join().ok());
        let (programs, gaps) = programs.and_then(|thread| thread.join().ok()).unwrap_or_default();
        let loopback = loopback.and_then(|thread| thread.join().ok()).unwrap_or_default();
        Found { lookup, observations, programs, gaps, loopback }
    })
}

/// The real getaddrinfo may be called: also without DNS where the files answer before it is asked.
pub(crate) fn may_call(global: &Global, machine: &Machine, query: &Query) -> bool {
    let local = || (resolve::own(machine).answer)(machine, query).status == Status::Found;
    !global.no_live && (!global.no_dns || local())
}

pub(crate) fn about(path: &Path, error: &SysError) -> Failure {
    let mut failure = Failure::caused(error);
    if path == Path::new("-") {
        failure.message = failure.message.replacen("snapshot -:", "snapshot from standard input:", 1);
    } else {
        failure = failure.path(path.display().to_string());
    }
    match error {
        SysError::WrongKind { expected: "a directory", .. } => failure
            .hint("expected a folder that holds etc/hosts, such as a mounted disk or an unpacked image"),
        SysError::WrongKind { kind: FileKind::Fifo, .. } => {
            failure.hint("a pipe is read from standard input: … | whyhost --from -")
        }
        SysError::WrongKind { .. } | SysError::Snapshot { .. } => {
            failure.hint("`whyhost snapshot -o machine.json` writes one")
        }
        _ => failure,
    }
}
