//! The packets of a namespace: who was sent the first packet of a TCP connection, and what came back.

use anyhow::{Context, Result};
use rustix::fd::OwnedFd;
use rustix::net::{
    AddressFamily, RecvFlags, SocketFlags, SocketType, eth, recv, socket_with,
    sockopt::{self, Timeout},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What of a TCP packet matters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet {
    /// When it was read.
    pub(crate) at: Instant,
    /// Source address and port.
    pub(crate) from: (IpAddr, u16),
    /// Destination address and port.
    pub(crate) to: (IpAddr, u16),
    /// SYN and ACK and RST.
    pub(crate) flags: u8,
}

/// Flags of a TCP header (RFC 9293).
pub(crate) const SYN: u8 = 0x02;
/// Reset.
pub(crate) const RST: u8 = 0x04;
/// Acknowledgement.
pub(crate) const ACK: u8 = 0x10;

/// A running capture.
pub(crate) struct Capture {
    stop: Arc<AtomicBool>,
    reader: JoinHandle<Vec<Packet>>,
}

/// Begins: every packet of every interface from now on, without link headers (packet(7)).
pub(crate) fn start() -> Result<Capture> {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::PACKET, SocketType::DGRAM, flags, Some(eth::ALL))
        .context("cannot see the packets")?;
    sockopt::set_socket_recv_buffer_size_force(&socket, 16 << 20)?;
    sockopt::set_socket_timeout(&socket, Timeout::Recv, Some(Duration::from_millis(20)))?;
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    Ok(Capture { stop, reader: thread::spawn(move || read(&socket, &seen)) })
}

impl Capture {
    /// Ends, when everything that was sent so far is read.
    pub(crate) fn finish(self) -> Result<Vec<Packet>> {
        self.stop.store(true, Ordering::SeqCst);
        self.reader.join().ok().context("the capture panicked")
    }
}

fn read(socket: &OwnedFd, stop: &AtomicBool) -> Vec<Packet> {
    let mut all = Vec::new();
    let mut buffer = [0; 128];
    loop {
        // Asked before the socket is: what was sent before the end is then in the socket.
        let last = stop.load(Ordering::SeqCst);
        match recv(socket, &mut buffer[..], RecvFlags::empty()) {
            Ok((length, _)) => all.extend(packet(&buffer[..length])),
            Err(_) if last => return all,
            // Nothing within the time, or an interface went down: neither ends the capture.
            Err(_) => {}
        }
    }
}

/// Reads an IP packet; `None` for what is not TCP with SYN or RST.
fn packet(bytes: &[u8]) -> Option<Packet> {
    let (from, to, tcp): (IpAddr, IpAddr, &[u8]) = match bytes.first()? >> 4 {
        4 if *bytes.get(9)? == 6 => {
            let address = |at: usize| Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?));
            let header = usize::from(bytes[0] & 0xf) * 4;
            (address(12)?.into(), address(16)?.into(), bytes.get(header..)?)
        }
        6 if *bytes.get(6)? == 6 => {
            let address =
                |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(at..at + 16)?).ok()?));
            (address(8)?.into(), address(24)?.into(), bytes.get(40..)?)
        }
        _ => return None,
    };
    let port = |at: usize| Some(u16::from_be_bytes(tcp.get(at..at + 2)?.try_into().ok()?));
    let flags = tcp.get(13)? & (SYN | RST | ACK);
    let packet = Packet { at: Instant::now(), from: (from, port(0)?), to: (to, port(2)?), flags };
    (flags & (SYN | RST) != 0).then_some(packet)
}

#[cfg(test)]
mod tests {
    use super::{SYN, packet};

    #[test]
    fn a_syn_of_either_family_is_read_and_other_packets_are_not() {
        let tcp = [0x9c, 0x40, 0x0b, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0, 0];
        let v4 = [&[0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2][..], &tcp].concat();
        let got = packet(&v4).unwrap();
        assert_eq!(
            (got.from.1, got.to.0.to_string(), got.to.1, got.flags),
            (40000, "127.0.0.2".into(), 3000, SYN)
        );
        let mut v6 = vec![0x60, 0, 0, 0, 0, 20, 6, 64];
        v6.extend(std::net::Ipv6Addr::LOCALHOST.octets().repeat(2));
        v6.extend(tcp);
        assert_eq!(packet(&v6).unwrap().to.0.to_string(), "::1");
        let udp = v4.iter().enumerate().map(|(i, b)| if i == 9 { 17 } else { *b }).collect::<Vec<u8>>();
        assert!(packet(&udp).is_none() && packet(&v4[..30]).is_none() && packet(&[]).is_none());
    }
}
