//! # resolve.slow — a look-up takes a second or more
//!
//! ## What it means
//! The real getaddrinfo took at least one second for this name on this machine, or gave no answer in the
//! time allowed.
//!
//! ## Who is hit
//! Every program that resolves the name waits as long, before each connection that is not reused. Mostly a
//! DNS server does not answer: glibc waits 5 s per server and attempt, twice over the list, before the next
//! service is asked.
//!
//! ## Example
//! ```text
//! $ time getent ahosts localhost
//! real    0m2.013s
//! ```
//! with `hosts: dns files` and a dead name server.
//!
//! ## Repair
//! For names of the hosts file: have `files` asked before `dns`. For names of DNS: take the server that
//! does not answer out of resolv.conf, or repair it.
//!
//! ## Not a repair
//! A longer timeout in the program.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/resolv.conf.5.html
//! - https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html

use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule, repairs_of_causes};
use crate::finding::{Evidence, Finding, Location, Remedy, Severity};
use crate::machine::{Machine, RESOLV};
use crate::resolve::{self, Query};
use crate::snapshot::{LiveOutcome, RawFile};

pub(super) const RULE: Rule = Rule {
    code: "resolve.slow",
    severity: Severity::Warning,
    title: "a look-up takes a second or more",
    references: &[
        "https://man7.org/linux/man-pages/man5/resolv.conf.5.html",
        "https://man7.org/linux/man-pages/man5/nsswitch.conf.5.html",
    ],
    source: include_str!("slow.rs"),
    check,
};

/// Above every healthy answer, below the shortest timeout of a DNS client that gives up once (1 s).
const SLOW_MS: u64 = 1000;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let lookups = &ctx.machine.raw.live.lookups;
    let is_slow =
        |l: &&crate::snapshot::LiveLookup| l.elapsed_ms >= SLOW_MS || l.outcome == LiveOutcome::TimedOut;
    let slowest =
        lookups.iter().filter(|l| l.name == ctx.target.name).filter(is_slow).max_by_key(|l| l.elapsed_ms);
    let Some(slowest) = slowest else { return };
    let seconds = slowest.elapsed_ms as f64 / 1000.0;
    let words = match slowest.outcome {
        LiveOutcome::TimedOut => format!("{} had no answer within {seconds:.1} s", slowest.name),
        _ => format!("looking up {} took {seconds:.1} s", slowest.name),
    };
    let mut finding = RULE.finding(words);
    finding.evidence.push(Evidence::new(format!("{} ms", slowest.elapsed_ms), "getaddrinfo, live"));
    let questions = resolve::dns_questions(ctx.machine, &Query::any(&ctx.target.name));
    if !questions.is_empty() {
        let asked: Vec<String> = questions.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        finding
            .evidence
            .push(Evidence::new(format!("asks DNS: {}", asked.join(", ")), "walk of the services"));
        finding.locations.extend(servers(ctx.machine));
    }
    finding.evidence.extend(silent_servers(ctx));
    finding.remedies = repairs(ctx);
    out.push(finding);
}

fn servers(machine: &Machine) -> Vec<Location> {
    let Some(bytes) = machine.raw.file(RESOLV).and_then(RawFile::bytes) else { return Vec::new() };
    let lines = machine.resolv.value.nameservers.iter().map(|(line, _)| *line);
    let place = |line| Location::of(RESOLV, &bytes, super::super::edit::line_text(&bytes, line), "asked");
    lines
        .take(3)
        .enumerate()
        .map(|(i, line)| if i == 0 { place(line) } else { place(line).secondary() })
        .collect()
}

fn silent_servers(ctx: &Context<'_>) -> Vec<Evidence> {
    let silent = ctx.machine.raw.live.dns.iter().filter(|o| o.rcode == "TIMEOUT");
    silent.map(|o| Evidence::new(format!("no answer to {} {}", o.name, o.kind), &o.server)).take(4).collect()
}

fn repairs(ctx: &Context<'_>) -> Vec<Remedy> {
    let questions = resolve::dns_questions(ctx.machine, &Query::any(&ctx.target.name));
    let text = if questions.is_empty() {
        "time each service of nsswitch.conf by itself: `getent -s SERVICE ahosts NAME`"
    } else {
        "ask each nameserver of resolv.conf by itself, then repair it or take it out of the list"
    };
    repairs_of_causes(ctx, remedy::advice("find who does not answer in time", WHOLE_MACHINE, text))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.slow";

    #[test]
    fn a_second_is_slow_and_less_is_not() {
        let slow = debian().live("localhost", &["::1", "127.0.0.1"], 2013).of(CODE, "localhost");
        assert_eq!(slow.expect("finding").title, "looking up localhost took 2.0 s");
        assert_eq!(debian().live("localhost", &["::1", "127.0.0.1"], 999).of(CODE, "localhost"), None);
        assert_eq!(debian().live("other", &["::1"], 2013).of(CODE, "localhost"), None);
    }

    #[test]
    fn the_order_of_services_is_the_first_suspect() {
        let bench = debian().file("/etc/nsswitch.conf", "hosts: dns files\n");
        let found =
            bench.live("localhost", &["::1", "127.0.0.1"], 2013).of(CODE, "localhost").expect("finding");
        assert_eq!(found.remedies[0].title, "ask files before dns in /etc/nsswitch.conf");
    }
}
