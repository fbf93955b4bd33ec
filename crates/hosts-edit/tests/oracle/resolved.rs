//! What systemd-resolved makes of the names that it read: localhost is stripped and synthesized, and from 254 on a name
//! leads to the canonical name of its address. Sources: resolved-etc-hosts.c `strip_localhost` and
//! `etc_hosts_lookup_by_name` (257.13), hostname-util.c `is_localhost`, resolved-dns-query.c `dns_query_process_cname_one`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hosts_edit::dialect::RESOLVED;
use hosts_edit::{Family, HostsFile};

use crate::recording::Row;

const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// The tables of `EtcHosts`. Names are keys in small letters without a dot at the end.
#[derive(Default)]
struct EtcHosts {
    /// Each name as it stands first in the file, with its addresses.
    by_name: HashMap<String, (String, Vec<IpAddr>)>,
    /// Each address with its names, the canonical one first.
    by_address: HashMap<IpAddr, Vec<String>>,
    no_address: HashSet<String>,
}

fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn is_localhost(name: &str) -> bool {
    let name = plain(name);
    let ends = ["localhost", "localhost.localdomain"];
    ends.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// 127.0.0.0/8 without the addresses of the stub, and `::1`.
fn is_local(address: &IpAddr) -> bool {
    let stubs = [[127, 0, 0, 53], [127, 0, 0, 54]];
    address.is_loopback() && !stubs.iter().any(|stub| *address == IpAddr::from(*stub))
}

impl EtcHosts {
    fn read(file: &HostsFile) -> EtcHosts {
        let mut hosts = EtcHosts::default();
        for entry in file.entries(&RESOLVED) {
            for name in entry.names {
                let name = String::from_utf8_lossy(&name.text).into_owned();
                if entry.address.is_unspecified() {
                    hosts.no_address.insert(plain(&name));
                } else {
                    hosts.add(entry.address, name);
                }
            }
        }
        hosts.strip_localhost();
        hosts
    }

    fn add(&mut self, address: IpAddr, name: String) {
        let (_, addresses) = self.by_name.entry(plain(&name)).or_insert_with(|| (name.clone(), Vec::new()));
        if !addresses.contains(&address) {
            addresses.push(address);
            self.by_address.entry(address).or_default().push(name);
        }
    }

    /// Drops 127.0.0.1 and `::1` where nothing but localhost names has them and those have nothing but loopback addresses.
    fn strip_localhost(&mut self) {
        for loopback in LOOPBACK {
            let names: Vec<String> = self.by_address.get(&loopback).into_iter().flatten().cloned().collect();
            let local = |name: &String| {
                let addresses = self.by_name.get(&plain(name)).map(|(_, addresses)| addresses);
                is_localhost(name) && addresses.is_none_or(|a| a.iter().all(is_local))
            };
            if names.iter().all(local) {
                names.iter().for_each(|name| drop(self.by_name.remove(&plain(name))));
                self.by_address.remove(&loopback);
            }
        }
    }

    /// The canonical name of an address.
    fn canonical(&self, address: &IpAddr) -> &str {
        self.by_address.get(address).map_or("", |names| &names[0])
    }

    /// Every answer that can be given for `name`: the order of a hash table decides between canonical names.
    fn resolve(&self, name: &str, family: Family, cnames: bool, seen: &[String]) -> BTreeSet<Vec<String>> {
        let wanted = |a: &&IpAddr| family == Family::Any || (family == Family::V4) == a.is_ipv4();
        let one = |list: Vec<&IpAddr>| BTreeSet::from([list.into_iter().map(IpAddr::to_string).collect()]);
        let Some((own, addresses)) = self.by_name.get(&plain(name)) else {
            let synthesized = !self.no_address.contains(&plain(name)) && is_localhost(name);
            return one(LOOPBACK.iter().filter(|a| synthesized && wanted(a)).collect());
        };
        let addresses: Vec<&IpAddr> = addresses.iter().filter(wanted).collect();
        // The address record has the canonical name, which may differ in its spelling alone; a CNAME is there even then.
        let is_direct = |a: &&IpAddr| !cnames || plain(self.canonical(a)) == plain(own);
        let direct: Vec<&IpAddr> = addresses.iter().copied().filter(is_direct).collect();
        let targets: BTreeSet<&str> =
            addresses.iter().map(|a| self.canonical(a)).filter(|c| cnames && c != own).collect();
        // A CNAME is followed unless each type that was asked for has an answer of its own.
        let has = |v4: bool| direct.iter().any(|a| a.is_ipv4() == v4);
        let full = (family == Family::V6 || has(true)) && (family == Family::V4 || has(false));
        if full || targets.is_empty() {
            return one(direct);
        }
        let seen = [seen, &[plain(name)]].concat();
        let follow = |target: &&str| match seen.contains(&plain(target)) {
            // CNAMELoop.
            true => BTreeSet::from([Vec::new()]),
            false => self.resolve(target, family, cnames, &seen),
        };
        targets.iter().flat_map(follow).collect()
    }
}

/// The answers for a localhost name, which the file can leave to the synthesis.
pub(crate) fn localhost(row: &Row, family: Family) -> Vec<Vec<String>> {
    if is_localhost(&row.name) { answers(row, family, false) } else { Vec::new() }
}

/// The answers for a name as from 254 on.
pub(crate) fn canonical(row: &Row, family: Family) -> Vec<Vec<String>> {
    answers(row, family, true)
}

fn answers(row: &Row, family: Family, cnames: bool) -> Vec<Vec<String>> {
    EtcHosts::read(&row.file).resolve(&row.name, family, cnames, &[]).into_iter().collect()
}

/// The names of a loopback address.
pub(crate) fn reverse(row: &Row) -> Vec<Vec<String>> {
    let address: IpAddr = row.name.parse().unwrap();
    if !LOOPBACK.contains(&address) {
        return Vec::new();
    }
    let names = EtcHosts::read(&row.file).by_address.remove(&address);
    vec![names.unwrap_or_else(|| vec!["localhost".to_owned()])]
}
