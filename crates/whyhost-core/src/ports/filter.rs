//! What the packet filter says before a listener is asked, as far as it can be read.

use crate::machine::Machine;
use crate::snapshot::FilterChain;
use serde::Serialize;

/// The packet filter, per family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PacketFilter {
    /// For connections over IPv4.
    pub ipv4: FilterState,
    /// For connections over IPv6.
    pub ipv6: FilterState,
    /// Why it was not checked, or what else is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is known of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilterState {
    /// The rules could not be read.
    NotChecked,
    /// No chain that a packet to this machine passes has a rule, and all accept.
    NoRules,
    /// There are rules, which are not interpreted; what none of them decides about is accepted.
    HasRules,
    /// What no rule accepts is dropped.
    DropsByDefault,
}

impl FilterState {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            FilterState::NotChecked => "not checked",
            FilterState::NoRules => "no rules",
            FilterState::HasRules => "has rules, not interpreted",
            FilterState::DropsByDefault => "drops what no rule accepts",
        }
    }
}

/// The name of the gap that the collector leaves.
const GAP: &str = "packet filter";

/// The state of the machine's packet filter. A network, a router or a cloud may filter too: that is never known here.
pub(super) fn of(machine: &Machine) -> PacketFilter {
    let front = front_end(machine);
    let Some(chains) = &machine.raw.packet_filter else {
        let gap = machine.raw.gaps.iter().find(|gap| gap.what.starts_with(GAP));
        let why = gap.map_or_else(|| "not recorded".to_owned(), |gap| gap.why.clone());
        let note = front.map_or_else(|| why.clone(), |front| format!("{front}; {why}"));
        return PacketFilter {
            ipv4: FilterState::NotChecked,
            ipv6: FilterState::NotChecked,
            note: Some(note),
        };
    };
    PacketFilter { ipv4: state(chains, "ip"), ipv6: state(chains, "ip6"), note: front }
}

/// Chains that see a packet to this machine before a socket does (nf_tables: hooks prerouting and input).
fn state(chains: &[FilterChain], family: &str) -> FilterState {
    let passed = chains.iter().filter(|c| {
        [family, "inet"].contains(&c.family.as_str()) && ["prerouting", "input"].contains(&c.hook.as_str())
    });
    let states = passed.map(|c| match (c.policy.as_str(), c.rules) {
        ("drop", _) => FilterState::DropsByDefault,
        ("accept", 0) => FilterState::NoRules,
        _ => FilterState::HasRules,
    });
    states.max_by_key(|s| *s as u8).unwrap_or(FilterState::NoRules)
}

/// What the readable files of ufw say (ufw.conf, /etc/default/ufw); its rules are for root only.
fn front_end(machine: &Machine) -> Option<String> {
    let conf = machine.raw.file("/etc/ufw/ufw.conf")?.bytes()?;
    if !value(&conf, "ENABLED")?.eq_ignore_ascii_case("yes") {
        return None;
    }
    let defaults = machine.raw.file("/etc/default/ufw").and_then(crate::snapshot::RawFile::bytes);
    let of = |name| defaults.as_deref().and_then(|bytes| value(bytes, name));
    let policy = of("DEFAULT_INPUT_POLICY").unwrap_or_else(|| "DROP".into()).to_lowercase();
    let families =
        if of("IPV6").is_some_and(|v| v.eq_ignore_ascii_case("no")) { " for IPv4 only" } else { "" };
    Some(format!("ufw is switched on{families}, its default for incoming connections is {policy}"))
}

/// `NAME=value` or `NAME="value"` of a shell fragment.
fn value(bytes: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Gap, Os, OsFamily, RawFile, Snapshot};

    fn empty() -> Snapshot {
        Snapshot::new(Os::unknown(OsFamily::Linux))
    }

    fn chain(family: &str, hook: &str, policy: &str, rules: u32) -> FilterChain {
        let text = |t: &str| t.to_owned();
        let (family, hook, policy) = (text(family), text(hook), text(policy));
        FilterChain { family, table: "filter".into(), chain: "in".into(), hook, policy, rules }
    }

    #[test]
    fn each_family_has_its_own_state() {
        use FilterState::{DropsByDefault, HasRules, NoRules};
        let cases: &[(&[FilterChain], FilterState, FilterState)] = &[
            (&[], NoRules, NoRules),
            (&[chain("ip", "input", "drop", 3)], DropsByDefault, NoRules),
            (&[chain("inet", "input", "accept", 1)], HasRules, HasRules),
            (&[chain("inet", "input", "accept", 0)], NoRules, NoRules),
            (&[chain("inet", "output", "drop", 9)], NoRules, NoRules),
            (
                &[chain("ip6", "prerouting", "accept", 2), chain("ip", "input", "drop", 0)],
                DropsByDefault,
                HasRules,
            ),
        ];
        for (chains, v4, v6) in cases {
            let mut snapshot = empty();
            snapshot.packet_filter = Some(chains.to_vec());
            let got = of(&Machine::new(snapshot));
            assert_eq!((got.ipv4, got.ipv6), (*v4, *v6), "{chains:?}");
        }
    }

    #[test]
    fn unread_rules_are_not_checked_and_ufw_is_told() {
        let mut snapshot = empty();
        let why = "needs root".to_owned();
        snapshot.gaps.push(Gap { what: "packet filter".into(), why });
        snapshot.files.push(RawFile::text("/etc/ufw/ufw.conf", b"# x\nENABLED=yes\nLOGLEVEL=low\n"));
        snapshot.files.push(RawFile::text("/etc/default/ufw", b"IPV6=no\nDEFAULT_INPUT_POLICY=\"DROP\"\n"));
        let got = of(&Machine::new(snapshot));
        assert_eq!((got.ipv4, got.ipv6), (FilterState::NotChecked, FilterState::NotChecked));
        assert_eq!(
            got.note.as_deref(),
            Some(
                "ufw is switched on for IPv4 only, its default for incoming connections is drop; needs root"
            )
        );
        assert_eq!(of(&Machine::new(empty())).note.as_deref(), Some("not recorded"));
    }
}
