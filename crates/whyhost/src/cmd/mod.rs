//! Commands: one file each. Each gives the exit code, 0 fine, 1 something to act on; a failure is 2.

pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod diagnose;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod hosts;
pub(crate) mod ports;
pub(crate) mod rule;
pub(crate) mod snapshot;
pub(crate) mod undo;

use crate::args::{Command, Format};

/// The command has this form of output.
pub(crate) fn prints(command: &Command, format: Format) -> bool {
    match format {
        Format::Text | Format::Json => true,
        Format::Nagios | Format::Prometheus => matches!(command, Command::Check(_) | Command::Ports(_)),
        Format::JsonLines => matches!(command, Command::Check(_) | Command::Compare(_)),
        Format::Concise | Format::Sarif | Format::Github => matches!(command, Command::Check(_)),
    }
}

/// Nothing to do.
pub(crate) const FINE: u8 = 0;
/// Something to act on.
pub(crate) const ACT: u8 = 1;
/// The tool could not do its job.
pub(crate) const UNABLE: u8 = 2;
