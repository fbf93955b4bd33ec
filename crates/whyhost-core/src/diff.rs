//! Differences of two files, line by line, as bytes.
//!
//! Lines end at LF alone, as for the consumers of these files; a CR before it belongs to the line's end. The text is raw:
//! whoever shows it to a person escapes it.

use hosts_edit::Edit;
use similar::{ChangeTag, TextDiff};
use std::ops::Range;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// A run of changes with the lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// First line in the old file, from 1; the line before where the hunk holds none of the old file.
    pub old_start: usize,
    /// Lines of the old file.
    pub old_len: usize,
    /// First line in the new file, counted like `old_start`.
    pub new_start: usize,
    /// Lines of the new file.
    pub new_len: usize,
    /// The lines.
    pub lines: Vec<Line>,
}

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It stays.
    Context,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happens to it.
    pub kind: Kind,
    /// The bytes without the line's end.
    pub text: Vec<u8>,
    /// How it ends.
    pub end: End,
    /// What the eye would miss, in words: `line ending CRLF → LF`, `no newline at end of file`.
    pub note: Option<String>,
}

/// The end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
    /// The file ends within the line.
    None,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            End::Lf => "LF",
            End::CrLf => "CRLF",
            End::None => "none",
        }
    }

    fn bytes(self) -> &'static [u8] {
        match self {
            End::Lf => b"\n",
            End::CrLf => b"\r\n",
            End::None => b"",
        }
    }
}

/// The hunks that turn `old` into `new`; none when they are equal.
pub fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    diff.grouped_ops(CONTEXT)
        .iter()
        .map(|group| {
            let changes = group.iter().flat_map(|op| diff.iter_changes(op));
            let mut lines: Vec<Line> = changes.map(|c| line(c.tag(), c.value())).collect();
            note_line_ends(&mut lines);
            let (first, last) = (&group[0], &group[group.len() - 1]);
            let (old, new) = (
                first.old_range().start..last.old_range().end,
                first.new_range().start..last.new_range().end,
            );
            let start = |range: &std::ops::Range<usize>| range.start + usize::from(!range.is_empty());
            Hunk {
                old_start: start(&old),
                old_len: old.len(),
                new_start: start(&new),
                new_len: new.len(),
                lines,
            }
        })
        .collect()
}

/// The hunks that `edits` make of `old`: the file is only compared where it is edited, so that a large one costs no
/// more than its changes. Edits are sorted and do not overlap.
pub fn hunks_of(old: &[u8], edits: &[Edit]) -> Vec<Hunk> {
    let mut all = Vec::new();
    let mut rest = edits;
    // Lines of the old file before `counted`, and how many more the new file has by then.
    let (mut above, mut counted, mut grown) = (0, 0, 0);
    while let Some(first) = rest.first() {
        let mut window = around(old, &first.range);
        let mut taken = 1;
        while let Some(next) =
            rest.get(taken).map(|e| around(old, &e.range)).filter(|n| n.start <= window.end)
        {
            window.end = window.end.max(next.end);
            taken += 1;
        }
        let (here, after) = rest.split_at(taken);
        above += count_lines(&old[counted..window.start]);
        counted = window.start;
        let part = &old[window.clone()];
        let new = replaced(part, window.start, here);
        all.extend(hunks(part, &new).into_iter().map(|hunk| Hunk {
            old_start: hunk.old_start + above,
            new_start: (hunk.new_start + above).saturating_add_signed(grown),
            ..hunk
        }));
        grown += count_lines(&new).cast_signed() - count_lines(part).cast_signed();
        rest = after;
    }
    all
}

/// Where line `number` (from 1) begins; the end of the file for a number too large.
pub fn line_start(bytes: &[u8], number: usize) -> usize {
    match number {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', bytes).nth(number - 2).map_or(bytes.len(), |at| at + 1),
    }
}

/// The lines of `range` with those that a hunk shows around it.
fn around(bytes: &[u8], range: &Range<usize>) -> Range<usize> {
    let mut before = memchr::memrchr_iter(b'\n', &bytes[..range.start]);
    let start = before.nth(CONTEXT).map_or(0, |at| at + 1);
    // A removal up to a line's begin joins nothing to that line, but an edit within a line ends with it.
    let mut behind = memchr::memchr_iter(b'\n', &bytes[range.end..]);
    let end = behind.nth(CONTEXT).map_or(bytes.len(), |at| range.end + at + 1);
    start..end
}

/// `part`, which begins at byte `base` of the file, with the edits made.
fn replaced(part: &[u8], base: usize, edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len());
    let mut done = 0;
    for edit in edits {
        out.extend_from_slice(&part[done..edit.range.start - base]);
        out.extend_from_slice(&edit.bytes);
        done = edit.range.end - base;
    }
    out.extend_from_slice(&part[done..]);
    out
}

fn count_lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// A unified diff that `patch -p1` takes; empty when nothing changes.
pub fn unified(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    print_unified(path, &hunks(old, new))
}

/// The same of hunks that are known.
pub fn print_unified(path: &str, hunks: &[Hunk]) -> Vec<u8> {
    let mut out = Vec::new();
    if hunks.is_empty() {
        return out;
    }
    let name = path.trim_start_matches('/');
    out.extend_from_slice(format!("--- a/{name}\n+++ b/{name}\n").as_bytes());
    for hunk in hunks {
        out.extend_from_slice(hunk.header().as_bytes());
        out.push(b'\n');
        hunk.lines.iter().for_each(|l| write_line(&mut out, l));
    }
    out
}

impl Hunk {
    /// `@@ -1,4 +1,5 @@`.
    pub fn header(&self) -> String {
        let side = |start, len| if len == 1 { format!("{start}") } else { format!("{start},{len}") };
        format!("@@ -{} +{} @@", side(self.old_start, self.old_len), side(self.new_start, self.new_len))
    }
}

/// A piece of a line, and whether it is not in the other one.
pub type Word = (bool, String);

/// Both texts in pieces, for showing what of a line changes. A line of which little is left is one piece.
pub fn words(old: &str, new: &str) -> (Vec<Word>, Vec<Word>) {
    let diff = TextDiff::from_words(old, new);
    if diff.ratio() < 0.3 {
        return (vec![(false, old.to_owned())], vec![(false, new.to_owned())]);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        let text = change.value().to_owned();
        match change.tag() {
            ChangeTag::Equal => {
                before.push((false, text.clone()));
                after.push((false, text));
            }
            ChangeTag::Delete => before.push((true, text)),
            ChangeTag::Insert => after.push((true, text)),
        }
    }
    (before, after)
}

fn write_line(out: &mut Vec<u8>, line: &Line) {
    out.push(match line.kind {
        Kind::Context => b' ',
        Kind::Removed => b'-',
        Kind::Added => b'+',
    });
    out.extend_from_slice(&line.text);
    out.extend_from_slice(match line.end {
        End::None => b"\n\\ No newline at end of file\n",
        other => other.bytes(),
    });
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|b| *b == b'\n').collect()
}

fn line(tag: ChangeTag, raw: &[u8]) -> Line {
    let kind = match tag {
        ChangeTag::Equal => Kind::Context,
        ChangeTag::Delete => Kind::Removed,
        ChangeTag::Insert => Kind::Added,
    };
    let (text, end) = match (raw.strip_suffix(b"\r\n"), raw.strip_suffix(b"\n")) {
        (Some(text), _) => (text, End::CrLf),
        (None, Some(text)) => (text, End::Lf),
        (None, None) => (raw, End::None),
    };
    let note = (end == End::None).then(|| "no newline at end of file".to_owned());
    Line { kind, text: text.to_vec(), end, note }
}

/// Says of an added line how its end differs from the removed line with the same text.
fn note_line_ends(lines: &mut [Line]) {
    let removed: Vec<(Vec<u8>, End)> =
        lines.iter().filter(|l| l.kind == Kind::Removed).map(|l| (l.text.clone(), l.end)).collect();
    for added in lines.iter_mut().filter(|l| l.kind == Kind::Added) {
        let before = removed.iter().find(|(text, end)| *text == added.text && *end != added.end);
        if let Some((_, before)) = before {
            added.note = Some(format!("line ending {} → {}", before.name(), added.end.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_files_have_no_hunks() {
        assert_eq!(hunks(b"a\nb", b"a\nb"), []);
        assert_eq!(unified("/etc/hosts", b"\xff\n", b"\xff\n"), b"");
    }

    #[test]
    fn an_inserted_line_is_shown_with_three_lines_around() {
        let old = b"1\n2\n3\n4\n5\n6\n7\n8\n";
        let new = b"1\n2\n3\n4\nnew\n5\n6\n7\n8\n";
        let want = "--- a/etc/hosts\n+++ b/etc/hosts\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n";
        assert_eq!(String::from_utf8(unified("/etc/hosts", old, new)).unwrap(), want);
    }

    #[test]
    fn hunks_of_edits_are_those_of_the_whole_file() {
        let old: Vec<u8> = (0..60).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        let at = |line: usize| line_start(&old, line);
        let edit = |range: Range<usize>, text: &str| Edit { range, bytes: text.into() };
        for edits in [
            vec![],
            vec![edit(0..0, "new\n")],
            vec![edit(at(3)..at(3), "# "), edit(at(30)..at(32), ""), edit(at(50)..at(50), "a\nb\n")],
            vec![edit(at(10)..at(11), ""), edit(at(12)..at(12), "x\n"), edit(at(19)..at(19), "y\n")],
            vec![edit(old.len()..old.len(), "end")],
            vec![edit(at(60)..old.len(), "")],
            vec![edit(at(5)..at(5) + 4, "LINE"), edit(at(40) - 1..at(40), "")],
        ] {
            let new = replaced(&old, 0, &edits);
            let print = |hunks: &[Hunk]| String::from_utf8(print_unified("x", hunks)).unwrap();
            assert_eq!(print(&hunks_of(&old, &edits)), print(&hunks(&old, &new)), "{edits:?}");
        }
        assert_eq!(hunks_of(b"", &[edit(0..0, "a\n")])[0].header(), "@@ -0,0 +1 @@");
    }

    #[test]
    fn words_that_change_are_told() {
        let (before, after) = words("10.0.0.1 nas box", "10.0.0.2 nas box");
        assert!(before[0] == (true, "10.0.0.1".into()) && after[0] == (true, "10.0.0.2".into()));
        assert!(before[1..].iter().chain(&after[1..]).all(|(changed, _)| !changed));
        assert_eq!(words("abc", "xyz").0, [(false, "abc".to_owned())]);
    }

    #[test]
    fn an_empty_file_starts_at_line_zero() {
        assert_eq!(hunks(b"", b"a\n")[0].header(), "@@ -0,0 +1 @@");
        assert_eq!(hunks(b"a\n", b"")[0].header(), "@@ -1 +0,0 @@");
    }

    #[test]
    fn a_changed_line_end_is_said_in_words() {
        let hunk = &hunks(b"a\r\nb\r\n", b"a\nb\r\n")[0];
        let kinds: Vec<_> = hunk.lines.iter().map(|l| (l.kind, l.text.as_slice(), l.end)).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Removed, &b"a"[..], End::CrLf),
                (Kind::Added, b"a", End::Lf),
                (Kind::Context, b"b", End::CrLf)
            ]
        );
        assert_eq!(hunk.lines[1].note.as_deref(), Some("line ending CRLF → LF"));
    }

    #[test]
    fn a_missing_final_newline_is_marked() {
        let diff = unified("x", b"a", b"a\n");
        assert_eq!(
            String::from_utf8(diff).unwrap(),
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"
        );
        let hunk = &hunks(b"a", b"a\n")[0];
        assert_eq!(hunk.lines[0].note.as_deref(), Some("no newline at end of file"));
        assert_eq!(hunk.lines[1].note.as_deref(), Some("line ending none → LF"));
    }

    #[test]
    fn bytes_that_are_no_text_go_through() {
        assert_eq!(
            unified("x", b"\xff\x00\n", b"\xfe\r\n"),
            b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\xff\x00\n+\xfe\r\n"
        );
    }
}
