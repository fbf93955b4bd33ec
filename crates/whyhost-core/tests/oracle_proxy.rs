//! Replays what real programs did with proxy variables (testdata/oracle/proxy): the model must send the same requests to
//! the same proxy.
#![allow(clippy::print_stdout, reason = "the counts are what a reader of the test wants to see")]

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::program::Version;
use whyhost_core::program::proxy::{CLIENTS, Client, Destination, Environment, java_captures};
use whyhost_core::snapshot::{Os, OsFamily, Snapshot};

const RECORDED: &str = include_str!("../../../testdata/oracle/proxy/recorded.jsonl");
/// The two proxies of the recording.
const PROXIES: [(&str, char); 2] = [("127.0.0.1:3128", 'p'), ("127.0.0.1:3129", 'q')];
/// Mismatches printed in full.
const SHOWN: usize = 40;

#[derive(Deserialize)]
struct Head {
    targets: Vec<String>,
    values: Vec<Option<String>>,
    variable_targets: Vec<String>,
    environments: Vec<Environment>,
}

#[derive(Deserialize)]
struct Line {
    client: Option<String>,
    java: Option<Vec<String>>,
    version: String,
    #[serde(default)]
    env: Environment,
    #[serde(default)]
    no_proxy: Vec<String>,
    #[serde(default)]
    variables: Vec<String>,
    #[serde(default)]
    got: String,
}

fn recorded() -> (Head, Vec<Line>) {
    let mut lines = RECORDED.lines();
    let head = serde_json::from_str(lines.next().expect("a head")).expect("a head");
    (head, lines.map(|l| serde_json::from_str(l).expect("a line")).collect())
}

#[test]
fn every_client_sends_the_same_requests_to_a_proxy() {
    let (head, lines) = recorded();
    let mut report = Report::default();
    let mut clients: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines {
        let Some(id) = &line.client else { continue };
        let client = *CLIENTS.iter().find(|c| c.id == id).unwrap_or_else(|| panic!("{id} is not modelled"));
        *clients.entry(client.id).or_default() += 1;
        for (value, got) in head.values.iter().zip(&line.no_proxy) {
            let proxy = format!("http://{}", PROXIES[0].0);
            let mut environment = line.env.clone();
            environment.extend(["http_proxy", "https_proxy"].map(|name| (name.to_owned(), proxy.clone())));
            environment.extend(value.iter().map(|v| ("no_proxy".to_owned(), v.clone())));
            report.compare(client, line, &environment, &head.targets, got, &line.no_proxy);
        }
        for (environment, got) in head.environments.iter().zip(&line.variables) {
            let mut environment = environment.clone();
            environment.extend(line.env.clone());
            report.compare(client, line, &environment, &head.variable_targets, got, &line.variables);
        }
    }
    println!("{} requests compared, {} left out, clients {clients:?}", report.compared, report.left_out);
    let measured = CLIENTS.iter().filter(|c| c.eras.iter().any(|e| e.evidence.word() == "measured"));
    assert!(measured.map(|c| c.id).eq(clients_in_order(&clients)), "{:?}", clients.keys());
    assert!(report.compared > 35_000, "{}", report.compared);
    assert!(report.wrong.is_empty(), "{} differ:\n{}", report.wrong.len(), report.shown());
}

fn clients_in_order<'c>(recorded: &'c BTreeMap<&str, usize>) -> impl Iterator<Item = &'static str> + 'c {
    CLIENTS.iter().map(|c| c.id).filter(|id| recorded.contains_key(id))
}

#[test]
fn programs_without_variables_never_use_one() {
    let (head, lines) = recorded();
    let mut seen = 0;
    for line in lines.iter().filter(|l| l.client.is_none() && l.java.is_none()) {
        assert_eq!((line.no_proxy.len(), line.variables.len()), (head.values.len(), head.environments.len()));
        assert!(!line.no_proxy.iter().chain(&line.variables).any(|got| got.contains(['p', 'q'])));
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
    let node = CLIENTS.iter().find(|c| c.id == "node").expect("node");
    for environment in &head.environments {
        let destination = destination(&head.targets[0]);
        assert_eq!(node.captures(&Version::from([24, 21]), environment, &destination), None);
    }
}

#[test]
fn java_sends_loopback_to_a_proxy_where_its_exceptions_are_emptied() {
    let (head, lines) = recorded();
    let mut seen = 0;
    for line in &lines {
        let Some(options) = &line.java else { continue };
        let letters = head.targets.iter().zip(line.got.chars());
        let loopback =
            letters.filter(|(url, _)| ["http://localhost/", "http://127.0.0.1/"].contains(&url.as_str()));
        let captured = loopback.map(|(_, letter)| letter == 'p').reduce(|a, b| a || b).expect("loopback");
        let mut snapshot = Snapshot::new(os());
        snapshot.env.insert("JAVA_TOOL_OPTIONS".into(), options.join(" "));
        assert_eq!(java_captures(&Machine::new(snapshot)).is_some(), captured, "{options:?}");
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[derive(Default)]
struct Report {
    compared: usize,
    left_out: usize,
    wrong: Vec<String>,
}

impl Report {
    /// `got` has a letter for each target; `all` are the letters of all rows.
    fn compare(
        &mut self,
        client: &Client,
        line: &Line,
        environment: &Environment,
        targets: &[String],
        got: &str,
        all: &[String],
    ) {
        let version = Version::parse(&line.version).expect("a version");
        for (i, (target, letter)) in targets.iter().zip(got.chars()).enumerate() {
            // HTTP::Tiny of this machine can do neither https nor IPv6 addresses, by whatever way.
            let never = all.iter().all(|row| row.chars().nth(i) == Some('x'));
            // A proxy without scheme: some programs end with an error.
            let refused = letter == 'x' && environment.values().any(|v| v == "127.0.0.1:3128");
            if never || refused {
                self.left_out += 1;
                continue;
            }
            self.compared += 1;
            let captured = client.captures(&version, environment, &destination(target));
            let expected = captured.map_or('d', |c| {
                PROXIES.iter().find(|(place, _)| c.proxy.ends_with(place)).map_or('?', |(_, letter)| *letter)
            });
            // Without a proxy it is no matter whether the name is found.
            let letter = if letter == 'x' { 'd' } else { letter };
            if letter != expected {
                let told = |(k, v): (&String, &String)| format!("{k}={v:?}");
                let list: Vec<String> = environment.iter().map(told).collect();
                self.wrong.push(format!(
                    "{} {} {target}: {letter}, model {expected}; {}",
                    client.id,
                    line.version,
                    list.join(" ")
                ));
            }
        }
    }

    fn shown(&self) -> String {
        self.wrong.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n")
    }
}

/// A URL of the recording, with what its name was there.
fn destination(url: &str) -> Destination {
    let (scheme, rest) = url.split_once("://").expect("a scheme");
    let authority = rest.trim_end_matches('/');
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').expect("a bracket");
            (host, port.strip_prefix(':'))
        }
        None => authority.split_once(':').map_or((authority, None), |(h, p)| (h, Some(p))),
    };
    let address: Option<&str> = match host.to_ascii_lowercase().as_str() {
        "localhost" | "app.localhost" | "loop.test" => Some("::1"),
        "app.test" | "sub.app.test" | "notapp.test" => Some("10.1.2.3"),
        "localhost." => None,
        _ => Some(host),
    };
    Destination {
        https: scheme == "https",
        host: host.to_owned(),
        port: port.map(|p| p.parse().expect("a port")),
        address: address.map(|a| a.parse::<IpAddr>().expect("an address")),
    }
}

fn os() -> Os {
    Os::unknown(OsFamily::Linux)
}
