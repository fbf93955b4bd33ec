//! Snapshots as JSON, with errors that name the place.

use super::{SCHEMA, Snapshot};
use std::fmt;

/// A snapshot that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotError {
    /// Not JSON, or not of this shape; line and column from 1.
    Malformed {
        /// Line in the file.
        line: usize,
        /// Column in the file.
        column: usize,
        /// What the reader met.
        message: String,
    },
    /// JSON, but of a schema that this version does not know.
    UnknownSchema(String),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::Malformed { line, column, message } => {
                write!(f, "line {line}, column {column}: not a whyhost snapshot: {message}")
            }
            SnapshotError::UnknownSchema(found) => {
                write!(f, "unknown snapshot schema `{found}`; this version reads `{SCHEMA}`")
            }
        }
    }
}

impl std::error::Error for SnapshotError {}

impl Snapshot {
    /// Reads a snapshot from JSON.
    ///
    /// # Errors
    /// [`SnapshotError`] when the text is no snapshot, or one of an unknown schema.
    pub fn from_json(text: &str) -> Result<Snapshot, SnapshotError> {
        let malformed = |e: serde_json::Error| SnapshotError::Malformed {
            line: e.line(),
            column: e.column(),
            message: strip_position(&e.to_string()),
        };
        let value: serde_json::Value = serde_json::from_str(text).map_err(malformed)?;
        match value.get("schema").and_then(|s| s.as_str()) {
            Some(SCHEMA) => serde_json::from_str(text).map_err(malformed),
            Some(other) => Err(SnapshotError::UnknownSchema(other.to_owned())),
            None => Err(SnapshotError::Malformed {
                line: 1,
                column: 1,
                message: format!("expected an object with \"schema\": \"{SCHEMA}\""),
            }),
        }
    }

    /// The snapshot as indented JSON with a final newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a snapshot has string keys only");
        text.push('\n');
        text
    }
}

/// serde_json ends its messages with the position that we print ourselves.
fn strip_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}
