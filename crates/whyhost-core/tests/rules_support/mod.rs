//! The machines of testdata and their pages.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use whyhost_core::diagnose::{Diagnosis, Target, diagnose};
use whyhost_core::finding::Severity;
use whyhost_core::snapshot::Snapshot;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every machine: name, snapshot, page. Each snapshot has a page and each page a snapshot.
pub(crate) fn machines() -> Vec<(String, Snapshot, String)> {
    let folder = root().join("testdata/machines");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("testdata/machines").map(|e| e.expect("entry").path()).collect();
    files.sort();
    let (json, pages): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|p| p.extension().is_some_and(|e| e == "json"));
    assert_eq!(json.len(), pages.len(), "a snapshot without page, or a page without snapshot");
    json.into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("snapshot");
            let snapshot = Snapshot::from_json(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let page = PathBuf::from(path.to_string_lossy().replace(".json", ".md"));
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            (name, snapshot, fs::read_to_string(page).expect("page"))
        })
        .collect()
}

/// A row of a page's table.
pub(crate) struct Row {
    /// What is asked.
    pub(crate) target: String,
    /// Addresses in order, an error code, `unknown`, or `–` for a literal.
    pub(crate) answer: String,
    /// `code (severity)`, worst first, or `–`.
    pub(crate) findings: String,
}

/// The rows of a page.
pub(crate) fn rows(page: &str) -> Vec<Row> {
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    let table = page.lines().filter(|l| l.starts_with('|')).skip(2);
    let rows: Vec<Row> = table
        .map(|line| match <[String; 3]>::try_from(cells(line)) {
            Ok([target, answer, findings]) => Row { target, answer, findings },
            Err(cells) => panic!("three cells expected: {cells:?}"),
        })
        .collect();
    assert!(!rows.is_empty(), "a page without rows:\n{page}");
    rows
}

/// `localhost`, `localhost:3000`, `127.0.0.1:80`, `[::1]:80`.
pub(crate) fn target(asked: &str) -> Target {
    let (name, port) = match asked.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, port.parse().ok()),
        _ => (asked, None),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    Target { name: name.into(), literal: name.parse::<IpAddr>().ok().map(Into::into), port }
}

/// Diagnoses what is asked.
pub(crate) fn diagnosis(snapshot: &Snapshot, asked: &str) -> Diagnosis {
    diagnose(snapshot.clone(), &target(asked))
}

/// The answer as a page writes it.
pub(crate) fn answer(diagnosis: &Diagnosis) -> String {
    let Some(answer) = diagnosis.answers.first() else { return "–".into() };
    match &answer.error {
        Some(error) => error.code.into(),
        None if answer.addresses.is_empty() => "unknown".into(),
        None => answer.addresses.iter().map(|r| r.address.to_string()).collect::<Vec<_>>().join(", "),
    }
}

/// The findings as a page writes them.
pub(crate) fn findings_of(diagnosis: &Diagnosis) -> String {
    let word = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let all: Vec<String> =
        diagnosis.findings.iter().map(|f| format!("{} ({})", f.code, word(f.severity))).collect();
    if all.is_empty() { "–".into() } else { all.join(", ") }
}

/// `hosts.localhost-v4-only` lies in `localhost/v4_only.rs`, `lo.down` in `loopback/down.rs`.
pub(crate) fn slug_path(code: &str) -> String {
    let (area, slug) = code.split_once('.').expect("area.slug");
    let (folder, name) = match (area, slug.strip_prefix("localhost-")) {
        ("hosts", Some(rest)) => ("localhost", rest),
        ("gai" | "resolve", _) => ("order", slug),
        ("lo" | "kernel" | "firewall", _) => ("loopback", slug),
        ("listen" | "reach" | "scope" | "port", _) => ("ports", slug),
        (area, _) => (area, slug),
    };
    format!("{folder}/{}.rs", name.replace('-', "_"))
}
