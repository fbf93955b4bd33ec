//! Listening sockets from /proc/net/{tcp,tcp6,udp,udp6}: the way left where the socket diagnosis is refused.

use super::listeners::refused;
use super::netlink::{AF_INET, AF_INET6, address};
use crate::errno;
use rustix::io::Errno;
use std::net::IpAddr;
use whyhost_core::snapshot::{Gap, Protocol, Socket};

/// The TCP listeners in the network namespace of a process, which everybody may read; `IPV6_V6ONLY` is not told.
pub(super) fn tcp_listeners_of(pid: u32) -> Vec<Socket> {
    let tables = [(AF_INET, "tcp"), (AF_INET6, "tcp6")];
    let read = |(family, table)| {
        let bytes = std::fs::read(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines().skip(1).filter_map(|line| socket(Protocol::Tcp, family, line)).collect::<Vec<_>>()
    };
    tables.into_iter().flat_map(read).collect()
}

/// The sockets of one table, and what that source does not tell; `reason` is why the diagnosis was refused.
pub(super) fn sockets(protocol: Protocol, family: u8, reason: Errno) -> (Vec<Socket>, Vec<Gap>) {
    let path = match (protocol, family) {
        (Protocol::Tcp, AF_INET6) => "/proc/net/tcp6",
        (Protocol::Tcp, _) => "/proc/net/tcp",
        (Protocol::Udp, AF_INET6) => "/proc/net/udp6",
        (Protocol::Udp, _) => "/proc/net/udp",
    };
    match std::fs::read(path) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let sockets: Vec<Socket> =
                text.lines().skip(1).filter_map(|line| socket(protocol, family, line)).collect();
            let gaps = (family == AF_INET6 && protocol == Protocol::Tcp).then(|| refused(reason));
            (sockets, gaps.into_iter().collect())
        }
        // A kernel without IPv6 has no such table and no such sockets.
        Err(error) if family == AF_INET6 && error.kind() == std::io::ErrorKind::NotFound => {
            (Vec::new(), Vec::new())
        }
        Err(error) => {
            let why = format!(
                "the kernel refused NETLINK_SOCK_DIAG ({}) and reading failed ({}); run outside the sandbox",
                errno::name(reason),
                errno::name_of(&error)
            );
            (Vec::new(), vec![Gap { what: format!("listeners in {path}"), why }])
        }
    }
}

/// `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …` (Linux net/ipv4/tcp_ipv4.c,
/// `get_tcp4_sock`). State 0A is a TCP listener, 07 a UDP socket without a peer.
fn socket(protocol: Protocol, family: u8, line: &str) -> Option<Socket> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let state = match protocol {
        Protocol::Tcp => "0A",
        Protocol::Udp => "07",
    };
    if *fields.get(3)? != state {
        return None;
    }
    let (ip, port) = fields.get(1)?.split_once(':')?;
    Some(Socket {
        protocol,
        address: hex_address(family, ip)?,
        port: u16::from_str_radix(port, 16).ok()?,
        interface_index: 0,
        v6only: None,
        uid: fields.get(7)?.parse().ok()?,
        inode: fields.get(9)?.parse().ok()?,
        process: None,
        cgroup: None,
        queue: None,
    })
}

/// Groups of eight digits, each a `u32` of the network-order address printed in the machine's order.
fn hex_address(family: u8, hex: &str) -> Option<IpAddr> {
    let words =
        hex.as_bytes().chunks(8).map(|word| u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok());
    let bytes: Vec<u8> =
        words.collect::<Option<Vec<u32>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
    address(family, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn rows_of_a_little_endian_machine() {
        let line = "  0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0";
        let row = socket(Protocol::Tcp, AF_INET, line).unwrap();
        assert_eq!((row.address, row.port, row.uid, row.inode), ([127, 0, 0, 1].into(), 3000, 1000, 4242));
        assert_eq!(hex_address(AF_INET6, "00000000000000000000000001000000"), "::1".parse().ok());
        assert_eq!(socket(Protocol::Tcp, AF_INET, &line.replace(" 0A ", " 01 ")), None);
        assert_eq!(socket(Protocol::Udp, AF_INET, "damaged"), None);
    }

    #[test]
    fn the_tables_of_this_machine_are_read() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let (sockets, gaps) = sockets(Protocol::Tcp, AF_INET, Errno::PERM);
        assert!(sockets.iter().any(|s| s.port == port && s.address.is_loopback()), "{sockets:?}");
        assert!(gaps.is_empty());
    }

    #[test]
    fn what_the_tables_do_not_tell_is_said() {
        let (_, gaps) = sockets(Protocol::Tcp, AF_INET6, Errno::PERM);
        assert!(gaps.iter().all(|gap| gap.why.contains("EPERM")));
    }
}
