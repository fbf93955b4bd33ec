//! /etc/resolv.conf as glibc reads it (skeleton).
use std::net::IpAddr;

/// /etc/resolv.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvConf {
    /// Servers with their line; empty means 127.0.0.1.
    pub nameservers: Vec<(usize, IpAddr)>,
    /// Search list of the last `search` or `domain` line with that line; `None` when there is no such line.
    pub search: Option<(usize, Vec<String>)>,
    /// `ndots`, 1 by default, at most 15.
    pub ndots: u8,
    /// `timeout` in seconds, 5 by default.
    pub timeout: u8,
    /// `attempts`, 2 by default.
    pub attempts: u8,
    /// `no-aaaa` (glibc ≥ 2.36).
    pub no_aaaa: bool,
}

impl ResolvConf {
    /// Parses the file.
    pub fn parse(_bytes: &[u8]) -> ResolvConf {
        ResolvConf { nameservers: vec![], search: None, ndots: 1, timeout: 5, attempts: 2, no_aaaa: false }
    }
}
