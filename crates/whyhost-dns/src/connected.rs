//! A tokio runtime for hickory whose UDP sockets are connected to the server.
//!
//! On a connected socket the kernel reports a closed port at once (ECONNREFUSED) and drops packets from anyone else;
//! hickory's own sockets are not connected, so a dead server would look like a silent one.

use hickory_resolver::net::runtime::{DnsUdpSocket, RuntimeProvider, TokioRuntimeProvider, TokioTime};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{Interest, ReadBuf};
use tokio::net::UdpSocket;

type Soon<T> = Pin<Box<dyn Send + Future<Output = io::Result<T>>>>;

/// hickory's tokio runtime with connected UDP sockets.
#[derive(Clone, Default)]
pub(crate) struct Connected(TokioRuntimeProvider);

impl RuntimeProvider for Connected {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = TokioTime;
    type Udp = ConnectedUdp;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.0.create_handle()
    }

    fn connect_tcp(
        &self,
        server: SocketAddr,
        bind: Option<SocketAddr>,
        timeout: Option<Duration>,
    ) -> Soon<Self::Tcp> {
        self.0.connect_tcp(server, bind, timeout)
    }

    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Soon<Self::Udp> {
        Box::pin(async move {
            let socket = UdpSocket::bind(local).await?;
            socket.connect(server).await?;
            Ok(ConnectedUdp { socket, server })
        })
    }
}

/// A UDP socket that talks to one server.
pub(crate) struct ConnectedUdp {
    socket: UdpSocket,
    server: SocketAddr,
}

impl ConnectedUdp {
    /// Waits for a packet or for the kernel's word that nobody listens.
    ///
    /// tokio wakes a reader for data alone; a refusal raises only the error readiness (EPOLLERR), so that is asked for too.
    async fn receive(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        loop {
            let ready = self.socket.ready(Interest::READABLE | Interest::ERROR).await?;
            let received = match ready.is_error() {
                true => self.socket.try_io(Interest::ERROR, || self.refusal()),
                false => self.socket.try_recv(buf),
            };
            match received {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                other => return other.map(|length| (length, self.server)),
            }
        }
    }

    fn refusal(&self) -> io::Result<usize> {
        Err(self.socket.take_error()?.unwrap_or_else(|| io::ErrorKind::WouldBlock.into()))
    }
}

impl DnsUdpSocket for ConnectedUdp {
    type Time = TokioTime;

    fn poll_recv_from(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut buf = ReadBuf::new(buf);
        ready!(self.socket.poll_recv(cx, &mut buf))?;
        Poll::Ready(Ok((buf.filled().len(), self.server)))
    }

    // What `async fn recv_from` of the trait expands to.
    fn recv_from<'s, 'b, 'f>(
        &'s self,
        buf: &'b mut [u8],
    ) -> Pin<Box<dyn Future<Output = io::Result<(usize, SocketAddr)>> + Send + 'f>>
    where
        's: 'f,
        'b: 'f,
        Self: 'f,
    {
        Box::pin(self.receive(buf))
    }

    fn poll_send_to(&self, cx: &mut Context<'_>, buf: &[u8], _: SocketAddr) -> Poll<io::Result<usize>> {
        self.socket.poll_send(cx, buf)
    }
}
