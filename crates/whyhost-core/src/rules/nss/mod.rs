//! nsswitch.conf: which services answer a host name, in which order.

mod conf_missing;
mod dns_before_files;
mod files_missing;
mod mdns_stops_local;
mod module_missing;
mod myhostname_before_files;

use super::Rule;

/// In the order of the code list.
pub(super) const RULES: &[Rule] = &[
    conf_missing::RULE,
    files_missing::RULE,
    dns_before_files::RULE,
    myhostname_before_files::RULE,
    mdns_stops_local::RULE,
    module_missing::RULE,
];
