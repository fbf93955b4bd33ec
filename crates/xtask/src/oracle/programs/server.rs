//! The server that programs are sent to: reads a little, answers as HTTP, closes.

use crate::recorded::live::Bind;
use anyhow::Result;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, listen, socket_with, sockopt};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

/// An empty SETTINGS frame (RFC 9113, 6.5): to gRPC a connection is one only with it.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

/// Listens with the socket `wanted` on `port`.
pub(crate) fn listener(wanted: &Bind, port: u16) -> Result<TcpListener> {
    let family = if wanted.address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    if let Some(only) = wanted.v6only {
        sockopt::set_ipv6_v6only(&socket, only)?;
    }
    bind(&socket, &SocketAddr::new(wanted.address, port))?;
    listen(&socket, 64)?;
    Ok(socket.into())
}

/// Serves every connection until the process ends.
pub(crate) fn serve(listener: TcpListener) {
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(connection));
        }
    });
}

/// A peer that speaks another protocol, or waits for the server to begin, gets the answer all the same.
fn answer(mut connection: TcpStream) {
    let _ = connection.set_read_timeout(Some(Duration::from_millis(200)));
    let mut request = [0; 4096];
    let length = connection.read(&mut request).unwrap_or(0);
    if request[..length].starts_with(b"PRI * HTTP/2.0") {
        let _ = connection.set_read_timeout(None);
        let _ = connection.write_all(SETTINGS);
    } else {
        let _ = connection.write_all(ANSWER);
        let _ = connection.shutdown(std::net::Shutdown::Write);
    }
    // To the end of what the peer sends: closing earlier would reset the connection under its feet.
    while connection.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {}
}
