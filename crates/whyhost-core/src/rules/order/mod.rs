//! The answer and its order: gai.conf, and what programs get for the name in the end.

mod disagreement;
mod ignored_line;
mod localhost_foreign;
mod localhost_unresolved;
mod localhost_via_dns;
mod model_mismatch;
mod order_changed;
mod replaces_table;
mod slow;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[
    replaces_table::RULE,
    ignored_line::RULE,
    localhost_unresolved::RULE,
    localhost_foreign::RULE,
    localhost_via_dns::RULE,
    order_changed::RULE,
    disagreement::RULE,
    slow::RULE,
    model_mismatch::RULE,
];
