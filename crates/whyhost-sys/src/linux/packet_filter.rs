//! The base chains of the packet filter: whether there are rules at all, and what happens without one that decides.

use super::netlink::{attributes, dump, text};
use crate::errno;
use rustix::io::Errno;
use rustix::net::netlink;
use whyhost_core::snapshot::{FilterChain, Gap, Snapshot};

// linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
const NFNL_SUBSYS_NFTABLES: u16 = 10;
const NFT_MSG_NEWCHAIN: u16 = NFNL_SUBSYS_NFTABLES << 8 | 3;
const NFT_MSG_GETCHAIN: u16 = NFNL_SUBSYS_NFTABLES << 8 | 4;
const NFTA_CHAIN_TABLE: u16 = 1;
const NFTA_CHAIN_NAME: u16 = 3;
const NFTA_CHAIN_HOOK: u16 = 4;
const NFTA_CHAIN_POLICY: u16 = 5;
const NFTA_CHAIN_USE: u16 = 6;
const NFTA_HOOK_HOOKNUM: u16 = 1;

/// `struct nfgenmsg`: any family, version 0, resource 0.
const ANY_FAMILY: [u8; 4] = [0; 4];

/// Tables of the older iptables, which are no chains of nf_tables; their names are for root only.
const LEGACY: [(&str, &str); 2] =
    [("ip", "/proc/net/ip_tables_names"), ("ip6", "/proc/net/ip6_tables_names")];

/// Records the chains, or, where that is wanted, why they could not be read.
pub(super) fn collect(snapshot: &mut Snapshot, wanted: bool) {
    match chains() {
        Ok(chains) => snapshot.packet_filter = Some(chains),
        Err(_) if !wanted => {}
        Err(errno) => snapshot.gaps.push(Gap {
            what: "packet filter (nftables, iptables)".into(),
            why: format!("the kernel tells its rules to root only ({})", errno::name(errno)),
        }),
    }
}

fn chains() -> Result<Vec<FilterChain>, Errno> {
    let read = |kind, bytes: &[u8]| if kind == NFT_MSG_NEWCHAIN { chain(bytes) } else { None };
    let mut chains = match dump(Some(netlink::NETFILTER), NFT_MSG_GETCHAIN, &ANY_FAMILY, read) {
        Ok(answer) => answer.rows,
        // A kernel without nf_tables, or without netfilter at all (nfnetlink_rcv_msg: no such subsystem).
        Err(Errno::INVAL | Errno::PROTONOSUPPORT | Errno::OPNOTSUPP) => Vec::new(),
        Err(errno) => return Err(errno),
    };
    for (family, path) in LEGACY {
        let names = std::fs::read_to_string(path).unwrap_or_default();
        chains.extend(names.lines().filter(|name| *name != "nat").map(|table| FilterChain {
            family: family.into(),
            table: table.into(),
            chain: "INPUT".into(),
            hook: "input".into(),
            policy: "unknown".into(),
            rules: 0,
        }));
    }
    Ok(chains)
}

/// `struct nfgenmsg` with the family in front, then attributes; chains without a hook see no packet by themselves.
fn chain(bytes: &[u8]) -> Option<FilterChain> {
    let family = match bytes.first()? {
        1 => "inet",
        2 => "ip",
        10 => "ip6",
        _ => return None,
    };
    let (mut table, mut name, mut hook, mut policy, mut rules) = (None, None, None, "accept", 0);
    for (kind, value) in attributes(bytes.get(4..)?) {
        match kind {
            NFTA_CHAIN_TABLE => table = Some(text(value)),
            NFTA_CHAIN_NAME => name = Some(text(value)),
            NFTA_CHAIN_HOOK => hook = attributes(value).find(|(k, _)| *k == NFTA_HOOK_HOOKNUM).and_then(be32),
            // NF_DROP is 0, NF_ACCEPT is 1 (linux/netfilter.h).
            NFTA_CHAIN_POLICY if be32((kind, value)) == Some(0) => policy = "drop",
            NFTA_CHAIN_USE => rules = be32((kind, value)).unwrap_or(0),
            _ => {}
        }
    }
    let hook = match hook? {
        0 => "prerouting",
        1 => "input",
        3 => "output",
        _ => return None,
    };
    Some(FilterChain {
        family: family.into(),
        table: table?,
        chain: name?,
        hook: hook.into(),
        policy: policy.into(),
        rules,
    })
}

fn be32((_, value): (u16, &[u8])) -> Option<u32> {
    Some(u32::from_be_bytes(value.get(..4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::netlink::attribute;
    use super::*;

    #[test]
    fn a_base_chain_is_read_and_others_are_left_out() {
        let named = [attribute(NFTA_CHAIN_TABLE, b"filter\0"), attribute(NFTA_CHAIN_NAME, b"in\0")].concat();
        let hook = attribute(0x8000 | NFTA_CHAIN_HOOK, &attribute(NFTA_HOOK_HOOKNUM, &1_u32.to_be_bytes()));
        let policy = attribute(NFTA_CHAIN_POLICY, &0_u32.to_be_bytes());
        let uses = attribute(NFTA_CHAIN_USE, &3_u32.to_be_bytes());
        let message = [vec![1, 0, 0, 0], named.clone(), hook, policy, uses].concat();
        let found = chain(&message).unwrap();
        assert_eq!(
            (found.family.as_str(), found.table.as_str(), found.chain.as_str()),
            ("inet", "filter", "in")
        );
        assert_eq!((found.hook.as_str(), found.policy.as_str(), found.rules), ("input", "drop", 3));
        assert_eq!(chain(&[vec![2, 0, 0, 0], named].concat()), None);
    }
}
