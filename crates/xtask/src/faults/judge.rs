//! One run with one fault: what the file holds right after, what after the next run, and whether all of it is well.

use super::calls;
use super::setup::{IN_PLACE, Setup};
use super::stage::{Looks, Stage};
use super::trace::{self, End, Fault, Plan, Run};
use super::victim::says;
use anyhow::{Context, Result, ensure};
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    Old,
    New,
    /// Neither, whole.
    Half,
}

/// What the file held right after the fault and after the next run, with the number of runs.
pub(crate) type Outcomes = BTreeMap<(Held, Held), usize>;

/// All runs of a set-up.
pub(crate) struct Row {
    pub(crate) setup: Setup,
    /// The calls of a run without a fault.
    pub(crate) calls: Vec<String>,
    pub(crate) outcomes: Vec<(Fault, Outcomes)>,
    /// What went wrong, in words.
    pub(crate) failures: Vec<String>,
}

impl Row {
    fn count(&mut self, fault: Fault, outcome: (Held, Held)) {
        let known = self.outcomes.iter().position(|(other, _)| *other == fault);
        let at = known.unwrap_or_else(|| {
            self.outcomes.push((fault, Outcomes::new()));
            self.outcomes.len() - 1
        });
        *self.outcomes[at].1.entry(outcome).or_default() += 1;
    }
}

/// Beside EIO, which every call is given: errors of calls that can change something.
const CHANGING_CALLS: [Errno; 4] = [Errno::EINTR, Errno::ENOSPC, Errno::EACCES, Errno::EROFS];

/// Builds a set-up in the folder `root`, and lets each of its calls go wrong in every way.
pub(crate) fn row(setup: &Setup, root: &Path) -> Result<Row> {
    let stage = Stage::build(setup, root)?;
    let clean = clean_run(&stage)?;
    let mut row = Row {
        setup: setup.clone(),
        calls: clean.calls.iter().map(|call| calls::name(*call)).collect(),
        outcomes: Vec::new(),
        failures: Vec::new(),
    };
    for plan in plans(&clean) {
        match judge(&stage, plan) {
            Ok(Ok(outcome)) => {
                row.count(plan.fault, outcome);
            }
            Ok(Err(what)) | Err(what) => {
                let call = row.calls.get(plan.at).map_or("", String::as_str);
                row.failures
                    .push(format!("{}, call {} ({call}), {:?}: {what:#}", setup.name, plan.at, plan.fault));
            }
        }
    }
    Ok(row)
}

/// Every call of a clean run with every fault that it can have.
fn plans(clean: &Run) -> Vec<Plan> {
    let mut plans = Vec::new();
    for (at, call) in clean.calls.iter().enumerate() {
        let mut add = |fault| plans.push(Plan { at, fault });
        add(Fault::Killed);
        if calls::cannot_fail(*call) {
            continue;
        }
        add(Fault::Fails(Errno::EIO));
        if calls::changes(*call) {
            add(Fault::MadeButFails);
            CHANGING_CALLS.into_iter().for_each(|errno| add(Fault::Fails(errno)));
            add(Fault::FailsFromHere(Errno::EIO));
            add(Fault::FailsFromHere(Errno::ENOSPC));
        }
        if clean.writes.iter().any(|(write, length)| *write == at && *length > 1) {
            add(Fault::Short);
            add(Fault::ShortThenFails(Errno::EIO));
            add(Fault::KilledHalfWay);
        }
    }
    plans
}

fn clean_run(stage: &Stage<'_>) -> Result<Run> {
    stage.reset()?;
    let run = trace::run(&mut stage.victim(), None, stage.setup.always)?;
    let (expected, held) = match stage.setup.way {
        "refused" => (says::UNTOUCHED, Held::Old),
        _ if stage.starts_half_written() => (says::DONE, Held::Old),
        _ => (says::DONE, Held::New),
    };
    ensure!(run.end == End::Exit(expected), "without a fault: {:?}, {}", run.end, run.stderr);
    ensure!(held_by(stage)? == held, "without a fault: the file holds something else");
    Ok(run)
}

fn judge(stage: &Stage<'_>, plan: Plan) -> Result<Result<(Held, Held)>> {
    stage.reset()?;
    let run = trace::run(&mut stage.victim(), Some(plan), stage.setup.always)?;
    ensure!(run.calls.len() > plan.at, "the call was not reached");
    Ok(verdict(stage, &run))
}

fn verdict(stage: &Stage<'_>, run: &Run) -> Result<(Held, Held)> {
    let after = held_by(stage)?;
    if after == Held::Half {
        ensure!(stage.setup.way == IN_PLACE, "the file is half-written");
    }
    truthful(stage, run, after)?;
    let next = stage.next()?;
    let printed = held(stage, &next.stdout);
    let said = String::from_utf8_lossy(&next.stderr).into_owned();
    ensure!(
        next.status.code() == Some(stage.next_says()),
        "the next run: {}, {said}; the run before: {:?}, {}",
        next.status,
        run.end,
        run.stderr
    );
    ensure!(printed != Held::Half, "the next run found the file half-written");
    ensure!(after == Held::Half || printed == after, "the next run made {printed:?} of {after:?}");
    let _quiet = trace::no_spawn();
    let content = fs::read(&stage.file)?;
    let expected = if stage.next_says() == says::DONE { &super::setup::third() } else { &stage.setup.old };
    ensure!(content == *expected, "after the next run the file holds something else");
    if let Some(damage) = stage.damage()? {
        anyhow::bail!("{damage}");
    }
    let wanted = &stage.looks[usize::from(printed == Held::New)];
    let looks = Looks::of(&stage.file)?;
    ensure!(looks == *wanted, "it has {looks:?}, not {wanted:?}");
    Ok((after, printed))
}

/// What the process said is so.
fn truthful(stage: &Stage<'_>, run: &Run, after: Held) -> Result<()> {
    let told = format!("it said {:?} ({}), the file holds {after:?}", run.end, run.stderr.trim());
    let code = match run.end {
        End::Exit(code) => code,
        // Killed, or ended by itself for lack of memory.
        End::Signal(_) => return Ok(()),
    };
    let settles = stage.starts_half_written();
    let so = match code {
        says::DONE if settles => after == Held::Old,
        says::DONE | says::NEW => after == Held::New,
        says::UNTOUCHED | says::UNSETTLED if settles => true,
        says::UNTOUCHED | says::OLD => after == Held::Old,
        says::UNKNOWN => true,
        _ => false,
    };
    ensure!(so, told);
    Ok(())
}

fn held_by(stage: &Stage<'_>) -> Result<Held> {
    let _quiet = trace::no_spawn();
    Ok(held(stage, &fs::read(&stage.file).context("the file is gone")?))
}

fn held(stage: &Stage<'_>, content: &[u8]) -> Held {
    if content == stage.setup.old {
        Held::Old
    } else if content == stage.setup.new {
        Held::New
    } else {
        Held::Half
    }
}
