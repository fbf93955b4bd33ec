//! Whole commands: every `testdata/cli/*.console` is run as written and must print what it shows.
//!
//! A line `$ whyhost …` is a command, run in testdata/cli with a UTF-8 locale and nothing else in its environment;
//! `NAME=VALUE` in front adds a variable, `< FILE` behind gives standard input. Below it stands its standard output,
//! then standard error with `2> ` before every line, then `? CODE` where it is not 0. `UPDATE_TRANSCRIPTS=1` rewrites
//! the files.

#![allow(clippy::print_stderr, reason = "a test says what it wrote")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/cli")
}

#[test]
fn transcripts() {
    let mut failed = Vec::new();
    let mut commands = 0;
    for path in files() {
        let expected = fs::read_to_string(&path).unwrap();
        let actual = replay(&expected, &mut commands);
        if actual == expected {
            continue;
        }
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&path, actual).unwrap();
            eprintln!("rewritten: {}", path.display());
        } else {
            failed.push(format!("{}\n{}", path.display(), difference(&expected, &actual)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(commands >= 30, "only {commands} commands found");
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "console"));
    files.sort();
    files
}

/// The transcript with fresh outputs; comments and blank lines before a command are kept. A comment stands below a blank
/// line: output can have lines that look like one.
fn replay(text: &str, commands: &mut usize) -> String {
    let mut out = String::new();
    let mut prose = true;
    let mut before = "";
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            *commands += 1;
            out.push_str(&format!("{line}\n{}", run(command)));
            prose = false;
        } else if line.starts_with("# ") && (prose || before.is_empty()) {
            if !prose {
                out.push('\n');
            }
            out.push_str(&format!("{line}\n"));
            prose = true;
        }
        before = line;
    }
    out
}

fn run(command: &str) -> String {
    let (command, stdin) = command.split_once(" < ").map_or((command, None), |(c, f)| (c, Some(f)));
    let mut words = split(command);
    let mut process = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    process.env_clear().env("LC_ALL", "C.UTF-8").current_dir(folder());
    while let Some((name, value)) = words.first().and_then(|w| w.split_once('=')) {
        process.env(name, value);
        words.remove(0);
    }
    assert_eq!(words.remove(0), "whyhost", "{command}");
    process
        .args(words)
        .stdin(stdin.map_or_else(Stdio::null, |f| fs::File::open(folder().join(f)).unwrap().into()));
    let output = process.output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in String::from_utf8(output.stderr).unwrap().lines() {
        text.push_str(format!("2> {line}").trim_end());
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("? {code}\n")),
        None => text.push_str("? killed\n"),
    }
    text
}

/// Words of a command line; single quotes keep blanks.
fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in command.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The first lines that differ.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let window = |lines: &[&str], sign| {
        lines.iter().skip(same).take(12).map(|l| format!("{sign}{l}\n")).collect::<String>()
    };
    format!("line {}\n{}{}", same + 1, window(&expected, '-'), window(&actual, '+'))
}
