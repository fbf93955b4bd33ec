//! The part that runs in fresh namespaces: builds the machine and its server, looks at it, runs every program once, and
//! watches the packets.

use super::capture::{self, ACK, Capture, Packet, SYN};
use super::server;
use crate::oracle::inside::{build, lay_over_usr, observed};
use crate::oracle::plan::Plan;
use crate::oracle::server::Reach;
use crate::recorded::live::{SEEN_MS, Tried, query, questions};
use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::IpAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use whyhost_core::machine::Machine;
use whyhost_core::snapshot::Snapshot;
use whyhost_sys::{Options, collect};

/// A machine and the programs to run on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Case {
    /// The machine; its first question is the name.
    pub(crate) plan: Plan,
    /// The programs.
    pub(crate) runs: Vec<Run>,
    /// A folder that lies over /usr.
    pub(crate) over_usr: Option<PathBuf>,
    /// Programs at the same time.
    pub(crate) jobs: usize,
}

/// One program to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Its command.
    pub(crate) command: Vec<String>,
    /// Environment of its own.
    pub(crate) env: BTreeMap<String, String>,
    /// Its port, which no other program has.
    pub(crate) port: u16,
    /// How long it may take at most, in milliseconds.
    pub(crate) bound_ms: u32,
}

/// What came out of a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// The machine.
    pub(crate) snapshot: Snapshot,
    /// The DNS server can be asked, or cannot at once.
    pub(crate) dns_answers: bool,
    /// One for each program.
    pub(crate) runs: Vec<SeenRun>,
}

/// What a program did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct SeenRun {
    /// Every first packet: destination, milliseconds after the first, answered with a connection.
    pub(crate) attempts: Vec<(IpAddr, u64, bool)>,
    /// How it ended.
    pub(crate) end: String,
    /// The end of what it printed.
    pub(crate) printed: String,
}

impl SeenRun {
    /// The addresses in the order of the first packet to each.
    pub(crate) fn tried(&self, within_ms: u32) -> Tried {
        let mut tried = Tried::default();
        for (address, after, connected) in &self.attempts {
            if *after < u64::from(within_ms) {
                tried.push(*address, *connected);
            }
        }
        tried
    }
}

/// What programs need of the real /etc beside what the machine is made of.
fn keep(name: &str) -> bool {
    ["alternatives", "group", "passwd", "protocols", "services", "ssl"].contains(&name)
        || name.starts_with("java-")
}

/// Reads a [`Case`] from stdin, writes [`Seen`] to stdout.
pub(crate) fn run() -> Result<()> {
    let case: Case = serde_json::from_reader(std::io::stdin().lock())?;
    lay_over_usr(case.over_usr.as_deref())?;
    let reach = build(&case.plan, keep)?;
    // A place of its own to write to, gone with the namespace.
    fs::create_dir_all("/etc/home")?;
    for run in &case.runs {
        for bind in &case.plan.server {
            // What cannot be bound, such as ::1 without IPv6, is not there: the machine is what comes out.
            server::listener(bind, run.port).into_iter().for_each(server::serve);
        }
    }
    let name = case.plan.queries.first().context("a name")?.name.clone();
    let machine = Machine::new(collect(&Options::default()));
    let all = questions(&machine, &name);
    let snapshot = observed(&case.plan, reach, &[query(&name, 1)], machine, all);
    let runs = run_all(&case)?;
    let seen = Seen { snapshot, dns_answers: reach == Reach::Answers || case.plan.dns.is_none(), runs };
    serde_json::to_writer(std::io::stdout().lock(), &seen)?;
    Ok(())
}

fn run_all(case: &Case) -> Result<Vec<SeenRun>> {
    let capture = capture::start()?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut ends = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            match case.runs.get(n) {
                Some(run) => ends.push((n, run_one(run, n, &capture))),
                None => return ends,
            }
        }
    };
    let mut ends: Vec<(usize, Result<(String, String)>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..case.jobs.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|w| w.join().ok()).flatten().collect()
    });
    ends.sort_by_key(|(n, _)| *n);
    let packets = capture.finish()?;
    let seen = |(n, end): (usize, Result<(String, String)>)| {
        let (end, printed) = end?;
        Ok(SeenRun { attempts: attempts(&packets, case.runs[n].port), end, printed })
    };
    ends.into_iter().map(seen).collect()
}

/// Runs a program to its end, or for as long as it may; gives its end and what it printed.
fn run_one(run: &Run, n: usize, capture: &Capture) -> Result<(String, String)> {
    let path = format!("/etc/home/printed-{n}");
    let printed = File::create(&path)?;
    let (program, arguments) = run.command.split_first().context("a command")?;
    let started = Command::new(program)
        .args(arguments)
        .envs(&run.env)
        .env("HOME", "/etc/home")
        .env("TMPDIR", "/etc/home")
        .current_dir("/etc/home")
        .stdin(Stdio::null())
        .stdout(printed.try_clone()?)
        .stderr(printed)
        .process_group(0)
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(why) => return Ok((format!("not started: {why}"), String::new())),
    };
    let end = wait(&mut child, run, capture)?;
    let bytes = fs::read(&path)?;
    let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(1000)..]).trim().to_owned();
    Ok((end, text))
}

/// Waits for the end of a program: its own, or when nothing that it does is looked at any more, or its bound.
fn wait(child: &mut Child, run: &Run, capture: &Capture) -> Result<String> {
    let pid = Pid::from_child(child);
    let ends = pidfd_open(pid, PidfdFlags::empty())?;
    let started = Instant::now();
    let bound = Duration::from_millis(run.bound_ms.into());
    let looked_at = Duration::from_millis(u64::from(SEEN_MS) + 100);
    let interval = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let ended = loop {
        if poll(&mut [PollFd::new(&ends, PollFlags::IN)], Some(&interval))? > 0 {
            break true;
        }
        let seen_all = capture.first(run.port).is_some_and(|first| first.elapsed() > looked_at);
        if seen_all || started.elapsed() > bound {
            break false;
        }
    };
    // What it started too; a group that is gone is what is wanted.
    let _ = kill_process_group(pid, Signal::KILL);
    let status = child.wait()?;
    Ok(if ended { status.to_string() } else { format!("ended after {} ms", started.elapsed().as_millis()) })
}

/// The connections to `port` in the order of their first packets.
fn attempts(packets: &[Packet], port: u16) -> Vec<(IpAddr, u64, bool)> {
    // Packets of lo are seen twice, and lost ones are sent again.
    let mut firsts: Vec<Packet> = Vec::new();
    for packet in packets.iter().filter(|p| p.to.1 == port && p.flags == SYN) {
        if !firsts.iter().any(|f| (f.from, f.to) == (packet.from, packet.to)) {
            firsts.push(*packet);
        }
    }
    let answered =
        |first: &Packet| packets.iter().any(|p| (p.from, p.to, p.flags) == (first.to, first.from, SYN | ACK));
    let start = firsts.first().map(|f| f.at);
    let after = |first: &Packet| {
        start.map_or(0, |s| u64::try_from(first.at.duration_since(s).as_millis()).unwrap_or(u64::MAX))
    };
    firsts.iter().map(|f| (f.to.0, after(f), answered(f))).collect()
}
