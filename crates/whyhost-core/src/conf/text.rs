//! What the C parsers share: lines as `getline` hands them out, blanks as `isspace` sees them, numbers as `strtoul`
//! reads them.

use std::ops::Range;

/// A line as a C program sees it after `getline`: up to the first NUL, with its place in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CLine<'a> {
    /// Line number, from 1.
    pub(crate) number: usize,
    /// Offset of the first byte.
    pub(crate) start: usize,
    /// Bytes up to the line feed or the first NUL.
    pub(crate) text: &'a [u8],
    /// A line feed ended it.
    pub(crate) terminated: bool,
}

/// The lines of a file.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = CLine<'_>> {
    let mut start = 0;
    bytes.split_inclusive(|b| *b == b'\n').enumerate().map(move |(index, raw)| {
        let here = start;
        start += raw.len();
        let (body, terminated) = match raw.split_last() {
            Some((b'\n', body)) => (body, true),
            _ => (raw, false),
        };
        let end = body.iter().position(|b| *b == 0).unwrap_or(body.len());
        CLine { number: index + 1, start: here, text: &body[..end], terminated }
    })
}

/// C `isspace` in the C locale.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// A word with its place in the file.
#[derive(Debug, Clone)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) span: Range<usize>,
    /// Column in the line, from 1, in bytes.
    pub(crate) column: usize,
}

impl Word<'_> {
    /// The word for a message.
    pub(crate) fn lossy(&self) -> String {
        String::from_utf8_lossy(self.text).into_owned()
    }
}

/// The blank-separated words of a line.
pub(crate) fn words<'a>(line: &CLine<'a>) -> impl Iterator<Item = Word<'a>> {
    let (start, text) = (line.start, line.text);
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + text[at..].iter().position(|b| !is_space(*b))?;
        let to = text[from..].iter().position(|b| is_space(*b)).map_or(text.len(), |n| from + n);
        at = to;
        Some(Word { text: &text[from..to], span: start + from..start + to, column: from + 1 })
    })
}

/// `strtoul(text, &end, 10)` with `*end == '\0'`: `Some(0)` for an empty text, a sign is accepted and wraps.
pub(crate) fn strtoul(text: &[u8]) -> Option<u64> {
    let digits = match text {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    if digits.is_empty() {
        return text.is_empty().then_some(0);
    }
    let mut value: u64 = 0;
    for byte in digits {
        let digit = char::from(*byte).to_digit(10)?;
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(if text[0] == b'-' { value.wrapping_neg() } else { value })
}

/// `atoi`: the leading digits, 0 when there are none, saturating.
pub(crate) fn atoi(text: &[u8]) -> u32 {
    text.iter()
        .map_while(|b| char::from(*b).to_digit(10))
        .fold(0u32, |n, d| n.saturating_mul(10).saturating_add(d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strtoul_follows_c() {
        let cases: [(&[u8], Option<u64>); 7] = [
            (b"96", Some(96)),
            (b"", Some(0)),
            (b"+5", Some(5)),
            (b"-1", Some(u64::MAX)),
            (b"0x10", None),
            (b"+", None),
            (b"99999999999999999999", None),
        ];
        for (text, value) in cases {
            assert_eq!(strtoul(text), value, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn lines_stop_at_nul_and_know_their_end() {
        let all: Vec<_> =
            lines(b"a\0b\nc").map(|l| (l.number, l.start, l.text.to_vec(), l.terminated)).collect();
        assert_eq!(all, [(1, 0, b"a".to_vec(), true), (2, 4, b"c".to_vec(), false)]);
    }

    #[test]
    fn words_have_places() {
        let line = lines(b"x\n  ab\tc").nth(1).unwrap();
        let all: Vec<_> = words(&line).map(|w| (w.lossy(), w.span, w.column)).collect();
        assert_eq!(all, [("ab".to_owned(), 4..6, 3), ("c".to_owned(), 7..8, 6)]);
    }
}
