//! Byte order marks, 16-bit text and line ends: everything that lies below the grammar of a line.

use std::borrow::Cow;
use std::ops::Range;

/// How the characters of a file are stored.
///
/// The file is never converted: this says only where its 8- or 16-bit units are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// One byte a unit: ASCII, UTF-8, Latin-1 or anything else of that kind.
    Bytes {
        /// The file begins with `EF BB BF`.
        bom: bool,
    },
    /// UTF-16, low byte first. No known consumer reads a line of such a file.
    Utf16Le {
        /// The file begins with `FF FE`.
        bom: bool,
    },
    /// UTF-16, high byte first. No known consumer reads a line of such a file.
    Utf16Be {
        /// The file begins with `FE FF`.
        bom: bool,
    },
}

impl Encoding {
    /// Looks at the byte order mark; without one, at the pattern of the NUL bytes.
    pub(crate) fn detect(bytes: &[u8]) -> Encoding {
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return Encoding::Bytes { bom: true };
        }
        if bytes.starts_with(b"\xff\xfe") {
            return Encoding::Utf16Le { bom: true };
        }
        if bytes.starts_with(b"\xfe\xff") {
            return Encoding::Utf16Be { bom: true };
        }
        guess_without_bom(bytes)
    }

    /// Bytes of the byte order mark at the start of the file: 0, 2 or 3.
    pub fn bom_len(self) -> usize {
        match self {
            Encoding::Bytes { bom: true } => 3,
            Encoding::Utf16Le { bom: true } | Encoding::Utf16Be { bom: true } => 2,
            _ => 0,
        }
    }

    /// Bytes of one unit: 1, or 2 for UTF-16.
    pub fn unit(self) -> usize {
        match self {
            Encoding::Bytes { .. } => 1,
            Encoding::Utf16Le { .. } | Encoding::Utf16Be { .. } => 2,
        }
    }

    /// True for both byte orders of UTF-16.
    pub fn is_utf16(self) -> bool {
        self.unit() == 2
    }

    /// `text` (ASCII or UTF-8) in this encoding.
    pub(crate) fn encode(self, text: &[u8]) -> Vec<u8> {
        let order: fn(u16) -> [u8; 2] = match self {
            Encoding::Bytes { .. } => return text.to_vec(),
            Encoding::Utf16Le { .. } => u16::to_le_bytes,
            Encoding::Utf16Be { .. } => u16::to_be_bytes,
        };
        String::from_utf8_lossy(text).encode_utf16().flat_map(order).collect()
    }

    /// `raw` (bytes of the file) as text: the bytes themselves, or UTF-8 made from UTF-16.
    pub(crate) fn decode(self, raw: &[u8]) -> Cow<'_, [u8]> {
        if !self.is_utf16() {
            return Cow::Borrowed(raw);
        }
        let units = self.units(raw);
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Cow::Owned(text.into_bytes())
    }

    /// `raw` with one byte a unit, for the grammar: 16-bit units above ASCII become `FF`, which is no blank, no `#`
    /// and no digit. Positions in the result times [`unit`](Self::unit) are positions in `raw`.
    pub(crate) fn narrow(self, raw: &[u8]) -> Cow<'_, [u8]> {
        if !self.is_utf16() {
            return Cow::Borrowed(raw);
        }
        let byte = |unit: u16| u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(0xff);
        Cow::Owned(self.units(raw).map(byte).collect())
    }

    fn units(self, raw: &[u8]) -> impl Iterator<Item = u16> + '_ {
        let big = matches!(self, Encoding::Utf16Be { .. });
        raw.chunks_exact(2).map(move |pair| {
            let pair = [pair[0], pair[1]];
            if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        })
    }
}

/// UTF-16 of mostly ASCII text has a NUL in every other byte. A block of NULs (a crash) has them in both, an
/// 8-bit file in none; both stay 8-bit.
fn guess_without_bom(bytes: &[u8]) -> Encoding {
    const SAMPLE: usize = 1024;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let pairs = sample.len() / 2;
    let zeros =
        |offset: usize| sample[offset.min(sample.len())..].iter().step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let mostly = |many: usize, few: usize| pairs >= 2 && many * 4 >= pairs * 3 && few * 16 <= pairs;
    if mostly(odd, even) {
        Encoding::Utf16Le { bom: false }
    } else if mostly(even, odd) {
        Encoding::Utf16Be { bom: false }
    } else {
        Encoding::Bytes { bom: false }
    }
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// LF, `\n`.
    Lf,
    /// CR LF, `\r\n`.
    Crlf,
    /// A lone CR, `\r`. It ends lines only in a file that has no LF at all (classic Mac); elsewhere it is a byte of
    /// the line's content.
    Cr,
    /// The end of the file: only the last line can have it.
    None,
}

impl Ending {
    /// The characters, in ASCII.
    pub fn text(self) -> &'static [u8] {
        match self {
            Ending::Lf => b"\n",
            Ending::Crlf => b"\r\n",
            Ending::Cr => b"\r",
            Ending::None => b"",
        }
    }
}

/// Where each line begins, 4 bytes a line for files below 4 GiB.
#[derive(Debug, Clone)]
pub(crate) enum Starts {
    Small(Vec<u32>),
    Large(Vec<usize>),
}

impl Starts {
    /// Room for a file of `len` bytes, a little more than blocklists need; the vector grows for shorter lines.
    pub(crate) fn for_len(len: usize) -> Starts {
        if u32::try_from(len).is_ok() {
            Starts::Small(Vec::with_capacity(len / 24 + 1))
        } else {
            Starts::Large(Vec::with_capacity(len / 32 + 1))
        }
    }

    /// `start` never exceeds the length given to `for_len`.
    pub(crate) fn push(&mut self, start: usize) {
        match self {
            Starts::Small(v) => v.push(start as u32),
            Starts::Large(v) => v.push(start),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<usize> {
        match self {
            Starts::Small(v) => v.get(index).map(|s| *s as usize),
            Starts::Large(v) => v.get(index).copied(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Starts::Small(v) => v.len(),
            Starts::Large(v) => v.len(),
        }
    }

    /// Index of the line that holds the byte at `position`; `None` before the first line (in the byte order mark).
    pub(crate) fn index_of(&self, position: usize) -> Option<usize> {
        let after = match self {
            Starts::Small(v) => v.partition_point(|s| *s as usize <= position),
            Starts::Large(v) => v.partition_point(|s| *s <= position),
        };
        after.checked_sub(1)
    }
}

/// The end of a line's content and the kind of its ending, for the raw bytes `line` of the file.
pub(crate) fn split_ending(
    bytes: &[u8],
    line: Range<usize>,
    encoding: Encoding,
    classic: bool,
) -> (usize, Ending) {
    let raw = &bytes[line.clone()];
    let unit = encoding.unit();
    let last = |back: usize| {
        let at = (raw.len() / unit).checked_sub(back)? * unit;
        match *encoding.narrow(&raw[at..at + unit]) {
            [b] => Some(b),
            _ => None,
        }
    };
    let cut = |units: usize| line.start + (raw.len() / unit - units) * unit;
    // A stray odd byte at the end of a UTF-16 file belongs to the content of the last line.
    if !raw.len().is_multiple_of(unit) {
        return (line.end, Ending::None);
    }
    match (last(1), last(2)) {
        (Some(b'\n'), Some(b'\r')) => (cut(2), Ending::Crlf),
        (Some(b'\n'), _) => (cut(1), Ending::Lf),
        (Some(b'\r'), _) if classic => (cut(1), Ending::Cr),
        _ => (line.end, Ending::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn detection() {
        let text = "127.0.0.1 localhost\r\n::1 localhost # müller\r\n";
        let le = utf16(text, u16::to_le_bytes);
        let be = utf16(text, u16::to_be_bytes);
        assert_eq!(Encoding::detect(text.as_bytes()), Encoding::Bytes { bom: false });
        assert_eq!(Encoding::detect(&le), Encoding::Utf16Le { bom: false });
        assert_eq!(Encoding::detect(&be), Encoding::Utf16Be { bom: false });
        assert_eq!(
            Encoding::detect(&[b"\xff\xfe".as_slice(), &le].concat()),
            Encoding::Utf16Le { bom: true }
        );
        assert_eq!(
            Encoding::detect(&[b"\xfe\xff".as_slice(), &be].concat()),
            Encoding::Utf16Be { bom: true }
        );
        assert_eq!(Encoding::detect(b"\xef\xbb\xbf#"), Encoding::Bytes { bom: true });
    }

    #[test]
    fn nul_blocks_and_tiny_files_are_bytes() {
        for bytes in [&[0u8; 64][..], b"", b"\0", b"a", b"a\0", b"127.0.0.1 a\n\0\0\0\0\0\0\0\0"] {
            assert_eq!(Encoding::detect(bytes), Encoding::Bytes { bom: false }, "{bytes:?}");
        }
    }

    #[test]
    fn encoding_and_decoding_agree() {
        for encoding in [Encoding::Utf16Le { bom: true }, Encoding::Utf16Be { bom: false }] {
            let raw = encoding.encode("a b\tmüller😀".as_bytes());
            assert_eq!(*encoding.decode(&raw), *"a b\tmüller😀".as_bytes());
            assert_eq!(encoding.narrow(&raw).len() * 2, raw.len());
        }
    }
}
