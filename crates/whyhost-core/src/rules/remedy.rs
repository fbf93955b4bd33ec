//! Constructors of remedies, so that a rule reads as what it advises.

pub(super) use crate::finding::Remedy;
use crate::finding::{Applicability, RemedyAction, TextEdit};

/// Everything on the machine is affected.
pub(super) const WHOLE_MACHINE: &str = "whole machine";
/// One server's configuration is affected.
pub(super) const THIS_SERVER: &str = "this server only";
/// One client's configuration is affected.
pub(super) const THIS_CLIENT: &str = "this client only";

/// Edits of one file.
pub(super) fn edits(
    title: impl Into<String>,
    applicability: Applicability,
    reach: impl Into<String>,
    path: &str,
    edits: Vec<TextEdit>,
) -> Remedy {
    let action = RemedyAction::Edits { path: path.to_owned(), edits };
    Remedy::new(title, applicability, reach, action)
}

/// Commands for a shell.
pub(super) fn command(
    title: impl Into<String>,
    applicability: Applicability,
    reach: impl Into<String>,
    commands: &[&str],
) -> Remedy {
    let action = RemedyAction::Command { commands: commands.iter().map(|c| (*c).to_owned()).collect() };
    Remedy::new(title, applicability, reach, action)
}

/// Words for a person.
pub(super) fn advice(title: impl Into<String>, reach: impl Into<String>, text: impl Into<String>) -> Remedy {
    let action = RemedyAction::Advice { text: text.into() };
    Remedy::new(title, Applicability::Advice, reach, action)
}
