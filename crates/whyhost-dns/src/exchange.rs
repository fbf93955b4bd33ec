//! What is under way with one server, without any I/O: which questions to send, which answers belong to them, what is
//! late, and whether a name is done or its next expansion is asked.

use crate::ask::{Bounds, Kind, Question};
use crate::observation::{IO, MALFORMED, TIMEOUT, answered, silent};
use crate::wire;
use hickory_resolver::proto::op::{Message, ResponseCode};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use whyhost_core::snapshot::Observation;

/// Look-ups without any answer, one after the other, until a server is not asked any more.
const GIVE_UP: usize = 32;

/// The record types of a look-up.
const KINDS: [Kind; 2] = [Kind::A, Kind::Aaaa];

/// After which answers the search goes on with the next expansion of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// After NXDOMAIN, no data, SERVFAIL (glibc `resolv/res_query.c`, `__res_context_search`).
    Glibc,
    /// After NXDOMAIN alone (musl `src/network/lookup_name.c`, `name_from_dns_search`).
    Musl,
}

/// What one server said about one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Who.
    pub server: SocketAddr,
    /// Every answer, in the order of the expansions, A before AAAA; empty where the server was not asked.
    pub observations: Vec<Observation>,
}

impl Said {
    /// The answers that count for `name`: those with records; where there are none, those to the name as it is, or to its
    /// last expansion.
    pub fn deciding(&self, name: &str) -> &[Observation] {
        let name = name.strip_suffix('.').unwrap_or(name);
        let mut by_expansion = self.observations.chunks(KINDS.len());
        let has_records = |all: &[Observation]| all.iter().any(|o| !o.records.is_empty());
        let is_itself = |all: &[Observation]| all.iter().all(|o| o.name.eq_ignore_ascii_case(name));
        let last = by_expansion.clone().last().unwrap_or_default();
        if has_records(last) {
            return last;
        }
        by_expansion.find(|all| is_itself(all)).unwrap_or(last)
    }
}

/// A look-up under way.
struct Active {
    number: usize,
    names: Arc<[String]>,
    at: usize,
    observations: Vec<Observation>,
    missing: usize,
}

/// A question under way.
struct Flight {
    slot: usize,
    kind: Kind,
    attempts: u8,
    started: Instant,
    edns: bool,
    packet: Vec<u8>,
}

/// A question whose answer was cut: it is asked again over TCP.
pub(crate) struct Cut {
    slot: usize,
    kind: Kind,
    started: Instant,
    /// The cut answer, which stays where the server speaks no TCP.
    udp: Message,
}

/// The state of all that is under way with one server.
pub(crate) struct Exchange {
    server: SocketAddr,
    bounds: Bounds,
    search: Search,
    edns: bool,
    slots: Vec<Option<Active>>,
    free: Vec<usize>,
    flights: HashMap<u16, Flight>,
    deadlines: VecDeque<(Instant, u16, Instant)>,
    outbox: VecDeque<u16>,
    finished: VecDeque<(usize, Said)>,
    failures: usize,
    ids: RandomState,
    last_id: u64,
}

impl Exchange {
    pub(crate) fn new(server: SocketAddr, bounds: Bounds, search: Search) -> Exchange {
        Exchange {
            server,
            bounds,
            search,
            edns: true,
            slots: Vec::new(),
            free: Vec::new(),
            flights: HashMap::new(),
            deadlines: VecDeque::new(),
            outbox: VecDeque::new(),
            finished: VecDeque::new(),
            failures: 0,
            ids: RandomState::new(),
            last_id: 0,
        }
    }

    /// Questions whose answer is waited for.
    pub(crate) fn under_way(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// So many look-ups in a row got no answer that the rest is not tried.
    pub(crate) fn is_given_up(&self) -> bool {
        self.failures >= GIVE_UP
    }

    /// Begins the look-up `number`: the first of `names` that has records answers.
    pub(crate) fn start(&mut self, number: usize, names: Arc<[String]>, now: Instant) {
        if names.is_empty() || self.is_given_up() {
            self.finished.push_back((number, Said { server: self.server, observations: Vec::new() }));
            return;
        }
        let active = Active { number, names, at: 0, observations: Vec::new(), missing: 0 };
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(active);
        self.ask(slot, now);
    }

    /// The packet that is to be sent next; it stays until [`Exchange::sent`].
    pub(crate) fn next_packet(&mut self) -> Option<&[u8]> {
        while let Some(id) = self.outbox.front() {
            if self.flights.contains_key(id) {
                break;
            }
            self.outbox.pop_front();
        }
        let id = self.outbox.front()?;
        self.flights.get(id).map(|flight| flight.packet.as_slice())
    }

    /// The packet of [`Exchange::next_packet`] went out.
    pub(crate) fn sent(&mut self, now: Instant) {
        let Some(id) = self.outbox.pop_front() else { return };
        if let Some(flight) = self.flights.get(&id) {
            self.deadlines.push_back((now + self.bounds.timeout, id, flight.started));
        }
    }

    /// When the next question is late.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadlines.front().map(|(at, ..)| *at)
    }

    /// A finished look-up.
    pub(crate) fn finished(&mut self) -> Option<(usize, Said)> {
        self.finished.pop_front()
    }

    /// Takes a packet. A cut answer is given back.
    pub(crate) fn receive(&mut self, packet: &[u8], now: Instant) -> Option<Cut> {
        let id = wire::answer_id(packet)?;
        let flight = self.flights.get(&id)?;
        let Ok(message) = Message::from_vec(packet) else {
            self.settle_silent(id, MALFORMED, now);
            return None;
        };
        if !wire::belongs(packet, &flight.packet) {
            return None;
        }
        let refused = matches!(message.metadata.response_code, ResponseCode::FormErr | ResponseCode::NotImp);
        if refused && flight.edns {
            // A server from before EDNS (RFC 6891, section 7).
            self.edns = false;
            let (slot, kind, started) = (flight.slot, flight.kind, flight.started);
            self.flights.remove(&id);
            self.launch(slot, kind, started);
            return None;
        }
        let flight = self.flights.remove(&id)?;
        if message.metadata.truncation {
            let Flight { slot, kind, started, .. } = flight;
            return Some(Cut { slot, kind, started, udp: message });
        }
        self.settle(flight.slot, flight.kind, flight.started, Some(&message), "udp", now);
        None
    }

    /// The question of a cut answer.
    pub(crate) fn question(&self, cut: &Cut) -> Option<Question> {
        self.question_of(cut.slot, cut.kind)
    }

    /// What came over TCP instead of a cut answer.
    pub(crate) fn over_tcp(&mut self, cut: Cut, answer: Option<Message>, now: Instant) {
        let Cut { slot, kind, started, udp } = cut;
        match answer {
            Some(message) => self.settle(slot, kind, started, Some(&message), "tcp", now),
            None => self.settle(slot, kind, started, Some(&udp), "udp", now),
        }
    }

    /// Nobody listens at the address: no question under way will be answered.
    pub(crate) fn refused(&mut self, now: Instant) {
        let ids: Vec<u16> = self.flights.keys().copied().collect();
        for id in ids {
            self.settle_silent(id, IO, now);
        }
    }

    /// Sends again, or gives up, what is late at `now`.
    pub(crate) fn expire(&mut self, now: Instant) {
        while let Some((at, id, started)) = self.deadlines.front().copied() {
            let Some(flight) = self.flights.get_mut(&id).filter(|f| f.started == started) else {
                self.deadlines.pop_front();
                continue;
            };
            if at > now {
                return;
            }
            self.deadlines.pop_front();
            flight.attempts += 1;
            if flight.attempts < self.bounds.attempts.max(1) {
                self.outbox.push_back(id);
            } else {
                self.settle_silent(id, TIMEOUT, now);
            }
        }
    }

    /// Asks for the present expansion of a look-up.
    fn ask(&mut self, slot: usize, now: Instant) {
        if let Some(active) = self.slots[slot].as_mut() {
            active.missing = KINDS.len();
        }
        for kind in KINDS {
            self.launch(slot, kind, now);
        }
    }

    fn launch(&mut self, slot: usize, kind: Kind, started: Instant) {
        let (id, edns) = (self.unused_id(), self.edns);
        let packet = self.question_of(slot, kind).and_then(|q| wire::question(id, &q.name, kind, edns));
        let Some(packet) = packet else { return self.settle(slot, kind, started, None, IO, started) };
        self.flights.insert(id, Flight { slot, kind, attempts: 0, started, edns, packet });
        self.outbox.push_back(id);
    }

    /// An id that nobody can guess (RFC 5452, section 4.3) and that is not under way.
    fn unused_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.wrapping_add(1);
            let id = self.ids.hash_one(self.last_id) as u16;
            if !self.flights.contains_key(&id) {
                return id;
            }
        }
    }

    fn question_of(&self, slot: usize, kind: Kind) -> Option<Question> {
        let active = self.slots[slot].as_ref()?;
        Some(Question { server: self.server, name: active.names.get(active.at)?.clone(), kind })
    }

    fn settle_silent(&mut self, id: u16, rcode: &str, now: Instant) {
        if let Some(flight) = self.flights.remove(&id) {
            self.settle(flight.slot, flight.kind, flight.started, None, rcode, now);
        }
    }

    /// A question is answered, or will not be; `word` is the transport of an answer, or the code of its absence.
    fn settle(
        &mut self,
        slot: usize,
        kind: Kind,
        started: Instant,
        answer: Option<&Message>,
        word: &str,
        now: Instant,
    ) {
        let Some(question) = self.question_of(slot, kind) else { return };
        let elapsed: Duration = now.saturating_duration_since(started);
        let observation = match answer {
            Some(message) => answered(&question, message, word, elapsed),
            None => silent(&question, word, "udp", elapsed),
        };
        let Some(active) = self.slots[slot].as_mut() else { return };
        active.observations.push(observation);
        active.missing -= 1;
        if active.missing > 0 {
            return;
        }
        let first = active.observations.len() - KINDS.len();
        active.observations[first..].sort_by(|a, b| a.kind.cmp(&b.kind));
        let goes_on = goes_on(&active.observations[first..], self.search);
        if goes_on && active.at + 1 < active.names.len() {
            active.at += 1;
            return self.ask(slot, now);
        }
        self.finish(slot);
    }

    fn finish(&mut self, slot: usize) {
        let Some(active) = self.slots[slot].take() else { return };
        self.free.push(slot);
        let unanswered = |o: &Observation| o.rcode == TIMEOUT || o.rcode == IO;
        let failed = active.observations.iter().all(unanswered);
        self.failures = if failed { self.failures + 1 } else { 0 };
        let said = Said { server: self.server, observations: active.observations };
        self.finished.push_back((active.number, said));
    }
}

/// The next expansion is asked after these answers to both families. A family that failed does not count where the
/// other one was answered.
fn goes_on(observations: &[Observation], search: Search) -> bool {
    let has = |test: &dyn Fn(&Observation) -> bool| observations.iter().any(test);
    let is = |rcode: &'static str| move |o: &Observation| o.rcode == rcode;
    let no_data = |o: &Observation| o.rcode == "NOERROR" && o.records.is_empty();
    if has(&|o| !o.records.is_empty()) {
        return false;
    }
    match search {
        Search::Glibc => has(&is("NXDOMAIN")) || has(&no_data) || has(&is("SERVFAIL")),
        Search::Musl => has(&is("NXDOMAIN")) && !has(&no_data),
    }
}
