//! Tests of the loopback interface: a byte there and back, over ports that the test itself opens.

use super::connect::outcome;
use crate::errno;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, recv, sendto, socket_with, sockopt,
};
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use whyhost_core::snapshot::{LoopbackKind, LoopbackTest, ProbeOutcome};

const ADDRESSES: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
/// A healthy round trip takes microseconds, 9 ms on a loaded machine at worst.
const LONGEST: Duration = Duration::from_millis(500);

/// TCP and ICMP over 127.0.0.1 and ::1, at the same time, each within `bound` and half a second.
pub fn loopback(bound: Duration) -> Vec<LoopbackTest> {
    let bound = bound.min(LONGEST);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for address in ADDRESSES {
            threads.push(scope.spawn(move || test(address, LoopbackKind::Tcp, || tcp(address, bound))));
            threads.push(scope.spawn(move || test(address, LoopbackKind::Icmp, || icmp(address, bound))));
        }
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

fn test(
    address: IpAddr,
    kind: LoopbackKind,
    run: impl Fn() -> Result<Duration, ProbeOutcome>,
) -> LoopbackTest {
    let (outcome, elapsed) = match run() {
        Ok(elapsed) => (ProbeOutcome::Open, elapsed),
        Err(outcome) => (outcome, Duration::ZERO),
    };
    LoopbackTest {
        address,
        kind,
        outcome,
        elapsed_us: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
    }
}

/// Listens on a port of the kernel's choice, connects, and sends a byte each way.
fn tcp(address: IpAddr, bound: Duration) -> Result<Duration, ProbeOutcome> {
    let failed = |error: io::Error| outcome(&error);
    let listener = TcpListener::bind(SocketAddr::new(address, 0)).map_err(failed)?;
    let place = listener.local_addr().map_err(failed)?;
    let start = Instant::now();
    let mut client = TcpStream::connect_timeout(&place, bound).map_err(failed)?;
    // The connection stands, so it is in the queue: accept does not wait.
    let (mut server, _) = listener.accept().map_err(failed)?;
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(bound)).map_err(failed)?;
        stream.set_write_timeout(Some(bound)).map_err(failed)?;
    }
    let mut byte = [0];
    client.write_all(b"?").map_err(failed)?;
    server.read_exact(&mut byte).map_err(failed)?;
    server.write_all(&byte).map_err(failed)?;
    client.read_exact(&mut byte).map_err(failed)?;
    Ok(start.elapsed())
}

/// An echo over a ping socket, which needs no privilege where `net.ipv4.ping_group_range` has the group (icmp(7)).
fn icmp(address: IpAddr, bound: Duration) -> Result<Duration, ProbeOutcome> {
    let failed = |errno: Errno| match errno {
        Errno::AGAIN => ProbeOutcome::TimedOut,
        other => ProbeOutcome::Errno(errno::name(other)),
    };
    // Echo request and echo reply: 8 and 0 (RFC 792), 128 and 129 (RFC 4443).
    let (family, protocol, request, reply) = match address {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP, 8, 0),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6, 128, 129),
    };
    let fd = socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, Some(protocol)).map_err(failed)?;
    sockopt::set_socket_timeout(&fd, sockopt::Timeout::Recv, Some(bound)).map_err(failed)?;
    let start = Instant::now();
    // Type, code, checksum and identifier (both of the kernel), sequence number 1, a few bytes.
    let message = [request, 0, 0, 0, 0, 0, 0, 1, b'w', b'h', b'y', b'?'];
    sendto(&fd, &message, SendFlags::empty(), &SocketAddr::new(address, 0)).map_err(failed)?;
    let mut answer = [0; 64];
    loop {
        let (_, length) = recv(&fd, &mut answer[..], RecvFlags::empty()).map_err(failed)?;
        if length > 0 && answer[0] == reply {
            return Ok(start.elapsed());
        }
        if start.elapsed() > bound {
            return Err(ProbeOutcome::TimedOut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_tested_both_ways() {
        let tests = loopback(Duration::from_secs(2));
        let of = |address: IpAddr, kind| tests.iter().find(|t| t.address == address && t.kind == kind);
        for address in ADDRESSES {
            let tcp = of(address, LoopbackKind::Tcp).unwrap();
            // What can be bound and connected to by hand is found healthy.
            let by_hand = TcpListener::bind((address, 0)).and_then(|listener| {
                TcpStream::connect_timeout(&listener.local_addr()?, Duration::from_secs(5))
            });
            assert_eq!(tcp.outcome == ProbeOutcome::Open, by_hand.is_ok(), "{tests:?}");
            let icmp = of(address, LoopbackKind::Icmp).unwrap();
            assert_ne!(icmp.outcome, ProbeOutcome::Refused);
        }
    }
}
