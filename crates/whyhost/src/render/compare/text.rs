//! The text of `whyhost compare`: a block for each name that was given, a line for each of a file that somebody should
//! look at.

use super::Frame;
use crate::cmd::compare::Totals;
use crate::render::check::grouped;
use crate::render::style::{Ui, shorten};
use crate::render::table::table;
use crate::render::text::{join, labelled};
use std::net::IpAddr;
use whyhost_core::finding::{Finding, Severity};
use whyhost_core::resolve::Source;
use whyhost_core::snapshot::Observation;
use whyhost_dns::{Compared, FamilyAnswer, Server, ServerAnswer, Verdict};

/// Names that were given.
pub(crate) fn names(ui: &Ui, frame: &Frame<'_>, compared: &[Compared]) -> String {
    let mut lines = Vec::new();
    for (place, one) in compared.iter().enumerate() {
        if place > 0 && !ui.quiet {
            lines.push(String::new());
        }
        lines.push(headline(ui, one));
        if !ui.quiet {
            lines.push(String::new());
            lines.extend(block(ui, frame, one));
        }
    }
    if !ui.quiet {
        lines.extend(localhost(ui, frame));
        lines.extend(findings(ui, frame.findings));
    }
    join(&lines)
}

/// A name of a file on one line; empty where nobody need look at it.
pub(crate) fn row(ui: &Ui, compared: &Compared) -> String {
    if ui.quiet || !(compared.action || ui.verbose) {
        return String::new();
    }
    let reason = compared.reasons.join("; ");
    let head = format!("{} {} ", symbol(ui, compared), ui.text(&format!("{} —", compared.local.name)));
    let text = ui.text(&format!("{}: {reason}", compared.verdict.word()));
    join(&labelled(ui, &head, &text))
}

/// The last line of a whole file.
pub(crate) fn sum(ui: &Ui, path: &str, totals: &Totals, expected: usize) -> String {
    let parts: Vec<String> = (Verdict::ALL.into_iter())
        .filter(|v| totals.of(*v) > 0)
        .map(|v| format!("{} {}", grouped(totals.of(v)), v.word()))
        .collect();
    let symbol = match () {
        () if totals.interrupted => ui.warn("?"),
        () if totals.action > 0 => ui.warn("!"),
        () if totals.of(Verdict::Unknown) > 0 => ui.warn("?"),
        () => ui.good("✓"),
    };
    let names = match (totals.interrupted, totals.names) {
        (true, done) => format!("interrupted after {} of {} names", grouped(done), grouped(expected)),
        (false, 1) => "1 name".to_owned(),
        (false, all) => format!("{} names", grouped(all)),
    };
    let action =
        if totals.action > 0 { format!("; {} to look at", grouped(totals.action)) } else { String::new() };
    let list = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    join(&labelled(ui, &format!("{symbol} "), &ui.text(&format!("{path}: {names}{list}{action}"))))
}

fn symbol(ui: &Ui, compared: &Compared) -> String {
    match compared.verdict {
        Verdict::Neither => ui.bad("✗"),
        _ if compared.action => ui.warn("!"),
        Verdict::Unknown => ui.warn("?"),
        _ => ui.good("✓"),
    }
}

fn headline(ui: &Ui, compared: &Compared) -> String {
    let words = match compared.verdict {
        Verdict::Same => "the local answer and DNS agree",
        Verdict::LocalOverrides => "the local answer wins over DNS",
        Verdict::Stale => "a line pins an address that DNS does not have",
        Verdict::Blocked if compared.action => "blocked on this machine for one address family only",
        Verdict::Blocked => "blocked on this machine",
        Verdict::OnlyLocal => "known on this machine only",
        Verdict::OnlyDns if compared.action => "answered by DNS alone, which should not be needed",
        Verdict::OnlyDns => "answered by DNS alone",
        Verdict::Neither => "not found, neither on this machine nor in DNS",
        Verdict::Unknown => "could not be compared",
    };
    let text = ui.text(&format!("{} — {words}", compared.local.name));
    format!("{} {}", symbol(ui, compared), shorten(ui, &text, ui.width.saturating_sub(2)))
}

fn block(ui: &Ui, frame: &Frame<'_>, one: &Compared) -> Vec<String> {
    let head = ["FAMILY", "LOCAL", "DNS", "VERDICT"].map(|h| ui.bold(h)).to_vec();
    let dns = one.dns();
    let row = |family: &str, v4: bool, verdict: Verdict| {
        vec![
            ui.text(family),
            ui.text(&local(one, v4)),
            ui.text(&answer(dns.map(|d| if v4 { &d.v4 } else { &d.v6 }))),
            ui.text(verdict.word()),
        ]
    };
    let mut lines = table(ui, 2, &[head, row("IPv4", true, one.v4), row("IPv6", false, one.v6)]);
    lines.push(String::new());
    for reason in &one.reasons {
        lines.extend(labelled(ui, "  ", &ui.text(reason)));
    }
    if !one.answers.is_empty() {
        lines.push(String::new());
        lines.extend(servers(ui, frame.servers, one));
    }
    lines
}

/// `10.0.0.5 (hosts:3)`.
fn local(one: &Compared, v4: bool) -> String {
    let own = one.local.addresses.iter().filter(|(address, _)| address.is_ipv4() == v4);
    let cells: Vec<String> = own.map(|(address, source)| format!("{address} ({})", short(source))).collect();
    if cells.is_empty() { "–".into() } else { cells.join(", ") }
}

fn short(source: &Source) -> String {
    match source {
        Source::HostsLine { path, line } => {
            format!("{}:{line}", path.rsplit(['/', '\\']).next().unwrap_or(path))
        }
        Source::Nss { module } => module.clone(),
        other => other.to_string(),
    }
}

fn answer(answer: Option<&FamilyAnswer>) -> String {
    match answer {
        None => "not asked".into(),
        Some(a) if !a.addresses.is_empty() => list(&a.addresses),
        Some(a) if a.rcode == "NOERROR" => "no record".into(),
        Some(a) => a.rcode.clone(),
    }
}

fn list(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn servers(ui: &Ui, servers: &[Server], one: &Compared) -> Vec<String> {
    let head = ["SERVER", "ANSWER", "TTL", "TIME", "NAMED BY"].map(|h| ui.bold(h)).to_vec();
    let row = |answer: &ServerAnswer| {
        let server = servers.iter().find(|s| s.address.to_string() == answer.server);
        let role = server.map_or(String::new(), |s| format!("{} ({})", s.named_by, s.role.word()));
        let addresses: Vec<IpAddr> =
            answer.v4.addresses.iter().chain(&answer.v6.addresses).copied().collect();
        let flags =
            if answer.flags.is_empty() { String::new() } else { format!(" {}", answer.flags.join(" ")) };
        let said = if addresses.is_empty() { String::new() } else { format!(" {}", list(&addresses)) };
        vec![
            ui.text(&answer.server),
            ui.text(&format!("{}{said}{flags} {}", answer.rcode(), answer.transport)),
            ui.text(&answer.ttl.map_or("–".to_owned(), |ttl| format!("{ttl} s"))),
            ui.text(&format!("{} ms", answer.elapsed_ms)),
            ui.text(&role),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(one.answers.iter().map(row)).collect();
    table(ui, 2, &rows)
}

/// Each server's answers to the questions around localhost, those without records together.
fn localhost(ui: &Ui, frame: &Frame<'_>) -> Vec<String> {
    if frame.localhost.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("  {}", ui.bold("What the servers say about localhost"))];
    let mut rows = Vec::new();
    for server in frame.servers {
        let address = server.address.to_string();
        let own: Vec<&Observation> = frame.localhost.iter().filter(|o| o.server == address).collect();
        let mut first = address.as_str();
        let mut push = |question: String, said: String| {
            rows.push(vec![ui.text(first), ui.text(&question), ui.text(&said)]);
            first = "";
        };
        for o in own.iter().filter(|o| !o.records.is_empty()) {
            push(format!("{} {}", reverse(&o.name), o.kind), o.records.join(", "));
        }
        let mut codes: Vec<String> =
            own.iter().filter(|o| o.records.is_empty()).map(|o| nothing(o)).collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let names = own.iter().filter(|o| o.records.is_empty() && nothing(o) == code);
            let asked: Vec<String> = names.map(|o| format!("{} {}", reverse(&o.name), o.kind)).collect();
            push(code, asked.join(", "));
        }
    }
    lines.extend(crate::render::table::wrapped(ui, 2, &rows));
    lines
}

fn nothing(observation: &Observation) -> String {
    if observation.rcode == "NOERROR" { "no record".into() } else { observation.rcode.clone() }
}

/// The reverse names as the addresses that they stand for.
fn reverse(name: &str) -> &str {
    match name {
        "1.0.0.127.in-addr.arpa" => "127.0.0.1",
        name if name.ends_with(".ip6.arpa") => "::1",
        name => name,
    }
}

fn findings(ui: &Ui, findings: &[Finding]) -> Vec<String> {
    let shown: Vec<&Finding> =
        findings.iter().filter(|f| f.severity != Severity::Note || ui.verbose).collect();
    let mut lines = Vec::new();
    for finding in &shown {
        if lines.is_empty() {
            lines.push(String::new());
        }
        let symbol = match finding.severity {
            Severity::Error => ui.bad("✗"),
            Severity::Warning => ui.warn("!"),
            Severity::Note => ui.text("·"),
        };
        let text = ui.text(&format!("{} ({})", finding.title, finding.code));
        lines.extend(labelled(ui, &format!("{symbol} "), &text));
    }
    if let Some(first) = shown.first() {
        lines.push(String::new());
        lines.push(ui.dim(&format!("whyhost rule {}", first.code)));
    }
    lines
}
