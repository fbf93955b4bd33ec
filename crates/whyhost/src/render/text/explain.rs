//! `whyhost explain`: the answer of every resolver in one table, or one resolver step by step.

use super::super::json::{Explanation, Program};
use super::super::style::{Ui, bold, cells, dim};
use super::super::table::table;
use super::evidence::{compared, outcome};
use super::{join, labelled};
use std::net::IpAddr;
use whyhost_core::finding::Severity;
use whyhost_core::resolve::{Answer, Because, Evidence, Query, RuleRow, Source, Status};
use whyhost_core::snapshot::{Family, LiveOutcome};
use whyhost_dns::ServerAnswer;

/// The addresses of one answer, one a line.
pub(crate) fn short(answer: &Answer) -> String {
    join(&answer.addresses.iter().map(|a| a.address.to_string()).collect::<Vec<_>>())
}

/// The table of all resolvers.
pub(crate) fn explain(ui: &Ui, e: &Explanation<'_>) -> String {
    let mut lines = headline(ui, e);
    if ui.quiet {
        return join(&lines);
    }
    lines.push(String::new());
    lines.extend(answers(ui, e));
    let shown: Vec<_> = e.findings.iter().filter(|f| f.severity != Severity::Note || ui.verbose).collect();
    if !shown.is_empty() {
        lines.push(String::new());
    }
    for finding in shown {
        let symbol = match finding.severity {
            Severity::Error => ui.bad("✗"),
            Severity::Warning => ui.warn("!"),
            Severity::Note => ui.text("·"),
        };
        lines.extend(labelled(
            ui,
            &format!("{symbol} "),
            &ui.text(&format!("{} ({})", finding.title, finding.code)),
        ));
    }
    if let Some(answer) = e.answers.first() {
        let family = family_option(e.query.family);
        let next = format!(
            "one resolver step by step: whyhost explain {}{family} --as {}",
            e.query.name, answer.resolver
        );
        lines.push(String::new());
        lines.push(ui.dim(&next));
    }
    join(&lines)
}

/// `localhost → ::1, 127.0.0.1      getaddrinfo, live = predicted`.
fn headline(ui: &Ui, e: &Explanation<'_>) -> Vec<String> {
    let predicted = e.answers.first();
    let name = &e.query.name;
    let result = predicted.map_or_else(|| "no resolver is modelled".to_owned(), summary);
    let head = ui.text(&format!("{name} → {result}"));
    match e.live {
        Some(live) if live.matches == Some(false) => {
            let text = format!("{name} → {}, but {result} was predicted", outcome(&live.lookup));
            labelled(ui, &format!("{} ", ui.warn("!")), &ui.text(&text))
        }
        Some(live) if live.matches == Some(true) => with_remark(ui, head, "getaddrinfo, live = predicted"),
        Some(live) => with_remark(ui, head, &format!("getaddrinfo, live: {}", outcome(&live.lookup))),
        None => with_remark(ui, head, "predicted, not asked live"),
    }
}

/// A remark in a quieter voice, on the same line where there is room.
fn with_remark(ui: &Ui, head: String, remark: &str) -> Vec<String> {
    if cells(&head) + 6 + cells(&ui.text(remark)) <= ui.width {
        return vec![format!("{head}      {}", ui.dim(remark))];
    }
    let mut lines = labelled(ui, "", &head);
    lines.push(ui.dim(remark));
    lines
}

/// The addresses, or why there are none.
fn summary(answer: &Answer) -> String {
    match answer.status {
        Status::Found => {
            answer.addresses.iter().map(|a| a.address.to_string()).collect::<Vec<_>>().join(", ")
        }
        _ => {
            let code = answer.error.as_ref().map(|e| match e.errno {
                Some(errno) => format!(" ({}, {errno})", e.code),
                None => format!(" ({})", e.code),
            });
            format!("{}{}", words(answer.status), code.unwrap_or_default())
        }
    }
}

fn words(status: Status) -> &'static str {
    match status {
        Status::Found => "found",
        Status::NotFound => "not found",
        Status::NoData => "no address of this family",
        Status::TryAgain => "no server answered",
        Status::Failure => "the resolver fails",
        Status::Unknown => "not computable",
    }
}

/// The resolvers of this machine, with `-v` all that are modelled. Columns for addresses: as many as the longest answer
/// has, at most three.
fn answers(ui: &Ui, e: &Explanation<'_>) -> Vec<String> {
    let present = e.answers.iter().any(|a| a.installed) && !ui.verbose;
    // A program with a resolver of its own name stands for it.
    let named = |a: &&Answer| e.programs.iter().all(|p| p.answer.resolver != a.resolver);
    let shown: Vec<&Answer> = e.answers.iter().filter(|a| a.installed || !present).filter(named).collect();
    let all = shown.iter().copied().chain(e.programs.iter().map(|p| &p.answer));
    let columns = all.map(|a| a.addresses.len()).max().unwrap_or(0).clamp(1, 3);
    let heads = ["RESOLVER", "1st", "2nd", "3rd"];
    let mut rows =
        vec![heads[..=columns].iter().chain(&["DECIDED BY"]).map(|h| ui.bold(h)).collect::<Vec<_>>()];
    let (below, beside): (Vec<&Program>, Vec<&Program>) =
        e.programs.iter().partition(|p| p.below_getaddrinfo);
    for (i, answer) in shown.iter().enumerate() {
        rows.push(row(ui, &label(answer), answer, columns, &decided_by(answer, columns)));
        if i == 0 {
            rows.extend(below.iter().enumerate().map(|(n, program)| {
                let branch = if n + 1 == below.len() { " └ " } else { " ├ " };
                let name = format!("{branch}{}", marked(&program.name, &program.answer));
                row(ui, &name, &program.answer, columns, &program.how)
            }));
        }
    }
    for program in beside {
        let name = marked(&program.name, &program.answer);
        let sources = match program.answer.addresses.first() {
            Some(first) if !matches!(first.from, Source::Builtin { .. }) => {
                format!("{} · {}", program.how, decided_by(&program.answer, columns))
            }
            _ => program.how.clone(),
        };
        rows.push(row(ui, &name, &program.answer, columns, &sources));
    }
    rows.extend(e.dns.map(|dns| dns_row(ui, dns, columns, &e.query.name)));
    table(ui, 0, &rows)
}

fn row(ui: &Ui, name: &str, answer: &Answer, columns: usize, decided_by: &str) -> Vec<String> {
    let mut row = vec![ui.text(name)];
    for i in 0..columns {
        row.push(ui.text(&answer.addresses.get(i).map_or("–".into(), |a| a.address.to_string())));
    }
    row.push(ui.text(decided_by));
    row
}

/// What DNS itself says, in the order of the packets: `DNS  192.0.2.1  –  192.0.2.53:53`.
fn dns_row(ui: &Ui, dns: &ServerAnswer, columns: usize, asked: &str) -> Vec<String> {
    let addresses: Vec<IpAddr> = dns.v4.addresses.iter().chain(&dns.v6.addresses).copied().collect();
    let mut row = vec![ui.text("DNS")];
    row.extend((0..columns).map(|i| ui.text(&addresses.get(i).map_or("–".into(), ToString::to_string))));
    let said = if addresses.is_empty() { format!("{} · ", dns.rcode()) } else { String::new() };
    let same = dns.name.eq_ignore_ascii_case(asked.strip_suffix('.').unwrap_or(asked));
    let name = if same { String::new() } else { format!(" as {}", dns.name) };
    row.push(ui.text(&format!("{said}{}{name}", dns.server)));
    row
}

fn label(answer: &Answer) -> String {
    marked(format!("{} {}", answer.resolver, answer.version).trim_end(), answer)
}

/// What was never run carries a mark.
fn marked(name: &str, answer: &Answer) -> String {
    match answer.evidence {
        Evidence::Documented => format!("{name} (documented)"),
        Evidence::Measured { .. } => name.to_owned(),
    }
}

/// `hosts:5, hosts:1 · RFC 6724 rule 6 (50 > 10)`.
fn decided_by(answer: &Answer, columns: usize) -> String {
    let Some(first) = answer.addresses.first() else {
        let last = answer.trace.last().map(|s| format!(" · {}: {}", s.step, s.detail));
        return format!("{}{}", summary(answer), last.unwrap_or_default());
    };
    let mut parts = vec![sources(answer)];
    match &first.placed_by {
        Because::Rfc6724 { rule, ours, theirs } => {
            parts.push(format!("RFC 6724 rule {rule} ({})", compared(ours, theirs)));
        }
        Because::OnlyOne => {}
        other => parts.push(other.to_string()),
    }
    if answer.addresses.len() > columns {
        parts.push(format!("{} more", answer.addresses.len() - columns));
    }
    parts.join(" · ")
}

/// The sources in the order of the addresses, each once.
fn sources(answer: &Answer) -> String {
    let mut seen: Vec<String> = Vec::new();
    for ranked in &answer.addresses {
        let source = match &ranked.from {
            Source::HostsLine { path, line } => format!("{}:{line}", path.rsplit('/').next().unwrap_or(path)),
            other => other.to_string(),
        };
        if !seen.contains(&source) {
            seen.push(source);
        }
    }
    seen.join(", ")
}

fn family_option(family: Family) -> &'static str {
    match family {
        Family::Any => "",
        Family::V4 => " --family 4",
        Family::V6 => " --family 6",
    }
}

/// One program step by step: its look-up, what it makes of the order, how it connects.
pub(crate) fn program(ui: &Ui, e: &Explanation<'_>, program: &Program) -> String {
    let name = marked(&program.name, &program.answer);
    let head = format!("\"{}\" as {name}: {}", e.query.name, program.how);
    steps(ui, e, &program.answer, &head, Some(&program.connects))
}

/// One resolver step by step, with the rule table of its sort.
pub(crate) fn step_by_step(ui: &Ui, e: &Explanation<'_>, answer: &Answer) -> String {
    steps(ui, e, answer, &call(e.query, answer), None)
}

fn steps(ui: &Ui, e: &Explanation<'_>, answer: &Answer, head: &str, connects: Option<&str>) -> String {
    let call = labelled(ui, "", &ui.text(head));
    let mut lines: Vec<String> = call.iter().map(|l| bold(l)).collect();
    let mut sorted = answer.comparison.is_empty();
    let mut number = 0;
    let width = answer.trace.iter().map(|s| cells(&ui.text(&s.step))).max().unwrap_or(0).clamp(6, 24);
    let mut step = |name: &str, detail: &str| {
        number += 1;
        let name = ui.text(name);
        let gap = " ".repeat((width + 2).saturating_sub(cells(&name)).max(2));
        labelled(ui, &format!("{number:<2} {name}{gap}"), &ui.text(detail))
    };
    for s in &answer.trace {
        lines.extend(step(&s.step, &s.detail));
        if s.step == "sort" && !sorted {
            sorted = true;
            lines.extend(rule_table(ui, answer));
        }
    }
    if !sorted {
        lines.extend(step("sort", "RFC 6724"));
        lines.extend(rule_table(ui, answer));
    }
    lines.extend(step("answer", &summary(answer)));
    if let Some(connects) = connects {
        lines.extend(step("connects", connects));
    }
    if let Some(live) = e.live {
        let verdict = match live.matches {
            Some(true) => " = predicted",
            Some(false) => ", not as predicted",
            None if live.lookup.outcome == LiveOutcome::TimedOut => "",
            None => ", no prediction",
        };
        lines.extend(step("live", &format!("{}{verdict}", outcome(&live.lookup))));
    }
    join(&lines)
}

/// `getaddrinfo("localhost", any family) as glibc 2.36`.
fn call(query: &Query, answer: &Answer) -> String {
    let family = match query.family {
        Family::Any => "any family",
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    };
    let port = query.port.map_or(String::new(), |p| format!(", port {p}"));
    format!("getaddrinfo(\"{}\"{port}, {family}) as {}", query.name, label(answer))
}

/// The rules for the first two addresses up to the one that decided.
fn rule_table(ui: &Ui, answer: &Answer) -> Vec<String> {
    let [first, second, ..] = answer.addresses.as_slice() else { return Vec::new() };
    let mut rows = vec![vec![
        "rule".to_owned(),
        ui.text(&first.address.to_string()),
        ui.text(&second.address.to_string()),
        String::new(),
    ]];
    let last = answer.comparison.iter().position(|r| r.decides).unwrap_or(answer.comparison.len());
    rows.extend(answer.comparison.iter().take(last + 1).map(|r| {
        let outcome = if r.decides { format!("{} first", first.address) } else { "equal".into() };
        rule_row(ui, r, &outcome)
    }));
    table(ui, 3, &rows).iter().map(|l| dim(l)).collect()
}

fn rule_row(ui: &Ui, row: &RuleRow, outcome: &str) -> Vec<String> {
    // The name stands in the first column: `precedence 50` is shown as `50`.
    let number = |text: &&str| text.starts_with(|c: char| c.is_ascii_digit());
    let value = |text: &str| {
        let rest = text.strip_prefix(row.name).map(str::trim_start).filter(number);
        ui.text(rest.unwrap_or(text))
    };
    let name = ui.text(&format!("{:<2}{}", row.rule, row.name));
    vec![name, value(&row.first), value(&row.second), ui.text(outcome)]
}
