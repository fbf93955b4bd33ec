//! The hosts file as an object: is it there, is it a file, can everybody read its bytes?

mod empty;
mod encoding_bom;
mod encoding_utf16;
mod missing;
mod not_a_file;
mod not_world_readable;

use super::Rule;

/// In the order in which they shadow each other.
pub(super) const RULES: &[Rule] = &[
    missing::RULE,
    not_a_file::RULE,
    not_world_readable::RULE,
    empty::RULE,
    encoding_utf16::RULE,
    encoding_bom::RULE,
];
