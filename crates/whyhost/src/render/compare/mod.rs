//! `whyhost compare`: text and JSON.

pub(crate) mod json;
pub(crate) mod text;

use whyhost_core::finding::Finding;
use whyhost_core::snapshot::{Gap, Observation};
use whyhost_dns::Server;

/// What stands around the names.
pub(crate) struct Frame<'a> {
    /// Who was asked.
    pub(crate) servers: &'a [Server],
    /// What rules say.
    pub(crate) findings: &'a [Finding],
    /// What could not be looked at.
    pub(crate) gaps: &'a [Gap],
    /// What each server says about localhost, where that was a name.
    pub(crate) localhost: &'a [Observation],
}
