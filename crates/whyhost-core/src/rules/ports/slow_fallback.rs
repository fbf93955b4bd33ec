//! # reach.slow-fallback — the first address is silent, and programs wait before they take the next
//!
//! ## What it means
//! A packet to the first address of the name gets no answer, neither yes nor no, while another address of
//! the name is served. Each program waits as long as it is made to before it goes on.
//!
//! ## Who is hit
//! Programs that take one address after the other wait for the system: about two minutes on Linux (Python,
//! wget, Rust's standard library, psql). Those that start the next address by the clock lose a quarter to a
//! third of a second for every connection: curl 200 ms, Node 250 ms (500 ms from 26 on), Go and Chromium
//! 300 ms. Programs that try the first address alone never arrive.
//!
//! ## Example
//! ```text
//! $ time curl -s http://localhost:3000 >/dev/null
//! real    0m0.215s
//! $ time curl -4 -s http://localhost:3000 >/dev/null
//! real    0m0.011s
//! ```
//!
//! ## Repair
//! Make the silent address answer: bring the loopback interface up with its address, take the route away
//! that leads its packets astray, let the firewall accept or reject them. Or give the program the address
//! that works.
//!
//! ## Not a repair
//! Longer time limits in the client: they lengthen the wait.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc8305
//! - https://man7.org/linux/man-pages/man7/tcp.7.html
//! - https://github.com/curl/curl/issues/14144

use super::super::programs::{self, Asked, failed};
use super::super::remedy::{self, THIS_CLIENT};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::program;
use crate::reach::{Attempt, AttemptOutcome};
use std::net::SocketAddr;

pub(super) const RULE: Rule = Rule {
    code: "reach.slow-fallback",
    severity: Severity::Warning,
    title: "the first address is silent, and programs wait before they take the next",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8305",
        "https://man7.org/linux/man-pages/man7/tcp.7.html",
        "https://github.com/curl/curl/issues/14144",
    ],
    source: include_str!("slow_fallback.rs"),
    check,
};

/// What stands for its kind where the snapshot names no program.
const KINDS: [&str; 5] = ["curl", "chromium", "node", "go", "python"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let (Some(port), None) = (ctx.target.port, ctx.target.literal) else { return };
    let kinds: Vec<Asked>;
    let mut programs = programs::installed(ctx);
    if programs.is_empty() {
        let known = KINDS.iter().filter_map(|id| program::choose(ctx.machine, id));
        kinds = known.map(|p| programs::ask(ctx, p)).collect();
        programs = &kinds;
    }
    let waits: Vec<(&Asked, Vec<Attempt>)> =
        programs.iter().map(|p| (p, p.walk(ctx, port))).filter(|(_, tried)| is_late(tried)).collect();
    let Some((_, tried)) = waits.first() else { return };
    let (Some(first), Some(last)) = (tried.first(), tried.last()) else { return };
    let silent = SocketAddr::new(first.address.address, port);
    let served = SocketAddr::new(last.address.address, port);
    let times = || waits.iter().filter_map(|(_, tried)| tried.last()).map(|t| t.after_ms);
    let (least, most) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    let wait = if least == most { words(least) } else { format!("{} to {}", words(least), words(most)) };
    let mut finding = RULE.finding(format!("{silent} does not answer: programs wait {wait} before {served}"));
    finding.evidence.extend(waits.iter().map(|(program, tried)| {
        let after = tried.last().map_or(0, |t| t.after_ms);
        Evidence::new(format!("connects after {}", words(after)), program.program.label())
    }));
    let never = programs.iter().filter(|p| never(&p.walk(ctx, port), silent));
    finding.evidence.extend(never.map(|p| Evidence::new("never connects", p.program.label())));
    finding.remedies.push(remedy::advice(
        format!("write {} in clients that are too slow", literal(served)),
        THIS_CLIENT,
        format!("in place of {}; cookies and certificates for the name do not carry over", ctx.target.name),
    ));
    out.push(finding);
}

/// Silence first, a connection in the end, and time between.
fn is_late(tried: &[Attempt]) -> bool {
    let silent = tried.iter().any(|t| t.outcome == AttemptOutcome::Timeout);
    let end = tried.last().filter(|t| t.outcome == AttemptOutcome::Connects);
    silent && end.is_some_and(|t| t.after_ms > 0)
}

fn never(tried: &[Attempt], silent: SocketAddr) -> bool {
    tried.first().is_some_and(|t| t.address.address == silent.ip()) && tried.iter().all(failed)
}

fn literal(address: SocketAddr) -> String {
    if address.is_ipv6() { format!("[{}]", address.ip()) } else { address.ip().to_string() }
}

/// `250 ms`, `127 s`.
fn words(ms: u32) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{} s", ms / 1000) }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};

    const CODE: &str = "reach.slow-fallback";

    /// ::1 is not on lo, and a default route leads its packets away: nobody answers. glibc puts it behind 127.0.0.1
    /// (RFC 6724 rule 2), programs with an order of their own do not.
    fn astray() -> Bench {
        let bench = debian().lo(&["127.0.0.1"]).only_network(&["192.0.2.10", "2001:db8::10"]);
        bench.default_route("::").source("::1", Ok("2001:db8::10")).listen("127.0.0.1:3000")
    }

    #[test]
    fn each_program_is_named_with_its_wait() {
        let bench = astray()
            .program("curl", "8.22.0")
            .program("python", "3.11.7")
            .program("wget", "1.21.3")
            .file("/etc/wgetrc", "prefer-family = IPv6\n")
            .program("java", "17.0.15")
            .env("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv6Addresses=true");
        let found = bench.of(CODE, "localhost:3000").expect("warning");
        assert_eq!(
            found.title,
            "[::1]:3000 does not answer: programs wait 200 ms to 127 s before 127.0.0.1:3000"
        );
        let mut rows: Vec<String> = found
            .evidence
            .iter()
            .map(|e| format!("{}: {}", e.source.as_deref().unwrap_or_default(), e.text))
            .collect();
        rows.sort();
        assert_eq!(
            rows,
            [
                "Java 17.0.15: never connects",
                "curl 8.22.0: connects after 200 ms",
                "wget 1.21.3: connects after 127 s"
            ]
        );
    }

    #[test]
    fn without_a_list_of_programs_kinds_stand_for_them() {
        let found = astray().of(CODE, "localhost:3000").expect("warning");
        assert!(found.evidence.iter().any(|e| e.text == "connects after 300 ms"), "{:?}", found.evidence);
    }

    #[test]
    fn refusals_and_silence_without_another_server_are_quiet() {
        assert_eq!(debian().listen("127.0.0.1:3000").of(CODE, "localhost:3000"), None);
        assert_eq!(astray().of(CODE, "localhost:3001"), None);
        assert_eq!(astray().of(CODE, "localhost"), None);
        assert_eq!(astray().of(CODE, "127.0.0.1:3000"), None);
    }
}
