//! Collects the facts of the running machine and asks its real resolver: the only crate that touches the system.
//!
//! [`collect`] gives a [`Snapshot`](whyhost_core::snapshot::Snapshot) of this machine, [`collect_root`] one of the
//! files in another root folder, [`read_snapshot`] one that was recorded; [`read_input`] reads any file that the user
//! names. [`probe`] asks the system a question; [`write`](mod@write) changes files without losing anything.
//!
//! Linux only so far: on other systems this crate is empty. A system gets a folder of its own, with the file names
//! and signatures of `linux`.
#![cfg(target_os = "linux")]

mod errno;
mod error;
mod files;
mod input;
mod linux;
mod place;
pub mod probe;
mod programs;
mod snapshot_file;
pub mod write;

pub use error::SysError;
pub use files::MAX_FILE;
pub use input::{folders_upwards, read_input, read_settings, relative, user_settings};
pub use linux::{collect, collect_root, inventory};
pub use programs::programs;
pub use snapshot_file::{MAX_SNAPSHOT, read_snapshot};
pub use write::write_new;

/// What to look at besides the facts that every question needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The ports that are asked about: their sockets get their processes, and other network namespaces are searched for them.
    pub ports: Vec<u16>,
    /// Every socket gets its process (a walk over all processes that are readable).
    pub all_owners: bool,
    /// It is a gap when the packet filter cannot be read; else it is read where that is allowed, and nothing said.
    pub packet_filter: bool,
    /// Names that are asked about: the kernel's source address is recorded for every address that an answer may hold.
    pub names: Vec<String>,
}
