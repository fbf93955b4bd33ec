//! # reach.timeout — connections are not answered
//!
//! ## What it means
//! A server listens, and connections to it get no answer: neither accepted nor refused. Its accept queue is
//! full, because the program does not take connections any more, or packets are dropped on the way.
//!
//! ## Who is hit
//! Every client that takes the address hangs until its own limit: 2 minutes for most, a second for some.
//!
//! ## Example
//! ```text
//! $ curl http://localhost:3000/
//! curl: (28) Failed to connect to localhost port 3000 after 134155 ms
//! $ ss -ltnH 'sport = :3000'
//! LISTEN 2 1 127.0.0.1:3000 0.0.0.0:*
//! ```
//!
//! ## Repair
//! With a full queue (the first number of ss above the second): the program hangs; look at what it does, then
//! restart it. Otherwise a packet filter drops the connection: look at its rules.
//!
//! ## Not a repair
//! A longer backlog: the queue of a program that does not accept fills all the same.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man2/listen.2.html
//! - https://man7.org/linux/man-pages/man8/ss.8.html

use super::super::facts::{describe, listener_row};
use super::super::remedy::{self, THIS_SERVER, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Severity};
use crate::reach::{self, AttemptOutcome};
use crate::snapshot::{ScopedAddr, Socket};
use std::net::SocketAddr;

pub(super) const RULE: Rule = Rule {
    code: "reach.timeout",
    severity: Severity::Error,
    title: "connections are not answered",
    references: &[
        "https://man7.org/linux/man-pages/man2/listen.2.html",
        "https://man7.org/linux/man-pages/man8/ss.8.html",
    ],
    source: include_str!("timeout.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(port) = ctx.target.port else { return };
    let met = |d: &ScopedAddr| {
        (*d, reach::attempt(ctx.machine, *d, port).outcome, reach::accepting(ctx.machine, *d, port))
    };
    let all: Vec<_> = ctx.destinations().iter().map(met).collect();
    let full = all.iter().find_map(|(_, _, socket)| socket.filter(|s| is_full(s)));
    if let Some(socket) = full {
        out.push(hangs(socket));
        return;
    }
    // Where another address connects, the wait before it is another rule's matter.
    let lost =
        all.iter().find(|(_, outcome, socket)| *outcome == AttemptOutcome::Timeout && socket.is_some());
    let works = all.iter().any(|(_, outcome, _)| *outcome == AttemptOutcome::Connects);
    if let (Some((address, _, Some(socket))), false, false) = (lost, works, is_explained(ctx)) {
        out.push(dropped(address, socket, port));
    }
}

/// `lo` is down, or its own test fails: then that is the finding.
fn is_explained(ctx: &Context<'_>) -> bool {
    ctx.machine.loopback().is_some_and(|lo| !lo.is_up())
        || !super::super::loopback::blocked_families(ctx.machine).is_empty()
}

/// More connections wait than the program asked for: the kernel takes no further one (net/ipv4/tcp_ipv4.c,
/// `sk_acceptq_is_full`: the queue is longer than the backlog).
fn is_full(socket: &Socket) -> bool {
    socket.queue.is_some_and(|q| q.waiting > q.backlog)
}

fn hangs(socket: &Socket) -> Finding {
    let mut finding = RULE.finding(format!("{} does not accept connections any more", describe(socket)));
    finding.message = Some("its accept queue is full: new clients wait without an answer".into());
    finding.evidence.push(listener_row(socket));
    if let Some(queue) = socket.queue {
        let row = format!("{} connections wait, the backlog is {}", queue.waiting, queue.backlog);
        finding.evidence.push(Evidence::new(row, "socket diagnosis"));
    }
    let name = socket.process.as_ref().map_or("the server", |p| p.name.as_str());
    finding.remedies.push(remedy::advice(
        format!("find out what {name} waits for, then restart it"),
        THIS_SERVER,
        "a breakpoint, a lock, a full disk, a database that does not answer; its log or a stack trace tells",
    ));
    finding
}

fn dropped(address: &ScopedAddr, socket: &Socket, port: u16) -> Finding {
    let place = SocketAddr::new(address.address, port);
    let mut finding = RULE.finding(format!("{place} does not answer, although {} listens", describe(socket)));
    finding.evidence.push(listener_row(socket));
    finding.evidence.push(Evidence::new(format!("connection to {place}: no answer"), "probe"));
    finding.remedies.push(remedy::command(
        format!("look for the rule that drops packets to port {port}"),
        Applicability::Unsafe,
        WHOLE_MACHINE,
        &["sudo nft list ruleset", "sudo iptables -S"],
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{debian, probe};
    use crate::snapshot::{AcceptQueue, ProbeOutcome::TimedOut};

    const CODE: &str = "reach.timeout";

    #[test]
    fn a_full_queue_and_lost_packets_are_told_apart() {
        let bench = debian().listen("127.0.0.1:3000");
        assert_eq!(bench.of(CODE, "localhost:3000"), None);
        let full = bench.snapshot(|s| s.sockets[0].queue = Some(AcceptQueue { waiting: 2, backlog: 1 }));
        let title = full.of(CODE, "localhost:3000").map(|f| f.title);
        assert_eq!(
            title.as_deref(),
            Some("127.0.0.1:3000 (python3, pid 412) does not accept connections any more")
        );
        let busy = bench.snapshot(|s| s.sockets[0].queue = Some(AcceptQueue { waiting: 1, backlog: 1 }));
        assert_eq!(busy.of(CODE, "localhost:3000"), None);
        let lost = bench.snapshot(|s| s.live.probes = vec![probe("127.0.0.1", 3000, TimedOut)]);
        let title = lost.of(CODE, "127.0.0.1:3000").map(|f| f.title);
        assert_eq!(
            title.as_deref(),
            Some("127.0.0.1:3000 does not answer, although 127.0.0.1:3000 (python3, pid 412) listens")
        );
        let other = lost.listen("[::1]:3000");
        assert_eq!(other.of(CODE, "localhost:3000"), None);
    }
}
