//! Grammars of single consumers.

use std::net::{IpAddr, Ipv4Addr};

use super::{filling_parts, inet_pton6, number};

/// OpenJDK `IPAddressUtil.textToNumericFormatV4`: as `inet_aton`, but every part is decimal and the text at most 15
/// bytes long.
pub(super) fn java_v4(text: &[u8]) -> Option<Ipv4Addr> {
    if text.len() > 15 {
        return None;
    }
    filling_parts(text, |part| number(part, 10))
}

/// OpenJDK `IPAddressUtil.textToNumericFormatV6`: groups of any number of digits with a value up to `ffff`.
pub(super) fn java_v6(text: &[u8]) -> Option<IpAddr> {
    if text.len() > 256 || memchr::memchr(b':', text).is_none() {
        return None;
    }
    let short: Vec<&[u8]> = text.split(|b| *b == b':').map(shorten).collect();
    inet_pton6(&short.join(&b':'))
}

/// `group` without the leading zeros beyond four digits.
fn shorten(group: &[u8]) -> &[u8] {
    let extra = if group.contains(&b'.') { 0 } else { group.len().saturating_sub(4) };
    if group[..extra].iter().all(|b| *b == b'0') { &group[extra..] } else { group }
}

/// c-ares `ares_inet_net_pton`: the address, and with `prefix` a slash and a number of bits behind it.
pub(super) fn cares(text: &[u8], prefix: bool) -> Option<IpAddr> {
    let Some(slash) = memchr::memchr(b'/', text).filter(|_| prefix) else {
        return cares_v4(text).map(IpAddr::V4).or_else(|| inet_pton6(text));
    };
    let (address, bits) = (&text[..slash], &text[slash + 1..]);
    let width = number(bits, 10)?;
    match cares_v4(address) {
        Some(v4) => (width <= 32).then_some(IpAddr::V4(v4)),
        // getbits: no leading zeros.
        None => inet_pton6(address).filter(|_| width <= 128 && (bits.len() == 1 || bits[0] != b'0')),
    }
}

/// c-ares `ares_inet_net_pton` as `ares_dns_pton` calls it: decimal parts, leading zeros allowed, missing parts are
/// zero at the end; a single hexadecimal number of whole bytes is read from the left.
fn cares_v4(text: &[u8]) -> Option<Ipv4Addr> {
    if let [b'0', b'x' | b'X', hex @ ..] = text {
        let whole = (1..=8).contains(&hex.len());
        let value = if whole { number(hex, 16)? } else { return None };
        let value = u32::try_from(value).ok()?;
        return Some(Ipv4Addr::from(value << (4 * (8 - hex.len()))));
    }
    let mut octets = [0u8; 4];
    let mut parts = text.split(|b| *b == b'.');
    for (i, octet) in octets.iter_mut().enumerate() {
        match parts.next() {
            Some(part) => *octet = u8::try_from(number(part, 10)?).ok()?,
            None if i > 0 => break,
            None => return None,
        }
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

/// netty `NetUtil.createByteArrayFromIpAddressString`: up to three decimal digits a part, IPv6 also in brackets, a
/// zone even if empty is cut, and IPv6 text that ends in IPv4 must be compatible or mapped and gives the IPv4
/// address.
pub(super) fn netty(text: &[u8]) -> Option<IpAddr> {
    let parts: Option<Vec<u8>> = text
        .split(|b| *b == b'.')
        .map(|p| (p.len() <= 3).then(|| number(p, 10).and_then(|v| u8::try_from(v).ok()))?)
        .collect();
    if let Some([a, b, c, d]) = parts.as_deref() {
        return Some(IpAddr::V4(Ipv4Addr::new(*a, *b, *c, *d)));
    }
    let inner = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"]")).unwrap_or(text);
    let ip = inet_pton6(inner)?;
    match ip {
        IpAddr::V6(v6) if inner.contains(&b'.') => v6.to_ipv4().map(IpAddr::V4),
        _ => Some(ip),
    }
}

/// gevent `_ipv4_inet_aton`: four parts of decimal digits up to 255. Its test for leading zeros compares a number with a
/// text, which is never true.
pub(super) fn decimal_zeros(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    let mut parts = text.split(|b| *b == b'.');
    for octet in &mut octets {
        *octet = u8::try_from(number(parts.next()?, 10)?).ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}
