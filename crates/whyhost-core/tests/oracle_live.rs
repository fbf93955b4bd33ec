//! Replays what real programs did on random machines (testdata/oracle/live): the model must give the same addresses in
//! the same order with the same answers, or differ for a reason of the table.
#![allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants to see")]

mod recorded;

use recorded::live::{DEVIATIONS, Line, Ran, Tried, UNKNOWN, Verdict, verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const CLIENTS: &str = include_str!("../../../testdata/oracle/live/clients.jsonl");
const PROGRAMS: &str = include_str!("../../../testdata/oracle/live/programs.json");
const RESOLVERS_PAGE: &str = include_str!("../../../docs/resolvers.md");
/// Questions that the recording holds at least.
const ROWS: usize = 5000;
/// Mismatches printed in full.
const SHOWN: usize = 8;

#[test]
fn programs_connect_as_recorded() {
    let programs = programs();
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut different = Vec::new();
    let lines = lines();
    for line in &lines {
        let (machine, port) = line.machine();
        for (tried, ids) in &line.tried {
            let seen = Tried::parse(tried);
            for id in ids.split(' ') {
                let (id, ran) =
                    programs.get_key_value(id).unwrap_or_else(|| panic!("{id} is not in the list"));
                let count = counts.entry(id).or_default();
                match verdict(&machine, ran, &line.name, port, &seen).expect("a model") {
                    Verdict::Equal => count[0] += 1,
                    Verdict::Known(reason) => {
                        count[1] += 1;
                        *reasons.entry(reason).or_default() += 1;
                    }
                    Verdict::Different(expected) => {
                        count[2] += 1;
                        let mut text = format!("{} {id} {:?}", line.machine.id, line.name);
                        let _ = write!(text, "\n  program {seen}\n  model   {}", expected.tried);
                        for step in &expected.answer.trace {
                            let _ = write!(text, "\n  | {}: {}", step.step, step.detail);
                        }
                        different.push(text);
                    }
                }
            }
        }
    }
    for (id, [equal, known, different]) in &counts {
        println!("{id} {}: {equal} equal, {known} explained, {different} different", programs[*id].version);
    }
    for reason in DEVIATIONS.iter().map(|d| d.reason).chain([UNKNOWN]) {
        let count = reasons.get(reason).copied().unwrap_or_default();
        println!("explained, {count} times: {reason}");
        let row = format!("| {reason} | {count} |");
        assert!(RESOLVERS_PAGE.contains(&row), "docs/resolvers.md has no row {row}");
    }
    let shown = different.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} mismatches\n{shown}", different.len());
    let never: Vec<&String> = programs.keys().filter(|id| !counts.contains_key(id.as_str())).collect();
    assert!(never.is_empty(), "in the list, but never run: {never:?}");
    let (equal, known) = counts.values().fold((0, 0), |sum, c| (sum.0 + c[0], sum.1 + c[1]));
    println!("{} questions: {equal} equal, {known} explained, {} different", equal + known, different.len());
    assert!(equal + known >= ROWS, "only {equal} and {known} questions");
    assert!(known * 50 < equal, "{known} explained, {equal} equal: the table explains too much");
    assert!(equal > 20 * programs.len(), "only {equal} equal of {} machines", lines.len());
}

#[test]
fn no_machine_is_recorded_twice() {
    let ids: Vec<String> = lines().into_iter().map(|l| l.machine.id).collect();
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

fn lines() -> Vec<Line> {
    CLIENTS.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn programs() -> BTreeMap<String, Ran> {
    serde_json::from_str(PROGRAMS).expect("the list of programs")
}
