//! What came of a question, as an [`Observation`].

use crate::ask::Question;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::OPT;
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::proto::rr::{Name, RData, Record};
use std::io;
use std::time::Duration;
use whyhost_core::snapshot::Observation;

/// `rcode` when no answer came within the bounds.
pub(crate) const TIMEOUT: &str = "TIMEOUT";
/// `rcode` when the question could not be sent, or nobody listens at the server's address.
pub(crate) const IO: &str = "IO";
/// `rcode` when an answer came that is no DNS message.
pub(crate) const MALFORMED: &str = "MALFORMED";

/// An observation without an answer.
pub(crate) fn silent(question: &Question, rcode: &str, transport: &str, elapsed: Duration) -> Observation {
    Observation {
        server: question.server.to_string(),
        name: question.name.strip_suffix('.').unwrap_or(&question.name).to_owned(),
        kind: question.kind.name().to_owned(),
        rcode: rcode.to_owned(),
        records: Vec::new(),
        flags: Vec::new(),
        ttl: None,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        transport: transport.to_owned(),
        extended_errors: Vec::new(),
    }
}

/// The observation of an answer.
pub(crate) fn answered(
    question: &Question,
    message: &Message,
    transport: &str,
    elapsed: Duration,
) -> Observation {
    let header = &message.metadata;
    let flags = [
        ("aa", header.authoritative),
        ("tc", header.truncation),
        ("ra", header.recursion_available),
        ("ad", header.authentic_data),
    ];
    Observation {
        records: message.answers.iter().filter_map(record).collect(),
        flags: flags.iter().filter(|(_, set)| *set).map(|(name, _)| (*name).to_owned()).collect(),
        ttl: message.answers.iter().map(|r| r.ttl).min(),
        extended_errors: message.edns.iter().flat_map(|e| extended_errors(e.options())).collect(),
        ..silent(question, &rcode(header.response_code), transport, elapsed)
    }
}

/// The code of a failure.
pub(crate) fn failure(error: &NetError) -> String {
    match error {
        NetError::Timeout => TIMEOUT.into(),
        NetError::Io(e) if e.kind() == io::ErrorKind::TimedOut => TIMEOUT.into(),
        NetError::Io(_) | NetError::NoConnections | NetError::Busy => IO.into(),
        NetError::Dns(DnsError::ResponseCode(code)) => rcode(*code),
        NetError::Dns(DnsError::NoRecordsFound(no)) => rcode(no.response_code),
        NetError::Proto(_) => MALFORMED.into(),
        _ => IO.into(),
    }
}

fn record(record: &Record) -> Option<String> {
    match &record.data {
        RData::A(a) => Some(a.0.to_string()),
        RData::AAAA(a) => Some(a.0.to_string()),
        RData::CNAME(target) => Some(format!("CNAME {}", plain(&target.0))),
        RData::PTR(target) => Some(plain(&target.0)),
        _ => None,
    }
}

fn plain(name: &Name) -> String {
    let text = name.to_ascii();
    text.strip_suffix('.').map_or(text.clone(), str::to_owned)
}

/// The name of a response code as the RFCs write it (IANA, DNS RCODEs).
fn rcode(code: ResponseCode) -> String {
    let name = match code {
        ResponseCode::NoError => "NOERROR",
        ResponseCode::FormErr => "FORMERR",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::NXDomain => "NXDOMAIN",
        ResponseCode::NotImp => "NOTIMP",
        ResponseCode::Refused => "REFUSED",
        ResponseCode::NotAuth => "NOTAUTH",
        ResponseCode::NotZone => "NOTZONE",
        other => return format!("RCODE{}", u16::from(other)),
    };
    name.to_owned()
}

/// The option code of an extended error.
const EXTENDED_ERROR: u16 = 15;

/// What the IANA registry calls the extended errors (RFC 8914, section 5.2), from 0 on.
const PURPOSES: [&str; 25] = [
    "Other Error",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
];

fn extended_errors(options: &OPT) -> Vec<String> {
    let all = options.get_all(EdnsCode::Unknown(EXTENDED_ERROR));
    all.into_iter()
        .filter_map(|o| if let EdnsOption::Unknown(_, data) = o { extended_error(data) } else { None })
        .collect()
}

fn extended_error(data: &[u8]) -> Option<String> {
    let (code, words) = data.split_first_chunk::<2>()?;
    let code = u16::from_be_bytes(*code);
    let purpose = PURPOSES.get(usize::from(code)).copied().unwrap_or("Unassigned");
    // Servers differ in whether a NUL ends the text.
    let words = String::from_utf8_lossy(words);
    let words = words.trim_end_matches('\0');
    Some(if words.is_empty() { format!("{code} {purpose}") } else { format!("{code} {purpose}: {words}") })
}
