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

pub use apps::{CHROMIUM, COREDNS, EVENTLET, GEVENT, JAVA, NETTY, RUBY, TWISTED};
pub use libc::{BIONIC, FREEBSD, GLIBC, LIBINFO, MACOS, MUSL, OPENBSD, UCLIBC, WINDOWS};
pub use resolvers::{CARES, DNSMASQ, GO, HICKORY, RESOLVED};

pub(crate) use names::Verdict;

use std::borrow::Cow;

use crate::address::{AddressGrammar, ZoneRule};

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
}

/// How a dialect is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// The consumer itself was run on test files.
    Ran,
    /// Its source was read, or its functions were run outside their system.
    Source,
    /// Its vendor or its users say so.
    Documented,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// LF only.
    Lf,
    /// LF; one CR in front of it, or at the end of the file, is dropped.
    LfDroppingCr,
    /// LF, CR or both.
    LfOrCr,
    /// LF; CR too, but not within a comment.
    CrOutsideComments,
    /// LF, CR, U+0085, U+2028, U+2029 (Java `Scanner`).
    Unicode,
}

/// What becomes of a last line without an ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LastLine {
    /// It is read as any other.
    Kept,
    /// A name that touches the end of the file is not found.
    NameLost,
    /// Its last byte is lost. So is that of a line that was cut at a length limit.
    ByteLost,
    /// The whole line is lost. So is the beginning of a line that was cut at a length limit.
    LineLost,
}

/// What becomes of long lines. Lengths are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineLimit {
    /// No limit was found.
    None,
    /// So many bytes, line end included, are one line; the rest is read as the next line.
    Continues(usize),
    /// A line of more bytes, line end included, is skipped.
    Skips(usize),
    /// Reading ends at a line of at least so many bytes, line end included.
    Stops(usize),
    /// A line of more bytes makes the consumer refuse the whole file.
    RejectsFile(usize),
}

/// What separates words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blanks {
    /// Space, tab, VT, FF, CR (C `isspace`).
    CSpace,
    /// Space and tab.
    SpaceTab,
    /// Space, tab, CR.
    SpaceTabCr,
    /// Space, tab, comma.
    SpaceTabComma,
    /// C `isspace`, and Unicode white space in UTF-8.
    Unicode,
    /// As `Unicode`, and U+001C to U+001F (Python `str.split`).
    Python,
}

/// What a blank in front of the address does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeadingBlank {
    /// Nothing.
    Skipped,
    /// Nothing, and all bytes up to U+0020 are cut off at both ends of the line (Java `String.trim`).
    TrimsControls,
    /// The line is ignored.
    IgnoresLine,
}

/// What `#` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comments {
    /// It begins a comment wherever it stands.
    Anywhere,
    /// It begins a comment at the start of a word; elsewhere it is part of the word.
    WordStart,
    /// As `WordStart`, and a word with `#` inside is dropped.
    WordStartOrDropsWord,
    /// It begins a comment in the first column only.
    FirstColumn,
}

/// What a NUL byte does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nul {
    /// The line ends there.
    EndsLine,
    /// The line ends there, and a name that touches it is not found.
    EndsLineLosingName,
    /// The line ends one byte before; at the start of a line the file ends there.
    EndsLineLosingByte,
    /// The whole line is lost, unless the NUL is in a comment.
    LosesLine,
    /// The word ends there.
    EndsWord,
    /// It is a byte of the word.
    Ordinary,
    /// NULs at the start of a line are skipped; elsewhere the line ends there.
    SkippedAtStart,
    /// The line ends there; at the start of a line the file ends there.
    EndsFileAtStart,
}

/// What a UTF-8 byte order mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bom {
    /// It is part of the first word.
    Ordinary,
    /// It is skipped.
    Skipped,
}

/// What bytes do that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Utf8 {
    /// Nothing.
    Ordinary,
    /// The whole file is discarded.
    DiscardsFile,
    /// Reading ends with the block of so many bytes that holds them.
    EndsFile(usize),
}

/// Which names are believed. The rules are functions in `names.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameRule {
    /// All.
    Any,
    /// systemd-resolved: LDH, no underscore, no hyphen at the ends; escapes are undone.
    Resolved,
    /// hickory: valid presentation format, underscores allowed.
    Hickory,
    /// dnsmasq `canonicalise`.
    Dnsmasq,
    /// Chromium `ParseHosts` and its canonical host names.
    Chromium,
    /// c-ares 1.34: printable host names; a bad first name can lose the line.
    CAres,
    /// mDNSResponder: DNS names; a bad one loses the rest of the line.
    MacOs,
    /// Go: names that cannot be encoded are lost.
    Go,
    /// eventlet: at most 63 bytes a label, 253 a name.
    Lengths,
}

/// Whether capitals matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// ASCII letters are equal to their capitals.
    Folded,
    /// They differ.
    Exact,
}

/// Whether a dot at the end of a name matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrailingDot {
    /// `a.test.` and `a.test` are different names.
    Significant,
    /// They are the same.
    Ignored,
    /// They are the same if another dot is inside (Go `absDomainName`).
    IgnoredWithInnerDot,
}

/// What a query for one family makes of an address of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Families {
    /// Nothing: IPv4 text answers IPv4 queries, IPv6 text IPv6 queries.
    AsWritten,
    /// glibc: for IPv4, `::1` is 127.0.0.1 and a v4-mapped address is its IPv4 part.
    Glibc,
    /// A v4-mapped address is IPv4 for every query.
    MappedIsV4,
    /// As `MappedIsV4`, and `::` answers an IPv4 query with 0.0.0.0 when nothing else does (Go).
    Go,
    /// 0.0.0.0 and `::` say that the name exists without addresses, for both families (systemd-resolved).
    NullIsNoData,
}

/// Which of several addresses are delivered, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Picks {
    /// All, in the order of the file.
    All,
    /// All, IPv4 before IPv6.
    AllV4First,
    /// All, IPv6 before IPv4.
    AllV6First,
    /// All, last line first.
    AllReversed,
    /// The first of each family, IPv4 before IPv6.
    FirstV4First,
    /// The first of each family, IPv6 before IPv4.
    FirstV6First,
    /// One address: the first IPv4 address, else the first IPv6 address.
    OneV4First,
    /// One address: the last IPv4 address, else the last IPv6 address.
    OneLastV4First,
}

/// Every dialect, in the order in which tables list them.
pub const ALL: &[&Dialect] = &[
    &GLIBC, &MUSL, &UCLIBC, &BIONIC, &FREEBSD, &OPENBSD, &MACOS, &LIBINFO, &WINDOWS, &RESOLVED, &DNSMASQ,
    &CARES, &GO, &HICKORY, &CHROMIUM, &JAVA, &NETTY, &COREDNS, &TWISTED, &EVENTLET, &GEVENT, &RUBY,
];

/// The dialect with this `id`.
pub fn by_id(id: &str) -> Option<&'static Dialect> {
    ALL.iter().copied().find(|d| d.id == id)
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
};

impl Blanks {
    /// Whether `byte` separates words. Blanks longer than a byte are for [`blanked`](Self::blanked).
    pub(crate) fn has(self, byte: u8) -> bool {
        match byte {
            b' ' | b'\t' => true,
            b'\r' => !matches!(self, Blanks::SpaceTab | Blanks::SpaceTabComma),
            0x0b | 0x0c => matches!(self, Blanks::CSpace | Blanks::Unicode | Blanks::Python),
            0x1c..=0x1f => self == Blanks::Python,
            b',' => self == Blanks::SpaceTabComma,
            _ => false,
        }
    }
}

impl Blanks {
    /// `text` with spaces in place of the blanks that are longer than a byte, for consumers that know such blanks.
    pub(crate) fn blanked(self, text: &[u8]) -> Cow<'_, [u8]> {
        if !matches!(self, Blanks::Unicode | Blanks::Python) || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut out = Vec::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            for c in chunk.valid().chars() {
                let wide = !c.is_ascii() && c.is_whitespace();
                let mut buffer = [b' '; 4];
                let bytes =
                    if wide { &buffer[..c.len_utf8()] } else { c.encode_utf8(&mut buffer).as_bytes() };
                out.extend_from_slice(bytes);
            }
            out.extend_from_slice(chunk.invalid());
        }
        Cow::Owned(out)
    }
}

impl Dialect {
    /// Whether a name of the file and a name asked for are the same to this consumer.
    pub(crate) fn same_name(&self, listed: &[u8], asked: &[u8]) -> bool {
        let (listed, asked) = (self.undotted(listed), self.undotted(asked));
        match self.case {
            Case::Folded => listed.eq_ignore_ascii_case(asked),
            Case::Exact => listed == asked,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_dialect_cites() {
        for (i, dialect) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|d| d.id != dialect.id), "{}", dialect.id);
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
