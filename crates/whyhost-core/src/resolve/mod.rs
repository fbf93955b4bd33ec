//! Resolver models: who answers a name with which addresses, in which order, and which step decided.

mod answer;

pub use answer::{Answer, Because, Error, Query, QueryFlags, Ranked, RuleRow, Source, Status, Step};

use crate::machine::Machine;
use crate::snapshot::ScopedAddr;

/// The answers of every modelled resolver for `query`, glibc first.
pub fn answers(machine: &Machine, query: &Query) -> Vec<Answer> {
    let _ = (machine, query);
    Vec::new()
}

/// The addresses whose kernel source address the models will need for `name`: what to record in
/// `source_addresses` before predicting.
pub fn destinations(machine: &Machine, name: &str) -> Vec<ScopedAddr> {
    let _ = (machine, name);
    Vec::new()
}
