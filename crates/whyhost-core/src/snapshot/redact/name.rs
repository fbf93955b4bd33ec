//! Host names, interface names and users: each label gets one pseudonym of its own length and shape.
//!
//! Pseudonyms are given by order of appearance within a shape (letters, digits and signs by position), so that nothing
//! can be computed back and masking twice changes nothing. Labels are masked one by one, so that a name stays a part
//! of a longer one, and a search domain stays the end of a name.

use super::symbols::{self, Symbol};
use super::{known, known_servers};
use std::collections::HashMap;

/// The pseudonyms given so far.
#[derive(Default)]
pub(super) struct Names {
    given: HashMap<Vec<Symbol>, Vec<Symbol>>,
    /// Pseudonyms tried per shape.
    tried: HashMap<Vec<Symbol>, u64>,
    /// Numeric user ids of people, by the number that their masks begin with.
    uids: HashMap<u32, HashMap<u32, u32>>,
}

impl Names {
    /// The pseudonym of a host name. Names of the localhost family and of products stay, and so does a last label that
    /// resolvers treat specially.
    pub(super) fn host(&mut self, name: &[Symbol]) -> Vec<Symbol> {
        if is_kept(&symbols::text(name)) {
            return name.to_vec();
        }
        let dot = Symbol::Char('.');
        let labels: Vec<&[Symbol]> = name.split(|symbol| *symbol == dot).collect();
        let last = labels.iter().rposition(|label| !label.is_empty());
        let mut masked = Vec::with_capacity(name.len());
        for (at, label) in labels.iter().enumerate() {
            if at > 0 {
                masked.push(dot);
            }
            let is_top = at > 0 && Some(at) == last && contains(known::TOP_LABELS, &symbols::text(label));
            masked.extend(if is_top || label.is_empty() { label.to_vec() } else { self.label(label) });
        }
        masked
    }

    /// [`Names::host`] for text.
    pub(super) fn host_text(&mut self, name: &str) -> String {
        symbols::text(&self.host(&symbols::of(name)))
    }

    /// The pseudonym of an interface name. Names that a kernel or a common program chooses stay; a hardware address or a
    /// company's name in it does not. The parts of `eth0.100` or `veth1@if2` are looked at one by one.
    pub(super) fn interface(&mut self, name: &str) -> String {
        let part = |part: &str| {
            if is_common_interface(part) || is_short_number(part) {
                part.to_owned()
            } else {
                self.host_text(part)
            }
        };
        name.split_inclusive(['.', '@', ':']).map(part).collect()
    }

    /// The pseudonym of a user; users that systems make stay.
    pub(super) fn user(&mut self, user: &str) -> String {
        if let Ok(uid) = user.parse() {
            return self.uid(uid).to_string();
        }
        if is_system_user(user) { user.to_owned() } else { self.host_text(user) }
    }

    /// The number that stands in for a user id. Those of the system (below 1000) and `nobody` stay.
    pub(super) fn uid(&mut self, uid: u32) -> u32 {
        let first = match uid {
            ..1000 | 65_534 | u32::MAX => return uid,
            1000..65_534 => 1000,
            _ => 100_000,
        };
        let given = self.uids.entry(first).or_default();
        let next = first + u32::try_from(given.len()).unwrap_or(0);
        *given.entry(uid).or_insert(next)
    }

    fn label(&mut self, label: &[Symbol]) -> Vec<Symbol> {
        let lower: Vec<Symbol> = label.iter().map(|symbol| lower(*symbol)).collect();
        let pseudonym = match self.given.get(&lower) {
            Some(pseudonym) => pseudonym.clone(),
            None => {
                let pseudonym = self.next_of_shape(&lower);
                self.given.insert(lower, pseudonym.clone());
                pseudonym
            }
        };
        pseudonym.into_iter().zip(label).map(|(mask, original)| with_case_of(*original, mask)).collect()
    }

    /// The next pseudonym of a label's shape that is no word with a meaning of its own.
    fn next_of_shape(&mut self, label: &[Symbol]) -> Vec<Symbol> {
        let shape: Vec<Symbol> = label.iter().map(|symbol| symbol.masked()).collect();
        let tried = self.tried.entry(shape.clone()).or_default();
        // A shape of very few pseudonyms, all with a meaning, takes one of them.
        for _ in 0..100 {
            let pseudonym = number(&shape, *tried);
            *tried += 1;
            if !has_meaning(&symbols::text(&pseudonym)) {
                return pseudonym;
            }
        }
        number(&shape, *tried)
    }
}

/// A word that stays where it stands for itself, so it must not stand for something else.
fn has_meaning(word: &str) -> bool {
    let lists = [
        known::TOP_LABELS,
        known::USERS,
        known::KEYWORDS,
        known::FOLDERS,
        known_servers::SITES,
        known_servers::SERVER_WORDS,
        known_servers::SETTING_VALUES,
    ];
    is_kept(word)
        || lists.iter().any(|list| contains(list, word))
        || is_common_interface(word)
        || is_kernel_word(word)
        || is_resolver_option(word)
}

/// `count` written into the letters and digits of a shape, the last position first.
fn number(shape: &[Symbol], count: u64) -> Vec<Symbol> {
    const LETTERS: &[u8; 26] = b"nopqrstuvwxyzabcdefghijklm";
    const DIGITS: &[u8; 10] = b"0123456789";
    let mut rest = count;
    let mut digit = |alphabet: &[u8]| {
        let size = alphabet.len() as u64;
        let at = usize::try_from(rest % size).unwrap_or(0);
        rest /= size;
        Symbol::Char(char::from(alphabet[at]))
    };
    let mut pseudonym = shape.to_vec();
    for symbol in pseudonym.iter_mut().rev() {
        match symbol {
            Symbol::Char('x') => *symbol = digit(LETTERS),
            Symbol::Char('0') => *symbol = digit(DIGITS),
            _ => {}
        }
    }
    pseudonym
}

fn lower(symbol: Symbol) -> Symbol {
    if let Symbol::Char(c) = symbol { Symbol::Char(c.to_ascii_lowercase()) } else { symbol }
}

fn with_case_of(original: Symbol, mask: Symbol) -> Symbol {
    match (original, mask) {
        (Symbol::Char(o), Symbol::Char(m)) if o.is_ascii_uppercase() => Symbol::Char(m.to_ascii_uppercase()),
        _ => mask,
    }
}

/// The name says nothing of the machine: the localhost family, names that products give.
pub(super) fn is_kept(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    known::NAMES.contains(&name.as_str()) || name.ends_with(".localhost")
}

/// A part of a kernel release that many kernels have: `amd64`, `fc40`.
pub(super) fn is_kernel_word(word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    contains(known::KERNEL_WORDS, word) || contains(known::KERNEL_WORDS, bare)
}

/// An option of resolv.conf: `rotate`, `ndots:2`.
pub(super) fn is_resolver_option(word: &str) -> bool {
    let (name, number) = word.split_once(':').unwrap_or((word, ""));
    known::RESOLVER_OPTIONS.contains(&name) && number.bytes().all(|b| b.is_ascii_digit())
}

/// A user that a system or a package makes.
pub(super) fn is_system_user(user: &str) -> bool {
    known::USERS.contains(&user) || user.starts_with('_') || user.starts_with("systemd-")
}

fn contains(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `eth0`, `enp0s31f6`.
fn is_common_interface(name: &str) -> bool {
    let name = name.trim_end_matches(['.', '@', ':']);
    let places = |rest: &str| {
        let mut after_letter = true;
        rest.chars().all(|c| {
            let fits = c.is_ascii_digit() || (!after_letter && "sfdnpu".contains(c));
            after_letter = !c.is_ascii_digit();
            fits
        })
    };
    known::INTERFACES
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.len() <= 8 && places(rest)))
}

/// The number of a VLAN or of a peer's index.
fn is_short_number(text: &str) -> bool {
    let digits = text.trim_end_matches(['.', '@', ':']);
    (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}
