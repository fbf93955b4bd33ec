//! Listening sockets of this network namespace, from the kernel's socket diagnosis, else from /proc/net.

use super::cgroups::Groups;
use super::netlink::{AF_INET, AF_INET6, address, attributes, dump, u32_at};
use super::{owners, proc_net};
use crate::errno;
use rustix::io::Errno;
use rustix::net::netlink;
use std::cell::OnceCell;
use whyhost_core::snapshot::{AcceptQueue, Gap, Protocol, Snapshot, Socket};

// linux/sock_diag.h, linux/inet_diag.h, net/tcp_states.h
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const INET_DIAG_SKV6ONLY: u16 = 11;
const INET_DIAG_CGROUP_ID: u16 = 21;
const TCP_LISTEN: u32 = 10;
/// A UDP socket that is bound but not connected is in this state.
const TCP_CLOSE: u32 = 7;
const IPPROTO_TCP: u8 = 6;
const IPPROTO_UDP: u8 = 17;

/// Fills in the listening sockets and, for those that are asked for, who holds them.
pub(super) fn collect(snapshot: &mut Snapshot, wanted: &dyn Fn(&Socket) -> bool) {
    let groups = OnceCell::new();
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        for family in [AF_INET, AF_INET6] {
            let sockets = diagnosed(protocol, family, &groups).unwrap_or_else(|errno| {
                let (sockets, gaps) = proc_net::sockets(protocol, family, errno);
                snapshot.gaps.extend(gaps);
                sockets
            });
            snapshot.sockets.extend(sockets);
        }
    }
    snapshot.gaps.extend(owners::find(&mut snapshot.sockets, wanted));
}

/// The TCP listeners of the network namespace of this thread, without owners.
pub(super) fn tcp_listeners() -> Result<Vec<Socket>, Errno> {
    let groups = OnceCell::new();
    let mut sockets = diagnosed(Protocol::Tcp, AF_INET, &groups)?;
    sockets.extend(diagnosed(Protocol::Tcp, AF_INET6, &groups)?);
    Ok(sockets)
}

/// Asks the kernel, which tells unprivileged also of other users' sockets, with `IPV6_V6ONLY` and the interface.
fn diagnosed(protocol: Protocol, family: u8, groups: &OnceCell<Groups>) -> Result<Vec<Socket>, Errno> {
    let group = |id| groups.get_or_init(Groups::read).path(id).cloned();
    let read = |kind, bytes: &[u8]| {
        if kind == SOCK_DIAG_BY_FAMILY { socket(protocol, bytes, &group) } else { None }
    };
    let answer = dump(Some(netlink::SOCK_DIAG), SOCK_DIAG_BY_FAMILY, &request(protocol, family), read)?;
    if answer.cut { Err(Errno::OVERFLOW) } else { Ok(answer.rows) }
}

/// `struct inet_diag_req_v2`: family, protocol, extensions, pad (u8 each), states u32, socket id (48 bytes, all zero:
/// any).
fn request(protocol: Protocol, family: u8) -> Vec<u8> {
    let (number, state) = match protocol {
        Protocol::Tcp => (IPPROTO_TCP, TCP_LISTEN),
        Protocol::Udp => (IPPROTO_UDP, TCP_CLOSE),
    };
    let mut body = vec![family, number, 0, 0];
    body.extend((1_u32 << state).to_ne_bytes());
    body.resize(8 + 48, 0);
    body
}

/// `struct inet_diag_msg`: family, state, timer, retransmits (u8 each); socket id: source port and destination port
/// (big-endian u16), source and destination address (16 bytes each), interface u32, cookie u64; then expires, receive
/// queue, send queue, uid, inode (u32 each); then attributes.
fn socket(protocol: Protocol, bytes: &[u8], group: &dyn Fn(u64) -> Option<String>) -> Option<Socket> {
    let family = *bytes.first()?;
    let (mut v6only, mut cgroup) = (None, None);
    for (kind, value) in attributes(bytes.get(72..)?) {
        match kind {
            INET_DIAG_SKV6ONLY => v6only = value.first().map(|byte| *byte != 0),
            INET_DIAG_CGROUP_ID => cgroup = u64_at(value).and_then(group),
            _ => {}
        }
    }
    Some(Socket {
        protocol,
        address: address(family, bytes.get(8..24)?)?,
        port: u16::from_be_bytes([*bytes.get(4)?, *bytes.get(5)?]),
        interface_index: u32_at(bytes, 40)?,
        v6only: v6only.filter(|_| family == AF_INET6),
        uid: u32_at(bytes, 64)?,
        inode: u64::from(u32_at(bytes, 68)?),
        process: None,
        cgroup,
        queue: match protocol {
            Protocol::Tcp => Some(AcceptQueue { waiting: u32_at(bytes, 56)?, backlog: u32_at(bytes, 60)? }),
            Protocol::Udp => None,
        },
    })
}

/// A `u64` in the byte order of the machine.
fn u64_at(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(..8)?.try_into().ok()?))
}

/// Why /proc/net was read instead.
pub(super) fn refused(errno: Errno) -> Gap {
    Gap {
        what: "IPV6_V6ONLY and the bound interface of listeners".into(),
        why: format!(
            "the kernel refused NETLINK_SOCK_DIAG ({}) and /proc/net does not tell; run outside the sandbox",
            errno::name(errno)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv6Addr};

    #[test]
    fn a_row_is_read_field_by_field() {
        let mut bytes = vec![AF_INET6, 10, 0, 0];
        bytes.extend(3000_u16.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(Ipv6Addr::LOCALHOST.octets());
        bytes.extend([0; 16]);
        bytes.extend(7_u32.to_ne_bytes());
        bytes.extend([0; 8]);
        for field in [0, 1, 128, 1000, 4242_u32] {
            bytes.extend(field.to_ne_bytes());
        }
        bytes.extend(5_u16.to_ne_bytes());
        bytes.extend(INET_DIAG_SKV6ONLY.to_ne_bytes());
        bytes.extend([1, 0, 0, 0]);
        bytes.extend(12_u16.to_ne_bytes());
        bytes.extend(INET_DIAG_CGROUP_ID.to_ne_bytes());
        bytes.extend(77_u64.to_ne_bytes());
        let group = |id| Some(format!("/{id}"));
        let row = socket(Protocol::Tcp, &bytes, &group).unwrap();
        assert_eq!((row.address, row.port), (IpAddr::from(Ipv6Addr::LOCALHOST), 3000));
        assert_eq!((row.interface_index, row.uid, row.inode, row.v6only), (7, 1000, 4242, Some(true)));
        assert_eq!(row.cgroup.as_deref(), Some("/77"));
        assert_eq!(row.queue, Some(AcceptQueue { waiting: 1, backlog: 128 }));
        assert_eq!(socket(Protocol::Tcp, &bytes[..60], &group), None);
    }
}
