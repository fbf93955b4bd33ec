//! What README.md shows is what the command prints, and what it names the command has.
//!
//! Every line `$ whyhost …` in a ```` ```console ```` block is run in the root of the repository; below it stands its
//! standard output. `UPDATE_TRANSCRIPTS=1` rewrites the blocks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OPEN: &str = "```console\n$ whyhost ";
const CLOSE: &str = "```\n";

#[test]
fn samples_are_what_the_command_prints() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (fresh, samples) = with_fresh_samples(&readme);
    assert!(samples >= 3, "only {samples} samples found");
    if fresh != readme && std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    for (old, new) in readme.lines().zip(fresh.lines()) {
        assert_eq!(old, new, "README.md is not what the command prints: UPDATE_TRANSCRIPTS=1 rewrites it");
    }
    assert_eq!(readme.len(), fresh.len(), "README.md is not what the command prints");
}

#[test]
fn named_commands_and_options_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut checked = 0;
    for line in readme.lines().filter_map(|l| l.strip_prefix("$ ").unwrap_or(l).strip_prefix("whyhost ")) {
        let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        let command = words.first().filter(|w| is_command(w)).copied();
        let help = stdout(&whyhost(&command.into_iter().chain(["--help"]).collect::<Vec<_>>()));
        for option in words.iter().filter(|w| w.starts_with('-')) {
            assert!(help.contains(option), "README.md: `whyhost {line}`: no option {option}");
        }
        if let (Some("rule"), Some(code)) = (command, words.get(1)) {
            assert!(whyhost(&["rule", code]).status.success(), "README.md: no rule {code}");
        }
        checked += 1;
    }
    assert!(checked >= 8, "only {checked} command lines found");
    assert!(!is_command("localhost"), "every word counts as a command: the test checks nothing");
}

/// A word that names no target: `whyhost WORD --help` speaks of it alone.
fn is_command(word: &str) -> bool {
    let help = stdout(&whyhost(&["--help"]));
    let listed =
        help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    listed.lines().any(|line| line.split_whitespace().next() == Some(word))
}

fn with_fresh_samples(readme: &str) -> (String, usize) {
    let mut parts = readme.split(OPEN);
    let mut fresh = parts.next().unwrap_or_default().to_owned();
    let mut samples = 0;
    for part in parts {
        let (arguments, rest) = part.split_once('\n').expect("a line");
        let (_, after) = rest.split_once(CLOSE).unwrap_or_else(|| panic!("no end of the sample {arguments}"));
        let output = whyhost(&arguments.split_whitespace().collect::<Vec<_>>());
        assert!(output.stderr.is_empty(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        fresh.push_str(&format!("{OPEN}{arguments}\n{}{CLOSE}{after}", stdout(&output)));
        samples += 1;
    }
    (fresh, samples)
}

fn whyhost(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    command.env_clear().env("LC_ALL", "C.UTF-8").current_dir(root()).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
