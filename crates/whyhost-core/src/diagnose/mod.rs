//! The whole path once: snapshot → machine → answers → reach → findings → verdict (skeleton).

use crate::finding::{Finding, Remedy};
use crate::machine::Machine;
use crate::reach::{ClientOutcome, Listener};
use crate::resolve::Answer;
use crate::snapshot::{Gap, LiveLookup, ScopedAddr, Snapshot};
use serde::Serialize;

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
    /// A popular wrong fix that must not be tried here, with the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not: Option<String>,
}

/// Prediction against the real resolver.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveComparison {
    /// The live answer.
    pub lookup: LiveLookup,
    /// It equals the prediction; `None` where there is no prediction.
    pub matches: Option<bool>,
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
    /// Per client kind, when a port was asked.
    pub clients: Vec<ClientOutcome>,
    /// Listeners of the port, or none without a port.
    pub listeners: Vec<Listener>,
    /// The real resolver's answer.
    pub live: Option<LiveComparison>,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
}

/// Diagnoses `target` on the machine of `snapshot`.
pub fn diagnose(snapshot: Snapshot, target: &Target) -> Diagnosis {
    let machine = Machine::new(snapshot);
    let _ = (&machine, target);
    unreachable!("skeleton")
}
