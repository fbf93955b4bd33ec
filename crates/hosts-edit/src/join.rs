//! Answers of consumers for whom lines that share a name or an address work together.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::dialect::Dialect;
use crate::file::Family;
use crate::lookup::{Hit, hit_of};
use crate::reader::Reader;
use crate::reverse::ReverseHit;
use crate::view::View;

/// Lines that can have a part in the answer for a name: those with the name, those that share a name (or an address) with
/// one of them, and so on. The others change nothing, so a table of all names of a large file is not made for one.
enum Linked {
    Lines(HashSet<usize>),
    /// The chain is too long to be followed.
    All,
}

impl Linked {
    /// Passes over the file; each finds at least one more line.
    const PASSES: usize = 8;

    fn with(view: View<'_>, name: &[u8], by_address: bool) -> Linked {
        let dialect = view.dialect;
        let mut lines = HashSet::new();
        let mut names = HashSet::from([key(dialect, name)]);
        let mut addresses = HashSet::new();
        for _ in 0..Linked::PASSES {
            let before = lines.len();
            let mut reader = Reader::new(view);
            while reader.advance() {
                let shares_address = by_address && addresses.contains(&reader.value.ip);
                let shares = shares_address || reader.named().any(|(_, n)| names.contains(&key(dialect, &n)));
                if shares && lines.insert(reader.line()) {
                    addresses.insert(reader.value.ip);
                    names.extend(reader.named().map(|(_, n)| key(dialect, &n)));
                }
            }
            if lines.len() == before {
                return Linked::Lines(lines);
            }
        }
        Linked::All
    }

    fn has(&self, line: usize) -> bool {
        match self {
            Linked::Lines(lines) => lines.contains(&line),
            Linked::All => true,
        }
    }
}

/// Lines that c-ares 1.34 merged. Source: src/lib/ares_hosts_file.c `ares_hosts_file_add`, 1.34.5.
#[derive(Default)]
struct Records {
    records: Vec<Record>,
    by_name: HashMap<Vec<u8>, usize>,
    by_address: HashMap<IpAddr, usize>,
}

#[derive(Default)]
struct Record {
    addresses: Vec<Hit>,
    names: Vec<Vec<u8>>,
}

impl Records {
    fn read(view: View<'_>, lines: &Linked) -> Records {
        let dialect = view.dialect;
        let mut all = Records::default();
        let mut reader = Reader::new(view);
        while reader.advance() {
            if !lines.has(reader.line()) {
                continue;
            }
            let names: Vec<Vec<u8>> = reader.named().map(|(_, text)| text.into_owned()).collect();
            if !names.is_empty() {
                all.add(hit_of(&mut reader), names, dialect);
            }
        }
        all
    }

    /// A known address takes the line's new names; else the record of its first known name takes address and names. A name
    /// or address stays with the record that had it first.
    fn add(&mut self, hit: Hit, names: Vec<Vec<u8>>, dialect: &Dialect) {
        let by_address = self.by_address.get(&hit.address).copied();
        let by_name = || names.iter().find_map(|name| self.by_name.get(&key(dialect, name)).copied());
        let at = by_address.or_else(by_name).unwrap_or(self.records.len());
        if at == self.records.len() {
            self.records.push(Record::default());
        }
        let record = &mut self.records[at];
        if by_address.is_none() {
            self.by_address.insert(hit.address, at);
            record.addresses.push(hit);
        }
        let fresh = |name: &Vec<u8>| !self.by_name.contains_key(&key(dialect, name));
        let fresh: Vec<Vec<u8>> = names.into_iter().filter(fresh).collect();
        for name in fresh {
            self.by_name.entry(key(dialect, &name)).or_insert(at);
            record.names.push(name);
        }
    }
}

/// The addresses of the record that has `name`.
pub(crate) fn record_hits(view: View<'_>, name: &[u8]) -> Vec<Hit> {
    let dialect = view.dialect;
    let mut all = Records::read(view, &Linked::with(view, name, true));
    let Some(at) = all.by_name.get(&key(dialect, name)) else {
        return Vec::new();
    };
    let Record { addresses, names } = std::mem::take(&mut all.records[*at]);
    let canonical = names.first().cloned().unwrap_or_default();
    addresses.into_iter().map(|hit| Hit { canonical: canonical.clone(), ..hit }).collect()
}

/// The names of the record that has `address`.
pub(crate) fn record_names(view: View<'_>, address: IpAddr) -> Option<ReverseHit> {
    let mut all = Records::read(view, &Linked::All);
    let at = all.by_address.get(&address)?;
    let Record { addresses, names } = std::mem::take(&mut all.records[*at]);
    let line = addresses.iter().find(|hit| hit.address == address)?.line;
    Some(ReverseHit { line, names })
}

/// What mDNSResponder registers for a name.
enum Member {
    Address(Hit),
    Alias(Vec<u8>),
}

type Members = HashMap<Vec<u8>, Vec<Member>>;

/// mDNSResponder: the addresses of `name`, IPv4 and IPv6 asked for one after the other.
pub(crate) fn alias_hits(view: View<'_>, name: &[u8], family: Family) -> Vec<Hit> {
    let dialect = view.dialect;
    let members = members(view, &Linked::with(view, name, false));
    let mut hits = Vec::new();
    for part in [Family::V4, Family::V6] {
        if family == part || family == Family::Any {
            follow(&members, &key(dialect, name), part, &mut hits);
        }
    }
    hits
}

/// mDNSMacOSX.c `mDNSMacOSXParseEtcHostsLine`, `mDNSMacOSXCreateEtcHostsEntry` (2600.100.147): an address record for the
/// first name, an alias record to it for each further name, until a record is there already.
fn members(view: View<'_>, lines: &Linked) -> Members {
    let dialect = view.dialect;
    let mut members = Members::new();
    let mut known = HashSet::new();
    let mut reader = Reader::new(view);
    while reader.advance() {
        if !lines.has(reader.line()) {
            continue;
        }
        let names: Vec<Vec<u8>> = reader.named().map(|(_, text)| key(dialect, &text)).collect();
        let Some((first, aliases)) = names.split_first() else {
            continue;
        };
        let hit = hit_of(&mut reader);
        let of_first = members.entry(first.clone()).or_default();
        if known.insert((first.clone(), hit.address, hit.scope_id)) {
            of_first.push(Member::Address(hit));
        }
        for alias in aliases.iter().filter(|alias| *alias != first) {
            let of_alias = members.entry(alias.clone()).or_default();
            if of_alias.iter().any(|m| matches!(m, Member::Alias(target) if target == first)) {
                break;
            }
            of_alias.push(Member::Alias(first.clone()));
        }
    }
    members
}

/// The records of `name` in their order, up to the first alias, whose records take the place of the rest
/// (mDNS.c `AnswerQuestionByFollowingCNAME`, at most ten times).
fn follow(members: &Members, name: &[u8], part: Family, hits: &mut Vec<Hit>) {
    const REFERRALS: usize = 10;
    let mut name = name;
    for _ in 0..=REFERRALS {
        let mut next = None;
        for member in members.get(name).map(Vec::as_slice).unwrap_or_default() {
            match member {
                Member::Address(hit) if hit.address.is_ipv4() == (part == Family::V4) => {
                    hits.push(hit.clone())
                }
                Member::Address(_) => {}
                Member::Alias(target) => {
                    next = Some(target);
                    break;
                }
            }
        }
        let Some(target) = next else {
            return;
        };
        name = target;
    }
}

/// A text that is the same for names that are equal to a consumer to whom capitals do not matter.
pub(crate) fn key(dialect: &Dialect, name: &[u8]) -> Vec<u8> {
    dialect.folded(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use crate::dialect::{CARES, CARES_1_34_9, MACOS};
    use crate::{Dialect, Family, HostsFile};

    fn addresses(dialect: &Dialect, hosts: &str, name: &str, family: Family) -> Vec<String> {
        let file = HostsFile::parse(hosts).0;
        file.lookup(dialect, name.as_bytes(), family).iter().map(|h| h.address.to_string()).collect()
    }

    #[test]
    fn records_share_names_and_addresses() {
        let hosts = "192.0.2.1 one a\n192.0.2.2 two A\n192.0.2.2 three\n192.0.2.9 z\n";
        for name in ["one", "a", "two", "three"] {
            assert_eq!(
                addresses(&CARES_1_34_9, hosts, name, Family::V4),
                ["192.0.2.1", "192.0.2.2"],
                "{name}"
            );
        }
        assert_eq!(addresses(&CARES_1_34_9, hosts, "z", Family::Any), ["192.0.2.9"]);
        assert_eq!(addresses(&CARES, hosts, "two", Family::V4), ["192.0.2.2"]);
        let file = HostsFile::parse(hosts).0;
        let names = file.reverse(&CARES_1_34_9, "192.0.2.2".parse().unwrap()).unwrap().names;
        assert_eq!(names, ["one", "a", "two", "three"].map(|n| n.as_bytes().to_vec()));
    }

    /// `:: both` belongs to the record of `::`, and `both` to that of 0.0.0.0.
    #[test]
    fn a_known_address_does_not_join_known_names() {
        let hosts = "0.0.0.0 a\n:: b\n0.0.0.0 both\n:: both\n";
        assert_eq!(addresses(&CARES_1_34_9, hosts, "both", Family::Any), ["0.0.0.0"]);
    }

    #[test]
    fn aliases_have_the_addresses_of_the_first_name() {
        let hosts = "127.0.0.1 localhost myapp\n::1 localhost myapp bar\n";
        assert_eq!(addresses(&MACOS, hosts, "MyApp.", Family::Any), ["127.0.0.1", "::1"]);
        // The second line ends at the alias that is known.
        assert!(addresses(&MACOS, hosts, "bar", Family::Any).is_empty());
        let hosts = "192.0.2.1 one a\n192.0.2.2 two a b\n";
        assert_eq!(addresses(&MACOS, hosts, "a", Family::Any), ["192.0.2.1"]);
        assert_eq!(addresses(&MACOS, hosts, "b", Family::Any), ["192.0.2.2"]);
    }

    #[test]
    fn aliases_in_a_circle_end() {
        let hosts = "192.0.2.1 a b\n192.0.2.2 b a\n";
        assert!(!addresses(&MACOS, hosts, "a", Family::V4).is_empty());
    }
}
