//! The address token: the grammars that consumers read it with.
//!
//! The table of the differences is section 3 of the project's notes on the hosts format; each function names the
//! source it follows.

mod own;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use own::{cares, decimal_zeros, java_v4, java_v6, netty};

/// Which texts are an address, and which address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressGrammar {
    /// `inet_pton`: four decimal parts without leading zeros, or RFC 4291 text.
    InetPton,
    /// `inet_aton` first (one to four parts, octal and hexadecimal), then `inet_pton` for IPv6.
    InetAton,
    /// As `InetAton`, and one trailing dot is accepted (WHATWG URL host parser, as in Chromium).
    Whatwg,
    /// One to four decimal parts, leading zeros are decimal, the last part fills the rest (Java's
    /// `IPAddressUtil.textToNumericFormatV4`); IPv6 groups may have more than four digits.
    Java,
    /// Missing parts are zero at the end: `127.1` is 127.1.0.0 (c-ares `ares_inet_net_pton`).
    CAres {
        /// `/32` behind the address is accepted and forgotten.
        prefix: bool,
        /// A longer text is refused (bytes).
        longest: usize,
    },
    /// Four decimal parts, leading zeros are decimal, IPv6 also in brackets (netty `NetUtil`).
    Netty,
    /// Four decimal parts, leading zeros are decimal; IPv6 as `InetPton` (gevent `_ipv4_inet_aton`).
    DecimalZeros,
    /// As `InetPton`, and IPv6 groups may have more than four digits (Go 1.19 `parseIPv6`).
    LongGroups,
}

/// What happens to `%zone` after an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ZoneRule {
    /// The line is skipped.
    Refused,
    /// A number, or for link-local addresses the name of an interface that exists (musl `__lookup_ipliteral`, and
    /// the BSD family).
    Interface,
    /// The name of an interface that exists, on any address, IPv4 too (mDNSResponder).
    InterfaceNameOnly,
    /// Any text is kept as it is, IPv6 only (Go `netip.ParseAddr`).
    AnyText,
    /// As `AnyText`, and the text may be empty (Python).
    AnyTextOrEmpty,
    /// As `AnyText`, and an empty text is no zone (Go 1.19 `splitHostZone`).
    AnyTextOrNone,
    /// Accepted and forgotten, IPv6 only (Java).
    Dropped,
    /// As `Dropped`, and it may be empty (netty).
    DroppedOrEmpty,
    /// Cut off from any address (CoreDNS).
    CutOff,
}

/// Answers the index of an interface by its name; `None` if there is no such interface.
pub type Zones<'z> = &'z dyn Fn(&[u8]) -> Option<u32>;

/// The zones of a machine of which nothing is known: the loopback interface `lo` with index 1, as on every Linux.
pub fn default_zones(name: &[u8]) -> Option<u32> {
    (name == b"lo").then_some(1)
}

/// An address token that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) ip: IpAddr,
    pub(crate) scope_id: u32,
    /// Zone text that the consumer keeps, as a range of the token.
    pub(crate) zone: Option<Range<usize>>,
}

/// Reads `token` as `grammar` and `rule` say.
pub(crate) fn read(
    token: &[u8],
    grammar: AddressGrammar,
    rule: ZoneRule,
    zones: Zones<'_>,
) -> Option<Address> {
    let plain = |ip| Address { ip, scope_id: 0, zone: None };
    let Some(percent) = memchr::memchr(b'%', token) else {
        return grammar.read(token).map(plain);
    };
    let (text, zone) = (&token[..percent], &token[percent + 1..]);
    let ip = grammar.read(text)?;
    match (rule, ip) {
        (ZoneRule::Refused, _) => None,
        (ZoneRule::Interface, IpAddr::V6(v6)) => {
            Some(Address { scope_id: interface_zone(v6, zone, zones)?, ..plain(ip) })
        }
        (ZoneRule::InterfaceNameOnly, _) => Some(Address { scope_id: zones(zone)?, ..plain(ip) }),
        (ZoneRule::AnyText, _) | (ZoneRule::Dropped, _) if zone.is_empty() => None,
        (ZoneRule::AnyTextOrNone, IpAddr::V6(_)) if zone.is_empty() => Some(plain(ip)),
        (ZoneRule::AnyText | ZoneRule::AnyTextOrEmpty | ZoneRule::AnyTextOrNone, IpAddr::V6(_)) => {
            Some(Address { zone: Some(percent + 1..token.len()), ..plain(ip) })
        }
        (ZoneRule::Dropped | ZoneRule::DroppedOrEmpty, IpAddr::V6(_)) | (ZoneRule::CutOff, _) => {
            Some(plain(ip))
        }
        _ => None,
    }
}

/// musl 1.2.6 `__lookup_ipliteral`: digits are an index for any address; a name needs a link-local address (unicast
/// or multicast) and an interface of that name.
fn interface_zone(ip: Ipv6Addr, zone: &[u8], zones: Zones<'_>) -> Option<u32> {
    if !zone.is_empty() && zone.iter().all(u8::is_ascii_digit) {
        return std::str::from_utf8(zone).ok()?.parse().ok();
    }
    let first = ip.segments()[0];
    let link_local = first & 0xffc0 == 0xfe80 || first & 0xff0f == 0xff02;
    if link_local { zones(zone).filter(|index| *index != 0) } else { None }
}

impl AddressGrammar {
    fn read(self, text: &[u8]) -> Option<IpAddr> {
        match self {
            AddressGrammar::InetPton => inet_pton(text),
            AddressGrammar::InetAton => inet_aton(text).map(IpAddr::V4).or_else(|| inet_pton6(text)),
            AddressGrammar::Whatwg => {
                let v4 = text.strip_suffix(b".").unwrap_or(text);
                inet_aton(v4).map(IpAddr::V4).or_else(|| inet_pton6(text))
            }
            AddressGrammar::Java => java_v4(text).map(IpAddr::V4).or_else(|| java_v6(text)),
            AddressGrammar::CAres { longest, .. } if text.len() > longest => None,
            AddressGrammar::CAres { prefix, .. } => cares(text, prefix),
            AddressGrammar::Netty => netty(text),
            AddressGrammar::DecimalZeros => decimal_zeros(text).map(IpAddr::V4).or_else(|| inet_pton6(text)),
            AddressGrammar::LongGroups => inet_pton4(text).map(IpAddr::V4).or_else(|| java_v6(text)),
        }
    }
}

/// The strict reading, `inet_pton` for both families: glibc, Go, hickory, systemd-resolved and most others.
///
/// ```
/// use hosts_edit::address::inet_pton;
/// assert!(inet_pton(b"127.0.0.1").is_some());
/// assert!(inet_pton(b"127.1").is_none());
/// assert!(inet_pton(b"127.0.0.01").is_none());
/// ```
pub fn inet_pton(text: &[u8]) -> Option<IpAddr> {
    inet_pton4(text).map(IpAddr::V4).or_else(|| inet_pton6(text))
}

fn inet_pton4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    let mut parts = text.split(|b| *b == b'.');
    for octet in &mut octets {
        *octet = octet_of(parts.next()?)?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

fn octet_of(part: &[u8]) -> Option<u8> {
    let digit = |b: u8| b.is_ascii_digit().then(|| u16::from(b - b'0'));
    match *part {
        [a] => digit(a).and_then(|v| u8::try_from(v).ok()),
        [a, b] if a != b'0' => u8::try_from(digit(a)? * 10 + digit(b)?).ok(),
        [a, b, c] if a != b'0' => u8::try_from(digit(a)? * 100 + digit(b)? * 10 + digit(c)?).ok(),
        _ => None,
    }
}

fn inet_pton6(text: &[u8]) -> Option<IpAddr> {
    // The longest text is 45 bytes; a token of megabytes is refused before anything looks at it.
    if text.len() > 45 || memchr::memchr(b':', text).is_none() {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// The lenient IPv4 reading of `inet_aton` (musl 1.2.6 `__inet_aton`): one to four parts, each decimal, octal (`0…`)
/// or hexadecimal (`0x…`); the last part fills the remaining bytes.
///
/// ```
/// use hosts_edit::address::inet_aton;
/// use std::net::Ipv4Addr;
/// assert_eq!(inet_aton(b"127.1"), Some(Ipv4Addr::LOCALHOST));
/// assert_eq!(inet_aton(b"0177.0.0.1"), Some(Ipv4Addr::LOCALHOST));
/// assert_eq!(inet_aton(b"08.0.0.1"), None);
/// ```
pub fn inet_aton(text: &[u8]) -> Option<Ipv4Addr> {
    filling_parts(text, |part| match part {
        [b'0', b'x' | b'X', hex @ ..] => number(hex, 16),
        [b'0', octal @ ..] if !octal.is_empty() => number(octal, 8),
        _ => number(part, 10),
    })
}

/// One to four parts; all but the last are bytes, the last fills the rest.
fn filling_parts(text: &[u8], part: impl Fn(&[u8]) -> Option<u64>) -> Option<Ipv4Addr> {
    let mut high = 0u64;
    let mut rest = 32u32;
    let mut parts = text.split(|b| *b == b'.').peekable();
    while let Some(p) = parts.next() {
        let value = part(p)?;
        if parts.peek().is_none() {
            return (value < 1 << rest).then(|| Ipv4Addr::from((high | value) as u32));
        }
        rest = rest.checked_sub(8).filter(|r| *r > 0)?;
        high |= (value <= 255).then_some(value)? << rest;
    }
    None
}

/// A number without sign; values beyond 64 bits saturate, as `strtoul` does.
fn number(digits: &[u8], base: u32) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, b| {
        let digit = char::from(*b).to_digit(base)?;
        Some(value.saturating_mul(u64::from(base)).saturating_add(u64::from(digit)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(grammar: AddressGrammar, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let read = grammar.read(text.as_bytes()).map_or("-".to_owned(), |ip| ip.to_string());
            assert_eq!(read, *expected, "{grammar:?} {text}");
        }
    }

    #[test]
    fn strict() {
        check(
            AddressGrammar::InetPton,
            &[
                ("127.0.0.1", "127.0.0.1"),
                ("255.255.255.255", "255.255.255.255"),
                ("256.0.0.1", "-"),
                ("127.1", "-"),
                ("127.0.0.01", "-"),
                ("192.0.2.1.", "-"),
                ("192.0.2.1.5", "-"),
                ("+192.0.2.1", "-"),
                ("::1", "::1"),
                ("::00001", "-"),
                ("1::2::3", "-"),
                ("[::1]", "-"),
                ("", "-"),
            ],
        );
    }

    #[test]
    fn aton() {
        check(
            AddressGrammar::InetAton,
            &[
                ("127.1", "127.0.0.1"),
                ("127.0.1", "127.0.0.1"),
                ("0x7f.1", "127.0.0.1"),
                ("2130706433", "127.0.0.1"),
                ("4294967296", "-"),
                ("0", "0.0.0.0"),
                ("1.2.3.256", "-"),
                ("1.16777216", "-"),
                ("1.16777215", "1.255.255.255"),
                ("0x", "-"),
                ("192.0.2.1.", "-"),
                ("99999999999999999999999999", "-"),
            ],
        );
    }

    #[test]
    fn java_cares_netty() {
        check(
            AddressGrammar::Java,
            &[("0177.0.0.1", "177.0.0.1"), ("127.1", "127.0.0.1"), ("::00001", "::1")],
        );
        check(
            AddressGrammar::CAres { prefix: false, longest: 45 },
            &[
                ("127.1", "127.1.0.0"),
                ("0x7f000001", "127.0.0.1"),
                ("0177.0.0.1", "177.0.0.1"),
                ("::1/128", "-"),
            ],
        );
        check(
            AddressGrammar::CAres { prefix: true, longest: usize::MAX },
            &[
                ("127.0.0.1/8", "127.0.0.1"),
                ("127.0.0.1/33", "-"),
                ("127.0.0.1/", "-"),
                ("127.0.0.1/8/8", "-"),
                ("::1/128", "::1"),
                ("::1/129", "-"),
                ("::1/064", "-"),
            ],
        );
        check(
            AddressGrammar::DecimalZeros,
            &[("0127.0.0.01", "127.0.0.1"), ("127.1", "-"), ("256.0.0.1", "-")],
        );
        check(AddressGrammar::LongGroups, &[("::00001", "::1"), ("::10000", "-"), ("127.0.0.01", "-")]);
        check(
            AddressGrammar::Netty,
            &[("[::1]", "::1"), ("127.000.000.001", "127.0.0.1"), ("::127.0.0.1", "127.0.0.1")],
        );
    }

    #[test]
    fn zones() {
        let scope = |text: &[u8]| {
            read(text, AddressGrammar::InetAton, ZoneRule::Interface, &default_zones).map(|a| a.scope_id)
        };
        assert_eq!(scope(b"fe80::1%lo"), Some(1));
        assert_eq!(scope(b"fe80::1%7"), Some(7));
        assert_eq!(scope(b"::1%1"), Some(1));
        assert_eq!(scope(b"fe80::1%lo0"), None);
        assert_eq!(scope(b"::1%lo"), None);
        assert_eq!(scope(b"fe80::1%"), None);
        assert_eq!(scope(b"fe80::1%4294967296"), None);
        assert_eq!(scope(b"127.0.0.1%lo"), None);
    }
}
