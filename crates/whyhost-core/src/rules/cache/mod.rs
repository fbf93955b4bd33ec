//! Daemons that keep answers: nscd and systemd-resolved.

mod nscd_stale;
mod resolved_stale;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[nscd_stale::RULE, resolved_stale::RULE];
