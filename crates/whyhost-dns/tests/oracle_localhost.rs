//! What real servers said about localhost (testdata/oracle/dns-localhost), and what the comparison makes of it.

#![allow(clippy::print_stderr, reason = "a test says what it wrote")]

use serde::Deserialize;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use whyhost_core::local::Local;
use whyhost_core::resolve::Source;
use whyhost_core::snapshot::Observation;
use whyhost_dns::{Kind, Verdict, compare, localhost_questions, recorded_answers};

#[derive(Deserialize)]
struct Recorded {
    program: String,
    version: String,
    configuration: String,
    observations: Vec<Observation>,
}

/// What the upstream server answered to everything: an answer with it has left the server.
const LIES: [&str; 3] = ["192.0.2.66", "2001:db8::66", "leaked.example"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn recorded() -> Vec<Recorded> {
    let text = fs::read_to_string(root().join("testdata/oracle/dns-localhost/recorded.jsonl")).unwrap();
    let all: Vec<Recorded> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(all.len() >= 9, "{} servers", all.len());
    all
}

fn leaked(observation: &Observation) -> bool {
    observation.records.iter().any(|r| LIES.contains(&r.as_str()))
}

fn localhost() -> Local {
    let line = |line| Source::HostsLine { path: "/etc/hosts".into(), line };
    Local {
        name: "localhost".into(),
        addresses: vec![("127.0.0.1".parse().unwrap(), line(1)), ("::1".parse().unwrap(), line(2))],
        asks_dns: false,
        leaks: None,
        unknown: None,
        dns_names: vec!["localhost.corp.example".into(), "localhost".into()],
    }
}

#[test]
fn every_question_was_answered_by_every_server() {
    for server in recorded() {
        let address = server.observations[0].server.parse().unwrap();
        let names = localhost().dns_names;
        let questions = localhost_questions(&[address], &names);
        let asked: Vec<(&str, &str)> = questions.iter().map(|q| (q.name.as_str(), q.kind.name())).collect();
        let answered: Vec<(&str, &str)> =
            server.observations.iter().map(|o| (o.name.as_str(), o.kind.as_str())).collect();
        assert_eq!(asked, answered, "{} {}", server.program, server.configuration);
        assert!(questions.iter().any(|q| q.kind == Kind::Ptr));
    }
}

/// The machine has both localhost lines. Whether its DNS server lets localhost out is seen by the comparison alone.
#[test]
fn a_server_that_lets_localhost_out_is_told() {
    for server in recorded() {
        // The answers of the search domain are another matter.
        let local = Local { dns_names: vec!["localhost".into()], ..localhost() };
        let about = format!("{} {}", server.program, server.configuration);
        let compared = compare(local.clone(), &recorded_answers(&server.observations, &local));
        let own = server.observations.iter().filter(|o| o.name == "localhost");
        let lies = own.clone().any(leaked);
        assert_eq!(compared.action, lies, "{about}: {:?}", compared.reasons);
        let expected = match lies {
            // 127.0.0.1 and ::1 are addresses of this machine: no pin of a site that has moved.
            true => Verdict::LocalOverrides,
            false if own.clone().all(|o| !o.records.is_empty()) => Verdict::Same,
            false => Verdict::OnlyLocal,
        };
        assert_eq!(compared.verdict, expected, "{about}");
    }
}

/// glibc puts the search domain first: a record there takes localhost away from a machine without hosts lines.
#[test]
fn the_search_domain_captures_localhost_behind_every_forwarder_that_lets_it_through() {
    for server in recorded() {
        let local = Local { addresses: Vec::new(), asks_dns: true, ..localhost() };
        let compared = compare(local.clone(), &recorded_answers(&server.observations, &local));
        let captured = server.observations.iter().any(|o| o.name == "localhost.corp.example" && leaked(o));
        let says = compared.reasons.iter().any(|r| r.contains("makes it localhost.corp.example"));
        assert_eq!(says, captured, "{} {}: {:?}", server.program, server.configuration, compared.reasons);
    }
}

#[test]
fn the_page_is_in_step() {
    let (path, page) = (root().join("docs/localhost-in-dns.md"), page());
    if fs::read_to_string(&path).is_ok_and(|text| text == page) {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some(),
        "docs/localhost-in-dns.md: UPDATE_DOCS=1 cargo test -p whyhost-dns"
    );
    fs::write(&path, page).unwrap();
    eprintln!("rewritten: {}", path.display());
}

const HEAD: &str = "\
<!-- Generated from testdata/oracle/dns-localhost; UPDATE_DOCS=1 cargo test -p whyhost-dns -->
# What DNS servers say about localhost

RFC 6761, section 6.3: a caching server should answer localhost and names below it by itself and not ask others. Recorded with an
upstream server that lies about everything; **out** means that its answer came back, so that the question had left the server. The
machine needs none of this: with `localhost` in the hosts file, asked before DNS, no question leaves it. `whyhost compare localhost`
asks your servers the same. (dnsmasq's --stop-dns-rebind lets the questions out and holds the answers back, since it takes the addresses
of the lie for private ones.)

";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| server | configuration | `localhost` A / AAAA | below `.localhost` | `localhost.localdomain` | search domain | names of 127.0.0.1 / ::1 |\n");
    page.push_str("|---|---|---|---|---|---|---|\n");
    for server in recorded() {
        let Recorded { program, version, configuration, observations } = &server;
        let cell = |name: &str| {
            let all: Vec<String> = observations.iter().filter(|o| o.name == name).map(said).collect();
            if all.windows(2).all(|two| two[0] == two[1]) { all[0].clone() } else { all.join(" / ") }
        };
        let reverse: Vec<String> = observations.iter().filter(|o| o.kind == "PTR").map(said).collect();
        writeln!(
            page,
            "| {program} {version} | {configuration} | {} | {} | {} | {} | {} |",
            cell("localhost"),
            cell("whyhost.localhost"),
            cell("localhost.localdomain"),
            cell("localhost.corp.example"),
            reverse.join(" / ")
        )
        .unwrap();
    }
    page
}

fn said(observation: &Observation) -> String {
    match observation.records.first() {
        _ if leaked(observation) => "**out**".into(),
        Some(record) => record.clone(),
        None if observation.rcode == "NOERROR" => "no record".into(),
        None => observation.rcode.clone(),
    }
}
