//! The servers against their recorded sockets (testdata/oracle/runtimes/listeners.jsonl): every server in every
//! situation, address and `IPV6_V6ONLY`.
#![allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants to see")]

mod listeners;
mod profiles;

use listeners::{RECORDED, Row};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::program::servers::{self, Opened, SERVERS, Server, Socket};
use whyhost_core::resolve::Evidence;
use whyhost_core::snapshot::Program;

const LISTENERS: &str = include_str!("../../../testdata/oracle/runtimes/listeners.jsonl");
/// Servers in the file, and situations of each.
const LINES: usize = 137;
const SITUATIONS: usize = 8;

#[derive(Deserialize)]
struct Line {
    listener: String,
    /// `profile hosts` → sockets.
    opens: BTreeMap<String, String>,
}

/// Cells of a label in which the recording shows something else than the server at work: how many, and why.
struct Known {
    label: &'static str,
    cells: usize,
    why: &'static str,
}

const KNOWN: &[Known] = &[Known {
    label: "dotnetcore3.1 HttpListener http://localhost",
    cells: 7,
    why: "the run ended with \"No usable version of libssl was found\" before it bound anything: .NET Core 3.1 loads \
          OpenSSL up to 1.1 (dotnet/runtime opensslshim.c: OpenLibrary), Debian 12 has 3.0",
}];

#[test]
fn every_recorded_server_opens_what_it_opened() {
    let lines: Vec<Line> = LISTENERS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert_eq!(lines.len(), LINES);
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut equal, mut different) = (0, Vec::new());
    for line in &lines {
        let row = RECORDED.iter().find(|(label, ..)| *label == line.listener);
        let row = row.unwrap_or_else(|| panic!("no model for {}", line.listener));
        assert_eq!(line.opens.len(), SITUATIONS, "{}", line.listener);
        for (situation, expected) in &line.opens {
            let opened = servers::opens(&machine(row, situation), model(row));
            let got = opened.sockets.iter().map(written).collect::<Vec<_>>().join(", ");
            let reason = KNOWN.iter().find(|k| k.label == line.listener);
            match (got == *expected && is_explained(&opened), reason) {
                (true, _) => equal += 1,
                (false, Some(known_one)) => *known.entry(known_one.label).or_default() += 1,
                (false, None) => different.push(format!(
                    "{} [{situation}] {}\n  expected {expected}\n  got      {got} {:?}\n  {:?}",
                    line.listener, row.1, opened.fails, opened.steps
                )),
            }
        }
    }
    println!("servers: {equal} equal, {} different", different.len());
    for Known { label, cells, why } in KNOWN {
        println!("known: {cells} cells of {label}: {why}");
        assert_eq!(known.get(label), Some(cells), "cells of {label}");
    }
    assert!(different.is_empty(), "{} differences\n{}", different.len(), different.join("\n"));
    assert_eq!(equal + known.values().sum::<usize>(), LINES * SITUATIONS);
}

/// Nothing is open without a reason, and nothing is left unknown.
fn is_explained(opened: &Opened) -> bool {
    opened.unknown.is_none() && opened.fails.is_some() == opened.sockets.is_empty()
}

/// "Measured" is said of exactly the servers that are replayed here.
#[test]
fn measured_servers_are_those_of_the_recording() {
    let replayed: BTreeSet<&str> = RECORDED.iter().map(|(_, id, ..)| *id).collect();
    let without_result: BTreeSet<&str> = KNOWN.iter().map(|k| model_of(k.label).id).collect();
    for server in SERVERS {
        let measured = matches!(server.evidence, Evidence::Measured { .. });
        let expected = replayed.contains(server.id) && !without_result.contains(server.id);
        assert_eq!(measured, expected, "{}", server.id);
    }
    let labels: BTreeSet<&str> = RECORDED.iter().map(|(label, ..)| *label).collect();
    assert_eq!(labels.len(), LINES, "a label occurs twice or is missing");
}

fn model_of(label: &str) -> &'static Server {
    model(RECORDED.iter().find(|(l, ..)| *l == label).expect("a row"))
}

fn model((label, id, ..): &Row) -> &'static Server {
    servers::by_id(id).unwrap_or_else(|| panic!("{label}: no server {id}"))
}

fn machine((_, id, version, variable): &Row, situation: &str) -> Machine {
    let (profile, hosts) = situation.split_once(' ').expect("profile and hosts");
    let mut snapshot = profiles::snapshot(profile, profiles::hosts(hosts));
    if let Some(program) = servers::by_id(id).and_then(|s| s.program)
        && !version.is_empty()
    {
        let path = format!("/usr/bin/{program}");
        snapshot.programs.push(Program { id: program.into(), path, version: (*version).into() });
    }
    if let Some((name, value)) = variable.split_once('=') {
        snapshot.env.insert(name.into(), value.into());
    }
    Machine::new(snapshot)
}

/// As the recording writes a socket: `127.0.0.1`, `[::1] v6only=1`, `*` for a dual-stack `::`.
fn written((address, v6only): &Socket) -> String {
    match (address, v6only) {
        (IpAddr::V6(v6), Some(false)) if v6.is_unspecified() => "* v6only=0".into(),
        (IpAddr::V6(v6), Some(v6only)) => format!("[{v6}] v6only={}", u8::from(*v6only)),
        (address, _) => address.to_string(),
    }
}
