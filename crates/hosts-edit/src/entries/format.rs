//! Aligned columns: white space alone changes.

use crate::edit::{Edit, EditError, EditSet};
use crate::file::HostsFile;
use crate::line::{Line, LineKind};
use crate::style;
use std::collections::HashMap;
use std::ops::Range;

/// The first names of all entries in one column, one space between names, no blanks at the end of a line. Comments and
/// what is commented out stay as they are, and so does a gap that is not made of spaces and tabs alone.
///
/// Blanks in front of an address stay too: they decide who reads the line.
///
/// # Errors
/// Never for what was parsed; the type is that of all edits.
pub fn format(file: &HostsFile) -> Result<EditSet, EditError> {
    let entries: Vec<Line<'_>> = file.lines().filter(|l| l.kind() == LineKind::Entry).collect();
    let gaps: HashMap<usize, String> =
        style::aligned_gaps(&entries).into_iter().map(|(range, gap)| (range.start, gap)).collect();
    let mut edits = EditSet::new();
    for line in file.lines() {
        for (range, text) in changes(&line, &gaps) {
            let old = file.encoding().decode(&file.bytes()[range.clone()]);
            let is_plain = old.iter().all(|b| matches!(b, b' ' | b'\t'));
            if is_plain && *old != *text.as_bytes() {
                edits.push(Edit { range, bytes: file.encoding().encode(text.as_bytes()) })?;
            }
        }
    }
    Ok(edits)
}

/// The gaps of a line and what belongs into them.
fn changes(line: &Line<'_>, gaps: &HashMap<usize, String>) -> Vec<(Range<usize>, String)> {
    let end = line.content_span().end;
    match line.kind() {
        LineKind::Blank => vec![(line.content_span(), String::new())],
        LineKind::Entry => {
            let mut all = Vec::new();
            let mut last = line.address().map_or(line.span().start, |a| a.span.end);
            for (at, name) in line.names().into_iter().enumerate() {
                let gap = if at == 0 { gaps.get(&last).cloned() } else { None };
                all.push((last..name.span.start, gap.unwrap_or_else(|| " ".to_owned())));
                last = name.span.end;
            }
            if line.comment().is_none() {
                all.push((last..end, String::new()));
            }
            all
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str) {
        let formatted = |text: &str| {
            let file = HostsFile::parse(text).0;
            String::from_utf8(format(&file).unwrap().apply(file.bytes()).unwrap()).unwrap()
        };
        assert_eq!(formatted(before), after, "{before:?}");
        assert_eq!(formatted(after), after, "again: {before:?}");
    }

    #[test]
    fn columns_and_nothing_else() {
        check(
            "127.0.0.1   localhost  a \r\n\t\r\n2001:db8::1 b   # two  blanks  \r\n# c  \r\nx  y\r\n",
            "127.0.0.1   localhost a\r\n\r\n2001:db8::1 b   # two  blanks  \r\n# c  \r\nx  y\r\n",
        );
        check("::1 a\n127.0.0.1\tb", "::1       a\n127.0.0.1 b");
        check("::1\ta\n127.0.0.1 b\tc\n", "::1\t\ta\n127.0.0.1\tb c\n");
        check(" 10.0.0.1 a\n::1 b\n", " 10.0.0.1 a\n::1       b\n");
        check("10.0.0.1\u{b}a b\n", "10.0.0.1\u{b}a b\n");
        check("", "");
    }
}
