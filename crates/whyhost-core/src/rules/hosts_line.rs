//! What rules about lines of the hosts file share: what is wrong with a word, and how a line is repaired.

use super::facts::{hosts_reach, hosts_row, in_hosts};
use super::{Context, Rule, edit, remedy};
use crate::finding::{Applicability, Finding, Remedy, TextEdit};
use crate::hosts_lines::glued_quad;
use hosts_edit::{Dialect, GLIBC, Line, Word, dialect};
use std::net::IpAddr;
use std::ops::Range;

/// What is wrong with a line whose first word is no address to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LineFault {
    /// A blank or a mark that cannot be seen.
    Invisible,
    /// `[::1]`: the address between the brackets.
    Brackets(String),
    /// `127.0.0.1:3000`, `[::1]:3000`: the address and the port.
    Port(String, String),
    /// `http://127.0.0.1`.
    Url,
    /// A name first, and an address behind it: which word that is.
    Reversed(usize),
    /// Something else.
    Other,
}

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NameFault {
    /// `app.test:3000`: the name.
    Port(String),
    /// `http://app.test/`: the name in it.
    Url(String),
    /// `*.app.test`.
    Wildcard,
    /// An address glued to its end: where it begins.
    Glued(usize),
    /// An address, or a number that getaddrinfo takes for one.
    Numeric,
    /// Not ASCII.
    BeyondAscii,
    /// A character that no host name has.
    Character(char),
    /// An empty label, a label of more than 63 bytes, a name of more than 253.
    Shape(&'static str),
    /// An underscore, or a hyphen at the end of a label: some readers take offence.
    Strict(&'static str),
}

pub(super) fn line_fault(words: &[Word<'_>]) -> LineFault {
    let Some(first) = words.first() else { return LineFault::Other };
    if words.iter().any(|w| invisible(&w.text).is_some()) {
        return LineFault::Invisible;
    }
    let token = text(first);
    if token.contains("://") {
        return LineFault::Url;
    }
    if let Some((address, rest)) = token.strip_prefix('[').and_then(|t| t.split_once(']')) {
        match rest.strip_prefix(':') {
            _ if !is_address(address) => return LineFault::Other,
            None if rest.is_empty() => return LineFault::Brackets(address.to_owned()),
            Some(port) if is_port(port) => return LineFault::Port(address.to_owned(), port.to_owned()),
            _ => return LineFault::Other,
        }
    }
    if let Some((address, port)) = token.split_once(':').filter(|(a, p)| is_address(a) && is_port(p)) {
        return LineFault::Port(address.to_owned(), port.to_owned());
    }
    let second = words.iter().position(|w| is_address(&text(w)));
    match second {
        Some(at) if is_host_name(&token) => LineFault::Reversed(at),
        _ => LineFault::Other,
    }
}

/// What is wrong with a name; `last` if no name follows it.
pub(super) fn name_fault(name: &[u8], last: bool) -> Option<NameFault> {
    let lossy = String::from_utf8_lossy(name);
    if is_numeric(&lossy) {
        return Some(NameFault::Numeric);
    }
    if let Some(at) = glued_at(name).filter(|_| !last) {
        return Some(NameFault::Glued(at));
    }
    if !name.is_ascii() {
        return Some(NameFault::BeyondAscii);
    }
    if let Some((_, rest)) = lossy.split_once("://") {
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        return Some(NameFault::Url(host.to_owned()));
    }
    let host = lossy.split('/').next().unwrap_or_default();
    if lossy.contains('/') && is_host_name(host) && !host.is_empty() {
        return Some(NameFault::Url(host.to_owned()));
    }
    if let Some((host, _)) = lossy.split_once(':').filter(|(h, p)| is_host_name(h) && is_port(p)) {
        return Some(NameFault::Port(host.to_owned()));
    }
    if lossy.contains('*') {
        return Some(NameFault::Wildcard);
    }
    let odd = |c: &char| !(c.is_ascii_alphanumeric() || "-._".contains(*c));
    if let Some(odd) = lossy.chars().find(odd) {
        return Some(NameFault::Character(odd));
    }
    shape(&lossy)
}

fn shape(name: &str) -> Option<NameFault> {
    let body = name.strip_suffix('.').unwrap_or(name);
    let labels = || body.split('.');
    if body.len() > 253 {
        Some(NameFault::Shape("it is longer than 253 characters"))
    } else if labels().any(|l| l.len() > 63) {
        Some(NameFault::Shape("a part of it is longer than 63 characters"))
    } else if labels().any(str::is_empty) {
        Some(NameFault::Shape("a part between its dots is empty"))
    } else if body.contains('_') {
        Some(NameFault::Strict("an underscore"))
    } else if labels().any(|l| l.starts_with('-') || l.ends_with('-')) {
        Some(NameFault::Strict("a hyphen at the end of a part"))
    } else {
        None
    }
}

/// Digits that getaddrinfo takes for an address before it looks anywhere, or an address.
fn is_numeric(name: &str) -> bool {
    let zones = |_: &[u8]| Some(1);
    dialect::MUSL.reads_address(name.as_bytes(), &zones).is_some()
}

/// Where an address begins that is glued to the end of a name.
fn glued_at(name: &[u8]) -> Option<usize> {
    let six = || {
        let at = name.windows(2).position(|w| w == b"::").filter(|at| *at > 0)?;
        let good = is_host_name(&String::from_utf8_lossy(&name[..at])) && reads(&name[at..]).is_some();
        good.then_some(at)
    };
    glued_quad(name).or_else(six)
}

fn reads(token: &[u8]) -> Option<IpAddr> {
    GLIBC.reads_address(token, &|_| None)
}

/// An address that every reader takes.
pub(super) fn is_address(token: &str) -> bool {
    reads(token.as_bytes()).is_some()
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Letters, digits, hyphens, dots and underscores, with a letter among them.
pub(super) fn is_host_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The first character of `text` that cannot be told from a blank or from nothing: its place, its length, what it is.
pub(super) fn invisible(text: &[u8]) -> Option<(usize, char)> {
    if text.is_ascii() {
        return None;
    }
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        if let Some((place, c)) = chunk.valid().char_indices().find(|(_, c)| is_invisible(*c)) {
            return Some((at + place, c));
        }
        at += chunk.valid().len() + chunk.invalid().len();
    }
    None
}

/// Unicode white space beyond ASCII, and format characters of no width.
pub(super) fn is_invisible(c: char) -> bool {
    let no_width = matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    no_width || !c.is_ascii() && c.is_whitespace()
}

/// A word as text.
pub(super) fn text(word: &Word<'_>) -> String {
    String::from_utf8_lossy(&word.text).into_owned()
}

/// A finding at `span` of a line, with the line as evidence.
pub(super) fn at(
    ctx: &Context<'_>,
    rule: &Rule,
    line: &Line<'_>,
    span: Range<usize>,
    title: impl Into<String>,
    label: impl Into<String>,
) -> Finding {
    let mut finding = rule.finding(title);
    finding.locations.push(in_hosts(ctx.machine, span, label));
    finding.evidence.push(hosts_row(ctx.machine, line.number()));
    finding
}

/// Edits of the hosts file as a remedy.
pub(super) fn repair(
    ctx: &Context<'_>,
    title: impl std::fmt::Display,
    applicability: Applicability,
    edits: Vec<TextEdit>,
) -> Remedy {
    let path = &ctx.machine.hosts.path;
    let title = format!("{title} of {path}");
    remedy::edits(title, applicability, hosts_reach(ctx.machine), path, edits)
}

/// Turns a line into a comment.
pub(super) fn comment_out(ctx: &Context<'_>, line: &Line<'_>) -> Remedy {
    let at = line.words().first().map_or(line.span().start, |w| w.span.start);
    let path = &ctx.machine.hosts.path;
    let title = format!("turn line {} of {path} into a comment", line.number());
    let edits = vec![edit::replace(at..at, "# ")];
    remedy::edits(title, Applicability::Safe, hosts_reach(ctx.machine), path, edits)
}

/// No edit is made in the middle of a longer line.
const LONG: usize = 1 << 16;

/// Takes the words at `spans` off a line, which becomes a comment if it has no other name.
pub(super) fn without(ctx: &Context<'_>, line: &Line<'_>, spans: &[Range<usize>]) -> Remedy {
    if line.content().len() > LONG {
        return remedy::advice(
            format!("break line {} of {} into shorter ones", line.number(), ctx.machine.hosts.path),
            hosts_reach(ctx.machine),
            "a line of so many names is not read by every program",
        );
    }
    let words = line.words();
    let others = words.iter().skip(1).filter(|w| !spans.contains(&w.span)).count();
    if others == 0 {
        return Remedy { applicability: Applicability::Unsafe, ..comment_out(ctx, line) };
    }
    let bytes = ctx.machine.hosts.value.bytes();
    let edits = spans.iter().map(|s| edit::remove_word(bytes, s.clone())).collect();
    let what = match spans {
        [one] => format!("`{}`", String::from_utf8_lossy(&bytes[one.clone()])),
        several => format!("{} names", several.len()),
    };
    repair(ctx, format!("take {what} off line {}", line.number()), Applicability::Unsafe, edits)
}

/// The readers of the context for which `holds`.
pub(super) fn readers_that(ctx: &Context<'_>, holds: impl Fn(&Dialect) -> bool) -> Vec<&'static Dialect> {
    ctx.readers.iter().copied().filter(|r| holds(r)).collect()
}

/// Their names: `musl`, `GNU C library and musl`.
pub(super) fn labels(readers: &[&Dialect]) -> String {
    let labels: Vec<&str> = readers.iter().map(|r| r.label).collect();
    match labels.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The index of an interface of the machine; where none is known, that of `lo`.
pub(super) fn zone(ctx: &Context<'_>, name: &[u8]) -> Option<u32> {
    let interfaces = &ctx.machine.raw.interfaces;
    if interfaces.is_empty() {
        return hosts_edit::default_zones(name);
    }
    interfaces.iter().find(|i| i.name.as_bytes() == name).map(|i| i.index)
}

/// This machine, as an address that blocks names: 127/8, `::1`, or no address at all.
pub fn is_sink(address: IpAddr) -> bool {
    super::facts::is_loopback(address) || address.is_unspecified()
}

/// A name that only DNS could know elsewhere: it has a dot, and no ending that is kept for private use (RFC 6761, RFC 6762
/// appendix G, RFC 8375, ICANN's `internal`).
pub fn is_public(name: &[u8]) -> bool {
    const PRIVATE: [&str; 15] = [
        "localhost",
        "local",
        "localdomain",
        "test",
        "example",
        "invalid",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "arpa",
        "home.arpa",
        "domain",
    ];
    let name = name.strip_suffix(b".").unwrap_or(name);
    let Some(dot) = name.iter().rposition(|b| *b == b'.') else { return false };
    let ends_with = |end: &str| {
        let start = name.len().checked_sub(end.len());
        start.is_some_and(|at| {
            at > 0 && name[at - 1] == b'.' && name[at..].eq_ignore_ascii_case(end.as_bytes())
        })
    };
    name[dot + 1..].first().is_some_and(u8::is_ascii_alphabetic) && !PRIVATE.iter().any(|end| ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hosts_edit::HostsFile;

    #[test]
    fn lines() {
        let fault = |line: &str| line_fault(&HostsFile::parse(line).0.line(1).expect("a line").words());
        assert_eq!(fault("[::1] a"), LineFault::Brackets("::1".into()));
        assert_eq!(fault("127.0.0.1:80 a"), LineFault::Port("127.0.0.1".into(), "80".into()));
        assert_eq!(fault("[::1]:80 a"), LineFault::Port("::1".into(), "80".into()));
        assert_eq!(fault("http://127.0.0.1 a"), LineFault::Url);
        assert_eq!(fault("app.test 127.0.0.1"), LineFault::Reversed(1));
        assert_eq!(fault("127.0.0.1\u{a0}app.test"), LineFault::Invisible);
        for line in ["// 127.0.0.1 a", "; 127.0.0.1 a", "192.168.1.300 a", "words of a text", "[x] a"] {
            assert_eq!(fault(line), LineFault::Other, "{line}");
        }
    }

    #[test]
    fn names() {
        let fault = |name: &str| name_fault(name.as_bytes(), false);
        assert_eq!(fault("app.test"), None);
        assert_eq!(fault("1e100.net"), None);
        assert_eq!(fault("app.test:80"), Some(NameFault::Port("app.test".into())));
        assert_eq!(fault("http://app.test:80/x"), Some(NameFault::Url("app.test".into())));
        assert_eq!(fault("app.test/"), Some(NameFault::Url("app.test".into())));
        assert_eq!(fault("*.app.test"), Some(NameFault::Wildcard));
        assert_eq!(fault("shop.test127.0.0.1"), Some(NameFault::Glued(9)));
        assert_eq!(fault("localhost::1"), Some(NameFault::Glued(9)));
        assert_eq!(name_fault(b"node10.0.0.1", true), None);
        assert_eq!(fault("12345"), Some(NameFault::Numeric));
        assert_eq!(fault("::1"), Some(NameFault::Numeric));
        assert_eq!(fault("a,b"), Some(NameFault::Character(',')));
        assert_eq!(fault("m\u{fc}ller"), Some(NameFault::BeyondAscii));
        assert_eq!(fault("a..b"), Some(NameFault::Shape("a part between its dots is empty")));
        assert_eq!(fault("my_host"), Some(NameFault::Strict("an underscore")));
    }

    #[test]
    fn public_names() {
        assert!(is_public(b"ads.example.com") && is_public(b"Example.ORG."));
        for name in
            ["localhost", "app.test", "nas.local", "devbox", "host.docker.internal", "10.0.0.1", "a.lan"]
        {
            assert!(!is_public(name.as_bytes()), "{name}");
        }
    }
}
