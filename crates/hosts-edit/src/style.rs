//! How the lines around a place are written, so that new text looks the same.

use std::ops::Range;

use crate::encoding::Ending;
use crate::file::HostsFile;
use crate::line::{Line, LineKind};

/// Distance within which neighbours are looked for: a style is local, and a file may have millions of lines.
const NEAR: usize = 200;

const TAB: usize = 8;

/// The ending for a line in front of line `before`: that of the line above, of the line below, of the first line,
/// else LF.
pub(crate) fn ending_near(file: &HostsFile, before: usize) -> Ending {
    let candidates = [before.wrapping_sub(1), before, before.wrapping_sub(2), 1];
    let found =
        candidates.iter().filter_map(|n| file.line(*n)).map(|l| l.ending()).find(|e| *e != Ending::None);
    found.unwrap_or(if file.is_classic() { Ending::Cr } else { Ending::Lf })
}

/// True if the last line ends with the file.
pub(crate) fn lacks_final_ending(file: &HostsFile) -> bool {
    file.line(file.line_count()).is_some_and(|l| l.ending() == Ending::None)
}

/// The blanks between `address` and the first name, as the nearest entry has them: one space, tabs to the same tab
/// stop, or spaces to the same column.
pub(crate) fn address_gap(file: &HostsFile, before: usize, address: &str) -> String {
    let Some(line) = nearest(file, before, |l| l.kind() == LineKind::Entry) else {
        return " ".to_owned();
    };
    let (start, gap) = gap_after_address(&line);
    let gap_text = file.encoding().decode(&file.bytes()[gap.clone()]).into_owned();
    let only_space = gap_text == b" " && !is_padding(file, before);
    if only_space {
        return " ".to_owned();
    }
    let unit = file.encoding().unit();
    let address_width = (gap.start - start) / unit;
    let column = gap_text
        .iter()
        .fold(address_width, |col, b| if *b == b'\t' { (col / TAB + 1) * TAB } else { col + 1 });
    fill(address.chars().count(), column, gap_text.contains(&b'\t'))
}

/// The blanks between two names: those of the line itself, else of the nearest entry with two names, else a space.
pub(crate) fn name_gap(file: &HostsFile, near: usize) -> String {
    let lines = file.line(near).into_iter().chain(around(file, near));
    lines.filter_map(|l| l.last_gap()).next().map_or_else(|| " ".to_owned(), |gap| text_of(file, gap))
}

/// What the nearest disabled entry has in front of its address, `# ` without one.
pub(crate) fn comment_mark(file: &HostsFile, near: usize) -> String {
    let Some(line) = nearest(file, near, |l| l.kind() == LineKind::Disabled) else {
        return "# ".to_owned();
    };
    let parts = line.parts();
    let hash = line.narrow().iter().position(|b| *b == b'#').unwrap_or(0);
    text_of(file, line.to_span(hash..parts.first.start))
}

/// For each entry the range of the blanks behind its address, and the blanks that bring its first name to the column
/// of all.
pub(crate) fn aligned_gaps(entries: &[Line<'_>]) -> Vec<(Range<usize>, String)> {
    let ends: Vec<usize> = entries.iter().map(|l| l.parts().first.end).collect();
    let tabs = entries.first().is_some_and(|l| l.narrow().get(ends[0]) == Some(&b'\t'));
    let widest = ends.iter().max().copied().unwrap_or(0);
    let column = if tabs { (widest / TAB + 1) * TAB } else { widest + 1 };
    let gaps = entries.iter().zip(&ends).map(|(l, end)| (gap_after_address(l).1, fill(*end, column, tabs)));
    gaps.collect()
}

/// Blanks from `from` to `column`, at least one.
fn fill(from: usize, column: usize, tabs: bool) -> String {
    if tabs {
        let stops = (column / TAB).saturating_sub(from / TAB).max(1);
        return "\t".repeat(stops);
    }
    " ".repeat(column.saturating_sub(from).max(1))
}

/// Start of the address, and the blanks between it and the first name.
fn gap_after_address(line: &Line<'_>) -> (usize, Range<usize>) {
    let start = line.address().map_or(line.span().start, |a| a.span.start);
    let end = line.address().map_or(start, |a| a.span.end);
    (start, end..line.first_name().map_or(end, |n| n.start))
}

/// A single space may be the end of a padded column: `127.0.0.1 a` above `::1       a`. It is if the nearest entries
/// have different gaps and one column.
fn is_padding(file: &HostsFile, near: usize) -> bool {
    let mut columns = around(file, near).filter(|l| l.kind() == LineKind::Entry).take(4).map(|l| {
        let (start, gap) = gap_after_address(&l);
        (gap.end - start, gap.len())
    });
    let Some((column, width)) = columns.next() else {
        return false;
    };
    let rest: Vec<(usize, usize)> = columns.collect();
    rest.iter().any(|(_, w)| *w != width) && rest.iter().all(|(c, _)| *c == column)
}

fn nearest<'f>(file: &'f HostsFile, near: usize, good: impl Fn(&Line<'f>) -> bool) -> Option<Line<'f>> {
    around(file, near).find(|l| good(l))
}

/// The lines around line `near`, nearest first, lines above before lines below.
fn around(file: &HostsFile, near: usize) -> impl Iterator<Item = Line<'_>> {
    let numbers = (0..NEAR).flat_map(move |d| [near.checked_sub(d + 1), near.checked_add(d)]);
    numbers.flatten().filter_map(|n| file.line(n))
}

fn text_of(file: &HostsFile, range: Range<usize>) -> String {
    String::from_utf8_lossy(&file.encoding().decode(&file.bytes()[range])).into_owned()
}
