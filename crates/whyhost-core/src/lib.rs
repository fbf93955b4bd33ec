//! The pure heart of whyhost: snapshot types, configuration parsers, resolver models, reachability, rules.
//!
//! Nothing in this crate touches a file, a socket, the clock or the environment (see `clippy.toml`): a machine is a
//! [`snapshot::Snapshot`], and every function is a function of it.

pub mod check;
pub mod conf;
pub mod diagnose;
pub mod diff;
pub mod finding;
pub mod fix;
pub mod handbook;
pub mod local;
pub mod machine;
pub mod ports;
pub mod program;
pub mod reach;
pub mod resolve;
pub mod rules;
pub mod snapshot;
pub mod whatif;

mod hosts_lines;
mod hosts_names;
