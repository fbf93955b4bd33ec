//! Findings and remedies: what a rule reports.

use serde::Serialize;
use std::ops::Range;

/// How bad, by effect on the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A lookup or connection that a user expects fails for at least one client, or a line is ignored.
    Error,
    /// Clients disagree, or it works by luck.
    Warning,
    /// Good to know; never changes the exit code, shown with `-v`.
    Note,
}

/// Something found, with proof and repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `area.slug`, stable for ever.
    pub code: &'static str,
    /// Effect.
    pub severity: Severity,
    /// The problem in one line.
    pub title: String,
    /// More, where the title does not say it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where, the primary place first.
    pub locations: Vec<Location>,
    /// The proof, one fact a row.
    pub evidence: Vec<Evidence>,
    /// Repairs, least invasive first.
    pub remedies: Vec<Remedy>,
    /// Standards, manuals, threads.
    pub references: &'static [&'static str],
    /// How many further findings of this code there are that are not told one by one.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A place in a file. Lines and columns from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Path.
    pub path: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
    /// First byte.
    pub byte_start: usize,
    /// Byte after the last.
    pub byte_end: usize,
    /// The local fact.
    pub label: String,
    /// The main place of the finding.
    pub primary: bool,
}

impl Location {
    /// The place of `span` in the bytes of a file.
    pub fn of(path: &str, bytes: &[u8], span: Range<usize>, label: impl Into<String>) -> Location {
        let (line, column) = position(bytes, span.start);
        let (end_line, end_column) = position(bytes, span.end.max(span.start));
        Location {
            path: path.to_owned(),
            line,
            column,
            end_line,
            end_column,
            byte_start: span.start,
            byte_end: span.end,
            label: label.into(),
            primary: true,
        }
    }

    /// The same place as a secondary one.
    pub fn secondary(mut self) -> Location {
        self.primary = false;
        self
    }
}

/// Line and column (both from 1, columns in characters, invalid bytes count one each) of a byte offset.
pub fn position(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = &bytes[..offset.min(bytes.len())];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// One fact of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The fact.
    pub text: String,
    /// Where it was read: `/etc/hosts:1`, `sysctl net.ipv6.bindv6only`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Evidence {
    /// A fact with its source.
    pub fn new(text: impl Into<String>, source: impl Into<String>) -> Evidence {
        Evidence { text: text.into(), source: Some(source.into()) }
    }
}

/// How far a remedy may be applied without a second thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Restores what the system ships; nothing that works stops working.
    Safe,
    /// Changes what some program gets: look at the predicted effect first.
    Unsafe,
    /// Words for a person.
    Advice,
}

/// A repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What to do, in the imperative.
    pub title: String,
    /// Whether it may be applied without a second thought.
    pub applicability: Applicability,
    /// Who is affected: `whole machine`, `this server only`.
    pub reach: String,
    /// How.
    pub action: RemedyAction,
    /// What the model predicts for the target: `localhost → ::1, 127.0.0.1 afterwards`; filled in by the diagnosis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
}

impl Remedy {
    /// A remedy whose effect has not been predicted yet.
    pub fn new(
        title: impl Into<String>,
        applicability: Applicability,
        reach: impl Into<String>,
        action: RemedyAction,
    ) -> Remedy {
        Remedy { title: title.into(), applicability, reach: reach.into(), action, effect: None }
    }
}

/// How a remedy is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Hash)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum RemedyAction {
    /// Byte-exact edits of one file.
    Edits {
        /// The file.
        path: String,
        /// Edits in ascending order, not overlapping.
        edits: Vec<TextEdit>,
    },
    /// Commands for a shell, one a row.
    Command {
        /// The commands.
        commands: Vec<String>,
    },
    /// Something only a person can do.
    Advice {
        /// What.
        text: String,
    },
}

/// Replaces the bytes `byte_start..byte_end` of a file by `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Hash)]
pub struct TextEdit {
    /// First byte replaced.
    pub byte_start: usize,
    /// Byte after the last one replaced; equal to `byte_start` for an insertion.
    pub byte_end: usize,
    /// New text, line ends included.
    pub text: String,
}
