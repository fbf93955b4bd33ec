//! Configuration files: which words of which file stay, which are addresses and names.

use super::Masks;
use super::known;
use super::name::{is_kept, is_resolver_option};
use super::server;
use super::symbols::{self, Symbol};
use std::net::IpAddr;

/// The kinds of file that a snapshot holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hosts,
    Resolv,
    Nsswitch,
    /// gai.conf, host.conf: keywords, numbers, addresses.
    Keywords,
    /// nscd.conf: attribute, database, value.
    Nscd,
    OsRelease,
    /// resolved.conf, wgetrc: `name = value`.
    Settings,
    /// nginx, HAProxy, Apache.
    Server,
    /// A kernel switch.
    Switch,
    Other,
}

impl Kind {
    fn of(path: &str) -> Kind {
        if path.starts_with("/proc/sys/") || path.starts_with("/sys/") {
            return Kind::Switch;
        }
        if server::is_file(path) {
            return Kind::Server;
        }
        if path.contains("/resolved.conf.d/") {
            return Kind::Settings;
        }
        match path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "hosts" => Kind::Hosts,
            "resolv.conf" | "stub-resolv.conf" => Kind::Resolv,
            "nsswitch.conf" => Kind::Nsswitch,
            "gai.conf" | "host.conf" => Kind::Keywords,
            "nscd.conf" => Kind::Nscd,
            "os-release" => Kind::OsRelease,
            "resolved.conf" | "wgetrc" => Kind::Settings,
            _ => Kind::Other,
        }
    }

    fn begins_comment(self, symbol: Symbol) -> bool {
        match symbol {
            Symbol::Char('#') => self != Kind::Switch,
            Symbol::Char(';') => matches!(self, Kind::Resolv | Kind::Settings),
            _ => false,
        }
    }
}

/// The file with every word masked that tells of the machine; as many bytes, the same lines.
pub(super) fn mask(masks: &mut Masks, path: &str, bytes: &[u8]) -> Vec<u8> {
    let kind = Kind::of(path);
    symbols::map_lines(bytes, |line| {
        let comment = line.iter().position(|symbol| kind.begins_comment(*symbol)).unwrap_or(line.len());
        let (words, comment) = line.split_at(comment);
        let mut masked = match kind {
            Kind::OsRelease => os_release(words),
            Kind::Settings => masks.settings(words),
            Kind::Server => masks.server(words),
            _ => in_words(words, |at, first, word| masks.word(kind, at, first, word)),
        };
        masked.extend(masks.comment(comment));
        masked
    })
}

/// Masks the words of a text; what separates them stays. The callback gets the word's place, the first word, the word.
pub(super) fn in_words(
    text: &[Symbol],
    mut mask: impl FnMut(usize, &str, &[Symbol]) -> Vec<Symbol>,
) -> Vec<Symbol> {
    let mut result = Vec::with_capacity(text.len());
    let mut first = None;
    let mut count = 0;
    for piece in text.chunk_by(|a, b| a.ends_word() == b.ends_word()) {
        if piece[0].ends_word() {
            result.extend_from_slice(piece);
            continue;
        }
        let first = first.get_or_insert_with(|| symbols::text(piece));
        result.extend(mask(count, first, piece));
        count += 1;
    }
    result
}

impl Masks {
    fn word(&mut self, kind: Kind, at: usize, first: &str, word: &[Symbol]) -> Vec<Symbol> {
        let text = symbols::text(word);
        let number = text.bytes().all(|b| b.is_ascii_digit());
        let stays = match kind {
            Kind::Nsswitch => true,
            Kind::Switch => number,
            Kind::Resolv if first == "options" => at == 0 || is_resolver_option(&text),
            Kind::Resolv => at == 0 && known::KEYWORDS.contains(&text.as_str()),
            Kind::Keywords => {
                number || known::KEYWORDS.contains(&text.to_ascii_lowercase().trim_end_matches([',', ';']))
            }
            Kind::Nscd => number || known::NSCD_WORDS.contains(&text.as_str()),
            Kind::Hosts | Kind::OsRelease | Kind::Settings | Kind::Server | Kind::Other => false,
        };
        match kind {
            _ if stays => word.to_vec(),
            Kind::Switch => masked(word),
            Kind::Hosts if at == 0 => self.as_address(word, true).unwrap_or_else(|| self.names.host(word)),
            _ => self.address_or_name(word),
        }
    }

    /// A word that is an address or a host name.
    fn address_or_name(&mut self, word: &[Symbol]) -> Vec<Symbol> {
        self.as_address(word, false).unwrap_or_else(|| self.names.host(word))
    }

    /// The mask of a word that is an address; `first` where only an address can stand. Bytes that are no text can only
    /// be in a zone.
    fn as_address(&mut self, word: &[Symbol], first: bool) -> Option<Vec<Symbol>> {
        let is_raw = |symbol: &Symbol| matches!(symbol, Symbol::Raw(_));
        let zone =
            word.iter().position(|symbol| *symbol == Symbol::Char('%')).filter(|_| word.iter().any(is_raw));
        let (word, zone) = word.split_at(zone.unwrap_or(word.len()));
        if word.iter().any(is_raw) {
            return None;
        }
        let text = symbols::text(word);
        let masked = if first { self.first_word(&text) } else { self.address(&text) }?;
        Some([symbols::of(&masked), self.names.host(zone)].concat())
    }

    /// A comment: markers of programs stay whole, addresses and the localhost family are treated as elsewhere, other
    /// letters become `x` and digits `0`.
    fn comment(&mut self, comment: &[Symbol]) -> Vec<Symbol> {
        let text = symbols::text(comment);
        let said = text.trim_start_matches(['#', ';', ' ', '\t']).trim_end();
        if known::MARKERS.iter().any(|marker| is_marker(said, marker)) {
            return comment.to_vec();
        }
        let marks = comment.iter().take_while(|symbol| matches!(symbol, Symbol::Char('#' | ';'))).count();
        let (marks, rest) = comment.split_at(marks);
        let mut result = marks.to_vec();
        result.extend(in_words(rest, |at, _, word| {
            let text = symbols::text(word);
            let core = text.split(['/', '%']).next().unwrap_or_default();
            let mask = match core.parse::<IpAddr>() {
                Ok(_) => self.as_address(word, false),
                // An entry that was commented out.
                Err(_) if at == 0 && core.starts_with(|c: char| c.is_ascii_digit()) => {
                    self.as_address(word, true)
                }
                Err(_) => None,
            };
            let stays = is_kept(&text) || known::PROSE.contains(&text.to_ascii_lowercase().as_str());
            match mask {
                Some(mask) => mask,
                None if stays => word.to_vec(),
                None => masked(word),
            }
        }));
        result
    }
}

/// The whole of a marker, or its known beginning where a fixed continuation follows.
fn is_marker(said: &str, marker: &str) -> bool {
    match said.strip_prefix(marker) {
        Some("") => true,
        Some(rest) if marker.starts_with("Kubernetes") => matches!(rest, "." | " (host network)."),
        Some(rest) if marker.ends_with("templates/hosts.") => rest
            .strip_suffix(".tmpl")
            .is_some_and(|os| os.bytes().all(|b| b.is_ascii_lowercase()) && os.len() < 12),
        Some(rest) if marker.starts_with("whyhost") => {
            rest.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'-' | b',' | b' '))
        }
        _ => false,
    }
}

/// `KEY=value`: the value stays for keys that name a public distribution.
fn os_release(line: &[Symbol]) -> Vec<Symbol> {
    let text = symbols::text(line);
    let key = text.split('=').next().unwrap_or_default();
    if known::OS_RELEASE_KEYS.contains(&key) {
        return line.to_vec();
    }
    let split = line.iter().position(|symbol| *symbol == Symbol::Char('=')).unwrap_or(0);
    [&line[..split], &masked(&line[split..])].concat()
}

pub(super) fn masked(word: &[Symbol]) -> Vec<Symbol> {
    word.iter().map(|symbol| symbol.masked()).collect()
}

/// The words of a value, each masked by `mask`.
pub(super) fn words(text: &str, mut mask: impl FnMut(&str) -> String) -> String {
    symbols::text(&in_words(&symbols::of(text), |_, _, word| symbols::of(&mask(&symbols::text(word)))))
}

/// Letters as `x`, digits as `0`.
pub(super) fn crossed_out(text: &str) -> String {
    symbols::text(&masked(&symbols::of(text)))
}
