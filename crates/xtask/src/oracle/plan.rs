//! A case: how a random machine is built and what is asked on it.

use crate::recorded::{Asked, Bytes, live::Bind, zone::Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use whyhost_core::snapshot::Family;

/// A machine to build and the questions to ask on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The seed of this case alone.
    pub(crate) seed: u64,
    /// Files of /etc by name; `None`: no such file.
    pub(crate) etc: BTreeMap<String, Option<Bytes>>,
    /// `sethostname()`.
    pub(crate) hostname: String,
    /// Environment of the asking process.
    pub(crate) env: BTreeMap<String, String>,
    /// What happens to the network, in order; `lo` is up before.
    pub(crate) network: Vec<Change>,
    /// Zone of the DNS server; `None`: nobody listens.
    pub(crate) dns: Option<Zone>,
    /// The questions.
    pub(crate) queries: Vec<Question>,
    /// Sockets of the server that every program is sent to; none where no program is run.
    #[serde(default)]
    pub(crate) server: Vec<Bind>,
}

/// A change of the network. One that the kernel refuses is skipped: the machine is what comes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    /// Arguments of ip(8).
    Ip(String),
    /// A file below /proc/sys/net and its new value.
    Sysctl(String, i64),
}

/// A question, as [`Asked`] writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// Name; `*` is NULL.
    pub(crate) name: String,
    /// Family.
    pub(crate) family: Family,
    /// Flags without `AI_`, separated by blanks.
    pub(crate) flags: String,
}

impl Question {
    /// The question with its answer.
    pub(crate) fn answered(&self, library: &str, outcome: &str) -> Asked {
        Asked {
            name: self.name.clone(),
            family: self.family,
            flags: self.flags.clone(),
            answers: BTreeMap::from([(library.to_owned(), outcome.to_owned())]),
            dns: BTreeMap::new(),
        }
    }
}
