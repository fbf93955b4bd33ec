//! How one consumer cuts the bytes into lines: line ends, length limits, the end of the file.

use std::ops::Range;

use crate::dialect::{Dialect, LastLine, LineEnds, LineLimit, Utf8};

/// The part of the file that the consumer reads at all.
pub(crate) fn readable<'f>(bytes: &'f [u8], dialect: &Dialect) -> &'f [u8] {
    if bytes.len() > dialect.file_limit {
        return &[];
    }
    if let LineLimit::RejectsFile(limit) = dialect.line_limit {
        let mut lines =
            Lines { bytes, at: 0, ends: dialect.line_ends, limit: LineLimit::None, last: LastLine::Kept };
        if lines.any(|(line, _)| line.len() > limit) {
            return &[];
        }
    }
    let bad = || std::str::from_utf8(bytes).err().map(|e| e.valid_up_to());
    match dialect.utf8 {
        Utf8::Ordinary => bytes,
        Utf8::DiscardsFile => bad().map_or(bytes, |_| &[]),
        Utf8::EndsFile(block) => bad().map_or(bytes, |at| &bytes[..at / block * block]),
    }
}

/// The lines of a consumer, without their ends. `true` with a line if a line end, or what the consumer takes for
/// one, follows it.
pub(crate) struct Lines<'f> {
    bytes: &'f [u8],
    at: usize,
    ends: LineEnds,
    limit: LineLimit,
    last: LastLine,
}

impl<'f> Lines<'f> {
    pub(crate) fn new(bytes: &'f [u8], start: usize, dialect: &Dialect) -> Lines<'f> {
        Lines {
            bytes,
            at: start,
            ends: dialect.line_ends,
            limit: dialect.line_limit,
            last: dialect.last_line,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = (Range<usize>, bool);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.bytes.len() {
            let start = self.at;
            // A consumer that goes on after so many bytes never looks further for the end.
            let window = match self.limit {
                LineLimit::Continues(n) => self.bytes.len().min(start + n),
                _ => self.bytes.len(),
            };
            let (end, next) = self.ends.find(&self.bytes[..window], start);
            self.at = next;
            let closed = next > end;
            let whole = next - start;
            match self.limit {
                LineLimit::Skips(n) if whole > n => continue,
                LineLimit::Stops(n) if whole >= n => break,
                _ => {}
            }
            match self.last {
                LastLine::LineLost if !closed => continue,
                LastLine::ByteLost if !closed => return Some((start..(end - 1).max(start), closed)),
                _ => {}
            }
            let dropped =
                self.ends == LineEnds::LfDroppingCr && self.bytes[start..end].last() == Some(&b'\r');
            return Some((start..end - usize::from(dropped), closed));
        }
        self.at = self.bytes.len();
        None
    }
}

impl LineEnds {
    /// Where the line that begins at `start` ends, and where the next begins; both are the end of `bytes` without a
    /// line end.
    fn find(self, bytes: &[u8], start: usize) -> (usize, usize) {
        let text = &bytes[start..];
        let found = match self {
            LineEnds::Lf | LineEnds::LfDroppingCr => memchr::memchr(b'\n', text),
            LineEnds::LfOrCr => memchr::memchr2(b'\n', b'\r', text),
            LineEnds::CrOutsideComments => match memchr::memchr3(b'\n', b'\r', b'#', text) {
                Some(at) if text[at] == b'#' => memchr::memchr(b'\n', text),
                other => other,
            },
            LineEnds::Unicode => return unicode_line_end(bytes, start),
        };
        found.map_or((bytes.len(), bytes.len()), |at| (start + at, start + at + 1))
    }
}

/// Java's `Scanner.nextLine`: LF, CR, CR LF, U+0085, U+2028, U+2029. A CR LF leaves an empty line here, which
/// nobody sees.
fn unicode_line_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let text = &bytes[start..];
    let mut from = 0;
    let simple = memchr::memchr2(b'\n', b'\r', text).unwrap_or(text.len());
    while let Some(at) = memchr::memchr2(0xc2, 0xe2, &text[from..simple]).map(|at| from + at) {
        for mark in [b"\xc2\x85".as_slice(), b"\xe2\x80\xa8", b"\xe2\x80\xa9"] {
            if text[at..].starts_with(mark) {
                return (start + at, start + at + mark.len());
            }
        }
        from = at + 1;
    }
    let end = start + simple;
    (end, bytes.len().min(end + 1))
}
