//! Lossless hosts files: provisional skeleton of the public interface.
//!
//! Contract (kept by the full implementation): see `HostsFile`, `Dialect`, `SeenEntry`, `Hit`.
#![allow(missing_docs, reason = "skeleton")]

use std::net::IpAddr;
use std::ops::Range;

/// What was noticed while reading; never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub span: Range<usize>,
    pub line: usize,
    pub kind: ProblemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    InvalidAddress,
}

#[derive(Debug, Clone)]
pub struct HostsFile {
    bytes: Vec<u8>,
}

/// The family of addresses that a look-up asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    Any,
    V4,
    V6,
}

/// How one consumer reads the file.
#[derive(Debug)]
pub struct Dialect {
    pub id: &'static str,
}

pub const GLIBC: Dialect = Dialect { id: "glibc" };

/// An entry as one consumer sees it.
#[derive(Debug, Clone)]
pub struct SeenEntry<'f> {
    /// Physical line, from 1.
    pub line: usize,
    pub address: IpAddr,
    pub scope_id: u32,
    pub address_span: Range<usize>,
    pub names: Vec<SeenName<'f>>,
}

#[derive(Debug, Clone)]
pub struct SeenName<'f> {
    pub text: &'f [u8],
    pub span: Range<usize>,
}

/// One address that the file gives for a name, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub line: usize,
    pub address: IpAddr,
    pub scope_id: u32,
    /// First name of the line.
    pub canonical: Vec<u8>,
}

impl HostsFile {
    pub fn parse(bytes: impl Into<Vec<u8>>) -> (HostsFile, Vec<Problem>) {
        (HostsFile { bytes: bytes.into() }, Vec::new())
    }
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    pub fn line_count(&self) -> usize {
        self.bytes.split_inclusive(|b| *b == b'\n').count()
    }
    pub fn entries<'f>(&'f self, _dialect: &'f Dialect) -> impl Iterator<Item = SeenEntry<'f>> + 'f {
        let mut start = 0;
        self.bytes.split_inclusive(|b| *b == b'\n').enumerate().filter_map(move |(i, raw)| {
            let base = start;
            start += raw.len();
            let cut = raw.iter().position(|b| *b == b'#').unwrap_or(raw.len());
            let mut words = raw[..cut]
                .split(|b| b.is_ascii_whitespace() || *b == 0x0b)
                .filter(|w| !w.is_empty())
                .map(|w| {
                    let at = base + (w.as_ptr() as usize - raw.as_ptr() as usize);
                    SeenName { text: w, span: at..at + w.len() }
                });
            let first = words.next()?;
            let address: IpAddr = std::str::from_utf8(first.text).ok()?.parse().ok()?;
            Some(SeenEntry {
                line: i + 1,
                address,
                scope_id: 0,
                address_span: first.span,
                names: words.collect(),
            })
        })
    }
    /// All addresses that `dialect` finds for `name`, in the order of the file. `multi` off (glibc) is applied by the caller.
    pub fn lookup(&self, dialect: &Dialect, name: &[u8], family: Family) -> Vec<Hit> {
        self.entries(dialect)
            .filter(|e| e.names.iter().any(|n| n.text.eq_ignore_ascii_case(name)))
            .filter_map(|e| {
                let address = match (family, e.address) {
                    (Family::Any, a) => a,
                    (Family::V4, IpAddr::V4(a)) => IpAddr::V4(a),
                    (Family::V4, IpAddr::V6(a)) if a.is_loopback() => {
                        IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)
                    }
                    (Family::V4, IpAddr::V6(a)) => IpAddr::V4(a.to_ipv4_mapped()?),
                    (Family::V6, IpAddr::V6(a)) => IpAddr::V6(a),
                    (Family::V6, IpAddr::V4(_)) => return None,
                };
                Some(Hit {
                    line: e.line,
                    address,
                    scope_id: e.scope_id,
                    canonical: e.names.first().map(|n| n.text.to_vec()).unwrap_or_default(),
                })
            })
            .collect()
    }
}
