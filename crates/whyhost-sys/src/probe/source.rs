//! The kernel's source address for a destination, asked as glibc's sort asks: connect a UDP socket, read its own
//! address. No packet is sent by that.

use crate::errno;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, getsockname, socket_with};
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use whyhost_core::snapshot::{ScopedAddr, SourceAddress, SourceOutcome};

/// The source (or the errno) for each destination, in their order.
///
/// A family without sockets gives `EAFNOSUPPORT` rows. IPv4 destinations are asked through an IPv4 socket.
/// Source: glibc `sysdeps/posix/getaddrinfo.c`, which does the same before it sorts (port 0 where none was asked).
pub fn source_addresses(destinations: &[ScopedAddr]) -> Vec<SourceAddress> {
    destinations
        .iter()
        .map(|&destination| SourceAddress { destination, outcome: outcome(destination) })
        .collect()
}

fn outcome(destination: ScopedAddr) -> SourceOutcome {
    match source_of(destination) {
        Ok(address) => SourceOutcome::Source(address),
        Err(errno) => SourceOutcome::Errno(errno::name(errno)),
    }
}

fn source_of(destination: ScopedAddr) -> Result<IpAddr, Errno> {
    let (family, target) = match destination.address {
        IpAddr::V4(v4) => (AddressFamily::INET, SocketAddr::from((v4, 0))),
        IpAddr::V6(v6) => {
            (AddressFamily::INET6, SocketAddr::V6(SocketAddrV6::new(v6, 0, 0, destination.scope_id)))
        }
    };
    let socket = socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    connect(&socket, &target)?;
    Ok(SocketAddr::try_from(getsockname(&socket)?)?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_the_order_and_name_their_errno() {
        let asked: Vec<ScopedAddr> = ["127.0.0.1", "255.255.255.255", "::1"]
            .map(|text| ScopedAddr::from(text.parse::<IpAddr>().unwrap()))
            .to_vec();
        let rows = source_addresses(&asked);
        assert_eq!(rows.iter().map(|row| row.destination).collect::<Vec<_>>(), asked);
        // Broadcast without SO_BROADCAST: EACCES, or ENETUNREACH where nothing is configured.
        assert!(matches!(&rows[1].outcome, SourceOutcome::Errno(name) if name.starts_with('E')), "{rows:?}");
    }
}
