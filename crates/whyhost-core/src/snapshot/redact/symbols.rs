//! Text of any encoding as symbols, so that a mask has the bytes of what it masks: as many, and of the same kind.

use hosts_edit::{Encoding, HostsFile};

/// A character, or a unit that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    /// A character.
    Char(char),
    /// A byte that is no UTF-8 here, or half a surrogate pair.
    Raw(u16),
}

impl Symbol {
    /// What stands in for a letter or digit whose value must not show: `x`, `0`, or a sign as wide as the original.
    /// Punctuation, blanks and invisible characters stay: they are what a diagnosis is about.
    pub(super) fn masked(self) -> Symbol {
        match self {
            Symbol::Char(c) if c.is_ascii_alphabetic() => Symbol::Char('x'),
            Symbol::Char(c) if c.is_ascii_digit() => Symbol::Char('0'),
            other => other.wide_masked(),
        }
    }

    /// [`Symbol::masked`] for all but ASCII.
    pub(super) fn wide_masked(self) -> Symbol {
        match self {
            Symbol::Char(c) if !c.is_ascii() && c.is_alphanumeric() => Symbol::Char(match c.len_utf8() {
                2 => '×',
                3 => 'ｘ',
                _ => '𝐱',
            }),
            // 0xFF is in no UTF-8 text, a low surrogate alone in no UTF-16 text.
            Symbol::Raw(unit) => Symbol::Raw(if unit > 0xff { 0xdc00 } else { 0xff }),
            other => other,
        }
    }

    /// A blank, a control character or an invisible separator: what ends a word.
    pub(super) fn ends_word(self) -> bool {
        match self {
            Symbol::Char(c) => {
                c.is_whitespace()
                    || c.is_control()
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
            }
            Symbol::Raw(_) => false,
        }
    }
}

/// The symbols of a text.
pub(super) fn of(text: &str) -> Vec<Symbol> {
    text.chars().map(Symbol::Char).collect()
}

/// The text of symbols; units that are no character are replaced.
pub(super) fn text(symbols: &[Symbol]) -> String {
    symbols
        .iter()
        .map(|symbol| if let Symbol::Char(c) = symbol { *c } else { char::REPLACEMENT_CHARACTER })
        .collect()
}

/// Masks a file line by line; `mask` gets a line with its end and gives as many symbols of the same widths.
pub(super) fn map_lines(bytes: &[u8], mut mask: impl FnMut(&[Symbol]) -> Vec<Symbol>) -> Vec<u8> {
    let encoding = HostsFile::parse(bytes).0.encoding();
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(line_length(rest, encoding));
        let symbols = decode(line, encoding);
        encode(&mask(&symbols), encoding, &mut result);
        // Half a unit at the end of a UTF-16 file.
        result.extend_from_slice(&line[line.len() - line.len() % encoding.unit()..]);
        rest = after;
    }
    result
}

/// The bytes up to the next line feed or carriage return and with it: a lone carriage return ends a line for some.
fn line_length(bytes: &[u8], encoding: Encoding) -> usize {
    let is_end = |unit: u16| unit == u16::from(b'\n') || unit == u16::from(b'\r');
    let end = match encoding {
        Encoding::Bytes { .. } => bytes.iter().position(|byte| is_end(u16::from(*byte))).map(|at| at + 1),
        _ => bytes.chunks_exact(2).position(|pair| is_end(unit(pair, encoding))).map(|at| 2 * at + 2),
    };
    end.unwrap_or(bytes.len())
}

fn unit(pair: &[u8], encoding: Encoding) -> u16 {
    let pair = [pair[0], pair[1]];
    if matches!(encoding, Encoding::Utf16Le { .. }) {
        u16::from_le_bytes(pair)
    } else {
        u16::from_be_bytes(pair)
    }
}

fn decode(line: &[u8], encoding: Encoding) -> Vec<Symbol> {
    if encoding.is_utf16() {
        let units = line.chunks_exact(2).map(|pair| unit(pair, encoding));
        let symbol = |unit: Result<char, _>| match unit {
            Ok(c) => Symbol::Char(c),
            Err(error) => Symbol::Raw(std::char::DecodeUtf16Error::unpaired_surrogate(&error)),
        };
        return char::decode_utf16(units).map(symbol).collect();
    }
    let chunk = |chunk: std::str::Utf8Chunk<'_>| {
        let valid = chunk.valid().chars().map(Symbol::Char).collect::<Vec<_>>();
        let invalid = chunk.invalid().iter().map(|byte| Symbol::Raw(u16::from(*byte))).collect::<Vec<_>>();
        [valid, invalid].concat()
    };
    line.utf8_chunks().flat_map(chunk).collect()
}

fn encode(symbols: &[Symbol], encoding: Encoding, into: &mut Vec<u8>) {
    for symbol in symbols {
        let mut buffer = [0; 4];
        let mut units = [0; 2];
        match (symbol, encoding) {
            (Symbol::Char(c), Encoding::Bytes { .. }) => into.extend(c.encode_utf8(&mut buffer).bytes()),
            (Symbol::Raw(byte), Encoding::Bytes { .. }) => into.push(u8::try_from(*byte).unwrap_or(0xff)),
            (Symbol::Char(c), _) => {
                c.encode_utf16(&mut units).iter().for_each(|u| into.extend(order(*u, encoding)))
            }
            (Symbol::Raw(unit), _) => into.extend(order(*unit, encoding)),
        }
    }
}

fn order(unit: u16, encoding: Encoding) -> [u8; 2] {
    if matches!(encoding, Encoding::Utf16Le { .. }) { unit.to_le_bytes() } else { unit.to_be_bytes() }
}
