//! The zone of the fake DNS server, and what it answers.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use whyhost_core::snapshot::Observation;

/// Name (lower case) → what the server answers; `*` answers for every other name, without it they are NXDOMAIN.
pub type Zone = BTreeMap<String, Entry>;

/// The server of every recorded machine.
pub const SERVER: &str = "127.0.0.1:53";

/// One name. Empty: it exists, without records.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// IPv4 addresses in the order of the packet.
    #[serde(rename = "A", default, skip_serializing_if = "Vec::is_empty")]
    pub a: Vec<String>,
    /// IPv6 addresses in the order of the packet.
    #[serde(rename = "AAAA", default, skip_serializing_if = "Vec::is_empty")]
    pub aaaa: Vec<String>,
    /// The name is an alias of this one, whose records follow in the same packet.
    #[serde(rename = "CNAME", default, skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// Response code for every type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rcode: Option<u8>,
    /// Response code for A.
    #[serde(rename = "rcode_A", default, skip_serializing_if = "Option::is_none")]
    pub rcode_a: Option<u8>,
    /// Response code for AAAA.
    #[serde(rename = "rcode_AAAA", default, skip_serializing_if = "Option::is_none")]
    pub rcode_aaaa: Option<u8>,
    /// No answer at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
}

/// What the server with `zone` answers to a question; `None`: nobody listens.
pub fn observe(zone: Option<&Zone>, name: &str, kind: &str) -> Observation {
    let (rcode, records) = match zone {
        None => ("IO", Vec::new()),
        Some(zone) => answer(zone, name, kind),
    };
    Observation {
        server: SERVER.into(),
        name: name.into(),
        kind: kind.into(),
        rcode: rcode.into(),
        records,
        flags: Vec::new(),
        ttl: None,
        elapsed_ms: 0,
        transport: "udp".into(),
        extended_errors: Vec::new(),
    }
}

/// The response code (`TIMEOUT` for a dropped question) and the records, as an [`Observation`] holds them.
pub fn answer(zone: &Zone, name: &str, kind: &str) -> (&'static str, Vec<String>) {
    let Some(entry) = find(zone, name) else { return ("NXDOMAIN", Vec::new()) };
    if entry.drop {
        return ("TIMEOUT", Vec::new());
    }
    let of_kind = match kind {
        "A" => entry.rcode_a,
        "AAAA" => entry.rcode_aaaa,
        _ => None,
    };
    match of_kind.or(entry.rcode).map_or("NOERROR", rcode) {
        "NOERROR" => ("NOERROR", records(zone, entry, kind)),
        error => (error, Vec::new()),
    }
}

fn records(zone: &Zone, entry: &Entry, kind: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut end = entry;
    while let Some(target) = &end.cname {
        all.push(format!("CNAME {target}"));
        match find(zone, target) {
            Some(next) if all.len() < 16 => end = next,
            _ => return all,
        }
    }
    all.extend_from_slice(match kind {
        "A" => &end.a,
        "AAAA" => &end.aaaa,
        _ => &[],
    });
    all
}

fn find<'z>(zone: &'z Zone, name: &str) -> Option<&'z Entry> {
    zone.get(&name.trim_end_matches('.').to_ascii_lowercase()).or_else(|| zone.get("*"))
}

fn rcode(number: u8) -> &'static str {
    match number {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        _ => "NOTAUTH",
    }
}
