//! Every rule over every machine of testdata, its registration, its text and its page.

#![allow(clippy::disallowed_methods, reason = "the tests read fixtures; the crate itself reads no file")]

mod rules_support;

use rules_support::{Row, diagnosis, findings_of, machines, root, rows, slug_path, target};
use std::collections::BTreeSet;
use std::fs;
use whyhost_core::finding::{Applicability, Finding, RemedyAction, Severity};
use whyhost_core::machine::Machine;
use whyhost_core::rules::{self, Rule};
use whyhost_core::snapshot::{OsFamily, RawFile, Snapshot};
use whyhost_core::whatif;

/// Exactly the listed answers and findings, nothing else.
#[test]
fn machines_give_what_their_page_says() {
    let mut wrong = Vec::new();
    for (name, snapshot, page) in machines() {
        for Row { target, answer, findings } in rows(&page) {
            let diagnosis = diagnosis(&snapshot, &target);
            let (got_answer, got_findings) = (rules_support::answer(&diagnosis), findings_of(&diagnosis));
            if (&got_answer, &got_findings) != (&answer, &findings) {
                wrong.push(format!(
                    "{name} {target}\n  said: {answer} | {findings}\n  got:  {got_answer} | {got_findings}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_machine_that_breaks_it() {
    let pages: String = machines().into_iter().map(|(.., page)| page).collect();
    let unbroken: Vec<_> =
        rules::all().map(|r| r.code).filter(|c| !pages.contains(&format!("{c} ("))).collect();
    assert!(unbroken.is_empty(), "no machine breaks {unbroken:?}");
}

/// The readers of the system that ships the file; glibc and what else reads the file on Linux for the others.
fn readers_of(name: &str) -> &'static [&'static str] {
    match name.split(['-', '.']).next() {
        Some("alpine") => &["musl"],
        Some("android") => &["bionic"],
        Some("freebsd") => &["freebsd"],
        Some("macos") => &["macos", "libinfo"],
        Some("windows") => &["windows"],
        _ => &["glibc", "resolved", "go", "c-ares-1.34.9", "chromium"],
    }
}

#[test]
fn stock_hosts_files_give_no_error_and_no_warning() {
    let (_, machine, _) = machines().into_iter().find(|(name, ..)| name == "debian12").expect("debian12");
    let mut files = 0;
    for entry in fs::read_dir(root().join("testdata/hosts/clean")).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        let mut snapshot = machine.clone();
        if name.contains("windows") {
            snapshot.os.family = OsFamily::Windows;
        }
        // The file of another machine: its own name is not that of this one.
        snapshot.os.hostname = String::new();
        snapshot.live.lookups.clear();
        snapshot.files.retain(|f| f.path != "/etc/hosts");
        snapshot.files.push(RawFile::text("/etc/hosts", &fs::read(&path).expect("file")));
        let loud = |found: &[Finding]| -> Vec<&'static str> {
            found.iter().filter(|f| f.severity != Severity::Note).map(|f| f.code).collect()
        };
        let asked = loud(&diagnosis(&snapshot, "localhost").findings);
        assert!(asked.is_empty(), "{name}: {asked:?}");
        let machine = Machine::new(snapshot);
        for readers in [&[][..], readers_of(&name)] {
            let readers = rules::readers_named(readers.iter().copied()).expect("readers");
            let asked = target("localhost");
            let context = rules::Context::new(&machine, &asked, &[], &[]).for_readers(readers.clone());
            let checked = rules::run(&context);
            assert!(loud(&checked).is_empty(), "{name}: {readers:?}: {checked:#?}");
        }
        files += 1;
    }
    assert!(files >= 25, "{files} stock files");
}

#[test]
fn no_rule_file_is_forgotten() {
    let folder = root().join("crates/whyhost-core/src/rules");
    let mut files = BTreeSet::new();
    for area in fs::read_dir(&folder).expect("rules").map(|e| e.expect("entry").path()).filter(|p| p.is_dir())
    {
        for file in fs::read_dir(&area).expect("area").map(|e| e.expect("entry").path()) {
            if file.file_name().is_some_and(|n| n != "mod.rs") {
                files.insert(fs::read_to_string(file).expect("source"));
            }
        }
    }
    let registered: BTreeSet<String> = rules::all().map(|r| r.source.to_owned()).collect();
    let forgotten: Vec<_> = files.difference(&registered).map(|s| s.lines().next()).collect();
    assert!(forgotten.is_empty(), "not in a list: {forgotten:?}");
    assert_eq!(registered.len(), rules::all().count(), "a rule is listed twice");
}

const HEADINGS: [&str; 6] =
    ["What it means", "Who is hit", "Example", "Repair", "Not a repair", "References"];

#[test]
fn long_texts_have_their_headings_title_and_references() {
    for rule in rules::all() {
        let text = rule.text();
        assert_eq!(text.lines().next(), Some(&*format!("# {} — {}", rule.code, rule.title)), "{}", rule.code);
        let headings: Vec<_> = text.lines().filter_map(|l| l.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.code);
        let listed: Vec<_> = section(rule, "References")
            .lines()
            .filter_map(|l| l.strip_prefix("- ").map(str::to_owned))
            .collect();
        assert_eq!(listed, rule.references, "{}", rule.code);
        assert!(!rule.references.is_empty(), "{}", rule.code);
    }
}

fn section(rule: &Rule, heading: &str) -> String {
    let text = rule.text();
    let start = text.find(&format!("## {heading}\n")).expect("heading") + heading.len() + 4;
    let rest = &text[start..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
}

/// What made things worse, or changed nothing, where it was tried on a machine with the fault.
const NEVER: [&str; 13] = [
    "disable_ipv6=1",
    "ipv6.disable=1 to",
    "chmod 777",
    "chmod 666",
    "0.0.0.0",
    ">>",
    "tee -a",
    "swap",
    "delete the ::1",
    "remove the ::1",
    "comment out the ::1",
    "nslookup",
    "whyhost fix",
];

fn forbidden(advice: &str) -> Option<&'static str> {
    let advice = advice.to_lowercase();
    NEVER.into_iter().find(|n| advice.contains(n))
}

#[test]
fn no_text_and_no_remedy_gives_wrong_advice() {
    for rule in rules::all() {
        assert_eq!(forbidden(&section(rule, "Repair")), None, "{}", rule.code);
    }
    for (name, finding) in all_findings() {
        assert!(!finding.remedies.is_empty(), "{name}: {} has no remedy", finding.code);
        for remedy in &finding.remedies {
            let action = match &remedy.action {
                RemedyAction::Edits { .. } => String::new(),
                RemedyAction::Command { commands } => commands.join("\n"),
                RemedyAction::Advice { text } => text.clone(),
            };
            let words = format!("{} {action}", remedy.title);
            assert_eq!(forbidden(&words), None, "{name}: {}: {words}", finding.code);
        }
    }
}

/// A remedy stands behind the word "Fix", far from its finding: it names the file, and points at no other finding.
#[test]
fn a_remedy_stands_alone() {
    for (name, finding) in all_findings() {
        for remedy in &finding.remedies {
            let words = match &remedy.action {
                RemedyAction::Edits { path, .. } => {
                    assert!(
                        remedy.title.contains(path.as_str()),
                        "{name}: {}: {}",
                        finding.code,
                        remedy.title
                    );
                    remedy.title.clone()
                }
                RemedyAction::Command { .. } => remedy.title.clone(),
                RemedyAction::Advice { text } => format!("{} {text}", remedy.title),
            };
            for pointer in ["finding", "this line", "the line ", "first cause", "named beside"] {
                assert!(!words.contains(pointer), "{name}: {}: {words}", finding.code);
            }
        }
    }
}

fn all_findings() -> Vec<(String, Finding)> {
    let mut all = Vec::new();
    for (name, snapshot, page) in machines() {
        for row in rows(&page) {
            all.extend(diagnosis(&snapshot, &row.target).findings.into_iter().map(|f| (name.clone(), f)));
        }
    }
    all
}

/// Remedies that change a file lie inside it, in ascending order, and the safe ones take their finding away.
#[test]
fn safe_edits_take_their_finding_away() {
    let mut tried = 0;
    for (name, snapshot, page) in machines() {
        for row in rows(&page) {
            let before = diagnosis(&snapshot, &row.target).findings;
            for finding in &before {
                for remedy in &finding.remedies {
                    let RemedyAction::Edits { path, edits } = &remedy.action else { continue };
                    let size = snapshot.file(path).and_then(RawFile::bytes).unwrap_or_default().len();
                    assert!(
                        !edits.is_empty()
                            && edits.iter().all(|e| e.byte_start <= e.byte_end && e.byte_end <= size)
                    );
                    assert!(edits.windows(2).all(|w| w[0].byte_end <= w[1].byte_start), "{name}: overlap");
                    if remedy.applicability == Applicability::Safe {
                        let after = without_live(&whatif::apply(&snapshot, path, edits));
                        let count =
                            |findings: &[Finding]| findings.iter().filter(|f| f.code == finding.code).count();
                        let left = diagnosis(&after, &row.target).findings;
                        assert!(
                            count(&left) < count(&before),
                            "{name} {}: {} stays",
                            row.target,
                            finding.code
                        );
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 15, "{tried} safe edits");
}

/// What was looked up before the edit proves nothing after it.
fn without_live(snapshot: &Snapshot) -> Snapshot {
    let mut snapshot = snapshot.clone();
    snapshot.live.lookups.clear();
    snapshot
}

#[test]
fn the_pages_under_docs_are_in_step() {
    let folder = root().join("docs/rules");
    let mut pages: Vec<(String, String)> =
        rules::all().map(|r| (format!("{}.md", r.code), rules::page(r))).collect();
    pages.push(("README.md".into(), rules::index()));
    let known: BTreeSet<_> = pages.iter().map(|(name, _)| name.clone()).collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&folder).expect("docs/rules");
        for (name, page) in &pages {
            fs::write(folder.join(name), page).expect("page");
        }
    }
    let there: BTreeSet<_> = fs::read_dir(&folder)
        .expect("docs/rules; make it with UPDATE_DOCS=1")
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(there, known, "UPDATE_DOCS=1 writes them; a page of a rule that is gone is deleted by hand");
    for (name, page) in &pages {
        let found = fs::read_to_string(folder.join(name)).expect("page");
        assert!(
            found == *page,
            "{name} is out of step; UPDATE_DOCS=1 cargo test -p whyhost-core --test rules"
        );
    }
}

#[test]
fn a_rule_lies_in_the_folder_of_its_area() {
    for rule in rules::all() {
        let path = root().join("crates/whyhost-core/src/rules").join(slug_path(rule.code));
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(text == rule.source, "{} is not the source of {}", path.display(), rule.code);
    }
}

#[test]
fn a_target_of_the_tests_reads_as_people_write_it() {
    assert_eq!(target("[::1]:80").to_string(), "[::1]:80");
    assert_eq!(target("localhost:80").to_string(), "localhost:80");
}
