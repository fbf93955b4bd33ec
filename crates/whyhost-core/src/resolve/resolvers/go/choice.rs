//! Which resolver a Go program uses for a name (`lookupOrder` since 1.21, `hostLookupOrder` before).

use super::conf::{self, GoResolvConf, Nss, NssSource};
use crate::machine::Machine;
use crate::resolve::resolvers::model::{Failure, Version};
use crate::resolve::stage::myhostname::is_localhost;

/// How the program was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// With cgo: the C library can be asked.
    Cgo,
    /// Without.
    Pure,
}

/// `hostLookupOrder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Cgo,
    Files,
    Dns,
    FilesDns,
    DnsFiles,
}

impl Order {
    pub(super) fn words(self) -> &'static str {
        match self {
            Order::Cgo => "the C library",
            Order::Files => "Go's own, files",
            Order::Dns => "Go's own, dns",
            Order::FilesDns => "Go's own, files then dns",
            Order::DnsFiles => "Go's own, dns then files",
        }
    }
}

type Choice = (Order, String);

/// The first version with `mustUseGoResolver`, in which a build without cgo goes by nsswitch.conf as far as it can.
pub(super) const REWORKED: Version = Version(1, 21, 0);

/// The order for `name`, and why.
///
/// # Errors
/// When a file that decides is not in the snapshot.
pub(super) fn order(
    machine: &Machine,
    version: Version,
    build: Build,
    name: &str,
) -> Result<Choice, Failure> {
    let mode = netdns(machine.raw.env.get("GODEBUG").map_or("", String::as_str));
    let can_use_cgo = build == Build::Cgo && mode != Some("go");
    if can_use_cgo && let Some(why) = prefers_cgo(machine, mode, name) {
        return Ok((Order::Cgo, why));
    }
    let resolv = conf::resolv(machine, version).map_err(Failure::Unknown)?;
    let nss = conf::nss(machine).map_err(Failure::Unknown)?;
    let chosen = if version >= REWORKED {
        reworked(machine, can_use_cgo, name, &resolv, &nss)
    } else {
        early(machine, mode, name, &resolv, &nss)
    };
    let (order, why) = chosen;
    let why = match (build, mode) {
        (Build::Pure, _) => format!("built without cgo, {why}"),
        (Build::Cgo, Some("go")) => format!("GODEBUG netdns=go, {why}"),
        _ => why,
    };
    // Before 1.21 a build without cgo learns only at the end that there is no C library to ask.
    match order {
        Order::Cgo if !can_use_cgo => Ok((Order::FilesDns, why)),
        order => Ok((order, why)),
    }
}

/// The mode of `netdns` in GODEBUG (`goDebugNetDNS`): `cgo`, `go`, with a debug level after or before a `+`. The last
/// setting counts.
fn netdns(godebug: &str) -> Option<&'static str> {
    let value = godebug.split(',').rev().find_map(|pair| pair.trim().strip_prefix("netdns="))?;
    let (first, second) = value.split_once('+').unwrap_or((value, ""));
    let mode = |part: &str| match part {
        "cgo" => Some("cgo"),
        "go" => Some("go"),
        _ => None,
    };
    mode(second).or(mode(first))
}

/// What makes a program prefer the C library before any file is read.
fn prefers_cgo(machine: &Machine, mode: Option<&str>, name: &str) -> Option<String> {
    if mode == Some("cgo") {
        return Some("GODEBUG netdns=cgo".into());
    }
    let env = &machine.raw.env;
    if env.contains_key("LOCALDOMAIN") {
        return Some("LOCALDOMAIN is set".into());
    }
    let set = |key: &&str| env.get(*key).is_some_and(|value| !value.is_empty());
    if let Some(key) = ["RES_OPTIONS", "HOSTALIASES"].iter().copied().find(set) {
        return Some(format!("{key} is set"));
    }
    name.contains(['\\', '%']).then(|| "a name with \\ or %".into())
}

/// Since 1.21.
fn reworked(machine: &Machine, can_use_cgo: bool, name: &str, resolv: &GoResolvConf, nss: &Nss) -> Choice {
    if can_use_cgo {
        if let Some(why) = &resolv.broken {
            return (Order::Cgo, format!("resolv.conf cannot be opened ({why})"));
        }
        if let Some(option) = &resolv.unknown {
            return (Order::Cgo, format!("resolv.conf says {option}, which Go does not know"));
        }
    }
    let fallback = if can_use_cgo { Order::Cgo } else { Order::FilesDns };
    let sources = match nss {
        Nss::Broken(why) => return (fallback, format!("nsswitch.conf cannot be read: {why}")),
        Nss::Sources(sources) if sources.is_empty() => {
            return (Order::FilesDns, "nsswitch.conf says nothing about hosts".into());
        }
        Nss::Sources(sources) => sources,
    };
    let mut kept: Vec<&'static str> = Vec::new();
    for (i, source) in sources.iter().enumerate() {
        let known = known(source);
        if can_use_cgo {
            if let Some(why) = needs_libc(machine, source, known, name, true) {
                return (Order::Cgo, why);
            }
            kept.extend(known);
        } else if known.is_some() {
            kept.extend(known);
        } else if !kept.contains(&"dns") && !sources[i + 1..].iter().any(|s| s.name == "dns") {
            // A source that is not known counts as DNS where there is no dns.
            kept.push("dns");
        }
    }
    by_sources(&kept, fallback)
}

/// Until 1.20: what is not understood is a case for the C library, whether there is one or not.
fn early(machine: &Machine, mode: Option<&str>, name: &str, resolv: &GoResolvConf, nss: &Nss) -> Choice {
    let fallback = if mode == Some("go") { Order::FilesDns } else { Order::Cgo };
    if let Some(why) = prefers_cgo(machine, mode, name) {
        return (fallback, why);
    }
    if let Some(why) = resolv.broken.as_ref().or(resolv.unknown.as_ref()) {
        return (fallback, format!("resolv.conf says {why}, which Go does not know"));
    }
    if ends_with(name, ".local") {
        return (fallback, "a name under .local".into());
    }
    let sources = match nss {
        Nss::Broken(why) => return (fallback, format!("nsswitch.conf cannot be read: {why}")),
        Nss::Sources(sources) if sources.is_empty() => {
            return (Order::FilesDns, "nsswitch.conf says nothing about hosts".into());
        }
        Nss::Sources(sources) => sources,
    };
    let mut kept: Vec<&'static str> = Vec::new();
    for source in sources {
        let known = known(source);
        if let Some(why) = needs_libc(machine, source, known, name, false) {
            return (fallback, why);
        }
        kept.extend(known);
    }
    by_sources(&kept, fallback)
}

fn known(source: &NssSource) -> Option<&'static str> {
    match source.name.as_str() {
        "files" => Some("files"),
        "dns" => Some("dns"),
        _ => None,
    }
}

/// Why a source needs the C library for this name; `None` where Go passes over it or does it itself.
fn needs_libc(
    machine: &Machine,
    source: &NssSource,
    known: Option<&str>,
    name: &str,
    reworked: bool,
) -> Option<String> {
    let plain = name.strip_suffix('.').unwrap_or(name);
    match source.name.as_str() {
        _ if known.is_some() => (!source.is_standard())
            .then(|| format!("nsswitch.conf has criteria of its own for {}", source.name)),
        "myhostname" => {
            let special: &[&str] = if reworked { &["_gateway", "_outbound"] } else { &["gateway"] };
            let own = plain.eq_ignore_ascii_case(&machine.os.hostname);
            let computed =
                is_localhost(plain) || special.iter().any(|s| plain.eq_ignore_ascii_case(s)) || own;
            computed.then(|| format!("nsswitch.conf has myhostname, which answers {name}"))
        }
        mdns if mdns.starts_with("mdns") => {
            let local = ends_with(plain, ".local");
            let allowed = machine.has_path("/etc/mdns.allow") == Some(true);
            (local || allowed).then(|| format!("nsswitch.conf has {mdns}, which may answer {name}"))
        }
        other => Some(format!("nsswitch.conf has {other}, which Go does not know")),
    }
}

fn by_sources(kept: &[&str], fallback: Order) -> Choice {
    let (files, dns) = (kept.contains(&"files"), kept.contains(&"dns"));
    let order = match (files, dns) {
        (true, true) if kept[0] == "files" => Order::FilesDns,
        (true, true) => Order::DnsFiles,
        (true, false) => Order::Files,
        (false, true) => Order::Dns,
        (false, false) => return (fallback, "nsswitch.conf names nothing that Go can ask".into()),
    };
    (order, "nsswitch.conf".into())
}

fn ends_with(name: &str, suffix: &str) -> bool {
    let plain = name.strip_suffix('.').unwrap_or(name);
    let at = plain.len().wrapping_sub(suffix.len());
    plain.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        assert_eq!(netdns("netdns=cgo+2"), Some("cgo"));
        assert_eq!(netdns("http2debug=1,netdns=1+go"), Some("go"));
        assert_eq!(netdns("netdns=cgo,netdns=go"), Some("go"));
        assert_eq!(netdns("netdns=2"), None);
        assert_eq!(netdns(""), None);
    }

    #[test]
    fn suffixes() {
        assert!(ends_with("printer.LOCAL.", ".local"));
        assert!(!ends_with("local", ".local"));
        assert!(!ends_with("é", ".local"));
    }
}
