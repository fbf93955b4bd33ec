//! What a change of the hosts file does to look-ups: the models before and after it, name by name.

use super::{Objection, Plan};
use crate::machine::Machine;
use crate::program;
use crate::resolve::{self, Answer, Query, Status};
use crate::snapshot::{OsFamily, ScopedAddr};
use hosts_edit::LineKind;
use std::ops::Range;

/// Names that are asked; a change of more lines is compared by what the file lists alone.
pub const MOST_NAMES: usize = 64;

/// Names that are asked however long the file is: localhost, the machine's own, and two of those that change.
const LEAST_NAMES: usize = 4;

/// Lines that all questions together may read: each resolver reads the whole file for a name.
const LINES_READ: usize = 400_000;

/// Lines of a file above which only the system's own resolver and the programs are asked: some models read such a file
/// for seconds.
const LONG: usize = 10_000;

/// A machine before and after a change of its hosts file.
#[derive(Debug)]
pub struct Comparison {
    /// Before.
    pub before: Machine,
    /// After.
    pub after: Machine,
    /// The names that are asked.
    pub names: Vec<String>,
    /// How many names of changed lines are not asked.
    pub more: usize,
}

/// A name that a resolver or program answers otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name.
    pub name: String,
    /// The id of the resolver or program.
    pub resolver: &'static str,
    /// It with its version, for people.
    pub label: String,
    /// What it answered.
    pub before: Outcome,
    /// What it answers afterwards.
    pub after: Outcome,
}

/// An answer, as far as a user notices it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether there are addresses, and why not.
    pub status: Status,
    /// The addresses in order.
    pub addresses: Vec<ScopedAddr>,
}

impl Change {
    /// A name that had addresses has none any more.
    pub fn is_loss(&self) -> bool {
        !self.before.addresses.is_empty() && self.after.addresses.is_empty()
    }
}

impl Comparison {
    /// The machine `before` and with the content of `plan`. Names are those of the changed lines, localhost and the
    /// machine's own.
    pub fn new(before: Machine, plan: &Plan) -> Comparison {
        let after = Machine::new(crate::whatif::with_content(&before.raw, crate::machine::HOSTS, &plan.new));
        let mut names = vec!["localhost".to_owned()];
        if !before.os.hostname.is_empty() {
            names.push(before.os.hostname.clone());
        }
        let (mut old, mut new) = (Vec::new(), Vec::new());
        let mut grown = 0isize;
        for edit in plan.edits.iter().map(|t| &t.edit) {
            old.push(edit.range.clone());
            let start = edit.range.start.saturating_add_signed(grown);
            new.push(start..start + edit.bytes.len());
            grown += edit.bytes.len().cast_signed() - edit.range.len().cast_signed();
        }
        let lines = before.hosts.value.line_count().max(1);
        let most = (LINES_READ / lines).clamp(LEAST_NAMES, MOST_NAMES);
        let mut more = 0;
        for (machine, ranges) in [(&before, &old), (&after, &new)] {
            for name in names_on(machine, ranges) {
                if names.iter().any(|n| n.eq_ignore_ascii_case(&name)) {
                    continue;
                }
                if names.len() < most { names.push(name) } else { more += 1 }
            }
        }
        Comparison { before, after, names, more }
    }

    /// The addresses whose kernel source address the models need for the names, before and after.
    pub fn destinations(&self) -> Vec<ScopedAddr> {
        let mut all: Vec<ScopedAddr> = Vec::new();
        for machine in [&self.before, &self.after] {
            for name in &self.names {
                all.extend(resolve::destinations(machine, name));
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Every name and resolver whose addresses change.
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.before.hosts.value.bytes() == self.after.hosts.value.bytes() {
            return changes;
        }
        let is_long = [&self.before, &self.after].iter().any(|m| m.hosts.value.line_count() > LONG);
        for name in &self.names {
            let query = Query::any(name);
            let (before, after) =
                (answers(&self.before, &query, is_long), answers(&self.after, &query, is_long));
            for ((label, old), (_, new)) in before.into_iter().zip(after) {
                let (old_outcome, new_outcome) = (outcome(&old), outcome(&new));
                if old_outcome.addresses != new_outcome.addresses {
                    changes.push(Change {
                        name: name.clone(),
                        resolver: old.resolver,
                        label,
                        before: old_outcome,
                        after: new_outcome,
                    });
                }
            }
        }
        changes
    }
}

/// What `changes` do that nobody asked for: `asked` are the names whose loss is meant.
pub fn objections(changes: &[Change], asked: &[&str]) -> Vec<Objection> {
    let mut found: Vec<Objection> = Vec::new();
    let is_asked = |name: &str| asked.iter().any(|a| a.eq_ignore_ascii_case(name));
    let losses = changes.iter().filter(|c| c.is_loss() && !is_asked(&c.name));
    for change in losses.filter(|c| super::is_askable(c.name.as_bytes())) {
        match found.last_mut() {
            Some(Objection::Unresolved { name, resolvers }) if *name == change.name => {
                resolvers.push(change.label.clone());
            }
            _ => found.push(Objection::Unresolved {
                name: change.name.clone(),
                resolvers: vec![change.label.clone()],
            }),
        }
    }
    found
}

/// The answers of what is on the machine; of everything that runs on such a system where nothing is known of it. The
/// list is the same for both states of a machine.
fn answers(machine: &Machine, query: &Query, is_long: bool) -> Vec<(String, Answer)> {
    let all = match is_long {
        true => vec![program::system(machine, query)],
        false => resolve::answers(machine, query),
    };
    let any = all.iter().any(|a| a.installed);
    let fits = |a: &Answer| match machine.os.family {
        OsFamily::Linux => !matches!(a.resolver, "macos" | "windows"),
        OsFamily::Macos => a.resolver != "windows",
        OsFamily::Windows => a.resolver == "windows",
    };
    let own = resolve::own(machine).id;
    let shown = all.into_iter().filter(|a| if any { a.installed || a.resolver == own } else { fits(a) });
    let resolvers = shown.map(|a| (format!("{} {}", a.resolver, a.version).trim().to_owned(), a));
    let programs = program::installed(machine).into_iter().map(|chosen| {
        let answer = program::answer(machine, &chosen, query);
        (chosen.title(), answer)
    });
    resolvers.chain(programs).collect()
}

fn outcome(answer: &Answer) -> Outcome {
    let addresses = answer.addresses.iter().map(|r| r.address).collect();
    Outcome { status: answer.status, addresses }
}

/// The names on the lines that `ranges` touch, in the order of the file; names that are not UTF-8 are left out, since
/// no program passes them on as text.
fn names_on(machine: &Machine, ranges: &[Range<usize>]) -> Vec<String> {
    let file = &machine.hosts.value;
    let mut names = Vec::new();
    let mut next = 1;
    for range in ranges {
        let Some(first) = file.line_of(range.start) else { continue };
        // The line behind a removal or an inserted line end is touched too.
        let last = file.line_of(range.end).map_or(first.number(), |l| l.number());
        for number in first.number().max(next)..=last {
            let Some(line) = file.line(number) else { break };
            next = number + 1;
            if line.kind() == LineKind::Comment {
                continue;
            }
            // Also of a line that nobody can read: after a repair its names may be found.
            let words = line.words().into_iter().skip(1);
            let words = words.chain(line.names());
            names.extend(words.filter_map(|w| String::from_utf8(w.text.into_owned()).ok()));
            if names.len() > 4 * MOST_NAMES {
                return names;
            }
        }
    }
    names
}
