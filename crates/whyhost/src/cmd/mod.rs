//! Commands: one file each. Each gives the exit code, 0 fine, 1 something to act on; a failure is 2.

pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod diagnose;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod hosts;
pub(crate) mod rule;
pub(crate) mod snapshot;
pub(crate) mod undo;

/// Nothing to do.
pub(crate) const FINE: u8 = 0;
/// Something to act on.
pub(crate) const ACT: u8 = 1;
/// The tool could not do its job.
pub(crate) const UNABLE: u8 = 2;
