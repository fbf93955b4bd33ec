//! The map is true: what README.md and docs/*.md name exists, and docs/ARCHITECTURE.md leaves no crate out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const DOCUMENTS: [&str; 4] =
    ["README.md", "docs/ARCHITECTURE.md", "docs/CONTRIBUTING.md", "docs/resolvers.md"];
/// First parts of paths of this repository.
const ROOTS: [&str; 5] = ["crates", "docs", "testdata", "xtask", ".ci"];
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

/// Names of the packages below crates/, and xtask.
fn crates() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("crates")).expect("crates/");
    let manifests =
        entries.map(|entry| entry.expect("an entry").path().join("Cargo.toml")).filter(|m| m.exists());
    let name = |manifest: PathBuf| {
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let line = text.lines().find_map(|line| line.strip_prefix("name = \"")).expect("a package name");
        line.trim_end_matches('"').to_owned()
    };
    manifests.map(name).chain(["xtask".to_owned()]).collect()
}

/// What stands in backquotes, fenced blocks left out.
fn words(document: &str) -> Vec<String> {
    let text = read(document);
    let prose: String = text.split("```").step_by(2).collect();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
