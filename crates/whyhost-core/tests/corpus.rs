//! Real hosts files: which findings they get, as reviewed one by one.
//!
//! `WHYHOST_CORPUS` names the folder of files; their content is not part of the repository, `testdata/corpus.txt` has only
//! their names, the codes and how often. `UPDATE_CORPUS=1` writes it; read the difference before you commit it.
#![allow(clippy::disallowed_methods, reason = "the corpus is a folder, named in the environment")]
#![allow(clippy::print_stderr, reason = "a test that skips says why")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use whyhost_core::check::{Options, Platform, Subject};
use whyhost_core::finding::{Finding, Severity};

#[test]
fn real_files_get_the_findings_that_were_reviewed() {
    let Some(folder) = std::env::var_os("WHYHOST_CORPUS").map(PathBuf::from) else {
        eprintln!("SKIP: WHYHOST_CORPUS names no folder of hosts files");
        return;
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the corpus").map(|e| e.expect("entry").path()).collect();
    files.sort();
    let mut text = String::new();
    for path in files.iter().filter(|p| p.extension().is_none_or(|e| e != "tsv")) {
        let name = path.file_name().expect("a name").to_string_lossy();
        let found = findings(path);
        show(&name, &found);
        for ((severity, code), count) in count(&found) {
            let _ = writeln!(text, "{name}\t{severity}\t{code}\t{count}");
        }
    }
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/corpus.txt");
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        fs::write(&recorded, &text).expect("testdata/corpus.txt");
    }
    let accepted = fs::read_to_string(&recorded).expect("testdata/corpus.txt");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (new, old) = (lines(&text), lines(&accepted));
    let gone: Vec<_> = old.iter().filter(|l| !new.contains(l)).collect();
    let come: Vec<_> = new.iter().filter(|l| !old.contains(l)).collect();
    assert!(gone.is_empty() && come.is_empty(), "no more: {gone:#?}\nnew: {come:#?}");
}

/// What `whyhost check FILE` finds, without a limit.
fn findings(path: &Path) -> Vec<Finding> {
    let name = path.file_name().expect("a name").to_string_lossy();
    let options = Options { all: true, ..Options::default() };
    Subject::file(&name, fs::read(path).expect("a file"), Platform::Auto).check(&options).findings
}

fn count(found: &[Finding]) -> BTreeMap<(&'static str, &'static str), usize> {
    let word = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut counts = BTreeMap::new();
    for finding in found {
        *counts.entry((word(finding.severity), finding.code)).or_default() += 1 + finding.more;
    }
    counts
}

/// With `SHOW_CORPUS=CODE` every finding of that code, for reading.
fn show(name: &str, found: &[Finding]) {
    let Some(code) = std::env::var("SHOW_CORPUS").ok() else { return };
    for finding in found.iter().filter(|f| f.code.contains(&code)) {
        let at = finding.locations.first().map_or(0, |l| l.line);
        eprintln!("{name}:{at}: {:?} {}: {}", finding.severity, finding.code, finding.title);
    }
}
