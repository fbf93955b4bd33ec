//! What DNS servers make of names.

mod rebind_filter;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[rebind_filter::RULE];
