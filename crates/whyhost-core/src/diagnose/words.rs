//! Phrases that headline and cause are made of.

use super::Case;
use crate::machine::FileState;
use crate::reach::{Listener, normalise};
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
        Some(error) if answer.addresses.is_empty() => error.code.to_owned(),
        _ => list(&answer.addresses.iter().map(|a| a.address).collect::<Vec<_>>()),
    }
}

/// Why an address stands where it stands: `RFC 6724 rule 6: precedence 50 > 10`, `/etc/hosts:1`.
pub(super) fn reason(ranked: &Ranked) -> String {
    match &ranked.placed_by {
        Because::Rfc6724 { rule, ours, theirs } => {
            format!("RFC 6724 rule {rule}: {}", compared(ours, theirs))
        }
        Because::FileOrder => format!("{}; no rule puts another first", ranked.from),
        Because::PreferV4 { setting } => format!("IPv4 preferred by {setting}"),
        Because::OnlyOne => ranked.from.to_string(),
    }
}

/// `precedence 50 > 10` for `precedence 50` and `precedence 10`; else both values in words.
fn compared(ours: &str, theirs: &str) -> String {
    let split = |text: &str| {
        let (what, number) = text.split_once(' ')?;
        Some((what.to_owned(), number.parse::<i64>().ok()?))
    };
    match (split(ours), split(theirs)) {
        (Some((what, a)), Some((same, b))) if what == same && a != b => {
            format!("{ours} {} {b}", if a > b { '>' } else { '<' })
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
    use super::compared;

    #[test]
    fn values_are_compared_only_where_they_are_numbers_of_one_kind() {
        assert_eq!(compared("precedence 50", "precedence 10"), "precedence 50 > 10");
        assert_eq!(compared("scope 2", "scope 14"), "scope 2 < 14");
        assert_eq!(compared("label 0 = 0", "label 4 ≠ 13"), "label 0 = 0 against label 4 ≠ 13");
        assert_eq!(compared("usable (::1)", "no way there"), "usable (::1) against no way there");
    }
}
