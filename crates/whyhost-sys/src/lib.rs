//! Collects the facts of the running machine and asks its real resolver: the only crate that touches the system.

#[cfg(target_os = "linux")]
mod errno;
#[cfg(target_os = "linux")]
pub mod probe;
