//! The resolvers, one file each.

pub mod glibc;
pub mod musl;
