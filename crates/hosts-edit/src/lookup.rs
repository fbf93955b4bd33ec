//! Answers from the file alone: name to addresses.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use crate::dialect::{Dialect, Families, Joins, MUSL, OtherFamily, Picks, SecondTry};
use crate::file::Family;
use crate::join;
use crate::reader::Reader;
use crate::view::View;

/// One address that the file gives for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The line of the file, from 1.
    pub line: usize,
    /// The address as this consumer delivers it for the family asked for.
    pub address: IpAddr,
    /// Index of the interface of a zone; 0 without.
    pub scope_id: u32,
    /// Text of a zone that the consumer keeps as text (Go).
    pub zone: Option<Vec<u8>>,
    /// The canonical name: the first name of the line as written (musl: see [`View::lookup`]).
    pub canonical: Vec<u8>,
}

impl<'f> View<'f> {
    /// The addresses of `name`, in the order in which the consumer delivers them before any sorting.
    ///
    /// musl's canonical name is the first name of the first matching line whose first name is a valid host name, even
    /// if that line has an address of the wrong family; without one it is the name asked for. It is the same for all
    /// its hits.
    pub fn lookup(self, name: &[u8], family: Family) -> Vec<Hit> {
        let dialect = self.dialect;
        if name.is_empty() || name.len() > dialect.name_limit {
            return Vec::new();
        }
        let hits = self.answers(name, family);
        match second_name(name, dialect.second_try) {
            Some(second) => self.with_second(&second, family, hits),
            None => hits,
        }
    }

    /// The answers for exactly this name.
    fn answers(self, name: &[u8], family: Family) -> Vec<Hit> {
        let dialect = self.dialect;
        match dialect.joins {
            _ if *dialect == MUSL => musl_lookup(self, name, family),
            Joins::None => select(self.hits(name), family, dialect),
            Joins::Records => select(join::record_hits(self, name), family, dialect),
            Joins::Aliases => pick(join::alias_hits(self, name, family), dialect.picks),
        }
    }

    /// Every line with the name, whatever its address.
    fn hits(self, name: &[u8]) -> Vec<Hit> {
        let dialect = self.dialect;
        let mut reader = Reader::naming(View { ..self }, name);
        let mut hits = Vec::new();
        while reader.advance() {
            let times = reader.named().filter(|(_, text)| dialect.same_name(text, name)).count();
            let times = if dialect.repeats_within_line { times } else { times.min(1) };
            for _ in 0..times {
                hits.push(hit_of(&mut reader));
            }
        }
        hits
    }

    /// `hits`, and for each family that they lack the answers for another name.
    fn with_second(self, second: &[u8], family: Family, hits: Vec<Hit>) -> Vec<Hit> {
        let mut hits = hits;
        for part in [Family::V4, Family::V6] {
            let lacks = !hits.iter().any(|h| (part == Family::V4) == h.address.is_ipv4());
            if lacks && (family == part || family == Family::Any) {
                hits.extend(self.answers(second, part));
            }
        }
        pick(hits, self.dialect.picks)
    }

    /// Whether this consumer asks nothing else about `name` for `family` because of this file; `None` if that is not
    /// known. See [`OtherFamily`].
    ///
    /// ```
    /// use hosts_edit::{Family, HostsFile, dialect};
    /// let file = HostsFile::parse("192.0.2.1 four.test\n").0;
    /// let ends = |d, f| file.view(d).ends_search(b"four.test", f);
    /// assert_eq!(ends(&dialect::GLIBC, Family::V6), Some(false));
    /// assert_eq!(ends(&dialect::MUSL, Family::V6), Some(true));
    /// assert_eq!(ends(&dialect::HICKORY, Family::Any), Some(false));
    /// assert_eq!(ends(&dialect::NETTY, Family::V6), None);
    /// ```
    pub fn ends_search(self, name: &[u8], family: Family) -> Option<bool> {
        let found = |family| !self.lookup(name, family).is_empty();
        let rule = self.dialect.other_family;
        if rule == OtherFamily::EachGoesOn && family == Family::Any {
            return Some(found(Family::V4) && found(Family::V6));
        }
        if found(family) {
            return Some(true);
        }
        // An address that stands for "none" keeps the name here as well.
        let listed = found(Family::Any) || !self.hits(name).is_empty();
        match rule {
            _ if !listed => Some(false),
            OtherFamily::Unknown => None,
            OtherFamily::EndsSearch => Some(true),
            OtherFamily::GoesOn | OtherFamily::EachGoesOn => Some(false),
        }
    }
}

/// The name that is asked for when `name` has no address of a family.
fn second_name(name: &[u8], second_try: SecondTry) -> Option<Vec<u8>> {
    match second_try {
        SecondTry::None => None,
        SecondTry::WithoutLastCharacter => {
            let last = name.iter().rposition(|b| b & 0xc0 != 0x80)?;
            (last > 0).then(|| name[..last].to_vec())
        }
        SecondTry::Wildcard => {
            let rest = memchr::memchr(b'.', name).map(|at| &name[at..]).filter(|rest| rest.len() > 1)?;
            Some([b"*", rest].concat())
        }
    }
}

pub(crate) fn hit_of(reader: &mut Reader<'_>) -> Hit {
    let line = reader.line();
    let (address, scope_id) = (reader.value.ip, reader.value.scope_id);
    let zone = reader.zone().map(<[u8]>::to_vec);
    let canonical = reader.named().next().map(|(_, text)| text.into_owned()).unwrap_or_default();
    Hit { line, address, scope_id, zone, canonical }
}

/// Converts to the family asked for, then keeps what the consumer keeps.
fn select(hits: Vec<Hit>, family: Family, dialect: &Dialect) -> Vec<Hit> {
    let alone = hits.len() == 1;
    let mut kept: Vec<Hit> = Vec::new();
    let mut known = HashSet::new();
    for hit in hits {
        let Some(address) = for_family(hit.address, family, dialect.families, alone) else {
            continue;
        };
        let is_go = matches!(dialect.families, Families::Go | Families::GoMappedIsV4);
        let forgets_zone = is_go && family != Family::Any;
        let zone = if forgets_zone { None } else { hit.zone };
        let hit = Hit { address, zone, ..hit };
        if dialect.keeps_duplicates || known.insert((hit.address, hit.scope_id, hit.zone.clone())) {
            kept.push(hit);
        }
    }
    kept.truncate(dialect.address_limit);
    pick(kept, dialect.picks)
}

/// `address` as the answer to a query for `family`; `None` if it is no answer. `alone`: the name has no other.
pub(crate) fn for_family(address: IpAddr, family: Family, rule: Families, alone: bool) -> Option<IpAddr> {
    let address = match rule {
        Families::MappedIsV4 | Families::GoMappedIsV4 => address.to_canonical(),
        Families::Go if family != Family::Any => address.to_canonical(),
        Families::NullIsNoData if address.is_unspecified() => return None,
        _ => address,
    };
    match (family, address) {
        (Family::Any, _) | (Family::V4, IpAddr::V4(_)) | (Family::V6, IpAddr::V6(_)) => Some(address),
        (Family::V4, IpAddr::V6(v6)) => match rule {
            Families::Glibc if v6.is_loopback() => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Families::Glibc => v6.to_ipv4_mapped().map(IpAddr::V4),
            Families::Go | Families::GoMappedIsV4 if v6.is_unspecified() && alone => {
                Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
            }
            _ => None,
        },
        (Family::V6, IpAddr::V4(_)) => None,
    }
}

fn pick(mut hits: Vec<Hit>, picks: Picks) -> Vec<Hit> {
    let v6 = |h: &Hit| h.address.is_ipv6();
    match picks {
        Picks::All => {}
        Picks::AllReversed => hits.reverse(),
        Picks::AllV4First => hits.sort_by_key(v6),
        Picks::AllV6First => hits.sort_by_key(|h| !v6(h)),
        Picks::FirstV4First => {
            hits.sort_by_key(v6);
            hits.dedup_by_key(|h| v6(h));
        }
        Picks::FirstV6First => {
            hits.sort_by_key(|h| !v6(h));
            hits.dedup_by_key(|h| v6(h));
        }
        Picks::V4ElseV6 => {
            let any_v4 = hits.iter().any(|h| !v6(h));
            hits.retain(|h| v6(h) != any_v4);
        }
        Picks::OneV4First => {
            hits.sort_by_key(v6);
            hits.truncate(1);
        }
        Picks::LastV4First => {
            hits.reverse();
            hits.sort_by_key(v6);
            hits.dedup_by_key(|h| v6(h));
        }
    }
    hits
}

/// musl 1.2.6 `name_from_hosts`: the name is searched as text between blanks, so a query with a blank inside can
/// match; the canonical name is taken from any matching line.
fn musl_lookup(view: View<'_>, name: &[u8], family: Family) -> Vec<Hit> {
    let mut reader = Reader::naming(view, name);
    let mut hits: Vec<Hit> = Vec::new();
    let mut canonical = None;
    while hits.len() < view.dialect.address_limit && reader.advance() {
        let text = reader.bytes(reader.text.clone());
        if !bounded(text, name, reader.closed) {
            continue;
        }
        if canonical.is_none() {
            canonical = Some(crate::parse::first_word(text).0).filter(|n| musl_valid(n)).map(<[u8]>::to_vec);
        }
        let mut hit = hit_of(&mut reader);
        if let Some(address) = for_family(hit.address, family, Families::AsWritten, false) {
            hit.address = address;
            hits.push(hit);
        }
    }
    let canonical = canonical.unwrap_or_else(|| name.to_vec());
    hits.iter_mut().for_each(|h| h.canonical.clone_from(&canonical));
    hits
}

/// `name` stands in `text` with a blank on both sides; a `closed` text ends in a line end.
fn bounded(text: &[u8], name: &[u8], closed: bool) -> bool {
    let blank = crate::parse::is_blank;
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&text[from..], name).map(|at| from + at) {
        let before = at > 0 && blank(text[at - 1]);
        if before && text.get(at + name.len()).map_or(closed, |b| blank(*b)) {
            return true;
        }
        from = at + 1;
    }
    false
}

/// musl `is_valid_hostname`: 1 to 254 bytes of letters, digits, `.`, `-` and anything beyond ASCII.
fn musl_valid(name: &[u8]) -> bool {
    (1..=254).contains(&name.len())
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-') || *b >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostsFile;
    use crate::dialect::GLIBC;

    fn lines(hosts: &str, dialect: &Dialect, name: &str, family: Family) -> Vec<usize> {
        let file = HostsFile::parse(hosts).0;
        file.lookup(dialect, name.as_bytes(), family).iter().map(|h| h.line).collect()
    }

    #[test]
    fn musl_searches_text_between_blanks() {
        assert_eq!(lines("1.1.1.1 x a b c\n", &MUSL, "a b", Family::Any), [1]);
        assert!(lines("1.1.1.1 x a b c\n", &GLIBC, "a b", Family::Any).is_empty());
        assert_eq!(lines("1.1.1.1 xa a a b\n", &MUSL, "a a", Family::Any), [1]);
    }

    #[test]
    fn musl_canonical_names() {
        let canonical = |hosts: &str| {
            let file = HostsFile::parse(hosts).0;
            let hits = file.lookup(&MUSL, b"a", Family::V4);
            String::from_utf8(hits[0].canonical.clone()).unwrap()
        };
        assert_eq!(canonical("1.1.1.1 one a\n1.1.1.2 two a\n"), "one");
        assert_eq!(canonical("1.1.1.1 bad_name a\n1.1.1.2 two a\n"), "two");
        assert_eq!(canonical("1.1.1.1 bad_name a\n"), "a");
    }

    #[test]
    fn long_musl_lines_go_on_as_new_lines() {
        let mut hosts = "192.0.2.1 canon.test".to_owned();
        (1..=1000).for_each(|i| hosts += &format!(" n{i}"));
        hosts += "\n";
        let file = HostsFile::parse(hosts).0;
        let hits = file.lookup(&MUSL, b"n1000", Family::Any);
        // The fragment begins with the last digits of `n938`, which inet_aton takes for an address.
        assert_eq!(hits[0].address.to_string(), "0.0.3.170");
        assert_eq!(hits[0].line, 1);
        assert_eq!(file.lookup(&GLIBC, b"n1000", Family::Any)[0].address.to_string(), "192.0.2.1");
    }
}
