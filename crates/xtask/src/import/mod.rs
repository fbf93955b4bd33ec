//! `cargo xtask oracle-import DIR`: full recordings of C libraries → the compact lines of testdata/oracle/libc.
//!
//! A full recording has one row per question (`id, group, note, config, query, facts, observed, reasons`); here the
//! questions of one machine share a line, equal answers of several libraries share an entry, and what the machine's
//! rows say twice is dropped.

pub(crate) mod runtimes;

use crate::recorded::{Asked, Bytes, GLIBC, MUSL, Net, Recorded, zone};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use whyhost_core::snapshot::Family;

/// The files of a recording.
const FILES: [&str; 2] = ["matrix.jsonl", "random.jsonl"];

/// Converts every file of `dir`.
pub(crate) fn run(dir: &Path) -> Result<()> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/oracle/libc");
    fs::create_dir_all(&target)?;
    for file in FILES {
        let source = dir.join(file);
        let text =
            fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
        fs::write(target.join(file), convert(&text).with_context(|| source.display().to_string())?)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Row {
    id: String,
    note: String,
    config: Config,
    query: Question,
    facts: Facts,
    observed: BTreeMap<String, Observed>,
}

#[derive(Deserialize)]
struct Config {
    etc: BTreeMap<String, Option<String>>,
    hostname: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    net: Option<FullNet>,
    dns: Option<Dns>,
    #[serde(default)]
    no_inet6_sockets: bool,
}

#[derive(Deserialize)]
struct FullNet {
    #[serde(default)]
    lo: Option<String>,
    #[serde(default)]
    sysctl: BTreeMap<String, i64>,
    #[serde(default)]
    routes: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Dns {
    zone: zone::Zone,
}

#[derive(Deserialize)]
struct Question {
    name: String,
    family: String,
    flags: Vec<String>,
}

#[derive(Deserialize)]
struct Facts {
    ifaddrs: Vec<IfAddr>,
    udp_connect: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct IfAddr {
    ifindex: u32,
    ifname: String,
    link_type: String,
    addr: String,
    peer: Option<String>,
    prefixlen: u8,
    deprecated: bool,
    optimistic: bool,
}

#[derive(Deserialize)]
struct Observed {
    rc: String,
    addrs: Vec<String>,
    errno: Option<i32>,
    #[serde(default)]
    dns: Vec<String>,
}

fn convert(text: &str) -> Result<String> {
    let mut machines: Vec<Recorded> = Vec::new();
    for line in text.lines() {
        let row: Row = serde_json::from_str(line).with_context(|| line.to_owned())?;
        add(&mut machines, row)?;
    }
    let lines: Result<Vec<String>, _> = machines.iter().map(serde_json::to_string).collect();
    Ok(lines?.join("\n") + "\n")
}

fn add(machines: &mut Vec<Recorded>, row: Row) -> Result<()> {
    let (id, n) = row.id.rsplit_once('.').context("a row id is MACHINE.N")?;
    let (id, n) = (id.to_owned(), n.parse::<usize>()?);
    let asked = asked(&row)?;
    let new = machine(&id, row)?;
    let known = match machines.iter().position(|m| m.id == id) {
        Some(at) => &mut machines[at],
        None => {
            machines.push(Recorded { sources: BTreeMap::new(), ..new.clone() });
            machines.last_mut().context("just pushed")?
        }
    };
    for (destination, source) in &new.sources {
        let before = known.sources.insert(destination.clone(), source.clone());
        ensure!(before.is_none_or(|b| b == *source), "{id}: two sources for {destination}");
    }
    let same = Recorded { sources: known.sources.clone(), asked: known.asked.clone(), ..new } == *known;
    ensure!(same, "{id}: rows of one machine differ");
    ensure!(known.asked.len() == n, "{id}: rows are not in order");
    known.asked.push(asked);
    Ok(())
}

fn machine(id: &str, row: Row) -> Result<Recorded> {
    let Config { etc, hostname, env, net, dns, no_inet6_sockets } = row.config;
    Ok(Recorded {
        id: id.to_owned(),
        note: row.note,
        etc: etc.into_iter().map(|(name, text)| (name, text.map(Bytes::Text))).collect(),
        hostname,
        env,
        net: net.map(settings).transpose()?.unwrap_or_default(),
        dns: dns.map(|d| d.zone),
        no_inet6_sockets,
        modules: None,
        addresses: row.facts.ifaddrs.iter().map(address).collect(),
        sources: row
            .facts
            .udp_connect
            .into_iter()
            // `socket:EAFNOSUPPORT`: socket() failed and not connect(); the errno says it.
            .map(|(to, from)| (to, from.trim_start_matches("socket:").to_owned()))
            .collect(),
        asked: Vec::new(),
    })
}

fn settings(net: FullNet) -> Result<Net> {
    let switch = |(name, value): (String, i64)| {
        let name = name.trim_start_matches("net.").replace('.', "/");
        (name, value)
    };
    Ok(Net {
        lo_down: net.lo.as_deref() == Some("down"),
        sysctl: net.sysctl.into_iter().map(switch).collect(),
        default_routes: net.routes.iter().map(|r| route(r)).collect::<Result<_>>()?,
    })
}

fn route(words: &[String]) -> Result<String> {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["default", "via", gateway] if gateway.contains(':') => Ok(format!("-6 via {gateway}")),
        ["default", how, to] => Ok(format!("{how} {to}")),
        ["::/0", how, to] => Ok(format!("-6 {how} {to}")),
        _ => bail!("an unknown form of route: {words:?}"),
    }
}

fn address(row: &IfAddr) -> String {
    let IfAddr { ifindex, ifname, link_type, addr, prefixlen, .. } = row;
    let peer = row.peer.as_ref().map(|p| format!(" peer {p}")).unwrap_or_default();
    let optimistic = if row.optimistic { " optimistic" } else { "" };
    let deprecated = if row.deprecated { " deprecated" } else { "" };
    format!("{ifindex} {ifname} {link_type} {addr}/{prefixlen}{peer}{optimistic}{deprecated}")
}

fn asked(row: &Row) -> Result<Asked> {
    let answers = row.observed.iter().map(|(library, o)| Ok((library.clone(), outcome(o)?)));
    let dns = row.observed.iter().filter(|(_, o)| !o.dns.is_empty()).map(|(library, o)| {
        let mut seen = o.dns.clone();
        seen.sort();
        seen.dedup();
        (library.clone(), seen.join(" "))
    });
    Ok(Asked {
        name: if row.query.name == "<null>" { "*".into() } else { row.query.name.replace("<empty>", "") },
        family: match row.query.family.as_str() {
            "unspec" => Family::Any,
            "inet" => Family::V4,
            "inet6" => Family::V6,
            other => bail!("unknown family {other}"),
        },
        flags: row.query.flags.join(" "),
        answers: grouped(answers.collect::<Result<BTreeMap<_, _>>>()?),
        dns: grouped(dns.collect()),
    })
}

fn outcome(observed: &Observed) -> Result<String> {
    let errno = match observed.errno {
        None => "",
        Some(16) => " EBUSY",
        Some(22) => " EINVAL",
        Some(other) => bail!("errno {other} has no name here yet"),
    };
    match observed.rc.as_str() {
        "0" => Ok(observed.addrs.join(" ")),
        code => Ok(format!("{code}{errno}")),
    }
}

/// Library → value turned into libraries → value, with one name for all versions of a library.
fn grouped(values: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut libraries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (library, value) in values {
        libraries.entry(value).or_default().push(library);
    }
    libraries.into_iter().map(|(value, names)| (shortened(&names), value)).collect()
}

fn shortened(names: &[String]) -> String {
    let mut rest = names.to_vec();
    let mut short = Vec::new();
    for (family, versions) in [("glibc", &GLIBC[..]), ("musl", &MUSL[..])] {
        let full: Vec<String> = versions.iter().map(|v| format!("{family}-{v}")).collect();
        if full.iter().all(|name| rest.contains(name)) {
            rest.retain(|name| !full.contains(name));
            short.push(family.to_owned());
        }
    }
    short.extend(rest);
    if short == ["glibc", "musl"] { "all".into() } else { short.join(",") }
}
