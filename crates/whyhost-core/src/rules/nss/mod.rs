//! nsswitch.conf: which services answer a host name, in which order.

mod dns_before_files;
mod files_missing;
mod myhostname_before_files;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] =
    &[files_missing::RULE, dns_before_files::RULE, myhostname_before_files::RULE];
