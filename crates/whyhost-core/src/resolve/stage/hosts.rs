//! The hosts file as readers other than glibc take it: by their dialect, without a switch that says whether it counts.

use super::Candidate;
use crate::machine::{FileState, Machine};
use crate::resolve::answer::Source;
use crate::snapshot::{Family, FileKind, ScopedAddr};
use hosts_edit::dialect::Dialect;
use hosts_edit::{Hit, HostsFile};

/// The file for readers that take every failure to read it as an empty file; `None` for an empty one.
///
/// # Errors
/// A sentence where the file is not known, or opening it blocks.
pub fn file(machine: &Machine) -> Result<Option<&HostsFile>, String> {
    let path = &machine.hosts.path;
    match &machine.hosts.state {
        FileState::Read => Ok(Some(&machine.hosts.value)),
        FileState::Absent(_) | FileState::NotAFile(FileKind::Directory) => Ok(None),
        FileState::NotAFile(FileKind::Fifo) => {
            Err(format!("{path} is a FIFO: every program that opens it waits"))
        }
        FileState::NotAFile(_) => Err(format!("{path} is no regular file")),
        FileState::Unreadable(why) => Err(format!("could not read {path}: {why}")),
        FileState::Unrecorded => Err(format!("the snapshot has no {path}")),
    }
}

/// The addresses of `name` in the order of the file, as `dialect` reads it. A zone that the reader keeps as text becomes
/// the index of that interface, 0 where there is none.
///
/// # Errors
/// As [`file()`].
pub fn lookup(
    machine: &Machine,
    dialect: &Dialect,
    name: &str,
    family: Family,
) -> Result<Vec<Candidate>, String> {
    let Some(file) = file(machine)? else { return Ok(Vec::new()) };
    let interface = |zone: &[u8]| index_of(machine, zone);
    let hits = file.view(dialect).with_zones(&interface).lookup(name.as_bytes(), family.into());
    Ok(hits.into_iter().map(|hit| candidate(machine, &hit)).collect())
}

fn candidate(machine: &Machine, hit: &Hit) -> Candidate {
    let scope_id = match &hit.zone {
        Some(zone) => zone_index(machine, zone),
        None => hit.scope_id,
    };
    Candidate {
        address: ScopedAddr { address: hit.address, scope_id },
        from: Source::HostsLine { path: machine.hosts.path.clone(), line: hit.line },
    }
}

fn index_of(machine: &Machine, zone: &[u8]) -> Option<u32> {
    machine.raw.interfaces.iter().find(|i| i.name.as_bytes() == zone).map(|i| i.index)
}

/// The index behind a zone that is kept as text: an interface name, or the digits in front (Go `ipv6ZoneCache.index`).
pub fn zone_index(machine: &Machine, zone: &[u8]) -> u32 {
    index_of(machine, zone).unwrap_or_else(|| {
        let digits = zone.iter().take_while(|b| b.is_ascii_digit()).count();
        std::str::from_utf8(&zone[..digits]).ok().and_then(|t| t.parse().ok()).unwrap_or(0)
    })
}

/// For the trace: `/etc/hosts:1 → 127.0.0.1`, or that there is no line.
pub fn detail(machine: &Machine, name: &str, found: &[Candidate]) -> String {
    if found.is_empty() {
        return format!("{} has no line for {name}", machine.hosts.path);
    }
    list(found)
}

/// Candidates with their sources, for the trace.
pub fn list(found: &[Candidate]) -> String {
    found.iter().map(|c| format!("{} → {}", c.from, c.address)).collect::<Vec<_>>().join(" · ")
}
