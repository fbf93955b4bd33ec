//! # resolve.model-mismatch — the real answer is not the predicted one
//!
//! ## What it means
//! getaddrinfo answered otherwise than the model of it says for the same files, interfaces and services.
//!
//! ## Who is hit
//! Readers of this report: its explanation of the order does not hold here. Known causes are a cache daemon
//! (nscd) with an old answer, a file that changed between two readings, an NSS module with its own mind, a
//! long-lived process that read gai.conf or host.conf before they changed. Else the model is wrong, and we
//! want to know.
//!
//! ## Example
//! ```text
//! predicted  ::1, 127.0.0.1
//! live       127.0.0.1, ::1
//! ```
//!
//! ## Repair
//! Trust the live answer. If nscd runs, clear its cache: `sudo nscd -i hosts`. If it stays, report it with
//! a snapshot.
//!
//! ## Not a repair
//! Changing the configuration until both agree: nothing may be wrong with it.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
//! - https://man7.org/linux/man-pages/man8/nscd.8.html

use super::super::facts::list;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::diagnose::{agrees, error_text};
use crate::finding::{Evidence, Finding, Severity};
use crate::resolve::Answer;
use crate::snapshot::{LiveOutcome, ScopedAddr};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "resolve.model-mismatch",
    severity: Severity::Warning,
    title: "the real answer is not the predicted one",
    references: &[
        "https://man7.org/linux/man-pages/man3/getaddrinfo.3.html",
        "https://man7.org/linux/man-pages/man8/nscd.8.html",
    ],
    source: include_str!("model_mismatch.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(answer), Some(live)) = (ctx.glibc(), ctx.live()) else { return };
    if agrees(answer, &live.outcome) != Some(false) {
        return;
    }
    let (predicted, real) = (predicted(answer), real(&live.outcome));
    let mut finding = RULE.finding(format!("{} is {real}, predicted was {predicted}", ctx.target.name));
    finding.evidence.push(Evidence::new(predicted, "model of getaddrinfo"));
    finding.evidence.push(Evidence::new(real, "getaddrinfo, live"));
    finding.remedies.push(remedy::advice(
        "trust the live answer and report the difference",
        WHOLE_MACHINE,
        "if nscd runs, clear its cache with `sudo nscd -i hosts`; if the difference stays, record `whyhost snapshot` and \
         open an issue with it",
    ));
    out.push(finding);
}

fn addresses(answer: &Answer) -> Vec<ScopedAddr> {
    answer.addresses.iter().map(|r| r.address).collect()
}

fn plain(addresses: &[ScopedAddr]) -> Vec<IpAddr> {
    addresses.iter().map(|a| a.address).collect()
}

fn predicted(answer: &Answer) -> String {
    match &answer.error {
        Some(error) => error_text(error),
        None => list(&plain(&addresses(answer))),
    }
}

fn real(outcome: &LiveOutcome) -> String {
    match outcome {
        LiveOutcome::Found(all) => list(&plain(all)),
        LiveOutcome::Failed(code) => code.clone(),
        LiveOutcome::TimedOut => "not answered in time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.model-mismatch";

    #[test]
    fn another_order_is_a_mismatch() {
        let found =
            debian().live("localhost", &["127.0.0.1", "::1"], 1).of(CODE, "localhost").expect("finding");
        assert_eq!(found.title, "localhost is 127.0.0.1, ::1, predicted was ::1, 127.0.0.1");
        assert_eq!(debian().live("localhost", &["::1", "127.0.0.1"], 1).of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }
}
