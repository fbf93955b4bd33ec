//! The model against the real answers of one case.

use super::inside::Outcome;
use super::plan::{Change, Plan, Question};
use crate::recorded::{self, Net, Recorded, link};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use whyhost_core::conf::nsswitch::{Action, Status};
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{self, Answer, Query, glibc};
use whyhost_core::snapshot::{Family, Route, Snapshot, SourceOutcome};

/// How one question came out.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Prediction and answer are equal.
    Equal,
    /// They differ for a reason of docs/resolvers.md, "Known deviations".
    Known(&'static str),
    /// They differ.
    Different(Answer),
}

/// The verdict on question `n` of the plan.
pub(crate) fn verdict(plan: &Plan, outcome: &Outcome, n: usize) -> Verdict {
    let query = plan.queries[n].answered("", "").query();
    let machine = Machine::new(outcome.snapshot.clone());
    let answer = glibc::answer(&machine, &query);
    let expected = outcome.answers[n].as_str();
    if recorded::outcome(&answer) == expected {
        return Verdict::Equal;
    }
    match known(&machine, &query, &answer) {
        Some(reason) => Verdict::Known(reason),
        None => Verdict::Different(answer),
    }
}

/// The deviation that explains the difference, where it is one of those that docs/resolvers.md lists.
fn known(machine: &Machine, query: &Query, answer: &Answer) -> Option<&'static str> {
    // AI_ADDRCONFIG may have narrowed the question to IPv4.
    let may_be_v4 = query.family == Family::V4 || query.family == Family::Any && query.flags.addrconfig;
    if answer.status == resolve::Status::Unknown && may_be_v4 && merges(machine) {
        return Some("IPv4 look-up that merges a result whose memory was used again");
    }
    None
}

/// The hosts line merges the results of a service.
fn merges(machine: &Machine) -> bool {
    let services = machine.nsswitch.value.effective(machine.glibc);
    services.iter().any(|s| s.actions.after(Status::Success) == Action::Merge)
}

/// The mismatch for a reader, with a line for testdata/oracle/libc.
pub(crate) fn report(plan: &Plan, outcome: &Outcome, n: usize, answer: &Answer) -> String {
    let Question { name, family, flags } = &plan.queries[n];
    let mut text = String::new();
    let _ = writeln!(text, "MISMATCH: {name:?} {family:?} {flags}  (again: --only {:#x})", plan.seed);
    let _ =
        writeln!(text, "  getaddrinfo {}\n  model       {}", outcome.answers[n], recorded::outcome(answer));
    for step in &answer.trace {
        let _ = writeln!(text, "  | {}: {}", step.step, step.detail);
    }
    text.push_str(&machine(plan));
    let line = serde_json::to_string(&line(plan, outcome, n)).unwrap_or_default();
    let _ = writeln!(text, "  for testdata/oracle/libc:\n{line}");
    text
}

/// The files and the network of a plan for a reader.
pub(crate) fn machine(plan: &Plan) -> String {
    let mut text = String::new();
    for (file, content) in &plan.etc {
        match content {
            Some(content) => {
                let _ = writeln!(text, "  /etc/{file}: {:?}", String::from_utf8_lossy(&content.bytes()));
            }
            None => {
                let _ = writeln!(text, "  /etc/{file}: absent");
            }
        }
    }
    for change in &plan.network {
        let _ = match change {
            Change::Ip(line) => writeln!(text, "  ip {line}"),
            Change::Sysctl(name, value) => writeln!(text, "  net/{name} = {value}"),
        };
    }
    text
}

/// The case as a line of testdata/oracle/libc with its question `n`.
fn line(plan: &Plan, outcome: &Outcome, n: usize) -> Recorded {
    let version = outcome.snapshot.os.libc.as_ref().map_or("glibc", |l| l.version.as_str());
    let asked = plan.queries[n].answered(&format!("glibc-{version}"), &outcome.answers[n]);
    Recorded { asked: vec![asked], ..recorded(plan, &outcome.snapshot) }
}

/// The machine of `plan`, as it came out, without questions.
pub(crate) fn recorded(plan: &Plan, snapshot: &Snapshot) -> Recorded {
    let Snapshot { interfaces, routes, source_addresses, nss_modules, .. } = snapshot;
    let source = |outcome: &SourceOutcome| match outcome {
        SourceOutcome::Source(address) => address.to_string(),
        SourceOutcome::Errno(name) => name.clone(),
    };
    Recorded {
        id: format!("live{:x}", plan.seed),
        note: String::new(),
        etc: plan.etc.clone(),
        hostname: plan.hostname.clone(),
        env: plan.env.clone(),
        net: Net {
            lo_down: interfaces.iter().any(|i| i.is_loopback() && !i.is_up()),
            sysctl: switches(snapshot),
            default_routes: routes.iter().filter(|r| r.prefix_len == 0).map(default_route).collect(),
        },
        dns: plan.dns.clone(),
        no_inet6_sockets: false,
        modules: Some(nss_modules.iter().filter(|m| m.path.is_some()).cloned().collect()),
        addresses: link::rows(interfaces),
        sources: source_addresses.iter().map(|s| (s.destination.to_string(), source(&s.outcome))).collect(),
        asked: Vec::new(),
    }
}

fn switches(snapshot: &Snapshot) -> BTreeMap<String, i64> {
    let value = |file: &whyhost_core::snapshot::RawFile| {
        let name = file.path.strip_prefix("/proc/sys/net/ipv6/")?;
        let number = String::from_utf8(file.bytes()?).ok()?.trim().parse().ok()?;
        (number != 0).then(|| (format!("ipv6/{name}"), number))
    };
    snapshot.files.iter().filter_map(value).collect()
}

fn default_route(route: &Route) -> String {
    let six = if route.destination.is_ipv6() { "-6 " } else { "" };
    match route.gateway {
        Some(gateway) => format!("{six}via {gateway}"),
        None => format!("{six}dev {}", route.interface),
    }
}
