//! The hosts file: as an object, who writes it, its lines, and the machine's own name in it.

mod bind_mount;
mod bracketed_address;
mod conflicting_addresses;
mod crlf;
mod dangling_symlink;
mod dot_local;
mod duplicate_line;
mod empty;
mod encoding_bom;
mod encoding_utf16;
mod glued_line;
mod hostname_canonical_localhost;
mod hostname_loopback;
mod hostname_missing;
mod immutable;
mod invalid_address;
mod invalid_name;
mod large;
mod leading_blank;
mod line_too_long;
mod link_local_localhost;
mod loopback_reverse_name;
mod managed_by_cloud_init;
mod managed_by_docker;
mod managed_by_kubelet;
mod managed_by_other;
mod managed_by_wsl;
mod missing;
mod no_final_newline;
mod no_name;
mod nonascii_whitespace;
mod nonportable_address;
mod not_a_file;
mod not_world_readable;
mod nul_bytes;
mod numeric_name;
mod override_one_family;
mod port_in_entry;
mod read_only;
mod reversed_columns;
mod security_product;
mod sinkhole_hits_local_server;
mod stale_address;
mod trailing_dot;
mod uppercase_name;
mod url_in_entry;
mod wildcard;
mod wrong_name;

use super::Rule;

/// The file as a whole, in the order in which they shadow each other.
pub(super) const RULES: &[Rule] = &[
    missing::RULE,
    dangling_symlink::RULE,
    not_a_file::RULE,
    not_world_readable::RULE,
    empty::RULE,
    wrong_name::RULE,
    encoding_utf16::RULE,
    encoding_bom::RULE,
    nul_bytes::RULE,
    no_final_newline::RULE,
    crlf::RULE,
    immutable::RULE,
    read_only::RULE,
    bind_mount::RULE,
    large::RULE,
    security_product::RULE,
    override_one_family::RULE,
    sinkhole_hits_local_server::RULE,
    loopback_reverse_name::RULE,
];

/// Who writes the file.
pub(super) const OWNERS: &[Rule] = &[
    managed_by_cloud_init::RULE,
    managed_by_docker::RULE,
    managed_by_kubelet::RULE,
    managed_by_other::RULE,
    managed_by_wsl::RULE,
];

/// Single lines: a finding concerns only the names on its line.
pub(super) const LINES: &[Rule] = &[
    invalid_address::RULE,
    nonportable_address::RULE,
    bracketed_address::RULE,
    reversed_columns::RULE,
    port_in_entry::RULE,
    url_in_entry::RULE,
    wildcard::RULE,
    nonascii_whitespace::RULE,
    glued_line::RULE,
    leading_blank::RULE,
    invalid_name::RULE,
    numeric_name::RULE,
    uppercase_name::RULE,
    trailing_dot::RULE,
    no_name::RULE,
    line_too_long::RULE,
    duplicate_line::RULE,
    conflicting_addresses::RULE,
    stale_address::RULE,
    dot_local::RULE,
];

/// localhost at a link, and the machine's own name.
pub(super) const OWN_NAME: &[Rule] = &[
    link_local_localhost::RULE,
    hostname_missing::RULE,
    hostname_loopback::RULE,
    hostname_canonical_localhost::RULE,
];
