//! Differences of two files, line by line, as bytes.
//!
//! Lines end at LF alone, as for the consumers of these files; a CR before it belongs to the line's end. The text is raw:
//! whoever shows it to a person escapes it.

use similar::{ChangeTag, TextDiff};

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

/// A unified diff that `patch -p1` takes; empty when nothing changes.
pub fn unified(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    let hunks = hunks(old, new);
    let mut out = Vec::new();
    if hunks.is_empty() {
        return out;
    }
    let name = path.trim_start_matches('/');
    out.extend_from_slice(format!("--- a/{name}\n+++ b/{name}\n").as_bytes());
    for hunk in &hunks {
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
