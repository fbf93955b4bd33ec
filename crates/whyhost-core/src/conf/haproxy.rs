//! The `server` lines of HAProxy's configuration.
//!
//! Source: HAProxy `src/tools.c`, `parse_line` (2.6) for the words: blanks part them, `#` begins a comment, quotes and
//! backslashes keep blanks.

use super::text;
use std::ops::Range;

/// The file, as distributions place it.
pub const MAIN: &str = "/etc/haproxy/haproxy.cfg";

/// A `server` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Name of the server.
    pub name: String,
    /// Its address as written: `localhost:8000`, `ipv4@localhost:8000`.
    pub address: String,
    /// Bytes of the address in the file.
    pub span: Range<usize>,
}

/// The `server` lines of the sections that may have them (`backend`, `listen`), in the order of the file.
pub fn servers(bytes: &[u8]) -> Vec<Server> {
    let mut section = String::new();
    let mut all = Vec::new();
    for line in text::lines(bytes) {
        let words = words(line.text);
        let Some((first, _)) = words.first() else { continue };
        if is_section(first) {
            section.clone_from(first);
        }
        if let ("server", [_, (name, _), (address, span), ..]) = (first.as_str(), words.as_slice())
            && matches!(section.as_str(), "backend" | "listen")
        {
            let span = line.start + span.start..line.start + span.end;
            all.push(Server { name: name.clone(), address: address.clone(), span });
        }
    }
    all
}

fn is_section(word: &str) -> bool {
    const SECTIONS: [&str; 13] = [
        "global",
        "defaults",
        "frontend",
        "backend",
        "listen",
        "peers",
        "resolvers",
        "userlist",
        "mailers",
        "program",
        "cache",
        "http-errors",
        "ring",
    ];
    SECTIONS.contains(&word)
}

/// The words of a line with their places in it.
fn words(line: &[u8]) -> Vec<(String, Range<usize>)> {
    let mut all = Vec::new();
    let (mut word, mut start, mut quote): (Vec<u8>, Option<usize>, Option<u8>) = (Vec::new(), None, None);
    let mut at = 0;
    while at <= line.len() {
        let byte = line.get(at).copied();
        let ends = match byte {
            None => true,
            Some(b' ' | b'\t' | b'\r' | b'#') => quote.is_none(),
            _ => false,
        };
        if ends {
            if let Some(start) = start.take() {
                let text = String::from_utf8_lossy(&std::mem::take(&mut word)).into_owned();
                all.push((text, start..at));
            }
            if byte == Some(b'#') {
                break;
            }
        } else if let Some(byte) = byte {
            start.get_or_insert(at);
            match byte {
                b'\\' if quote != Some(b'\'') => {
                    // At the end of a line it stands for nothing.
                    word.extend(line.get(at + 1));
                    at = (at + 1).min(line.len() - 1);
                }
                b if Some(b) == quote => quote = None,
                b'"' | b'\'' if quote.is_none() => quote = Some(byte),
                b => word.push(b),
            }
        }
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_of_backends_are_found_with_their_places() {
        let file = b"global\n  server x no:1\nbackend a\n  # server c no:1\n  server s1 localhost:80 check # x\n\
                     listen b\n\tserver 's 2'\tipv4@localhost:81\n  server short\nfrontend f\n server z no:1\n";
        let all = servers(file);
        let texts: Vec<(&str, &str)> = all.iter().map(|s| (s.name.as_str(), s.address.as_str())).collect();
        assert_eq!(texts, [("s1", "localhost:80"), ("s 2", "ipv4@localhost:81")]);
        assert!(all.iter().all(|s| file[s.span.clone()] == *s.address.as_bytes()));
    }

    #[test]
    fn quotes_and_backslashes_keep_blanks() {
        let texts = |line: &str| words(line.as_bytes()).into_iter().map(|w| w.0).collect::<Vec<_>>();
        assert_eq!(texts(r#"a\ b "c # d" 'e\f'"#), ["a b", "c # d", "e\\f"]);
        assert_eq!(texts("a#b"), ["a"]);
        assert_eq!(texts("  "), Vec::<String>::new());
        assert_eq!(texts("a\\"), ["a"]);
    }
}
