//! Writes what was seen to testdata/oracle/live.

use super::client::root;
use super::inside::Seen;
use super::{Ready, port};
use crate::oracle::{compare, plan::Plan, say};
use crate::recorded::live::{Bind, Line, Ran, SEEN_MS};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;

/// A machine with what its programs did.
pub(super) fn line(plan: &Plan, takers: &[&Ready], seen: &Seen) -> Line {
    let mut tried: BTreeMap<String, String> = BTreeMap::new();
    for (n, one) in takers.iter().enumerate() {
        let ids = tried.entry(seen.runs[n].tried(SEEN_MS).to_string()).or_default();
        if !ids.is_empty() {
            ids.push(' ');
        }
        ids.push_str(one.client.id);
    }
    let libc = seen.snapshot.os.libc.as_ref().map_or("2.36", |l| l.version.as_str());
    Line {
        machine: compare::recorded(plan, &seen.snapshot),
        libc: format!("glibc-{libc}"),
        name: plan.queries[0].name.clone(),
        server: Bind::all_of(&seen.snapshot, port(0)),
        tried,
    }
}

/// Writes the lines, and the programs with their versions; `part`: into what is there, in which the programs that ran
/// are replaced on the machines on which they did.
pub(super) fn write(ready: &[Ready], lines: Vec<Line>, part: bool) -> Result<()> {
    let folder = root().join("testdata/oracle/live");
    fs::create_dir_all(&folder)?;
    let (clients, list) = (folder.join("clients.jsonl"), folder.join("programs.json"));
    let mut all: BTreeMap<String, Line> = BTreeMap::new();
    let mut programs: BTreeMap<String, Ran> = BTreeMap::new();
    if part {
        for row in fs::read_to_string(&clients)?.lines() {
            let line: Line = serde_json::from_str(row)?;
            all.insert(line.machine.id.clone(), line);
        }
        programs = serde_json::from_slice(&fs::read(&list)?)?;
    }
    for line in lines {
        match all.get_mut(&line.machine.id) {
            Some(there) => replace(&mut there.tried, &line.tried),
            None => drop(all.insert(line.machine.id.clone(), line)),
        }
    }
    programs.extend(ready.iter().map(|r| (r.client.id.to_owned(), portable(&r.ran))));
    let rows: Result<Vec<String>, _> = all.values().map(serde_json::to_string).collect();
    fs::write(clients, rows?.join("\n") + "\n")?;
    fs::write(list, serde_json::to_string_pretty(&programs)? + "\n")?;
    say(&format!("{} machines in testdata/oracle/live", all.len()));
    Ok(())
}

/// Puts what programs did now in place of what they did before.
fn replace(tried: &mut BTreeMap<String, String>, now: &BTreeMap<String, String>) {
    let ids: Vec<&str> = now.values().flat_map(|ids| ids.split(' ')).collect();
    for before in tried.values_mut() {
        let kept: Vec<&str> = before.split(' ').filter(|id| !ids.contains(id)).collect();
        *before = kept.join(" ");
    }
    tried.retain(|_, ids| !ids.is_empty());
    for (what, ids) in now {
        let there = tried.entry(what.clone()).or_default();
        *there = format!("{there} {ids}").trim_start().to_owned();
    }
}

/// Without paths of this machine.
fn portable(ran: &Ran) -> Ran {
    let env = ran.env.iter().filter(|(name, _)| *name != "PYTHONPATH");
    Ran { env: env.map(|(n, v)| (n.clone(), v.clone())).collect(), ..ran.clone() }
}
