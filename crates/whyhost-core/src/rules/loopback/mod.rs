//! The loopback interface and the kernel's switches.

mod bindv6only;
mod down;
mod ipv6_disabled_hosts_v6;
mod ipv6_unsupported;
mod no_v4_loopback;
mod no_v6_loopback;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[
    down::RULE,
    no_v4_loopback::RULE,
    no_v6_loopback::RULE,
    ipv6_disabled_hosts_v6::RULE,
    ipv6_unsupported::RULE,
    bindv6only::RULE,
];
