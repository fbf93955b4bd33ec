//! Several rounds of edits as one: which parts of the old content are left, and what stands between them.

use super::Tagged;
use hosts_edit::Edit;
use std::ops::Range;

/// The content after some rounds of edits, as parts of the old content and new text.
pub(super) struct Pieces(Vec<Piece>);

enum Piece {
    /// Bytes of the old content.
    Kept(Range<usize>),
    /// New bytes, or the place of a removal, with the fixes that they belong to.
    New(Vec<u8>, Vec<usize>),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(range) => range.len(),
            Piece::New(bytes, _) => bytes.len(),
        }
    }

    /// The first `at` bytes, and the rest.
    fn split(self, at: usize) -> (Piece, Piece) {
        match self {
            Piece::Kept(r) => (Piece::Kept(r.start..r.start + at), Piece::Kept(r.start + at..r.end)),
            Piece::New(mut bytes, fixes) => {
                let rest = bytes.split_off(at);
                (Piece::New(bytes, fixes.clone()), Piece::New(rest, fixes))
            }
        }
    }
}

impl Pieces {
    /// Content of `len` bytes, unchanged.
    pub(super) fn of(len: usize) -> Pieces {
        Pieces(vec![Piece::Kept(0..len)])
    }

    /// Makes edits in the content as it is now; they are sorted and do not touch each other.
    pub(super) fn apply(&mut self, edits: &[Tagged]) {
        let mut old = std::mem::take(&mut self.0).into_iter();
        let mut rest: Option<Piece> = None;
        let mut done = 0;
        for Tagged { edit, fixes } in edits {
            self.take(&mut old, &mut rest, edit.range.start - done, true);
            self.take(&mut old, &mut rest, edit.range.len(), false);
            self.0.push(Piece::New(edit.bytes.clone(), fixes.clone()));
            done = edit.range.end;
        }
        self.0.extend(rest);
        self.0.extend(old);
    }

    /// Moves the next `count` bytes over, or drops them; of dropped new text the fixes are kept.
    fn take(
        &mut self,
        old: &mut impl Iterator<Item = Piece>,
        rest: &mut Option<Piece>,
        mut count: usize,
        keep: bool,
    ) {
        while count > 0 {
            let Some(piece) = rest.take().or_else(|| old.next()) else { return };
            let (piece, after) = if piece.len() > count {
                let (piece, after) = piece.split(count);
                (piece, Some(after))
            } else {
                (piece, None)
            };
            count -= piece.len();
            *rest = after;
            match piece {
                piece if keep => self.0.push(piece),
                Piece::New(_, fixes) => self.0.push(Piece::New(Vec::new(), fixes)),
                Piece::Kept(_) => {}
            }
        }
    }

    /// The replacements in the old content that give the new one.
    pub(super) fn into_edits(self, old: &[u8]) -> Vec<Tagged> {
        let mut edits: Vec<Tagged> = Vec::new();
        let (mut at, mut bytes, mut fixes, mut open) = (0, Vec::new(), Vec::new(), false);
        let end = Piece::Kept(old.len()..old.len());
        for piece in self.0.into_iter().chain([end]) {
            match piece {
                Piece::New(new, by) => {
                    open = true;
                    bytes.extend(new);
                    fixes.extend(by);
                }
                Piece::Kept(range) => {
                    let is_end = range.start == old.len();
                    if range.is_empty() && !is_end {
                        continue;
                    }
                    let edit = Edit { range: at..range.start, bytes: std::mem::take(&mut bytes) };
                    let mut by: Vec<usize> = std::mem::take(&mut fixes);
                    by.sort_unstable();
                    by.dedup();
                    if (open || !edit.range.is_empty()) && old[edit.range.clone()] != *edit.bytes {
                        edits.push(Tagged { edit, fixes: by });
                    }
                    open = false;
                    at = range.end;
                }
            }
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(range: Range<usize>, text: &str, fix: usize) -> Tagged {
        Tagged { edit: Edit { range, bytes: text.into() }, fixes: vec![fix] }
    }

    fn applied(old: &[u8], edits: &[Tagged]) -> Vec<u8> {
        let mut set = hosts_edit::EditSet::new();
        edits.iter().for_each(|t| set.push(t.edit.clone()).unwrap());
        set.apply(old).unwrap()
    }

    #[test]
    fn rounds_become_one() {
        let old = b"one\ntwo\nthree\n";
        let rounds = [
            vec![tagged(0..0, "# ", 0), tagged(4..8, "", 1)],
            vec![tagged(1..4, "ONE", 2), tagged(6..11, "3", 3)],
            vec![tagged(4..4, "e", 4)],
        ];
        let mut pieces = Pieces::of(old.len());
        let mut now = old.to_vec();
        for edits in &rounds {
            pieces.apply(edits);
            now = applied(&now, edits);
        }
        let net = pieces.into_edits(old);
        assert_eq!(applied(old, &net), now);
        assert_eq!(net[0].fixes, [0, 2, 4]);
    }

    #[test]
    fn a_change_and_its_way_back_are_no_change() {
        let old = b"abc";
        let mut pieces = Pieces::of(3);
        pieces.apply(&[tagged(1..2, "X", 0)]);
        pieces.apply(&[tagged(1..2, "b", 1)]);
        assert!(pieces.into_edits(old).is_empty());
    }

    #[test]
    fn the_end_of_the_file_can_be_edited() {
        let mut pieces = Pieces::of(3);
        pieces.apply(&[tagged(3..3, "\n", 0)]);
        let net = pieces.into_edits(b"abc");
        assert_eq!((net.len(), net[0].edit.clone()), (1, Edit { range: 3..3, bytes: b"\n".to_vec() }));
        let mut pieces = Pieces::of(3);
        pieces.apply(&[tagged(0..3, "", 0)]);
        assert_eq!(pieces.into_edits(b"abc")[0].edit.range, 0..3);
        let mut pieces = Pieces::of(0);
        pieces.apply(&[tagged(0..0, "x", 0)]);
        assert_eq!(pieces.into_edits(b"").len(), 1);
    }
}
