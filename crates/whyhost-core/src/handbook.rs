//! The page of everything that is modelled (docs/resolvers.md), made from the models themselves.

use crate::program::servers::{SERVERS, Server};
use crate::program::{Chosen, Era, PROGRAMS, Program, Version, When};
use crate::resolve::{Evidence, RESOLVERS, Resolver};
use std::fmt::Write as _;

const HEAD: &str = "\
# Resolvers, programs and servers

What is modelled, by version, made from the models by `UPDATE_DOCS=1 cargo test -p whyhost-core --test handbook`: change
them and not this page. *Measured* names the versions that were run and compared with the model; *documented* means that
nothing was run, and every output says so.
";

const PROGRAMS_HEAD: &str = "
## Programs

Whom a program asks for the addresses of a name, what it makes of their order, and how it connects. A rule of thumb that
holds for all of them: it reaches a server exactly when an address that it tries is one on which the server listens.
`--client ID` and `--as ID` take the id, a version may follow: `node-18`, `curl-8.2.0`.

| program | id | versions | asks | order | connects | evidence |
|---|---|---|---|---|---|---|
";

const SETTINGS_HEAD: &str = "
Settings that are read, and where the behaviour is written:

| id | settings | where it is written |
|---|---|---|
";

const SERVERS_HEAD: &str = "
## Servers

Which sockets a server opens when it is told `localhost`, on a machine with `127.0.0.1 localhost` and `::1 localhost` and a
global address of each family; and what it opens when it is told nothing or something else.

| server | told | opens | evidence | where it is written |
|---|---|---|---|---|
";

/// What is known to be wrong, by hand.
const DEVIATIONS: &str = include_str!("deviations.md");

/// The whole page. `opened` says in words what a server opens on a healthy machine.
pub fn page(opened: impl Fn(&Server) -> String) -> String {
    let mut out = HEAD.to_owned();
    for resolver in RESOLVERS {
        chapter(&mut out, resolver);
    }
    out += PROGRAMS_HEAD;
    for program in PROGRAMS {
        program.eras.iter().for_each(|era| row(&mut out, program, era));
    }
    out += SETTINGS_HEAD;
    for program in PROGRAMS {
        let cells = [program.id.to_owned(), quoted(program.knobs), program.references.join("; ")];
        line(&mut out, &cells);
    }
    out += SERVERS_HEAD;
    for server in SERVERS {
        let evidence = evidence(server.evidence);
        let cells =
            [server.name.into(), code(server.told), opened(server), evidence, server.references.join("; ")];
        line(&mut out, &cells);
    }
    out + "\n" + DEVIATIONS
}

fn chapter(out: &mut String, r: &Resolver) {
    let _ =
        writeln!(out, "\n## {}\n\n{}. Versions {}; {}.\n", r.id, r.name, r.versions, evidence(r.evidence));
    for (i, stage) in r.stages.iter().enumerate() {
        let _ = writeln!(out, "{}. {stage}", i + 1);
    }
    let _ = writeln!(out, "\nOrder: {}.", r.order);
    if !r.deviations.is_empty() {
        let _ = writeln!(out, "\nKnown to differ:\n");
    }
    for deviation in r.deviations {
        let _ = writeln!(out, "- {deviation}");
    }
    let _ = writeln!(out, "\nSources: {}.", r.references.join("; "));
}

fn row(out: &mut String, program: &'static Program, era: &'static Era) {
    let version = Version::parse(era.since).unwrap_or_else(|| Version::from([0]));
    let chosen = Chosen { program, version, installed: false };
    let behaviour = era.behaviour;
    let asked = behaviour.lookup.words("getaddrinfo").trim_start_matches("as ").to_owned();
    let asks = match behaviour.builtin {
        Some(b) if b.when == When::Always => format!("{}; else {asked}", b.words()),
        Some(b) => format!("{asked}; {}", b.words()),
        None => asked,
    };
    let cells = [
        chosen.program.name.to_owned(),
        chosen.program.id.to_owned(),
        era.label.to_owned(),
        asks,
        behaviour.order.words().to_owned(),
        behaviour.strategy.words(),
        evidence(era.evidence),
    ];
    line(out, &cells);
}

fn line(out: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn evidence(evidence: Evidence) -> String {
    match evidence {
        Evidence::Measured { run } => format!("measured: {run}"),
        Evidence::Documented => "documented".into(),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|t| code(t)).collect::<Vec<_>>().join(", ")
}
