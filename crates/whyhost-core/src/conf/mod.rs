//! Parsers of the resolver's configuration files: total, one file format each, every value with its line.

pub mod gai;
pub mod host_conf;
pub mod nsswitch;
pub mod resolv;
mod text;
