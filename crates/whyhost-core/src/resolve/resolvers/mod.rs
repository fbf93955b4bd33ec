//! The resolvers, one file each, and the list of them.

#[cfg(test)]
mod bench;
pub mod cares;
pub mod glibc;
pub mod go;
pub mod hickory;
pub mod macos;
mod model;
pub mod musl;
pub mod resolved;
pub mod windows;

use super::answer::{Answer, Evidence, Query};
use super::stage::hosts;
use crate::machine::Machine;
use crate::snapshot::{Family, ScopedAddr};
use hosts_edit::dialect::{CARES, Dialect, GO, HICKORY, LIBINFO, MACOS, MUSL, RESOLVED, WINDOWS};

/// A modelled resolver: what is known of it, and the model.
#[derive(Debug)]
pub struct Resolver {
    /// Stable id, as in [`Answer::resolver`]: `glibc`.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// The versions that the model follows.
    pub versions: &'static str,
    /// How the model is known to be true.
    pub evidence: Evidence,
    /// What is consulted, in order: one line each.
    pub stages: &'static [&'static str],
    /// How the addresses are ordered, in one line.
    pub order: &'static str,
    /// Where the model is known to differ from the resolver, and why.
    pub deviations: &'static [&'static str],
    /// Source function with version, section of a standard, or page of a documentation.
    pub references: &'static [&'static str],
    /// The answer to a question on a machine.
    pub answer: fn(&Machine, &Query) -> Answer,
}

/// Every modelled resolver, in the order of the output.
pub const RESOLVERS: &[&Resolver] = &[
    &glibc::RESOLVER,
    &musl::RESOLVER,
    &go::RESOLVER,
    &go::PURE,
    &cares::RESOLVER,
    &hickory::RESOLVER,
    &resolved::RESOLVER,
    &macos::RESOLVER,
    &windows::RESOLVER,
];

/// The resolver with this id.
pub fn by_id(id: &str) -> Option<&'static Resolver> {
    RESOLVERS.iter().copied().find(|r| r.id == id)
}

/// Readers of the hosts file besides glibc.
const READERS: [&Dialect; 8] = [&MUSL, &GO, &CARES, &HICKORY, &RESOLVED, &MACOS, &LIBINFO, &WINDOWS];

/// The destinations that the models beside glibc's may have to sort for `name`: what each reader of the hosts file makes
/// of it, as it stands and as Go takes it (v4-mapped addresses are IPv4).
pub(super) fn destinations(machine: &Machine, name: &str) -> Vec<ScopedAddr> {
    let mut all: Vec<ScopedAddr> = Vec::new();
    for dialect in READERS {
        let found = hosts::lookup(machine, dialect, name, Family::Any).unwrap_or_default();
        all.extend(found.iter().map(|c| c.address));
    }
    all.extend(cares::listed(machine, name));
    let canonical = |a: &ScopedAddr| ScopedAddr { address: a.address.to_canonical(), ..*a };
    let mapped: Vec<ScopedAddr> = all.iter().map(canonical).filter(|a| !all.contains(a)).collect();
    all.extend(mapped);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Os, OsFamily, Snapshot};

    #[test]
    fn every_resolver_is_described_and_answers_under_its_id() {
        let os = Os::unknown(OsFamily::Linux);
        let machine = Machine::new(Snapshot::new(os));
        for (place, resolver) in RESOLVERS.iter().enumerate() {
            assert!(RESOLVERS[..place].iter().all(|r| r.id != resolver.id), "{} twice", resolver.id);
            assert_eq!(by_id(resolver.id).map(|r| r.name), Some(resolver.name));
            let texts = [resolver.name, resolver.versions, resolver.order];
            assert!(texts.iter().all(|t| !t.is_empty()), "{}", resolver.id);
            assert!(!resolver.stages.is_empty() && !resolver.references.is_empty(), "{}", resolver.id);
            let answer = (resolver.answer)(&machine, &Query::any("localhost"));
            assert_eq!((answer.resolver, answer.evidence), (resolver.id, resolver.evidence));
            assert!(!answer.version.is_empty(), "{}", resolver.id);
        }
    }

    #[test]
    fn all_of_them_the_c_libraries_first() {
        let ids: Vec<_> = RESOLVERS.iter().map(|r| r.id).collect();
        let expected =
            ["glibc", "musl", "go", "go-pure", "c-ares", "hickory", "resolved", "macos", "windows"];
        assert_eq!(ids, expected);
    }
}
