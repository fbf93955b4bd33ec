//! Questions a second through one socket: `look_up` beside a bare loop over a UDP socket, against the same server on
//! loopback, in turns.
//!
//! The bare loop sends packets that were made before, keeps as many questions under way, and looks at nothing but the
//! length of an answer: it is what the kernel and the server let through.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::net::{SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use whyhost_dns::{Answers, Bounds, Lookup, Plan, Search, look_up};

const NAMES: usize = 100_000;
const ROUNDS: usize = 5;

fn main() {
    let server = serve();
    let names: Vec<Arc<[String]>> =
        (0..NAMES).map(|i| Arc::from([format!("ads{i}.tracker.example")])).collect();
    let packets: Vec<Vec<u8>> = names.iter().flat_map(|n| [packet(&n[0], 1), packet(&n[0], 28)]).collect();
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(rate(packets.len(), || bare_loop(server, &packets)));
        ours.push(rate(packets.len(), || names_of(server, &names)));
    }
    bare.sort_by(f64::total_cmp);
    ours.sort_by(f64::total_cmp);
    let (bare, ours) = (bare[ROUNDS / 2], ours[ROUNDS / 2]);
    println!("{} questions, {} under way, median of {ROUNDS}", packets.len(), 2 * Plan::PARALLEL);
    println!("bare loop {bare:>9.0} questions/s");
    println!("look_up   {ours:>9.0} questions/s, {:.0} % of the bare loop", 100.0 * ours / bare);
}

fn rate(questions: usize, run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    questions as f64 / start.elapsed().as_secs_f64()
}

fn bare_loop(server: SocketAddr, packets: &[Vec<u8>]) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket on loopback");
    socket.connect(server).expect("an address on loopback");
    let (ahead, rest) = packets.split_at(2 * Plan::PARALLEL);
    let send = |packet: &Vec<u8>| socket.send(packet).expect("room in the socket");
    for packet in ahead {
        black_box(send(packet));
    }
    let mut buffer = [0; 1232];
    for packet in rest.iter().map(Some).chain(ahead.iter().map(|_| None)) {
        black_box(socket.recv(&mut buffer).expect("an answer"));
        if let Some(packet) = packet {
            send(packet);
        }
    }
}

fn names_of(server: SocketAddr, names: &[Arc<[String]>]) {
    let plan = Plan {
        servers: vec![server],
        bounds: Bounds { timeout: Duration::from_secs(10), attempts: 2 },
        parallel: Plan::PARALLEL,
        search: Search::Glibc,
        interruptible: false,
    };
    let mut lookups = names.iter().map(|n| Lookup { about: (), expansions: Arc::clone(n) });
    let mut answered = 0;
    let mut each = |answers: Answers<()>| {
        answered += usize::from(answers.said[0].observations.iter().all(|o| o.rcode == "NOERROR"));
        ControlFlow::Continue(())
    };
    look_up(&plan, &mut lookups, &mut each).expect("a poller");
    assert_eq!(answered, names.len());
}

/// A question as [`look_up`] sends it.
fn packet(name: &str, kind: u8) -> Vec<u8> {
    let mut packet = vec![0, kind, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).expect("a short label"));
        packet.extend(label.bytes());
    }
    packet.extend([0, 0, kind, 0, 1, 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0]);
    packet
}

/// A server that gives every A question one record and every other one none; ends with the process.
fn serve() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket on loopback");
    let address = socket.local_addr().expect("bound");
    std::thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut packet) {
            let end = length - 11;
            let is_a = packet[end - 3] == 1;
            packet[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
            let record = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
            packet[end..end + record.len()].copy_from_slice(&record);
            let length = if is_a { end + record.len() } else { end };
            if socket.send_to(&packet[..length], client).is_err() {
                return;
            }
        }
    });
    address
}
