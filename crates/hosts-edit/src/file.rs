//! The whole file: its bytes, where its lines begin, and what was noticed on the way.

use std::fmt;
use std::ops::Range;

use crate::dialect::Dialect;
use crate::encoding::{Encoding, Starts, split_ending};
use crate::line::Line;
use crate::lookup::Hit;
use crate::parse::{self, AddressClass};
use crate::view::{SeenEntry, View};

/// The family of addresses that a look-up asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Both (`AF_UNSPEC`).
    Any,
    /// IPv4 only (`AF_INET`).
    V4,
    /// IPv6 only (`AF_INET6`).
    V6,
}

/// Something unusual in the file. It never keeps the file from being parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes meant.
    pub span: Range<usize>,
    /// The line, from 1; 1 for an empty file with a byte order mark.
    pub line: usize,
    /// What it is.
    pub kind: ProblemKind,
}

/// The kinds of [`Problem`]. Kinds that concern bytes are reported once a line, at the first such byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The first word is no address for any consumer; all of them skip the line.
    InvalidAddress,
    /// Consumers disagree about the address: `127.1`, leading zeros, a zone (`fe80::1%lo0`).
    LooseAddress,
    /// An address without a name; ignored by all.
    MissingName,
    /// The file begins with a byte order mark; nearly all consumers take it for a part of the first word.
    ByteOrderMark,
    /// The file is UTF-16; no consumer reads a line of it. Reported once.
    Utf16,
    /// A NUL byte; consumers cut the line there, or spoil a word.
    NulByte,
    /// A CR that is not followed by LF; a blank for some consumers, a line end or part of a name for others.
    LoneCr,
    /// The bytes are not UTF-8; some consumers give the whole file up.
    InvalidUtf8,
    /// The last line has no ending; some consumers lose its last name, or the line.
    MissingFinalNewline,
}

/// A hosts file, kept byte for byte.
///
/// ```
/// use hosts_edit::{Family, HostsFile, LineKind, dialect};
///
/// let (file, problems) = HostsFile::parse("127.0.0.1 localhost # here\r\n::1\tlocalhost ip6-localhost\r\n");
/// assert!(problems.is_empty());
/// assert_eq!(file.line(1).unwrap().kind(), LineKind::Entry);
/// assert_eq!(*file.line(2).unwrap().names()[1].text, *b"ip6-localhost");
///
/// // glibc turns ::1 into 127.0.0.1 when it is asked for IPv4 only.
/// let hits = file.lookup(&dialect::GLIBC, b"ip6-localhost", Family::V4);
/// assert_eq!(hits[0].address.to_string(), "127.0.0.1");
/// // musl does not.
/// assert!(file.lookup(&dialect::MUSL, b"ip6-localhost", Family::V4).is_empty());
/// ```
#[derive(Clone)]
pub struct HostsFile {
    bytes: Vec<u8>,
    encoding: Encoding,
    /// The file has CR and no LF at all: lines end with CR.
    classic: bool,
    starts: Starts,
}

impl fmt::Debug for HostsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostsFile")
            .field("bytes", &self.bytes.len())
            .field("lines", &self.line_count())
            .field("encoding", &self.encoding)
            .finish()
    }
}

impl HostsFile {
    /// Takes any bytes. The problems are sorted by position.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> (HostsFile, Vec<Problem>) {
        let bytes = bytes.into();
        let encoding = Encoding::detect(&bytes);
        let classic = !encoding.is_utf16()
            && memchr::memchr(b'\n', &bytes).is_none()
            && memchr::memchr(b'\r', &bytes).is_some();
        let mut starts = Starts::for_len(bytes.len());
        let mut reading = Reading::default();
        let suspects = for_each_line(&bytes, encoding, classic, |line| {
            starts.push(line.start);
            reading.line(&bytes, encoding, line, starts.len());
        });
        let file = HostsFile { bytes, encoding, classic, starts };
        let mut problems = reading.problems;
        problems.extend(file.byte_problems(suspects));
        problems.sort_by_key(|p| p.span.start);
        (file, problems)
    }

    /// The bytes that were parsed: printing a file is writing these.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives the bytes back without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How the characters are stored.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The number of lines; a last line without an ending counts, an empty file has none.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// All lines in order.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'_>> + ExactSizeIterator {
        (0..self.line_count()).map(|index| self.line_at(index))
    }

    /// Line `number`, from 1.
    pub fn line(&self, number: usize) -> Option<Line<'_>> {
        let index = number.checked_sub(1).filter(|i| *i < self.line_count())?;
        Some(self.line_at(index))
    }

    /// The line that holds the byte at `position`; the last line for positions behind the end.
    pub fn line_of(&self, position: usize) -> Option<Line<'_>> {
        self.line(self.line_number(position))
    }

    /// What one consumer makes of the file. Interfaces named in zones are looked up with
    /// [`default_zones`](crate::default_zones); see [`View::with_zones`].
    pub fn view<'f>(&'f self, dialect: &'f Dialect) -> View<'f> {
        View::new(self, dialect)
    }

    /// The entries that `dialect` sees, in its order.
    pub fn entries<'f>(&'f self, dialect: &'f Dialect) -> impl Iterator<Item = SeenEntry<'f>> + 'f {
        self.view(dialect).entries()
    }

    /// The addresses that `dialect` finds for `name`, in the order in which the file delivers them.
    ///
    /// Callers apply what is not the file's business: numeric names, sorting, `multi off` (keep the first hit).
    pub fn lookup(&self, dialect: &Dialect, name: &[u8], family: Family) -> Vec<Hit> {
        self.view(dialect).lookup(name, family)
    }

    /// The number of the line that holds `position`, 1 for positions before the first line.
    pub(crate) fn line_number(&self, position: usize) -> usize {
        self.starts.index_of(position).map_or(1, |index| index + 1)
    }

    /// Where line `index` (from 0) begins; the end of the file behind the last line.
    pub(crate) fn start_of(&self, index: usize) -> usize {
        self.starts.get(index).unwrap_or(self.bytes.len())
    }

    /// True if lines end with CR alone.
    pub(crate) fn is_classic(&self) -> bool {
        self.classic
    }

    fn line_at(&self, index: usize) -> Line<'_> {
        let whole = self.start_of(index)..self.start_of(index + 1);
        let (content_end, ending) = split_ending(&self.bytes, whole.clone(), self.encoding, self.classic);
        Line::new(self, index + 1, whole, content_end, ending)
    }

    /// What can be found without knowing the grammar.
    fn byte_problems(&self, suspects: Suspects) -> Vec<Problem> {
        let mut found = Vec::new();
        let bom = self.encoding.bom_len();
        if bom > 0 {
            found.push(Problem { span: 0..bom, line: 1, kind: ProblemKind::ByteOrderMark });
        }
        if self.encoding.is_utf16() {
            found.push(Problem { span: 0..self.bytes.len(), line: 1, kind: ProblemKind::Utf16 });
            return found;
        }
        if suspects.nul_or_cr {
            self.first_of_each_line(ProblemKind::NulByte, &mut found, |b| memchr::memchr(0, b));
            self.first_of_each_line(ProblemKind::LoneCr, &mut found, lone_cr);
        }
        if suspects.beyond_ascii {
            self.first_of_each_line(ProblemKind::InvalidUtf8, &mut found, |b| {
                std::str::from_utf8(b).err().map(|e| e.valid_up_to())
            });
        }
        if !matches!(self.bytes.last(), None | Some(b'\n')) && !self.classic && self.line_count() > 0 {
            let end = self.bytes.len();
            let kind = ProblemKind::MissingFinalNewline;
            found.push(Problem { span: end..end, line: self.line_count(), kind });
        }
        found
    }

    /// Adds one problem of `kind` for each line in which `find` finds a byte.
    fn first_of_each_line(
        &self,
        kind: ProblemKind,
        found: &mut Vec<Problem>,
        find: impl Fn(&[u8]) -> Option<usize>,
    ) {
        let mut from = self.encoding.bom_len();
        while let Some(at) = self.bytes.get(from..).and_then(&find) {
            let position = from + at;
            let line = self.line_number(position);
            found.push(Problem { span: position..position + 1, line, kind });
            from = self.start_of(line);
        }
    }
}

/// A CR that no LF follows.
fn lone_cr(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\r', bytes).find(|at| bytes.get(at + 1) != Some(&b'\n'))
}

/// Bytes that may be a problem; most files have none, and then nobody looks for their lines.
#[derive(Default)]
struct Suspects {
    nul_or_cr: bool,
    beyond_ascii: bool,
}

impl Suspects {
    fn look(&mut self, block: &[u8]) {
        self.nul_or_cr = self.nul_or_cr || memchr::memchr2(0, b'\r', block).is_some();
        self.beyond_ascii = self.beyond_ascii || !block.is_ascii();
    }
}

/// Calls `each` with the range of every line, ending included.
fn for_each_line(
    bytes: &[u8],
    encoding: Encoding,
    classic: bool,
    mut each: impl FnMut(Range<usize>),
) -> Suspects {
    /// Bytes that are looked at twice while they are in the processor's first cache.
    const BLOCK: usize = 16 << 10;
    let mut suspects = Suspects::default();
    let bom = encoding.bom_len();
    let mut start = bom;
    if encoding.is_utf16() {
        let lf = encoding.encode(b"\n");
        let units = bytes[bom..].chunks_exact(2).enumerate();
        for end in units.filter(|(_, unit)| **unit == *lf).map(|(i, _)| bom + 2 * i + 2) {
            each(start..end);
            start = end;
        }
    } else {
        let mark = if classic { b'\r' } else { b'\n' };
        for (number, block) in bytes[bom..].chunks(BLOCK).enumerate() {
            suspects.look(block);
            let base = bom + number * BLOCK;
            for end in memchr::memchr_iter(mark, block).map(|at| base + at + 1) {
                each(start..end);
                start = end;
            }
        }
    }
    if start < bytes.len() {
        each(start..bytes.len());
    }
    suspects
}

/// What parsing remembers from line to line: blocklists repeat one address a million times.
#[derive(Default)]
struct Reading {
    /// The last address token that was strictly valid, as a range of the file.
    last: Range<usize>,
    /// Its first 16 bytes as a number, and which of them belong to it.
    head: u128,
    mask: u128,
    problems: Vec<Problem>,
}

impl Reading {
    /// `line` is the range of line `number` in `bytes`, ending included.
    fn line(&mut self, bytes: &[u8], encoding: Encoding, line: Range<usize>, number: usize) {
        if encoding.is_utf16() {
            return self.wide(bytes, encoding, line, number);
        }
        let raw = &bytes[line.clone()];
        if raw[0] == b'#' || self.repeats(bytes, raw) {
            return;
        }
        let content = raw.strip_suffix(b"\n").unwrap_or(raw);
        let seen = look(content, &bytes[self.last.clone()]);
        let span = line.start + seen.word.start..line.start + seen.word.end;
        if seen.class == AddressClass::Strict {
            self.remember(bytes, span.clone());
        }
        self.problems.extend(seen.problem.map(|kind| Problem { span, line: number, kind }));
    }

    /// The line begins with the same address as the last good one, one blank, and the start of a name.
    #[inline]
    fn repeats(&self, bytes: &[u8], raw: &[u8]) -> bool {
        let length = self.last.len();
        if length == 0 || raw.len() < length + 2 {
            return false;
        }
        let same = match raw.first_chunk() {
            // Two words are compared faster than slices of unknown length.
            Some(head) if length < 16 => u128::from_le_bytes(*head) & self.mask == self.head,
            _ => raw[..length] == bytes[self.last.clone()],
        };
        same && matches!(raw[length], b' ' | b'\t') && raw[length + 1] > b'#'
    }

    fn remember(&mut self, bytes: &[u8], span: Range<usize>) {
        let mut head = [0; 16];
        let length = span.len().min(16);
        head[..length].copy_from_slice(&bytes[span.start..span.start + length]);
        self.head = u128::from_le_bytes(head);
        self.mask = if length < 16 { (1 << (8 * length)) - 1 } else { u128::MAX };
        self.last = span;
    }

    fn wide(&mut self, bytes: &[u8], encoding: Encoding, line: Range<usize>, number: usize) {
        let narrow = encoding.narrow(&bytes[line.clone()]);
        let seen = look(narrow.strip_suffix(b"\n").unwrap_or(&narrow), b"");
        let span = line.start + 2 * seen.word.start..line.start + 2 * seen.word.end;
        self.problems.extend(seen.problem.map(|kind| Problem { span, line: number, kind }));
    }
}

/// The first word of a line as far as problems need it.
struct Look {
    word: Range<usize>,
    class: AddressClass,
    problem: Option<ProblemKind>,
}

/// `known` is an address token that was found valid before.
fn look(content: &[u8], known: &[u8]) -> Look {
    let (word, rest) = parse::first_word(content);
    let at = content.len() - rest.len() - word.len();
    let class = match word {
        [] => AddressClass::None,
        _ if word == known => AddressClass::Strict,
        _ => parse::address_class(word),
    };
    let problem = match class {
        _ if word.is_empty() => None,
        AddressClass::None => Some(ProblemKind::InvalidAddress),
        _ if parse::first_word(rest).0.is_empty() => Some(ProblemKind::MissingName),
        AddressClass::Loose => Some(ProblemKind::LooseAddress),
        AddressClass::Strict => None,
    };
    Look { word: at..at + word.len(), class, problem }
}
