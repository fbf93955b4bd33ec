//! Snapshots as JSON, with errors that name the place.

use super::{SCHEMA, Snapshot};
use serde::Deserialize;
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
        /// What is read first: the text may be anything, so nothing of it is kept.
        #[derive(Deserialize)]
        struct Head {
            schema: Option<String>,
        }
        // Editors and shells of Windows write a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let no_object = || SnapshotError::Malformed {
            line: 1,
            column: 1,
            message: format!("expected an object with \"schema\": \"{SCHEMA}\""),
        };
        if !text.trim_start().starts_with('{') {
            return Err(no_object());
        }
        let malformed = |e: serde_json::Error| SnapshotError::Malformed {
            line: e.line(),
            // serde_json says 0 where the text ends with a line.
            column: e.column().max(1),
            message: strip_position(&e.to_string()),
        };
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        match head.schema.as_deref() {
            Some(SCHEMA) => serde_json::from_str(text).map_err(malformed),
            Some(other) => Err(SnapshotError::UnknownSchema(other.to_owned())),
            None => Err(no_object()),
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
