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

/// The DNS questions (absolute name without final dot, record type) that the walk for `query` may send, in order;
/// empty when no service asks DNS. What the command asks and records before predicting.
pub fn dns_questions(machine: &Machine, query: &Query) -> Vec<(String, &'static str)> {
    let _ = (machine, query);
    Vec::new()
}
