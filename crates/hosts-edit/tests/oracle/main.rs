//! Every recorded answer of the real consumers (testdata/oracle/hosts-format) against the dialects.
//!
//! An answer is what the dialect gives, or differs from it for a reason of `reasons.rs` that predicts it. How many rows
//! need which reason is part of the table in `consumers.rs`.

#![allow(clippy::print_stdout, reason = "the table of counts")]

mod consumers;
mod fallthrough;
mod reasons;
mod recording;
mod resolved;

use std::collections::BTreeSet;

use consumers::{CONSUMERS, Compare, Consumer};
use hosts_edit::Family;
use recording::Row;

/// Whether two answers are equal as far as they are a function of the file.
fn same(how: Compare, expected: &[String], got: &[String]) -> bool {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    let set = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
    match how {
        Compare::Order => expected == got,
        Compare::Bag => sorted(expected) == sorted(got),
        Compare::Set => set(expected) == set(got),
        Compare::First => expected == &got[..got.len().min(1)],
    }
}

fn matches(consumer: &Consumer, row: &Row, got: &[String]) -> bool {
    let how = match row.family {
        None => consumer.asked.reverse,
        Some(Family::Any) => consumer.asked.both,
        Some(_) => consumer.asked.single,
    };
    same(how, &row.expected, got)
}

/// What is left of a consumer's rows that no reason predicts; prints and checks the counts. A reason that predicts
/// anything must be right, also where the file alone gives the answer.
fn replay(consumer: &Consumer, rows: &[Row]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut needed = vec![0; consumer.explained.len()];
    let mut compared = 0;
    for row in rows.iter().filter(|r| r.consumer == consumer.name) {
        compared += 1;
        let got = consumer.answer(&row.file, row);
        let alone = matches(consumer, row, &got);
        let mut explained = false;
        for (at, (reason, _)) in consumer.explained.iter().enumerate() {
            let predicted = reason.predicts(consumer, row);
            let right = predicted.iter().any(|answer| matches(consumer, row, answer));
            if right && !alone && !explained {
                needed[at] += 1;
                explained = true;
            }
            if !right && !predicted.is_empty() && !explained {
                complaints.push(format!("{} predicts {predicted:?}: {}", reason.words(), row.describe(&got)));
            }
        }
        if !alone && !explained {
            complaints.push(row.describe(&got));
        }
    }
    let counts: Vec<String> =
        consumer.explained.iter().zip(&needed).map(|((r, _), n)| format!("{}: {n}", r.words())).collect();
    println!("{} | {compared} | {}", consumer.name, counts.join(", "));
    if compared != consumer.rows {
        complaints.push(format!("{}: {compared} rows compared, not {}", consumer.name, consumer.rows));
    }
    for ((reason, expected), n) in consumer.explained.iter().zip(&needed) {
        if expected != n {
            complaints.push(format!("{}: {}: {n} rows, not {expected}", consumer.name, reason.words()));
        }
    }
    complaints
}

#[test]
fn every_answer_of_every_consumer() {
    let rows = recording::rows();
    let listed: BTreeSet<String> = CONSUMERS.iter().map(|c| c.name.to_owned()).collect();
    assert_eq!(listed, recording::letters().into_values().collect());
    assert_eq!(CONSUMERS.iter().map(|c| c.rows).sum::<usize>(), rows.len());
    let complaints: Vec<String> = CONSUMERS.iter().flat_map(|consumer| replay(consumer, &rows)).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_readme_has_the_counts() {
    let rows: usize = CONSUMERS.iter().map(|c| c.rows).sum();
    let explained: usize = CONSUMERS.iter().flat_map(|c| c.explained).map(|(_, n)| n).sum();
    let thousands = |n: usize| format!("{},{:03}", n / 1000, n % 1000);
    let readme = include_str!("../../README.md");
    for text in [
        format!("{} recorded answers of {} versions", thousands(rows), CONSUMERS.len()),
        format!("{} are what the dialect gives. The other {explained}", thousands(rows - explained)),
    ] {
        assert!(readme.contains(&text), "{text}");
    }
}

#[test]
fn every_reason_is_cited() {
    for (reason, count) in CONSUMERS.iter().flat_map(|c| c.explained) {
        assert!(*count > 0 && !reason.cite().is_empty() && !reason.words().is_empty(), "{reason:?}");
    }
}
