//! /etc/gai.conf as glibc reads it (`getaddrinfo.c`, `gaiconf_init` and `add_prefixlist`).

use super::text::{CLine, Word, lines, strtoul, words};
use crate::machine::GlibcVersion;
use std::net::{Ipv4Addr, Ipv6Addr};

/// One row of a policy table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Prefix; IPv4 as `::ffff:a.b.c.d`.
    pub prefix: Ipv6Addr,
    /// Length in bits of the IPv6 form.
    pub len: u8,
    /// Label, precedence or scope.
    pub value: i32,
    /// Line in gai.conf; `None` for a built-in row.
    pub line: Option<usize>,
}

/// A line that glibc ignores without a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredLine {
    /// Line number, from 1.
    pub line: usize,
    /// Column of the offending word, from 1.
    pub column: usize,
    /// Byte range of the offending word.
    pub span: std::ops::Range<usize>,
    /// Why, as a phrase: `unknown keyword`.
    pub why: String,
}

/// /etc/gai.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaiConf {
    /// `label` rows sorted as glibc searches them, or the built-in table.
    pub labels: Vec<Policy>,
    /// `precedence` rows or the built-in table.
    pub precedences: Vec<Policy>,
    /// `scopev4` rows or the built-in table.
    pub scopes: Vec<Policy>,
    /// Lines with an effect: (line, keyword).
    pub active: Vec<(usize, String)>,
    /// Lines without effect.
    pub ignored: Vec<IgnoredLine>,
    /// Lines whose missing `/LEN` crashes every process of this glibc that gets two addresses (2.31, bug 32465).
    pub crashing: Vec<usize>,
}

impl GaiConf {
    /// Parses the file as `version` does.
    pub fn parse(bytes: &[u8], version: GlibcVersion) -> GaiConf {
        let mut reader = Reader { version, ..Reader::default() };
        for line in lines(bytes) {
            reader.line(&line);
        }
        GaiConf {
            labels: table(reader.labels, LABELS, 0, 1),
            precedences: table(reader.precedences, PRECEDENCES, 0, 40),
            scopes: table(reader.scopes, SCOPES, 96, 14),
            active: reader.active,
            ignored: reader.ignored,
            crashing: reader.crashing,
        }
    }

    /// At least one `precedence` line replaced the built-in precedence table.
    pub fn replaces_precedence(&self) -> bool {
        self.active.iter().any(|(_, k)| k == "precedence")
    }
}

const fn row(prefix: [u16; 8], len: u8, value: i32) -> Policy {
    let [a, b, c, d, e, f, g, h] = prefix;
    Policy { prefix: Ipv6Addr::new(a, b, c, d, e, f, g, h), len, value, line: None }
}

const ANY: [u16; 8] = [0; 8];
const LOOPBACK: [u16; 8] = [0, 0, 0, 0, 0, 0, 0, 1];
const MAPPED: [u16; 8] = [0, 0, 0, 0, 0, 0xffff, 0, 0];
const SIX_TO_FOUR: [u16; 8] = [0x2002, 0, 0, 0, 0, 0, 0, 0];

/// `default_labels` of getaddrinfo.c, in its order.
pub const LABELS: &[Policy] = &[
    row(LOOPBACK, 128, 0),
    row(SIX_TO_FOUR, 16, 2),
    row(ANY, 96, 3),
    row(MAPPED, 96, 4),
    row([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, 5),
    row([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, 6),
    row([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, 7),
    row(ANY, 0, 1),
];

/// `default_precedence` of getaddrinfo.c: the values of RFC 3484, where IPv4 has 10, not 35 as in RFC 6724.
pub const PRECEDENCES: &[Policy] = &[
    row(LOOPBACK, 128, 50),
    row(SIX_TO_FOUR, 16, 30),
    row(ANY, 96, 20),
    row(MAPPED, 96, 10),
    row(ANY, 0, 40),
];

/// `default_scopes` of getaddrinfo.c.
pub const SCOPES: &[Policy] = &[
    row([0, 0, 0, 0, 0, 0xffff, 0xa9fe, 0], 112, 2),
    row([0, 0, 0, 0, 0, 0xffff, 0x7f00, 0], 104, 2),
    row(MAPPED, 96, 14),
];

/// The table as it is searched: the built-in one without any line of the kind; else the lines, the longest prefix
/// first, the earlier line first among equals (a stable sort), with a catch-all row where none was given.
fn table(mut rows: Vec<Policy>, builtin: &[Policy], catch_all_len: u8, catch_all: i32) -> Vec<Policy> {
    if rows.is_empty() {
        return builtin.to_vec();
    }
    if !rows.iter().any(|r| r.len == catch_all_len) {
        let prefix = if catch_all_len == 96 { MAPPED } else { ANY };
        rows.push(row(prefix, catch_all_len, catch_all));
    }
    rows.sort_by_key(|r| std::cmp::Reverse(r.len));
    rows
}

struct Reader {
    version: GlibcVersion,
    labels: Vec<Policy>,
    precedences: Vec<Policy>,
    scopes: Vec<Policy>,
    active: Vec<(usize, String)>,
    ignored: Vec<IgnoredLine>,
    crashing: Vec<usize>,
}

impl Default for Reader {
    fn default() -> Self {
        Reader {
            version: GlibcVersion::ASSUMED,
            labels: Vec::new(),
            precedences: Vec::new(),
            scopes: Vec::new(),
            active: Vec::new(),
            ignored: Vec::new(),
            crashing: Vec::new(),
        }
    }
}

/// Why a line has no effect.
enum Flaw {
    /// The word with this index (0 keyword, 1 prefix, 2 value) is wrong.
    Word(usize, &'static str),
    /// A prefix without `/LEN`, which this version cannot read.
    NoLength,
}

impl Reader {
    fn line(&mut self, line: &CLine<'_>) {
        let cut = line.text.iter().position(|b| *b == b'#').unwrap_or(line.text.len());
        let line = CLine { text: &line.text[..cut], ..*line };
        let found: Vec<Word<'_>> = words(&line).take(3).collect();
        let Some(keyword) = found.first() else { return };
        let argument = |i: usize| found.get(i).map_or(&b""[..], |w| w.text);
        let result = match keyword.text {
            b"label" | b"precedence" => self.prefix_row(line.number, argument(1), argument(2)),
            b"scopev4" => self.scope_row(line.number, argument(1), argument(2)),
            b"reload" if argument(1).is_empty() => Err(Flaw::Word(0, "`reload` needs `yes` or `no`")),
            b"reload" => return self.activate(&line, keyword),
            _ => Err(Flaw::Word(0, "unknown keyword; known are label, precedence, scopev4, reload")),
        };
        match result {
            Ok(policy) => {
                match keyword.text {
                    b"label" => self.labels.push(policy),
                    b"precedence" => self.precedences.push(policy),
                    _ => self.scopes.push(policy),
                }
                self.activate(&line, keyword);
            }
            Err(flaw) => self.ignore(&line, &found, flaw),
        }
    }

    fn activate(&mut self, line: &CLine<'_>, keyword: &Word<'_>) {
        self.active.push((line.number, keyword.lossy()));
    }

    fn ignore(&mut self, line: &CLine<'_>, found: &[Word<'_>], flaw: Flaw) {
        let (index, why) = match flaw {
            Flaw::Word(index, why) => (index, why),
            Flaw::NoLength => (1, "prefix without /LEN, which glibc before 2.41 cannot read"),
        };
        if matches!(flaw, Flaw::NoLength) && self.version < GlibcVersion(2, 36) {
            self.crashing.push(line.number);
        }
        let Some(word) = found.get(index).or(found.last()) else { return };
        self.ignored.push(IgnoredLine {
            line: line.number,
            column: word.column,
            span: word.span.clone(),
            why: why.to_owned(),
        });
    }

    fn prefix_row(&self, line: usize, prefix: &[u8], value: &[u8]) -> Result<Policy, Flaw> {
        let (address, length) = split_length(prefix);
        let address = parse6(address).ok_or(Flaw::Word(
            1,
            if parse4(address).is_some() {
                "prefix must be IPv6 text (an IPv4 prefix is ::ffff:a.b.c.d/96+n)"
            } else {
                "not an IPv6 prefix"
            },
        ))?;
        let len = self.length(length, 128, 128)?;
        Ok(Policy { prefix: address, len, value: self.value(value)?, line: Some(line) })
    }

    fn scope_row(&self, line: usize, prefix: &[u8], value: &[u8]) -> Result<Policy, Flaw> {
        let (address, length) = split_length(prefix);
        let (prefix, len) = if let Some(v6) = parse6(address) {
            if v6.to_ipv4_mapped().is_none() {
                return Err(Flaw::Word(1, "not an IPv4 prefix"));
            }
            let len = self.length(length, 128, 128)?;
            if len < 96 {
                return Err(Flaw::Word(1, "prefix length below 96"));
            }
            (v6, len)
        } else {
            let v4 = parse4(address).ok_or(Flaw::Word(1, "not an IPv4 prefix"))?;
            (v4.to_ipv6_mapped(), self.length(length, 32, 32)? + 96)
        };
        Ok(Policy { prefix, len, value: self.value(value)?, line: Some(line) })
    }

    /// The prefix length. Without one, glibc before 2.41 reads an uninitialised pointer (bug 32465): 2.31 crashes,
    /// 2.36 was seen to ignore the line.
    fn length(&self, text: Option<&[u8]>, default: u8, most: u8) -> Result<u8, Flaw> {
        match text {
            None if self.version >= GlibcVersion(2, 41) => Ok(default),
            None => Err(Flaw::NoLength),
            Some(b"") if self.version >= GlibcVersion(2, 41) => Err(Flaw::Word(1, "prefix length missing")),
            Some(text) => strtoul(text)
                .and_then(|n| u8::try_from(n).ok())
                .filter(|n| *n <= most)
                .ok_or(Flaw::Word(1, "prefix length out of range")),
        }
    }

    /// The value. A missing one is 0 before glibc 2.41 and makes the line void from then on.
    fn value(&self, text: &[u8]) -> Result<i32, Flaw> {
        if text.is_empty() && self.version >= GlibcVersion(2, 41) {
            return Err(Flaw::Word(2, "value missing"));
        }
        strtoul(text)
            .and_then(|n| i32::try_from(n).ok())
            .ok_or(Flaw::Word(2, "value must be a decimal number from 0 to 2147483647"))
    }
}

fn split_length(prefix: &[u8]) -> (&[u8], Option<&[u8]>) {
    match prefix.iter().position(|b| *b == b'/') {
        Some(slash) => (&prefix[..slash], Some(&prefix[slash + 1..])),
        None => (prefix, None),
    }
}

fn parse6(text: &[u8]) -> Option<Ipv6Addr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn parse4(text: &[u8]) -> Option<Ipv4Addr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V236: GlibcVersion = GlibcVersion(2, 36);

    fn why(text: &[u8], version: GlibcVersion) -> Vec<(usize, String)> {
        GaiConf::parse(text, version).ignored.into_iter().map(|i| (i.line, i.why)).collect()
    }

    #[test]
    fn no_active_line_keeps_the_tables() {
        let conf = GaiConf::parse(b"# precedence ::1/128 1\n\n", V236);
        assert_eq!(conf.precedences, PRECEDENCES);
        assert_eq!(conf.labels, LABELS);
        assert_eq!(conf.scopes, SCOPES);
        assert!(!conf.replaces_precedence());
    }

    #[test]
    fn one_line_replaces_the_table() {
        let conf = GaiConf::parse(b"precedence ::ffff:0:0/96  100", V236);
        let rows: Vec<_> = conf.precedences.iter().map(|r| (r.len, r.value, r.line)).collect();
        assert_eq!(rows, [(96, 100, Some(1)), (0, 40, None)]);
        assert!(conf.replaces_precedence());
    }

    #[test]
    fn the_first_of_equal_prefixes_wins_and_longer_ones_come_first() {
        let conf = GaiConf::parse(b"label ::/0 5\nlabel ::1/128 7\nlabel ::1/128 8\n", V236);
        let rows: Vec<_> = conf.labels.iter().map(|r| (r.len, r.value)).collect();
        assert_eq!(rows, [(128, 7), (128, 8), (0, 5)]);
    }

    #[test]
    fn ignored_lines_say_why() {
        assert_eq!(why(b"precedance ::1/128 1\n", V236)[0].0, 1);
        assert!(why(b"\nprecedence 127.0.0.0/8 1\n", V236)[0].1.contains("IPv6 text"));
        assert!(why(b"precedence ::1/129 1\n", V236)[0].1.contains("out of range"));
        assert!(why(b"precedence ::1/128 -1\n", V236)[0].1.contains("decimal"));
        assert!(why(b"precedence ::1/128 0x10\n", V236)[0].1.contains("decimal"));
        assert!(why(b"precedence ::1/128 +5\n", V236).is_empty());
    }

    #[test]
    fn a_missing_length_depends_on_the_version() {
        let text = b"precedence ::1 60\n";
        assert_eq!(GaiConf::parse(text, GlibcVersion(2, 31)).crashing, [1]);
        assert!(GaiConf::parse(text, V236).crashing.is_empty());
        assert_eq!(GaiConf::parse(text, V236).ignored.len(), 1);
        assert_eq!(GaiConf::parse(text, GlibcVersion(2, 41)).precedences[0].len, 128);
    }

    #[test]
    fn a_missing_value_is_zero_before_2_41() {
        let text = b"precedence ::1/128\n";
        assert_eq!(GaiConf::parse(text, V236).precedences[0].value, 0);
        assert_eq!(GaiConf::parse(text, GlibcVersion(2, 41)).precedences, PRECEDENCES);
    }

    #[test]
    fn scopes_in_both_spellings() {
        let conf = GaiConf::parse(b"scopev4 10.0.0.0/8 5\nscopev4 ::ffff:127.0.0.0/104 3\n", V236);
        let rows: Vec<_> = conf.scopes.iter().map(|r| (r.prefix.to_string(), r.len, r.value)).collect();
        assert_eq!(rows[0], ("::ffff:10.0.0.0".to_owned(), 104, 5));
        assert_eq!(rows[1].2, 3);
        assert_eq!(rows[2], ("::ffff:0.0.0.0".to_owned(), 96, 14));
    }
}
