//! The DNS client: resolv.conf.

mod search_captures_localhost;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[search_captures_localhost::RULE];
