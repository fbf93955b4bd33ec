//! Policy tables: labels, precedences and IPv4 scopes by longest prefix.

use crate::conf::gai::Policy;
use std::net::{IpAddr, Ipv6Addr};

/// The value of the first row whose prefix holds `address` (`match_prefix` of getaddrinfo.c; IPv4 is looked up as
/// `::ffff:a.b.c.d`). Every table ends with a row that holds everything.
pub fn value(table: &[Policy], address: IpAddr) -> i32 {
    let address = as_v6(address);
    table.iter().find(|row| holds(row.prefix, row.len, address)).map_or(0, |row| row.value)
}

/// The address as IPv6, IPv4 as v4-mapped.
pub fn as_v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

/// `address` lies in `prefix/len`.
pub fn holds(prefix: Ipv6Addr, len: u8, address: Ipv6Addr) -> bool {
    let mask = u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0);
    u128::from(prefix) & mask == u128::from(address) & mask
}

/// The scope of an address (`get_scope`): 2 link-local and loopback, 5 site-local, 14 global, multicast by its nibble;
/// IPv4 by the scopev4 table.
pub fn scope(scopes: &[Policy], address: IpAddr) -> i32 {
    let IpAddr::V6(v6) = address else { return value(scopes, address) };
    let octets = v6.octets();
    match octets {
        [0xff, second, ..] => i32::from(second & 0xf),
        [0xfe, second, ..] if second & 0xc0 == 0x80 => 2,
        _ if v6.is_loopback() => 2,
        [0xfe, second, ..] if second & 0xc0 == 0xc0 => 5,
        _ => 14,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conf::gai::{LABELS, PRECEDENCES, SCOPES};

    /// Section 6 of the facts: address, label, precedence, scope.
    #[test]
    fn builtin_tables() {
        let cases = [
            ("::1", 0, 50, 2),
            ("127.0.0.1", 4, 10, 2),
            ("169.254.1.1", 4, 10, 2),
            ("10.0.0.1", 4, 10, 14),
            ("2001:db8::1", 1, 40, 14),
            ("2002::1", 2, 30, 14),
            ("2001::1", 7, 40, 14),
            ("fd00::1", 6, 40, 14),
            ("fe80::1", 1, 40, 2),
            ("fec0::1", 5, 40, 5),
            ("::2", 3, 20, 14),
            ("ff05::1", 1, 40, 5),
            ("::ffff:192.0.2.1", 4, 10, 14),
        ];
        for (text, label, precedence, scope_) in cases {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(value(LABELS, address), label, "label of {text}");
            assert_eq!(value(PRECEDENCES, address), precedence, "precedence of {text}");
            assert_eq!(scope(SCOPES, address), scope_, "scope of {text}");
        }
    }
}
