//! Parsers of the resolver's configuration files: total, one file format each, every value with its line.

pub mod gai;
pub mod haproxy;
pub mod host_aliases;
pub mod host_conf;
pub mod nginx;
pub mod nscd;
pub mod nsswitch;
pub mod resolv;
mod text;
