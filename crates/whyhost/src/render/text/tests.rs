//! Layout of whole diagnoses, on values built by hand.

use super::super::style::tests::PLAIN;
use super::super::style::{HEIGHT, Ui, WIDTH, cells};
use super::diagnose::diagnose;
use whyhost_core::diagnose::{Basis, Course, Diagnosis, LiveComparison, Target, Verdict, VerdictKind};
use whyhost_core::finding::{Applicability, Evidence, Finding, Remedy, RemedyAction, Severity, TextEdit};
use whyhost_core::reach::{Accepts, Attempt, AttemptOutcome, ClientOutcome, Exposure, Listener, Outcome};
use whyhost_core::resolve::{Answer, Because, Ranked, RuleRow, Source, Status, Step};
use whyhost_core::snapshot::{
    Family, LiveLookup, LiveOutcome, Os, OsFamily, Process, Protocol, RawFile, ScopedAddr, Snapshot,
};

fn address(text: &str) -> ScopedAddr {
    text.parse::<std::net::IpAddr>().unwrap().into()
}

/// The machine of the first mock-up: both localhost lines, a server on 127.0.0.1 only.
fn files() -> Snapshot {
    let mut snapshot = Snapshot::new(Os::unknown(OsFamily::Linux));
    let hosts = "127.0.0.1\tlocalhost\n127.0.1.1 devbox\n\n# IPv6\n::1 localhost ip6-localhost\n";
    snapshot.files.push(RawFile::text("/etc/hosts", hosts.as_bytes()));
    snapshot
}

fn ranked(text: &str, line: usize, placed_by: Because) -> Ranked {
    let from = Source::HostsLine { path: "/etc/hosts".into(), line };
    Ranked { address: address(text), from, placed_by }
}

fn measured() -> whyhost_core::resolve::Evidence {
    whyhost_core::resolve::Evidence::Measured { run: "2.36" }
}

fn answer() -> Answer {
    let because = |ours: &str, theirs: &str| Because::Rfc6724 {
        rule: 6,
        ours: format!("precedence {ours}"),
        theirs: format!("precedence {theirs}"),
    };
    Answer {
        resolver: "glibc",
        version: "2.36".into(),
        installed: true,
        evidence: measured(),
        status: Status::Found,
        error: None,
        addresses: vec![ranked("::1", 5, because("50", "10")), ranked("127.0.0.1", 1, because("10", "50"))],
        canonical: None,
        trace: vec![
            Step::new("/etc/nsswitch.conf:12", "hosts: files dns"),
            Step::new("files", "/etc/hosts:1 → 127.0.0.1"),
        ],
        comparison: vec![RuleRow {
            rule: 6,
            name: "precedence",
            first: "50".into(),
            second: "10".into(),
            decides: true,
        }],
    }
}

fn client(
    id: &'static str,
    examples: &'static str,
    tried: &[(&str, AttemptOutcome)],
    outcome: Outcome,
) -> ClientOutcome {
    let attempt = |(a, o): &(&str, AttemptOutcome)| Attempt {
        address: address(a),
        outcome: *o,
        after_ms: 0,
        listener: (*o == AttemptOutcome::Connects).then_some(0),
    };
    ClientOutcome {
        client: id,
        label: "a kind".into(),
        examples,
        version: String::new(),
        installed: true,
        evidence: whyhost_core::resolve::Evidence::Measured { run: "1" },
        unix_socket: false,
        tried: tried.iter().map(attempt).collect(),
        outcome,
    }
}

fn remedy(title: &str, reach: &str, action: RemedyAction) -> Remedy {
    Remedy::new(title, Applicability::Advice, reach, action)
}

fn finding(code: &'static str, severity: Severity, title: &str) -> Finding {
    Finding {
        code,
        severity,
        title: title.into(),
        message: None,
        locations: Vec::new(),
        evidence: vec![Evidence::new("IPV6_V6ONLY is off", "sysctl net.ipv6.bindv6only")],
        remedies: Vec::new(),
        references: &[],
        more: 0,
    }
}

fn diagnosis() -> Diagnosis {
    let edits = vec![TextEdit { byte_start: 0, byte_end: 0, text: "::1\tlocalhost\n".into() }];
    Diagnosis {
        target: Target { name: "localhost".into(), literal: None, port: Some(3000) },
        verdict: Verdict {
            kind: VerdictKind::Fails,
            headline: "localhost:3000 — 1 of 2 kinds of client cannot connect".into(),
            cause: vec![
                "localhost resolves to ::1 first, but the server (python3, pid 30618) listens on 127.0.0.1:3000 only".into(),
            ],
            fixes: vec![
                remedy(
                    "let the server listen on [::1]:3000 as well",
                    "all clients connect",
                    RemedyAction::Advice { text: "in Node: server.listen(3000, 'localhost') listens on one only".into() },
                ),
                remedy(
                    "run clients with NODE_OPTIONS=--dns-result-order=ipv4first",
                    "Node only",
                    RemedyAction::Command { commands: vec!["export NODE_OPTIONS=--dns-result-order=ipv4first".into()] },
                ),
                remedy("add the line", "whole machine", RemedyAction::Edits { path: "/etc/hosts".into(), edits }),
            ],
            do_not: Some("delete `::1 localhost`: servers on ::1 vanish for everyone".into()),
        },
        answers: vec![answer()],
        course: Course {
            addresses: vec![address("::1"), address("127.0.0.1")],
            status: Status::Found,
            basis: Basis::Predicted,
        },
        clients: vec![
            client("first-only", "Node 17–19, BusyBox", &[("::1", AttemptOutcome::Refused)], Outcome::Refused),
            client(
                "in-turn",
                "Node 20+, Python urllib, Go, Rust std, libpq",
                &[("::1", AttemptOutcome::Refused), ("127.0.0.1", AttemptOutcome::Connects)],
                Outcome::Connects,
            ),
        ],
        others: Vec::new(),
        probes: Vec::new(),
        loopback: Vec::new(),
        listeners: vec![Listener {
            protocol: Protocol::Tcp,
            address: "127.0.0.1".parse().unwrap(),
            port: 3000,
            interface: None,
            v6only: None,
            process: Some(Process { pid: 30618, name: "python3".into(), user: None, ..Process::default() }),
            accepts: Accepts { v4: true, v6: false },
            exposure: Exposure::Loopback,
            unit: None,
            container: None,
            service: None,
            group: 1,
        }],
        live: Some(LiveComparison {
            lookup: LiveLookup {
                name: "localhost".into(),
                family: Family::Any,
                flags: Vec::new(),
                outcome: LiveOutcome::Found(vec![address("::1"), address("127.0.0.1")]),
                elapsed_ms: 1,
            },
            matches: Some(true),
        }),
        findings: vec![finding("reach.family-mismatch", Severity::Error, "the first address has no listener")],
        gaps: Vec::new(),
    }
}

fn plain(ui: &Ui, d: &Diagnosis) -> String {
    anstream::adapter::strip_str(&diagnose(ui, d, &files())).to_string()
}

#[test]
fn the_first_screen() {
    let expected = "\
✗ localhost:3000 — 1 of 2 kinds of client cannot connect

  Cause  localhost resolves to ::1 first, but the server (python3, pid 30618) listens on
         127.0.0.1:3000 only
  Fix    let the server listen on [::1]:3000 as well  → all clients connect
         or run clients with NODE_OPTIONS=--dns-result-order=ipv4first  → Node only
            export NODE_OPTIONS=--dns-result-order=ipv4first
         or add the line (/etc/hosts:1)               → whole machine
            + ::1 localhost
  Not    delete `::1 localhost`: servers on ::1 vanish for everyone

  CLIENT                              TRIES           RESULT
  Node 17–19, BusyBox                 ::1             ✗ refused; never tries 127.0.0.1
  Node 20+, Python urllib, Go, Rust…  ::1, 127.0.0.1  ✓ second try

  Why ::1 comes first (glibc)
  /etc/nsswitch.conf:12       hosts: files dns
  /etc/hosts:5                ::1 localhost ip6-localhost  gives ::1
  /etc/hosts:1                127.0.0.1 localhost          gives 127.0.0.1
  RFC 6724 rule 6             precedence 50 > 10           ::1 sorts before 127.0.0.1
  sysctl net.ipv6.bindv6only  IPV6_V6ONLY is off
  getaddrinfo, live           ::1, 127.0.0.1               same as predicted

  reach.family-mismatch · whyhost rule reach.family-mismatch
";
    assert_eq!(plain(&PLAIN, &diagnosis()), expected);
}

#[test]
fn good_news_is_one_line() {
    let mut d = diagnosis();
    d.verdict.kind = VerdictKind::Fine;
    d.verdict.headline = "localhost:3000 — every client connects to 127.0.0.1 (python3, pid 30618)".into();
    d.findings = vec![finding("hosts.crlf", Severity::Note, "lines end with CRLF")];
    assert_eq!(
        plain(&PLAIN, &d),
        "✓ localhost:3000 — every client connects to 127.0.0.1 (python3, pid 30618)\n"
    );
    let verbose = Ui { verbose: true, ..PLAIN };
    assert!(plain(&verbose, &d).contains("note[hosts.crlf]: lines end with CRLF"));
}

/// Every text as long as it can be, everything many times.
fn crowded() -> Diagnosis {
    let mut d = diagnosis();
    let long = "a sentence that goes on and on ".repeat(4);
    d.verdict.headline = format!("localhost:3000 — {long}");
    d.verdict.cause = vec![format!("one, {long}"), format!("two, {long}")];
    for fix in &mut d.verdict.fixes {
        fix.title = long.clone();
        fix.reach = long.clone();
    }
    d.verdict.do_not = Some(long.clone());
    d.findings = (0..9).map(|_| finding("reach.family-mismatch", Severity::Error, &long)).collect();
    for (i, f) in d.findings.iter_mut().enumerate() {
        f.evidence =
            (0..9).map(|j| Evidence::new(format!("{i} {j} {long}"), format!("/etc/{i}{j}"))).collect();
    }
    d
}

#[test]
fn never_wider_than_the_screen_nor_higher() {
    let mut foreign = diagnosis();
    foreign.listeners[0].process =
        Some(Process { pid: 1, name: "\u{1b}[2J\u{202e}日本".repeat(9), ..Process::default() });
    foreign.listeners.push(foreign.listeners[0].clone());
    for width in [40, 60, WIDTH] {
        for ascii in [false, true] {
            let ui = Ui { width, ascii, ..PLAIN };
            for d in [diagnosis(), crowded(), foreign.clone()] {
                let text = plain(&ui, &d);
                for line in text.lines() {
                    assert!(cells(line) <= width, "{} > {width}: {line}", cells(line));
                    assert!(!line.chars().any(char::is_control), "{line:?}");
                    assert!(!ascii || line.is_ascii(), "{line:?}");
                }
                assert!(
                    width < WIDTH || text.lines().count() <= HEIGHT,
                    "{} lines:\n{text}",
                    text.lines().count()
                );
            }
        }
    }
}

#[test]
fn a_tight_screen_keeps_cause_fix_and_table() {
    let text = plain(&PLAIN, &crowded());
    for part in ["  Cause  ", "  Fix    ", "  CLIENT ", "whyhost rule reach.family-mismatch", "more with -v"]
    {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}
