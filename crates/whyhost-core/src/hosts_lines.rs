//! One pass over the lines of the hosts file, for all rules about lines: which lines are not plain, and in what way.
//!
//! A blocklist has a million plain lines. They are passed over with one look at each byte; only the others are kept.

use hosts_edit::{GLIBC, HostsFile, Line, dialect};

/// In which ways a line is not plain; several may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits(u16);

impl Traits {
    pub(crate) const NONE: Traits = Traits(0);
    /// The first word is no address to anybody.
    pub(crate) const UNREADABLE: Traits = Traits(1);
    /// The first word is an address to some.
    pub(crate) const LOOSE: Traits = Traits(1 << 1);
    /// An address and no name.
    pub(crate) const NO_NAME: Traits = Traits(1 << 2);
    /// Blanks in front of the first word.
    pub(crate) const INDENTED: Traits = Traits(1 << 3);
    /// A name with capitals.
    pub(crate) const CAPITALS: Traits = Traits(1 << 4);
    /// A name that ends with a dot.
    pub(crate) const FINAL_DOT: Traits = Traits(1 << 5);
    /// Bytes beyond ASCII before the comment.
    pub(crate) const BEYOND_ASCII: Traits = Traits(1 << 6);
    /// A name with another character than letters, digits, hyphens and dots.
    pub(crate) const ODD_NAME: Traits = Traits(1 << 7);
    /// A name with an empty or too long label, a hyphen at the end of a label, or too long itself.
    pub(crate) const BAD_SHAPE: Traits = Traits(1 << 8);
    /// A name that may be read as a number or an address.
    pub(crate) const NUMERIC: Traits = Traits(1 << 9);
    /// A name that ends like an IPv4 address.
    pub(crate) const ENDS_IN_QUAD: Traits = Traits(1 << 10);
    /// At least 511 bytes without its ending, comments included: the smallest limit of a reader.
    pub(crate) const LONG: Traits = Traits(1 << 11);
    /// More than nine names: the smallest limit of a reader.
    pub(crate) const MANY_NAMES: Traits = Traits(1 << 12);
    /// A comment that ends like an entry: `# end127.0.0.1 app`.
    pub(crate) const COMMENT_WITH_QUAD: Traits = Traits(1 << 13);

    pub(crate) const fn or(self, other: Traits) -> Traits {
        Traits(self.0 | other.0)
    }

    /// At least one of `others` holds.
    pub(crate) const fn any(self, others: Traits) -> bool {
        self.0 & others.0 != 0
    }
}

/// The lines that are not plain, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct HostsLines {
    odd: Vec<(u32, Traits)>,
}

impl HostsLines {
    /// Looks at every line once; with `only`, at the lines in which this text stands. A UTF-16 file has no lines that
    /// anybody reads, so none are kept.
    pub(crate) fn of(file: &HostsFile, only: Option<&[u8]>) -> HostsLines {
        let mut found = HostsLines::default();
        if file.encoding().is_utf16() {
            return found;
        }
        let mut look = Look::default();
        let mut template = Template::of(file);
        for line in file.lines() {
            let content = line.content();
            if template.as_mut().is_some_and(|t| t.has(content)) {
                continue;
            }
            if only.is_some_and(|text| !contains(content, text)) {
                continue;
            }
            let traits = look.at(content);
            if traits != Traits::NONE {
                found.odd.push((u32::try_from(line.number()).unwrap_or(u32::MAX), traits));
            }
        }
        found
    }

    /// The lines that have at least one of `traits`.
    pub(crate) fn with<'f>(&self, file: &'f HostsFile, traits: Traits) -> impl Iterator<Item = Line<'f>> {
        let numbers = self.odd.iter().filter(move |(_, has)| has.any(traits)).map(|(number, _)| *number);
        numbers.filter_map(|number| file.line(number as usize))
    }
}

/// A template of cloud-init, known by its first line (`## template:jinja`). What will be replaced or left out is no entry.
struct Template {
    in_comment: bool,
}

impl Template {
    fn of(file: &HostsFile) -> Option<Template> {
        let first = file.line(1)?;
        first.content().starts_with(b"## template:").then_some(Template { in_comment: false })
    }

    /// The line has something of the template in it.
    fn has(&mut self, line: &[u8]) -> bool {
        let has = |mark: &[u8]| line.windows(2).any(|w| w == mark);
        let comment = self.in_comment || has(b"{#");
        self.in_comment = comment && !has(b"#}");
        comment || has(b"{{") || has(b"{%") || line.starts_with(b"$")
    }
}

/// `text` stands in `line`, in capitals or not.
fn contains(line: &[u8], text: &[u8]) -> bool {
    let Some(first) = text.first().map(u8::to_ascii_lowercase) else { return true };
    line.windows(text.len()).any(|w| w[0].to_ascii_lowercase() == first && w.eq_ignore_ascii_case(text))
}

const MOST_BYTES: usize = 511;
const MOST_NAMES: usize = 9;

/// What a byte may be in a name.
const BLANK: u8 = 1;
const CAPITAL: u8 = 2;
const HIGH: u8 = 4;
const ODD: u8 = 8;
const DIGIT: u8 = 16;
const LETTER: u8 = 32;
const DOT: u8 = 64;
const HYPHEN: u8 = 128;

const CLASSES: [u8; 256] = {
    let mut classes = [ODD; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | 0x0b | 0x0c | b'\r' => BLANK,
            b'a'..=b'z' => LETTER,
            b'A'..=b'Z' => LETTER | CAPITAL,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => HYPHEN,
            0x80.. => HIGH,
            _ => ODD,
        };
        byte += 1;
    }
    classes
};

/// Remembers the last good address: blocklists repeat one a million times.
#[derive(Default)]
struct Look {
    address: Vec<u8>,
}

impl Look {
    fn at(&mut self, content: &[u8]) -> Traits {
        let long = if content.len() >= MOST_BYTES { Traits::LONG } else { Traits::NONE };
        let hash = content.iter().position(|b| *b == b'#');
        let text = &content[..hash.unwrap_or(content.len())];
        let blanks = text.iter().take_while(|b| is_blank(**b)).count();
        let glued = match hash {
            Some(at) if ends_like_an_entry(&content[at..]) => Traits::COMMENT_WITH_QUAD,
            _ => Traits::NONE,
        };
        let text = &text[blanks..];
        if text.is_empty() {
            return long.or(glued);
        }
        let indented = if blanks > 0 { Traits::INDENTED } else { Traits::NONE };
        let end = text.iter().position(|b| is_blank(*b)).unwrap_or(text.len());
        let address = self.address_traits(&text[..end]);
        let names = names_traits(&text[end..]);
        // What stands behind a word that is no address is not a name.
        let names = if address == Traits::UNREADABLE { Traits::NONE } else { names };
        let high = if text.is_ascii() { Traits::NONE } else { Traits::BEYOND_ASCII };
        long.or(indented).or(glued).or(address).or(names).or(high)
    }

    fn address_traits(&mut self, token: &[u8]) -> Traits {
        let zones = |_: &[u8]| Some(1);
        if token == self.address {
            return Traits::NONE;
        }
        if GLIBC.reads_address(token, &zones).is_some() {
            token.clone_into(&mut self.address);
            return Traits::NONE;
        }
        let read = |d: &&dialect::Dialect| d.reads_address(token, &zones).is_some();
        if may_be_address(token) && dialect::ALL.iter().any(read) {
            Traits::LOOSE
        } else {
            Traits::UNREADABLE
        }
    }
}

/// Only such bytes stand in an address, whoever reads it. Brackets are left out: netty alone reads them, and they belong to
/// URLs.
fn may_be_address(token: &[u8]) -> bool {
    let text = token.split(|b| *b == b'%').next().unwrap_or(token);
    text.iter().all(|b| b.is_ascii_hexdigit() || b".:/xX".contains(b))
}

fn is_blank(byte: u8) -> bool {
    CLASSES[usize::from(byte)] == BLANK
}

/// What the names of a line have in common, in one pass over its bytes.
fn names_traits(text: &[u8]) -> Traits {
    let mut traits = Traits::NONE;
    let mut count = 0;
    let mut rest = text;
    while let Some(start) = rest.iter().position(|b| !is_blank(*b)) {
        rest = &rest[start..];
        let mut seen = 0u8;
        let mut dots = 0u8;
        let end = rest
            .iter()
            .position(|b| {
                let class = CLASSES[usize::from(*b)];
                seen |= class;
                dots = dots.saturating_add(u8::from(class == DOT));
                class == BLANK
            })
            .unwrap_or(rest.len());
        traits = traits.or(name_traits(&rest[..end], seen, dots));
        count += 1;
        rest = &rest[end..];
    }
    match count {
        0 => Traits::NO_NAME,
        1..=MOST_NAMES => traits,
        _ => traits.or(Traits::MANY_NAMES),
    }
}

/// `seen` is what its bytes are, `dots` how many of them are dots.
fn name_traits(name: &[u8], seen: u8, dots: u8) -> Traits {
    let mut traits = Traits::NONE;
    let mut add = |holds: bool, which: Traits| {
        if holds {
            traits = traits.or(which);
        }
    };
    let last = name.last().copied().unwrap_or(0);
    add(seen & CAPITAL != 0, Traits::CAPITALS);
    add(seen & ODD != 0, Traits::ODD_NAME);
    add(last == b'.', Traits::FINAL_DOT);
    add(dots >= 3 && last.is_ascii_digit() && seen & LETTER != 0, Traits::ENDS_IN_QUAD);
    add(seen & (LETTER | HIGH | HYPHEN) == 0 || name.starts_with(b"0x"), Traits::NUMERIC);
    add(name.contains(&b':'), Traits::NUMERIC);
    // Short names without hyphens can only have an empty label.
    let suspicious = seen & HYPHEN != 0 || name.len() > 63 || dots > 0;
    add(suspicious && has_bad_shape(name), Traits::BAD_SHAPE);
    traits
}

fn has_bad_shape(name: &[u8]) -> bool {
    let body = name.strip_suffix(b".").unwrap_or(name);
    let bad = |label: &[u8]| {
        label.is_empty() || label.len() > 63 || label[0] == b'-' || label[label.len() - 1] == b'-'
    };
    body.len() > 253 || body.split(|b| *b == b'.').any(bad)
}

/// A letter, an IPv4 address, a blank and one word more, at the end of a comment.
fn ends_like_an_entry(comment: &[u8]) -> bool {
    glued_entry(comment).is_some()
}

/// Where the address begins in a comment that ends with a glued entry.
pub(crate) fn glued_entry(comment: &[u8]) -> Option<usize> {
    let words: Vec<&[u8]> = comment.rsplitn(3, |b| is_blank(*b)).collect();
    let [name, word, ..] = words[..] else { return None };
    let at = glued_quad(word)?;
    let is_name = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(b));
    let start = comment.len() - name.len() - 1 - word.len();
    is_name.then_some(start + at)
}

/// Where an IPv4 address begins that ends `word` and follows a letter directly.
pub(crate) fn glued_quad(word: &[u8]) -> Option<usize> {
    let tail = word.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let at = word.len() - tail;
    let after_letter = at > 0 && word[at - 1].is_ascii_alphabetic();
    (after_letter && GLIBC.reads_address(&word[at..], &|_| None).is_some()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(line: &str) -> Traits {
        Look::default().at(line.as_bytes())
    }

    #[test]
    fn plain_lines_have_no_trait() {
        for line in [
            "",
            "  ",
            "# comment",
            "\t# 127.1 a",
            "127.0.0.1 localhost",
            "::1\tlocalhost ip6-localhost # here",
            "0.0.0.0 r3---sn.ads-x.example.com",
            "10.0.0.1 xn--mller-kva.example 1e100.net a2.b3.c4.d5e",
        ] {
            assert_eq!(traits(line), Traits::NONE, "{line:?}");
        }
    }

    #[test]
    fn each_trait_is_seen() {
        for (line, expected) in [
            ("localhost 127.0.0.1", Traits::UNREADABLE),
            ("[::1] a", Traits::UNREADABLE),
            ("127.1 a", Traits::LOOSE),
            ("fe80::1%lo0 localhost", Traits::LOOSE),
            ("127.0.0.1", Traits::NO_NAME),
            ("127.0.0.1 # a", Traits::NO_NAME),
            (" 127.0.0.1 a", Traits::INDENTED),
            ("127.0.0.1 a B", Traits::CAPITALS),
            ("127.0.0.1 a.test.", Traits::FINAL_DOT),
            ("127.0.0.1 m\u{fc}ller", Traits::BEYOND_ASCII),
            ("127.0.0.1 my_host", Traits::ODD_NAME),
            ("127.0.0.1 a..b", Traits::BAD_SHAPE),
            ("127.0.0.1 -a", Traits::BAD_SHAPE),
            ("127.0.0.1 12345", Traits::NUMERIC),
            ("127.0.0.1 a a a a a a a a a a", Traits::MANY_NAMES),
            ("# end127.0.0.1 a", Traits::COMMENT_WITH_QUAD),
        ] {
            assert_eq!(traits(line), expected, "{line:?}");
        }
        assert_eq!(traits(&format!("#{}", "x".repeat(510))), Traits::LONG);
        assert!(traits("127.0.0.1 a127.0.0.1").any(Traits::ENDS_IN_QUAD));
    }

    #[test]
    fn what_a_template_replaces_is_no_entry() {
        let text = "{#\nIt is a comment\n-#}\n127.0.1.1 {{fqdn}} {{hostname}}\n127.1 a\n";
        let odd = |text: &str| HostsLines::of(&HostsFile::parse(text).0, None).odd.len();
        assert_eq!(odd(&format!("## template:jinja\n{text}")), 1);
        assert_eq!(odd(text), 5);
    }

    #[test]
    fn a_name_narrows_the_lines() {
        let file = HostsFile::parse("127.1 App.test\n127.1 other\n").0;
        let all = |only| HostsLines::of(&file, only).with(&file, Traits::LOOSE).count();
        assert_eq!((all(None), all(Some(b"app.test".as_slice()))), (2, 1));
    }
}
