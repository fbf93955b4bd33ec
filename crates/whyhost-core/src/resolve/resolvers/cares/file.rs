//! The hosts file of c-ares, read as each version reads it.

use crate::machine::Machine;
use crate::resolve::resolvers::model::Version;
use crate::resolve::stage::{Candidate, hosts};
use crate::snapshot::Family;
use hosts_edit::dialect::{CARES, CARES_1_17, CARES_1_18, CARES_1_34, CARES_1_34_9, Dialect};

/// The addresses of `name` in the order in which the file gives them.
pub(super) fn lookup(
    machine: &Machine,
    version: Version,
    name: &str,
    family: Family,
) -> Result<Vec<Candidate>, String> {
    hosts::lookup(machine, dialect(version), name, family)
}

/// 1.22 brought `ares_hosts_file.c`, which merges lines until 1.34.9.
fn dialect(version: Version) -> &'static Dialect {
    match version {
        v if v < Version(1, 18, 0) => &CARES_1_17,
        v if v < super::HOSTS_FILE => &CARES_1_18,
        v if v < Version(1, 34, 9) => &CARES_1_34,
        Version(1, 34, 9) => &CARES_1_34_9,
        _ => &CARES,
    }
}
