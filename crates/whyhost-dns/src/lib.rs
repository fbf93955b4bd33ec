//! Asks DNS servers what they say, without any opinion of its own.
//!
//! A resolver library answers localhost by itself and hides which server said what. Here every question goes to exactly
//! one server over the connection layer of hickory, and whatever comes of it is an
//! [`Observation`](whyhost_core::snapshot::Observation): an answer, a refusal, silence, garbage.
//!
//! - [`ask()`], [`ask_all`]: questions to servers, bounded in time, blocking.
//! - [`as_libc`]: the questions that a program's getaddrinfo would send on a machine.

mod ask;
mod connected;
mod libc;
mod observation;

pub use ask::{Bounds, Kind, Question, ask, ask_all};
pub use libc::as_libc;
