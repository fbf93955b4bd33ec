//! Netlink dumps: one request, all its messages, their attributes.
//!
//! Own code over rustix instead of the netlink-packet crates: those parse every attribute into enums and refuse a
//! whole message for one that they do not know, and here the raw numbers are the facts.

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, sendto, socket_with,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// `AF_INET`, `AF_INET6` as one byte, as netlink headers hold them.
pub(super) const AF_INET: u8 = 2;
pub(super) const AF_INET6: u8 = 10;

/// The kernel fills dump messages up to this size (net/netlink/af_netlink.c, `netlink_dump`).
const BUFFER: usize = 64 * 1024;
/// More messages than any list here needs; a router with a full routing table has more.
const MAX_MESSAGES: usize = 200_000;
/// A dump is answered at once; a sandbox that answers nothing must not hang the tool.
const PATIENCE: Duration = Duration::from_secs(1);
/// An answer is asked for again when the list changed under the dump.
const ATTEMPTS: usize = 3;

const HEADER: usize = 16;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_DUMP: u16 = 0x300;
const NLM_F_DUMP_INTR: u16 = 0x10;

/// The rows of a dump.
pub(super) struct Dump<T> {
    pub(super) rows: Vec<T>,
    /// The list is longer than what is read.
    pub(super) cut: bool,
}

/// Sends one dump request and reads every message of the answer, in the kernel's order; `read` gets the type and
/// the payload of each and keeps what it wants.
pub(super) fn dump<T>(
    protocol: Option<Protocol>,
    kind: u16,
    body: &[u8],
    read: impl Fn(u16, &[u8]) -> Option<T>,
) -> Result<Dump<T>, Errno> {
    let mut attempt = 1;
    loop {
        let answer = dump_once(protocol, kind, body, &read)?;
        // A list that changes all the time is still better than none.
        if !answer.interrupted || attempt == ATTEMPTS {
            return Ok(Dump { rows: answer.rows, cut: !answer.done });
        }
        attempt += 1;
    }
}

fn dump_once<T>(
    protocol: Option<Protocol>,
    kind: u16,
    body: &[u8],
    read: &impl Fn(u16, &[u8]) -> Option<T>,
) -> Result<Answer<T>, Errno> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    bind(&socket, &SocketAddrNetlink::new(0, 0))?;
    sendto(&socket, &request(kind, body), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut buffer = vec![0; BUFFER];
    let mut answer = Answer::new();
    while !answer.done && answer.messages < MAX_MESSAGES {
        let (_, length) = match recv(&socket, &mut buffer[..], RecvFlags::TRUNC) {
            Err(Errno::INTR) => continue,
            other => other?,
        };
        answer.take(buffer.get(..length).ok_or(Errno::MSGSIZE)?, read)?;
    }
    Ok(answer)
}

fn request(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend((NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes());
    // Sequence number and port id: one request per socket, so none is needed to match the answer.
    bytes.extend([0; 8]);
    bytes.extend(body);
    bytes
}

struct Answer<T> {
    rows: Vec<T>,
    messages: usize,
    interrupted: bool,
    done: bool,
}

impl<T> Answer<T> {
    fn new() -> Self {
        Answer { rows: Vec::new(), messages: 0, interrupted: false, done: false }
    }

    /// Takes the messages of one datagram.
    fn take(&mut self, mut datagram: &[u8], read: &impl Fn(u16, &[u8]) -> Option<T>) -> Result<(), Errno> {
        self.done |= datagram.is_empty();
        while let (Some(length), Some(kind), Some(flags)) =
            (u32_at(datagram, 0), u16_at(datagram, 4), u16_at(datagram, 6))
        {
            let length = length as usize;
            let payload = datagram.get(HEADER..length).ok_or(Errno::BADMSG)?;
            self.messages += 1;
            self.interrupted |= flags & NLM_F_DUMP_INTR != 0;
            match kind {
                NLMSG_DONE => self.done = true,
                NLMSG_ERROR => return Err(error(payload)),
                kind => self.rows.extend(read(kind, payload)),
            }
            datagram = datagram.get(align(length)..).unwrap_or_default();
        }
        Ok(())
    }
}

/// `struct nlmsgerr` starts with the negative errno.
fn error(payload: &[u8]) -> Errno {
    let code = u32_at(payload, 0).map_or(0, u32::cast_signed);
    Errno::from_raw_os_error(code.saturating_neg().max(0))
}

/// The attributes (`struct rtattr`) of a message: type without its flag bits, and value.
pub(super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let kind = u16_at(bytes, 2)? & 0x3fff;
        let value = bytes.get(4..length)?;
        bytes = bytes.get(align(length)..).unwrap_or_default();
        Some((kind, value))
    })
}

fn align(length: usize) -> usize {
    length.next_multiple_of(4)
}

/// A `u16` in the byte order of the machine.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// A `u32` in the byte order of the machine.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// An address of a family in network byte order; more bytes may follow.
pub(super) fn address(family: u8, bytes: &[u8]) -> Option<IpAddr> {
    match family {
        AF_INET => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(..4)?).ok()?).into()),
        AF_INET6 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(..16)?).ok()?).into()),
        _ => None,
    }
}

/// A text that ends with NUL.
pub(super) fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// An attribute as the kernel writes it, for tests.
#[cfg(test)]
pub(super) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(4 + value.len()).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(HEADER + payload.len()).unwrap().to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(payload);
        bytes.resize(align(bytes.len()), 0);
        bytes
    }

    fn take(datagram: &[u8]) -> Result<Answer<(u16, Vec<u8>)>, Errno> {
        let mut answer = Answer::new();
        answer.take(datagram, &|kind, payload: &[u8]| Some((kind, payload.to_vec())))?;
        Ok(answer)
    }

    #[test]
    fn a_datagram_holds_several_messages() {
        let bytes =
            [message(20, 0, b"abc"), message(21, NLM_F_DUMP_INTR, b""), message(NLMSG_DONE, 0, &[0; 4])];
        let answer = take(&bytes.concat()).unwrap();
        assert_eq!(answer.rows, [(20, b"abc".to_vec()), (21, Vec::new())]);
        assert!(answer.done && answer.interrupted);
    }

    #[test]
    fn errors_and_damage_end_the_dump() {
        let refused = message(NLMSG_ERROR, 0, &(-1_i32).to_ne_bytes());
        assert_eq!(take(&refused).err(), Some(Errno::PERM));
        let mut cut = message(20, 0, b"abcdefgh");
        cut.truncate(20);
        assert_eq!(take(&cut).err(), Some(Errno::BADMSG));
        let header_without_room = [&3_u32.to_ne_bytes()[..], &message(20, 0, b"")[4..]].concat();
        assert_eq!(take(&header_without_room).err(), Some(Errno::BADMSG));
    }

    #[test]
    fn attributes_end_at_damage() {
        let mut bytes = 5_u16.to_ne_bytes().to_vec();
        bytes.extend(0x8003_u16.to_ne_bytes());
        bytes.extend([7, 0, 0, 0]);
        bytes.extend([255, 0, 1, 0, 9]);
        assert_eq!(attributes(&bytes).collect::<Vec<_>>(), [(3, &[7_u8][..])]);
    }
}
