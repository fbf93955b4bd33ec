//! What each consumer of the file accepts, as data.
//!
//! A [`Dialect`] says how one program or library cuts the file into lines and words, which of them it believes, and
//! which of several addresses it delivers. The reading itself is in `view.rs`, the answering in `lookup.rs`.
//!
//! Section numbers in the comments are those of the project's notes on the hosts format, which record what was run.

mod apps;
mod libc;
mod names;
mod resolvers;
mod rules;

pub use apps::{CHROMIUM, COREDNS, EVENTLET, GEVENT, JAVA, NETTY, RUBY, TWISTED};
pub use libc::{BIONIC, FREEBSD, GLIBC, GLIBC_2_32, LIBINFO, MACOS, MUSL, OPENBSD, UCLIBC, WINDOWS};
pub use resolvers::{
    CARES, CARES_1_17, CARES_1_18, CARES_1_34, CARES_1_34_9, DNSMASQ, DNSMASQ_2_85, GO, GO_1_19, HICKORY,
    HICKORY_0_24, HICKORY_0_25, RESOLVED,
};
pub use rules::*;

pub(crate) use names::Verdict;

use std::borrow::Cow;
use std::net::IpAddr;

use crate::address::{AddressGrammar, ZoneRule, Zones};

/// How one consumer reads the file and answers from it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// Short name for options and output: `glibc`.
    pub id: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// The versions that this describes.
    pub versions: &'static str,
    /// How it is known.
    pub evidence: Evidence,
    /// Where it is written.
    pub cite: &'static str,

    /// What ends a line.
    pub line_ends: LineEnds,
    /// What becomes of a last line without an ending.
    pub last_line: LastLine,
    /// What becomes of long lines.
    pub line_limit: LineLimit,
    /// A larger file is not read at all (bytes).
    pub file_limit: usize,
    /// What separates words.
    pub blanks: Blanks,
    /// What a blank in front of the address does.
    pub leading_blank: LeadingBlank,
    /// What `#` does.
    pub comments: Comments,
    /// What a NUL byte does.
    pub nul: Nul,
    /// What a UTF-8 byte order mark does.
    pub bom: Bom,
    /// What bytes do that are not UTF-8.
    pub utf8: Utf8,

    /// Which texts are an address.
    pub address: AddressGrammar,
    /// What `%zone` does.
    pub zones: ZoneRule,

    /// Which names are believed.
    pub names: NameRule,
    /// A longer name is not found (bytes).
    pub name_limit: usize,
    /// Further names on a line are not seen.
    pub names_per_line: usize,
    /// Whether capitals matter.
    pub case: Case,
    /// Whether a dot at the end of a name matters.
    pub trailing_dot: TrailingDot,

    /// What a query for one family makes of an address of the other.
    pub families: Families,
    /// Which of several addresses are delivered.
    pub picks: Picks,
    /// An address listed twice for a name is delivered twice.
    pub keeps_duplicates: bool,
    /// A name repeated on one line delivers the address again.
    pub repeats_within_line: bool,
    /// Reading stops after this many addresses for a name.
    pub address_limit: usize,
    /// Lines whose address begins with `fe80` are skipped.
    pub skips_link_local: bool,
    /// What is asked for when a name has no address of a family.
    pub second_try: SecondTry,
    /// Whether lines that share a name or an address answer for each other.
    pub joins: Joins,
    /// Which names an address has.
    pub reverse: Reverse,
    /// What happens to a name that the file lists for the other family only.
    pub other_family: OtherFamily,
}

/// Every consumer's newest dialect, in the order in which tables list them.
pub const ALL: &[&Dialect] = &[
    &GLIBC, &MUSL, &UCLIBC, &BIONIC, &FREEBSD, &OPENBSD, &MACOS, &LIBINFO, &WINDOWS, &RESOLVED, &DNSMASQ,
    &CARES, &GO, &HICKORY, &CHROMIUM, &JAVA, &NETTY, &COREDNS, &TWISTED, &EVENTLET, &GEVENT, &RUBY,
];

/// The dialects of older versions that read otherwise.
pub const OLDER: &[&Dialect] = &[
    &GLIBC_2_32,
    &DNSMASQ_2_85,
    &CARES_1_17,
    &CARES_1_18,
    &CARES_1_34,
    &CARES_1_34_9,
    &GO_1_19,
    &HICKORY_0_24,
    &HICKORY_0_25,
];

/// The dialect with this `id`.
pub fn by_id(id: &str) -> Option<&'static Dialect> {
    ALL.iter().chain(OLDER).copied().find(|d| d.id == id)
}

/// What most consumers do; each constant states where it differs.
const COMMON: Dialect = Dialect {
    id: "",
    label: "",
    versions: "",
    evidence: Evidence::Ran,
    cite: "",
    line_ends: LineEnds::Lf,
    last_line: LastLine::Kept,
    line_limit: LineLimit::None,
    file_limit: usize::MAX,
    blanks: Blanks::CSpace,
    leading_blank: LeadingBlank::Skipped,
    comments: Comments::Anywhere,
    nul: Nul::EndsLine,
    bom: Bom::Ordinary,
    utf8: Utf8::Ordinary,
    address: AddressGrammar::InetPton,
    zones: ZoneRule::Refused,
    names: NameRule::Any,
    name_limit: usize::MAX,
    names_per_line: usize::MAX,
    case: Case::Folded,
    trailing_dot: TrailingDot::Significant,
    families: Families::AsWritten,
    picks: Picks::All,
    keeps_duplicates: true,
    repeats_within_line: false,
    address_limit: usize::MAX,
    skips_link_local: false,
    second_try: SecondTry::None,
    joins: Joins::None,
    reverse: Reverse::FirstLine,
    other_family: OtherFamily::Unknown,
};

/// What becomes of a name on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It can be found.
    Kept,
    /// It is left out.
    Dropped,
    /// It and the names behind it are left out.
    DropsRest,
    /// The whole line is left out.
    DropsLine,
}

impl Dialect {
    /// The address that this consumer makes of an address token; `None` if it skips the line.
    ///
    /// ```
    /// use hosts_edit::{default_zones, dialect};
    /// let read = |d: &dialect::Dialect, t: &str| d.reads_address(t.as_bytes(), &default_zones).map(|a| a.to_string());
    /// assert_eq!(read(&dialect::GLIBC, "127.1"), None);
    /// assert_eq!(read(&dialect::MUSL, "127.1"), Some("127.0.0.1".into()));
    /// assert_eq!(read(&dialect::CARES, "127.1"), Some("127.1.0.0".into()));
    /// ```
    pub fn reads_address(&self, token: &[u8], zones: Zones<'_>) -> Option<IpAddr> {
        crate::address::read(token, self.address, self.zones, zones).map(|address| address.ip)
    }

    /// What becomes of `name`; `first` if no name of the line was kept before it.
    ///
    /// ```
    /// use hosts_edit::dialect::{Fate, GLIBC, RESOLVED};
    /// assert_eq!(GLIBC.fate_of(b"my_host", true), Fate::Kept);
    /// assert_eq!(RESOLVED.fate_of(b"my_host", true), Fate::Dropped);
    /// ```
    pub fn fate_of(&self, name: &[u8], first: bool) -> Fate {
        match self.names.judge(name, first) {
            Verdict::Keeps | Verdict::KeepsAs(_) if name.len() <= self.name_limit => Fate::Kept,
            Verdict::Keeps | Verdict::KeepsAs(_) | Verdict::Drops => Fate::Dropped,
            Verdict::DropsRest => Fate::DropsRest,
            Verdict::DropsLine => Fate::DropsLine,
        }
    }

    /// Whether a name of the file and a name asked for are the same to this consumer.
    pub(crate) fn same_name(&self, listed: &[u8], asked: &[u8]) -> bool {
        let (listed, asked) = (self.undotted(listed), self.undotted(asked));
        match self.case {
            Case::Folded => listed.eq_ignore_ascii_case(asked),
            Case::Exact => listed == asked,
            Case::Unicode => lowered(listed) == lowered(asked),
        }
    }

    /// A text that is equal for names that this consumer takes for equal, save for ASCII capitals.
    pub(crate) fn folded<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        match self.case {
            Case::Unicode => lowered(self.undotted(name)),
            _ => Cow::Borrowed(self.undotted(name)),
        }
    }

    /// `name` without a final dot that does not matter to this consumer.
    pub(crate) fn undotted<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        let Some(cut) = name.strip_suffix(b".").filter(|cut| !cut.is_empty()) else {
            return name;
        };
        match self.trailing_dot {
            TrailingDot::Significant => name,
            TrailingDot::Ignored => cut,
            TrailingDot::IgnoredWithInnerDot if cut.contains(&b'.') => cut,
            TrailingDot::IgnoredWithInnerDot => name,
        }
    }
}

/// `name` in small letters; bytes that are not UTF-8 stay.
fn lowered(name: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(name) {
        Ok(text) if !name.is_ascii() => Cow::Owned(text.to_lowercase().into_bytes()),
        _ => Cow::Owned(name.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_dialect_cites() {
        let all = [ALL, OLDER].concat();
        for (i, dialect) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|d| d.id != dialect.id), "{}", dialect.id);
            assert!(!dialect.label.is_empty() && !dialect.versions.is_empty() && !dialect.cite.is_empty());
            assert_eq!(by_id(dialect.id), Some(*dialect));
        }
    }

    #[test]
    fn dots() {
        assert!(GO.same_name(b"A.test.", b"a.test"));
        assert!(!GO.same_name(b"myhost.", b"myhost"));
        assert!(!GLIBC.same_name(b"a.test.", b"a.test"));
        assert!(!MUSL.same_name(b"A.test", b"a.test"));
    }
}
