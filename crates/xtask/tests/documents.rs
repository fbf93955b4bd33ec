//! The map is true: what README.md and docs/*.md name exists, docs/ARCHITECTURE.md leaves no crate out and names guards
//! that are there, and every resolver and deviation is listed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{self, Query};
use whyhost_core::snapshot::Snapshot;

const DOCUMENTS: [&str; 5] =
    ["README.md", "docs/ARCHITECTURE.md", "docs/CONTRIBUTING.md", "docs/resolvers.md", "docs/writes.md"];
/// First parts of paths of this repository.
const ROOTS: [&str; 4] = ["crates", "docs", "testdata", ".ci"];
/// Files beside them.
const TOP_FILES: [&str; 3] = ["Cargo.toml", "LICENSE-MIT", "LICENSE-APACHE"];

#[test]
fn every_path_in_the_documents_exists() {
    let mut named = 0;
    for document in DOCUMENTS {
        for path in words(document).into_iter().filter(|word| is_path(word)) {
            assert!(root().join(&path).exists(), "{document} names `{path}`, which does not exist");
            named += 1;
        }
    }
    assert!(named > 30, "only {named} paths were recognised: has the form of the documents changed?");
}

#[test]
fn every_crate_is_on_the_map_and_exists() {
    let on_map: BTreeSet<String> =
        words("docs/ARCHITECTURE.md").into_iter().filter(|word| is_crate_name(word)).collect();
    assert_eq!(on_map, crates(), "crates named in docs/ARCHITECTURE.md against those of the workspace");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in DOCUMENTS {
        let folder = root().join(document).parent().map(Path::to_path_buf).unwrap_or_default();
        for link in links(&read(document)) {
            assert!(folder.join(&link).exists(), "{document} links to {link}, which does not exist");
        }
    }
}

#[test]
fn every_invariant_names_a_guard_that_is_there() {
    let text = read("docs/ARCHITECTURE.md");
    let (_, table) = text.split_once("## Invariants").expect("the table of invariants");
    let rows: Vec<&str> = table.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| #")).collect();
    assert!(rows.len() > 10, "only {} invariants were recognised", rows.len());
    for row in rows {
        let guard = quoted(row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default());
        let (files, names): (Vec<String>, Vec<String>) = guard.into_iter().partition(|word| is_path(word));
        assert!(!files.is_empty(), "no guard: {row}");
        let texts: Vec<String> = files.iter().map(|file| read(file)).collect();
        for name in names {
            assert!(texts.iter().any(|t| t.contains(&name)), "`{name}` is not in {files:?}");
        }
    }
}

#[test]
fn every_command_of_the_readme_for_tests_is_what_ci_runs() {
    let readme = read("README.md");
    let (_, section) = readme.split_once("## Tests").expect("a section on tests");
    let command = section.split("```sh\n").nth(1).and_then(|s| s.lines().next()).expect("a command");
    assert!(command.starts_with("cargo test"), "{command}");
    assert!(
        read(".ci/run").lines().any(|line| line.starts_with(command)),
        ".ci/run does not run `{command}`"
    );
}

#[test]
fn every_resolver_has_its_chapter() {
    let text = read("docs/resolvers.md");
    let snapshot = read("testdata/machines/debian12.json");
    let machine = Machine::new(Snapshot::from_json(&snapshot).expect("a snapshot"));
    let answers = resolve::answers(&machine, &Query::any("localhost"));
    assert!(answers.len() >= 2, "{} resolvers", answers.len());
    for answer in answers {
        let heading = format!("\n## {}\n", answer.resolver);
        let (_, chapter) =
            text.split_once(&heading).unwrap_or_else(|| panic!("no chapter {}", answer.resolver));
        let chapter = chapter.split("\n## ").next().unwrap_or_default();
        for part in [" Versions ", "\n1. ", "\nOrder: ", "\nSources: "] {
            assert!(chapter.contains(part), "{}: nothing on {part:?}", answer.resolver);
        }
    }
}

#[test]
fn every_known_deviation_is_listed() {
    let text = read("docs/resolvers.md");
    let (_, table) = text.split_once("## Known deviations").expect("the table of deviations");
    let tests = read("crates/whyhost-core/tests/oracle_libc.rs");
    let rows = tests.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.strip_suffix("),"));
    let questions: BTreeSet<&str> = rows.filter_map(|row| row.split('"').next()).collect();
    assert!(!questions.is_empty(), "no deviation was recognised in oracle_libc.rs");
    for question in questions {
        assert!(table.contains(question), "docs/resolvers.md does not list {question}");
    }
}

#[test]
fn every_machine_named_after_a_rule_has_its_page() {
    let mut named = 0;
    for entry in fs::read_dir(root().join("testdata/machines")).expect("machines") {
        let file = entry.expect("an entry").file_name().into_string().expect("a name");
        let Some(stem) = file.strip_suffix(".json").filter(|stem| stem.contains('.')) else { continue };
        let page = |code: &str| root().join("docs/rules").join(format!("{code}.md")).exists();
        // CODE or CODE-VARIANT.
        let cuts = stem.match_indices('-').map(|(at, _)| at).chain([stem.len()]);
        assert!(cuts.into_iter().any(|at| page(&stem[..at])), "docs/rules has no page for {stem}");
        named += 1;
    }
    assert!(named > 20, "only {named} machines are named after a rule");
}

fn is_path(word: &str) -> bool {
    let top = word.split('/').next().unwrap_or_default();
    let below_a_root = word.contains('/') && ROOTS.contains(&top) && !word.contains([' ', '*', '<']);
    below_a_root || TOP_FILES.contains(&word)
}

fn is_crate_name(word: &str) -> bool {
    let of_the_family = word
        .strip_prefix("whyhost-")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    of_the_family || ["hosts-edit", "whyhost", "xtask"].contains(&word)
}

/// Names of the packages below crates/.
fn crates() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("crates")).expect("crates/");
    let manifests =
        entries.map(|entry| entry.expect("an entry").path().join("Cargo.toml")).filter(|m| m.exists());
    let name = |manifest: PathBuf| {
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let line = text.lines().find_map(|line| line.strip_prefix("name = \"")).expect("a package name");
        line.trim_end_matches('"').to_owned()
    };
    manifests.map(name).collect()
}

/// What stands in backquotes, fenced blocks left out.
fn words(document: &str) -> Vec<String> {
    let text = read(document);
    let prose: String = text.split("```").step_by(2).collect();
    quoted(&prose)
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Targets of `[…](…)` inside the repository.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|t| !t.starts_with("http")).map(|t| t.split('#').next().unwrap_or(t).to_owned()).collect()
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap_or_else(|e| panic!("{document}: {e}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
