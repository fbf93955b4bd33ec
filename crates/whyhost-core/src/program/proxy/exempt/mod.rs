//! How programs compare a host with `no_proxy`: one function each, after its source.

pub(super) mod curl;
pub(super) mod dotnet;
pub(super) mod go;
pub(super) mod node;
pub(super) mod perl;
pub(super) mod python;
pub(super) mod reqwest;
pub(super) mod ruby;
pub(super) mod wget;

use std::net::IpAddr;

/// `address` is in the network of `prefix` bits around `network`; never for two families.
fn in_network(address: IpAddr, network: IpAddr, prefix: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) if prefix <= 32 => {
            let shift = 32 - prefix;
            prefix == 0 || (u32::from(a) ^ u32::from(n)) >> shift == 0
        }
        (IpAddr::V6(a), IpAddr::V6(n)) if prefix <= 128 => {
            let shift = 128 - prefix;
            prefix == 0 || (u128::from(a) ^ u128::from(n)) >> shift == 0
        }
        _ => false,
    }
}

/// `text` ends with `suffix`, letter case aside.
fn ends_with_ignoring_case(text: &str, suffix: &str) -> bool {
    let (text, suffix) = (text.as_bytes(), suffix.as_bytes());
    text.len() >= suffix.len() && text[text.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

/// `name` is `domain` or a name below it, letter case aside.
fn is_or_below(name: &str, domain: &str) -> bool {
    ends_with_ignoring_case(name, domain)
        && (name.len() == domain.len() || name.as_bytes()[name.len() - domain.len() - 1] == b'.')
}

/// Digits alone, at least one.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_names_and_numbers() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(
            in_network(ip("127.9.9.9"), ip("127.0.0.1"), 8)
                && !in_network(ip("128.0.0.1"), ip("127.0.0.1"), 8)
        );
        assert!(in_network(ip("::1"), ip("::"), 0) && !in_network(ip("::1"), ip("0.0.0.0"), 0));
        assert!(in_network(ip("::1"), ip("::1"), 128) && !in_network(ip("1.2.3.4"), ip("1.2.3.4"), 33));
        assert!(is_or_below("a.B.c", "b.C") && is_or_below("b", "B") && !is_or_below("ab", "b"));
        assert_eq!((number("08"), number(""), number("-1"), number("8a")), (Some(8), None, None, None));
    }
}
