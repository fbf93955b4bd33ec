//! Edits in terms of lines, entries and names. Each is computed from the parsed file and added to the set.

use std::ops::{Range, RangeInclusive};

use crate::edit::{Edit, EditError, EditSet};
use crate::file::HostsFile;
use crate::line::{Line, LineKind};
use crate::parse::{self, AddressClass};
use crate::style;

impl EditSet {
    /// Inserts a line in front of line `before`; behind the last line if `before` is one more than there are.
    ///
    /// The line ends as its neighbours do. Behind a last line without an ending, that line gets one, and so does the
    /// new one, because some consumers lose a name at the very end of the file.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`]; [`EditError::InvalidText`] if `text` holds CR, LF or NUL.
    pub fn insert_line(&mut self, file: &HostsFile, before: usize, text: &str) -> Result<(), EditError> {
        check_line(text)?;
        let lines = file.line_count();
        if before == 0 || before > lines + 1 {
            return Err(EditError::NoSuchLine { line: before, lines });
        }
        let at = file.start_of(before - 1).max(file.encoding().bom_len());
        let ending = file.encoding().encode(style::ending_near(file, before).text());
        let mut bytes = Vec::new();
        if before == lines + 1 && style::lacks_final_ending(file) && !self.ends_last_line(file) {
            bytes.extend_from_slice(&ending);
        }
        bytes.extend(file.encoding().encode(text.as_bytes()));
        bytes.extend_from_slice(&ending);
        self.push(Edit { range: at..at, bytes })
    }

    /// Inserts an entry in front of line `before`, with the blanks that the entries around it have.
    ///
    /// # Errors
    /// As [`insert_line`](Self::insert_line); [`EditError::InvalidText`] for an address that nobody reads or a name
    /// that is no word.
    pub fn insert_entry(
        &mut self,
        file: &HostsFile,
        before: usize,
        address: &str,
        names: &[&str],
    ) -> Result<(), EditError> {
        check_address(address)?;
        names.iter().try_for_each(|n| check_name(n))?;
        if names.is_empty() {
            return Err(EditError::InvalidText(address.to_owned()));
        }
        let between = style::name_gap(file, before);
        let text = format!("{address}{}{}", style::address_gap(file, before, address), names.join(&between));
        self.insert_line(file, before, &text)
    }

    /// Puts `text` in place of a line; its ending stays.
    ///
    /// # Errors
    /// As [`insert_line`](Self::insert_line).
    pub fn replace_line(&mut self, file: &HostsFile, number: usize, text: &str) -> Result<(), EditError> {
        check_line(text)?;
        let range = line(file, number)?.content_span();
        self.replace(file, range, text)
    }

    /// Removes a line with its ending.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`].
    pub fn remove_line(&mut self, file: &HostsFile, number: usize) -> Result<(), EditError> {
        let range = line(file, number)?.span();
        self.push(Edit { range, bytes: Vec::new() })
    }

    /// Puts a `#` in front of an entry, as the nearest disabled entry has it, else `# `.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`]; [`EditError::WrongKind`] for blank lines and comments.
    pub fn comment_out(&mut self, file: &HostsFile, number: usize) -> Result<(), EditError> {
        let line = line(file, number)?;
        let parts = line.parts();
        if matches!(parts.kind, LineKind::Blank | LineKind::Comment | LineKind::Disabled) {
            return Err(EditError::WrongKind { line: number, kind: parts.kind });
        }
        let at = line.to_span(parts.first).start;
        self.replace(file, at..at, &style::comment_mark(file, number))
    }

    /// Removes the `#` of a disabled entry and the blanks behind it; blanks in front of it stay.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`]; [`EditError::WrongKind`] if the line is no [`LineKind::Disabled`].
    pub fn uncomment(&mut self, file: &HostsFile, number: usize) -> Result<(), EditError> {
        let line = line(file, number)?;
        let parts = line.parts();
        if parts.kind != LineKind::Disabled {
            return Err(EditError::WrongKind { line: number, kind: parts.kind });
        }
        let hash = line.narrow().iter().position(|b| *b == b'#').unwrap_or(0);
        self.push(Edit { range: line.to_span(hash..parts.first.start), bytes: Vec::new() })
    }

    /// Writes another address into an entry.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`]; [`EditError::WrongKind`] for lines without an address or unreadable word;
    /// [`EditError::InvalidText`].
    pub fn set_address(&mut self, file: &HostsFile, number: usize, address: &str) -> Result<(), EditError> {
        check_address(address)?;
        let line = line(file, number)?;
        let parts = line.parts();
        if parts.first.is_empty() || parts.kind == LineKind::Comment {
            return Err(EditError::WrongKind { line: number, kind: parts.kind });
        }
        self.replace(file, line.to_span(parts.first), address)
    }

    /// Adds a name behind the last name of an entry, disabled or not, or to an address without names.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`]; [`EditError::WrongKind`] for other lines; [`EditError::InvalidText`].
    pub fn add_name(&mut self, file: &HostsFile, number: usize, name: &str) -> Result<(), EditError> {
        check_name(name)?;
        let line = line(file, number)?;
        let address =
            line.address().ok_or_else(|| EditError::WrongKind { line: number, kind: line.kind() })?;
        let (at, gap) = match line.names().last() {
            Some(last) => (last.span.end, style::name_gap(file, number)),
            None => {
                (address.span.end, style::address_gap(file, number, &String::from_utf8_lossy(&address.text)))
            }
        };
        self.replace(file, at..at, &format!("{gap}{name}"))
    }

    /// Removes a name from an entry; see [`remove_names`](Self::remove_names).
    ///
    /// # Errors
    /// As there.
    pub fn remove_name(&mut self, file: &HostsFile, number: usize, name: &str) -> Result<(), EditError> {
        self.remove_names(file, number, &[name])
    }

    /// Removes names from an entry, disabled or not, each wherever it stands on the line, in any case. If no name is
    /// left the whole line goes, its comment too.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`]; [`EditError::NoSuchName`].
    pub fn remove_names(&mut self, file: &HostsFile, number: usize, names: &[&str]) -> Result<(), EditError> {
        let line = line(file, number)?;
        let words = line.names();
        let goes = |text: &[u8]| names.iter().any(|n| text.eq_ignore_ascii_case(n.as_bytes()));
        let has = |name: &&&str| words.iter().any(|w| w.text.eq_ignore_ascii_case(name.as_bytes()));
        if let Some(missing) = names.iter().find(|n| !has(n)) {
            return Err(EditError::NoSuchName { line: number, name: (*missing).to_string() });
        }
        let kept: Vec<bool> = words.iter().map(|w| !goes(&w.text)).collect();
        if !kept.contains(&true) {
            return self.remove_line(file, number);
        }
        let mut checked = self.clone();
        for range in gaps_to_close(&words.iter().map(|w| w.span.clone()).collect::<Vec<_>>(), &kept) {
            checked.push(Edit { range, bytes: Vec::new() })?;
        }
        *self = checked;
        Ok(())
    }

    /// Makes the first names of the entries among `lines` begin in one column, with tabs if the first of them has a
    /// tab there, else with spaces. Only the blanks between address and name change.
    ///
    /// # Errors
    /// [`EditError::NoSuchLine`].
    pub fn realign(&mut self, file: &HostsFile, lines: RangeInclusive<usize>) -> Result<(), EditError> {
        line(file, *lines.start())?;
        line(file, *lines.end())?;
        let entries: Vec<Line<'_>> =
            lines.filter_map(|n| file.line(n)).filter(|l| l.kind() == LineKind::Entry).collect();
        let gaps = style::aligned_gaps(&entries);
        let mut checked = self.clone();
        for (range, gap) in gaps {
            checked.replace(file, range, &gap)?;
        }
        *self = checked;
        Ok(())
    }

    /// Replaces `range` by `text` in the encoding of the file; nothing if it is the same.
    fn replace(&mut self, file: &HostsFile, range: Range<usize>, text: &str) -> Result<(), EditError> {
        let bytes = file.encoding().encode(text.as_bytes());
        if file.bytes()[range.clone()] == *bytes {
            return Ok(());
        }
        self.push(Edit { range, bytes })
    }

    /// True if an insertion behind the last line has already given that line its ending.
    fn ends_last_line(&self, file: &HostsFile) -> bool {
        let end = file.bytes().len();
        self.edits().iter().any(|e| e.range == (end..end))
    }
}

/// What to cut out so that the words that are not kept vanish with one gap each. At least one word is kept.
fn gaps_to_close(words: &[Range<usize>], kept: &[bool]) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut first = 0;
    while first < words.len() {
        if kept[first] {
            first += 1;
            continue;
        }
        let after = (first..words.len()).find(|i| kept[*i]);
        cuts.push(match after {
            Some(next) => words[first].start..words[next].start,
            // `first` is not 0: some word is kept, and none behind this one.
            None => words[first - 1].end..words[words.len() - 1].end,
        });
        first = after.unwrap_or(words.len());
    }
    cuts
}

fn line(file: &HostsFile, number: usize) -> Result<Line<'_>, EditError> {
    file.line(number).ok_or_else(|| EditError::NoSuchLine { line: number, lines: file.line_count() })
}

fn check_line(text: &str) -> Result<(), EditError> {
    check(text, !text.contains(['\n', '\r', '\0']))
}

fn check_name(name: &str) -> Result<(), EditError> {
    check(name, !name.is_empty() && !name.contains(|c: char| c == '#' || c.is_whitespace() || c.is_control()))
}

fn check_address(address: &str) -> Result<(), EditError> {
    check(
        address,
        check_name(address).is_ok() && parse::address_class(address.as_bytes()) != AddressClass::None,
    )
}

fn check(text: &str, good: bool) -> Result<(), EditError> {
    if good { Ok(()) } else { Err(EditError::InvalidText(text.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies `change` to `before` and compares.
    fn check(before: &str, change: impl Fn(&mut EditSet, &HostsFile) -> Result<(), EditError>, after: &str) {
        for encoding in ["8", "le", "be"] {
            let (file, _) = HostsFile::parse(encode(before, encoding));
            let mut edits = EditSet::new();
            change(&mut edits, &file).unwrap();
            assert_eq!(edits.apply(file.bytes()).unwrap(), encode(after, encoding), "{encoding}: {before:?}");
        }
    }

    fn encode(text: &str, encoding: &str) -> Vec<u8> {
        match encoding {
            "le" => std::iter::once('\u{feff}')
                .chain(text.chars())
                .collect::<String>()
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            "be" => std::iter::once('\u{feff}')
                .chain(text.chars())
                .collect::<String>()
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
            _ => text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn inserting_follows_the_neighbours() {
        check("127.0.0.1 a\n", |e, f| e.insert_entry(f, 1, "::1", &["a", "b"]), "::1 a b\n127.0.0.1 a\n");
        check("127.0.0.1\ta\r\n", |e, f| e.insert_entry(f, 2, "::1", &["a"]), "127.0.0.1\ta\r\n::1\t\ta\r\n");
        check(
            "127.0.0.1       a\n",
            |e, f| e.insert_entry(f, 2, "::1", &["a"]),
            "127.0.0.1       a\n::1             a\n",
        );
        check(
            "127.0.0.1  a\n",
            |e, f| e.insert_entry(f, 2, "2001:db8::1", &["a"]),
            "127.0.0.1  a\n2001:db8::1 a\n",
        );
        check("1.1.1.1 a\tb\n", |e, f| e.insert_entry(f, 2, "::1", &["c", "d"]), "1.1.1.1 a\tb\n::1 c\td\n");
        check("", |e, f| e.insert_entry(f, 1, "::1", &["a"]), "::1 a\n");
        check("127.0.0.1 a", |e, f| e.insert_entry(f, 2, "::1", &["a"]), "127.0.0.1 a\n::1 a\n");
        check("# c\r\n127.0.0.1 a", |e, f| e.insert_line(f, 3, "# x"), "# c\r\n127.0.0.1 a\r\n# x\r\n");
    }

    #[test]
    fn two_lines_behind_a_last_line_without_ending() {
        let add = |e: &mut EditSet, f: &HostsFile| {
            e.insert_line(f, 2, "# x")?;
            e.insert_line(f, 2, "# y")
        };
        check("127.0.0.1 a", add, "127.0.0.1 a\n# x\n# y\n");
    }

    #[test]
    fn replacing_and_removing() {
        check("a\r\nb\r\nc", |e, f| e.replace_line(f, 2, "x y"), "a\r\nx y\r\nc");
        check("a\r\nb\r\nc", |e, f| e.remove_line(f, 2), "a\r\nc");
        check("a\r\nb\r\nc", |e, f| e.remove_line(f, 3), "a\r\nb\r\n");
        check(" 127.1\ta # c\n", |e, f| e.set_address(f, 1, "127.0.0.1"), " 127.0.0.1\ta # c\n");
    }

    #[test]
    fn commenting() {
        check("127.0.0.1 a\n", |e, f| e.comment_out(f, 1), "# 127.0.0.1 a\n");
        check("  127.0.0.1 a\n", |e, f| e.comment_out(f, 1), "  # 127.0.0.1 a\n");
        check("#::1 a\n127.0.0.1 a\n", |e, f| e.comment_out(f, 2), "#::1 a\n#127.0.0.1 a\n");
        check("  # 127.0.0.1 a\n", |e, f| e.uncomment(f, 1), "  127.0.0.1 a\n");
        check("##\t127.0.0.1 a # c\n", |e, f| e.uncomment(f, 1), "127.0.0.1 a # c\n");
    }

    #[test]
    fn names() {
        check("127.0.0.1 a # c\n", |e, f| e.add_name(f, 1, "b"), "127.0.0.1 a b # c\n");
        check("127.0.0.1\ta\tb#c\n", |e, f| e.add_name(f, 1, "d"), "127.0.0.1\ta\tb\td#c\n");
        check("127.0.0.1 # c\n", |e, f| e.add_name(f, 1, "d"), "127.0.0.1 d # c\n");
        check("127.0.0.1\ta b  c # x\n", |e, f| e.remove_name(f, 1, "A"), "127.0.0.1\tb  c # x\n");
        check("127.0.0.1\ta b  c # x\n", |e, f| e.remove_name(f, 1, "b"), "127.0.0.1\ta c # x\n");
        check("127.0.0.1\ta b  c # x\n", |e, f| e.remove_name(f, 1, "c"), "127.0.0.1\ta b # x\n");
        check("127.0.0.1\ta b  c a\n", |e, f| e.remove_names(f, 1, &["a", "c"]), "127.0.0.1\tb\n");
        check("x\n127.0.0.1 a\ny", |e, f| e.remove_name(f, 2, "a"), "x\ny");
    }

    #[test]
    fn realigning() {
        let before = "127.0.0.1 a\n# c\n2001:db8::1  b  c\n ::1 d\n";
        check(before, |e, f| e.realign(f, 1..=4), "127.0.0.1   a\n# c\n2001:db8::1 b  c\n ::1        d\n");
        check("127.0.0.1\ta\n::1\tb\n", |e, f| e.realign(f, 1..=2), "127.0.0.1\ta\n::1\t\tb\n");
    }

    #[test]
    fn refusals() {
        let (file, _) = HostsFile::parse("# c\n127.0.0.1 a\n");
        let mut edits = EditSet::new();
        let kind = LineKind::Comment;
        assert_eq!(edits.uncomment(&file, 1), Err(EditError::WrongKind { line: 1, kind }));
        assert_eq!(edits.remove_line(&file, 3), Err(EditError::NoSuchLine { line: 3, lines: 2 }));
        assert_eq!(edits.remove_line(&file, 0), Err(EditError::NoSuchLine { line: 0, lines: 2 }));
        assert!(matches!(edits.remove_name(&file, 2, "b"), Err(EditError::NoSuchName { line: 2, .. })));
        for bad in ["", "a b", "a#", "a\n", "\0"] {
            assert!(matches!(edits.add_name(&file, 2, bad), Err(EditError::InvalidText(_))), "{bad:?}");
        }
        assert!(matches!(edits.set_address(&file, 2, "localhost"), Err(EditError::InvalidText(_))));
        assert!(matches!(edits.insert_line(&file, 1, "a\nb"), Err(EditError::InvalidText(_))));
        assert!(edits.is_empty());
        edits.remove_line(&file, 2).unwrap();
        assert!(matches!(edits.add_name(&file, 2, "b"), Err(EditError::Conflict(_))));
    }
}
