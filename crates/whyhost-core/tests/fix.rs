//! Repairs over every file of testdata, over random files, and over real ones.
//!
//! `WHYHOST_CORPUS` names a folder of hosts files that are not part of the repository.
#![allow(clippy::disallowed_methods, reason = "the tests read fixtures; the crate itself reads no file")]
#![allow(clippy::print_stderr, reason = "a test that skips says why")]

use hosts_edit::HostsFile;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use whyhost_core::check::{Options, Platform, Subject};
use whyhost_core::fix::{self, Objection, Plan, Wanted};
use whyhost_core::snapshot::Snapshot;

/// Repairs that bring a line to life: what it holds is judged for the first time.
const UNCOVER: [&str; 14] = [
    "hosts.bracketed-address",
    "hosts.encoding-bom",
    "hosts.encoding-utf16",
    "hosts.glued-line",
    "hosts.invalid-address",
    "hosts.invalid-name",
    "hosts.line-too-long",
    // glibc loses the end of a last line that has none.
    "hosts.no-final-newline",
    "hosts.nonascii-whitespace",
    "hosts.nonportable-address",
    "hosts.nul-bytes",
    "hosts.port-in-entry",
    "hosts.reversed-columns",
    "hosts.url-in-entry",
];

/// What a repair gives, and the note that tells of it: systems ship such files.
const TOLD_BY_NOTES: [(&str, &str); 5] = [
    // Behind a lone CR, by itself or in front of a line that is added.
    ("hosts.no-final-newline", "hosts.crlf"),
    ("hosts.localhost-missing", "hosts.crlf"),
    ("hosts.localhost-missing", "hosts.localhost-v4-only"),
    ("hosts.localhost-not-loopback", "hosts.localhost-v4-only"),
    ("hosts.hostname-missing", "hosts.hostname-loopback"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "tsv" && e != "md"))
        .collect();
    found.sort();
    found
}

fn subject(bytes: Vec<u8>) -> Subject {
    Subject::file("hosts", bytes, Platform::Auto)
}

fn counts(subject: &Subject) -> BTreeMap<&'static str, usize> {
    let report = subject.check(&Options { all: true, ..Options::default() });
    let mut counts = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(finding.code).or_default() += 1 + finding.more;
    }
    counts
}

/// All that a plan promises; what does not hold is added to `wrong`.
fn holds(what: &str, subject: &Subject, with_unsafe: bool, wrong: &mut Vec<String>) -> Plan {
    let wanted = Wanted { with_unsafe, ..Wanted::default() };
    let plan = fix::plan(subject, &wanted).expect("bytes");
    let mut check = |holds: bool, words: String| {
        if !holds {
            wrong.push(format!("{what}: {words}\n{}", shown(&plan)));
        }
    };
    let after = subject.with_hosts(plan.new.clone());
    let again = fix::plan(&after, &wanted).expect("bytes");
    check(again.is_empty(), format!("fixed again: {:?}", again.fixes));
    check(plan.is_empty() == plan.edits.is_empty(), "edits without a change".into());
    check(!plan.is_empty() || plan.fixes.is_empty(), format!("no change: {:?}", plan.fixes));
    // A line that becomes a comment uncovers nothing.
    let uncovers = |f: &fix::Fix| UNCOVER.contains(&f.code) && !f.title.ends_with("into a comment");
    if !plan.fixes.iter().any(uncovers) {
        let before = counts(subject);
        for (code, count) in counts(&after) {
            let known = before.get(code).copied().unwrap_or(0);
            let is_told =
                |(fix, note): &(&str, &str)| *note == code && plan.fixes.iter().any(|f| f.code == *fix);
            let known = known + usize::from(TOLD_BY_NOTES.iter().any(is_told));
            check(count <= known, format!("{code}: {known} before, {count} after"));
        }
    }
    lines_stay(what, &plan);
    let is_foreign = |o: &&Objection| matches!(o, Objection::Foreign { .. });
    let unasked: Vec<&Objection> = plan.objections.iter().filter(|o| !is_foreign(o)).collect();
    check(with_unsafe || unasked.is_empty(), format!("{unasked:?}"));
    plan
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

fn shown(plan: &Plan) -> String {
    String::from_utf8_lossy(&plan.unified()).into_owned()
}

/// Lines outside the edits are the same bytes, and new line ends are those of the file.
fn lines_stay(what: &str, plan: &Plan) {
    assert!(plan.fixes.len() >= plan.edits.iter().flat_map(|t| &t.fixes).max().map_or(0, |at| at + 1));
    let mut rebuilt = Vec::new();
    let mut done = 0;
    for edit in plan.edits.iter().map(|t| &t.edit) {
        assert!(edit.range.start >= done && edit.range.end <= plan.old.len(), "{what}: {edit:?}");
        rebuilt.extend_from_slice(&plan.old[done..edit.range.start]);
        rebuilt.extend_from_slice(&edit.bytes);
        done = edit.range.end;
    }
    rebuilt.extend_from_slice(&plan.old[done..]);
    assert_eq!(rebuilt, plan.new, "{what}: the edits do not give the content");
    let lone =
        |bytes: &[u8]| (0..bytes.len()).any(|i| bytes[i] == b'\n' && (i == 0 || bytes[i - 1] != b'\r'));
    let is_utf16 = HostsFile::parse(plan.old.clone()).0.encoding().is_utf16() || plan.old.contains(&0);
    if plan.old.contains(&b'\n') && !lone(&plan.old) && !is_utf16 {
        assert!(!lone(&plan.new), "{what}: a line end became LF\n{}", shown(plan));
    }
}

#[test]
fn every_hosts_file_of_testdata() {
    let (mut fixed, mut wrong) = (0, Vec::new());
    for folder in ["testdata/hosts/clean", "testdata/hosts/bytes", "testdata/cli/check"] {
        for path in files(&root().join(folder)) {
            let subject = subject(fs::read(&path).unwrap());
            for with_unsafe in [false, true] {
                let plan =
                    holds(&format!("{} {with_unsafe}", path.display()), &subject, with_unsafe, &mut wrong);
                fixed += usize::from(!plan.is_empty());
                patch_agrees(&plan);
            }
        }
    }
    none(&wrong);
    assert!(fixed >= 10, "{fixed} files had something to fix");
}

#[test]
fn stock_files_stay_as_they_are() {
    for path in files(&root().join("testdata/hosts/clean")) {
        let plan = fix::plan(&subject(fs::read(&path).unwrap()), &Wanted::default()).unwrap();
        // The link-local line of older versions does nothing here: a note says so, and that it may be a comment.
        let codes: Vec<&str> = plan.fixes.iter().map(|f| f.code).collect();
        let expected: &[&str] =
            if path.ends_with("macos-old.hosts") { &["hosts.link-local-localhost"] } else { &[] };
        assert_eq!(codes, expected, "{}", path.display());
    }
}

#[test]
fn every_machine_of_testdata() {
    let (mut fixed, mut tried, mut wrong) = (0, 0, Vec::new());
    for path in files(&root().join("testdata/machines")) {
        let text = fs::read_to_string(&path).unwrap();
        let snapshot = Snapshot::from_json(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let subject = Subject::machine(snapshot, Platform::Auto);
        if subject.bytes("/etc/hosts").is_none() {
            continue;
        }
        let plan = holds(&path.display().to_string(), &subject, false, &mut wrong);
        tried += 1;
        fixed += usize::from(!plan.is_empty());
    }
    none(&wrong);
    assert!(tried >= 50 && fixed >= 15, "{tried} machines, {fixed} with something to fix");
}

#[test]
fn real_files() {
    let Some(folder) = std::env::var_os("WHYHOST_CORPUS").map(PathBuf::from) else {
        eprintln!("SKIP: WHYHOST_CORPUS names no folder of hosts files");
        return;
    };
    let (mut fixed, mut tried, mut wrong) = (0, 0, Vec::new());
    for path in files(&folder) {
        let plan = holds(&path.display().to_string(), &subject(fs::read(&path).unwrap()), false, &mut wrong);
        tried += 1;
        if !plan.is_empty() {
            fixed += 1;
            patch_agrees(&plan);
        }
    }
    none(&wrong);
    eprintln!("{tried} real files, {fixed} with something to fix");
}

/// The patch command makes the same of the old content.
fn patch_agrees(plan: &Plan) {
    let is_text = !plan.old.contains(&0);
    if plan.is_empty() || !is_text {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hosts");
    fs::write(&file, &plan.old).unwrap();
    let mut patch = Command::new("patch")
        .args(["--binary", "--silent", "-p1"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .expect("patch is installed");
    patch.stdin.take().unwrap().write_all(&plan.unified()).unwrap();
    assert!(patch.wait().unwrap().success(), "{}", shown(plan));
    assert_eq!(fs::read(&file).unwrap(), plan.new, "{}", shown(plan));
}

/// Lines as people write them, and what goes wrong in them.
fn line() -> impl Strategy<Value = String> {
    let address = prop_oneof![
        Just("127.0.0.1"),
        Just("::1"),
        Just("10.0.0.5"),
        Just("192.168.1.300"),
        Just("127.1"),
        Just("[::1]"),
        Just("10.0.0.5:80"),
        Just("http://10.0.0.5"),
        Just("fe80::1%lo0"),
        Just("0.0.0.0"),
        Just("nas"),
        Just("\u{feff}10.0.0.6"),
        Just("//"),
    ];
    let name = prop_oneof![
        Just("localhost"),
        Just("nas"),
        Just("Box"),
        Just("a.test"),
        Just("a.test."),
        Just("b_c"),
        Just("*.x"),
        Just("a.test:80"),
        Just("d\u{200b}e"),
        Just("f10.0.0.7"),
        Just("12345"),
        Just("x..y"),
        Just("m\u{fc}ller"),
    ];
    let gap = prop_oneof![Just(" "), Just("\t"), Just("  "), Just("\u{a0}"), Just(",")];
    let end =
        prop_oneof![Just(""), Just(" # note"), Just("#c"), Just(" "), Just("\0"), Just(" # END10.0.0.9 z")];
    let lead = prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("# "), 1 => Just("#")];
    let parts = (lead, address, proptest::collection::vec((gap, name), 0..4), end);
    parts.prop_map(|(lead, address, names, end)| {
        let names: String = names.into_iter().map(|(gap, name)| format!("{gap}{name}")).collect();
        format!("{lead}{address}{names}{end}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_files(
        lines in proptest::collection::vec(line(), 0..8),
        ending in prop_oneof![Just("\n"), Just("\r\n")],
        closed in any::<bool>(),
        with_unsafe in any::<bool>(),
    ) {
        let mut text = lines.join(ending);
        if closed {
            text.push_str(ending);
        }
        let subject = Subject::file("hosts", text.clone().into_bytes(), Platform::Unix);
        let mut wrong = Vec::new();
        holds(&format!("{text:?}"), &subject, with_unsafe, &mut wrong);
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut wrong = Vec::new();
        holds(&format!("{bytes:?}"), &subject(bytes.clone()), false, &mut wrong);
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}
