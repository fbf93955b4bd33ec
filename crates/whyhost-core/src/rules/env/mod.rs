//! Environment variables that lead requests astray.

mod proxy_captures_loopback;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[proxy_captures_loopback::RULE];
