//! The answer and its order: gai.conf, and what programs get for the name in the end.

mod addrconfig_differs;
mod addrconfig_loopback_only;
mod disagreement;
mod ignored_line;
mod localhost_foreign;
mod localhost_subdomain;
mod localhost_unresolved;
mod localhost_via_dns;
mod model_mismatch;
mod order_changed;
mod replaces_table;
mod slow;
mod v6_localhost_as_v4;

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
    addrconfig_differs::RULE,
    addrconfig_loopback_only::RULE,
    v6_localhost_as_v4::RULE,
    localhost_subdomain::RULE,
    slow::RULE,
    model_mismatch::RULE,
];
