//! Live questions to the running system: what the models predict, asked for real.

mod connect;
mod getaddrinfo;
mod loopback;
mod source;

pub use connect::{Say, connect};
pub use getaddrinfo::{Reply, ask, getaddrinfo, lookup};
pub use loopback::loopback;
pub use source::source_addresses;
