//! Live questions to the running system: what the models predict, asked for real.

mod getaddrinfo;
mod source;

pub use getaddrinfo::{Reply, ask, getaddrinfo, lookup};
pub use source::source_addresses;
