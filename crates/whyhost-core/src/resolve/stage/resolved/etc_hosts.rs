//! resolved-etc-hosts.c: lines for localhost alone are dropped, and since v254 a name that is not the first of its
//! address's first line is answered as an alias of that one.

use super::{Reaction, local, version};
use crate::machine::Machine;
use crate::resolve::answer::Source;
use crate::resolve::stage::myhostname::is_localhost;
use crate::resolve::stage::{Call, Candidate};
use hosts_edit::dialect::RESOLVED;
use hosts_edit::{HostsFile, SeenEntry};
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first version that answers aliases as CNAMEs (commits 1bd76a6217, 0ff8f2a33a).
const ALIASES: u32 = 254;
/// More redirections are a loop (`CNAME_REDIRECTS_MAX` is 16).
const MAX_REDIRECTS: u8 = 16;

/// What the file says about `name`; `None` when it does not list it.
pub(super) fn lookup(
    machine: &Machine,
    file: &HostsFile,
    name: &str,
    call: Call,
    depth: u8,
) -> Option<Reaction> {
    let view = || file.view(&RESOLVED);
    let places = view().places(name.as_bytes());
    // A name that 0.0.0.0 or :: also stand for is listed without an address (`etc_hosts_lookup_by_name`, run with 252).
    let stripped = is_stripped(file, name);
    if stripped && !places.iter().any(|p| p.address.is_unspecified()) || places.is_empty() {
        return None;
    }
    let mut known = HashSet::new();
    let given = places.iter().filter(|p| !stripped && !p.address.is_unspecified() && known.insert(p.address));
    let mut listed: Vec<Candidate> = given
        .map(|place| Candidate {
            address: place.address.into(),
            from: Source::HostsLine { path: machine.hosts.path.clone(), line: place.line },
        })
        .collect();
    let spelling = places
        .iter()
        .find(|p| !p.address.is_unspecified())
        .map(|p| file.bytes()[p.name_span.clone()].to_vec())
        .unwrap_or_default();
    listed.retain(|c| call.delivers(c.address.address));
    if listed.is_empty() {
        let path = &machine.hosts.path;
        return Some(Reaction::NoData(format!(
            "{path} lists {name} without such an address: DNS is not asked"
        )));
    }
    if version(machine) < ALIASES {
        return Some(Reaction::Found(listed));
    }
    Some(through_aliases(machine, file, (name, &spelling), call, listed, depth))
}

/// The question is answered at once only if all its types are there under the name itself; else the alias is followed, and
/// what stands under the name itself is forgotten (`dns_query_process_cname_one`).
fn through_aliases(
    machine: &Machine,
    file: &HostsFile,
    (name, spelling): (&str, &[u8]),
    call: Call,
    listed: Vec<Candidate>,
    depth: u8,
) -> Reaction {
    let canonical = canonical_names(file, &listed);
    let of = |c: &Candidate| canonical.get(&c.address.address).cloned().unwrap_or_default();
    let plain = |text: &[u8]| text.strip_suffix(b".").unwrap_or(text).to_ascii_lowercase();
    // Records are matched by name; whether one is an alias is a matter of spelling (`streq`).
    let direct: Vec<Candidate> =
        listed.iter().filter(|c| plain(&of(c)) == plain(spelling)).cloned().collect();
    if covers(&direct, call) {
        return Reaction::Found(direct);
    }
    let aliased: Vec<Candidate> = listed.into_iter().filter(|c| of(c) != spelling).collect();
    let Some(target) = aliased.first().map(&of) else { return Reaction::Found(direct) };
    if aliased.iter().any(|c| of(c) != target) {
        return Reaction::Unknown(format!(
            "{name} stands on lines with different first names: systemd-resolved follows one of them, by chance"
        ));
    }
    let is_itself = plain(&target) == plain(spelling);
    let target = String::from_utf8_lossy(&target).into_owned();
    if is_itself || depth >= MAX_REDIRECTS {
        return Reaction::Loop(format!("{name} is an alias of {target}, which is an alias of itself"));
    }
    if covers(&aliased, call) {
        return Reaction::Found(aliased);
    }
    let elsewhere =
        || Reaction::Unknown(format!("{name} is an alias of {target}, for which other servers are asked"));
    local(machine, &target, call, depth + 1).unwrap_or_else(elsewhere)
}

/// Every type that is asked for is there.
fn covers(found: &[Candidate], call: Call) -> bool {
    let v6 = |c: &Candidate| c.address.address.is_ipv6();
    match call {
        Call::Both => found.iter().any(v6) && !found.iter().all(v6),
        Call::V4 | Call::V6 => !found.is_empty(),
    }
}

/// The first name of the first line of each address.
fn canonical_names(file: &HostsFile, listed: &[Candidate]) -> HashMap<IpAddr, Vec<u8>> {
    let wanted: HashSet<IpAddr> = listed.iter().map(|c| c.address.address).collect();
    let mut names = HashMap::new();
    for head in file.view(&RESOLVED).heads() {
        if wanted.contains(&head.address) {
            names.entry(head.address).or_insert_with(|| file.bytes()[head.name_span.clone()].to_vec());
        }
        if names.len() == wanted.len() {
            break;
        }
    }
    names
}

/// `strip_localhost`: when 127.0.0.1 (then ::1) has localhost names alone, and these have loopback addresses alone, the
/// names are forgotten, in both families.
fn is_stripped(file: &HostsFile, name: &str) -> bool {
    if !is_localhost(name) {
        return false;
    }
    let plain = |text: &[u8]| text.strip_suffix(b".").unwrap_or(text).to_ascii_lowercase();
    let mut stripped: HashSet<Vec<u8>> = HashSet::new();
    for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let mut names: HashSet<Vec<u8>> = HashSet::new();
        let of_address = |e: &SeenEntry<'_>| e.address == address;
        let all_localhost = file.view(&RESOLVED).entries().filter(of_address).all(|entry| {
            names.extend(entry.names.iter().map(|n| plain(&n.text)));
            entry.names.iter().all(|n| is_localhost(&String::from_utf8_lossy(&n.text)))
        });
        // One pass for all of the names: a line may have thousands.
        let counts = |e: &SeenEntry<'_>| !e.address.is_loopback() && !e.address.is_unspecified();
        let elsewhere = || {
            let mut others = file.view(&RESOLVED).entries().filter(counts).flat_map(|entry| entry.names);
            others.any(|n| {
                let name = plain(&n.text);
                names.contains(&name) && !stripped.contains(&name)
            })
        };
        if all_localhost && !elsewhere() {
            stripped.extend(names);
        }
    }
    stripped.contains(&plain(name.as_bytes()))
}
