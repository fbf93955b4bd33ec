//! Where a comment begins, and what it does to its line.

use std::ops::Range;

use super::Reader;
use crate::dialect::Comments;

impl Reader<'_> {
    /// The line without its comment; `None` if the comment makes the consumer lose the line.
    pub(super) fn without_comment(&mut self, line: Range<usize>) -> Option<Range<usize>> {
        let dialect = self.view.dialect;
        let gevent = dialect.comments == Comments::Gevent;
        let line = if gevent { self.behind_marks(line)? } else { line };
        let text = &self.bytes[line.clone()];
        let found = match dialect.comments {
            Comments::Anywhere | Comments::LosesLineIfBare | Comments::Gevent => memchr::memchr(b'#', text),
            Comments::FirstColumn => (text.first() == Some(&b'#')).then_some(0),
            Comments::WordStart | Comments::WordStartOrDropsWord => {
                memchr::memchr_iter(b'#', text).find(|at| *at == 0 || dialect.blanks.has(text[at - 1]))
            }
        };
        let Some(at) = found else {
            self.lacks_comment |= gevent && text.iter().any(|b| !dialect.blanks.has(*b));
            return Some(line);
        };
        self.lacks_comment = false;
        if (gevent || dialect.comments == Comments::LosesLineIfBare) && at + 1 == text.len() {
            return None;
        }
        // musl puts a line end in place of the '#'.
        self.closed = true;
        Some(line.start..line.start + at)
    }

    /// gevent: the line behind the `#` in its first columns; `None` if all of it is a comment.
    fn behind_marks(&mut self, line: Range<usize>) -> Option<Range<usize>> {
        let blanks = self.view.dialect.blanks;
        let text = &self.bytes[line.clone()];
        let indent = text.iter().take_while(|b| blanks.has(**b)).count();
        if text.get(indent) != Some(&b'#') {
            return Some(line);
        }
        if std::mem::take(&mut self.lacks_comment) || indent > 0 {
            return None;
        }
        let marks = text.iter().take_while(|b| **b == b'#').count();
        Some(line.start + marks..line.end)
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::GEVENT;
    use crate::{Family, HostsFile};

    /// What Python's `re` makes of the pattern.
    #[test]
    fn gevent_reads_some_comments() {
        let cases: [(&str, &[&str]); 7] = [
            ("#1.1.1.1 a\n#1.1.1.1 b\n#1.1.1.1 c\n", &["a", "c"]),
            ("1.1.1.1 a\n\n#1.1.1.1 b\n", &["a"]),
            ("1.1.1.1 a#x\n# 1.1.1.1 b\n", &["a", "b"]),
            ("##\n# x\n1.1.1.1 a\n#1.1.1.1 b\n", &["a"]),
            ("1.1.1.1 a #\n1.1.1.1 b\n", &["b"]),
            ("  #1.1.1.1 a\n1.1.1.1 b", &["b"]),
            ("\n#1.1.1.1 a\n1.1.1.1 b", &["a", "b"]),
        ];
        for (text, names) in cases {
            let file = HostsFile::parse(text).0;
            let found = |name: &&&str| !file.lookup(&GEVENT, name.as_bytes(), Family::Any).is_empty();
            let read: Vec<&str> = ["a", "b", "c"].iter().filter(found).copied().collect();
            assert_eq!(read, names, "{text}");
        }
    }
}
