//! /etc/gai.conf as glibc reads it (skeleton; grammar follows).
use crate::machine::GlibcVersion;
use std::net::Ipv6Addr;

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
    /// Why, as a phrase: `unknown keyword `precedance``.
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
    /// Lines whose missing `/LEN` crashes a process of this glibc (before 2.36).
    pub crashing: Vec<usize>,
}

impl GaiConf {
    /// Parses the file as `version` does.
    pub fn parse(_bytes: &[u8], _version: GlibcVersion) -> GaiConf {
        GaiConf {
            labels: vec![],
            precedences: vec![],
            scopes: vec![],
            active: vec![],
            ignored: vec![],
            crashing: vec![],
        }
    }
    /// At least one `precedence` line replaced the built-in precedence table.
    pub fn replaces_precedence(&self) -> bool {
        self.active.iter().any(|(_, k)| k == "precedence")
    }
}
