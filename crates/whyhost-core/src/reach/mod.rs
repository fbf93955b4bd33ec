//! Reachability: which listener a destination meets, and what each kind of client makes of an answer.
//!
//! - [`kernel`]: which socket the Linux kernel gives a connection to, and whether a packet arrives at all.
//! - [`client`]: how programs walk an answer, and what they end with.
//! - [`listener`]: listeners as people see them: what they accept, who may connect.

pub mod client;
pub mod kernel;
pub mod listener;

pub(crate) use client::end;
pub use client::{CLIENTS, Client, ClientOutcome, Outcome, clients, clients_of};
pub use kernel::{Attempt, AttemptOutcome, accepting, attempt, is_own, normalise, undelivered};
pub use listener::{Accepts, Exposure, Listener, listeners, listeners_are_unknown, same_program};
