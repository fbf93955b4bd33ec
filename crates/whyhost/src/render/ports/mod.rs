//! `whyhost ports` in its forms.

pub(crate) mod json;
pub(crate) mod nagios;
pub(crate) mod prometheus;
pub(crate) mod text;

use whyhost_core::finding::Severity;
use whyhost_core::ports::{Ports, Row};

/// What is shown.
pub(crate) struct View {
    pub(crate) ports: Ports,
    /// Only what others can reach.
    pub(crate) exposed_only: bool,
    /// The list of sockets was readable.
    pub(crate) is_complete: bool,
}

impl View {
    /// The rows that are shown.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.ports.rows.iter().filter(|row| !self.exposed_only || row.is_exposed())
    }

    /// Findings of a severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.ports.findings.iter().filter(|f| f.severity == severity).count()
    }
}
