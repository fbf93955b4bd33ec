//! SARIF 2.1.0 (OASIS Standard), the part that code-scanning services read: rules with their texts, results with region,
//! fingerprint and fixes, and what could not be checked as notifications.

use super::{Checked, Done, Kind, Printer, primary, unused_words};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use whyhost_core::finding::{Finding, Location, RemedyAction, Severity, TextEdit};
use whyhost_core::rules::{Rule, by_code};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

#[derive(Default)]
pub(super) struct Sarif {
    results: Vec<Value>,
    rules: Vec<&'static str>,
    /// How often a fingerprint was given: equal lines are told apart by their number.
    fingerprints: HashMap<(String, u64), usize>,
    failures: Vec<Value>,
    configuration: Vec<Value>,
}

impl Printer for Sarif {
    fn one(&mut self, checked: &Checked) -> String {
        if let Some(why) = checked.incomplete() {
            let place =
                json!([{ "physicalLocation": { "artifactLocation": artifact(checked, &checked.name) } }]);
            self.failures.push(json!({ "level": "error", "message": { "text": why }, "locations": place }));
        }
        let Ok(done) = &checked.outcome else { return String::new() };
        for finding in &done.report.findings {
            let result = self.result(checked, done, finding);
            self.results.push(result);
        }
        for unused in &done.report.unused {
            let place = json!([{ "physicalLocation": {
                "artifactLocation": artifact(checked, &unused.path), "region": { "startLine": unused.line },
            } }]);
            let message = json!({ "text": unused_words(unused) });
            self.configuration.push(json!({ "level": "warning", "message": message, "locations": place }));
        }
        String::new()
    }

    fn end(&mut self) -> String {
        let rules: Vec<Value> = self.rules.iter().filter_map(|code| by_code(code)).map(descriptor).collect();
        let mut invocation = json!({ "executionSuccessful": self.failures.is_empty() });
        if !self.failures.is_empty() {
            invocation["toolExecutionNotifications"] = std::mem::take(&mut self.failures).into();
        }
        if !self.configuration.is_empty() {
            invocation["toolConfigurationNotifications"] = std::mem::take(&mut self.configuration).into();
        }
        let log = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "whyhost",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "informationUri": REPOSITORY,
                    "rules": rules,
                } },
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "results": std::mem::take(&mut self.results),
            }],
        });
        format!("{log:#}\n")
    }
}

impl Sarif {
    fn result(&mut self, checked: &Checked, done: &Done, finding: &Finding) -> Value {
        let index = self.rules.iter().position(|code| *code == finding.code).unwrap_or_else(|| {
            self.rules.push(finding.code);
            self.rules.len() - 1
        });
        let mut text = finding.title.clone();
        if let Some(message) = &finding.message {
            text.push_str(&format!(". {message}"));
        }
        if let Some(remedy) = finding.remedies.first() {
            text.push_str(&format!(". Fix: {}", remedy.title));
        }
        let mut result = json!({
            "ruleId": finding.code,
            "ruleIndex": index,
            "level": level(finding.severity),
            "message": { "text": text },
            "partialFingerprints": { "primaryLocationLineHash": self.fingerprint(checked, done, finding) },
        });
        let (primary, others): (Vec<&Location>, Vec<&Location>) =
            finding.locations.iter().partition(|l| Some(*l) == primary(finding));
        // A result without a place belongs to the input as a whole.
        let places: Vec<Value> = match primary.first() {
            Some(l) => vec![location(checked, l, None)],
            None => {
                vec![json!({ "physicalLocation": { "artifactLocation": artifact(checked, &checked.name) } })]
            }
        };
        result["locations"] = places.into();
        if !others.is_empty() {
            result["relatedLocations"] =
                others.iter().enumerate().map(|(i, l)| location(checked, l, Some(i))).collect();
        }
        let fixes: Vec<Value> = fixes(checked, finding);
        if !fixes.is_empty() {
            result["fixes"] = fixes.into();
        }
        result
    }

    /// Code, path and text of the line, blanks levelled: stays when lines move. The number tells equal lines apart.
    fn fingerprint(&mut self, checked: &Checked, done: &Done, finding: &Finding) -> String {
        let place = primary(finding);
        let path = place.map_or(checked.name.as_str(), |l| &l.path);
        let bytes = done.subject.bytes(path).unwrap_or_default();
        let line = place.map_or(&[][..], |l| line_at(&bytes, l.byte_start));
        let mut hash = Fnv::new();
        hash.add(finding.code.as_bytes());
        for word in line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
            hash.add(b" ");
            hash.add(word);
        }
        let seen = self.fingerprints.entry((checked.name.clone(), hash.0)).or_default();
        *seen += 1;
        format!("{:016x}:{seen}", hash.0)
    }
}

/// The line that holds the byte at `at`; of a very long one its begin.
fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    const LONGEST: usize = 4096;
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
    let rest = &bytes[start..bytes.len().min(start + LONGEST)];
    rest.split(|b| *b == b'\n').next().unwrap_or_default()
}

/// FNV-1a with 64 bits: the same in every version and on every machine.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn descriptor(rule: &'static Rule) -> Value {
    let text = rule.text();
    // The first heading is the title, which has a field of its own.
    let body = text.split_once('\n').map_or("", |(_, body)| body).trim();
    let area = rule.code.split('.').next().unwrap_or_default();
    json!({
        "id": rule.code,
        "name": name(rule.code),
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.title },
        "help": { "text": body, "markdown": body },
        "helpUri": format!("{REPOSITORY}/blob/main/docs/rules/{}.md", rule.code),
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [area] },
    })
}

/// `hosts.invalid-address` as `HostsInvalidAddress`.
fn name(code: &str) -> String {
    code.split(['.', '-'])
        .map(|part| {
            let mut chars = part.chars();
            chars
                .next()
                .map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + chars.as_str())
        })
        .collect()
}

fn location(checked: &Checked, l: &Location, id: Option<usize>) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(checked, &l.path) });
    let mut place = json!({});
    if checked.kind() == Kind::Snapshot {
        place["logicalLocations"] = json!([{ "fullyQualifiedName": format!("{}:{}", l.path, l.line) }]);
    } else {
        physical["region"] = json!({
            "startLine": l.line,
            "startColumn": l.column,
            "endLine": l.end_line,
            "endColumn": l.end_column,
            "byteOffset": l.byte_start,
            "byteLength": l.byte_end.saturating_sub(l.byte_start),
        });
    }
    place["physicalLocation"] = physical;
    if let Some(id) = id {
        place["id"] = id.into();
    }
    if !l.label.is_empty() {
        place["message"] = json!({ "text": l.label });
    }
    place
}

/// The file as an URI relative to the working directory, where it lies below it; a snapshot stands for its files.
fn artifact(checked: &Checked, path: &str) -> Value {
    let path = if checked.kind() == Kind::Snapshot { &checked.name } else { path };
    if checked.kind() == Kind::Stream || path == "<stdin>" {
        return json!({ "uri": "stdin" });
    }
    let path = whyhost_sys::relative(Path::new(path));
    let encoded = percent_encoded(path.as_os_str().as_encoded_bytes());
    if path.is_absolute() {
        return json!({ "uri": format!("file://{encoded}") });
    }
    json!({ "uri": encoded })
}

/// RFC 3986: everything but unreserved characters and `/`.
fn percent_encoded(path: &[u8]) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
    path.iter().map(|b| if plain(*b) { char::from(*b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn fixes(checked: &Checked, finding: &Finding) -> Vec<Value> {
    if checked.kind() != Kind::Files {
        return Vec::new();
    }
    let each = finding.remedies.iter().filter_map(|remedy| {
        let RemedyAction::Edits { path, edits } = &remedy.action else { return None };
        let replacements: Vec<Value> = edits.iter().map(replacement).collect();
        Some(json!({
            "description": { "text": remedy.title },
            "artifactChanges": [{ "artifactLocation": artifact(checked, path), "replacements": replacements }],
        }))
    });
    each.collect()
}

fn replacement(edit: &TextEdit) -> Value {
    json!({
        "deletedRegion": { "byteOffset": edit.byte_start, "byteLength": edit.byte_end - edit.byte_start },
        "insertedContent": { "text": edit.text },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_uris() {
        assert_eq!(name("hosts.localhost-v4-only"), "HostsLocalhostV4Only");
        assert_eq!(percent_encoded("a b/ü:1".as_bytes()), "a%20b/%C3%BC%3A1");
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        let mut hash = Fnv::new();
        hash.add(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn lines_by_place() {
        assert_eq!(line_at(b"one\ntwo\nthree", 5), b"two");
        assert_eq!(line_at(b"one\n", 99), b"");
        assert_eq!(line_at(b"one", 0), b"one");
    }
}
