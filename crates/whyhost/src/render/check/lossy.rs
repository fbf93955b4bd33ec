//! A part of a file as text that a terminal may see, one character for one character, so that columns stay true.

use std::ops::Range;

/// The text of some bytes, and where each byte went.
pub(super) struct Lossy {
    pub(super) text: String,
    /// For each byte, and for the end, its place in `text`.
    places: Vec<usize>,
}

impl Lossy {
    /// Line feeds and tabs stay, CR before LF goes; other control characters become their pictures, invisible ones and
    /// bytes that are not UTF-8 `�`; with `ascii` whatever is not ASCII becomes `?`.
    pub(super) fn new(bytes: &[u8], ascii: bool) -> Lossy {
        let mut lossy =
            Lossy { text: String::with_capacity(bytes.len()), places: Vec::with_capacity(bytes.len() + 1) };
        for chunk in bytes.utf8_chunks() {
            let mut chars = chunk.valid().chars().peekable();
            while let Some(c) = chars.next() {
                let ends_line = c == '\r' && chars.peek() == Some(&'\n');
                lossy.push(c.len_utf8(), (!ends_line).then(|| shown(c, ascii)));
            }
            if !chunk.invalid().is_empty() {
                lossy.push(chunk.invalid().len(), Some(shown('\u{fffd}', ascii)));
            }
        }
        lossy.places.push(lossy.text.len());
        lossy
    }

    fn push(&mut self, bytes: usize, c: Option<char>) {
        self.places.extend(std::iter::repeat_n(self.text.len(), bytes));
        self.text.extend(c);
    }

    /// Where `span` of the bytes is in the text.
    pub(super) fn span(&self, span: Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.places[byte.min(self.places.len() - 1)];
        at(span.start)..at(span.end.max(span.start))
    }
}

fn shown(c: char, ascii: bool) -> char {
    let picture = match c {
        '\n' | '\t' => return c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if c.is_control() || super::super::escape::is_deceptive(c) => '\u{fffd}',
        c => c,
    };
    if ascii && !picture.is_ascii() { '?' } else { picture }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_place_and_no_control_character_is_left() {
        let bytes = b"a\x1b[31m\tb\r\n\xff\xfe\xe2\x80\x8b\xe6\x97\xa5 c\r d\0";
        for ascii in [false, true] {
            let lossy = Lossy::new(bytes, ascii);
            assert!(
                lossy.text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')),
                "{:?}",
                lossy.text
            );
            assert!(!ascii || lossy.text.is_ascii());
            for start in 0..=bytes.len() {
                for end in start..=bytes.len() + 2 {
                    assert!(lossy.text.get(lossy.span(start..end)).is_some(), "{start}..{end}");
                }
            }
        }
        let lossy = Lossy::new(bytes, false);
        assert_eq!(lossy.text, "a␛[31m\tb\n���日 c␍ d␀");
        assert_eq!(&lossy.text[lossy.span(15..18)], "日");
        assert_eq!(lossy.text.lines().nth(1).map(|l| l.chars().count()), Some(10));
    }
}
