//! The port that was asked: who listens, and who reaches it.

mod family_mismatch;
mod none;
mod slow_fallback;
mod split_owner;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] =
    &[none::RULE, split_owner::RULE, family_mismatch::RULE, slow_fallback::RULE];
