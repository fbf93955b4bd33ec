//! The grammar of a line: all the nom of this crate.
//!
//! Every function is total: it takes any bytes and answers without an error. Finding the ends of lines is memchr's
//! job, elsewhere; here a line is already cut out.

use std::ops::Range;

use nom::bytes::complete::{take_till1, take_while};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::address::{self, AddressGrammar, ZoneRule};
use crate::line::LineKind;

/// The blanks of C's `isspace` that can stand inside a line; they separate words in the line tree.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c | b'\r')
}

/// A line, taken apart. All ranges are relative to the start of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) kind: LineKind,
    /// First word before any comment; behind the `#` for a disabled entry.
    pub(crate) first: Range<usize>,
    /// The text with the other words.
    pub(crate) others: Range<usize>,
    /// The comment with its `#`. A disabled entry has one only if it carries a second `#`.
    pub(crate) comment: Option<Range<usize>>,
}

/// Takes the content of a line apart.
pub(crate) fn line(content: &[u8]) -> Parts {
    let body = body(content);
    if body.first.is_empty() {
        return match &body.comment {
            None => Parts { kind: LineKind::Blank, ..body },
            Some(comment) => {
                disabled(content, comment.start).unwrap_or(Parts { kind: LineKind::Comment, ..body })
            }
        };
    }
    let kind = match address_class(&content[body.first.clone()]) {
        AddressClass::None => LineKind::Unreadable,
        _ if words(&content[body.others.clone()]).next().is_none() => LineKind::NoNames,
        _ => LineKind::Entry,
    };
    Parts { kind, ..body }
}

/// The first word of `content`; empty if the line is blank or a comment. `rest` is what follows, comment included.
pub(crate) fn first_word(content: &[u8]) -> (&[u8], &[u8]) {
    match preceded(blanks, word).parse(content) {
        Ok((rest, first)) => (first, rest),
        Err(_) => (&[], content),
    }
}

/// The words of `text`, as ranges in it. The caller has cut the comment off.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    tokens(text, is_blank)
}

/// The runs of bytes that are not `blank`, as ranges in `text`.
pub(crate) fn tokens<'t>(
    text: &'t [u8],
    blank: impl Fn(u8) -> bool + 't,
) -> impl Iterator<Item = Range<usize>> + 't {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (after, token) = token(rest, &blank)?;
        rest = after;
        let end = text.len() - after.len();
        Some(end - token.len()..end)
    })
}

/// The next token of `input`, over leading blanks, and what follows it.
pub(crate) fn token(input: &[u8], blank: impl Fn(u8) -> bool) -> Option<(&[u8], &[u8])> {
    let parsed: IResult<&[u8], &[u8]> = preceded(take_while(&blank), take_till1(&blank)).parse(input);
    parsed.ok()
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(is_blank).parse(input)
}

fn word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till1(|b| is_blank(b) || b == b'#').parse(input)
}

/// Blanks, an optional first word, other text up to `#`, and the comment; `kind` is still open.
fn body(content: &[u8]) -> Parts {
    let hash = memchr::memchr(b'#', content);
    let text = &content[..hash.unwrap_or(content.len())];
    let (first, rest) = first_word(text);
    let start = text.len() - rest.len() - first.len();
    Parts {
        kind: LineKind::Blank,
        first: if first.is_empty() { text.len()..text.len() } else { start..start + first.len() },
        others: text.len() - if first.is_empty() { 0 } else { rest.len() }..text.len(),
        comment: hash.map(|at| at..content.len()),
    }
}

/// A comment that holds an entry: hashes and blanks, then an address and names that look like names.
fn disabled(content: &[u8], hash: usize) -> Option<Parts> {
    let marks: IResult<&[u8], &[u8]> = preceded(take_while(|b| b == b'#'), blanks).parse(&content[hash..]);
    let (inner, _) = marks.ok()?;
    let base = content.len() - inner.len();
    let parts = body(inner);
    if address_class(&inner[parts.first.clone()]) == AddressClass::None {
        return None;
    }
    let names = &inner[parts.others.clone()];
    let all = || words(names).map(|r| &names[r]);
    let prose = all().count() > 1 && all().any(is_prose);
    if all().next().is_none() || prose || !all().all(looks_like_name) {
        return None;
    }
    let shift = |r: Range<usize>| r.start + base..r.end + base;
    Some(Parts {
        kind: LineKind::Disabled,
        first: shift(parts.first),
        others: shift(parts.others),
        comment: parts.comment.map(shift),
    })
}

/// Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
fn looks_like_name(name: &[u8]) -> bool {
    let charset: IResult<&[u8], &[u8]> =
        take_while(|b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')).parse(name);
    let clean = charset.is_ok_and(|(rest, _)| rest.is_empty());
    clean && [name.first(), name.last()].iter().flatten().all(|b| b.is_ascii_alphanumeric())
}

/// A word that makes of several a sentence: `# 10.0.0.5 is the staging box` disables nothing.
fn is_prose(word: &[u8]) -> bool {
    const PROSE: [&[u8]; 24] = [
        b"a", b"an", b"and", b"are", b"as", b"at", b"be", b"by", b"for", b"from", b"has", b"in", b"is",
        b"it", b"my", b"not", b"of", b"on", b"or", b"the", b"this", b"to", b"was", b"with",
    ];
    PROSE.iter().any(|p| word.eq_ignore_ascii_case(p))
}

/// Who can read an address token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressClass {
    /// Every consumer.
    Strict,
    /// Some: `127.1`, leading zeros, a zone.
    Loose,
    /// Nobody.
    None,
}

pub(crate) fn address_class(token: &[u8]) -> AddressClass {
    let read = |grammar, rule| address::read(token, grammar, rule, &|_| Some(1)).is_some();
    if read(AddressGrammar::InetPton, ZoneRule::Refused) {
        AddressClass::Strict
    } else if read(AddressGrammar::InetAton, ZoneRule::AnyText)
        || read(AddressGrammar::Java, ZoneRule::Refused)
    {
        AddressClass::Loose
    } else {
        AddressClass::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter for the kind, then address, names and comment in brackets.
    fn check(content: &str, expected: &str) {
        let parts = line(content.as_bytes());
        let kind = match parts.kind {
            LineKind::Blank => 'B',
            LineKind::Comment => 'C',
            LineKind::Entry => 'E',
            LineKind::Disabled => 'D',
            LineKind::NoNames => 'N',
            LineKind::Unreadable => 'U',
        };
        let names: Vec<&str> = words(content[parts.others.clone()].as_bytes())
            .map(|r| &content[parts.others.clone()][r])
            .collect();
        let comment = parts.comment.map_or("", |r| &content[r]);
        assert_eq!(format!("{kind} [{}] [{}] [{comment}]", &content[parts.first], names.join(" ")), expected);
    }

    #[test]
    fn kinds() {
        check("", "B [] [] []");
        check(" \t ", "B [] [] []");
        check("# hello", "C [] [] [# hello]");
        check("127.0.0.1 localhost", "E [127.0.0.1] [localhost] []");
        check("  ::1\ta b\t# c # d", "E [::1] [a b] [# c # d]");
        check("192.0.2.1 a#b c", "E [192.0.2.1] [a] [#b c]");
        check("127.1 a", "E [127.1] [a] []");
        check("fe80::1%lo0 localhost", "E [fe80::1%lo0] [localhost] []");
        check("192.0.2.1", "N [192.0.2.1] [] []");
        check("192.0.2.1#x a", "N [192.0.2.1] [] [#x a]");
        check("hello world", "U [hello] [world] []");
        check("; 192.0.2.1 a", "U [;] [192.0.2.1 a] []");
    }

    #[test]
    fn disabled_entries_are_not_prose() {
        check("#127.0.0.1 localhost", "D [127.0.0.1] [localhost] []");
        check("#\t127.0.0.1       localhost", "D [127.0.0.1] [localhost] []");
        check(" ## ::1 a.test b # c", "D [::1] [a.test b] [# c]");
        check("#::1 a", "D [::1] [a] []");
        check("# 10.0.0.5 is the staging box", "C [] [] [# 10.0.0.5 is the staging box]");
        check("# 10.0.0.5: staging", "C [] [] [# 10.0.0.5: staging]");
        check("# 10.0.0.5", "C [] [] [# 10.0.0.5]");
        check("#", "C [] [] [#]");
    }
}
