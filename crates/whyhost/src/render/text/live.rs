//! What was tried on the running machine: connections, and tests of its loopback interface.

use super::super::style::{Ui, bold};
use super::super::table::table;
use std::net::SocketAddr;
use whyhost_core::diagnose::Diagnosis;
use whyhost_core::snapshot::{HttpAnswer, LoopbackKind, ProbeOutcome};

/// A row for each attempt, with what became of it and how long it took.
pub(super) fn tried(ui: &Ui, d: &Diagnosis) -> Vec<String> {
    let mut rows = Vec::new();
    for probe in &d.probes {
        let place = SocketAddr::new(probe.destination.address, probe.port);
        let http = probe.http.as_ref().map_or_else(String::new, |answer| format!("; {}", page(answer)));
        let text = format!("{}, {}{http}", words(&probe.outcome, "accepted"), time(probe.elapsed_us));
        rows.push(vec![ui.text(&format!("connect to {place}")), ui.text(&text)]);
    }
    for test in &d.loopback {
        let how = match test.kind {
            LoopbackKind::Tcp => "TCP there and back",
            LoopbackKind::Icmp => "ICMP echo",
        };
        let after = if test.outcome == ProbeOutcome::Open {
            format!(", {}", time(test.elapsed_us))
        } else {
            String::new()
        };
        let text = format!("{}{after}", words(&test.outcome, "answered"));
        rows.push(vec![ui.text(&format!("{how} over {}", test.address)), ui.text(&text)]);
    }
    if rows.is_empty() {
        return rows.concat();
    }
    [vec![format!("  {}", bold("Tried on this machine"))], table(ui, 2, &rows)].concat()
}

fn words(outcome: &ProbeOutcome, open: &str) -> String {
    match outcome {
        ProbeOutcome::Open => open.to_owned(),
        ProbeOutcome::Reset => "accepted and reset at once".to_owned(),
        ProbeOutcome::Closed => "accepted and closed at once".to_owned(),
        ProbeOutcome::Refused => "refused".to_owned(),
        ProbeOutcome::TimedOut => "no answer".to_owned(),
        ProbeOutcome::Errno(errno) => errno.clone(),
    }
}

fn page(answer: &HttpAnswer) -> String {
    let server = answer.server.as_ref().map_or_else(String::new, |server| format!(" from {server}"));
    match (answer.status, &answer.failed) {
        (Some(status), _) => format!("HTTP {status}{server}"),
        (None, Some(failed)) => format!("no page: {failed}"),
        (None, None) => "no page".to_owned(),
    }
}

fn time(microseconds: u64) -> String {
    if microseconds < 10_000 { format!("{microseconds} µs") } else { format!("{} ms", microseconds / 1000) }
}
