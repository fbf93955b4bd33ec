//! The rules that a [`Dialect`](super::Dialect) is made of. Each kind of rule is an enum; what a rule does is in `split.rs`,
//! `view.rs`, `lookup.rs` and `names.rs`.

use std::borrow::Cow;

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
    /// If it is indented, as many bytes as it has blanks in front are read again behind its end: ` ::1 box` gives `boxx`.
    /// So it is with an indented line that a NUL ends.
    RepeatsTail,
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
    /// It begins a comment wherever it stands; a line that has other text and ends in a bare `#` is lost.
    LosesLineIfBare,
    /// As `LosesLineIfBare`, but in the first column it is skipped and what follows is read, unless the last line with text
    /// had no comment: then this line is its comment (the pattern of gevent's reader takes line ends for white space).
    Gevent,
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
    /// dnsmasq 2.85: as `Dnsmasq`, and through IDNA: no hyphen at the ends of a label, nor at its third and fourth place.
    DnsmasqIdna,
    /// Chromium `ParseHosts` and its canonical host names.
    Chromium,
    /// c-ares 1.34: printable host names; a bad first name can lose the line.
    CAres,
    /// mDNSResponder: DNS names; a bad one loses the rest of the line.
    MacOs,
    /// Go: names that cannot be encoded are lost.
    Go,
    /// eventlet: no empty label, at most 63 bytes a label, 253 a name (dnspython `from_text`).
    Lengths,
}

/// Whether capitals matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// ASCII letters are equal to their capitals.
    Folded,
    /// They differ.
    Exact,
    /// All letters are equal to their capitals (`toLowerCase` of Java, `strings.ToLower` of Go, `lower` of Python).
    Unicode,
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
    /// Go: queries for one family take a v4-mapped address for IPv4 and forget zones (`LookupNetIP`); `::` answers an
    /// IPv4 query with 0.0.0.0 where it is the only address (net/ipsock.go `internetAddrList`). For both families all is
    /// as written (`LookupHost`).
    Go,
    /// As `Go`, and a v4-mapped address is IPv4 for both families too (Go 1.19 `IP.String`).
    GoMappedIsV4,
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
    /// All IPv4 addresses; without any, all IPv6 addresses.
    V4ElseV6,
    /// The last of each family, IPv4 before IPv6.
    LastV4First,
}

/// What is asked for when a name has no address of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecondTry {
    /// Nothing.
    None,
    /// The name without its last character, which need not be a dot (eventlet).
    WithoutLastCharacter,
    /// The name with `*` in place of its first label (CoreDNS); names of that form have no address in reverse.
    Wildcard,
}

/// Whether lines that share a name or an address answer for each other. What they do is in `join.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Joins {
    /// They do not.
    None,
    /// Lines with a common name or address become one record with all their names and addresses (c-ares).
    Records,
    /// The further names of a line are aliases of the first; a line that repeats an alias ends there (mDNSResponder).
    Aliases,
}

/// Which names an address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reverse {
    /// None: the file is not asked.
    Never,
    /// Those of the first line with the address; none if that line has none.
    FirstLine,
    /// Those of the first line with the address that has names.
    FirstNamedLine,
    /// The first name of the first line with the address that has names.
    FirstName,
    /// Those of all lines with the address.
    AllLines,
    /// Those of all lines with the address, each once.
    AllNames,
}

/// What happens to a query for one family if the file has the name with addresses of the other family only. A query for
/// both families ends at the file if the name has any address, save for `EachGoesOn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OtherFamily {
    /// Not known.
    Unknown,
    /// The name exists without such addresses; nothing else is asked.
    EndsSearch,
    /// The next source, most often DNS, is asked.
    GoesOn,
    /// As `GoesOn`, for each family of a query for both too: addresses of the file and of the next source mix.
    EachGoesOn,
}

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
