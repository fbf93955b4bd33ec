//! Byte-exact edits that follow the style of their neighbours: hosts-edit's for the hosts file, plain lines for others.

use crate::finding::TextEdit;
use hosts_edit::{EditError, EditSet, HostsFile};
use std::ops::Range;

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The bytes of line `number` (from 1) with its line end; empty at the end of the file for a number too large.
pub(super) fn line_span(bytes: &[u8], number: usize) -> Range<usize> {
    let mut start = 0;
    for (i, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        if i + 1 == number {
            return start..start + line.len();
        }
        start += line.len();
    }
    bytes.len()..bytes.len()
}

/// The bytes of line `number` without its line end.
pub(super) fn line_text(bytes: &[u8], number: usize) -> Range<usize> {
    let span = line_span(bytes, number);
    let text = bytes[span.clone()].trim_ascii_end();
    span.start..span.start + text.len()
}

/// The line end of the file: that of its first line.
pub(super) fn line_end(bytes: &[u8]) -> &'static str {
    let first = bytes.split_inclusive(|b| *b == b'\n').next().unwrap_or_default();
    if first.ends_with(b"\r\n") { "\r\n" } else { "\n" }
}

/// Inserts whole lines before line `number`; a number beyond the last line appends.
///
/// Text is never glued to a last line that has no line end.
pub(super) fn insert_lines(bytes: &[u8], number: usize, lines: &[String]) -> TextEdit {
    let at = line_span(bytes, number).start;
    let end = line_end(bytes);
    let mut text: String = lines.iter().flat_map(|line| [line.as_str(), end]).collect();
    if at == bytes.len() && !bytes.is_empty() && !bytes.ends_with(b"\n") {
        text.insert_str(0, end);
    }
    TextEdit { byte_start: at, byte_end: at, text }
}

/// Puts `text` in the place of `span`.
pub(super) fn replace(span: Range<usize>, text: impl Into<String>) -> TextEdit {
    TextEdit { byte_start: span.start, byte_end: span.end, text: text.into() }
}

/// Turns line `number` into a comment.
pub(super) fn comment_out(bytes: &[u8], number: usize) -> TextEdit {
    let start = line_span(bytes, number).start;
    replace(start..start, "# ")
}

/// Removes a word and the blanks before it.
pub(super) fn remove_word(bytes: &[u8], word: Range<usize>) -> TextEdit {
    let blanks = bytes[..word.start].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    replace(word.start - blanks..word.end, "")
}

/// Edits of a hosts file in terms of entries and names; `None` for a file in UTF-16, where no edit helps.
pub(super) fn hosts(
    file: &HostsFile,
    change: impl FnOnce(&mut EditSet) -> Result<(), EditError>,
) -> Option<Vec<TextEdit>> {
    let mut set = EditSet::new();
    change(&mut set).ok().filter(|()| !set.is_empty() && !file.encoding().is_utf16())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(set.edits().iter().map(|e| replace(e.range.clone(), text(&e.bytes))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatif::edited;

    fn inserted(bytes: &[u8], line: usize) -> Vec<u8> {
        edited(bytes, &[insert_lines(bytes, line, &["x".to_owned()])])
    }

    #[test]
    fn insertions_follow_line_ends_and_never_glue() {
        assert_eq!(inserted(b"", 1), b"x\n");
        assert_eq!(inserted(b"a\nb\n", 2), b"a\nx\nb\n");
        assert_eq!(inserted(b"a\r\nb\r\n", 3), b"a\r\nb\r\nx\r\n");
        assert_eq!(inserted(b"a\nb", 9), b"a\nb\nx\n");
        assert_eq!(inserted(b"a\r\nb", 9), b"a\r\nb\r\nx\r\n");
    }

    #[test]
    fn a_word_goes_with_the_blanks_before_it() {
        let bytes = b"1.2.3.4  a \tlocalhost b\n";
        assert_eq!(edited(bytes, &[remove_word(bytes, 12..21)]), b"1.2.3.4  a b\n");
    }

    #[test]
    fn lines_end_before_their_line_end() {
        assert_eq!(line_text(b"a b \r\nc", 1), 0..3);
        assert_eq!(line_text(b"a b \r\nc", 2), 6..7);
        assert_eq!(line_text(b"a\n", 7), 2..2);
    }
}
