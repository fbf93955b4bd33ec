//! Full recordings of clients and servers (matrix.jsonl, listeners.jsonl) → the compact lines of testdata/oracle/runtimes.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Converts both files of `dir`.
pub(crate) fn run(dir: &Path) -> Result<()> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/oracle/runtimes");
    fs::create_dir_all(&target)?;
    let read = |name: &str| fs::read_to_string(dir.join(name)).with_context(|| format!("cannot read {name}"));
    fs::write(target.join("clients.jsonl"), clients(&read("matrix.jsonl")?)?)?;
    fs::write(target.join("listeners.jsonl"), listeners(&read("listeners.jsonl")?)?)?;
    Ok(())
}

#[derive(Deserialize)]
struct Connection {
    client: String,
    profile: String,
    hosts: String,
    bind: String,
    name: String,
    dns: String,
    ok: bool,
    tries: Vec<(String, f64, String)>,
    text: String,
    #[serde(default)]
    gai_conf: Option<String>,
}

/// Profile, hosts, server, name, DNS, whether it connected, attempts, gai.conf.
type Row = (String, String, String, String, String, bool, String, String);

/// One line per client: `rows` of profile, hosts, server, name, DNS, whether it connected, and every first packet as
/// `address@milliseconds=answer`; last the content of gai.conf.
fn clients(text: &str) -> Result<String> {
    #[derive(Serialize)]
    struct Line {
        client: String,
        rows: Vec<Row>,
    }
    let mut all: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in text.lines() {
        let c: Connection = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let tries = match tries(&c) {
            nothing if nothing.is_empty() => refused(&c.text),
            tries => tries,
        };
        // Recorded as the argument of a shell: a blank is `\\x20`.
        let gai = c.gai_conf.unwrap_or_default().replace("\\x20", " ");
        all.entry(c.client).or_default().push((c.profile, c.hosts, c.bind, c.name, c.dns, c.ok, tries, gai));
    }
    let lines = all.into_iter().map(|(client, mut rows)| {
        rows.sort();
        serde_json::to_string(&Line { client, rows })
    });
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n")
}

fn tries(c: &Connection) -> String {
    let mut all = Vec::new();
    for (address, at, answer) in &c.tries {
        let answer = match answer.as_str() {
            "SYNACK" => "yes",
            "RST" => "no",
            _ => "silent",
        };
        all.push(format!("{address}@{at:.0}={answer}"));
    }
    all.join(" ")
}

/// Where no packet was recorded, the address that the client itself names as refused.
fn refused(text: &str) -> String {
    let named = text.split("ECONNREFUSED ").find_map(|rest| rest.split_once(":3000").map(|(a, _)| a));
    match named.filter(|a| a.parse::<std::net::IpAddr>().is_ok()) {
        Some(address) => format!("{address}@0=no"),
        None => String::new(),
    }
}

#[derive(Deserialize)]
struct Listening {
    listener: String,
    profile: String,
    hosts: String,
    sockets: Vec<String>,
}

/// One line per server: what it opened in each situation, as `profile hosts` → sockets.
fn listeners(text: &str) -> Result<String> {
    #[derive(Serialize)]
    struct Line {
        listener: String,
        opens: BTreeMap<String, String>,
    }
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for line in text.lines() {
        let l: Listening = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let mut sockets = l.sockets;
        sockets.sort();
        let place = format!("{} {}", l.profile, l.hosts);
        all.entry(l.listener).or_default().insert(place, sockets.join(", "));
    }
    let lines = all.into_iter().map(|(listener, opens)| serde_json::to_string(&Line { listener, opens }));
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n") + "\n")
}
