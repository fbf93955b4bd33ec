//! /etc/nsswitch.conf as glibc reads it (skeleton; grammar follows).
use crate::machine::GlibcVersion;

/// What an NSS module reports for a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It has an answer.
    Success,
    /// It has none for this name.
    NotFound,
    /// It cannot work: daemon not running, file missing, module not installed.
    Unavail,
    /// It may work later: no answer in time.
    TryAgain,
}

/// What the walk does after a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The walk ends.
    Return,
    /// The next service is asked.
    Continue,
    /// Results are merged (not supported for hosts).
    Merge,
}

/// The action for each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions(pub [Action; 4]);

impl Actions {
    /// SUCCESS=return, everything else continue.
    pub const DEFAULT: Actions =
        Actions([Action::Return, Action::Continue, Action::Continue, Action::Continue]);
    /// The action after `status`.
    pub fn after(&self, status: Status) -> Action {
        self.0[status as usize]
    }
}

/// A service of the hosts line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Module name: `files`, `dns`, `myhostname`, …
    pub name: String,
    /// Column of the name, from 1; 0 for a built-in default.
    pub column: usize,
    /// What happens after each status.
    pub actions: Actions,
}

/// What nsswitch.conf says about hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Services {
    /// There is no (valid) hosts line: the library's default applies.
    Default,
    /// The services of the line that counts (the last one).
    Listed {
        /// Line number, from 1.
        line: usize,
        /// In order; may be empty, then every look-up fails.
        services: Vec<Service>,
    },
    /// glibc ≥ 2.33 rejects the whole file for a syntax error: every look-up fails.
    Rejected {
        /// Line of the error.
        line: usize,
        /// Column of the error.
        column: usize,
        /// What is wrong there.
        what: String,
    },
}

/// /etc/nsswitch.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nsswitch {
    /// The hosts database.
    pub hosts: Services,
    /// A hosts line without final newline that glibc ≥ 2.33 drops: its number.
    pub dropped_last_line: Option<usize>,
}

impl Nsswitch {
    /// Parses the file as `version` does.
    pub fn parse(_bytes: &[u8], _version: GlibcVersion) -> Nsswitch {
        Nsswitch { hosts: Services::Default, dropped_last_line: None }
    }

    /// The services that are walked: the listed ones or the library's default; empty when every look-up fails.
    pub fn effective(&self, _version: GlibcVersion) -> Vec<Service> {
        match &self.hosts {
            Services::Listed { services, .. } => services.clone(),
            Services::Rejected { .. } => Vec::new(),
            Services::Default => Vec::new(),
        }
    }

    /// Line of the hosts line that counts.
    pub fn line(&self) -> Option<usize> {
        match self.hosts {
            Services::Listed { line, .. } => Some(line),
            _ => None,
        }
    }
}
