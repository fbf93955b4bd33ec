//! The JSON contract (docs/output.md): one object a run, `schema` and `tool` first, deterministic.

mod change;

pub(crate) use change::{Undone, change, entries, undone, writes};

use crate::failure::Failure;
use serde::Serialize;
use std::net::IpAddr;
use whyhost_core::diagnose::{Diagnosis, LiveComparison, Verdict};
use whyhost_core::finding::{Finding, Severity};
use whyhost_core::reach::{ClientOutcome, Listener};
use whyhost_core::resolve::{Answer, Query};
use whyhost_core::rules::Rule;
use whyhost_core::snapshot::{
    Family, Gap, HttpAnswer, LiveOutcome, LoopbackKind, LoopbackTest, Probe, ProbeOutcome,
};
use whyhost_dns::ServerAnswer;

#[derive(Serialize)]
struct Envelope<T> {
    schema: &'static str,
    tool: Tool,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One indented object with a final newline.
pub(crate) fn object<T: Serialize>(schema: &'static str, body: T) -> String {
    let tool = Tool { name: "whyhost", version: env!("CARGO_PKG_VERSION") };
    let mut text = serde_json::to_string_pretty(&Envelope { schema, tool, body })
        .expect("keys are strings and no value fails to serialise");
    text.push('\n');
    text
}

/// An object of [`object`] on one line.
pub(crate) fn line(object: &str) -> String {
    // Between values only: text in JSON has no raw line break.
    let mut line: String = object.lines().map(str::trim_start).collect();
    line.push('\n');
    line
}

/// A run that could not do its job.
pub(crate) fn failure(failure: &Failure) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        error: ErrorBody<'a>,
    }
    #[derive(Serialize)]
    struct ErrorBody<'a> {
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<&'a str>,
    }
    let Failure { message, hint, path } = failure;
    object(
        "whyhost.error/1",
        Body { error: ErrorBody { message, hint: hint.as_deref(), path: path.as_deref() } },
    )
}

/// What was asked.
#[derive(Serialize)]
struct QueryBody<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<Family>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
}

/// The answer of the real resolver beside the prediction.
#[derive(Serialize)]
struct Live {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    addresses: Vec<String>,
    matches: Option<bool>,
}

impl Live {
    fn new(comparison: &LiveComparison) -> Live {
        let (status, error, addresses) = match &comparison.lookup.outcome {
            LiveOutcome::Found(found) => ("found", None, found.iter().map(ToString::to_string).collect()),
            LiveOutcome::Failed(error) => ("failed", Some(error.clone()), Vec::new()),
            LiveOutcome::TimedOut => ("timed-out", None, Vec::new()),
        };
        Live { status, error, addresses, matches: comparison.matches }
    }
}

/// A connection that was tried, without its time.
#[derive(Serialize)]
struct ProbeBody<'a> {
    address: String,
    port: u16,
    outcome: &'a ProbeOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<&'a HttpAnswer>,
}

impl ProbeBody<'_> {
    fn new(probe: &Probe) -> ProbeBody<'_> {
        let Probe { destination, port, outcome, http, .. } = probe;
        ProbeBody { address: destination.to_string(), port: *port, outcome, http: http.as_ref() }
    }
}

/// A test of the loopback interface, without its time.
#[derive(Serialize)]
struct LoopbackBody<'a> {
    address: IpAddr,
    kind: LoopbackKind,
    outcome: &'a ProbeOutcome,
}

impl LoopbackBody<'_> {
    fn new(test: &LoopbackTest) -> LoopbackBody<'_> {
        LoopbackBody { address: test.address, kind: test.kind, outcome: &test.outcome }
    }
}

/// `whyhost diagnose`.
pub(crate) fn diagnose(d: &Diagnosis) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        query: QueryBody<'a>,
        verdict: &'a Verdict,
        answers: &'a [Answer],
        clients: Vec<&'a ClientOutcome>,
        listeners: &'a [Listener],
        live: Option<Live>,
        probes: Vec<ProbeBody<'a>>,
        loopback: Vec<LoopbackBody<'a>>,
        findings: &'a [Finding],
        gaps: &'a [Gap],
    }
    object(
        "whyhost.diagnose/1",
        Body {
            query: QueryBody { name: &d.target.name, family: None, port: d.target.port },
            verdict: &d.verdict,
            answers: &d.answers,
            clients: d.clients.iter().chain(&d.others).collect(),
            listeners: &d.listeners,
            live: d.live.as_ref().map(Live::new),
            probes: d.probes.iter().map(ProbeBody::new).collect(),
            loopback: d.loopback.iter().map(LoopbackBody::new).collect(),
            findings: &d.findings,
            gaps: &d.gaps,
        },
    )
}

/// What `whyhost explain` shows.
pub(crate) struct Explanation<'a> {
    pub(crate) query: &'a Query,
    pub(crate) answers: &'a [Answer],
    /// What programs make of it.
    pub(crate) programs: &'a [Program],
    pub(crate) live: Option<&'a LiveComparison>,
    /// What DNS says about the name, where it was asked.
    pub(crate) dns: Option<&'a ServerAnswer>,
    pub(crate) findings: &'a [Finding],
    pub(crate) gaps: &'a [Gap],
}

/// A program's own answer.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) answer: Answer,
    /// Whom it asks, and its order.
    pub(crate) how: String,
    pub(crate) connects: String,
    /// It takes what getaddrinfo gives.
    pub(crate) below_getaddrinfo: bool,
}

/// `whyhost explain`.
pub(crate) fn explain(e: &Explanation<'_>) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        query: QueryBody<'a>,
        answers: Vec<&'a Answer>,
        live: Option<Live>,
        findings: &'a [Finding],
        gaps: &'a [Gap],
    }
    object(
        "whyhost.explain/1",
        Body {
            query: QueryBody { name: &e.query.name, family: Some(e.query.family), port: e.query.port },
            answers: e.answers.iter().chain(e.programs.iter().map(|p| &p.answer)).collect(),
            live: e.live.map(Live::new),
            findings: e.findings,
            gaps: e.gaps,
        },
    )
}

/// `whyhost rule`.
pub(crate) fn rules(rules: &[&Rule]) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        rules: Vec<RuleBody<'a>>,
        findings: [(); 0],
        gaps: [(); 0],
    }
    #[derive(Serialize)]
    struct RuleBody<'a> {
        code: &'a str,
        severity: Severity,
        title: &'a str,
        text: String,
        references: &'a [&'a str],
    }
    let rules = rules
        .iter()
        .map(|r| RuleBody {
            code: r.code,
            severity: r.severity,
            title: r.title,
            text: r.text(),
            references: r.references,
        })
        .collect();
    object("whyhost.rule/1", Body { rules, findings: [], gaps: [] })
}

/// `whyhost snapshot -o FILE`: what was written where.
pub(crate) fn snapshot_written(path: &str, redacted: bool, gaps: &[Gap]) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        path: &'a str,
        redacted: bool,
        findings: [(); 0],
        gaps: &'a [Gap],
    }
    object("whyhost.snapshot-written/1", Body { path, redacted, findings: [], gaps })
}
