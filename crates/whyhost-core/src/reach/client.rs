//! Clients: how programs walk the addresses of an answer, and what they end with.

use super::kernel::{Attempt, AttemptOutcome};
use crate::machine::Machine;
use crate::program::{self, Strategy};
use crate::resolve::{Answer, Evidence, Status};
use crate::snapshot::ScopedAddr;
use serde::Serialize;

/// A kind of client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Stable id: `first-only`, `in-turn`.
    pub id: &'static str,
    /// For people: `first address only`.
    pub label: &'static str,
    /// Programs of this kind.
    pub examples: &'static str,
    /// How it connects.
    pub strategy: Strategy,
}

/// The kinds of client that connect to what getaddrinfo gives.
///
/// Source: each program was started against a server on one loopback address only, with both localhost lines in the
/// hosts file (Debian 12), and either went on to the second address or gave up.
pub const CLIENTS: &[Client] = &[
    Client {
        id: "first-only",
        label: "first address only",
        examples: "Node 17–19, BusyBox wget and nc",
        strategy: Strategy::FirstOnly,
    },
    Client {
        id: "in-turn",
        label: "every address in turn",
        examples: "Node 20+, Python urllib, Go, Rust std, libpq, git, ssh",
        strategy: Strategy::InTurn,
    },
];

/// The end of a client's attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It reaches a listener.
    Connects,
    /// Every address tried refused, or the kernel has no way there.
    Refused,
    /// It waits for an answer that never comes.
    Timeout,
    /// It reaches another program than the other clients.
    WrongProgram,
    /// The name has no address.
    NotFound,
    /// Not computable.
    Unknown,
}

/// What one client gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientOutcome {
    /// Client id.
    pub client: &'static str,
    /// For people: `Node 18.20.8`, `first address only`.
    #[serde(skip)]
    pub label: String,
    /// Programs of this kind, for people; empty for a program.
    #[serde(skip)]
    pub examples: &'static str,
    /// Version, empty for a kind.
    pub version: String,
    /// It is on this machine.
    pub installed: bool,
    /// How the model is known to be true.
    pub evidence: Evidence,
    /// It connects to a Unix socket in place of the target.
    #[serde(skip)]
    pub unix_socket: bool,
    /// Attempts in order; what comes after the end was not tried.
    pub tried: Vec<Attempt>,
    /// The end.
    pub outcome: Outcome,
}

impl ClientOutcome {
    /// The attempt that reached a listener.
    pub fn connected(&self) -> Option<&Attempt> {
        self.tried.iter().find(|a| a.outcome == AttemptOutcome::Connects)
    }

    /// It stands for a kind of client and not for one program.
    pub fn is_kind(&self) -> bool {
        !self.examples.is_empty()
    }
}

/// What every client kind gets for `answer` on `port`.
pub fn clients(machine: &Machine, answer: &Answer, port: u16) -> Vec<ClientOutcome> {
    let addresses: Vec<ScopedAddr> = answer.addresses.iter().map(|a| a.address).collect();
    clients_of(machine, &addresses, answer.status, port)
}

/// The same for addresses that no model gave: a literal, or what the real resolver answered.
///
/// `status` says what an empty list means.
pub fn clients_of(
    machine: &Machine,
    addresses: &[ScopedAddr],
    status: Status,
    port: u16,
) -> Vec<ClientOutcome> {
    CLIENTS
        .iter()
        .map(|client| {
            let tried = program::walk(machine, client.strategy, addresses, port);
            // A kind stands for programs with delays of their own.
            let tried: Vec<Attempt> = tried.into_iter().map(|t| Attempt { after_ms: 0, ..t }).collect();
            ClientOutcome {
                client: client.id,
                label: client.label.into(),
                examples: client.examples,
                version: String::new(),
                installed: true,
                evidence: KINDS,
                unix_socket: false,
                outcome: end(&tried, status),
                tried,
            }
        })
        .collect()
}

/// What the kinds were taken from.
const KINDS: Evidence =
    Evidence::Measured { run: "Node 18, 20, BusyBox 1.35, Python 3.11, Go 1.19, Rust 1.95" };

/// Where attempts end; `status` says what it means that there is none.
pub(crate) fn end(tried: &[Attempt], status: Status) -> Outcome {
    match tried.last().map(|a| a.outcome) {
        None if status == Status::Unknown => Outcome::Unknown,
        None => Outcome::NotFound,
        Some(AttemptOutcome::Connects) => Outcome::Connects,
        Some(AttemptOutcome::Foreign) => Outcome::Unknown,
        Some(_) if tried.iter().any(|a| a.outcome == AttemptOutcome::Timeout) => Outcome::Timeout,
        Some(_) => Outcome::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Os, OsFamily, Protocol, Snapshot, Socket};

    /// (listeners, answer, end of first-only, end of in-turn)
    #[test]
    fn each_kind_ends_where_its_attempts_end() {
        use Outcome::{Connects, NotFound, Refused, Unknown};
        let cases: &[(&[&str], &[&str], Outcome, Outcome)] = &[
            (&["127.0.0.1"], &["::1", "127.0.0.1"], Refused, Connects),
            (&["::1"], &["::1", "127.0.0.1"], Connects, Connects),
            (&["::1", "127.0.0.1"], &["127.0.0.1"], Connects, Connects),
            (&[], &["::1", "127.0.0.1"], Refused, Refused),
            (&["127.0.0.1"], &[], NotFound, NotFound),
            (&["127.0.0.1"], &["203.0.113.7", "127.0.0.1"], Unknown, Unknown),
            (&["127.0.0.1"], &["::1", "203.0.113.7"], Refused, Unknown),
        ];
        for (binds, answer, first_only, in_turn) in cases {
            let got = outcomes(&machine(binds), answer, Status::NotFound);
            assert_eq!(got, [*first_only, *in_turn], "servers {binds:?}, answer {answer:?}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_computed_leaves_the_client_unknown() {
        assert_eq!(outcomes(&machine(&[]), &[], Status::Unknown), [Outcome::Unknown; 2]);
        assert_eq!(outcomes(&machine(&[]), &[], Status::TryAgain), [Outcome::NotFound; 2]);
    }

    #[test]
    fn what_comes_after_a_connection_was_not_tried() {
        let got = clients_of(&machine(&["::1"]), &addresses(&["::1", "127.0.0.1"]), Status::Found, 3000);
        assert!(got.iter().all(|c| c.tried.len() == 1), "{got:?}");
        assert_eq!(got[1].connected().and_then(|a| a.listener), Some(0));
    }

    #[test]
    fn a_lost_packet_makes_a_client_wait_even_if_the_rest_refuses() {
        let mut machine = machine(&[]);
        let lo = crate::snapshot::Interface {
            index: 1,
            name: "lo".into(),
            link_type: 772,
            flags: 0x9,
            mtu: 65536,
            addresses: vec![crate::snapshot::InterfaceAddress {
                address: "127.0.0.1".parse().unwrap(),
                peer: None,
                prefix_len: 8,
                flags: 0,
                scope: 254,
            }],
        };
        machine.raw.interfaces = vec![lo];
        machine.raw.routes = vec![crate::snapshot::Route {
            destination: "::".parse().unwrap(),
            prefix_len: 0,
            gateway: None,
            interface: "eth0".into(),
            metric: 0,
        }];
        assert_eq!(outcomes(&machine, &["::1", "127.0.0.1"], Status::Found), [Outcome::Timeout; 2]);
    }

    fn outcomes(machine: &Machine, answer: &[&str], status: Status) -> Vec<Outcome> {
        clients_of(machine, &addresses(answer), status, 3000).iter().map(|c| c.outcome).collect()
    }

    fn addresses(texts: &[&str]) -> Vec<ScopedAddr> {
        texts.iter().map(|t| t.parse::<std::net::IpAddr>().unwrap().into()).collect()
    }

    fn machine(binds: &[&str]) -> Machine {
        let mut snapshot = Snapshot::new(Os::unknown(OsFamily::Linux));
        snapshot.sockets =
            binds.iter().map(|b| Socket::new(Protocol::Tcp, b.parse().unwrap(), 3000)).collect();
        Machine::new(snapshot)
    }
}
