//! Redaction: a snapshot without what identifies a machine, its people and its network, and with everything that the
//! diagnosis of localhost needs. `docs/snapshot.md` has the table of what is masked and what stays.
//!
//! Masks are given in order of appearance and never computed from the original. The same original has the same mask
//! everywhere in one snapshot, a mask has the length and the class of its original, and masking twice changes nothing.

mod address;
mod config;
mod known;
mod known_servers;
mod name;
mod server;
mod sockets;
mod symbols;
mod value;

use super::{
    Content, Gap, Interface, LiveOutcome, Meta, Observation, RawFile, Route, ScopedAddr, Snapshot,
    SourceOutcome,
};
use std::collections::{HashMap, HashSet};

/// The snapshot with masks for foreign addresses, host names, user names, comments and values of the environment.
pub fn redact(snapshot: &Snapshot) -> Snapshot {
    let chosen =
        ["HOSTALIASES", "RESOLV_HOST_CONF"].iter().filter_map(|name| snapshot.env.get(*name).cloned());
    let mut masks = Masks { private: private_words(snapshot), chosen: chosen.collect(), ..Masks::default() };
    let mut redacted = snapshot.clone();
    redacted.os.hostname = masks.names.host_text(&snapshot.os.hostname);
    redacted.os.kernel = masks.kernel(&snapshot.os.kernel);
    redacted.files.iter_mut().for_each(|file| masks.file(file));
    redacted.interfaces.iter_mut().for_each(|interface| masks.interface(interface));
    redacted.routes.iter_mut().for_each(|route| masks.route(route));
    for row in &mut redacted.source_addresses {
        masks.scoped(&mut row.destination);
        if let SourceOutcome::Source(source) = &mut row.outcome {
            *source = masks.addresses.mask(*source);
        }
    }
    redacted.sockets.iter_mut().for_each(|socket| masks.socket(socket));
    redacted.namespaces.iter_mut().for_each(|namespace| masks.namespace(namespace));
    redacted.packet_filter.iter_mut().flatten().for_each(sockets::chain);
    redacted.live.probes.iter_mut().for_each(|probe| masks.probe(probe));
    for (name, value) in &mut redacted.env {
        *value = masks.variable(name, value);
    }
    redacted
        .nss_modules
        .iter_mut()
        .filter_map(|module| module.path.as_mut())
        .for_each(|path| masks.path_in(path));
    redacted.programs.iter_mut().for_each(|program| masks.path_in(&mut program.path));
    for lookup in &mut redacted.live.lookups {
        lookup.name = masks.host(&lookup.name);
        if let LiveOutcome::Found(addresses) = &mut lookup.outcome {
            addresses.iter_mut().for_each(|address| masks.scoped(address));
        }
    }
    redacted.live.dns.iter_mut().for_each(|observation| masks.observation(observation));
    redacted.gaps.iter_mut().for_each(|gap| masks.gap(gap));
    redacted
}

/// What is private even as a bare word in a path or a sentence.
fn private_words(snapshot: &Snapshot) -> HashSet<String> {
    let elsewhere = snapshot.namespaces.iter().map(|namespace| &namespace.process);
    let processes = snapshot.sockets.iter().filter_map(|socket| socket.process.as_ref()).chain(elsewhere);
    let users = processes.filter_map(|process| process.user.clone());
    let looked_up = snapshot.live.lookups.iter().map(|lookup| lookup.name.clone());
    let words = users.chain(looked_up).chain([snapshot.os.hostname.clone()]);
    words.filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit())).collect()
}

/// Everything masked so far.
#[derive(Default)]
struct Masks {
    addresses: address::Addresses,
    names: name::Names,
    private: HashSet<String>,
    /// Words of command lines and control groups, by their number.
    words: HashMap<String, usize>,
    /// Paths that variables name: masked alike as a value and as a file.
    chosen: HashSet<String>,
}

impl Masks {
    fn address(&mut self, text: &str) -> Option<String> {
        self.addresses.text(text, |zone| self.names.interface(zone))
    }

    fn first_word(&mut self, text: &str) -> Option<String> {
        self.addresses.first_word(text, |zone| self.names.interface(zone))
    }

    fn scoped(&mut self, address: &mut ScopedAddr) {
        address.address = self.addresses.mask(address.address);
    }

    fn path_in(&mut self, path: &mut String) {
        *path = self.path(path);
    }

    fn file(&mut self, file: &mut RawFile) {
        // Content that does not decode says nothing to a model, and cannot be masked.
        let bytes = file.bytes();
        file.content = bytes.map(|bytes| Content::new(&config::mask(self, &file.path, &bytes)));
        self.path_in(&mut file.path);
        match &mut file.meta {
            Meta::Present { owner, mtime, link, .. } => {
                *owner = self.names.uid(*owner);
                // When a file was edited tells about the people, and nothing about its meaning.
                *mtime = 0;
                link.iter_mut().for_each(|link| self.path_in(link));
            }
            Meta::Absent { link, .. } => link.iter_mut().for_each(|link| self.path_in(link)),
            Meta::Unreadable { reason } => *reason = self.sentence(reason),
        }
    }

    fn interface(&mut self, interface: &mut Interface) {
        interface.name = self.names.interface(&interface.name);
        for row in &mut interface.addresses {
            row.address = self.addresses.mask(row.address);
            row.peer = row.peer.map(|peer| self.addresses.mask(peer));
        }
    }

    fn route(&mut self, route: &mut Route) {
        route.destination = self.addresses.mask(route.destination);
        route.gateway = route.gateway.map(|gateway| self.addresses.mask(gateway));
        route.interface = self.names.interface(&route.interface);
    }

    fn observation(&mut self, observation: &mut Observation) {
        observation.server = self.endpoint(&observation.server);
        observation.name = self.host(&observation.name);
        for record in &mut observation.records {
            *record = match record.strip_prefix("CNAME ") {
                Some(target) => format!("CNAME {}", self.host(target)),
                None => self.host(record),
            };
        }
        // The server's own words may name anything; the registered code stays.
        for error in &mut observation.extended_errors {
            if let Some(colon) = error.find(": ") {
                let words = colon + 2..error.len();
                let masked = "x".repeat(words.len());
                error.replace_range(words, &masked);
            }
        }
    }

    fn gap(&mut self, gap: &mut Gap) {
        gap.what = self.sentence(&gap.what);
        gap.why = self.sentence(&gap.why);
    }
}
