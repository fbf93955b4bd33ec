//! The DNS client: resolv.conf.

mod search_captures_localhost;
mod stub_dead;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[stub_dead::RULE, search_captures_localhost::RULE];
