//! `cargo xtask oracle --programs`: random machines in private namespaces, the models of programs against the programs.

mod capture;
mod client;
pub(crate) mod inside;
pub(crate) mod install;
mod list;
mod record;
mod server;

use super::generate::{self, Vocabulary};
use super::plan::Plan;
use super::rng::Rng;
use super::{Args, say, shrink};
use crate::recorded::live::{self, Expected, Ran, SEEN_MS, Verdict};
use anyhow::{Context, Result, bail};
use client::Client;
use inside::{Case, Run, Seen, SeenRun};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;
use whyhost_core::machine::Machine;
use whyhost_core::program::Version;

/// The port of the first program of a case; each has its own.
const FIRST_PORT: u16 = 20_000;

/// Tries of a shrink: programs take seconds where nobody answers.
const TRIES: usize = 40;

/// Stands for every program that needs no fetch.
const SYSTEM: &str = "system";

/// A program that is here.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    client: &'static Client,
    ran: Ran,
}

/// Runs the task over the programs of `ids` (separated by commas; empty: all that are here).
pub(crate) fn run(args: &Args, ids: &str, vocabulary: &Vocabulary) -> Result<ExitCode> {
    let ready = ready(ids)?;
    let names: Vec<String> = ready.iter().map(|r| format!("{} {}", r.client.id, r.ran.version)).collect();
    say(&format!(
        "seed {}, {} machines, {} programs: {}",
        args.seed,
        args.cases,
        ready.len(),
        names.join(", ")
    ));
    let mut seeds = Rng::new(args.seed);
    let plans: Vec<Plan> = match args.only {
        Some(seed) => vec![generate::programs::plan(seed, vocabulary)],
        None => (0..args.cases).map(|_| generate::programs::plan(seeds.next(), vocabulary)).collect(),
    };
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    let jobs = args.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let start = Instant::now();
    let late = || args.seconds.is_some_and(|most| start.elapsed().as_secs() >= most);
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if late() {
                        break;
                    }
                    let failed = run_one(plan, &ready, &tally, args);
                    if failed && !args.keep_going {
                        next.store(plans.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let tally = tally.into_inner().ok().context("a worker panicked")?;
    if args.record {
        record::write(&ready, tally.lines.clone(), !ids.is_empty())?;
    }
    Ok(tally.print())
}

/// The programs with these ids, separated by commas; all without one.
pub(crate) fn chosen(ids: &str) -> Result<Vec<&'static Client>> {
    let mut wanted: Vec<&str> = ids.split(',').filter(|id| !id.is_empty()).collect();
    let mut all = list::all();
    if let Some(place) = wanted.iter().position(|id| *id == SYSTEM) {
        wanted.remove(place);
        all.retain(|c| c.is_system() || wanted.contains(&c.id));
        wanted.clear();
    }
    if let Some(unknown) = wanted.iter().find(|id| !all.iter().any(|c| c.id == **id)) {
        bail!("no program {unknown}: {}", all.iter().map(|c| c.id).collect::<Vec<_>>().join(" "));
    }
    Ok(all.into_iter().filter(|c| wanted.is_empty() || wanted.contains(&c.id)).collect())
}

/// The wanted programs that are here, each with its version.
fn ready(ids: &str) -> Result<Vec<Ready>> {
    let chosen = chosen(ids)?;
    install::build(&chosen, true);
    let mut ready = Vec::new();
    for client in chosen {
        match ran(client) {
            Ok(ran) => ready.push(Ready { client, ran }),
            Err(why) => say(&format!("SKIP {}: {why:#}", client.id)),
        }
    }
    Ok(ready)
}

fn ran(client: &Client) -> Result<Ran> {
    let own = version(client, client.version)?;
    let with = |(id, command): &(&str, &[&str])| {
        let version = if command.is_empty() { own.clone() } else { version(client, command)? };
        Ok(((*id).to_owned(), version))
    };
    let with = client.with.iter().map(with).collect::<Result<_>>()?;
    Ok(Ran { model: client.model.into(), version: own, with, env: client::environment(client) })
}

fn version(client: &Client, command: &[&str]) -> Result<String> {
    let words = client::filled(command, "", 0);
    let output = install::with_tree(&words).envs(client::environment(client)).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("{} is not here", words[0]))?;
    let printed = [output.stdout, b" ".to_vec(), output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    // Java says first which options it takes from the environment.
    let told = |line: &&str| !line.starts_with("Picked up ");
    let text = printed.lines().filter(told).collect::<Vec<_>>().join("\n");
    if output.status.code() == Some(127) || command[0] != "busybox" && !output.status.success() {
        bail!("{}", text.trim().lines().last().unwrap_or("it does not start"));
    }
    Version::find(&text).map(str::to_owned).context("it tells no version")
}

/// What came of all machines.
#[derive(Default)]
struct Tally {
    /// Program → questions, equal.
    counts: BTreeMap<&'static str, [usize; 2]>,
    /// (program, reason) → questions.
    known: BTreeMap<(&'static str, &'static str), usize>,
    different: BTreeMap<&'static str, usize>,
    shown: usize,
    machines: usize,
    broken: Vec<String>,
    lines: Vec<live::Line>,
    /// Program → questions on which it differed among others and did not alone.
    unsteady: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn print(&self) -> ExitCode {
        for (id, [questions, equal]) in &self.counts {
            let explained: usize = self.known.iter().filter(|((i, _), _)| i == id).map(|(_, n)| n).sum();
            let different = self.different.get(id).copied().unwrap_or_default();
            say(&format!(
                "{id}: {questions} questions, {equal} equal, {explained} explained, {different} different"
            ));
        }
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for ((_, reason), count) in &self.known {
            *reasons.entry(reason).or_default() += count;
        }
        for (reason, count) in reasons {
            say(&format!("explained, {count} questions: {reason}"));
        }
        for (id, count) in &self.unsteady {
            say(&format!("{id}: {count} times different at first, and not alone"));
        }
        for why in &self.broken {
            say(&format!("not run: {why}"));
        }
        let [questions, equal] = self.counts.values().fold([0; 2], |sum, c| [sum[0] + c[0], sum[1] + c[1]]);
        let different: usize = self.different.values().sum();
        say(&format!(
            "{} machines, {} programs: {questions} questions, {equal} equal, {} explained, {different} different, {} machines not run",
            self.machines,
            self.counts.len(),
            self.known.values().sum::<usize>(),
            self.broken.len()
        ));
        if different + self.broken.len() == 0 && questions > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Runs every program on one machine and counts; true when something failed.
fn run_one(plan: &Plan, ready: &[Ready], tally: &Mutex<Tally>, args: &Args) -> bool {
    let name = plan.queries[0].name.as_str();
    let takers: Vec<&Ready> = ready.iter().filter(|r| (r.client.takes)(name)).collect();
    let mut seen = execute(plan, &takers);
    let steadied = seen.as_mut().map(|seen| alone(plan, &takers, seen)).unwrap_or_default();
    let mut differ = Vec::new();
    {
        let mut tally = tally.lock().unwrap_or_else(|e| e.into_inner());
        tally.machines += 1;
        for id in steadied {
            *tally.unsteady.entry(id).or_default() += 1;
        }
        let seen = match &seen {
            Ok(seen) => seen,
            Err(why) => {
                tally.broken.push(format!("{:#x}: {why:#}", plan.seed));
                return true;
            }
        };
        for (n, one) in takers.iter().enumerate() {
            let id = one.client.id;
            tally.counts.entry(id).or_default()[0] += 1;
            match judge(plan, one, seen, n) {
                Some(Verdict::Equal) => tally.counts.entry(id).or_default()[1] += 1,
                Some(Verdict::Known(reason)) => *tally.known.entry((id, reason)).or_default() += 1,
                Some(Verdict::Different(expected)) => {
                    *tally.different.entry(id).or_default() += 1;
                    differ.push((*one, both(&seen.runs[n], &expected)));
                }
                None => {
                    *tally.different.entry(id).or_default() += 1;
                    differ.push((*one, format!("no model {}-{}", one.ran.model, one.ran.version)));
                }
            }
        }
        if args.record && seen.dns_answers {
            tally.lines.push(record::line(plan, &takers, seen));
        }
        let left = args.show.saturating_sub(tally.shown);
        tally.shown += differ.len();
        differ.truncate(left);
        if differ.is_empty() {
            return !tally.different.is_empty();
        }
    }
    for (one, first) in differ {
        show(plan, one, &first);
    }
    true
}

/// Runs each program that differs once more, alone: on a busy machine some are too slow to be seen among others. What it
/// does alone counts where that does not differ; gives these programs.
fn alone(plan: &Plan, takers: &[&Ready], seen: &mut Seen) -> Vec<&'static str> {
    let mut steadied = Vec::new();
    for (n, one) in takers.iter().enumerate() {
        if matches!(judge(plan, one, seen, n), Some(Verdict::Different(_)))
            && let Ok(again) = execute(plan, &[one])
            && !matches!(judge(plan, one, &again, 0), Some(Verdict::Different(_)) | None)
        {
            seen.runs[n] = again.runs[0].clone();
            steadied.push(one.client.id);
        }
    }
    steadied
}

fn judge(plan: &Plan, one: &Ready, seen: &Seen, n: usize) -> Option<Verdict> {
    let machine = Machine::new(seen.snapshot.clone());
    let port = port(n);
    live::verdict(&machine, &one.ran, &plan.queries[0].name, port, &seen.runs[n].tried(SEEN_MS))
}

fn port(n: usize) -> u16 {
    FIRST_PORT + u16::try_from(n).unwrap_or(0)
}

/// What was seen, and the model.
fn both(run: &SeenRun, expected: &Expected) -> String {
    let SeenRun { attempts, end, printed } = run;
    format!(
        "  program {}\n  model   {}\n  its addresses {attempts:?}; {end}: {}",
        run.tried(SEEN_MS),
        expected.tried,
        printed.replace('\n', " / ")
    )
}

/// Shrinks the mismatch of a program and prints it; `first`: how it was at first.
fn show(plan: &Plan, one: &Ready, first: &str) {
    let mismatch = |plan: &Plan| {
        let seen = execute(plan, &[one]).ok()?;
        match judge(plan, one, &seen, 0)? {
            Verdict::Different(expected) => Some((seen, expected)),
            _ => None,
        }
    };
    let id = one.client.id;
    if mismatch(plan).is_none() {
        return say(&format!("MISMATCH {:#x} {id}: does not differ every time\n{first}", plan.seed));
    }
    let small = shrink::shrink(plan.clone(), TRIES, |candidate| mismatch(candidate).is_some());
    let Some((seen, expected)) = mismatch(&small) else {
        return say(&format!("MISMATCH {:#x} {id}: does not differ every time\n{first}", plan.seed));
    };
    let mut text = format!("MISMATCH: {id} {} to {:?}", one.ran.version, small.queries[0].name);
    let _ = writeln!(text, "  (again: --programs {id} --only {:#x})", plan.seed);
    let _ = writeln!(text, "{}", both(&seen.runs[0], &expected));
    for step in &expected.answer.trace {
        let _ = writeln!(text, "  | {}: {}", step.step, step.detail);
    }
    text.push_str(&super::compare::machine(&small));
    let _ = writeln!(text, "  server {:?}", live::Bind::all_of(&seen.snapshot, port(0)));
    let _ = writeln!(text, "  zone {}", serde_json::to_string(&small.dns).unwrap_or_default());
    say(&text);
}

/// Builds the machine of `plan` in namespaces of its own and runs the programs there.
fn execute(plan: &Plan, ready: &[&Ready]) -> Result<Seen> {
    let name = plan.queries[0].name.as_str();
    let run = |(n, one): (usize, &&Ready)| Run {
        command: client::filled(one.client.run, name, port(n)),
        env: one.ran.env.clone(),
        port: port(n),
        bound_ms: one.client.bound_ms,
    };
    let case = Case {
        plan: plan.clone(),
        runs: ready.iter().enumerate().map(run).collect(),
        over_usr: install::over_usr(),
        jobs: 4,
    };
    let mut unshare = Command::new("unshare");
    // With processes of its own: whatever a program leaves behind ends with them.
    unshare.args([
        "-m",
        "-n",
        "-u",
        "-p",
        "-f",
        "--mount-proc",
        "--kill-child",
        "--propagation",
        "private",
        "--",
    ]);
    let mut env = BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]);
    env.extend(plan.env.clone());
    super::run_inside(unshare, "oracle-programs-inside", &env, &case)
}
