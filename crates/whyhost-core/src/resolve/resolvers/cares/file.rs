//! The hosts file of c-ares. 1.22 to 1.34.9 keep records, each with several addresses and several names: a line whose
//! address or one of whose names is in a record joins that record (`ares_hosts_file_add`). Before and after, a name has
//! the addresses of its own lines.

use super::HOSTS_FILE;
use crate::machine::Machine;
use crate::resolve::answer::Source;
use crate::resolve::resolvers::model::Version;
use crate::resolve::stage::{Candidate, hosts};
use crate::snapshot::Family;
use hosts_edit::HostsFile;
use hosts_edit::dialect::CARES;
use std::collections::HashMap;
use std::net::IpAddr;

/// The last version that merges.
const LAST_MERGING: Version = Version(1, 34, 9);

/// The addresses of `name` in the order in which the file gives them.
pub(super) fn lookup(
    machine: &Machine,
    version: Version,
    name: &str,
    family: Family,
) -> Result<Vec<Candidate>, String> {
    let own = hosts::lookup(machine, &CARES, name, Family::Any)?;
    let merges = (HOSTS_FILE..=LAST_MERGING).contains(&version);
    let found = match hosts::file(machine)? {
        // A name that is on no line is in no record.
        Some(file) if merges && !own.is_empty() => merged(file, name)
            .into_iter()
            .map(|(address, line)| Candidate {
                address: address.into(),
                from: Source::HostsLine { path: machine.hosts.path.clone(), line },
            })
            .collect(),
        _ => own,
    };
    let wanted = |c: &Candidate| match family {
        Family::Any => true,
        Family::V4 => c.address.address.is_ipv4(),
        Family::V6 => c.address.address.is_ipv6(),
    };
    Ok(found.into_iter().filter(wanted).collect())
}

/// The record that holds `name`, as addresses with their lines.
fn merged(file: &HostsFile, name: &str) -> Vec<(IpAddr, usize)> {
    let mut records: Vec<Vec<(IpAddr, usize)>> = Vec::new();
    let mut by_address: HashMap<IpAddr, usize> = HashMap::new();
    let mut by_name: HashMap<Vec<u8>, usize> = HashMap::new();
    for entry in file.view(&CARES).entries() {
        let names: Vec<Vec<u8>> = entry.names.iter().map(|n| n.text.to_ascii_lowercase()).collect();
        let known = by_address.get(&entry.address).copied();
        let record = known.or_else(|| names.iter().find_map(|n| by_name.get(n).copied()));
        let record = record.unwrap_or_else(|| {
            records.push(Vec::new());
            records.len() - 1
        });
        if known.is_none() {
            records[record].push((entry.address, entry.line));
            by_address.insert(entry.address, record);
        }
        for name in names {
            by_name.entry(name).or_insert(record);
        }
    }
    let record = by_name.get(&name.as_bytes().to_ascii_lowercase());
    record.map(|r| records[*r].clone()).unwrap_or_default()
}
