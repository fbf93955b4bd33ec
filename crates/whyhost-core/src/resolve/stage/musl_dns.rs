//! musl's DNS client (`src/network/lookup_name.c`, `name_from_dns_search` and `name_from_dns`; `resolvconf.c`).

use super::dns::{self, Reply};
use super::{Call, Candidate};
use crate::conf::resolv::ResolvConf;
use crate::machine::Machine;

/// What the DNS client came to.
pub enum Found {
    /// Addresses.
    Addresses(Vec<Candidate>),
    /// An `EAI_` code.
    Error(&'static str),
    /// An answer that the snapshot does not have.
    Unknown(String),
}

/// What one question came to.
enum One {
    Addresses(Vec<Candidate>),
    /// NXDOMAIN, or a name that cannot be asked: the search goes on.
    NoSuchName,
    Error(&'static str),
    Unknown(String),
}

/// Asks DNS for `name`: the search list first for names with fewer dots than `ndots`, the name as it is last, or alone.
/// Any answer but "no such name" ends the search.
///
/// `modern` is musl ≥ 1.2.4: AAAA records come first, and a search domain `.` is asked properly.
pub fn ask(machine: &Machine, name: &str, call: Call, modern: bool) -> Found {
    let bare = name.strip_suffix('.').unwrap_or(name);
    if bare.is_empty() || bare.ends_with('.') {
        return Found::Error("EAI_NONAME");
    }
    for candidate in candidates(machine, name) {
        if candidate.ends_with('.') && !modern {
            // `search .` makes `name..`, which no server answers (until 1.2.3).
            return Found::Error("EAI_AGAIN");
        }
        match one(machine, bare, candidate.trim_end_matches('.'), call, modern) {
            One::Addresses(found) => return Found::Addresses(found),
            One::NoSuchName => {}
            One::Error(code) => return Found::Error(code),
            One::Unknown(why) => return Found::Unknown(why),
        }
    }
    Found::Error("EAI_NONAME")
}

/// The questions that [`ask`] may send.
pub fn questions(machine: &Machine, name: &str, call: Call) -> Vec<(String, &'static str)> {
    let names = candidates(machine, name).into_iter().map(|n| n.trim_end_matches('.').to_owned());
    names
        .filter(|n| dns::is_encodable(n))
        .flat_map(|n| kinds(call).iter().map(move |k| (n.clone(), *k)))
        .collect()
}

fn kinds(call: Call) -> &'static [&'static str] {
    match call {
        Call::V4 => &["A"],
        Call::V6 => &["AAAA"],
        Call::Both => &["A", "AAAA"],
    }
}

/// The environment and the machine's own domain play no part.
fn candidates(machine: &Machine, name: &str) -> Vec<String> {
    let conf = &machine.resolv.value;
    let bare = name.strip_suffix('.').unwrap_or(name);
    let dots = name.bytes().filter(|b| *b == b'.').count();
    let search = match &conf.search {
        Some((_, list)) if dots < usize::from(conf.ndots) && !name.ends_with('.') => list.as_slice(),
        _ => &[],
    };
    let expanded = search.iter().map(|domain| format!("{bare}.{domain}"));
    expanded.chain([bare.to_owned()]).collect()
}

fn one(machine: &Machine, bare: &str, name: &str, call: Call, modern: bool) -> One {
    if !dns::is_encodable(name) {
        return One::NoSuchName;
    }
    let conf = ResolvConf { no_aaaa: false, ..machine.resolv.value.clone() };
    let mut replies = Vec::new();
    for kind in kinds(call) {
        match dns::first_usable(machine, &conf, name, kind) {
            Ok(reply) => replies.push((*kind, reply)),
            Err(why) => return One::Unknown(why),
        }
    }
    // The replies are looked at in the order A, AAAA; the first that is no success ends it.
    for (_, (reply, _)) in &replies {
        match reply {
            // Replies with another code are not taken (`__res_msend`): the time runs out.
            Reply::NxDomain => return One::NoSuchName,
            Reply::Broken => return One::Error("EAI_AGAIN"),
            failure if failure.is_failure() => return One::Error("EAI_AGAIN"),
            _ => {}
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    let ordered: Vec<_> = if modern { replies.iter().rev().collect() } else { replies.iter().collect() };
    for (kind, (_, observation)) in ordered {
        if let Some(observation) = observation {
            found.extend(dns::records(observation, kind, bare, name));
        }
    }
    if found.is_empty() { One::Error("EAI_NODATA") } else { One::Addresses(found) }
}
