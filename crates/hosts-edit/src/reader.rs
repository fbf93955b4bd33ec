//! Takes the file apart line by line as one consumer does.

mod comment;

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use crate::address::{self, Address};
use crate::dialect::{Bom, Case, Comments, Dialect, LastLine, LeadingBlank, NameRule, Nul, Verdict};
use crate::parse;
use crate::split::Lines;
use crate::view::{SeenEntry, SeenName, View};

/// Reads entry after entry, reusing its buffers.
pub(crate) struct Reader<'f> {
    view: View<'f>,
    /// The bytes that the consumer gets to see.
    bytes: &'f [u8],
    lines: Lines<'f>,
    has_nul: bool,
    /// Index of the file's line at which the current entry begins.
    line_index: usize,
    /// The last good address token: blocklists repeat it. Empty before the first.
    known: &'f [u8],
    /// Its value, which is that of the current entry.
    pub(crate) value: Address,
    /// The current entry.
    pub(crate) address: Range<usize>,
    pub(crate) names: Vec<Range<usize>>,
    /// The text behind the address in which names were looked for, and whether a blank or a line end follows it.
    pub(crate) text: Range<usize>,
    pub(crate) closed: bool,
    /// A name of the current entry that the consumer reads longer than it is written: its place in `names`, its text.
    grown: Option<(usize, Vec<u8>)>,
    /// The last line with text had no comment.
    lacks_comment: bool,
    /// Lines without this name are passed over.
    wanted: Option<&'f [u8]>,
    /// More names of a line are not looked at.
    most_names: usize,
    /// How many names the current entry has; `names` has fewer of them where one is wanted.
    pub(crate) count: usize,
}

impl<'f> Reader<'f> {
    pub(crate) fn new(view: View<'f>) -> Reader<'f> {
        let bytes = crate::split::readable(view.file.bytes(), view.dialect);
        let bom = if view.dialect.bom == Bom::Skipped && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Reader {
            view,
            bytes,
            lines: Lines::new(bytes, bom, view.dialect),
            has_nul: memchr::memchr(0, bytes).is_some(),
            line_index: 0,
            known: &[],
            value: Address { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), scope_id: 0, zone: None },
            address: 0..0,
            names: Vec::new(),
            text: 0..0,
            closed: false,
            grown: None,
            lacks_comment: false,
            wanted: None,
            most_names: view.dialect.names_per_line,
            count: 0,
        }
    }

    /// Passes over lines that do not have `name`, before their names are collected: a line may have millions.
    ///
    /// Lines that have it inside a longer word are still read. Of a line that has it, only the first name and those that
    /// are the wanted one are collected.
    pub(crate) fn naming(view: View<'f>, name: &'f [u8]) -> Reader<'f> {
        // A consumer that judges names may undo escapes, so their text need not stand in the file; nor need it for one that
        // knows the capitals of all letters.
        let as_written = view.dialect.names == NameRule::Any && view.dialect.case != Case::Unicode;
        let wanted = as_written.then(|| view.dialect.undotted(name));
        Reader { wanted, ..Reader::new(view) }
    }

    /// Collects the first name of each line only.
    pub(crate) fn first_names(view: View<'f>) -> Reader<'f> {
        // A consumer that judges names may drop the first one, or the line for a later one.
        let most_names = if view.dialect.names == NameRule::Any { 1 } else { view.dialect.names_per_line };
        Reader { most_names, ..Reader::new(view) }
    }

    /// Goes to the next line with a valid address, names or not. `false` at the end.
    pub(crate) fn advance(&mut self) -> bool {
        while let Some((mut line, closed)) = self.lines.next() {
            self.closed = closed;
            if self.has_nul {
                match self.apply_nul(line) {
                    NulEffect::Line(rest) => line = rest,
                    NulEffect::NoLine => continue,
                    NulEffect::EndOfFile => return false,
                }
            }
            if self.read(line) {
                return true;
            }
        }
        false
    }

    /// The number of the file's line at which the current entry begins, from 1.
    pub(crate) fn line(&mut self) -> usize {
        let start = self.address.start;
        let file = self.view.file;
        while self.line_index + 1 < file.line_count() && file.start_of(self.line_index + 1) <= start {
            self.line_index += 1;
        }
        self.line_index + 1
    }

    /// The names of the current entry: where they stand, and their bytes as the consumer compares them.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Range<usize>, Cow<'f, [u8]>)> {
        self.names.iter().enumerate().map(|(place, span)| match &self.grown {
            Some((grown, text)) if *grown == place => (span, Cow::Owned(text.clone())),
            _ => (span, self.view.name_at(span.clone())),
        })
    }

    /// The names of the current entry that are read as they are written.
    pub(crate) fn named_as_written(&self) -> impl Iterator<Item = (&Range<usize>, Cow<'f, [u8]>)> {
        let grown = self.grown.as_ref().map(|(place, _)| *place);
        self.named().enumerate().filter(move |(place, _)| Some(*place) != grown).map(|(_, name)| name)
    }

    /// The text of the current zone, where the consumer keeps it.
    pub(crate) fn zone(&self) -> Option<&'f [u8]> {
        let range = self.value.zone.clone()?;
        Some(&self.bytes[self.address.clone()][range])
    }

    /// The bytes between two positions.
    pub(crate) fn bytes(&self, span: Range<usize>) -> &'f [u8] {
        &self.bytes[span]
    }

    pub(crate) fn entry(&mut self) -> SeenEntry<'f> {
        let line = self.line();
        let Address { ip, scope_id, .. } = self.value;
        SeenEntry {
            line,
            address: ip,
            scope_id,
            zone: self.zone(),
            address_span: self.address.clone(),
            names: self.named().map(|(span, text)| SeenName { text, span: span.clone() }).collect(),
        }
    }

    /// Takes one line apart; `false` if the consumer skips it.
    fn read(&mut self, line: Range<usize>) -> bool {
        let dialect = self.view.dialect;
        self.grown = None;
        // What is read again at the end may give a name that does not stand there.
        let repeats = dialect.last_line == LastLine::RepeatsTail && !self.closed;
        if let Some(name) = self.wanted.filter(|_| !repeats)
            && !contains(&self.bytes[line.clone()], name)
        {
            return false;
        }
        let whole = line.clone();
        let Some(line) = self.without_comment(line) else {
            return false;
        };
        let line = match dialect.leading_blank {
            LeadingBlank::TrimsControls => self.without_controls(line),
            _ => line,
        };
        let text = dialect.blanks.blanked(&self.bytes[line.clone()]);
        let indented = text.first().is_some_and(|b| dialect.blanks.has(*b));
        if indented && dialect.leading_blank == LeadingBlank::IgnoresLine {
            return false;
        }
        let Some((rest, token)) = parse::token(&text, |b| dialect.blanks.has(b)) else {
            return false;
        };
        self.text = line.end - rest.len()..line.end;
        self.address = self.text.start - token.len()..self.text.start;
        if dialect.skips_link_local && self.bytes[self.address.clone()].starts_with(b"fe80") {
            return false;
        }
        if !self.understand(&self.bytes[self.address.clone()]) || !self.collect_names() {
            return false;
        }
        if dialect.last_line == LastLine::RepeatsTail && !self.closed && indented {
            self.repeat_tail(whole);
        }
        true
    }

    /// The names of a line behind whose end its last bytes stand again, as many as it has blanks in front.
    fn repeat_tail(&mut self, line: Range<usize>) {
        let blanks = self.view.dialect.blanks;
        let indent = self.bytes[line.clone()].iter().take_while(|b| blanks.has(**b)).count();
        let tail = line.end - indent..line.end;
        let written = self.text.len();
        let text = [&self.bytes[self.text.clone()], &self.bytes[tail.clone()]].concat();
        self.names.clear();
        for word in parse::tokens(&text, |b| blanks.has(b)) {
            let start = self.text.start + word.start;
            if word.start >= written {
                let at = tail.start + word.start - written;
                self.names.push(at..at + word.len());
            } else if word.end <= written {
                self.names.push(start..start + word.len());
            } else {
                self.grown = Some((self.names.len(), text[word].to_vec()));
                self.names.push(start..self.text.end);
            }
        }
        self.count = self.names.len();
    }

    fn without_controls(&self, line: Range<usize>) -> Range<usize> {
        let text = &self.bytes[line.clone()];
        let Some(first) = text.iter().position(|b| *b > b' ') else {
            return line.end..line.end;
        };
        let last = text.iter().rposition(|b| *b > b' ').unwrap_or(first);
        line.start + first..line.start + last + 1
    }

    fn understand(&mut self, token: &'f [u8]) -> bool {
        if self.known == token {
            return true;
        }
        let dialect = self.view.dialect;
        match address::read(token, dialect.address, dialect.zones, self.view.zones) {
            Some(address) => {
                (self.known, self.value) = (token, address);
                true
            }
            None => false,
        }
    }

    /// Fills `names`; `false` if a name makes the consumer drop the line.
    fn collect_names(&mut self) -> bool {
        let dialect = self.view.dialect;
        let text = &self.bytes[self.text.clone()];
        let base = self.text.start;
        self.names.clear();
        self.count = 0;
        let blanked = dialect.blanks.blanked(text);
        for range in parse::tokens(&blanked, |b| dialect.blanks.has(b)).take(self.most_names) {
            let lost = range.end == text.len() && !self.closed && loses_unclosed_name(dialect);
            let word = &text[range.clone()];
            if lost || dialect.comments == Comments::WordStartOrDropsWord && word.contains(&b'#') {
                continue;
            }
            let kept = if dialect.nul == Nul::EndsWord { word_before_nul(word) } else { word.len() };
            match dialect.names.judge(&word[..kept], self.count == 0) {
                Verdict::Keeps | Verdict::KeepsAs(_) => {
                    self.count += 1;
                    let passed = |name| !dialect.same_name(&word[..kept], name);
                    if self.count > 1 && self.wanted.is_some_and(passed) {
                        continue;
                    }
                    self.names.push(base + range.start..base + range.start + kept);
                }
                Verdict::Drops => {}
                Verdict::DropsRest => break,
                Verdict::DropsLine => return false,
            }
        }
        true
    }

    fn apply_nul(&mut self, line: Range<usize>) -> NulEffect {
        let text = &self.bytes[line.clone()];
        let Some(at) = memchr::memchr(0, text) else {
            return NulEffect::Line(line);
        };
        let cut = line.start..line.start + at;
        match self.view.dialect.nul {
            Nul::Ordinary | Nul::EndsWord => NulEffect::Line(line),
            Nul::EndsFileAtStart if at == 0 => NulEffect::EndOfFile,
            Nul::SkippedAtStart if at == 0 => {
                let zeros = text.iter().take_while(|b| **b == 0).count();
                NulEffect::Line(line.start + zeros..line.end)
            }
            Nul::EndsLineLosingByte if at == 0 => NulEffect::EndOfFile,
            Nul::EndsLineLosingByte => NulEffect::Line(cut.start..cut.end - 1),
            Nul::LosesLine if !text[..at].contains(&b'#') => NulEffect::NoLine,
            Nul::EndsLineLosingName => {
                self.closed = false;
                NulEffect::Line(cut)
            }
            _ => {
                self.closed = self.view.dialect.last_line != LastLine::RepeatsTail;
                NulEffect::Line(cut)
            }
        }
    }
}

enum NulEffect {
    Line(Range<usize>),
    NoLine,
    EndOfFile,
}

/// `name` stands somewhere in `text`, in capitals or not.
fn contains(text: &[u8], name: &[u8]) -> bool {
    let Some(first) = name.first() else { return true };
    let starts = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
    starts.filter_map(|at| text.get(at..at + name.len())).any(|word| word.eq_ignore_ascii_case(name))
}

fn loses_unclosed_name(dialect: &Dialect) -> bool {
    dialect.last_line == LastLine::NameLost || dialect.nul == Nul::EndsLineLosingName
}

fn word_before_nul(word: &[u8]) -> usize {
    memchr::memchr(0, word).unwrap_or(word.len())
}

#[cfg(test)]
mod tests {
    use crate::dialect::{GLIBC, GLIBC_2_32, MUSL};
    use crate::{Family, HostsFile};

    #[test]
    fn heads_are_the_beginnings_of_the_entries() {
        let text = "127.0.0.1 a b\n# c\n10.0.0.1\n::1\tc";
        let file = HostsFile::parse(text).0;
        let whole: Vec<_> =
            file.entries(&GLIBC).map(|e| (e.line, e.address, e.names[0].span.clone())).collect();
        let heads: Vec<_> = file.view(&GLIBC).heads().map(|h| (h.line, h.address, h.name_span)).collect();
        assert_eq!((heads.len(), heads), (2, whole));
    }

    /// Seen with glibc 2.36: what stands at the end is read again, as far as the line is indented.
    #[test]
    fn glibc_repeats_the_tail_of_an_indented_line_without_line_feed() {
        let cases: [(&[u8], &[&str], &[&str]); 6] = [
            (b" ::1 localhost box", &["localhost", "boxx"], &["box"]),
            (b"   ::1 localhost box", &["localhost", "boxbox"], &["box"]),
            (b"   ::1 x y", &["x", "y"], &["xy"]),
            (b"  ::1 abc\0def\n", &["abcbc"], &["abc", "abcdef"]),
            (b" ::1 box # c", &["box"], &["boxx"]),
            (b"::1 box", &["box"], &[]),
        ];
        for (text, found, lost) in cases {
            let file = HostsFile::parse(text).0;
            let finds = |name: &str| !file.lookup(&GLIBC, name.as_bytes(), Family::Any).is_empty();
            let shown = String::from_utf8_lossy(text);
            assert!(found.iter().all(|n| finds(n)), "{shown}: {found:?}");
            assert!(!lost.iter().any(|n| finds(n)), "{shown}: {lost:?}");
        }
        let file = HostsFile::parse(b" ::1 localhost box".as_slice()).0;
        assert_eq!(file.lookup(&GLIBC_2_32, b"box", Family::Any).len(), 1);
        assert!(file.lookup(&MUSL, b"box", Family::Any).is_empty());
        assert_eq!(file.view(&GLIBC).index().first_line(b"localhost"), Some(1));
    }
}
