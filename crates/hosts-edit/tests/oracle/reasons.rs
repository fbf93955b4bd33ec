//! Why an answer differs from what the file alone gives. Each reason predicts the answer from the question; none knows
//! a case.

use hosts_edit::dialect::RUBY;
use hosts_edit::{Dialect, Family, HostsFile, address};

use crate::consumers::Consumer;
use crate::recording::Row;
use crate::resolved;

/// Why a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The name is an address to the interface, in the grammar of this dialect; the file is not asked.
    Literal(&'static Dialect),
    /// As `Literal`, but a name that is an address of the other family is looked up in the file.
    LiteralOfFamily(&'static Dialect),
    /// As `Literal`, but only in `lookup_ip`; queries for one family were put to `Hosts`.
    LiteralOfLookupIp(&'static Dialect),
    /// As `Literal`, and what was recorded are the hits of the file, of which there are none.
    LiteralSilent(&'static Dialect),
    /// c-ares: a dotted quad is the answer for every family, IPv6 text for IPv6 and both.
    LiteralCAres,
    /// c-ares 1.18: as `LiteralCAres`, but behind a dotted quad the addresses of the file follow in a query for both.
    LiteralCAres118,
    /// localhost names are answered by the consumer itself.
    Synthesized(Localhost),
    /// Names beyond ASCII are A-labels for the consumer, asked for and in the file (RFC 5891).
    Idna,
    /// As `Idna`, but in the file only: the recording asked over DNS, with the bytes as they are.
    IdnaOfFile,
    /// A name with characters that IDNA 2003 does not know cannot be asked for.
    NameNotEncodable,
    /// systemd-resolved from 254 on answers a name that is not the first of an address with a CNAME to that first name.
    CanonicalNames,
    /// What stands in front of a NUL is the beginning of the next line.
    NulGluesLines,
    /// The address is any word.
    AddressUnchecked,
    /// The names of the file are bytes, and never equal to a text beyond ASCII.
    NamesAreBinary,
}

/// How localhost is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Localhost {
    /// `localhost`, if the file has no address of the family asked for.
    CAres118,
    /// `localhost` and names below it: what the file lacks of the families asked for, IPv6 first.
    CAres134,
    /// In `lookup_ip`, `localhost` and names below it: IPv6 if the file has none, then IPv4 if it has none.
    Hickory,
    /// In `lookup_ip`, `localhost` and names below it: IPv4 if the file has none; IPv6 is not asked for.
    HickoryV4,
    /// `localhost` and names below it: both, whatever the file says.
    Chromium,
    /// `localhost`, if the file has no address of it at all: 127.0.0.1.
    Java,
    /// `localhost`, `localhost.localdomain` and names below them, unless the file has other addresses or names for them.
    Resolved,
}

impl Reason {
    /// The answers that the reason allows for this row: none if it does not apply.
    pub(crate) fn predicts(self, consumer: &Consumer, row: &Row) -> Vec<Vec<String>> {
        let name = row.name.as_bytes();
        let Some(family) = row.family else {
            return match self {
                Reason::Synthesized(Localhost::Resolved) => resolved::reverse(row),
                _ => Vec::new(),
            };
        };
        match self {
            Reason::Literal(grammar) => literal(&row.name, family, grammar),
            Reason::LiteralOfFamily(grammar) => {
                literal(&row.name, family, grammar).into_iter().filter(|a| !a.is_empty()).collect()
            }
            Reason::LiteralOfLookupIp(grammar) if family == Family::Any => {
                literal(&row.name, family, grammar)
            }
            Reason::LiteralSilent(grammar) => {
                literal(&row.name, family, grammar).iter().map(|_| Vec::new()).collect()
            }
            Reason::LiteralCAres | Reason::LiteralCAres118 => self.literal_c_ares(consumer, row, family),
            Reason::Synthesized(Localhost::Resolved) => resolved::localhost(row, family),
            Reason::CanonicalNames => resolved::canonical(row, family),
            Reason::Synthesized(how) => how.predicts(consumer, row, family),
            Reason::Idna => {
                let Some(asked) = a_label(&row.name) else { return Vec::new() };
                idna_of_file(consumer, row)
                    .iter()
                    .map(|f| consumer.answer_for(f, row, asked.as_bytes()))
                    .collect()
            }
            Reason::IdnaOfFile => {
                idna_of_file(consumer, row).iter().map(|f| consumer.answer(f, row)).collect()
            }
            Reason::NameNotEncodable => {
                // Emoji came with Unicode 6.0; IDNA 2003 is Unicode 3.2.
                row.name
                    .contains(|c| ('\u{1f000}'..='\u{1faff}').contains(&c))
                    .then(Vec::new)
                    .into_iter()
                    .collect()
            }
            Reason::NulGluesLines => {
                let glued = without_nul_tails(row.file.bytes());
                glued.map(|bytes| consumer.answer(&HostsFile::parse(bytes).0, row)).into_iter().collect()
            }
            Reason::AddressUnchecked => unchecked(row, family),
            Reason::NamesAreBinary => (!name.is_ascii()).then(Vec::new).into_iter().collect(),
            Reason::LiteralOfLookupIp(_) => Vec::new(),
        }
    }

    /// c-ares `fake_addrinfo`: IPv4 is three dots and digits.
    fn literal_c_ares(self, consumer: &Consumer, row: &Row, family: Family) -> Vec<Vec<String>> {
        let dotted =
            row.name.matches('.').count() == 3 && row.name.bytes().all(|b| b == b'.' || b.is_ascii_digit());
        match address::inet_pton(row.name.as_bytes()) {
            _ if dotted => {
                let Some(mut answer) = literal(&row.name, Family::Any, consumer.dialect).pop() else {
                    return Vec::new();
                };
                match (self, family) {
                    (Reason::LiteralCAres118, Family::V6) => return Vec::new(),
                    (Reason::LiteralCAres118, Family::Any) => answer.extend(consumer.answer(&row.file, row)),
                    _ => {}
                }
                vec![answer]
            }
            Some(ip) if ip.is_ipv6() && family != Family::V4 => vec![vec![ip.to_string()]],
            _ => Vec::new(),
        }
    }

    /// The reason in a few words, for the table.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Reason::Literal(_)
            | Reason::LiteralOfFamily(_)
            | Reason::LiteralOfLookupIp(_)
            | Reason::LiteralSilent(_)
            | Reason::LiteralCAres
            | Reason::LiteralCAres118 => "name is an address",
            Reason::Synthesized(_) => "synthesized localhost",
            Reason::Idna | Reason::IdnaOfFile => "IDNA",
            Reason::NameNotEncodable => "name cannot be encoded",
            Reason::CanonicalNames => "aliases are CNAMEs",
            Reason::NulGluesLines => "NUL glues lines",
            Reason::AddressUnchecked => "address is any word",
            Reason::NamesAreBinary => "names are bytes",
        }
    }

    /// Where it is written.
    pub(crate) fn cite(self) -> &'static str {
        match self {
            Reason::Literal(_) => {
                "POSIX getaddrinfo; the interfaces of the recording's README parse the name first"
            }
            Reason::LiteralOfFamily(_) => {
                "OpenBSD libasr getaddrinfo_async.c: numeric addresses of the families asked for first"
            }
            Reason::LiteralOfLookupIp(_) => {
                "hickory resolver.rs lookup_ip: \"if host is a ip address, return directly\""
            }
            Reason::LiteralSilent(_) => "Chromium host_resolver_manager.cc ResolveAsIP",
            Reason::LiteralCAres => "c-ares 1.17.1 and 1.34.5 ares_getaddrinfo.c fake_addrinfo",
            Reason::LiteralCAres118 => {
                "c-ares 1.18.1 ares_getaddrinfo.c fake_addrinfo keeps the node when it gives up"
            }
            Reason::Synthesized(how) => how.cite(),
            Reason::Idna => {
                "RFC 5891; Chromium dns_hosts.cc CanonicalizeHost, hickory rr/domain/label.rs from_utf8"
            }
            Reason::IdnaOfFile => "dnsmasq util.c canonicalise, build with IDN",
            Reason::NameNotEncodable => "eventlet greendns.py query: dns.name.from_text; RFC 3490",
            Reason::CanonicalNames => {
                "systemd resolved-etc-hosts.c etc_hosts_lookup_by_name, commits 1bd76a6217, 0ff8f2a33a"
            }
            Reason::NulGluesLines => "c-ares 1.18.1 ares__read_line.c: strlen of what fgets gave",
            Reason::AddressUnchecked | Reason::NamesAreBinary => {
                "Ruby lib/resolv.rb Resolv::Hosts#lazy_initialize"
            }
        }
    }
}

impl Localhost {
    fn cite(self) -> &'static str {
        match self {
            Localhost::CAres118 => "c-ares 1.18.1 ares_getaddrinfo.c file_lookup, ares_addrinfo_localhost.c",
            Localhost::CAres134 => {
                "c-ares 1.34.5 ares_getaddrinfo.c file_lookup, ares_default_loopback_addrs; RFC 6761 section 6.3"
            }
            Localhost::Hickory | Localhost::HickoryV4 => {
                "hickory caching_client.rs LOCALHOST; RFC 6761 section 6.3"
            }
            Localhost::Chromium => "Chromium host_resolver_manager.cc ServeLocalhost; RFC 6761 section 6.3",
            Localhost::Java => {
                "OpenJDK InetAddress.java getAddressesFromNameService: localhost is the loopback address"
            }
            Localhost::Resolved => {
                "systemd resolved-etc-hosts.c strip_localhost, resolved-dns-synthesize.c; RFC 6761"
            }
        }
    }

    fn predicts(self, consumer: &Consumer, row: &Row, family: Family) -> Vec<Vec<String>> {
        let file = |family| {
            let hits = row.file.lookup(consumer.dialect, row.name.as_bytes(), family);
            hits.iter().map(|hit| hit.address.to_string()).collect::<Vec<String>>()
        };
        let or = |list: Vec<String>, other: &str| if list.is_empty() { vec![other.to_owned()] } else { list };
        let both = |v6: Vec<String>, v4: Vec<String>| match family {
            Family::V4 => v4,
            Family::V6 => v6,
            Family::Any => [v6, v4].concat(),
        };
        let (v4, v6) = (file(Family::V4), file(Family::V6));
        let lookup_ip = family == Family::Any && is_localhost(&row.name, true, true);
        let answer = match self {
            Localhost::CAres118 if row.name == "localhost" && file(family).is_empty() => {
                both(vec!["::1".to_owned()], vec!["127.0.0.1".to_owned()])
            }
            Localhost::CAres134 if is_localhost(&row.name, true, false) => {
                let lacks = |list: &[String], one: &str| list.is_empty().then(|| one.to_owned());
                let missing = both(
                    lacks(&v6, "::1").into_iter().collect(),
                    lacks(&v4, "127.0.0.1").into_iter().collect(),
                );
                [file(family), missing].concat()
            }
            Localhost::Hickory if lookup_ip => both(or(v6, "::1"), or(v4, "127.0.0.1")),
            Localhost::HickoryV4 if lookup_ip => or(v4, "127.0.0.1"),
            Localhost::Chromium if is_localhost(&row.name, true, true) => {
                both(vec!["::1".to_owned()], vec!["127.0.0.1".to_owned()])
            }
            Localhost::Java if is_localhost(&row.name, false, false) && v4.is_empty() && v6.is_empty() => {
                both(Vec::new(), vec!["127.0.0.1".to_owned()])
            }
            _ => return Vec::new(),
        };
        vec![answer]
    }
}

/// `localhost` in any case; `below`: names below it too; `dotted`: a dot at the end does not matter.
fn is_localhost(name: &str, below: bool, dotted: bool) -> bool {
    let name = name.to_ascii_lowercase();
    let name = if dotted { name.strip_suffix('.').unwrap_or(&name) } else { &name };
    name == "localhost" || below && name.ends_with(".localhost")
}

/// `name` as an address of `family` in the grammar of a dialect: the answer, if it is an address at all.
fn literal(name: &str, family: Family, grammar: &Dialect) -> Vec<Vec<String>> {
    let file = HostsFile::parse(format!("{name} x\n")).0;
    let hits = |family| file.lookup(grammar, b"x", family);
    let answer = hits(family).iter().map(|hit| hit.address.to_string()).collect();
    if hits(Family::Any).is_empty() { Vec::new() } else { vec![answer] }
}

fn a_label(name: &str) -> Option<String> {
    idna::domain_to_ascii(name).ok()
}

/// The file with A-labels for the names that are not ASCII; `None` without such names.
fn idna_of_file(consumer: &Consumer, row: &Row) -> Option<HostsFile> {
    let bytes = row.file.bytes();
    let mut converted = Vec::new();
    let mut from = 0;
    for span in row.file.entries(consumer.dialect).flat_map(|e| e.names).map(|name| name.span) {
        let name = std::str::from_utf8(&bytes[span.clone()]).ok().filter(|name| !name.is_ascii());
        // What IDNA maps to a blank (U+00A0) does not become two names.
        let Some(label) = name.and_then(a_label).filter(|label| !label.contains(' ')) else {
            continue;
        };
        converted.extend_from_slice(&bytes[from..span.start]);
        converted.extend_from_slice(label.as_bytes());
        from = span.end;
    }
    converted.extend_from_slice(&bytes[from..]);
    (from > 0).then(|| HostsFile::parse(converted).0)
}

/// The bytes without what stands from each NUL to the end of its line; `None` without a NUL.
fn without_nul_tails(bytes: &[u8]) -> Option<Vec<u8>> {
    let lines = bytes.split_inclusive(|b| *b == b'\n');
    let kept = |line: &[u8]| line.iter().take_while(|b| **b != 0).copied().collect::<Vec<u8>>();
    bytes.contains(&0).then(|| lines.flat_map(kept).collect())
}

/// Ruby: each address that is none is read as one that nothing else has, and given back as it is written. To the
/// recording a text with a colon is IPv6.
fn unchecked(row: &Row, family: Family) -> Vec<Vec<String>> {
    let mut texts = Vec::new();
    let mut read = String::new();
    for line in String::from_utf8_lossy(row.file.bytes()).split_inclusive('\n') {
        let body = line.split('#').next().unwrap_or_default();
        // \s of Ruby. A blank in front makes the address empty.
        let mut words = body.split([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
        let word = words.next().filter(|word| !word.is_empty());
        match word.filter(|word| literal(word, Family::Any, &RUBY).is_empty()) {
            Some(word) => {
                let colon = if word.contains(':') { "2001:db8:ffff::" } else { "198.51.100." };
                let stand_in = format!("{colon}{}", texts.len() + 1);
                read += &line.replacen(word, &stand_in, 1);
                texts.push((stand_in, word.to_owned()));
            }
            None => read += line,
        }
    }
    if texts.is_empty() {
        return Vec::new();
    }
    let hits = HostsFile::parse(read).0.lookup(&RUBY, row.name.as_bytes(), family);
    let text = |hit: &hosts_edit::Hit| {
        let address = hit.address.to_string();
        texts.iter().find(|(stand_in, _)| *stand_in == address).map_or(address, |(_, text)| text.clone())
    };
    vec![hits.iter().map(text).collect()]
}
