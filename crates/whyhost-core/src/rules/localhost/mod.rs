//! What the hosts file says about localhost.

mod missing;
mod not_loopback;
mod v4_only;
mod v6_only;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[missing::RULE, not_loopback::RULE, v4_only::RULE, v6_only::RULE];
