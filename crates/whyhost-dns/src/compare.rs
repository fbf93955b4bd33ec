//! Local answer against DNS, purely: what differs, who decides, and whether it matters.

mod words;

use crate::exchange::Said;
use std::net::{IpAddr, Ipv6Addr};
use whyhost_core::local::Local;
use whyhost_core::resolve::Source;
use whyhost_core::rules::{is_public, is_sink};
use whyhost_core::snapshot::{Family, Observation};

/// How a local answer stands to DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// A public address is pinned that DNS does not have: it was right once.
    Stale,
    /// Local addresses win over other ones of DNS.
    LocalOverrides,
    /// A name of the Internet is sent to this machine or nowhere.
    Blocked,
    /// A server did not answer, or none was asked.
    Unknown,
    /// DNS has no such name or no such record.
    OnlyLocal,
    /// Every local address is one of DNS.
    Same,
    /// Nothing local answers.
    OnlyDns,
    /// Nobody has an address.
    Neither,
}

impl Verdict {
    /// All, the one that decides about a name first.
    pub const ALL: [Verdict; 8] = [
        Verdict::Stale,
        Verdict::LocalOverrides,
        Verdict::Blocked,
        Verdict::Unknown,
        Verdict::OnlyLocal,
        Verdict::Same,
        Verdict::OnlyDns,
        Verdict::Neither,
    ];

    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Stale => "stale",
            Verdict::LocalOverrides => "local-overrides",
            Verdict::Blocked => "blocked",
            Verdict::Unknown => "unknown",
            Verdict::OnlyLocal => "only-local",
            Verdict::Same => "same",
            Verdict::OnlyDns => "only-dns",
            Verdict::Neither => "neither",
        }
    }
}

/// What one server has for one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyAnswer {
    /// The response code, or `TIMEOUT`, `IO`, `MALFORMED`.
    pub rcode: String,
    /// The addresses, in the order of the packet.
    pub addresses: Vec<IpAddr>,
}

impl FamilyAnswer {
    /// The server said something about the name: that it has records, none of this type, or does not exist.
    pub fn is_usable(&self) -> bool {
        self.rcode == "NOERROR" || self.rcode == "NXDOMAIN"
    }
}

/// What one server says about a name: its answers to the expansion that ended the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAnswer {
    /// Server as `address:port`.
    pub server: String,
    /// The name that was answered, which the search list may have made longer.
    pub name: String,
    /// IPv4.
    pub v4: FamilyAnswer,
    /// IPv6.
    pub v6: FamilyAnswer,
    /// Targets of the aliases on the way, in order.
    pub aliases: Vec<String>,
    /// Smallest time to live in seconds.
    pub ttl: Option<u32>,
    /// Header flags set.
    pub flags: Vec<String>,
    /// `udp`, or `tcp` where an answer was cut.
    pub transport: String,
    /// Extended DNS errors.
    pub extended_errors: Vec<String>,
    /// The slower of the two answers, in milliseconds.
    pub elapsed_ms: u64,
}

impl ServerAnswer {
    /// From the answers to one name; `None` where there are none.
    pub fn of(observations: &[Observation]) -> Option<ServerAnswer> {
        let first = observations.first()?;
        let merged = |pick: fn(&Observation) -> &Vec<String>| {
            let mut all: Vec<String> = Vec::new();
            for text in observations.iter().flat_map(pick) {
                if !all.contains(text) {
                    all.push(text.clone());
                }
            }
            all
        };
        let aliases = merged(|o| &o.records).into_iter();
        let tcp = observations.iter().any(|o| o.transport == "tcp");
        Some(ServerAnswer {
            server: first.server.clone(),
            name: first.name.clone(),
            v4: family(observations, "A"),
            v6: family(observations, "AAAA"),
            aliases: aliases.filter_map(|r| r.strip_prefix("CNAME ").map(str::to_owned)).collect(),
            ttl: observations.iter().filter_map(|o| o.ttl).min(),
            flags: merged(|o| &o.flags),
            transport: if tcp { "tcp".into() } else { first.transport.clone() },
            extended_errors: merged(|o| &o.extended_errors),
            elapsed_ms: observations.iter().map(|o| o.elapsed_ms).max().unwrap_or_default(),
        })
    }

    /// One code for both families: that of the one with records, else of the one that was answered.
    pub fn rcode(&self) -> &str {
        let families = [&self.v4, &self.v6];
        let with_records = families.iter().find(|f| !f.addresses.is_empty());
        let usable = || families.iter().find(|f| f.is_usable());
        with_records.or_else(usable).map_or(self.v4.rcode.as_str(), |f| f.rcode.as_str())
    }

    fn is_usable(&self) -> bool {
        self.v4.is_usable() || self.v6.is_usable()
    }

    fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.v4.addresses.iter().chain(&self.v6.addresses).copied()
    }
}

fn family(observations: &[Observation], kind: &str) -> FamilyAnswer {
    let Some(observation) = observations.iter().find(|o| o.kind == kind) else {
        return FamilyAnswer { rcode: "NOT-ASKED".into(), addresses: Vec::new() };
    };
    let all = observation.records.iter().filter_map(|r| r.parse::<IpAddr>().ok());
    let addresses = all.filter(|a| a.is_ipv4() == (kind == "A")).collect();
    FamilyAnswer { rcode: observation.rcode.clone(), addresses }
}

/// A name, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The local part.
    pub local: Local,
    /// What each server says, in the order in which they were asked; servers that were not asked are left out.
    pub answers: Vec<ServerAnswer>,
    /// IPv4.
    pub v4: Verdict,
    /// IPv6.
    pub v6: Verdict,
    /// Both.
    pub verdict: Verdict,
    /// Somebody should look at it: stale, overridden or unknown to both, or servers that disagree.
    pub action: bool,
    /// Why, in words.
    pub reasons: Vec<String>,
}

impl Compared {
    /// The answer that counts: of the first server that says anything about the name, as the C library takes it
    /// (glibc `resolv/res_send.c`: a server that fails passes the question on to the next one); else of the first one.
    pub fn dns(&self) -> Option<&ServerAnswer> {
        deciding(&self.answers)
    }
}

fn deciding(answers: &[ServerAnswer]) -> Option<&ServerAnswer> {
    answers.iter().find(|a| a.is_usable()).or(answers.first())
}

/// Compares what the machine itself answers with what servers said.
pub fn compare(local: Local, said: &[Said]) -> Compared {
    let answers: Vec<ServerAnswer> =
        said.iter().filter_map(|s| ServerAnswer::of(s.deciding(&local.name))).collect();
    let dns = deciding(&answers);
    let public = is_public(local.name.as_bytes());
    let of = |v4: bool| -> Verdict {
        let own: Vec<IpAddr> = addresses(&local, v4).map(|(address, _)| *address).collect();
        match dns {
            _ if local.dns_names.is_empty() && own.is_empty() => Verdict::Neither,
            _ if local.dns_names.is_empty() => Verdict::OnlyLocal,
            dns => one_family(&own, dns.map(|d| if v4 { &d.v4 } else { &d.v6 }), public),
        }
    };
    let (v4, v6) = (of(true), of(false));
    let verdict = both_families(v4, v6);
    let leak = leaks(&local, dns, verdict);
    let split = words::disagreement(&answers);
    let action = matches!(verdict, Verdict::Stale | Verdict::LocalOverrides | Verdict::Neither)
        || leak.is_some()
        || split.as_ref().is_some_and(|s| s.matters)
        || (verdict == Verdict::OnlyDns && is_localhost(&local.name));
    let reasons = words::reasons(&words::Case { local: &local, dns, answers: &answers, v4, v6, leak, split });
    Compared { local, answers, v4, v6, verdict, action, reasons }
}

/// `localhost` and what is below it must not need DNS (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Local addresses of one family with their sources.
fn addresses(local: &Local, v4: bool) -> impl Iterator<Item = &(IpAddr, Source)> {
    local.addresses.iter().filter(move |(address, _)| address.is_ipv4() == v4)
}

fn one_family(own: &[IpAddr], dns: Option<&FamilyAnswer>, public: bool) -> Verdict {
    let Some(dns) = dns.filter(|d| d.is_usable()) else { return Verdict::Unknown };
    if own.is_empty() {
        return if dns.addresses.is_empty() { Verdict::Neither } else { Verdict::OnlyDns };
    }
    let differing: Vec<IpAddr> = own.iter().copied().filter(|a| !dns.addresses.contains(a)).collect();
    match () {
        () if differing.is_empty() => Verdict::Same,
        () if public && own.iter().all(|a| is_sink(*a)) => Verdict::Blocked,
        () if dns.addresses.is_empty() => Verdict::OnlyLocal,
        () if differing.iter().any(|a| is_global(*a)) => Verdict::Stale,
        () => Verdict::LocalOverrides,
    }
}

/// The family whose verdict weighs more decides. Nothing for one family beside something for the other is nothing to
/// speak of.
fn both_families(v4: Verdict, v6: Verdict) -> Verdict {
    v4.min(v6)
}

/// The family for which DNS answers although the other one is overridden.
fn leaks(local: &Local, dns: Option<&ServerAnswer>, verdict: Verdict) -> Option<Family> {
    let overridden = matches!(verdict, Verdict::Blocked | Verdict::LocalOverrides | Verdict::Stale);
    let family = local.leaks.filter(|_| overridden)?;
    let other = match family {
        Family::V4 => &dns?.v4,
        _ => &dns?.v6,
    };
    (!other.addresses.is_empty()).then_some(family)
}

/// An address of the Internet rather than of a private network or of this machine (RFC 1918, RFC 4193, RFC 6598; link-local
/// and loopback addresses).
pub(crate) fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && b & 0xc0 == 64;
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || a == 0 || shared)
        }
        IpAddr::V6(v6) => {
            let unique_local = v6.segments()[0] & 0xfe00 == 0xfc00;
            let link_local = v6.segments()[0] & 0xffc0 == 0xfe80;
            !(v6.is_loopback() || v6 == Ipv6Addr::UNSPECIFIED || unique_local || link_local)
        }
    }
}

#[cfg(test)]
mod tests;
