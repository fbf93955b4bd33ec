//! Replays the recorded answers of real glibc versions (testdata/oracle/libc): the model must give exactly the same
//! addresses in the same order, or the same error.
#![allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants to see")]

mod recorded;

use recorded::{Asked, GLIBC, Recorded};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{Answer, dns_questions, glibc, musl};

const MATRIX: &str = include_str!("../../../testdata/oracle/libc/matrix.jsonl");
const RANDOM: &str = include_str!("../../../testdata/oracle/libc/random.jsonl");
/// Questions in the two files; every glibc version answered each.
const QUESTIONS: usize = 765 + 2784;
/// Mismatches printed in full.
const SHOWN: usize = 12;

/// Answers that the model does not give, by question and version, each with the reason.
const KNOWN_DEVIATIONS: &[(&str, &str, &str)] = &[
    ("D34.0", "2.31", PILED_UP),
    ("D35.0", "2.31", PILED_UP),
    ("rar121.6", "2.31", PILED_UP),
    ("rar122.6", "2.31", PILED_UP),
    ("rar186.2", "2.31", PILED_UP),
    ("rar186.5", "2.31", PILED_UP),
    ("rbr44.1", "2.31", PILED_UP),
    ("rbr44.4", "2.31", PILED_UP),
    ("rbr63.5", "2.31", PILED_UP),
    ("rbr241.3", "2.31", PILED_UP),
    ("rbr241.6", "2.31", PILED_UP),
    ("rbr270.1", "2.31", PILED_UP),
];
const PILED_UP: &str = "glibc before 2.36 keeps results that [SUCCESS=continue] passes over, which is chance: the model says unknown";

#[test]
fn glibc_answers_as_recorded() {
    let machines = machines();
    let mut report = Report::default();
    for machine in &machines {
        for (n, asked) in machine.asked.iter().enumerate() {
            for version in GLIBC {
                report.compare(machine, n, asked, version);
            }
        }
    }
    report.finish();
}

/// musl from 1.2.1 on is modelled: 1.1.24 treats a failing family otherwise.
const MUSL: [&str; 2] = ["1.2.3", "1.2.6"];

const MUSL_DEVIATIONS: &[(&str, &str, &str)] = &[
    ("A13.0", "1.2.3", NO_SOURCE),
    ("A13.0", "1.2.6", NO_SOURCE),
    ("rbr229.4", "1.2.3", NO_SOURCE),
    ("rbr229.4", "1.2.6", NO_SOURCE),
    ("rbr341.7", "1.2.3", NO_SOURCE),
    ("rbr341.7", "1.2.6", NO_SOURCE),
    ("A30.0", "1.2.6", BAD_ZONE),
    ("A30.1", "1.2.6", BAD_ZONE),
    ("A30.2", "1.2.6", BAD_ZONE),
];
const NO_SOURCE: &str = "the recording has no source address for fe80::1%1: the model says unknown";
const BAD_ZONE: &str = "a line with a zone on an address that is not link-local counts as the name with another family; the model skips it";

#[test]
fn musl_answers_as_recorded() {
    let (mut equal, mut known) = (0, 0);
    let mut different = Vec::new();
    for machine in &machines() {
        for (n, asked) in machine.asked.iter().enumerate() {
            for version in MUSL {
                let library = format!("musl-{version}");
                let query = asked.query();
                let answer = musl::answer(&machine.machine(&library, &query), &query);
                let expected = asked.answer(&library).unwrap_or("(not recorded)");
                let got = recorded::outcome(&answer);
                let id = format!("{}.{n}", machine.id);
                if got == expected {
                    equal += 1;
                } else if let Some((.., why)) =
                    MUSL_DEVIATIONS.iter().find(|(i, v, _)| *i == id && *v == version)
                {
                    println!("known deviation {id} ({version}): {why}");
                    known += 1;
                } else {
                    different.push(format!(
                        "{}.{n} {library}: {} {:?} {}\n  expected {expected}\n  got      {got}\n  {:?}\n  {:?}",
                        machine.id, asked.name, asked.family, asked.flags, answer.trace, machine.etc
                    ));
                }
            }
        }
    }
    println!("musl: {equal} equal, {} different, {known} known deviations", different.len());
    let shown = different.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} mismatches\n{shown}", different.len());
    assert_eq!(known, MUSL_DEVIATIONS.len(), "no longer deviations, remove them from the table");
    assert_eq!(equal + known, QUESTIONS * MUSL.len());
}

#[test]
fn every_dns_question_seen_was_foreseen() {
    let mut missing = Vec::new();
    for machine in machines() {
        for version in GLIBC {
            let library = format!("glibc-{version}");
            let model = Machine::new(machine.snapshot(&library));
            for (n, asked) in machine.asked.iter().enumerate() {
                let foreseen = foreseen(&model, asked);
                let unforeseen = |seen: &&str| !foreseen.contains(&seen.to_ascii_lowercase());
                for seen in asked.questions(&library).into_iter().filter(unforeseen) {
                    missing.push(format!("{}.{n} {library}: {seen}, foreseen {foreseen:?}", machine.id));
                }
            }
        }
    }
    let shown = missing.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(missing.is_empty(), "{} DNS questions were not foreseen:\n{shown}", missing.len());
}

#[test]
fn no_question_is_recorded_twice() {
    let mut ids: Vec<String> = machines().iter().map(|m| m.id.clone()).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "machine ids are not unique");
}

/// Questions as the recording writes them, and the one that mdns_minimal asks on its own.
fn foreseen(machine: &Machine, asked: &Asked) -> Vec<String> {
    let questions = dns_questions(machine, &asked.query());
    let text = |(name, kind): &(String, &str)| format!("{name}/{kind}").to_ascii_lowercase();
    questions.iter().map(text).chain(["local/soa".into()]).collect()
}

fn machines() -> Vec<Recorded> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    MATRIX.lines().chain(RANDOM.lines()).map(read).collect()
}

#[derive(Default)]
struct Report {
    /// Version → (equal, different, known to differ).
    counts: BTreeMap<&'static str, [usize; 3]>,
    /// Group of rows → mismatches.
    groups: BTreeMap<String, usize>,
    /// Questions that were printed, each for its first version.
    ids: BTreeSet<String>,
    shown: String,
    missing: Vec<String>,
    healed: Vec<String>,
}

impl Report {
    fn compare(&mut self, machine: &Recorded, n: usize, asked: &Asked, version: &'static str) {
        let (id, library) = (format!("{}.{n}", machine.id), format!("glibc-{version}"));
        let Some(expected) = asked.answer(&library) else {
            return self.missing.push(format!("{id} {library}"));
        };
        let query = asked.query();
        let answer = glibc::answer(&machine.machine(&library, &query), &query);
        let known = KNOWN_DEVIATIONS.iter().any(|(i, v, _)| *i == id && *v == version);
        let count = self.counts.entry(version).or_default();
        match (recorded::outcome(&answer) == expected, known) {
            (true, false) => count[0] += 1,
            (true, true) => self.healed.push(format!("{id} {version}")),
            (false, true) => count[2] += 1,
            (false, false) => {
                count[1] += 1;
                self.mismatch(machine, &id, asked, &library, expected, &answer);
            }
        }
    }

    fn mismatch(
        &mut self,
        machine: &Recorded,
        id: &str,
        asked: &Asked,
        library: &str,
        expected: &str,
        answer: &Answer,
    ) {
        *self.groups.entry(group(&machine.id)).or_default() += 1;
        if self.ids.len() >= SHOWN || !self.ids.insert(id.to_owned()) {
            return;
        }
        let Asked { name, family, flags, .. } = asked;
        let config = Recorded { asked: Vec::new(), ..machine.clone() };
        let got = recorded::outcome(answer);
        let _ = writeln!(self.shown, "\n{id} {library}: {name} {family:?} {flags}");
        let _ = writeln!(self.shown, "  expected {expected}\n  got      {got}");
        for step in &answer.trace {
            let _ = writeln!(self.shown, "  | {}: {}", step.step, step.detail);
        }
        let _ = writeln!(self.shown, "  {}", serde_json::to_string(&config).expect("string keys"));
    }

    fn finish(self) {
        for (version, [equal, different, known]) in &self.counts {
            println!("glibc {version}: {equal} equal, {different} different, {known} known deviations");
        }
        for (id, version, reason) in KNOWN_DEVIATIONS {
            println!("known deviation {id} ({version}): {reason}");
        }
        let different: usize = self.counts.values().map(|c| c[1]).sum();
        assert_eq!(different, 0, "mismatches by group {:?}\n{}", self.groups, self.shown);
        assert!(self.missing.is_empty(), "no recorded answer: {:?}", self.missing);
        assert!(self.healed.is_empty(), "no longer deviations, remove from the table: {:?}", self.healed);
        for version in GLIBC {
            assert_eq!(
                self.counts[version].iter().sum::<usize>(),
                QUESTIONS,
                "questions answered by {version}"
            );
        }
    }
}

/// The letter of a curated group, or `random`.
fn group(id: &str) -> String {
    if id.starts_with('r') {
        "random".into()
    } else {
        id.chars().take_while(char::is_ascii_uppercase).collect()
    }
}
