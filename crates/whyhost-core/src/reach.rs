//! Reachability: which listener a destination meets, and what each kind of client makes of an answer (skeleton).

use crate::machine::Machine;
use crate::resolve::Answer;
use crate::snapshot::{Process, Protocol, ScopedAddr, Socket};
use serde::Serialize;
use std::net::IpAddr;

/// How a program connects to the addresses of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The first address only.
    FirstOnly,
    /// All in turn, the next after a failure.
    InTurn,
}

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

/// What became of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptOutcome {
    /// A listener takes it.
    Connects,
    /// Nothing listens there.
    Refused,
    /// No answer: packets are lost.
    Timeout,
    /// The kernel has no way there.
    Unreachable,
    /// Not an address of this machine: not looked at.
    Foreign,
}

/// One attempt of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Destination.
    #[serde(serialize_with = "as_text")]
    pub address: ScopedAddr,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// Index of the listener in [`crate::diagnose::Diagnosis::listeners`].
    #[serde(skip)]
    pub listener: Option<usize>,
}

fn as_text<S: serde::Serializer>(address: &ScopedAddr, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(address)
}

/// The end of a client's attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It reaches a listener.
    Connects,
    /// Every address tried refused.
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
    /// For people.
    #[serde(skip)]
    pub label: &'static str,
    /// Version, empty for a kind.
    pub version: String,
    /// It is on this machine.
    pub installed: bool,
    /// Attempts in order; what comes after the end was not tried.
    pub tried: Vec<Attempt>,
    /// The end.
    pub outcome: Outcome,
}

/// Who may connect to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// This machine only.
    Loopback,
    /// The networks of one address.
    HostNetworks,
    /// Every network of the machine.
    AllInterfaces,
}

/// A listener with what it accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Transport.
    pub protocol: Protocol,
    /// Bound address.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
    /// Bound interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// `IPV6_V6ONLY`.
    pub v6only: Option<bool>,
    /// Owner.
    pub process: Option<Process>,
    /// What it accepts of the two loopback addresses.
    pub accepts: Accepts,
    /// Who may connect.
    pub exposure: Exposure,
}

/// What a listener accepts of the two loopback addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Accepts {
    /// 127.0.0.1.
    #[serde(rename = "127.0.0.1")]
    pub v4: bool,
    /// ::1.
    #[serde(rename = "::1")]
    pub v6: bool,
}

/// The listeners of `port`, as the models see them.
pub fn listeners(machine: &Machine, port: u16) -> Vec<Listener> {
    let _ = (machine, port);
    Vec::new()
}

/// What every client kind gets for `answer` on `port`.
pub fn clients(machine: &Machine, answer: &Answer, port: u16) -> Vec<ClientOutcome> {
    let _ = (machine, answer, port);
    Vec::new()
}

/// The socket that the kernel gives a connection to `target`, of those on `port`.
pub fn accepting<'m>(machine: &'m Machine, target: ScopedAddr, port: u16) -> Option<&'m Socket> {
    let _ = (machine, target, port);
    None
}
