//! Questions to servers: UDP, TCP when the answer was cut, every wait bounded.

use crate::connected::Connected;
use crate::observation::{IO, TIMEOUT, answered, failure, silent};
use hickory_resolver::net::tcp::TcpClientStream;
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::net::xfer::{DnsHandle, DnsRequestSender, FirstAnswer};
use hickory_resolver::net::{NetError, runtime::RuntimeProvider};
use hickory_resolver::proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query};
use hickory_resolver::proto::rr::{Name, RecordType};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use whyhost_core::snapshot::Observation;

/// A record type that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Alias.
    Cname,
    /// Name of an address; the question's name is the reverse one, such as `1.0.0.127.in-addr.arpa`.
    Ptr,
}

impl Kind {
    /// As in a zone file: `A`, `AAAA`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::A => "A",
            Kind::Aaaa => "AAAA",
            Kind::Cname => "CNAME",
            Kind::Ptr => "PTR",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        [Kind::A, Kind::Aaaa, Kind::Cname, Kind::Ptr].into_iter().find(|k| k.name() == name)
    }

    /// The number of the type (IANA, DNS parameters).
    pub(crate) fn number(self) -> u16 {
        self.record_type().into()
    }

    fn record_type(self) -> RecordType {
        match self {
            Kind::A => RecordType::A,
            Kind::Aaaa => RecordType::AAAA,
            Kind::Cname => RecordType::CNAME,
            Kind::Ptr => RecordType::PTR,
        }
    }
}

/// How long an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// For each attempt.
    pub timeout: Duration,
    /// How often a question that got no answer is sent; at least once.
    pub attempts: u8,
}

impl Default for Bounds {
    /// Two seconds, once.
    fn default() -> Self {
        Bounds { timeout: Duration::from_secs(2), attempts: 1 }
    }
}

/// One question to one server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// Who is asked.
    pub server: SocketAddr,
    /// Absolute name, with or without the final dot.
    pub name: String,
    /// Record type.
    pub kind: Kind,
}

/// Asks `server` for the `kind` records of `name`: over UDP, and over TCP when the answer was cut.
///
/// Every outcome is an observation: `rcode` is the server's code, or `TIMEOUT`, `IO` (nobody listens there, no way there,
/// or no name that DNS can carry) or `MALFORMED`. It takes at most `timeout × attempts` for UDP and one `timeout` more for
/// TCP. Recursion is asked for and EDNS is not used, as the C library does by default.
pub fn ask(server: SocketAddr, name: &str, kind: Kind, bounds: Bounds) -> Observation {
    let question = Question { server, name: name.to_owned(), kind };
    match runtime() {
        Ok(runtime) => runtime.block_on(observe(&question, bounds)),
        Err(_) => silent(&question, IO, "udp", Duration::ZERO),
    }
}

/// Asks all `questions`, at most `parallel` at a time; the observations stand in the order of the questions.
pub fn ask_all(questions: &[Question], bounds: Bounds, parallel: usize) -> Vec<Observation> {
    if questions.is_empty() {
        return Vec::new();
    }
    let Ok(runtime) = runtime() else {
        return questions.iter().map(|q| silent(q, IO, "udp", Duration::ZERO)).collect();
    };
    let queue: Arc<[Question]> = questions.into();
    let mut observed: Vec<(usize, Observation)> = runtime.block_on(async {
        let next = Arc::new(AtomicUsize::new(0));
        let workers: Vec<_> = (0..parallel.clamp(1, questions.len()))
            .map(|_| tokio::spawn(work(Arc::clone(&queue), Arc::clone(&next), bounds)))
            .collect();
        let mut observed = Vec::with_capacity(questions.len());
        for worker in workers {
            observed.extend(worker.await.unwrap_or_default());
        }
        observed
    });
    observed.sort_by_key(|(index, _)| *index);
    observed.into_iter().map(|(_, observation)| observation).collect()
}

async fn work(queue: Arc<[Question]>, next: Arc<AtomicUsize>, bounds: Bounds) -> Vec<(usize, Observation)> {
    let mut done = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(question) = queue.get(index) else { return done };
        done.push((index, observe(question, bounds).await));
    }
}

pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

async fn observe(question: &Question, bounds: Bounds) -> Observation {
    let start = Instant::now();
    let Some(request) = request(question) else { return silent(question, IO, "udp", start.elapsed()) };
    let udp = match over_udp(question.server, &request, bounds).await {
        Ok(response) => response,
        Err(error) => return silent(question, &failure(&error), "udp", start.elapsed()),
    };
    if udp.metadata.truncation {
        // A server that does not speak TCP leaves the cut answer, which says so by its flag.
        if let Ok(tcp) = over_tcp(question.server, request, bounds.timeout).await {
            return answered(question, &tcp, "tcp", start.elapsed());
        }
    }
    answered(question, &udp, "udp", start.elapsed())
}

/// The message; `None` for a name that DNS cannot carry.
pub(crate) fn request(question: &Question) -> Option<DnsRequest> {
    let mut name = Name::from_ascii(&question.name).ok()?;
    name.set_fqdn(true);
    let mut options = DnsRequestOptions::default();
    options.use_edns = false;
    options.recursion_desired = true;
    Some(DnsRequest::from_query(Query::query(name, question.kind.record_type()), options))
}

/// Sends until an answer comes; silence is the only reason to send again.
async fn over_udp(server: SocketAddr, request: &DnsRequest, bounds: Bounds) -> Result<DnsResponse, NetError> {
    let mut answer = Err(NetError::Timeout);
    for _ in 0..bounds.attempts.max(1) {
        let mut stream = UdpClientStream::builder(server, Connected::default())
            .with_timeout(Some(bounds.timeout))
            .with_max_retries(1)
            .with_os_port_selection(true)
            .build();
        answer = stream.send_message(request.clone()).first_answer().await;
        if !matches!(&answer, Err(error) if failure(error) == TIMEOUT) {
            break;
        }
    }
    answer
}

pub(crate) async fn over_tcp(
    server: SocketAddr,
    request: DnsRequest,
    timeout: Duration,
) -> Result<DnsResponse, NetError> {
    type Tcp = <Connected as RuntimeProvider>::Tcp;
    // The connection lives in a task of the runtime's handle: it ends when the last clone is dropped.
    let runtime = Connected::default();
    let exchange = async {
        let handle =
            TcpClientStream::<Tcp>::exchange(server, None, timeout, Some(1), runtime.clone()).await?;
        handle.send(request).first_answer().await
    };
    tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(NetError::Timeout))
}
