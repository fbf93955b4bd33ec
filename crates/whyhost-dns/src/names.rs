//! Many names, asked of chosen servers over one socket each: bounded in number and time, answered in order.

use crate::ask::{self, Bounds};
use crate::exchange::{Cut, Exchange, Said, Search};
use crate::feed::Feed;
use hickory_resolver::proto::op::Message;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Who is asked, and within which bounds.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The servers, each asked everything; nobody else gets a packet.
    pub servers: Vec<SocketAddr>,
    /// Per question.
    pub bounds: Bounds,
    /// Names under way at the same time with one server; each is two questions.
    pub parallel: usize,
    /// When the next expansion of a name is asked.
    pub search: Search,
    /// SIGINT ends the run with what is there.
    pub interruptible: bool,
}

impl Plan {
    /// Questions under way stay below the 150 that dnsmasq, the server of most home routers, forwards at once
    /// (dnsmasq(8), `--dns-forward-max`), and their answers within the kernel's default buffer of a socket.
    pub const PARALLEL: usize = 64;
}

/// A name to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup<T> {
    /// What the answers are given out with.
    pub about: T,
    /// The absolute names that it may stand for, in the order in which they are tried; none where DNS is not asked.
    pub expansions: Arc<[String]>,
}

/// A name with what every server said.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers<T> {
    /// What was looked up.
    pub lookup: Lookup<T>,
    /// In the order of the servers of the plan.
    pub said: Vec<Said>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every name was looked up.
    Done,
    /// By SIGINT: names that were finished by then were given out.
    Interrupted,
    /// By whom the answers are given to.
    Stopped,
}

/// Looks up `names` at all servers of `plan` and gives out the answers in the order of the names.
///
/// `each` ends the run with `Break`. Memory holds a bounded number of names, however many there are. A server that lets 32 names in a row without an
/// answer is not asked any more: its part of the later answers is empty. Truncated answers are asked for again over TCP.
///
/// # Errors
/// When the system has no room for another poller.
pub fn look_up<T>(
    plan: &Plan,
    names: &mut dyn Iterator<Item = Lookup<T>>,
    each: &mut dyn FnMut(Answers<T>) -> ControlFlow<()>,
) -> io::Result<End> {
    let feed = RefCell::new(Feed::new(plan.servers.len(), names, each));
    if plan.servers.is_empty() {
        let mut feed = feed.borrow_mut();
        feed.pass_all();
        return Ok(if feed.is_stopped() { End::Stopped } else { End::Done });
    }
    ask::runtime()?.block_on(async {
        let mut servers: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
        for (place, server) in plan.servers.iter().enumerate() {
            let exchange = Exchange::new(*server, plan.bounds, plan.search);
            let link = Link { exchange, socket: None, cut: Vec::new(), place, plan, feed: &feed };
            servers.push(Box::pin(link.run()));
        }
        let mut interrupt = pin!(interrupt(plan.interruptible));
        let end = poll_fn(|cx| {
            if interrupt.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::Interrupted);
            }
            // A server that waits for the others to keep up looks again whenever one of them moved.
            loop {
                let before = feed.borrow().moves();
                servers.retain_mut(|server| server.as_mut().poll(cx).is_pending());
                if feed.borrow().is_stopped() {
                    return Poll::Ready(End::Stopped);
                }
                if servers.is_empty() {
                    return Poll::Ready(End::Done);
                }
                if feed.borrow().moves() == before {
                    return Poll::Pending;
                }
            }
        })
        .await;
        feed.borrow_mut().flush();
        Ok(end)
    })
}

/// Ends with SIGINT; never where it is not wanted or not to be had.
async fn interrupt(wanted: bool) {
    if !wanted || tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

type Tcp<'p> = Pin<Box<dyn Future<Output = Option<Message>> + 'p>>;

/// TCP connections at the same time.
const MOST_TCP: usize = 8;

/// One server: its socket, and what is under way with it.
struct Link<'p, 'f, T> {
    exchange: Exchange,
    socket: Option<UdpSocket>,
    cut: Vec<(Option<Cut>, Option<Tcp<'p>>)>,
    place: usize,
    plan: &'p Plan,
    feed: &'p RefCell<Feed<'f, T>>,
}

impl<T> Link<'_, '_, T> {
    async fn run(mut self) {
        let mut buffer = vec![0; usize::from(u16::MAX)];
        loop {
            self.socket = match self.socket.take() {
                Some(socket) => Some(socket),
                None => open(self.plan.servers[self.place]).await.ok(),
            };
            self.fill();
            self.send();
            self.hand_out();
            if self.exchange.under_way() == 0 && self.feed.borrow().is_done(self.place) {
                return;
            }
            self.wait().await;
            self.drain(&mut buffer);
            let now = Instant::now();
            self.exchange.expire(now);
        }
    }

    /// Begins look-ups as far as the bounds allow.
    fn fill(&mut self) {
        let now = Instant::now();
        while self.exchange.under_way() < self.plan.parallel.max(1) {
            let Some((number, names)) = self.feed.borrow_mut().take(self.place) else { break };
            self.exchange.start(number, names, now);
            self.hand_out();
        }
    }

    /// Sends until the socket has enough.
    fn send(&mut self) {
        let Some(socket) = &self.socket else { return self.exchange.refused(Instant::now()) };
        while let Some(packet) = self.exchange.next_packet() {
            match socket.try_send(packet) {
                Ok(_) => self.exchange.sent(Instant::now()),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                // What the kernel says here is about earlier packets, or that there is no way to the server.
                Err(_) => return self.exchange.refused(Instant::now()),
            }
        }
    }

    fn hand_out(&mut self) {
        while let Some((number, said)) = self.exchange.finished() {
            self.feed.borrow_mut().put(self.place, number, said);
        }
    }

    /// Until there is something to read, to send, to give up or to begin.
    async fn wait(&mut self) {
        self.start_tcp();
        let Link { exchange, socket, cut, place, plan, feed } = self;
        let deadline = exchange.deadline();
        let sending = exchange.next_packet().is_some();
        let room = exchange.under_way() < plan.parallel.max(1);
        let interest = Interest::READABLE | Interest::ERROR;
        let interest = if sending { interest | Interest::WRITABLE } else { interest };
        let mut late = pin!(async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        });
        let mut ready = pin!(async {
            match socket {
                Some(socket) => drop(socket.ready(interest).await),
                None => std::future::pending().await,
            }
        });
        poll_fn(|cx| {
            let more = room && feed.borrow_mut().has_next(*place);
            let tcp = poll_tcp(exchange, cut, cx);
            if more || tcp || ready.as_mut().poll(cx).is_ready() || late.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    /// Reads what is there.
    fn drain(&mut self, buffer: &mut [u8]) {
        let Some(socket) = &self.socket else { return };
        loop {
            match socket.try_recv(buffer) {
                Ok(length) => {
                    let cut = self.exchange.receive(&buffer[..length], Instant::now());
                    self.cut.extend(cut.map(|cut| (Some(cut), None)));
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.exchange.refused(Instant::now());
                    break;
                }
            }
        }
        // tokio wakes a reader for data alone; a refusal raises only the error readiness (EPOLLERR).
        let refusal = socket.try_io(Interest::ERROR, || match socket.take_error()? {
            Some(error) => Ok(error),
            None => Err(io::ErrorKind::WouldBlock.into()),
        });
        if refusal.is_ok() {
            self.exchange.refused(Instant::now());
        }
    }

    fn start_tcp(&mut self) {
        let (server, timeout) = (self.plan.servers[self.place], self.plan.bounds.timeout);
        let running = self.cut.iter().filter(|(_, tcp)| tcp.is_some()).count();
        let idle = self.cut.iter_mut().filter(|(_, tcp)| tcp.is_none());
        for (cut, tcp) in idle.take(MOST_TCP.saturating_sub(running)) {
            let request =
                cut.as_ref().and_then(|cut| self.exchange.question(cut)).and_then(|q| ask::request(&q));
            *tcp = Some(Box::pin(async move {
                let answer = ask::over_tcp(server, request?, timeout).await.ok()?;
                Some(answer.into_message())
            }));
        }
    }
}

/// Takes what came over TCP; something did.
fn poll_tcp(
    exchange: &mut Exchange,
    waiting: &mut Vec<(Option<Cut>, Option<Tcp<'_>>)>,
    cx: &mut Context<'_>,
) -> bool {
    let before = waiting.len();
    waiting.retain_mut(|(cut, tcp)| {
        let Some(Poll::Ready(answer)) = tcp.as_mut().map(|tcp| tcp.as_mut().poll(cx)) else { return true };
        if let Some(cut) = cut.take() {
            exchange.over_tcp(cut, answer, Instant::now());
        }
        false
    });
    waiting.len() < before
}

/// A socket that talks to `server` alone, on a port that the kernel chose.
async fn open(server: SocketAddr) -> io::Result<UdpSocket> {
    let local: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local).await?;
    socket.connect(server).await?;
    Ok(socket)
}
