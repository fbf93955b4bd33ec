//! Single programs that go another way than the rest.

mod localhost_is_unix_socket;
mod no_fallback;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[no_fallback::RULE, localhost_is_unix_socket::RULE];
