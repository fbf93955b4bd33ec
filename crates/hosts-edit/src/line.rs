//! One line of the file and the words on it.

use std::borrow::Cow;
use std::ops::Range;

use crate::encoding::Ending;
use crate::file::HostsFile;
use crate::parse::{self, Parts};

/// What a line is, before any consumer's opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Nothing but blanks.
    Blank,
    /// A comment without an entry in it.
    Comment,
    /// An address, which at least one consumer can read, and at least one name.
    Entry,
    /// An entry behind a `#`: `#127.0.0.1 localhost`. Prose that happens to begin with an address is a
    /// [`Comment`](LineKind::Comment).
    Disabled,
    /// An address and no name. Every consumer ignores it.
    NoNames,
    /// The first word is no address for anybody.
    Unreadable,
}

/// A word of the file and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'f> {
    /// The bytes of the file; for a UTF-16 file the same text in UTF-8.
    pub text: Cow<'f, [u8]>,
    /// Position in the file, in bytes.
    pub span: Range<usize>,
}

/// One line. It borrows the file and finds its words when asked.
#[derive(Debug, Clone, Copy)]
pub struct Line<'f> {
    file: &'f HostsFile,
    number: usize,
    start: usize,
    content_end: usize,
    end: usize,
    ending: Ending,
}

impl<'f> Line<'f> {
    pub(crate) fn new(
        file: &'f HostsFile,
        number: usize,
        whole: Range<usize>,
        content_end: usize,
        ending: Ending,
    ) -> Self {
        Line { file, number, start: whole.start, content_end, end: whole.end, ending }
    }

    /// The number of the line, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Position of the whole line with its ending, in bytes. The spans of all lines tile the file behind its byte
    /// order mark.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Position of the line without its ending.
    pub fn content_span(&self) -> Range<usize> {
        self.start..self.content_end
    }

    /// The bytes of the line without its ending.
    pub fn content(&self) -> &'f [u8] {
        &self.file.bytes()[self.content_span()]
    }

    /// The text of the line without its ending: the bytes, or UTF-8 made from UTF-16.
    pub fn text(&self) -> Cow<'f, [u8]> {
        self.file.encoding().decode(self.content())
    }

    /// What ends the line.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// What the line is.
    pub fn kind(&self) -> LineKind {
        self.parts().kind
    }

    /// The address of an entry, of a disabled entry, or of a line without names.
    pub fn address(&self) -> Option<Word<'f>> {
        let parts = self.parts();
        let has = matches!(parts.kind, LineKind::Entry | LineKind::Disabled | LineKind::NoNames);
        has.then(|| self.word(parts.first))
    }

    /// The names of an entry or of a disabled entry, in order; empty for other lines.
    pub fn names(&self) -> Vec<Word<'f>> {
        let parts = self.parts();
        if !matches!(parts.kind, LineKind::Entry | LineKind::Disabled) {
            return Vec::new();
        }
        self.words_in(parts.others)
    }

    /// Where the first name stands.
    pub(crate) fn first_name(&self) -> Option<Range<usize>> {
        self.name_spans(|spans| spans.next())
    }

    /// The blanks between the last two names.
    pub(crate) fn last_gap(&self) -> Option<Range<usize>> {
        self.name_spans(|spans| {
            let mut last = spans.next()?;
            let mut gap = None;
            for next in spans {
                gap = Some(last.end..next.start);
                last = next;
            }
            gap
        })
    }

    /// The names one by one, since a line may have millions.
    fn name_spans<T>(
        &self,
        take: impl FnOnce(&mut dyn Iterator<Item = Range<usize>>) -> Option<T>,
    ) -> Option<T> {
        let parts = self.parts();
        if !matches!(parts.kind, LineKind::Entry | LineKind::Disabled) {
            return None;
        }
        let narrow = self.narrow();
        let base = parts.others.start;
        let mut spans =
            parse::words(&narrow[parts.others]).map(|r| self.to_span(r.start + base..r.end + base));
        take(&mut spans)
    }

    /// All words before a comment, whatever the line is: what an unreadable line holds.
    pub fn words(&self) -> Vec<Word<'f>> {
        let parts = self.parts();
        self.words_in(parts.first.start..parts.others.end)
    }

    /// The comment with its `#`, up to the end of the content.
    pub fn comment(&self) -> Option<Word<'f>> {
        self.parts().comment.map(|range| self.word(range))
    }

    /// The parts in units of the encoding, relative to the start of the line.
    pub(crate) fn parts(&self) -> Parts {
        parse::line(&self.narrow())
    }

    /// The content with one byte a unit.
    pub(crate) fn narrow(&self) -> Cow<'f, [u8]> {
        self.file.encoding().narrow(self.content())
    }

    /// Units relative to the line to bytes of the file.
    pub(crate) fn to_span(self, units: Range<usize>) -> Range<usize> {
        let unit = self.file.encoding().unit();
        self.start + units.start * unit..self.start + units.end * unit
    }

    fn words_in(&self, region: Range<usize>) -> Vec<Word<'f>> {
        let narrow = self.narrow();
        let base = region.start;
        parse::words(&narrow[region]).map(|r| self.word(r.start + base..r.end + base)).collect()
    }

    fn word(&self, units: Range<usize>) -> Word<'f> {
        let span = self.to_span(units);
        Word { text: self.file.encoding().decode(&self.file.bytes()[span.clone()]), span }
    }
}
