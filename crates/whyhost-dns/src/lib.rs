//! Asks DNS servers what they say, without any opinion of its own.
//!
//! A resolver library answers localhost by itself and hides which server said what. Here every question goes to exactly
//! one server over the connection layer of hickory, and whatever comes of it is an
//! [`Observation`](whyhost_core::snapshot::Observation): an answer, a refusal, silence, garbage.
//!
//! - [`ask()`], [`ask_all`]: questions to servers, bounded in time, blocking.
//! - [`as_libc`]: the questions that a program's getaddrinfo would send on a machine.
//! - [`look_up`]: many names at chosen servers, over one socket each, with bounded time and memory.
//! - [`configured`]: the servers that a machine's configuration names.
//! - [`compare()`]: the local answer against that of DNS, purely.

mod ask;
mod compare;
mod connected;
mod exchange;
mod feed;
mod libc;
mod localhost;
mod names;
mod observation;
mod recorded;
mod servers;
mod wire;

pub use ask::{Bounds, Kind, Question, ask, ask_all};
pub use compare::{Compared, FamilyAnswer, ServerAnswer, Verdict, compare};
pub use exchange::{Said, Search};
pub use libc::as_libc;
pub use localhost::localhost_questions;
pub use names::{Answers, End, Lookup, Plan, look_up};
pub use recorded::{recorded_answers, recorded_servers};
pub use servers::{PORT, Role, Server, configured, parse as parse_server};
