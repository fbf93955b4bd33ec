//! /etc/host.conf as glibc reads it (skeleton).

/// /etc/host.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostConf {
    /// `multi on`: all matching hosts lines count, not the first alone. Off when the file is missing.
    pub multi: bool,
    /// Line of the `multi` that counts.
    pub line: Option<usize>,
}

impl HostConf {
    /// Parses the file.
    pub fn parse(_bytes: &[u8]) -> HostConf {
        HostConf { multi: false, line: None }
    }
}
