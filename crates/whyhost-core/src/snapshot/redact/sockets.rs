//! Sockets, their processes, other namespaces and the packet filter.

use super::super::{FilterChain, Namespace, Probe, Process, Socket};
use super::Masks;
use crate::reach::services;

/// What a mask of a word of a command line, or of a control group, begins with; its number follows.
const MASK: &str = "…";
/// Slices whose units come with the system; below others stand people's numbers and the names of what they run.
const SYSTEM: [&str; 2] = ["/system.slice/", "/init.scope"];
/// Tables and chains that everybody has.
const COMMON: [&str; 10] =
    ["filter", "nat", "mangle", "raw", "input", "INPUT", "output", "OUTPUT", "prerouting", "PREROUTING"];

impl Masks {
    pub(super) fn socket(&mut self, socket: &mut Socket) {
        socket.address = self.addresses.mask(socket.address);
        socket.uid = self.names.uid(socket.uid);
        socket.cgroup = socket.cgroup.as_deref().map(|path| self.group(path));
        socket.process.iter_mut().for_each(|process| self.process(process));
    }

    fn process(&mut self, process: &mut Process) {
        process.user = process.user.as_ref().map(|user| self.names.user(user));
        for word in &mut process.command {
            *word = services::known_word(word).map_or_else(|| self.numbered(word), str::to_owned);
        }
    }

    /// The same word has the same number, so that two command lines that differ still do.
    fn numbered(&mut self, word: &str) -> String {
        if word.starts_with(MASK) {
            return word.to_owned();
        }
        let next = self.words.len() + 1;
        let number = *self.words.entry(word.to_owned()).or_insert(next);
        format!("{MASK}{number}")
    }

    /// Units of the system and containers keep their names, which say what a listener is.
    fn group(&mut self, path: &str) -> String {
        let is_container = crate::reach::home::container(path).is_some();
        if !is_container && !SYSTEM.iter().any(|start| path.starts_with(start)) {
            return format!("/{}", self.numbered(path.strip_prefix('/').unwrap_or(path)));
        }
        // Rootless containers stand below the number of their user.
        let parts = path.split('/').map(|part| if part.starts_with("user") { MASK } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    pub(super) fn namespace(&mut self, namespace: &mut Namespace) {
        self.process(&mut namespace.process);
        namespace.cgroup = namespace.cgroup.as_deref().map(|path| self.group(path));
        namespace.sockets.iter_mut().for_each(|socket| self.socket(socket));
        for address in &mut namespace.addresses {
            *address = self.addresses.mask(*address);
        }
    }

    pub(super) fn probe(&mut self, probe: &mut Probe) {
        self.scoped(&mut probe.destination);
    }
}

/// A chain without names that somebody chose.
pub(super) fn chain(chain: &mut FilterChain) {
    for name in [&mut chain.table, &mut chain.chain] {
        if !COMMON.contains(&name.as_str()) {
            *name = MASK.to_owned();
        }
    }
}
