//! Names that are addresses, as glibc's `text_to_binary_address` reads them.

use crate::machine::Machine;
use crate::snapshot::ScopedAddr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `inet_aton` for a whole word: one to four numbers, decimal, octal (`0…`) or hexadecimal (`0x…`), the last of which
/// fills the remaining bytes (`inet_addr.c`, `__inet_aton_exact`).
pub fn inet_aton(text: &[u8]) -> Option<Ipv4Addr> {
    let parts: Vec<&[u8]> = text.split(|b| *b == b'.').collect();
    let (last, leading) = parts.split_last().filter(|(_, leading)| leading.len() <= 3)?;
    let mut value: u32 = 0;
    for part in leading {
        value = value << 8 | c_number(part).filter(|n| *n <= 0xff)?;
    }
    let free_bits = 32 - 8 * leading.len() as u32;
    let last = c_number(last).filter(|n| free_bits == 32 || *n < 1 << free_bits)?;
    let high = if free_bits == 32 { 0 } else { value << free_bits };
    Some(Ipv4Addr::from(high | last))
}

/// A C integer constant that fits 32 bits.
fn c_number(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) if !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            u32::from_str_radix(hex, 16).ok()
        }
        Some(_) => None,
        None if text.len() > 1 && text.starts_with('0') => {
            text.bytes().all(|b| b.is_ascii_digit()).then(|| u32::from_str_radix(text, 8).ok()).flatten()
        }
        None => text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten(),
    }
}

/// What a name is as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numeric {
    /// An IPv4 address in one of the spellings of `inet_aton`.
    V4(Ipv4Addr),
    /// An IPv6 address, maybe with a zone.
    V6(ScopedAddr),
    /// An IPv6 address with a zone that names no interface.
    UnknownZone,
}

/// Reads `name` as an address; `None` when it is a name.
pub fn numeric(machine: &Machine, name: &str) -> Option<Numeric> {
    if let Some(v4) = inet_aton(name.as_bytes()) {
        return Some(Numeric::V4(v4));
    }
    let (address, zone) = match name.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (name, None),
    };
    let address: Ipv6Addr = address.parse().ok()?;
    let scope_id = match zone {
        None => 0,
        Some(zone) => match scope_id(machine, address, zone) {
            Some(id) => id,
            None => return Some(Numeric::UnknownZone),
        },
    };
    Some(Numeric::V6(ScopedAddr { address: IpAddr::V6(address), scope_id }))
}

/// `__inet6_scopeid_pton`: an interface name counts for link-local addresses only, a number always.
fn scope_id(machine: &Machine, address: Ipv6Addr, zone: &str) -> Option<u32> {
    let link_local =
        address.segments()[0] & 0xffc0 == 0xfe80 || matches!(address.octets(), [0xff, b, ..] if b & 0xf <= 2);
    if link_local && let Some(interface) = machine.raw.interfaces.iter().find(|i| i.name == zone) {
        return Some(interface.index);
    }
    (!zone.is_empty() && zone.bytes().all(|b| b.is_ascii_digit())).then(|| zone.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aton_spellings() {
        let cases = [
            ("127.0.0.1", Some("127.0.0.1")),
            ("127.1", Some("127.0.0.1")),
            ("127.0.1", Some("127.0.0.1")),
            ("2130706433", Some("127.0.0.1")),
            ("0x7f000001", Some("127.0.0.1")),
            ("0177.0.0.1", Some("127.0.0.1")),
            ("12345", Some("0.0.48.57")),
            ("0", Some("0.0.0.0")),
            ("256.1.1.1", None),
            ("127.0.0.1.", None),
            ("1.2.3.4.5", None),
            ("4294967296", None),
            ("1.16777216", None),
            ("08", None),
            ("0x", None),
            ("", None),
            ("localhost", None),
        ];
        for (text, expected) in cases {
            assert_eq!(inet_aton(text.as_bytes()).map(|a| a.to_string()).as_deref(), expected, "{text}");
        }
    }
}
