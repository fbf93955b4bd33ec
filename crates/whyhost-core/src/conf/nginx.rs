//! nginx's configuration: words, directives and blocks with their places, and the files that `include` brings in.
//!
//! Source: nginx `src/core/ngx_conf_file.c`, `ngx_conf_read_token` (1.22) for the words, `ngx_conf_include` and
//! `ngx_conf_full_name` for the files.

use crate::snapshot::{RawFile, Snapshot};
use std::ops::Range;

/// The main file, as distributions place it.
pub const MAIN: &str = "/etc/nginx/nginx.conf";
const FOLDER: &str = "/etc/nginx/";
/// nginx has no bound; a file that includes itself would go on for ever.
const DEEPEST: usize = 10;

/// A word with its place in the file, quotes and backslashes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Bytes of it in the file, quotes included.
    pub span: Range<usize>,
}

/// A directive: its words, and the directives of its block where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Name and arguments; never empty.
    pub words: Vec<Word>,
    /// What stands in its block.
    pub block: Option<Vec<Directive>>,
}

/// A directive with the file that it stands in, outside of any tree.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The file.
    pub path: String,
    /// Name and arguments.
    pub words: Vec<Word>,
    /// The block right around it: `upstream backend`; empty at the top.
    pub around: String,
}

impl Placed {
    /// The directive's name.
    pub fn name(&self) -> &str {
        self.words.first().map_or("", |w| w.text.as_str())
    }
}

/// The directives of a file. What nginx would refuse is read as far as it goes: a missing brace ends with the file.
pub fn parse(bytes: &[u8]) -> Vec<Directive> {
    let mut tokens = Tokens { bytes, at: 0 };
    block(&mut tokens, 0)
}

/// Every directive that nginx reads, in its order: the main file with what it includes, of the files of the snapshot.
/// Without a main file every file of the folder counts.
pub fn directives(snapshot: &Snapshot) -> Vec<Placed> {
    let mut out = Vec::new();
    let readable = |f: &&RawFile| f.path.starts_with(FOLDER) && f.content.is_some();
    match snapshot.file(MAIN).filter(|f| f.content.is_some()) {
        Some(main) => read(snapshot, main, "", 0, &mut out),
        None => {
            for file in snapshot.files.iter().filter(readable) {
                read(snapshot, file, "", DEEPEST, &mut out);
            }
        }
    }
    out
}

fn read(snapshot: &Snapshot, file: &RawFile, around: &str, depth: usize, out: &mut Vec<Placed>) {
    let bytes = file.bytes().unwrap_or_default();
    place(snapshot, &file.path, parse(&bytes), around, depth, out);
}

fn place(
    snapshot: &Snapshot,
    path: &str,
    directives: Vec<Directive>,
    around: &str,
    depth: usize,
    out: &mut Vec<Placed>,
) {
    for directive in directives {
        let words: Vec<&str> = directive.words.iter().map(|w| w.text.as_str()).collect();
        if let (["include", pattern], true) = (words.as_slice(), depth < DEEPEST) {
            let full =
                if pattern.starts_with('/') { (*pattern).to_owned() } else { format!("{FOLDER}{pattern}") };
            let mut files: Vec<&RawFile> =
                snapshot.files.iter().filter(|f| f.content.is_some() && glob(&full, &f.path)).collect();
            files.sort_by(|a, b| a.path.cmp(&b.path));
            for file in files {
                read(snapshot, file, around, depth + 1, out);
            }
            continue;
        }
        let inner = words.join(" ");
        let placed = Placed { path: path.to_owned(), words: directive.words, around: around.to_owned() };
        out.push(placed);
        if let Some(block) = directive.block {
            place(snapshot, path, block, &inner, depth, out);
        }
    }
}

/// `*` and `?` as glob(3) has them, neither of which matches a slash.
fn glob(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if wildcard(pattern.as_bytes(), part.as_bytes()) => {}
            _ => return false,
        }
    }
}

fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => (p, t) = (p + 1, t + 1),
            Some(c) if *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                // The star takes one character more.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

enum Token {
    Word(Word),
    /// `;`
    End,
    /// `{`
    Open,
    /// `}`
    Close,
}

struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Blocks deeper than this are passed over: no configuration has them, and a recursion needs a bound.
const NESTED: usize = 64;

fn block(tokens: &mut Tokens<'_>, depth: usize) -> Vec<Directive> {
    let (mut all, mut words) = (Vec::new(), Vec::new());
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => words.push(word),
            Token::Open if depth < NESTED => {
                let inner = block(tokens, depth + 1);
                finish(&mut all, &mut words, Some(inner));
            }
            Token::Open | Token::End => finish(&mut all, &mut words, None),
            Token::Close => break,
        }
    }
    all
}

fn finish(all: &mut Vec<Directive>, words: &mut Vec<Word>, block: Option<Vec<Directive>>) {
    let words = std::mem::take(words);
    if !words.is_empty() {
        all.push(Directive { words, block });
    }
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            match *self.bytes.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                }
                mark @ (b';' | b'{' | b'}') => {
                    self.at += 1;
                    return Some(match mark {
                        b';' => Token::End,
                        b'{' => Token::Open,
                        _ => Token::Close,
                    });
                }
                _ => return Some(Token::Word(self.word())),
            }
        }
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let quote = Some(self.bytes[start]).filter(|b| matches!(b, b'"' | b'\''));
        self.at += usize::from(quote.is_some());
        let mut text = Vec::new();
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'\\' => {
                    let next = self.bytes.get(self.at + 1).copied();
                    text.extend(unescaped(next));
                    self.at += 2;
                    continue;
                }
                b if Some(b) == quote => {
                    self.at += 1;
                    break;
                }
                // `${name}` is no block.
                b'{' if quote.is_none() && self.bytes.get(self.at.wrapping_sub(1)) == Some(&b'$') => {}
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' if quote.is_none() => break,
                _ => {}
            }
            text.push(byte);
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
        Word { text: String::from_utf8_lossy(&text).into_owned(), span: start..self.at }
    }
}

/// `\"`, `\'` and `\\` lose the backslash, `\t`, `\r` and `\n` are what they are in C, others stay.
fn unescaped(next: Option<u8>) -> Vec<u8> {
    match next {
        Some(b @ (b'"' | b'\'' | b'\\')) => vec![b],
        Some(b't') => vec![b'\t'],
        Some(b'r') => vec![b'\r'],
        Some(b'n') => vec![b'\n'],
        Some(b) => vec![b'\\', b],
        None => vec![b'\\'],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Os, OsFamily};

    fn shown(directives: &[Directive]) -> String {
        let one = |d: &Directive| {
            let words: Vec<&str> = d.words.iter().map(|w| w.text.as_str()).collect();
            match &d.block {
                Some(block) => format!("{}{{{}}}", words.join(" "), shown(block)),
                None => format!("{};", words.join(" ")),
            }
        };
        directives.iter().map(one).collect()
    }

    #[test]
    fn comments_quotes_blocks_and_variables_are_read_as_nginx_reads_them() {
        for (text, expected) in [
            ("a b;# c;\nd e;", "a b;d e;"),
            ("http { server { listen 80; } }", "http{server{listen 80;}}"),
            ("a 'b;{ c' \"d\\\"e\";", "a b;{ c d\"e;"),
            ("a b#c;", "a b#c;"),
            ("a ${x}y;", "a ${x}y;"),
            ("location ~ \\.php$ { a b\\ c; }", "location ~ \\.php${a b\\ c;}"),
            ("a {", "a{}"),
            ("a b", ""),
            ("} a;", ""),
            ("a \"b", ""),
            (";;", ""),
        ] {
            assert_eq!(shown(&parse(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let bytes = b"proxy_pass  'http://localhost';";
        assert_eq!(&bytes[parse(bytes)[0].words[1].span.clone()], b"'http://localhost'");
    }

    #[test]
    fn nesting_without_end_is_bounded() {
        parse(&b"a {".repeat(100_000));
    }

    #[test]
    fn included_files_stand_where_they_are_included() {
        let mut snapshot = Snapshot::new(Os::unknown(OsFamily::Linux));
        let mut add = |path: &str, text: &str| snapshot.files.push(RawFile::text(path, text.as_bytes()));
        add("/etc/nginx/conf.d/b.conf", "b;");
        add("/etc/nginx/conf.d/a.conf", "a { include /etc/nginx/nginx.conf; }");
        add("/etc/nginx/conf.d/a.conf.old", "never;");
        add("/etc/nginx/sites-enabled/site", "s;");
        let all = |snapshot: &Snapshot| {
            let names = directives(snapshot).into_iter().map(|d| format!("{}<{}", d.name(), d.around));
            names.collect::<Vec<_>>()
        };
        assert_eq!(all(&snapshot), ["b<", "a<", "include<a", "never<", "s<"]);
        snapshot.files.push(RawFile::text(MAIN, b"http { include conf.d/*.conf; x y; include mime.types; }"));
        let got = all(&snapshot);
        assert_eq!(got[..3], ["http<", "a<http", "http<a"]);
        assert_eq!(got[got.len() - 2..], ["b<http", "x<http"]);
        assert!(!got.iter().any(|d| d.starts_with("never") || d.starts_with("s<")));
    }

    #[test]
    fn a_star_takes_what_it_needs_within_one_folder() {
        for (pattern, path, matches) in [
            ("/a/*.conf", "/a/b.conf", true),
            ("/a/*.conf", "/a/b/c.conf", false),
            ("/a/*", "/a/", true),
            ("/a/b*d*f", "/a/bxxdyyf", true),
            ("/a/b*d*f", "/a/bxxdyy", false),
            ("/a/?.c", "/a/x.c", true),
            ("/a/?.c", "/a/.c", false),
        ] {
            assert_eq!(glob(pattern, path), matches, "{pattern} {path}");
        }
    }
}
