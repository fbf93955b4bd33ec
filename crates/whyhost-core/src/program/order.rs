//! What programs do to the order of an answer.

use super::Order;
use crate::snapshot::ScopedAddr;

impl Order {
    /// Puts `list` into this order; `is_v4` tells the family.
    pub(super) fn sort<T>(self, list: &mut Vec<T>, is_v4: impl Fn(&T) -> bool) {
        match self {
            Order::AsGiven => {}
            Order::V4First => list.sort_by_key(|item| !is_v4(item)),
            Order::V6First => list.sort_by_key(|item| is_v4(item)),
            Order::Alternate => alternate(list, is_v4),
            Order::AlternateV4First => {
                list.sort_by_key(|item| !is_v4(item));
                alternate(list, is_v4);
            }
            Order::AlternateV6First => {
                list.sort_by_key(|item| is_v4(item));
                alternate(list, is_v4);
            }
        }
    }

    /// The addresses in this order.
    pub(super) fn of(self, addresses: &[ScopedAddr]) -> Vec<ScopedAddr> {
        let mut list = addresses.to_vec();
        self.sort(&mut list, |a| a.address.is_ipv4());
        list
    }
}

fn alternate<T>(list: &mut Vec<T>, is_v4: impl Fn(&T) -> bool) {
    let Some(first) = list.first().map(&is_v4) else { return };
    let (ours, theirs): (Vec<T>, Vec<T>) = list.drain(..).partition(|item| is_v4(item) == first);
    let mut theirs = theirs.into_iter();
    for item in ours {
        list.push(item);
        list.extend(theirs.next());
    }
    list.extend(theirs);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn each_order() {
        let given = ["127.0.0.1", "127.0.0.2", "::1", "127.0.0.3", "::2"];
        let list: Vec<ScopedAddr> = given.iter().map(|a| a.parse::<IpAddr>().unwrap().into()).collect();
        for (order, expected) in [
            (Order::AsGiven, ["127.0.0.1", "127.0.0.2", "::1", "127.0.0.3", "::2"]),
            (Order::V4First, ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::2"]),
            (Order::V6First, ["::1", "::2", "127.0.0.1", "127.0.0.2", "127.0.0.3"]),
            (Order::Alternate, ["127.0.0.1", "::1", "127.0.0.2", "::2", "127.0.0.3"]),
            (Order::AlternateV6First, ["::1", "127.0.0.1", "::2", "127.0.0.2", "127.0.0.3"]),
        ] {
            let got: Vec<String> = order.of(&list).iter().map(ScopedAddr::to_string).collect();
            assert_eq!(got, expected, "{order:?}");
        }
    }
}
