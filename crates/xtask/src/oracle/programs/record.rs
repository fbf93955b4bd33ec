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

/// Writes the lines, and the programs with their versions.
pub(super) fn write(ready: &[Ready], mut lines: Vec<(u64, Line)>) -> Result<()> {
    let folder = root().join("testdata/oracle/live");
    fs::create_dir_all(&folder)?;
    lines.sort_by_key(|(seed, _)| *seed);
    let rows: Result<Vec<String>, _> = lines.iter().map(|(_, line)| serde_json::to_string(line)).collect();
    fs::write(folder.join("clients.jsonl"), rows?.join("\n") + "\n")?;
    let programs: BTreeMap<&str, Ran> = ready.iter().map(|r| (r.client.id, portable(&r.ran))).collect();
    fs::write(folder.join("programs.json"), serde_json::to_string_pretty(&programs)? + "\n")?;
    say(&format!("{} machines written to testdata/oracle/live", lines.len()));
    Ok(())
}

/// Without paths of this machine.
fn portable(ran: &Ran) -> Ran {
    let env = ran.env.iter().filter(|(name, _)| *name != "PYTHONPATH");
    Ran { env: env.map(|(n, v)| (n.clone(), v.clone())).collect(), ..ran.clone() }
}
