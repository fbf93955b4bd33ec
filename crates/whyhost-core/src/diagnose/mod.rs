//! The whole path once: snapshot → machine → answers → reach → findings → verdict.
//!
//! - `course`: the addresses that programs get, and who says so; `live`: the prediction against the real resolver.
//! - `relevance`: which findings concern the target.
//! - `verdict`: what the situation is, and how bad; `headline`, `cause`, `fixes`: the same in a user's words.

mod cause;
mod course;
mod fixes;
mod headline;
mod live;
mod relevance;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use live::error_text;

pub use course::{Basis, Course};
pub use live::{LiveComparison, agrees, compare_live};
pub use relevance::concerns;
pub use words::decided_by;

use crate::finding::{Finding, Remedy};
use crate::machine::{FileState, Machine};
use crate::program::{self, Who};
use crate::reach::{self, ClientOutcome, Listener};
use crate::resolve::{self, Answer, Query};
use crate::rules;
use crate::snapshot::{Gap, LoopbackTest, Probe, ScopedAddr, Snapshot};
use serde::Serialize;
use std::fmt;
use std::net::IpAddr;

/// What is asked: a name or an address, and maybe a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Name or address as typed.
    pub name: String,
    /// The address, where the name is one.
    pub literal: Option<ScopedAddr>,
    /// TCP port.
    pub port: Option<u16>,
}

impl Target {
    /// The name `localhost`, with or without the final dot.
    pub fn is_localhost(&self) -> bool {
        let name = self.name.strip_suffix('.').unwrap_or(&self.name);
        self.literal.is_none() && name.eq_ignore_ascii_case("localhost")
    }
}

impl fmt::Display for Target {
    /// `localhost`, `localhost:3000`, `[::1]:3000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.port, self.literal) {
            (None, _) => write!(f, "{}", self.name),
            (Some(port), Some(ScopedAddr { address: IpAddr::V6(_), .. })) => {
                write!(f, "[{}]:{port}", self.name)
            }
            (Some(port), _) => write!(f, "{}:{port}", self.name),
        }
    }
}

/// The verdict of a diagnosis, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// Every client connects, or the name resolves the same everywhere.
    Fine,
    /// It works, with a warning worth reading.
    Warning,
    /// At least one client fails.
    Fails,
    /// Could not be told.
    Unknown,
}

/// The answer in a user's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Decides the exit code.
    pub kind: VerdictKind,
    /// One line without symbol: `localhost:3000 — 1 of 2 kinds of client cannot connect`.
    pub headline: String,
    /// Why, one or two lines.
    pub cause: Vec<String>,
    /// At most three, least invasive first.
    pub fixes: Vec<Remedy>,
    /// A popular wrong fix that must not be tried here, with the reason: `delete the line …: servers on ::1 …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not: Option<String>,
}

/// Everything that is known about one target.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// What was asked.
    pub target: Target,
    /// The answer.
    pub verdict: Verdict,
    /// Per resolver.
    pub answers: Vec<Answer>,
    /// The addresses that the verdict is about, in the order in which programs get them, and who says so.
    pub course: Course,
    /// Per client, when a port was asked: those that the verdict is about.
    pub clients: Vec<ClientOutcome>,
    /// The clients that are not on the machine or do not count, where they were asked for.
    pub others: Vec<ClientOutcome>,
    /// Listeners of the port, or none without a port.
    pub listeners: Vec<Listener>,
    /// The real resolver's answer.
    pub live: Option<LiveComparison>,
    /// Connections that were tried.
    pub probes: Vec<Probe>,
    /// Tests of the loopback interface.
    pub loopback: Vec<LoopbackTest>,
    /// What concerns the target, worst first.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
}

impl Diagnosis {
    /// The verdict already says what `finding` says: in its words, as the outcome that it is about, or by the reason of
    /// the finding. Such a finding need not be told again beside the verdict.
    pub fn tells(&self, finding: &Finding) -> bool {
        let Verdict { headline, cause, .. } = &self.verdict;
        headline.contains(&finding.title)
            || cause.iter().any(|line| line.contains(&finding.title))
            || cause::is_outcome(finding)
            || cause::follows(&self.findings, finding)
    }
}

/// What the verdict is made of.
struct Case<'a> {
    machine: &'a Machine,
    target: &'a Target,
    answer: Option<&'a Answer>,
    course: &'a Course,
    live: Option<&'a LiveComparison>,
    clients: &'a [ClientOutcome],
    who: &'a Who,
    listeners: &'a [Listener],
    findings: &'a [Finding],
}

/// Diagnoses `target` on the machine of `snapshot`.
pub fn diagnose(snapshot: Snapshot, target: &Target) -> Diagnosis {
    of_machine(&Machine::new(snapshot), target)
}

/// [`diagnose`] for files that are parsed already: a hosts file may have a million lines.
pub fn of_machine(machine: &Machine, target: &Target) -> Diagnosis {
    of_clients(machine, target, &Who::Here)
}

/// [`of_machine`] with a verdict about the clients of `who`.
pub fn of_clients(machine: &Machine, target: &Target, who: &Who) -> Diagnosis {
    let answers = match target.literal {
        Some(_) => Vec::new(),
        None => resolve::answers(machine, &Query { port: target.port, ..Query::any(&target.name) }),
    };
    let live = match target.literal {
        Some(_) => None,
        None => compare_live(&machine.raw, &Query::any(&target.name), answers.first()),
    };
    let course = course::course(target, answers.first(), live.as_ref());
    let clients =
        target.port.map_or_else(Vec::new, |port| program::clients(machine, target, &course, who, port));
    let listeners = target.port.map_or_else(Vec::new, |port| reach::listeners(machine, port));
    let findings = findings(machine, target, &answers, &clients);
    let verdict = verdict::verdict(&Case {
        machine,
        target,
        answer: answers.first(),
        course: &course,
        live: live.as_ref(),
        clients: &clients,
        who,
        listeners: &listeners,
        findings: &findings,
    });
    let gaps = gaps(machine, &listeners);
    Diagnosis {
        target: target.clone(),
        verdict,
        answers,
        course,
        clients,
        others: Vec::new(),
        listeners,
        live,
        probes: machine.raw.live.probes.iter().filter(|p| Some(p.port) == target.port).cloned().collect(),
        loopback: machine.raw.live.loopback.clone(),
        findings,
        gaps,
    }
}

impl Diagnosis {
    /// Adds the clients that the verdict does not count.
    pub fn with_others(mut self, machine: &Machine) -> Diagnosis {
        if let Some(port) = self.target.port {
            self.others = program::others(machine, &self.target, &self.course, port);
        }
        self
    }
}

/// Every finding that concerns `target`, worst first; `answers` is empty for an address, `clients` without a port.
pub fn findings(
    machine: &Machine,
    target: &Target,
    answers: &[Answer],
    clients: &[ClientOutcome],
) -> Vec<Finding> {
    let context = rules::Context::new(machine, target, answers, clients).for_target_alone();
    let mut all = rules::run(&context);
    all.retain(|f| concerns(machine, target, answers.first(), f));
    all
}

/// What could not be looked at: the collector's list, and what the models had to assume.
fn gaps(machine: &Machine, listeners: &[Listener]) -> Vec<Gap> {
    let mut gaps = machine.raw.gaps.clone();
    let hosts = &machine.hosts;
    if let FileState::Unreadable(reason) = &hosts.state
        && gaps.iter().all(|g| g.what != hosts.path)
    {
        gaps.push(Gap { what: hosts.path.clone(), why: reason.clone() });
    }
    gaps.extend(listeners.iter().filter(|l| l.v6only_is_assumed()).map(|l| Gap {
        what: format!("IPV6_V6ONLY of {l}"),
        why: "the recorded facts do not tell; the default of this system was taken".into(),
    }));
    gaps
}
