//! Answers from the file alone: address to names.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};

use crate::dialect::{Dialect, Families, Joins, MUSL, Reverse, SecondTry};
use crate::file::{Family, HostsFile};
use crate::join;
use crate::lookup::for_family;
use crate::reader::Reader;
use crate::view::View;

/// The names that the file gives for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReverseHit {
    /// The line of the file, from 1.
    pub line: usize,
    /// The names of the line, the canonical one first.
    pub names: Vec<Vec<u8>>,
}

impl View<'_> {
    /// The names that the consumer finds for `address`, as [`Dialect::reverse`] says. `line` is the first line that gives
    /// one.
    pub fn reverse(self, address: IpAddr, scope_id: u32) -> Option<ReverseHit> {
        let dialect = self.dialect;
        if *dialect == MUSL {
            return musl_reverse(self, address, scope_id);
        }
        // glibc inet/gethstbyad_r.c PREPROCESS: `::` is never looked up.
        let never = dialect.families == Families::Glibc && address == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        if never || dialect.reverse == Reverse::Never {
            return None;
        }
        if dialect.joins == Joins::Records {
            return join::record_names(self, address);
        }
        let mut reader = Reader::new(self);
        let mut found: Option<ReverseHit> = None;
        while reader.advance() {
            let listed = as_family_of(address, reader.value.ip, dialect);
            if listed != address || reader.value.scope_id != scope_id {
                continue;
            }
            let names: Vec<Vec<u8>> = reader.named().map(|(_, text)| text.into_owned()).collect();
            let line = reader.line();
            match dialect.reverse {
                Reverse::FirstLine => return (!names.is_empty()).then_some(ReverseHit { line, names }),
                _ if names.is_empty() => {}
                Reverse::AllLines | Reverse::AllNames => {
                    found.get_or_insert_with(|| ReverseHit { line, names: Vec::new() }).names.extend(names);
                }
                Reverse::FirstName => {
                    return names.into_iter().next().map(|name| ReverseHit { line, names: vec![name] });
                }
                Reverse::FirstNamedLine | Reverse::Never => return Some(ReverseHit { line, names }),
            }
        }
        found.map(|hit| ReverseHit { names: reversed_names(hit.names, dialect), ..hit })
    }
}

/// The names of all lines as the consumer delivers them. A blocklist has all its names for one address.
fn reversed_names(names: Vec<Vec<u8>>, dialect: &Dialect) -> Vec<Vec<u8>> {
    let mut seen = HashSet::new();
    let mut kept = names;
    kept.retain(|name| {
        let wildcard = dialect.second_try == SecondTry::Wildcard && name.starts_with(b"*.");
        !wildcard && (dialect.reverse != Reverse::AllNames || seen.insert(join::key(dialect, name)))
    });
    kept
}

impl HostsFile {
    /// The names that `dialect` finds for `address`; see [`View::reverse`].
    pub fn reverse(&self, dialect: &Dialect, address: IpAddr) -> Option<ReverseHit> {
        self.view(dialect).reverse(address, 0)
    }
}

/// musl 1.2.6 getnameinfo.c `reverse_hosts`: addresses are compared in 16 bytes, IPv4 as v4-mapped without a scope; the
/// first word behind the address is the only name, also at the very end of the file; one of 256 bytes is skipped.
fn musl_reverse(view: View<'_>, address: IpAddr, scope_id: u32) -> Option<ReverseHit> {
    let mut reader = Reader::new(view);
    while reader.advance() {
        if reader.value.ip.to_canonical() != address.to_canonical() || reader.value.scope_id != scope_id {
            continue;
        }
        let (first, _) = crate::parse::first_word(reader.bytes(reader.text.clone()));
        if first.len() < 256 {
            let names = vec![first.to_vec()];
            return (!first.is_empty()).then(|| ReverseHit { line: reader.line(), names });
        }
    }
    None
}

/// The address of a line as a reverse query for an address of `wanted`'s family sees it.
fn as_family_of(wanted: IpAddr, listed: IpAddr, dialect: &Dialect) -> IpAddr {
    let family = if wanted.is_ipv4() { Family::V4 } else { Family::V6 };
    for_family(listed, family, dialect.families, false).unwrap_or(listed)
}

#[cfg(test)]
mod tests {
    use crate::HostsFile;
    use crate::dialect::{COREDNS, GLIBC, GO, HICKORY, JAVA, MUSL};

    #[test]
    fn reverse() {
        let file = HostsFile::parse("::1 six\n127.0.0.1 four\n:: null\n::ffff:192.0.2.1 mapped").0;
        let name = |dialect, address: &str| {
            let hit = file.reverse(dialect, address.parse().unwrap());
            hit.map(|h| String::from_utf8(h.names[0].clone()).unwrap())
        };
        assert_eq!(name(&GLIBC, "127.0.0.1").as_deref(), Some("six"));
        assert_eq!(name(&MUSL, "127.0.0.1").as_deref(), Some("four"));
        assert_eq!(name(&GLIBC, "::"), None);
        assert_eq!(name(&MUSL, "::").as_deref(), Some("null"));
        assert_eq!(name(&GLIBC, "192.0.2.1").as_deref(), Some("mapped"));
        assert_eq!(name(&MUSL, "192.0.2.1").as_deref(), Some("mapped"));
    }

    #[test]
    fn names_of_several_lines() {
        let file = HostsFile::parse("192.0.2.1\n192.0.2.1 A b\n192.0.2.1 a *.c\n").0;
        let names = |dialect| {
            let hit = file.reverse(dialect, "192.0.2.1".parse().unwrap());
            hit.map(|h| h.names.iter().map(|n| String::from_utf8_lossy(n).into_owned()).collect::<Vec<_>>())
        };
        assert_eq!(names(&GLIBC), None);
        assert_eq!(names(&JAVA).unwrap(), ["A"]);
        assert_eq!(names(&GO).unwrap(), ["A", "b", "a", "*.c"]);
        assert_eq!(names(&COREDNS).unwrap(), ["A", "b", "a"]);
        assert_eq!(names(&HICKORY).unwrap(), ["A", "b", "*.c"]);
    }
}
