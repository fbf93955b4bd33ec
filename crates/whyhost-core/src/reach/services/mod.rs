//! Services: which product a listener is, where it listens when nobody says so, and the setting that changes it.
//!
//! What a server opens when it is told a host is the matter of [`crate::program::servers`]; this table recognises what is
//! running and knows what is at stake when others can reach it.

mod list;

pub use list::SERVICES;

use crate::snapshot::Process;
use serde::Serialize;

/// A product that listens.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// Stable id: `redis`, `vite`.
    pub id: &'static str,
    /// For people: `Redis`.
    pub name: &'static str,
    /// Names of its process, as in `/proc/PID/comm`; one of them is needed.
    pub processes: &'static [&'static str],
    /// Words of its command line; one of them is needed where there are any. A word is met by an argument that is it or
    /// that ends with it behind a slash.
    pub words: &'static [&'static str],
    /// Ports on which it is recognised, where its process has others for another purpose; an argument that recognises it
    /// may name another one. None: any.
    pub ports: &'static [u16],
    /// Where it listens by default.
    pub default: &'static str,
    /// What it is made for.
    pub meant_for: Audience,
    /// What others can do who reach it, where that is worth a warning.
    pub stake: Option<&'static str>,
    /// The setting with which it listens on loopback only.
    pub loopback: &'static str,
    /// The setting with which it listens on both loopback addresses, where one is known.
    pub both: Option<&'static str>,
    /// Where defaults and settings were read or seen.
    pub source: &'static str,
}

/// For whom a service is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everybody: web servers, SSH.
    Network,
    /// What the program that runs on it is made for: Node, Deno, Bun.
    Open,
    /// The person at this machine: development servers, debuggers.
    Developer,
    /// Programs of this machine or of a network that is closed: databases, queues. It asks for a password.
    Backend,
    /// The same, but by default it asks nobody for a password.
    OpenBackend,
}

impl Audience {
    /// Others should not reach it without somebody wanting it.
    pub fn is_local(self) -> bool {
        !matches!(self, Audience::Network | Audience::Open)
    }
}

/// Every known product.
pub fn all() -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().flat_map(|family| family.iter())
}

/// The product that listens with this process on this port: what the command line tells before what the name of the process
/// alone tells.
pub fn recognise(process: &Process, port: u16) -> Option<&'static Service> {
    let is_it = |service: &&'static Service| {
        service.processes.contains(&process.name.as_str())
            && (service.words.is_empty() || arguments(process, service).next().is_some())
            && has_port(process, service, port)
    };
    let by_words = all().filter(|service| !service.words.is_empty()).find(is_it);
    by_words.or_else(|| all().filter(|service| service.words.is_empty()).find(is_it))
}

/// The arguments that recognise a service.
fn arguments<'p>(process: &'p Process, service: &'static Service) -> impl Iterator<Item = &'p String> {
    let meets = |argument: &&String| service.words.iter().any(|word| is_word(argument, word));
    process.command.iter().filter(meets)
}

/// An argument is `word`, ends with it behind a slash, or is an option of that name with a value.
fn is_word(argument: &str, word: &str) -> bool {
    let tail = argument.rsplit('/').next().unwrap_or_default();
    argument == word || tail == word || argument.split_once(['=', ':']).is_some_and(|(name, _)| name == word)
}

fn has_port(process: &Process, service: &'static Service, port: u16) -> bool {
    let number = port.to_string();
    let names_it = |a: &String| a.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == number);
    service.ports.is_empty() || service.ports.contains(&port) || arguments(process, service).any(names_it)
}

/// The word of the table that an argument is: such words tell nothing about people.
pub fn known_word(argument: &str) -> Option<&'static str> {
    let mut words = all().flat_map(|service| service.words.iter().chain(service.processes));
    words.find(|word| is_word(argument, word)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn named(name: &str, command: &[&str]) -> Option<&'static str> {
        on_port(name, command, 3000)
    }

    fn on_port(name: &str, command: &[&str], port: u16) -> Option<&'static str> {
        let command = command.iter().map(|w| (*w).to_owned()).collect();
        let process = Process { pid: 7, name: name.into(), command, ..Process::default() };
        recognise(&process, port).map(|service| service.id)
    }

    #[test]
    fn products_are_told_by_process_and_command_line() {
        assert_eq!(named("redis-server", &["redis-server", "*:6379"]), Some("redis"));
        assert_eq!(named("node", &["node", "/app/node_modules/.bin/vite", "--host"]), Some("vite"));
        assert_eq!(named("node", &["node", "server.js"]), Some("node"));
        let inspected = ["node", "--inspect=0.0.0.0:9230", "x.js"];
        assert_eq!(on_port("node", &inspected, 9230), Some("node-inspector"));
        assert_eq!(on_port("node", &inspected, 3000), Some("node"));
        assert_eq!(on_port("node", &["node", "--inspect", "x.js"], 9229), Some("node-inspector"));
        assert_eq!(named("python3", &["python3", "-m", "http.server", "8000"]), Some("python-http-server"));
        assert_eq!(named("python3", &["python3", "work.py"]), None);
        assert_eq!(named("sshd", &["sshd: /usr/sbin/sshd -D"]), Some("sshd"));
        assert_eq!(named("own-program", &[]), None);
    }

    #[test]
    fn every_row_is_whole() {
        let mut ids = BTreeSet::new();
        for service in all() {
            assert!(ids.insert(service.id), "{} twice", service.id);
            assert!(!service.processes.is_empty() && !service.source.is_empty(), "{}", service.id);
            assert!(!service.default.is_empty(), "{}", service.id);
            let has_setting = !service.loopback.is_empty();
            assert_eq!(service.meant_for != Audience::Network, has_setting, "{}", service.id);
            let open = service.meant_for == Audience::OpenBackend || service.meant_for == Audience::Developer;
            assert!(!open || service.stake.is_some(), "{} has no stake", service.id);
            // The kernel cuts the name of a process to 15 bytes (TASK_COMM_LEN).
            assert!(service.processes.iter().all(|p| p.len() <= 15), "{}", service.id);
        }
    }

    #[test]
    fn words_that_recognise_are_kept_without_their_folder() {
        assert_eq!(known_word("/home/me/app/node_modules/.bin/vite"), Some("vite"));
        assert_eq!(known_word("--inspect=0.0.0.0:1"), Some("--inspect"));
        assert_eq!(known_word("/home/me/secret"), None);
    }
}
