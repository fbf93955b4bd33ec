//! Reachability: which listener a destination meets, and what each kind of client makes of an answer.
//!
//! - [`kernel`]: which socket the Linux kernel gives a connection to, and whether a packet arrives at all.
//! - [`client`]: how programs walk an answer, and what they end with.
//! - [`listener`]: listeners as people see them: what they accept, who may connect.
//! - [`table`]: every destination against every listener, from the machine and from its networks.
//! - [`services`]: which product a listener is, and the setting that changes where it listens.
//! - [`home`]: the unit and the container of a process.

pub mod client;
pub mod home;
pub mod kernel;
pub mod listener;
pub mod services;
pub mod table;

pub(crate) use client::end;
pub use client::{CLIENTS, Client, ClientOutcome, Outcome, clients, clients_of};
pub use home::Container;
pub(crate) use kernel::accepts_by;
pub use kernel::{Attempt, AttemptOutcome, Way, accepting, attempt, is_own, normalise, undelivered};
pub use listener::{Accepts, Exposure, Listener, listeners, listeners_are_unknown, same_program};
pub(crate) use listener::{RELAYS, of_socket, place};
pub use table::{Destination, PortTable};
