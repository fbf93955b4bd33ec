//! Questions that several rules ask of the programs of a machine.

use super::Context;
use crate::finding::Evidence;
use crate::program::{self, Behaviour, Chosen};
use crate::reach::{Attempt, AttemptOutcome};
use crate::resolve::{Answer, Query, Status};
use crate::snapshot::ScopedAddr;

/// A program of the machine with what it does and what it gets for the name of the question.
pub(super) struct Asked {
    /// The program.
    pub(super) program: Chosen,
    /// What it does, its settings applied.
    pub(super) behaviour: Behaviour,
    /// What it gets.
    pub(super) answer: Answer,
}

impl Asked {
    /// Its addresses, each once, in the order in which it tries them.
    pub(super) fn addresses(&self) -> Vec<ScopedAddr> {
        let mut all: Vec<ScopedAddr> = self.answer.addresses.iter().map(|r| r.address).collect();
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|a| seen.insert(*a));
        all
    }

    /// The attempts on `port` in the order in which they begin.
    pub(super) fn walk(&self, ctx: &Context<'_>, port: u16) -> Vec<Attempt> {
        program::walk(ctx.machine, self.behaviour.strategy, &self.addresses(), port)
    }
}

/// The programs that are on the machine.
pub(super) fn installed<'c>(ctx: &'c Context<'_>) -> &'c [Asked] {
    ctx.programs.get_or_init(|| program::installed(ctx.machine).into_iter().map(|p| ask(ctx, p)).collect())
}

/// What `program` makes of the question.
pub(super) fn ask(ctx: &Context<'_>, program: Chosen) -> Asked {
    ask_for(ctx, program, &ctx.target.name)
}

/// The same for another name than that of the question.
pub(super) fn ask_for(ctx: &Context<'_>, program: Chosen, name: &str) -> Asked {
    let answer = program::answer(ctx.machine, &program, &Query::any(name));
    let (behaviour, _) = program.behaviour(ctx.machine);
    Asked { program, behaviour, answer }
}

/// `Node 18.20.8, nginx 1.22.1`.
pub(super) fn labels<'a>(programs: impl IntoIterator<Item = &'a Asked>) -> String {
    programs.into_iter().map(|p| p.program.label()).collect::<Vec<_>>().join(", ")
}

/// Evidence: what programs get, `::1, 127.0.0.1`.
pub(super) fn answer_row(asked: &Asked) -> Evidence {
    let all: Vec<String> = asked.addresses().iter().map(ToString::to_string).collect();
    let text = if asked.answer.status == Status::Found { all.join(", ") } else { "no address".into() };
    Evidence::new(text, asked.program.label())
}

/// An attempt that led nowhere.
pub(super) fn failed(tried: &Attempt) -> bool {
    use AttemptOutcome::{Refused, Timeout, Unreachable};
    matches!(tried.outcome, Refused | Timeout | Unreachable)
}
