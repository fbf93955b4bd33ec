//! `# whyhost: ignore CODE, CODE` in a file: silences these codes on its line, or on the line below where the line has
//! nothing else.

use super::select::{area, is_selectable};
use crate::finding::Finding;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a comment starts with behind its `#`.
const MARK: &str = "whyhost: ignore";

/// A comment that silences codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The line of the comment, from 1.
    pub line: usize,
    /// The comment, in bytes of the file.
    pub span: Range<usize>,
    /// The lines that it speaks of, from 1: its own, and the next entry below where it stands alone.
    pub lines: Vec<usize>,
    /// Codes and areas as written.
    pub codes: Vec<String>,
}

/// A comment, or one of its codes, that silences nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The file.
    pub path: String,
    /// The line of the comment, from 1.
    pub line: usize,
    /// The code as written; empty where the comment names none.
    pub code: String,
    /// There is a rule or an area of that name.
    pub known: bool,
}

/// The suppressions of a file, in its order; a file of 16-bit text has none.
pub fn suppressions(bytes: &[u8]) -> Vec<Suppression> {
    let mut found: Vec<Suppression> = Vec::new();
    let mut cursor = Cursor { bytes, at: 0, line: 1 };
    for at in memchr::memmem::find_iter(bytes, MARK) {
        let line = cursor.line_at(at);
        if found.last().is_some_and(|last| last.line == line) {
            continue;
        }
        let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |p| at + p);
        let Some(hash) = comment_start(&bytes[start..at]) else { continue };
        let alone = bytes[start..start + hash].trim_ascii().is_empty();
        let text = String::from_utf8_lossy(&bytes[at + MARK.len()..end]).into_owned();
        let span = start + hash..start + hash + bytes[start + hash..end].trim_ascii_end().len();
        let lines = if alone { vec![line, line + 1] } else { vec![line] };
        found.push(Suppression { line, span, lines, codes: codes(&text) });
    }
    stack(&mut found);
    found
}

/// Where the comment begins: a `#` with only blanks between it and the mark.
fn comment_start(before: &[u8]) -> Option<usize> {
    let text = before.trim_ascii_end();
    (text.last() == Some(&b'#')).then(|| text.iter().rposition(|b| *b != b'#').map_or(0, |p| p + 1))
}

/// Codes and areas up to the first word that is neither: what follows is a reason.
fn codes(text: &str) -> Vec<String> {
    let words = text.split([' ', '\t', ',', '\r']).filter(|word| !word.is_empty());
    let looks_like_code = |word: &&str| {
        let known =
            word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        known
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && (is_selectable(word) || word.contains('.'))
    };
    words.take_while(looks_like_code).map(str::to_owned).collect()
}

/// Comments that stand alone in neighbouring lines all speak of the line below them.
fn stack(found: &mut [Suppression]) {
    for i in (1..found.len()).rev() {
        let (above, below) = found.split_at_mut(i);
        let (above, below) = (&mut above[i - 1], &below[0]);
        if above.lines.contains(&below.line) && below.lines.len() > 1 {
            above.lines.extend(below.lines.iter().skip(1).copied());
        }
    }
}

/// Counts lines from one place to a later one.
struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
}

impl Cursor<'_> {
    fn line_at(&mut self, position: usize) -> usize {
        self.line += memchr::memchr_iter(b'\n', &self.bytes[self.at..position]).count();
        self.at = position;
        self.line
    }
}

/// Takes what is silenced out of `findings`; gives its count, and what silences nothing.
///
/// A code that is not asked for, or whose rule was not run, is not called unused.
pub(super) fn apply(
    path: &str,
    suppressions: &[Suppression],
    findings: &mut Vec<Finding>,
    is_asked: &dyn Fn(&str) -> bool,
) -> (usize, Vec<Unused>) {
    let mut by_line: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (i, suppression) in suppressions.iter().enumerate() {
        for line in &suppression.lines {
            let each = (0..suppression.codes.len()).map(|code| (i, code));
            by_line.entry(*line).or_default().extend(each);
        }
    }
    let mut used: Vec<Vec<bool>> = suppressions.iter().map(|s| vec![false; s.codes.len()]).collect();
    let before = findings.len();
    findings.retain(|finding| {
        let places = finding.locations.iter().filter(|l| l.primary && l.path == path);
        let mut silenced = false;
        for place in places {
            for (i, code) in by_line.range(place.line..=place.end_line).flat_map(|(_, all)| all) {
                let word = &suppressions[*i].codes[*code];
                if word == finding.code || word == area(finding.code) {
                    used[*i][*code] = true;
                    silenced = true;
                }
            }
        }
        !silenced
    });
    (before - findings.len(), unused(path, suppressions, &used, is_asked))
}

fn unused(
    path: &str,
    suppressions: &[Suppression],
    used: &[Vec<bool>],
    is_asked: &dyn Fn(&str) -> bool,
) -> Vec<Unused> {
    let mut all = Vec::new();
    let new = |line, code: &str, known| Unused { path: path.to_owned(), line, code: code.to_owned(), known };
    for (suppression, used) in suppressions.iter().zip(used) {
        if suppression.codes.is_empty() {
            all.push(new(suppression.line, "", false));
        }
        for (code, used) in suppression.codes.iter().zip(used) {
            let known = is_selectable(code);
            let is_code = code.contains('.');
            if !used && (!known || !is_code || is_asked(code)) {
                all.push(new(suppression.line, code, known));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(usize, Vec<usize>, String)> {
        let all = suppressions(text.as_bytes()).into_iter();
        all.map(|s| (s.line, s.lines, s.codes.join("+"))).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_one_below() {
        assert_eq!(
            seen("::1 a # whyhost: ignore hosts.empty\n\n# whyhost: ignore hosts.empty, nss\n::1 b\n"),
            [(1, vec![1], "hosts.empty".into()), (3, vec![3, 4], "hosts.empty+nss".into())]
        );
        let stacked = "# whyhost: ignore hosts.empty\n#whyhost: ignore hosts.missing -- why\n::1 b\n";
        let all = seen(stacked);
        assert_eq!(all[0], (1, vec![1, 2, 3], "hosts.empty".into()));
        assert_eq!(all[1], (2, vec![2, 3], "hosts.missing".into()));
    }

    #[test]
    fn a_reason_is_no_code_and_prose_no_suppression() {
        assert_eq!(seen("# whyhost: ignore hosts.empty because of hosts.missing\r\n")[0].2, "hosts.empty");
        assert_eq!(seen("# whyhost: ignore\n")[0].2, "");
        assert_eq!(seen("# say \"whyhost: ignore hosts.empty\" here\n"), []);
        assert_eq!(seen("127.0.0.1 whyhost: ignore hosts.empty\n"), []);
        assert_eq!(suppressions(b"#\xff whyhost: ignore x.y"), []);
    }
}
