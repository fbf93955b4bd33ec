//! `cargo xtask oracle`: random machines in private namespaces, the model against the real getaddrinfo.

mod compare;
mod generate;
pub(crate) mod inside;
mod plan;
pub(crate) mod programs;
pub(crate) mod resolved;
mod rng;
mod server;
mod shrink;

use anyhow::{Context, Result, bail, ensure};
use compare::Verdict;
use generate::Vocabulary;
use inside::Outcome;
use plan::Plan;
use rng::Rng;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Arguments of the task.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seed of the run; the same seed makes the same cases
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of random machines
    #[arg(long, default_value_t = 200)]
    cases: usize,
    /// Machines at the same time (twice the processors, since most of a case is waiting)
    #[arg(long)]
    jobs: Option<usize>,
    /// Go on after the first mismatch
    #[arg(long)]
    keep_going: bool,
    /// Mismatches to shrink and print in full; later ones are counted
    #[arg(long, default_value_t = 8)]
    show: usize,
    /// Run this one case, by the seed that a mismatch printed
    #[arg(long, value_parser = sub_seed)]
    only: Option<u64>,
    /// Run programs and compare them with their models: all that are here, or those with these ids (separated by commas;
    /// `system` is all that need no fetch)
    #[arg(long, value_name = "IDS", num_args = 0..=1, default_missing_value = "")]
    programs: Option<String>,
    /// Run systemd-resolved and compare its answers with its model
    #[arg(long, conflicts_with = "programs")]
    resolved: bool,
    /// Fetch the programs (those of --programs, else all) into a folder of their own first; `all`: the large ones too
    #[arg(long, value_name = "all", num_args = 0..=1, default_missing_value = "")]
    install: Option<String>,
    /// Begin no machine later than this many seconds after the start
    #[arg(long, value_name = "N", requires = "programs")]
    seconds: Option<u64>,
    /// Write what the programs did to testdata/oracle/live
    #[arg(long, requires = "programs")]
    record: bool,
    /// Fail instead of skipping where namespaces cannot be made
    #[arg(long)]
    require: bool,
}

fn sub_seed(text: &str) -> Result<u64, std::num::ParseIntError> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    }
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if let Some(which) = &args.install {
        let wanted = programs::chosen(args.programs.as_deref().unwrap_or_default())?;
        programs::install::run(&wanted, which == "all")?;
        if args.programs.is_none() && !args.resolved {
            return Ok(ExitCode::SUCCESS);
        }
    }
    if let Err(why) = can_make_namespaces() {
        ensure!(!args.require, "cannot make private namespaces: {why:#}");
        say(&format!("SKIP: cannot make private namespaces: {why:#}"));
        return Ok(ExitCode::SUCCESS);
    }
    if args.resolved {
        return resolved::run(args);
    }
    let installed = modules();
    if let Some(ids) = &args.programs {
        return programs::run(args, ids, &vocabulary(&installed));
    }
    say(&format!("seed {}, {} cases, NSS modules: {}", args.seed, args.cases, installed.join(" ")));
    let vocabulary = vocabulary(&installed);
    let mut seeds = Rng::new(args.seed);
    let plans: Vec<Plan> = match args.only {
        Some(seed) => vec![generate::plan(seed, &vocabulary)],
        None => (0..args.cases).map(|_| generate::plan(seeds.next(), &vocabulary)).collect(),
    };
    let jobs = args.jobs.unwrap_or_else(|| 2 * thread::available_parallelism().map_or(1, usize::from));
    let tally = run_all(&plans, jobs, args)?;
    Ok(tally.print())
}

/// What came of all cases.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    questions: usize,
    known: BTreeMap<&'static str, usize>,
    /// Cases whose machine could not be built or asked.
    broken: Vec<String>,
}

impl Tally {
    fn print(&self) -> ExitCode {
        for (reason, count) in &self.known {
            say(&format!("known deviation, {count} questions: {reason}"));
        }
        for why in &self.broken {
            say(&format!("not run: {why}"));
        }
        let known: usize = self.known.values().sum();
        say(&format!(
            "{} passed, {} failed ({} questions, {known} known deviations, {} cases not run)",
            self.passed,
            self.failed,
            self.questions,
            self.broken.len()
        ));
        if self.failed + self.broken.len() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn run_all(plans: &[Plan], jobs: usize, args: &Args) -> Result<Tally> {
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    let work = || {
        while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
            let failed = run_one(plan, &tally, args.show);
            if failed && !args.keep_going {
                next.store(plans.len(), Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(work);
        }
    });
    tally.into_inner().ok().context("a worker panicked")
}

/// Runs a case and counts it; true when it failed.
fn run_one(plan: &Plan, tally: &Mutex<Tally>, most: usize) -> bool {
    let outcome = execute(plan);
    let mut different = Vec::new();
    let shown = {
        let mut tally = tally.lock().unwrap_or_else(|e| e.into_inner());
        let outcome = match &outcome {
            Ok(outcome) => outcome,
            Err(why) => {
                tally.broken.push(format!("{:#x}: {why:#}", plan.seed));
                return true;
            }
        };
        tally.questions += plan.queries.len();
        for n in 0..plan.queries.len() {
            match compare::verdict(plan, outcome, n) {
                Verdict::Equal => {}
                Verdict::Known(reason) => *tally.known.entry(reason).or_default() += 1,
                Verdict::Different(_) => different.push(n),
            }
        }
        tally.passed += usize::from(different.is_empty());
        tally.failed += usize::from(!different.is_empty());
        tally.failed
    };
    match different.first() {
        None => false,
        Some(n) if shown <= most => {
            show(plan, *n);
            true
        }
        Some(_) => true,
    }
}

/// Shrinks the mismatch of question `n` and prints it.
fn show(plan: &Plan, n: usize) {
    let alone = Plan { queries: vec![plan.queries[n].clone()], ..plan.clone() };
    let mismatch = |plan: &Plan| -> Option<(Outcome, whyhost_core::resolve::Answer)> {
        let outcome = execute(plan).ok()?;
        match compare::verdict(plan, &outcome, 0) {
            Verdict::Different(answer) => Some((outcome, answer)),
            _ => None,
        }
    };
    if mismatch(&alone).is_none() {
        say(&format!(
            "MISMATCH {:#x}: question {n} {:?} differed once, alone it does not",
            plan.seed, plan.queries[n]
        ));
        return;
    }
    let small = shrink::shrink(alone, shrink::TRIES, |candidate| mismatch(candidate).is_some());
    if let Some((outcome, answer)) = mismatch(&small) {
        say(&compare::report(&small, &outcome, 0, &answer));
    }
}

/// Builds the machine of `plan` in namespaces of its own and asks its questions there.
fn execute(plan: &Plan) -> Result<Outcome> {
    run_inside(unshare(), "oracle-inside", &plan.env, plan)
}

/// Runs the hidden task `task` of this program below `unshare`: `case` goes in as JSON, what it prints comes back.
fn run_inside<T: DeserializeOwned>(
    mut unshare: Command,
    task: &str,
    env: &BTreeMap<String, String>,
    case: &impl Serialize,
) -> Result<T> {
    let mut child = unshare
        .arg(std::env::current_exe()?)
        .arg(task)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .envs(env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("a pipe")?.write_all(&serde_json::to_vec(case)?)?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["-m", "-n", "-u", "--propagation", "private", "--"]);
    command
}

fn can_make_namespaces() -> Result<()> {
    ensure!(rustix::process::geteuid().is_root(), "this needs root");
    let output = unshare().arg("true").output().context("cannot start unshare (package util-linux)")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    let ip = Command::new("ip").arg("-V").output().context("cannot start ip (package iproute2)")?;
    ensure!(ip.status.success(), "ip -V: {}", ip.status);
    Ok(())
}

/// The NSS modules that the loader can find, by service name.
fn modules() -> Vec<String> {
    let multiarch = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let mut names: Vec<String> = [multiarch.as_str(), "/usr/lib64", "/usr/lib"]
        .iter()
        .filter_map(|folder| Path::new(folder).read_dir().ok())
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_prefix("libnss_")?.strip_suffix(".so.2")?.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Services of random nsswitch lines: those whose answers the model computes, and those that are not installed. A
/// module that asks a daemon is named only where it is missing.
fn vocabulary(installed: &[String]) -> Vocabulary {
    let mut services = vec!["files", "files", "files", "dns", "dns", "myhostname", "myhostname", "nosuch"];
    let daemons = ["mymachines", "resolve", "mdns4_minimal", "wins", "nis"];
    services.extend(daemons.into_iter().filter(|name| !installed.iter().any(|i| i == name)));
    let snapshot = whyhost_sys::collect(&whyhost_sys::Options::default());
    let glibc = whyhost_core::machine::Machine::new(snapshot).glibc;
    Vocabulary { services, gai_without_length: glibc >= whyhost_core::machine::GlibcVersion(2, 41) }
}

#[allow(clippy::print_stdout, reason = "the report of the task is its output")]
fn say(text: &str) {
    println!("{text}");
}
