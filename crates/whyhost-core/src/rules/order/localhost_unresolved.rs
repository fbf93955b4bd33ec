//! # resolve.localhost-unresolved — localhost does not resolve
//!
//! ## What it means
//! getaddrinfo gives no address for localhost: no service of nsswitch.conf has an answer.
//!
//! ## Who is hit
//! Every program that uses the C library: "Name or service not known" (Python, ping), ENOTFOUND (Node), "could not
//! translate host name" (psql). curl, browsers and other programs with a localhost of their own work, so they mislead.
//!
//! ## Example
//! ```text
//! $ getent ahosts localhost; echo $?
//! 2
//! ```
//!
//! ## Repair
//! The findings beside this one name the cause: a hosts file without the line, that is not read, or not asked.
//!
//! ## Not a repair
//! A record for localhost in DNS: it would have to exist in every search domain, and every look-up would need the
//! server.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://github.com/home-assistant/supervisor/issues/1240

use super::super::facts::{hosts_reach, in_hosts};
use super::super::{Context, Rule, remedy};
use crate::finding::{Evidence, Finding, Severity};
use crate::resolve::{Answer, Status};
use crate::snapshot::LiveOutcome;

pub(super) const RULE: Rule = Rule {
    code: "resolve.localhost-unresolved",
    severity: Severity::Error,
    title: "localhost does not resolve",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://github.com/home-assistant/supervisor/issues/1240",
    ],
    source: include_str!("localhost_unresolved.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (true, Some(answer)) = (ctx.asks_localhost(), ctx.glibc()) else { return };
    let live = ctx.live().map(|l| &l.outcome);
    let predicted = !matches!(answer.status, Status::Found | Status::Unknown);
    // The live answer decides where there is one; a difference is a finding of its own.
    let unresolved = match live {
        Some(LiveOutcome::Found(_)) => false,
        Some(LiveOutcome::Failed(_)) => true,
        Some(LiveOutcome::TimedOut) | None => predicted,
    };
    if !unresolved {
        return;
    }
    let crashes = live.is_none() && answer.error.as_ref().is_some_and(|e| e.code == "CRASH");
    let title =
        if crashes { "looking up localhost crashes the program" } else { "localhost does not resolve" };
    let mut finding = RULE.finding(title);
    finding.locations.push(in_hosts(ctx.machine, 0..0, "read for localhost"));
    finding.evidence.extend(trace(answer));
    match live {
        Some(LiveOutcome::Failed(code)) => {
            finding.evidence.push(Evidence::new(format!("fails: {code}"), "getaddrinfo, live"));
        }
        Some(LiveOutcome::TimedOut) => {
            finding.evidence.push(Evidence::new("no answer in time", "getaddrinfo, live"));
        }
        _ => {}
    }
    finding.remedies.push(remedy::advice(
        "repair the first cause named beside this finding",
        hosts_reach(ctx.machine),
        "localhost needs a line in /etc/hosts, the file must be readable, and nsswitch.conf must ask `files`",
    ));
    out.push(finding);
}

fn trace(answer: &Answer) -> Vec<Evidence> {
    answer.trace.iter().map(|s| Evidence::new(&s.detail, &s.step)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.localhost-unresolved";

    #[test]
    fn no_line_and_no_dns_answer_leave_localhost_without_address() {
        let bench =
            debian().file("/etc/hosts", "10.0.0.1 nas\n").file("/etc/nsswitch.conf", "hosts: files\n");
        assert!(bench.of(CODE, "localhost").is_some());
        assert_eq!(bench.of(CODE, "nas"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
    }

    #[test]
    fn a_module_that_answers_makes_it_quiet() {
        let bench = debian().file("/etc/hosts", "10.0.0.1 nas\n");
        let bench = bench.file("/etc/nsswitch.conf", "hosts: files myhostname\n");
        assert_eq!(bench.of(CODE, "localhost"), None);
    }
}
