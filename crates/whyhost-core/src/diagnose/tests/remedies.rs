//! Fixes with their effects, and which findings concern a target.

use super::super::*;
use super::*;
use crate::finding::{Applicability, RemedyAction, TextEdit};
use crate::machine::NSSWITCH;

#[test]
fn remedies_come_once_least_invasive_first_with_their_effect() {
    let mut raw = debian("127.0.0.1 localhost\n");
    raw.sockets = vec![server("::1", 7, "vite")];
    let machine = Machine::new(raw);
    let target = target("localhost", Some(3000));
    let edit = |text: &str| RemedyAction::Edits {
        path: HOSTS.into(),
        edits: vec![TextEdit { byte_start: 20, byte_end: 20, text: text.into() }],
    };
    let remedy = |title: &str, reach: &str, action| Remedy::new(title, Applicability::Unsafe, reach, action);
    let advice = || RemedyAction::Advice { text: "bind both".into() };
    let add = || remedy("add ::1", "whole machine", edit("::1 localhost\n"));
    let findings = [
        finding("hosts.localhost-v4-only", vec![add()]),
        finding("reach.family-mismatch", vec![add(), remedy("listen on both", "this server only", advice())]),
        finding(
            "x.y",
            vec![remedy("a", "all", advice()), remedy("b", "all", edit("")), remedy("c", "all", edit("#"))],
        ),
    ];
    let answers = resolve::answers(&machine, &Query::any("localhost"));
    let course = course::course(&target, answers.first(), None);
    let clients = reach::clients(&machine, &answers[0], 3000);
    let listeners = reach::listeners(&machine, 3000);
    let case = Case {
        machine: &machine,
        target: &target,
        answer: answers.first(),
        course: &course,
        live: None,
        clients: &clients,
        who: &crate::program::Who::Here,
        listeners: &listeners,
        findings: &findings,
    };
    let fixes = fixes::fixes(&case);
    let got: Vec<_> = fixes.iter().map(|f| (f.title.as_str(), f.effect.as_deref())).collect();
    assert_eq!(
        got,
        [
            ("listen on both", Some("both kinds of client connect")),
            ("add ::1", Some("localhost → ::1, 127.0.0.1 afterwards, both kinds of client connect")),
            ("b", Some("localhost → 127.0.0.1 as before")),
        ]
    );
}

#[test]
fn advice_about_the_outcome_gives_way_to_a_repair_of_the_cause() {
    let mut machine = debian("127.0.1.1 devbox\n");
    machine.files.push(RawFile::text(NSSWITCH, b"hosts: files\n"));
    let got = ask(&machine, "localhost", None);
    let titles: Vec<&str> = got.findings.iter().map(|f| f.code).collect();
    assert!(titles.contains(&"hosts.localhost-missing") && titles.contains(&"resolve.localhost-unresolved"));
    let fixes: Vec<_> = got.verdict.fixes.iter().map(|f| (&f.action, f.effect.as_deref())).collect();
    assert!(
        matches!(
            fixes.as_slice(),
            [(RemedyAction::Edits { .. }, Some("localhost → ::1, 127.0.0.1 afterwards"))]
        ),
        "{fixes:?}"
    );
}

#[test]
fn asking_files_before_dns_saves_the_question() {
    let mut machine = debian(STOCK);
    machine.files.push(RawFile::text(NSSWITCH, b"hosts: dns files\n"));
    machine.live.dns = ["A", "AAAA"]
        .map(|kind| crate::snapshot::Observation {
            server: "192.0.2.53:53".into(),
            name: "api.test".into(),
            kind: kind.into(),
            rcode: "TIMEOUT".into(),
            records: Vec::new(),
            flags: Vec::new(),
            ttl: None,
            elapsed_ms: 2000,
            transport: "udp".into(),
            extended_errors: Vec::new(),
        })
        .to_vec();
    let got = ask(&machine, "api.test", None);
    let effects: Vec<_> = got.verdict.fixes.iter().filter_map(|f| f.effect.as_deref()).collect();
    assert_eq!(effects, ["api.test → 192.0.2.9 as before, without asking DNS"], "{:#?}", got.verdict);
}

#[test]
fn findings_concern_what_they_touch() {
    let machine = Machine::new(debian(STOCK));
    let line = |n: usize| {
        let bytes = STOCK.as_bytes();
        let start = STOCK.split_inclusive('\n').take(n - 1).map(str::len).sum::<usize>();
        vec![crate::finding::Location::of(HOSTS, bytes, start..start + 3, "here")]
    };
    type Case<'a> = (&'static str, Vec<crate::finding::Location>, &'a str, Option<u16>, bool);
    let cases: &[Case<'_>] = &[
        ("hosts.invalid-address", line(1), "localhost", None, true),
        ("hosts.invalid-address", line(2), "localhost", None, false),
        ("hosts.hostname-missing", vec![], "localhost", None, false),
        ("hosts.hostname-missing", vec![], "devbox", None, true),
        ("hosts.invalid-address", line(2), "api.test", None, false),
        ("hosts.stale-address", line(5), "api.test", None, true),
        ("hosts.stale-address", line(5), "API.TEST.", None, true),
        ("hosts.encoding-utf16", vec![], "api.test", None, true),
        ("hosts.encoding-utf16", vec![], "127.0.0.1", None, false),
        ("hosts.localhost-missing", vec![], "api.test", None, false),
        ("nss.dns-before-files", vec![], "api.test", None, true),
        ("resolve.localhost-unresolved", vec![], "api.test", None, false),
        ("gai.replaces-table", vec![], "api.test", None, false),
        ("lo.down", vec![], "api.test", None, false),
        ("lo.down", vec![], "devbox", None, true),
        ("kernel.bindv6only", vec![], "127.0.0.1", Some(8080), true),
        ("listen.none", vec![], "127.0.0.1", None, false),
    ];
    for (code, locations, name, port, want) in cases {
        let finding = Finding { locations: locations.clone(), ..finding(code, vec![]) };
        let target = target(name, *port);
        let answers = resolve::answers(&machine, &Query::any(name));
        assert_eq!(concerns(&machine, &target, answers.first(), &finding), *want, "{code} for {name}");
    }
}
