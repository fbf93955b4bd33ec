//! `whyhost.check/1`: one object for all inputs, or one line each.

use super::super::json::{failure, line, object};
use super::{Checked, Printer};
use crate::failure::Failure;
use serde::Serialize;
use whyhost_core::check::{About, Summary, Unused};
use whyhost_core::finding::Finding;
use whyhost_core::snapshot::Gap;

/// Everything, printed at the end.
#[derive(Default)]
pub(super) struct Json {
    body: Body,
}

/// Each input on a line of its own.
pub(super) struct Lines;

#[derive(Default, Serialize)]
struct Body {
    files: Vec<File>,
    summary: Summary,
    findings: Vec<Found>,
    unused_suppressions: Vec<Silent>,
    gaps: Vec<Gap>,
}

#[derive(Serialize)]
struct File {
    input: String,
    #[serde(flatten)]
    about: About,
}

#[derive(Serialize)]
struct Found {
    input: String,
    #[serde(flatten)]
    finding: Finding,
}

#[derive(Serialize)]
struct Silent {
    input: String,
    path: String,
    line: usize,
    code: String,
    known: bool,
}

impl Body {
    fn add(&mut self, checked: &Checked) {
        let input = || checked.name.clone();
        let done = match &checked.outcome {
            Ok(done) => done,
            Err(Failure { message, .. }) => {
                self.gaps.push(Gap { what: input(), why: message.clone() });
                return;
            }
        };
        let report = &done.report;
        self.summary = self.summary.plus(done.summary());
        self.files.extend(report.about.clone().map(|about| File { input: input(), about }));
        self.findings.extend(report.findings.iter().map(|f| Found { input: input(), finding: f.clone() }));
        self.gaps.extend(report.gaps.iter().cloned());
        let hosts = done.subject.hosts_path();
        if let Some(why) = done.subject.unreadable().filter(|_| report.gaps.iter().all(|g| g.what != hosts)) {
            self.gaps.push(Gap { what: hosts, why });
        }
        self.unused_suppressions.extend(report.unused.iter().map(|unused| {
            let Unused { path, line, code, known } = unused.clone();
            Silent { input: input(), path, line, code, known }
        }));
    }
}

const SCHEMA: &str = "whyhost.check/1";

impl Printer for Json {
    fn one(&mut self, checked: &Checked) -> String {
        self.body.add(checked);
        String::new()
    }

    fn end(&mut self) -> String {
        object(SCHEMA, &self.body)
    }
}

impl Printer for Lines {
    fn one(&mut self, checked: &Checked) -> String {
        if let Err(error) = &checked.outcome {
            return line(&failure(error));
        }
        let mut body = Body::default();
        body.add(checked);
        line(&object(SCHEMA, &body))
    }

    fn end(&mut self) -> String {
        String::new()
    }
}
