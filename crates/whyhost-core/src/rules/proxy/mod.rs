//! Reverse proxies of this machine.

mod upstream_localhost;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[upstream_localhost::RULE];
