//! What a program makes of its addresses: which it tries, when, and where it ends.

use super::Strategy;
use crate::machine::Machine;
use crate::reach::{Attempt, AttemptOutcome, attempt};
use crate::snapshot::ScopedAddr;

/// How long Linux repeats an unanswered SYN with its default of six repetitions (`tcp_syn_retries`), in milliseconds.
const SYSTEM_TIMEOUT: u32 = 127_000;

/// The attempts of a program with `strategy` on `addresses`, in the order in which they begin. What begins after the
/// connection is made, or after an attempt that nothing is known about, is left out.
pub fn walk(machine: &Machine, strategy: Strategy, addresses: &[ScopedAddr], port: u16) -> Vec<Attempt> {
    let attempts: Vec<Attempt> = addresses.iter().map(|a| attempt(machine, *a, port)).collect();
    plan(strategy, attempts)
}

/// The same for attempts whose ends are known.
pub fn plan(strategy: Strategy, attempts: Vec<Attempt>) -> Vec<Attempt> {
    let last = attempts.len().saturating_sub(1);
    let mut tried = match strategy {
        Strategy::UnixSocket => Vec::new(),
        Strategy::FirstOnly => in_turn(attempts.into_iter().take(1), |_| SYSTEM_TIMEOUT),
        Strategy::InTurn => in_turn(attempts, |_| SYSTEM_TIMEOUT),
        Strategy::Peers(ms) => in_turn(attempts, |_| ms),
        Strategy::AttemptTimeout(ms) => in_turn(attempts, |i| if i == last { SYSTEM_TIMEOUT } else { ms }),
        Strategy::Budget(ms) => {
            let mut tried = in_turn(attempts, |_| ms);
            tried.retain(|t| t.after_ms < ms);
            tried
        }
        Strategy::TwoGroups(ms) => two_groups(attempts, ms),
        Strategy::Race(ms) => race(attempts, ms),
        Strategy::Parallel => attempts,
    };
    if strategy != Strategy::Parallel {
        stop_when_decided(&mut tried);
    }
    tried
}

fn ends(attempt: &Attempt) -> bool {
    // After a foreign address nothing is known: it may well have answered.
    matches!(attempt.outcome, AttemptOutcome::Connects | AttemptOutcome::Foreign)
}

fn in_turn(attempts: impl IntoIterator<Item = Attempt>, patience: impl Fn(usize) -> u32) -> Vec<Attempt> {
    let mut now: u32 = 0;
    let mut tried = Vec::new();
    for (i, attempt) in attempts.into_iter().enumerate() {
        let silent = attempt.outcome == AttemptOutcome::Timeout;
        tried.push(Attempt { after_ms: now, ..attempt });
        if silent {
            now = now.saturating_add(patience(i));
        }
    }
    tried
}

/// The addresses of the first one's family in turn, the others in turn beside them.
fn two_groups(attempts: Vec<Attempt>, delay: u32) -> Vec<Attempt> {
    let Some(first) = attempts.first().map(|a| a.address.address.is_ipv4()) else { return Vec::new() };
    let (primary, fallback): (Vec<_>, Vec<_>) =
        attempts.into_iter().partition(|a| a.address.address.is_ipv4() == first);
    let silent = |a: &Attempt| a.outcome == AttemptOutcome::Timeout;
    let primary_fails_at: u32 = if primary.iter().any(silent) { delay } else { 0 };
    let mut all = in_turn(primary, |_| SYSTEM_TIMEOUT);
    let beside = in_turn(fallback, |_| SYSTEM_TIMEOUT);
    all.extend(beside.into_iter().map(|t| Attempt { after_ms: t.after_ms + primary_fails_at, ..t }));
    all.sort_by_key(|t| t.after_ms);
    all
}

fn race(attempts: Vec<Attempt>, delay: u32) -> Vec<Attempt> {
    in_turn(attempts, |_| delay)
}

/// Drops what begins after the first success.
fn stop_when_decided(tried: &mut Vec<Attempt>) {
    if let Some(end) = tried.iter().position(ends) {
        tried.truncate(end + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    /// Each address with the first letter of its end: c(onnects), r(efused), t(imeout), f(oreign).
    fn case(strategy: Strategy, addresses: &[(&str, char)]) -> Vec<(String, u32)> {
        let attempts = addresses.iter().map(|(address, end)| Attempt {
            address: address.parse::<IpAddr>().unwrap().into(),
            outcome: match end {
                'c' => AttemptOutcome::Connects,
                'r' => AttemptOutcome::Refused,
                't' => AttemptOutcome::Timeout,
                _ => AttemptOutcome::Foreign,
            },
            after_ms: 0,
            listener: None,
        });
        let tried = plan(strategy, attempts.collect());
        tried.iter().map(|t| (t.address.to_string(), t.after_ms)).collect()
    }

    fn at(times: &[(&str, u32)]) -> Vec<(String, u32)> {
        times.iter().map(|(a, t)| ((*a).to_owned(), *t)).collect()
    }

    #[test]
    fn a_refusal_is_followed_at_once_by_all_but_the_first_only() {
        let both = [("::1", 'r'), ("127.0.0.1", 'c')];
        assert_eq!(case(Strategy::FirstOnly, &both), at(&[("::1", 0)]));
        for strategy in [
            Strategy::InTurn,
            Strategy::AttemptTimeout(250),
            Strategy::TwoGroups(300),
            Strategy::Race(250),
            Strategy::Budget(5000),
        ] {
            assert_eq!(case(strategy, &both), at(&[("::1", 0), ("127.0.0.1", 0)]), "{strategy:?}");
        }
    }

    #[test]
    fn silence_lasts_as_long_as_each_lets_it() {
        let both = [("::1", 't'), ("127.0.0.1", 'c')];
        for (strategy, second) in [
            (Strategy::InTurn, Some(SYSTEM_TIMEOUT)),
            (Strategy::AttemptTimeout(250), Some(250)),
            (Strategy::TwoGroups(300), Some(300)),
            (Strategy::Race(250), Some(250)),
            (Strategy::Parallel, Some(0)),
            (Strategy::Budget(5000), None),
            (Strategy::FirstOnly, None),
        ] {
            let expected = second.map_or(vec![("::1", 0)], |t| vec![("::1", 0), ("127.0.0.1", t)]);
            assert_eq!(case(strategy, &both), at(&expected), "{strategy:?}");
        }
    }

    #[test]
    fn two_groups_are_families_and_not_neighbours() {
        let three = [("::1", 'r'), ("127.0.0.1", 'c'), ("::2", 'r')];
        assert_eq!(case(Strategy::TwoGroups(300), &three), at(&[("::1", 0), ("::2", 0), ("127.0.0.1", 0)]));
        let silent = [("::1", 't'), ("::2", 'c'), ("127.0.0.1", 'c')];
        assert_eq!(case(Strategy::TwoGroups(300), &silent), at(&[("::1", 0), ("127.0.0.1", 300)]));
    }

    #[test]
    fn nothing_is_known_behind_a_foreign_address() {
        assert_eq!(case(Strategy::InTurn, &[("203.0.113.7", 'f'), ("::1", 'c')]), at(&[("203.0.113.7", 0)]));
        assert_eq!(case(Strategy::UnixSocket, &[("::1", 'c')]), at(&[]));
    }
}
