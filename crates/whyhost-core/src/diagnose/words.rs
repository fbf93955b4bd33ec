//! Phrases that headline and cause are made of.

use super::{Case, error_text};
use crate::machine::FileState;
use crate::reach::{ClientOutcome, Listener, normalise};
use crate::resolve::{Answer, Because, Ranked};
use crate::snapshot::{FileKind, LiveOutcome, ScopedAddr, SourceOutcome};

/// Addresses joined by commas; a word for none.
pub(super) fn list(addresses: &[ScopedAddr]) -> String {
    match addresses {
        [] => "no address".into(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// `127.0.0.1 (python3, pid 30618)`; the address alone where the owner could not be read.
pub(super) fn owned(what: &str, listener: &Listener) -> String {
    match listener.owner() {
        Some(owner) => format!("{what} ({owner})"),
        None => what.to_owned(),
    }
}

/// What a live look-up gave.
pub(super) fn live_outcome(outcome: &LiveOutcome) -> String {
    match outcome {
        LiveOutcome::Found(addresses) => list(addresses),
        LiveOutcome::Failed(code) => code.clone(),
        LiveOutcome::TimedOut => "no answer in time".into(),
    }
}

/// What was predicted.
pub(super) fn predicted(answer: &Answer) -> String {
    match &answer.error {
        Some(error) if answer.addresses.is_empty() => error_text(error),
        _ => list(&answer.addresses.iter().map(|a| a.address).collect::<Vec<_>>()),
    }
}

/// What the clients of a verdict are called in the plural: `kinds of client`.
pub(super) fn unit(clients: &[ClientOutcome]) -> &'static str {
    match clients {
        [] => "clients",
        [first, ..] if first.is_kind() => "kinds of client",
        all if all.iter().all(|c| c.installed) => "clients on this machine",
        _ => "clients",
    }
}

/// Why an address stands where it stands, before `next`: `RFC 6724 rule 6: precedence 50 > 10`, `/etc/hosts:1`.
pub(super) fn reason(ranked: &Ranked, next: Option<&Ranked>) -> String {
    match (&ranked.placed_by, next) {
        (Because::Rfc6724 { rule, .. }, Some(next)) => {
            format!("RFC 6724 rule {rule}: {}", decided_by(ranked, next))
        }
        (Because::Rfc6724 { rule, .. }, None) => format!("RFC 6724 rule {rule}"),
        (Because::FileOrder, _) => format!("{}; no rule puts another first", ranked.from),
        (Because::PreferV4 { setting }, _) => format!("IPv4 preferred by {setting}"),
        (Because::PreferV6 { setting }, _) => format!("IPv6 preferred by {setting}"),
        (Because::Alternated, _) => format!("{}; the families take turns", ranked.from),
        (Because::BuiltIn, _) => "built in, in its own order".into(),
        (Because::OnlyOne, _) => ranked.from.to_string(),
    }
}

/// What put `first` directly before `next`, in words: `precedence 50 > 10`, `::1 has no source address`.
pub fn decided_by(first: &Ranked, next: &Ranked) -> String {
    let (one, other) = (first.address, next.address);
    match &first.placed_by {
        Because::Rfc6724 { rule, ours, theirs } => match rule {
            1 => format!("{other} has no source address"),
            2 => format!("{other} has a source of another scope"),
            3 => format!("the source of {other} is deprecated"),
            4 => format!("{one} has a home address as source"),
            5 => format!("{other} has a source of another label"),
            7 => format!("{other} goes through a tunnel"),
            _ => compared(ours, theirs),
        },
        Because::PreferV4 { setting } => format!("IPv4 preferred by {setting}"),
        Because::PreferV6 { setting } => format!("IPv6 preferred by {setting}"),
        other => other.to_string(),
    }
}

/// `precedence 50 > 10` for `precedence 50` and `precedence 10`, `9 > 8 common bits` for bits; else both values.
fn compared(ours: &str, theirs: &str) -> String {
    let number = |text: &str| text.split(' ').find_map(|word| word.parse::<i64>().ok());
    let words =
        |text: &str| text.split(' ').filter(|w| w.parse::<i64>().is_err()).map(str::to_owned).collect();
    let (a, b): (Vec<String>, Vec<String>) = (words(ours), words(theirs));
    match (number(ours), number(theirs)) {
        (Some(x), Some(y)) if a == b && x != y => {
            ours.replacen(&x.to_string(), &format!("{x} {} {y}", if x > y { '>' } else { '<' }), 1)
        }
        _ => format!("{ours} against {theirs}"),
    }
}

/// Why packets to an address of this machine do not arrive.
pub(super) fn why_undelivered(case: &Case<'_>, address: ScopedAddr) -> String {
    let machine = case.machine;
    let real = normalise(address);
    let lo = machine.loopback();
    match lo {
        Some(lo) if !lo.is_up() => format!("the loopback interface {} is down", lo.name),
        Some(lo) if real.address.is_loopback() && lo.addresses.iter().all(|a| a.address != real.address) => {
            format!("{} is not on the loopback interface {}", real.address, lo.name)
        }
        _ => match machine.source_of(address).or_else(|| machine.source_of(real)) {
            Some(SourceOutcome::Errno(errno)) => format!("the kernel has no way to {address} ({errno})"),
            _ => format!("the kernel has no way to {address}"),
        },
    }
}

/// Why the hosts file says nothing, where that makes every answer a guess.
pub(super) fn hosts_unusable(state: &FileState) -> Option<String> {
    match state {
        FileState::Unreadable(reason) => Some(format!("could not be read: {reason}")),
        FileState::NotAFile(kind) => Some(format!("is {}, not a file", a_kind(*kind))),
        FileState::Read | FileState::Absent(_) | FileState::Unrecorded => None,
    }
}

fn a_kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::File => "a file",
        FileKind::Directory => "a directory",
        FileKind::Fifo => "a named pipe",
        FileKind::Socket => "a socket",
        FileKind::Device => "a device",
    }
}

#[cfg(test)]
mod tests {
    use super::{compared, decided_by, reason};
    use crate::resolve::{Because, Ranked, Source};

    #[test]
    fn values_are_compared_only_where_they_are_numbers_of_one_kind() {
        assert_eq!(compared("precedence 50", "precedence 10"), "precedence 50 > 10");
        assert_eq!(compared("scope 2", "scope 14"), "scope 2 < 14");
        assert_eq!(compared("24 common bits", "8 common bits"), "24 > 8 common bits");
        assert_eq!(compared("native", "not native"), "native against not native");
    }

    #[test]
    fn every_rule_reads_as_a_fact() {
        let ranked = |address: &str, rule, ours: &str, theirs: &str| Ranked {
            address: address.parse::<std::net::IpAddr>().unwrap().into(),
            from: Source::Literal,
            placed_by: Because::Rfc6724 { rule, ours: ours.into(), theirs: theirs.into() },
        };
        let next = ranked("::1", 1, "no source", "source 127.0.0.1");
        let first = ranked("127.0.0.1", 1, "source 127.0.0.1", "no source");
        assert_eq!(decided_by(&first, &next), "::1 has no source address");
        assert_eq!(reason(&first, Some(&next)), "RFC 6724 rule 1: ::1 has no source address");
        for rule in 1..=9 {
            let text = decided_by(&ranked("127.0.0.1", rule, "scope 2", "scope 14"), &next);
            assert!(!text.is_empty() && text.chars().count() <= 44, "{text}");
        }
    }
}
