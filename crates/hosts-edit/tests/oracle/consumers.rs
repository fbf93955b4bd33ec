//! The consumer versions of the recording: their dialects, how each was asked, and why its answers differ from the file.

use std::net::IpAddr;

use hosts_edit::dialect::*;
use hosts_edit::{Hit, HostsFile, address};

use crate::reasons::{Localhost, Reason};
use crate::recording::Row;
use Reason::*;

/// A consumer version of the recording.
pub(crate) struct Consumer {
    /// Its name in the recording.
    pub(crate) name: &'static str,
    pub(crate) dialect: &'static Dialect,
    pub(crate) asked: Asked,
    /// The rows of the recording.
    pub(crate) rows: usize,
    /// Why rows differ from the dialect's answer, and how many rows need each reason.
    pub(crate) explained: &'static [(Reason, usize)],
}

/// What of an answer is a function of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// All of it: what, in which order, and how often.
    Order,
    /// What, and how often: the interface sorts (RFC 6724).
    Bag,
    /// What: the order is random or that of a hash table.
    Set,
    /// The first of what the file gives.
    First,
}

/// How the interface spells what it delivers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    AsWritten,
    /// Names in small letters without a dot at the end.
    Lower,
    /// Names without a dot at the end.
    Undotted,
    /// Names with a dot at the end if they have one inside (Go `absDomainName`).
    Absolute,
    /// Names in small letters with a dot at the end.
    LowerAbsolute,
    /// One name, recorded twice; the address itself where there is none (musl `getnameinfo`).
    Twice,
    /// Addresses as the file has them, unless they are strict (the recording made those uniform).
    AddressText,
}

/// How the consumer was asked (README.md of the recording).
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// Queries for one family.
    pub(crate) single: Compare,
    /// Queries for both.
    pub(crate) both: Compare,
    pub(crate) reverse: Compare,
    pub(crate) spelling: Spelling,
}

const fn asked(single: Compare, both: Compare, reverse: Compare, spelling: Spelling) -> Asked {
    Asked { single, both, reverse, spelling }
}

use Compare::{Bag, First, Order, Set};

const READER: Asked = asked(Order, Order, Order, Spelling::AsWritten);
const READER_OF_TEXT: Asked = asked(Order, Order, Order, Spelling::AddressText);
const GETADDRINFO: Asked = asked(Bag, Bag, Order, Spelling::AsWritten);
const GETADDRINFO_FIRST: Asked = asked(First, First, Order, Spelling::AsWritten);
const GETADDRINFO_MUSL: Asked = asked(Bag, Bag, Order, Spelling::Twice);
/// `LookupNetIP` sorts, `LookupHost` does not.
const GO_RESOLVER: Asked = asked(Bag, Order, Order, Spelling::Absolute);
const PLUGIN: Asked = asked(Order, Order, Order, Spelling::LowerAbsolute);
const HICKORY_HOSTS: Asked = asked(Order, Order, Set, Spelling::LowerAbsolute);
const DNS_SERVER: Asked = asked(Set, Set, Order, Spelling::Lower);
const VARLINK: Asked = asked(Set, Set, Set, Spelling::Undotted);

const fn row(
    name: &'static str,
    dialect: &'static Dialect,
    asked: Asked,
    rows: usize,
    explained: &'static [(Reason, usize)],
) -> Consumer {
    Consumer { name, dialect, asked, rows, explained }
}

/// `inet_aton` for IPv4 is that of musl.
const ATON: Reason = Literal(&MUSL);
/// `inet_pton`.
const STRICT: Reason = Literal(&HICKORY);

#[rustfmt::skip]
pub(crate) const CONSUMERS: &[Consumer] = &[
    row("bionic-libc-getaddrinfo 2025-03 (extracted functions)", &BIONIC, READER, 1155, &[]),
    row("c-ares 1.17.1", &CARES_1_17, READER, 1181, &[(LiteralCAres, 6), (NulGluesLines, 4)]),
    row("c-ares 1.18.1", &CARES_1_18, READER, 1181, &[(LiteralCAres118, 5), (NulGluesLines, 4), (Synthesized(Localhost::CAres118), 15)]),
    row("c-ares 1.34.5", &CARES_1_34, READER, 1181, &[(LiteralCAres, 6), (Synthesized(Localhost::CAres134), 30)]),
    row("c-ares 1.34.9", &CARES_1_34_9, READER, 1181, &[(LiteralCAres, 6), (Synthesized(Localhost::CAres134), 30)]),
    row("c-ares main 589b588", &CARES, READER, 1181, &[(LiteralCAres, 6), (Synthesized(Localhost::CAres134), 30)]),
    row("chromium 156.0.8078.79", &CHROMIUM, READER, 1155, &[(LiteralSilent(&CHROMIUM), 4), (Idna, 4), (Synthesized(Localhost::Chromium), 38)]),
    row("coredns-hosts master 4b26cce (extracted)", &COREDNS, PLUGIN, 1181, &[]),
    row("dnsmasq 2.85", &DNSMASQ_2_85, DNS_SERVER, 839, &[(IdnaOfFile, 4)]),
    row("dnsmasq 2.90", &DNSMASQ, DNS_SERVER, 839, &[(IdnaOfFile, 4)]),
    row("dnsmasq 2.91", &DNSMASQ, DNS_SERVER, 839, &[(IdnaOfFile, 4)]),
    row("dnsmasq 2.93", &DNSMASQ, DNS_SERVER, 839, &[(IdnaOfFile, 4)]),
    row("eventlet-greendns 0.41.3", &EVENTLET, READER, 1155, &[(NameNotEncodable, 2)]),
    row("freebsd-getaddrinfo 15-CURRENT (model)", &FREEBSD, READER, 1155, &[]),
    row("gevent-hostsfile 26.9.0", &GEVENT, READER_OF_TEXT, 1155, &[]),
    row("glibc 2.31", &GLIBC_2_32, GETADDRINFO, 1181, &[(ATON, 7)]),
    row("glibc 2.36", &GLIBC, GETADDRINFO, 1181, &[(ATON, 7)]),
    row("glibc 2.41", &GLIBC, GETADDRINFO, 1181, &[(ATON, 7)]),
    row("glibc 2.43", &GLIBC, GETADDRINFO, 1181, &[(ATON, 7)]),
    row("glibc-multi-off 2.31", &GLIBC_2_32, GETADDRINFO_FIRST, 1181, &[(ATON, 7)]),
    row("glibc-multi-off 2.36", &GLIBC, GETADDRINFO_FIRST, 1181, &[(ATON, 7)]),
    row("glibc-multi-off 2.41", &GLIBC, GETADDRINFO_FIRST, 1181, &[(ATON, 7)]),
    row("glibc-multi-off 2.43", &GLIBC, GETADDRINFO_FIRST, 1181, &[(ATON, 7)]),
    row("go 1.19.8", &GO_1_19, GO_RESOLVER, 1181, &[(Literal(&GO), 5)]),
    row("go 1.24.4", &GO, GO_RESOLVER, 1181, &[(Literal(&GO), 5)]),
    row("go 1.27.3", &GO, GO_RESOLVER, 1181, &[(Literal(&GO), 5)]),
    row("hickory 0.24.4", &HICKORY_0_24, HICKORY_HOSTS, 1181, &[(LiteralOfLookupIp(&HICKORY), 2), (Idna, 4), (Synthesized(Localhost::HickoryV4), 7)]),
    row("hickory 0.25.2", &HICKORY_0_25, HICKORY_HOSTS, 1181, &[(LiteralOfLookupIp(&HICKORY), 2), (Idna, 4), (Synthesized(Localhost::HickoryV4), 7)]),
    row("hickory 0.26.3", &HICKORY, HICKORY_HOSTS, 1181, &[(LiteralOfLookupIp(&HICKORY), 2), (Idna, 4), (Synthesized(Localhost::Hickory), 13)]),
    row("java-hosts-file 17.0.21.1", &JAVA, READER, 1181, &[(Literal(&JAVA), 7), (Synthesized(Localhost::Java), 8)]),
    row("java-hosts-file 25.0.3", &JAVA, READER, 1181, &[(Literal(&JAVA), 7), (Synthesized(Localhost::Java), 8)]),
    row("mDNSResponder 2600.100.147 (extracted functions)", &MACOS, READER, 1155, &[]),
    row("macos-libinfo-file 600 (extracted functions)", &LIBINFO, READER, 1155, &[]),
    row("musl 1.2.2", &MUSL, GETADDRINFO_MUSL, 1181, &[(ATON, 7)]),
    row("musl 1.2.3", &MUSL, GETADDRINFO_MUSL, 1181, &[(ATON, 7)]),
    row("musl 1.2.5", &MUSL, GETADDRINFO_MUSL, 1181, &[(ATON, 7)]),
    row("musl 1.2.6", &MUSL, GETADDRINFO_MUSL, 1181, &[(ATON, 7)]),
    row("netty-HostsFileParser 4.1.48", &NETTY, READER, 1155, &[]),
    row("openbsd-libasr 1.1.0-20230617", &OPENBSD, READER, 1155, &[(LiteralOfFamily(&HICKORY), 4)]),
    row("ruby-resolv 3.1 (stdlib)", &RUBY, READER, 1181, &[(AddressUnchecked, 55), (NamesAreBinary, 6)]),
    row("systemd-resolved 252.39", &RESOLVED, VARLINK, 1181, &[(STRICT, 6), (Synthesized(Localhost::Resolved), 39)]),
    row("systemd-resolved 257.13", &RESOLVED, VARLINK, 1181, &[(STRICT, 6), (Synthesized(Localhost::Resolved), 39), (CanonicalNames, 14)]),
    row("systemd-resolved 262.1", &RESOLVED, VARLINK, 1181, &[(STRICT, 6), (Synthesized(Localhost::Resolved), 39), (CanonicalNames, 14)]),
    row("twisted.names.hosts 26.10.0", &TWISTED, READER, 1155, &[]),
];

impl Consumer {
    /// What the dialect makes of a question to this file, as the interface spells it.
    pub(crate) fn answer(&self, file: &HostsFile, row: &Row) -> Vec<String> {
        self.answer_for(file, row, row.name.as_bytes())
    }

    /// The answer for another name.
    pub(crate) fn answer_for(&self, file: &HostsFile, row: &Row, name: &[u8]) -> Vec<String> {
        if let Some(family) = row.family {
            let hits = file.lookup(self.dialect, name, family);
            return hits.iter().map(|hit| self.address(file, hit)).collect();
        }
        let hit = file.reverse(self.dialect, row.name.parse::<IpAddr>().unwrap());
        let names = hit.map(|h| h.names).unwrap_or_default();
        let names: Vec<String> = names.iter().map(|n| self.name(&String::from_utf8_lossy(n))).collect();
        match (self.asked.spelling, names.first()) {
            (Spelling::Twice, Some(name)) => vec![name.clone(); 2],
            (Spelling::Twice, None) => vec![row.name.clone(); 2],
            _ => names,
        }
    }

    fn address(&self, file: &HostsFile, hit: &Hit) -> String {
        if self.asked.spelling == Spelling::AddressText {
            let entry = file.entries(self.dialect).find(|e| e.line == hit.line).unwrap();
            let text = &file.bytes()[entry.address_span];
            let strict = address::inet_pton(text).map(|ip| ip.to_string());
            return strict.unwrap_or_else(|| String::from_utf8_lossy(text).into_owned());
        }
        match (&hit.zone, hit.scope_id) {
            (Some(zone), _) => format!("{}%{}", hit.address, String::from_utf8_lossy(zone)),
            (None, 0) => hit.address.to_string(),
            (None, scope) => format!("{}%{scope}", hit.address),
        }
    }

    fn name(&self, name: &str) -> String {
        let undotted = name.strip_suffix('.').unwrap_or(name);
        match self.asked.spelling {
            Spelling::Lower => undotted.to_ascii_lowercase(),
            Spelling::Undotted => undotted.to_owned(),
            Spelling::LowerAbsolute => format!("{}.", undotted.to_ascii_lowercase()),
            Spelling::Absolute if undotted.contains('.') => format!("{undotted}."),
            _ => name.to_owned(),
        }
    }
}
