//! Whole checks of files and machines.

use super::*;
use crate::finding::RemedyAction;

fn report(text: &str) -> Report {
    Subject::file("img/hosts", text.as_bytes().to_vec(), Platform::Auto).check(&Options::default())
}

fn codes(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|f| f.code).collect()
}

#[test]
fn a_file_is_told_by_its_own_path() {
    let report = report("# nothing\n10.0.0.1 nas\n");
    assert_eq!(codes(&report), ["hosts.localhost-missing"]);
    let found = &report.findings[0];
    assert_eq!(found.locations[0].path, "img/hosts");
    let words = format!("{} {:?}", found.title, found.remedies);
    assert!(found.title.contains("img/hosts") && !words.contains("/etc/hosts"), "{words}");
    let RemedyAction::Edits { path, .. } = &found.remedies[0].action else { panic!("{found:?}") };
    assert_eq!(path, "img/hosts");
}

#[test]
fn a_comment_silences_a_finding_and_one_that_does_not_is_told() {
    let silent = report("# whyhost: ignore hosts.localhost-missing\n10.0.0.1 nas\n");
    assert_eq!((codes(&silent), silent.suppressed, silent.unused.len()), (vec![], 1, 0));
    let text = "127.0.0.1 localhost\n::1 localhost # whyhost: ignore hosts.empty, hosts.nosuch\n# whyhost: ignore lo.down\n";
    let unused: Vec<_> = report(text).unused.into_iter().map(|u| (u.path, u.line, u.code, u.known)).collect();
    let at = |code: &str, known| ("img/hosts".to_owned(), 2, code.to_owned(), known);
    assert_eq!(unused, [at("hosts.empty", true), at("hosts.nosuch", false)]);
}

#[test]
fn a_root_folder_is_told_by_paths_below_it() {
    let mut snapshot = Snapshot::new(Os { hostname: "web".into(), ..Os::unknown(OsFamily::Linux) });
    snapshot.assume_loopback();
    snapshot.files.push(RawFile::text("/etc/hosts", b"127.0.0.1 localhost\n127.0.1.1 web\n::1 localhost\n"));
    snapshot.files.push(RawFile::text("/etc/nsswitch.conf", b"# whyhost: ignore nss\nhosts: dns\n"));
    snapshot.gaps.push(Gap { what: "/etc/gai.conf".into(), why: "EACCES".into() });
    snapshot.gaps.push(Gap { what: "network".into(), why: "not asked".into() });
    let silent = Subject::root(snapshot.clone(), "img/", Platform::Auto).check(&Options::default());
    assert_eq!((codes(&silent), silent.suppressed), (vec![], 1));
    assert_eq!(silent.gaps, [Gap { what: "img/etc/gai.conf".into(), why: "EACCES".into() }]);

    snapshot.files.pop();
    snapshot.files.push(RawFile::text("/etc/nsswitch.conf", b"hosts: dns\n"));
    let subject = Subject::root(snapshot.clone(), "img", Platform::Auto);
    let loud = subject.check(&Options::default());
    assert_eq!(codes(&loud), ["nss.files-missing"]);
    let path = &loud.findings[0].locations[0].path;
    assert_eq!(path, "img/etc/nsswitch.conf");
    assert_eq!(subject.bytes(path).as_deref(), Some(&b"hosts: dns\n"[..]));
    assert_eq!(subject.host(), "web");

    let ignore = Selection { ignore: vec!["nss".into()], ..Selection::default() };
    let ignored = Subject::machine(snapshot, Platform::Auto)
        .check(&Options { selection: ignore, ..Options::default() });
    assert_eq!(codes(&ignored), Vec::<&str>::new());
}

#[test]
fn stock_files_are_clean() {
    let windows = include_bytes!("../../../../testdata/hosts/clean/windows.hosts");
    let debian = include_bytes!("../../../../testdata/hosts/clean/debian.hosts");
    for bytes in [&windows[..], debian] {
        let report = Subject::file("hosts", bytes.to_vec(), Platform::Auto).check(&Options::default());
        let loud = Summary::of(&report.findings, 0).at_least(crate::finding::Severity::Warning);
        assert_eq!(loud, 0, "{:?}", codes(&report));
    }
}

#[test]
fn a_line_is_judged_for_the_readers_that_are_asked_about() {
    let subject = |platform| {
        Subject::file("hosts", b"127.0.0.1 localhost\n::1 localhost\n10.0.0.1 NAS\n".to_vec(), platform)
    };
    let asked = |ids: &[&str]| {
        let readers = rules::readers_named(ids.iter().copied()).expect("readers");
        let report = subject(Platform::Auto).check(&Options { readers, ..Options::default() });
        report.findings.iter().any(|f| f.code == "hosts.uppercase-name")
    };
    assert!(asked(&["glibc", "musl"]), "musl compares byte by byte");
    assert!(!asked(&["glibc", "windows"]) && !asked(&[]));
}

#[test]
fn every_finding_is_told_where_that_is_asked_for_or_a_comment_may_silence_it() {
    let lines: String = (0..1200).map(|_| "10.0.0.1 nas\n").collect();
    let text = format!("127.0.0.1 localhost\n::1 localhost\n{lines}");
    let told = |text: &str, all: bool| {
        let options = Options { all, ..Options::default() };
        let report = Subject::file("hosts", text.as_bytes().to_vec(), Platform::Auto).check(&options);
        let summary = Summary::of(&report.findings, 0);
        (report.findings.len(), summary.at_least(crate::finding::Severity::Note))
    };
    let (some, total) = told(&text, false);
    assert!(some < total && total >= 1199, "{some} of {total}");
    assert_eq!(told(&text, true), (total, total));
    let (with_comment, _) = told(&format!("# whyhost: ignore hosts.empty\n{text}"), false);
    assert_eq!(with_comment, total);
}

#[test]
fn no_statement_is_longer_than_people_read() {
    let report = report(&format!("127.0.0.1 localhost\n::1 localhost\n10.0.0.1 {}\n", "a".repeat(100_000)));
    for finding in &report.findings {
        let words = [finding.title.as_str(), &finding.locations[0].label].concat();
        assert!(words.len() < 1000, "{}: {} bytes", finding.code, words.len());
    }
    assert!(!report.findings.is_empty(), "a name that long is found by nobody");
}
