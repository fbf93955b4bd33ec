//! DNS servers in this process, on loopback.

#![allow(dead_code, reason = "every test uses its part")]

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME};
use hickory_resolver::proto::rr::{Name, RData, Record};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub(crate) fn reply(query: &Message, code: ResponseCode) -> Message {
    let mut answer = Message::response(query.id, query.op_code);
    answer.metadata.response_code = code;
    answer.queries = query.queries.clone();
    answer
}

pub(crate) fn v4(name: &str, ttl: u32, address: &str) -> Record {
    Record::from_rdata(Name::from_ascii(name).unwrap(), ttl, RData::A(A(address.parse().unwrap())))
}

pub(crate) fn v6(name: &str, ttl: u32, address: &str) -> Record {
    Record::from_rdata(Name::from_ascii(name).unwrap(), ttl, RData::AAAA(AAAA(address.parse().unwrap())))
}

/// What is asked for: `a.example. AAAA`.
pub(crate) fn asked(query: &Message) -> String {
    format!("{} {}", query.queries[0].name(), query.queries[0].query_type())
}

pub(crate) fn alias(name: &str, ttl: u32, target: &str) -> Record {
    Record::from_rdata(
        Name::from_ascii(name).unwrap(),
        ttl,
        RData::CNAME(CNAME(Name::from_ascii(target).unwrap())),
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

pub(crate) type Handler = dyn Fn(&Message, Transport) -> Vec<Vec<u8>> + Send + Sync;

/// A server on a loopback port, UDP and TCP; ends with the value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    ending: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// `handler` gives the packets that answer a question, none for silence.
    pub(crate) fn start(
        handler: impl Fn(&Message, Transport) -> Vec<Vec<u8>> + Send + Sync + 'static,
    ) -> Server {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            // The same number may be taken for TCP: then the next one.
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let (asked, ending) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let handler: Arc<Handler> = Arc::new(handler);
        let threads = vec![
            std::thread::spawn({
                let (handler, asked, ending) = (handler.clone(), asked.clone(), ending.clone());
                move || serve_udp(&udp, &*handler, &asked, &ending)
            }),
            std::thread::spawn({
                let ending = ending.clone();
                move || serve_tcp(&tcp, &*handler, &ending)
            }),
        ];
        Server { address, asked, ending, threads }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        let poke = UdpSocket::bind("127.0.0.1:0").unwrap();
        poke.send_to(b"", self.address).unwrap();
        drop(TcpStream::connect(self.address));
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

fn serve_udp(socket: &UdpSocket, handler: &Handler, asked: &Mutex<Vec<String>>, ending: &AtomicBool) {
    let mut buffer = [0; 4096];
    while let Ok((length, client)) = socket.recv_from(&mut buffer) {
        if ending.load(Ordering::SeqCst) {
            return;
        }
        let query = Message::from_vec(&buffer[..length]).unwrap();
        let question = &query.queries[0];
        asked.lock().unwrap().push(format!("{} {}", question.name(), question.query_type()));
        for packet in handler(&query, Transport::Udp) {
            socket.send_to(&packet, client).unwrap();
        }
    }
}

fn serve_tcp(listener: &TcpListener, handler: &Handler, ending: &AtomicBool) {
    while let Ok((mut stream, _)) = listener.accept() {
        if ending.load(Ordering::SeqCst) {
            return;
        }
        let mut length = [0; 2];
        let Ok(()) = stream.read_exact(&mut length) else { continue };
        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut packet).unwrap();
        for answer in handler(&Message::from_vec(&packet).unwrap(), Transport::Tcp) {
            stream.write_all(&u16::try_from(answer.len()).unwrap().to_be_bytes()).unwrap();
            stream.write_all(&answer).unwrap();
        }
    }
}
