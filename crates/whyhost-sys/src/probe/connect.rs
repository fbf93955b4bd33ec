//! Connections to addresses of this machine: what really becomes of them, for the models to be held against.

use crate::errno;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, SocketAddrV6, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use whyhost_core::snapshot::{HttpAnswer, Probe, ProbeOutcome, ScopedAddr};

/// Destinations that are tried; a name with more addresses is a hosts file gone wild.
const MOST: usize = 16;
/// A relay that has nobody behind it ends a connection within a few milliseconds; a server waits for its client.
const LINGER: Duration = Duration::from_millis(60);
/// What is read of an answer over HTTP.
const HEAD: u64 = 16 * 1024;

/// What to send once a connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// Nothing.
    Nothing,
    /// `GET / HTTP/1.1` with this in the field `Host`.
    Get(String),
}

/// Connects to each destination at the same time, each within `bound`. The caller gives addresses of this machine only.
pub fn connect(destinations: &[ScopedAddr], port: u16, say: &Say, bound: Duration) -> Vec<Probe> {
    thread::scope(|scope| {
        let threads: Vec<_> = destinations
            .iter()
            .take(MOST)
            .map(|destination| scope.spawn(move || one(*destination, port, say, bound)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

fn one(destination: ScopedAddr, port: u16, say: &Say, bound: Duration) -> Probe {
    let place = match destination.address {
        IpAddr::V6(a) => SocketAddr::V6(SocketAddrV6::new(a, port, 0, destination.scope_id)),
        IpAddr::V4(a) => SocketAddr::new(a.into(), port),
    };
    let start = Instant::now();
    let made = TcpStream::connect_timeout(&place, bound);
    let elapsed_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (outcome, http) = match made {
        Ok(stream) => stood(&stream, say, bound),
        Err(error) => (outcome(&error), None),
    };
    Probe { destination, port, outcome, elapsed_us, http }
}

/// What became of a connection that was made.
fn stood(stream: &TcpStream, say: &Say, bound: Duration) -> (ProbeOutcome, Option<HttpAnswer>) {
    let first = ending(stream, LINGER.min(bound));
    match say {
        Say::Get(host) if first == ProbeOutcome::Open => {
            let answer = get(stream, host, bound);
            let ended = match answer.failed.as_deref() {
                Some("reset") => ProbeOutcome::Reset,
                Some("closed") => ProbeOutcome::Closed,
                _ => first,
            };
            (ended, Some(answer))
        }
        _ => (first, None),
    }
}

/// Whether the other side ends the connection by itself; a byte is left where it is.
fn ending(stream: &TcpStream, wait: Duration) -> ProbeOutcome {
    if stream.set_read_timeout(Some(wait)).is_err() {
        return ProbeOutcome::Open;
    }
    match stream.peek(&mut [0]) {
        Ok(0) => ProbeOutcome::Closed,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => ProbeOutcome::Reset,
        // A banner, or silence until the wait is over: it stands.
        _ => ProbeOutcome::Open,
    }
}

/// One request, and the head of its answer.
fn get(mut stream: &TcpStream, host: &str, bound: Duration) -> HttpAnswer {
    let failed = |how: &str| HttpAnswer { failed: Some(how.to_owned()), ..HttpAnswer::default() };
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    let _ = stream.set_read_timeout(Some(bound));
    let _ = stream.set_write_timeout(Some(bound));
    if let Err(error) = stream.write_all(request.as_bytes()) {
        return failed(how(&error));
    }
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let end = Instant::now() + bound;
    while !has_head(&bytes) && (bytes.len() as u64) < HEAD && Instant::now() < end {
        match stream.read(&mut chunk) {
            Ok(0) if bytes.is_empty() => return failed("closed"),
            Ok(0) => break,
            Ok(length) => bytes.extend(&chunk[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if bytes.is_empty() => return failed(how(&error)),
            Err(_) => break,
        }
    }
    head(&bytes).unwrap_or_else(|| failed("not-http"))
}

fn how(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "reset",
        _ => "timed-out",
    }
}

fn has_head(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|w| w == b"\r\n\r\n") || bytes.windows(2).any(|w| w == b"\n\n")
}

/// Status line and the field `Server` (RFC 9112 section 4, RFC 9110 section 10.2.4).
fn head(bytes: &[u8]) -> Option<HttpAnswer> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let mut words = lines.next()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    let status = words.next()?.parse().ok()?;
    let fields = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
    let server = fields.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("server"));
    let server = server.map(|(_, value)| value.trim().chars().take(200).collect());
    Some(HttpAnswer { status: Some(status), server, failed: None })
}

/// The end of an attempt that failed.
pub(super) fn outcome(error: &io::Error) -> ProbeOutcome {
    match error.kind() {
        ErrorKind::ConnectionRefused => ProbeOutcome::Refused,
        ErrorKind::ConnectionReset => ProbeOutcome::Reset,
        ErrorKind::TimedOut | ErrorKind::WouldBlock => ProbeOutcome::TimedOut,
        _ => ProbeOutcome::Errno(errno::name_of(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const BOUND: Duration = Duration::from_secs(5);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn probe(port: u16, say: &Say) -> Probe {
        connect(&[HERE.into()], port, say, BOUND).remove(0)
    }

    fn server() -> (TcpListener, u16) {
        let listener = TcpListener::bind((HERE, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    #[test]
    fn open_closed_reset_and_refused_are_told_apart() {
        let (silent, port) = server();
        assert_eq!(probe(port, &Say::Nothing).outcome, ProbeOutcome::Open);
        drop(silent);
        assert_eq!(probe(port, &Say::Nothing).outcome, ProbeOutcome::Refused);
        let (closing, port) = server();
        let thread = thread::spawn(move || drop(closing.accept().unwrap()));
        assert_eq!(probe(port, &Say::Nothing).outcome, ProbeOutcome::Closed);
        thread.join().unwrap();
        let (resetting, port) = server();
        let thread = thread::spawn(move || {
            let (stream, _) = resetting.accept().unwrap();
            // Closing with a linger time of 0 sends RST (socket(7), SO_LINGER).
            rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
        });
        assert_eq!(probe(port, &Say::Nothing).outcome, ProbeOutcome::Reset);
        thread.join().unwrap();
    }

    #[test]
    fn a_request_is_answered_or_its_end_told() {
        let (web, port) = server();
        let thread = thread::spawn(move || {
            let (mut stream, _) = web.accept().unwrap();
            let mut request = [0; 4];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nServer: test\r\n\r\n").unwrap();
            request
        });
        let answer = probe(port, &Say::Get("localhost".into())).http.unwrap();
        assert_eq!((answer.status, answer.server.as_deref()), (Some(404), Some("test")));
        assert_eq!(&thread.join().unwrap(), b"GET ");
        let (mute, port) = server();
        let thread = thread::spawn(move || {
            let (mut stream, _) = mute.accept().unwrap();
            stream.read_exact(&mut [0; 40]).unwrap();
        });
        let ended = probe(port, &Say::Get("localhost".into()));
        assert!(matches!(ended.outcome, ProbeOutcome::Reset | ProbeOutcome::Closed), "{ended:?}");
        thread.join().unwrap();
    }

    #[test]
    fn heads_of_answers() {
        assert_eq!(head(b"HTTP/1.0 200 OK\n\n").and_then(|h| h.status), Some(200));
        assert_eq!(head(b"220 mail ESMTP\r\n"), None);
        assert_eq!(head(b""), None);
    }
}
