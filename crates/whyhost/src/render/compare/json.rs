//! The JSON of `whyhost compare`: one object, or one line a name and a last one with the sum.

use super::Frame;
use crate::cmd::compare::Totals;
use crate::render::json::{line, object};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use whyhost_core::finding::Finding;
use whyhost_core::resolve::Source;
use whyhost_core::snapshot::{Gap, Observation};
use whyhost_dns::{Compared, Server, ServerAnswer, Verdict};

const SCHEMA: &str = "whyhost.compare/1";

#[derive(Serialize)]
struct Body<'a> {
    servers: Vec<String>,
    server_details: Vec<ServerBody<'a>>,
    names: Vec<Name<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    #[serde(skip_serializing_if = "<[Observation]>::is_empty")]
    localhost: &'a [Observation],
    findings: &'a [Finding],
    gaps: &'a [Gap],
}

#[derive(Serialize)]
struct ServerBody<'a> {
    address: String,
    role: &'static str,
    named_by: &'a str,
}

impl<'a> ServerBody<'a> {
    fn new(server: &'a Server) -> ServerBody<'a> {
        ServerBody {
            address: server.address.to_string(),
            role: server.role.word(),
            named_by: &server.named_by,
        }
    }
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
    local: Vec<IpAddr>,
    local_from: Vec<&'a Source>,
    dns: Option<Dns<'a>>,
    answers: Vec<Dns<'a>>,
    verdict: &'static str,
    verdicts: Families,
    action: bool,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct Families {
    ipv4: &'static str,
    ipv6: &'static str,
}

#[derive(Serialize)]
struct Dns<'a> {
    server: &'a str,
    name: &'a str,
    rcode: &'a str,
    a: &'a [IpAddr],
    a_rcode: &'a str,
    aaaa: &'a [IpAddr],
    aaaa_rcode: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    flags: &'a [String],
    transport: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    extended_errors: &'a [String],
    elapsed_ms: u64,
}

impl<'a> Dns<'a> {
    fn new(answer: &'a ServerAnswer) -> Dns<'a> {
        Dns {
            server: &answer.server,
            name: &answer.name,
            rcode: answer.rcode(),
            a: &answer.v4.addresses,
            a_rcode: &answer.v4.rcode,
            aaaa: &answer.v6.addresses,
            aaaa_rcode: &answer.v6.rcode,
            aliases: &answer.aliases,
            ttl: answer.ttl,
            flags: &answer.flags,
            transport: &answer.transport,
            extended_errors: &answer.extended_errors,
            elapsed_ms: answer.elapsed_ms,
        }
    }
}

impl<'a> Name<'a> {
    fn new(compared: &'a Compared) -> Name<'a> {
        Name {
            name: &compared.local.name,
            local: compared.local.addresses.iter().map(|(address, _)| *address).collect(),
            local_from: compared.local.addresses.iter().map(|(_, source)| source).collect(),
            dns: compared.dns().map(Dns::new),
            answers: compared.answers.iter().map(Dns::new).collect(),
            verdict: compared.verdict.word(),
            verdicts: Families { ipv4: compared.v4.word(), ipv6: compared.v6.word() },
            action: compared.action,
            reasons: &compared.reasons,
        }
    }
}

#[derive(Serialize)]
struct Summary {
    names: usize,
    action: usize,
    verdicts: BTreeMap<&'static str, usize>,
    interrupted: bool,
}

impl Summary {
    fn new(totals: &Totals) -> Summary {
        let verdicts = Verdict::ALL.into_iter().map(|v| (v.word(), totals.of(v))).collect();
        Summary { names: totals.names, action: totals.action, verdicts, interrupted: totals.interrupted }
    }
}

fn body<'a>(frame: &'a Frame<'_>, names: Vec<Name<'a>>, totals: Option<&Totals>) -> Body<'a> {
    // On lines of single names what is about all of them stands on the last one.
    let whole = totals.is_some();
    Body {
        servers: frame.servers.iter().map(|s| s.address.to_string()).collect(),
        server_details: frame.servers.iter().filter(|_| whole).map(ServerBody::new).collect(),
        names,
        summary: totals.map(Summary::new),
        localhost: if whole { frame.localhost } else { &[] },
        findings: if whole { frame.findings } else { &[] },
        gaps: if whole { frame.gaps } else { &[] },
    }
}

/// One object with all names.
pub(crate) fn object_of(frame: &Frame<'_>, compared: &[Compared], totals: &Totals) -> String {
    object(SCHEMA, body(frame, compared.iter().map(Name::new).collect(), Some(totals)))
}

/// One name on a line.
pub(crate) fn line_of(frame: &Frame<'_>, compared: &Compared) -> String {
    line(&object(SCHEMA, body(frame, vec![Name::new(compared)], None)))
}

/// The last line: the sum, findings and gaps.
pub(crate) fn last_line(frame: &Frame<'_>, totals: &Totals) -> String {
    line(&object(SCHEMA, body(frame, Vec::new(), Some(totals))))
}
