//! How a resolver orders the addresses it found.

pub mod policy;
pub mod rfc6724;
