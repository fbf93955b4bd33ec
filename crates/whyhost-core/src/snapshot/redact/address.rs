//! Addresses: each gets one mask of its own class, and two masks share the octets (or 16-bit groups) that their
//! originals share from the left, so prefixes and on-link relations survive.
//!
//! A mask is given by order of appearance within the number of digits of the part that it masks, never computed from
//! the original, so nothing can be computed back, texts keep their length, and masking twice changes nothing.

use hosts_edit::address::inet_aton;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

/// The masks given so far: for the parts left of a part and the values that may stand in for it, value → mask.
#[derive(Default)]
pub(super) struct Addresses {
    given: HashMap<(u128, RangeInclusive<u32>), HashMap<u32, u32>>,
}

impl Addresses {
    /// The mask of an address.
    pub(super) fn mask(&mut self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => IpAddr::V4(self.v4(v4)),
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => IpAddr::V6(self.v4(v4).to_ipv6_mapped()),
                None => IpAddr::V6(Ipv6Addr::from(self.v6(v6.segments()))),
            },
        }
    }

    /// The mask of a text that is an address, with zone and prefix length where it has them; `None` for other texts.
    /// The zone is masked by `zone`. The mask has the length of the text.
    pub(super) fn text(&mut self, text: &str, zone: impl FnOnce(&str) -> String) -> Option<String> {
        let (rest, prefix) = split_before(text, '/');
        let (core, scope) = split_before(rest, '%');
        let suffix = prefix.strip_prefix('/');
        let netmask = suffix.and_then(|suffix| suffix.parse::<Ipv4Addr>().ok());
        // Nothing is given a mask before the whole word is known to be an address.
        if suffix.is_some_and(|suffix| netmask.is_none() && !suffix.bytes().all(|b| b.is_ascii_digit())) {
            return None;
        }
        let core = self.bare(core)?;
        let prefix = netmask.map_or(prefix.to_owned(), |netmask| format!("/{}", self.v4(netmask)));
        let scope = scope.strip_prefix('%').map_or(String::new(), |scope| format!("%{}", zone(scope)));
        Some(core + &scope + &prefix)
    }

    /// [`Addresses::text`] where only an address can stand: also the older spellings (`0x7f000001`, `2130706433`) and
    /// numbers that are none.
    pub(super) fn first_word(&mut self, text: &str, zone: impl FnOnce(&str) -> String) -> Option<String> {
        let old = inet_aton(text.as_bytes());
        let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match old {
            Some(v4) if kept_v4(&v4.octets().map(u32::from)) == ALL => Some(text.to_owned()),
            // The usual spelling is the only one that Rust reads.
            Some(_) if text.parse::<Ipv4Addr>().is_err() => Some(old_spelling(text)),
            // Too large for an address: stays too large.
            None if number => Some("9".repeat(text.len())),
            _ => self.text(text, zone),
        }
    }

    fn bare(&mut self, text: &str) -> Option<String> {
        if text.contains(':') {
            return self.colons(text);
        }
        let parts: Vec<&str> = text.split('.').collect();
        let numbers = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        (parts.len() > 1 && numbers).then(|| self.dotted(&parts))
    }

    /// Decimal numbers with dots between: an IPv4 address, or what someone took for one (`10.1`, `192.168.1.300`).
    fn dotted(&mut self, parts: &[&str]) -> String {
        let value = |part: &&str| if is_plain(part) { part.parse().unwrap_or(NO_OCTET) } else { NO_OCTET };
        let values: Vec<u32> = parts.iter().map(value).collect();
        let print =
            |(part, mask): (&&str, u32)| if mask < NO_OCTET { mask.to_string() } else { no_octet(part) };
        parts.iter().zip(self.octets(&values)).map(print).collect::<Vec<_>>().join(".")
    }

    /// An IPv6 address in its own spelling: groups, `::`, leading zeros, capitals and a dotted end stay where they are.
    fn colons(&mut self, text: &str) -> Option<String> {
        let address: Ipv6Addr = text.parse().ok()?;
        let groups: Vec<&str> = text.split(':').collect();
        let dotted = groups.last().is_some_and(|last| last.contains('.'));
        let mapped = address.to_ipv4_mapped().filter(|_| dotted);
        // An embedded IPv4 address is masked as one, so its decimal digits stay as many.
        let low_bits = u32::try_from(address.to_bits() & 0xffff_ffff).unwrap_or(0);
        let end = if dotted { self.v4(low_bits.into()).to_string() } else { String::new() };
        let masked = mapped.map_or_else(|| self.v6(address.segments()), |_| address.segments());
        // The groups right of `::` count from the end of the address.
        let gap = (0..groups.len()).find(|at| groups[*at].is_empty()).unwrap_or(groups.len());
        let total = if dotted { 7 } else { 8 };
        let place = |at: usize| if at < gap { at } else { at + total - groups.len() };
        let print = |(at, group): (usize, &&str)| match *group {
            "" => String::new(),
            group if group.contains('.') => end.clone(),
            group => {
                let hex = format!("{:0width$x}", masked[place(at)], width = group.len());
                if group.contains(|c: char| c.is_ascii_uppercase()) { hex.to_uppercase() } else { hex }
            }
        };
        Some(groups.iter().enumerate().map(print).collect::<Vec<_>>().join(":"))
    }

    fn v4(&mut self, address: Ipv4Addr) -> Ipv4Addr {
        let octets = self.octets(&address.octets().map(u32::from));
        let octet = |at: usize| octets.get(at).and_then(|octet| u8::try_from(*octet).ok()).unwrap_or(0);
        Ipv4Addr::new(octet(0), octet(1), octet(2), octet(3))
    }

    /// Masks the parts of an IPv4 address from the left; 0 and 255 mean "network" and "broadcast" and stay.
    fn octets(&mut self, parts: &[u32]) -> Vec<u32> {
        let kept = kept_v4(parts);
        let mut left = 4;
        let mut mask = |(at, &part): (usize, &u32)| {
            let masked = if at < kept || matches!(part, 0 | 255..) {
                part
            } else {
                self.give(left, octets_like(part, at == 0), part)
            };
            left = (left << 32) | u128::from(part);
            masked
        };
        parts.iter().enumerate().map(&mut mask).collect()
    }

    fn v6(&mut self, groups: [u16; 8]) -> [u16; 8] {
        let kept = kept_v6(groups);
        // `::1` and `fe80::1` mean something, so they stand for no other address.
        let small = matches!(groups, [0 | 0xfe80, 0, 0, 0, 0, 0, 0, _]);
        let mut left = 6;
        let mut masked = groups;
        for (at, group) in groups.into_iter().enumerate() {
            if at >= kept && group != 0 {
                let range = if at == 0 { first_groups_like(group) } else { groups_like(group, small) };
                masked[at] = u16::try_from(self.give(left, range, group.into())).unwrap_or(group);
            }
            left = (left << 16) | u128::from(group);
        }
        masked
    }

    /// The mask of `value` among `range`, behind the parts `left`: the next one that is free. When more values turn up
    /// than the range has, masks are shared.
    fn give(&mut self, left: u128, range: RangeInclusive<u32>, value: u32) -> u32 {
        let given = self.given.entry((left, range.clone())).or_default();
        let turn = u32::try_from(given.len()).unwrap_or(u32::MAX);
        *given.entry(value).or_insert_with(|| {
            if range == FIRST_OCTETS {
                let candidates: Vec<u32> = range.filter(|octet| !RESERVED_FIRST.contains(octet)).collect();
                candidates[nth(turn, candidates.len())]
            } else {
                let (low, high) = range.into_inner();
                low + u32::try_from(nth(turn, (high - low + 1) as usize)).unwrap_or(0)
            }
        })
    }
}

/// Where the mask of a turn stands among `count` candidates: a stride that shares no factor with any of the counts here
/// visits every candidate once, and begins away from the small numbers that people choose.
fn nth(turn: u32, count: usize) -> usize {
    let count = count.max(1);
    (count * 2 / 3 + turn as usize * 61) % count
}

/// First octets with three digits, and those among them that begin special blocks and never stand in for global ones.
const FIRST_OCTETS: RangeInclusive<u32> = 101..=223;
const RESERVED_FIRST: [u32; 6] = [127, 169, 172, 192, 198, 203];

/// The value of a number that is no octet in the usual spelling: above 255, or with a leading zero.
const NO_OCTET: u32 = 256;

/// A number without leading zeros.
fn is_plain(number: &str) -> bool {
    number.len() == 1 || !number.starts_with('0')
}

/// The mask of a number that is no octet: above 255 stays above 255, digits that are not octal stay so.
fn no_octet(number: &str) -> String {
    let digits = number.trim_start_matches('0');
    let zeros = "0".repeat(number.len() - digits.len());
    let above = digits.parse().map_or(true, |value: u32| value >= NO_OCTET);
    match digits.len() {
        0 => number.to_owned(),
        length if above || length == 1 && digits > "7" => zeros + &"9".repeat(length),
        length if digits.contains(['8', '9']) => zeros + "1" + &"9".repeat(length - 1),
        _ => smallest_number(number),
    }
}

/// More parts than any address has: the whole address stays.
const ALL: usize = usize::MAX;

/// How many leading parts say the class of an IPv4 address and stay. Whole addresses stay that tell nothing of a
/// machine: this-network, loopback, documentation (RFC 5737), benchmarking, multicast, reserved, broadcast.
fn kept_v4(parts: &[u32]) -> usize {
    match parts {
        [0 | 127 | 224..=255, ..] | [198, 18 | 19, ..] => ALL,
        [192, 0, 2, ..] | [198, 51, 100, ..] | [203, 0, 113, ..] => ALL,
        [10, ..] => 1,
        [172, 16..=31, ..] | [192, 168, ..] | [169, 254, ..] | [100, 64..=127, ..] => 2,
        _ => 0,
    }
}

/// How many leading groups say the class of an IPv6 address and stay.
///
/// The classes are those of the tables of RFC 6724 and glibc (`::1`, v4-mapped, v4-compatible, 6to4, Teredo, unique
/// local, link-local, site-local, 6bone, multicast), NAT64 and documentation.
fn kept_v6(groups: [u16; 8]) -> usize {
    match groups {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => ALL,
        // macOS: the loopback interface; elsewhere a usual router.
        [0xfe80, 0, 0, 0, 0, 0, 0, 1] => ALL,
        // Written in hexadecimal: the embedded address has no decimal digits to keep.
        [0, 0, 0, 0, 0, 0xffff, high, _] => {
            if matches!(high >> 8, 0 | 127 | 224..) {
                ALL
            } else {
                7
            }
        }
        [0, 0, 0, 0, 0, 0, ..] => 6,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => ALL,
        [0x2000, 0, 0, 0, 0, 0, 0, 0] | [0xff00..=0xffff, 0, 0, 0, 0, 0, 0, _] => ALL,
        [0x2001, 0, ..] | [0x64, 0xff9b, ..] => 2,
        [0x2002 | 0x3ffe | 0xfc00 | 0xfd00 | 0xfe80..=0xfeff | 0xff00..=0xffff, ..] => 1,
        _ => 0,
    }
}

/// The octets with as many digits as `part`.
fn octets_like(part: u32, first: bool) -> RangeInclusive<u32> {
    match (part, first) {
        (..10, _) => 1..=9,
        (..100, true) => 11..=99,
        (..100, false) => 10..=99,
        (_, true) => FIRST_OCTETS,
        (_, false) => 100..=254,
    }
}

/// First groups of the same class and as many digits.
fn first_groups_like(group: u16) -> RangeInclusive<u32> {
    match group {
        0x2000..=0x3fff => 0x2600..=0x2dff,
        0xfc00..=0xfcff => 0xfc01..=0xfcff,
        0xfd00..=0xfdff => 0xfd01..=0xfdff,
        0x1000.. => 0x4000..=0xdfff,
        0x10..=0xff => 0x70..=0xff,
        other => groups_like(other, false),
    }
}

/// Groups with as many digits, without 1 where that means something.
fn groups_like(group: u16, not_one: bool) -> RangeInclusive<u32> {
    match group {
        0..=0xf if not_one => 2..=0xf,
        0..=0xf => 1..=0xf,
        0x10..=0xff => 0x10..=0xff,
        0x100..=0xfff => 0x100..=0xfff,
        _ => 0x1000..=0xffff,
    }
}

/// The text from the first `mark` on, and what is before it.
fn split_before(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

/// An address in an old spelling (`0x7f000001`, `10.1`, `0300.0.2.1`): parts that say the class stay, of the others all
/// digits become 0 but the first, which becomes 1. That is valid in every base and never larger.
fn old_spelling(text: &str) -> String {
    let values: Vec<u32> = text.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
    let kept = kept_v4(&values);
    let part = |(at, part): (usize, &str)| if at < kept { part.to_owned() } else { smallest_number(part) };
    text.split('.').enumerate().map(part).collect::<Vec<_>>().join(".")
}

fn smallest_number(number: &str) -> String {
    let is_hex = number.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    let (marker, digits) = number.split_at(if is_hex { 2 } else { 0 });
    let first = digits.find(|c| c != '0').unwrap_or(digits.len());
    let digit = |(at, _)| if at == first { '1' } else { '0' };
    marker.chars().chain(digits.char_indices().map(digit)).collect()
}
