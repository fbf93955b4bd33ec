//! What systemd-resolved knows by itself: /etc/hosts, and the names that it synthesizes. Everything else it asks of DNS,
//! LLMNR or mDNS.
//!
//! Sources: systemd 252, 257 and 262, src/resolve/resolved-etc-hosts.c, resolved-dns-synthesize.c, resolved-dns-query.c
//! (`dns_query_go`, `dns_query_process_cname_many`); src/nss-resolve/nss-resolve.c; facts of libc resolution, section
//! 10.2, and of the hosts format, section 5.3.

mod conf;
mod etc_hosts;

use super::myhostname::{self, is_localhost};
use super::{Call, Candidate, HErrno, Outcome, Report, hosts};
use crate::conf::nsswitch::Status;
use crate::conf::resolv::ResolvConf;
use crate::machine::Machine;
use crate::resolve::answer::Source;
use crate::resolve::stage::dns::{self, Reply};
use crate::snapshot::ScopedAddr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The socket that says that the daemon runs.
pub const SOCKET: &str = "/run/systemd/resolve/io.systemd.Resolve";
/// The address of its stub listener.
const STUB: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 53);
/// The version that is modelled where the machine does not say.
pub const LATEST: u32 = 262;

/// What the daemon says about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Addresses; those of the hosts file come in an order that changes with each start of the daemon.
    Found(Vec<Candidate>),
    /// The name is known without such an address.
    NoData(String),
    /// The name does not exist.
    NoName(String),
    /// An alias of the hosts file leads to itself.
    Loop(String),
    /// No server answered.
    TryAgain(String),
    /// Not computable; why.
    Unknown(String),
}

/// The version of the daemon: of its NSS module, or of the program.
pub fn version(machine: &Machine) -> u32 {
    let module =
        machine.raw.nss_modules.iter().find(|m| m.name == "resolve").and_then(|m| m.version.as_deref());
    let program = machine.raw.programs.iter().find(|p| p.id == "resolved").map(|p| p.version.as_str());
    let major = |text: &str| text.split(|c: char| !c.is_ascii_digit()).find(|t| !t.is_empty())?.parse().ok();
    module.or(program).and_then(major).unwrap_or(LATEST)
}

/// The daemon's answer to a question for both families or one. With IPv6 off a question for both is one for IPv4
/// (`dns_question_new_address`).
pub fn ask(machine: &Machine, name: &str, call: Call) -> Reaction {
    let call = if call == Call::Both && !myhostname::ipv6_is_on(machine) { Call::V4 } else { call };
    if let Some(reaction) = local(machine, name, call, 0) {
        return reaction;
    }
    from_dns(machine, name, call)
}

/// The hosts file, then synthesis; `None`: it would ask elsewhere.
fn local(machine: &Machine, name: &str, call: Call, depth: u8) -> Option<Reaction> {
    if conf::reads_etc_hosts(machine) {
        match hosts::file(machine) {
            Err(why) => return Some(Reaction::Unknown(why)),
            Ok(Some(file)) => {
                if let Some(found) = etc_hosts::lookup(machine, file, name, call, depth) {
                    return Some(found);
                }
            }
            Ok(None) => {}
        }
    }
    synthesized(machine, name, call)
}

/// `dns_synthesize_answer`.
fn synthesized(machine: &Machine, name: &str, call: Call) -> Option<Reaction> {
    let plain = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let loopback = |machine: &Machine| -> Vec<ScopedAddr> {
        let usable = |a: &IpAddr| a.is_ipv4() || myhostname::ipv6_is_on(machine);
        both.into_iter().filter(usable).map(ScopedAddr::from).collect()
    };
    let all: Vec<ScopedAddr> = match plain.as_str() {
        _ if is_localhost(&plain) => loopback(machine),
        "_gateway" => myhostname::gateways(machine),
        "_localdnsstub" if version(machine) >= 253 => vec![IpAddr::V4(STUB).into()],
        "_localdnsproxy" if version(machine) >= 253 => vec![IpAddr::V4(Ipv4Addr::new(127, 0, 0, 54)).into()],
        "_outbound" => {
            let why = "_outbound is the address that the default route leaves from";
            return Some(Reaction::Unknown(why.into()));
        }
        _ if is_own(machine, &plain) && asks_first(machine, &plain) => {
            return Some(from_dns(machine, name, call));
        }
        _ if is_own(machine, &plain) => own(machine),
        _ => return None,
    };
    let from = Source::Builtin { cite: "systemd src/resolve/resolved-dns-synthesize.c".into() };
    let found: Vec<Candidate> = all
        .into_iter()
        .filter(|a| call.delivers(a.address))
        .map(|address| Candidate { address, from: from.clone() })
        .collect();
    match found.is_empty() {
        true if plain == "_gateway" => Some(Reaction::NoName(format!("{name}: no default route"))),
        true => Some(Reaction::NoData(format!("{name} is synthesized without such an address"))),
        false => Some(Reaction::Found(found)),
    }
}

/// `manager_is_own_hostname`: the full name, its first label, that label under .local.
fn is_own(machine: &Machine, plain: &str) -> bool {
    let own = machine.os.hostname.to_ascii_lowercase();
    let label = own.split('.').next().unwrap_or_default();
    !label.is_empty() && (plain == own || plain == label || plain.strip_suffix(".local") == Some(label))
}

/// The own name is synthesized only where nobody can be asked or everybody fails (`dns_query_go`,
/// `dns_query_synthesize_reply`): a full name is asked for, and one of a single label below the search domains. Run with 252.
fn asks_first(machine: &Machine, plain: &str) -> bool {
    match plain.contains('.') {
        true => !plain.ends_with(".local"),
        false => !machine.resolv.value.search_list("").is_empty(),
    }
}

/// `synthesize_system_hostname_rr`, for each family by itself: a family without an address gets 127.0.0.2 or ::1.
fn own(machine: &Machine) -> Vec<ScopedAddr> {
    let mut all = myhostname::own_addresses(machine);
    if !all.iter().any(|a| a.address.is_ipv4()) {
        all.push(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)).into());
    }
    if !all.iter().any(|a| a.address.is_ipv6()) && myhostname::ipv6_is_on(machine) {
        all.push(IpAddr::V6(Ipv6Addr::LOCALHOST).into());
    }
    all.sort_by_key(|a| a.address.is_ipv6());
    all
}

/// What the stub listener was seen to answer. A name of one label it refuses, while the look-up interfaces try search
/// domains that the snapshot does not know.
fn from_dns(machine: &Machine, name: &str, call: Call) -> Reaction {
    let bare = name.strip_suffix('.').unwrap_or(name);
    let unknown = || Reaction::Unknown(format!("systemd-resolved asks other servers for {name}"));
    if !bare.contains('.') {
        return unknown();
    }
    let conf = ResolvConf { nameservers: vec![(0, IpAddr::V4(STUB))], ..ResolvConf::default() };
    let kinds: &[&str] = match call {
        Call::Both => &["A", "AAAA"],
        Call::V4 => &["A"],
        Call::V6 => &["AAAA"],
    };
    let mut found = Vec::new();
    let mut last = Reply::NoData;
    for kind in kinds {
        if !seen_at_stub(machine, bare, kind) {
            return unknown();
        }
        match dns::first_usable(machine, &conf, bare, kind) {
            Ok((Reply::Records, Some(observation))) => {
                found.extend(dns::records(observation, kind, bare, bare));
            }
            Ok((reply, _)) => last = reply,
            Err(why) => return Reaction::Unknown(why),
        }
    }
    match last {
        _ if !found.is_empty() => Reaction::Found(found),
        Reply::NxDomain => Reaction::NoName(format!("{name}: no such name")),
        Reply::NoData | Reply::Records => Reaction::NoData(format!("{name}: no such record")),
        _ => Reaction::TryAgain(format!("{name}: no server answered")),
    }
}

fn seen_at_stub(machine: &Machine, name: &str, kind: &str) -> bool {
    machine.raw.live.dns.iter().any(|o| {
        let server = o.server.parse::<SocketAddr>().map(|s| s.ip()).ok();
        server == Some(IpAddr::V4(STUB))
            && o.kind == kind
            && o.name.trim_end_matches('.').eq_ignore_ascii_case(name)
    })
}

/// nss-resolve on a machine where the daemon runs. Only the function for both families hands on a scope, and only for
/// link-local addresses; "no such record" is EAI_NODATA since v254.
pub fn nss(machine: &Machine, name: &str, call: Call) -> Outcome {
    if machine.raw.env.get("SYSTEMD_NSS_RESOLVE_SYNTHESIZE").is_some_and(|v| v == "0") {
        return Outcome::Unknown(
            "SYSTEMD_NSS_RESOLVE_SYNTHESIZE=0 passes over what resolved knows itself".into(),
        );
    }
    let nothing =
        |h_errno, detail: String| Outcome::Report(Report::nothing(Status::NotFound, Some(h_errno), detail));
    match ask(machine, name, call) {
        Reaction::Found(found) => {
            let found: Vec<Candidate> = found
                .into_iter()
                .map(|c| Candidate {
                    address: if call == Call::Both { c.address } else { c.address.address.into() },
                    from: match c.from {
                        Source::Builtin { .. } => Source::Nss { module: "resolve".into() },
                        from => from,
                    },
                })
                .collect();
            let canonical = name.strip_suffix('.').unwrap_or(name).to_owned();
            let detail = format!("systemd-resolved: {}", hosts::list(&found));
            Outcome::Report(Report::found(found, Some(canonical), detail))
        }
        Reaction::NoData(detail) if version(machine) >= 254 => nothing(HErrno::NoData, detail),
        Reaction::NoData(detail) | Reaction::NoName(detail) | Reaction::Loop(detail) => {
            nothing(HErrno::HostNotFound, detail)
        }
        Reaction::TryAgain(detail) => {
            Outcome::Report(Report::nothing(Status::TryAgain, Some(HErrno::TryAgain), detail))
        }
        Reaction::Unknown(why) => Outcome::Unknown(format!("resolve: {why}")),
    }
}
