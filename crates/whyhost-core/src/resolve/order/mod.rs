//! How a resolver orders the addresses it found.

pub mod keyed;
pub mod musl;
pub mod policy;
pub mod rfc6724;
