//! The DNS server of a case: answers from its zone over UDP on 127.0.0.1:53.

use crate::recorded::zone::{SERVER, Zone, answer};
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::thread;
use std::time::Duration;

/// How a question to the server ends before it reaches the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It is answered.
    Answers,
    /// It cannot be sent, or is refused.
    Refused,
    /// Nothing comes back.
    Silent,
}

/// Answers every question that comes to `socket` until the process ends.
pub(crate) fn serve(socket: UdpSocket, zone: Zone) {
    thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            if let Some(reply) = packet.get(..length).and_then(|q| reply(q, &zone)) {
                // A peer that is gone is its own loss.
                let _ = socket.send_to(&reply, from);
            }
        }
    });
}

/// Asks the server something: `Answers` also for a question that the zone drops is not to be had, so the zone of a
/// case never drops the root.
pub(crate) fn reach() -> Reach {
    match ask() {
        Ok(()) => Reach::Answers,
        Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Reach::Silent,
        Err(_) => Reach::Refused,
    }
}

fn ask() -> io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.set_read_timeout(Some(Duration::from_millis(500)))?;
    socket.connect(SERVER)?;
    // Question: the root, type NS (which is never dropped).
    socket.send(&[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1])?;
    socket.recv(&mut [0; 512]).map(|_| ())
}

/// The reply to a packet; `None` for what is no question or is dropped by the zone.
fn reply(packet: &[u8], zone: &Zone) -> Option<Vec<u8>> {
    let (name, end) = name(packet, 12)?;
    let question = packet.get(12..end + 4)?;
    let kind = match packet.get(end..end + 2)? {
        [0, 1] => "A",
        [0, 28] => "AAAA",
        _ => "other",
    };
    let (rcode, records) = if kind == "other" { ("NXDOMAIN", Vec::new()) } else { answer(zone, &name, kind) };
    let rcode = match rcode {
        "TIMEOUT" => return None,
        "NOERROR" => 0,
        "FORMERR" => 1,
        "SERVFAIL" => 2,
        "NXDOMAIN" => 3,
        "NOTIMP" => 4,
        _ => 5,
    };
    let count = u16::try_from(records.len()).ok()?.to_be_bytes();
    let mut out = packet.get(..2)?.to_vec();
    out.extend([0x81, 0x80 | rcode, 0, 1, count[0], count[1], 0, 0, 0, 0]);
    out.extend(question);
    let mut owner = wire(&name);
    for record in &records {
        out.extend(&owner);
        match record.strip_prefix("CNAME ") {
            Some(target) => {
                owner = wire(target);
                data(&mut out, 5, &owner);
            }
            None => match record.parse().ok()? {
                IpAddr::V4(v4) => data(&mut out, 1, &v4.octets()),
                IpAddr::V6(v6) => data(&mut out, 28, &v6.octets()),
            },
        }
    }
    Some(out)
}

fn data(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    const TTL: u8 = 60;
    out.extend([0, kind, 0, 1, 0, 0, 0, TTL, 0, u8::try_from(bytes.len()).unwrap_or(0)]);
    out.extend(bytes);
}

/// The name at `at` without compression, which a question never has, and the place behind it.
fn name(packet: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*packet.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8_lossy(packet.get(at..at + length)?).into_owned());
        at += length;
    }
}

fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|l| !l.is_empty());
    let mut out: Vec<u8> =
        labels.flat_map(|l| std::iter::once(u8::try_from(l.len()).unwrap_or(0)).chain(l.bytes())).collect();
    out.push(0);
    out
}
