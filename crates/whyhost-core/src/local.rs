//! What a machine answers without any DNS server: one name, or every name of its hosts file.
//!
//! The model of the machine's own C library walks its services as ever; what would come from DNS is left out.

use crate::machine::Machine;
use crate::resolve::{self, Answer, Query, Source, Status, numeric, stage};
use crate::snapshot::{Family, RawFile, SourceAddress, SourceOutcome};
use hosts_edit::dialect::MUSL;
use hosts_edit::{Dialect, HostsFile, Listed, NameIndex};
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

/// The local part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// The name as it stands in the file, or was asked for.
    pub name: String,
    /// Addresses for a question for both families, in the order of the file; those of other sources behind.
    pub addresses: Vec<(IpAddr, Source)>,
    /// A question for both families goes on to DNS.
    pub asks_dns: bool,
    /// There is no local address of this family, and a question for it alone goes on to DNS.
    pub leaks: Option<Family>,
    /// Why the local part is not known: a service whose answers are not in the snapshot.
    pub unknown: Option<String>,
    /// The absolute names that DNS would be asked for, in order; none where the name is an address or no host name.
    pub dns_names: Vec<String>,
}

impl Local {
    /// What `machine` itself answers for `name`; linear in its hosts file.
    pub fn of(machine: &Machine, name: &str) -> Local {
        Local::judge(&mut machine.clone(), name)
    }

    fn judge(machine: &mut Machine, name: &str) -> Local {
        let answer = answer(machine, name);
        let local = answer.addresses.iter().filter(|r| !matches!(r.from, Source::Dns { .. }));
        let mut addresses: Vec<(IpAddr, Source)> =
            local.map(|r| (r.address.address, r.from.clone())).collect();
        addresses.sort_by_key(|(address, source)| match source {
            Source::HostsLine { line, .. } => (*line, *address),
            _ => (usize::MAX, *address),
        });
        addresses.dedup();
        let asks_dns = !resolve::dns_questions(machine, &Query::any(name)).is_empty();
        let reason = || answer.trace.last().map(|step| format!("{}: {}", step.step, step.detail));
        let unknown = if answer.status == Status::Unknown && !asks_dns { reason() } else { None };
        let leaks = one_family(&addresses).filter(|family| {
            let query = Query { family: *family, ..Query::any(name) };
            !resolve::dns_questions(machine, &query).is_empty()
        });
        // glibc asks DNS for no other names (`__libc_res_hnok`), and for no address.
        let asked = stage::dns::is_host_name(name) && numeric::numeric(machine, name).is_none();
        let dns_names = if asked { resolve::dns_names(machine, name) } else { Vec::new() };
        Local { name: name.to_owned(), addresses, asks_dns, leaks, unknown, dns_names }
    }
}

/// The model's answer. An order that would need the kernel's source addresses does not matter here: addresses without
/// a known one count as unreachable.
fn answer(machine: &mut Machine, name: &str) -> Answer {
    let model = resolve::own(machine).answer;
    let first = model(machine, &Query::any(name));
    let named =
        || !machine.hosts.value.lookup(dialect(machine), name.as_bytes(), hosts_edit::Family::Any).is_empty();
    if first.status != Status::Unknown || !named() {
        return first;
    }
    let known = machine.raw.source_addresses.len();
    for destination in resolve::destinations(machine, name) {
        if machine.source_of(destination).is_none() {
            let outcome = SourceOutcome::Errno("ENETUNREACH".into());
            machine.raw.source_addresses.push(SourceAddress { destination, outcome });
        }
    }
    let again = model(machine, &Query::any(name));
    machine.raw.source_addresses.truncate(known);
    again
}

/// The family that is missing beside addresses of the other one.
fn one_family(addresses: &[(IpAddr, Source)]) -> Option<Family> {
    let has = |v4: bool| addresses.iter().any(|(address, _)| address.is_ipv4() == v4);
    match (has(true), has(false)) {
        (true, false) => Some(Family::V6),
        (false, true) => Some(Family::V4),
        _ => None,
    }
}

/// The names of the machine's hosts file, each once, in the order of the file, with the local part of their answers.
///
/// A name is judged by a file of its own lines alone, since the model reads the file once for every question.
pub struct EveryName<'m> {
    machine: &'m Machine,
    index: NameIndex<'m>,
    /// Later lines of names that stand on several, by the place of the first one.
    later: HashMap<usize, Vec<Listed>>,
    /// The machine without its hosts file.
    scratch: Machine,
    batch: VecDeque<Listed>,
    taken: usize,
}

/// Lines up to this length are judged as they are; of longer ones the address and the name, or every name of a line of a
/// million names would read all of it.
const WHOLE_LINE: usize = 1024;

/// Names that are taken from the index at once: its iterator starts at the front.
const BATCH: usize = 1024;

impl<'m> EveryName<'m> {
    /// Reads the names once.
    pub fn new(machine: &'m Machine) -> EveryName<'m> {
        let index = machine.hosts.value.view(dialect(machine)).index();
        let mut later: HashMap<usize, Vec<Listed>> = HashMap::new();
        for (first, again) in index.repeats() {
            later.entry(first.span.start).or_default().push(again);
        }
        EveryName { machine, index, later, scratch: without_hosts(machine), batch: VecDeque::new(), taken: 0 }
    }

    /// How many names there are.
    pub fn total(&self) -> usize {
        self.index.len()
    }

    fn judge(&mut self, listed: &Listed) -> Local {
        let name =
            String::from_utf8_lossy(&self.machine.hosts.value.bytes()[listed.span.clone()]).into_owned();
        let (bytes, lines) = self.own_file(listed);
        self.scratch.hosts.value = HostsFile::parse(bytes).0;
        let mut local = Local::judge(&mut self.scratch, &name);
        for (_, source) in &mut local.addresses {
            if let Source::HostsLine { line, .. } = source {
                *line = lines.get(*line - 1).copied().unwrap_or(*line);
            }
        }
        local
    }

    /// A file of the lines that have the name, and their numbers in the real one.
    fn own_file(&self, listed: &Listed) -> (Vec<u8>, Vec<usize>) {
        let file = &self.machine.hosts.value;
        let later = self.later.get(&listed.span.start).map(Vec::as_slice).unwrap_or_default();
        let (mut bytes, mut lines) = (Vec::new(), Vec::new());
        for place in std::iter::once(listed).chain(later) {
            let Some(line) = file.line(place.line).filter(|_| lines.last() != Some(&place.line)) else {
                continue;
            };
            lines.push(place.line);
            if line.span().len() <= WHOLE_LINE {
                bytes.extend(&file.bytes()[line.span()]);
            } else {
                let address = line.address().map(|word| word.span).unwrap_or_default();
                bytes.extend(&file.bytes()[address]);
                bytes.push(b' ');
                bytes.extend(&file.bytes()[place.span.clone()]);
                bytes.push(b'\n');
            }
        }
        (bytes, lines)
    }
}

impl Iterator for EveryName<'_> {
    type Item = Local;

    fn next(&mut self) -> Option<Local> {
        if self.batch.is_empty() {
            self.batch.extend(self.index.names().skip(self.taken).take(BATCH));
            self.taken += self.batch.len();
        }
        let listed = self.batch.pop_front()?;
        Some(self.judge(&listed))
    }
}

fn dialect(machine: &Machine) -> &'static Dialect {
    if resolve::own(machine).id == "musl" { &MUSL } else { stage::files::dialect(machine.glibc) }
}

/// The machine without the bytes of its hosts file and without answers of DNS.
fn without_hosts(machine: &Machine) -> Machine {
    let mut raw = machine.raw.clone();
    raw.live.dns.clear();
    for file in raw.files.iter_mut().filter(|file| file.path == machine.hosts.path) {
        *file = RawFile { content: None, ..file.clone() };
    }
    let mut scratch = Machine::new(raw);
    scratch.hosts.state = machine.hosts.state.clone();
    scratch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{HOSTS, NSSWITCH, RESOLV};
    use crate::snapshot::{Os, OsFamily, Snapshot};

    fn machine(hosts: &str) -> Machine {
        let mut snapshot = Snapshot::new(Os { hostname: "box".into(), ..Os::unknown(OsFamily::Linux) });
        snapshot.assume_loopback();
        snapshot.files = vec![
            RawFile::text(HOSTS, hosts.as_bytes()),
            RawFile::text(NSSWITCH, b"hosts: files dns\n"),
            RawFile::text(RESOLV, b"nameserver 192.0.2.1\nsearch corp.example\n"),
            RawFile::text("/etc/host.conf", b"multi on\n"),
        ];
        Machine::new(snapshot)
    }

    #[test]
    fn one_by_one_and_all_at_once_agree() {
        let long = (0..200).map(|i| format!("long{i}.example")).collect::<Vec<_>>().join(" ");
        let hosts = format!(
            "127.0.0.1 localhost box\n::1 localhost\n# c\n10.0.0.5 api.example API.example\n0.0.0.0 ads.example\n\
             10.0.0.6 api.example\n192.0.2.7 {long}\n10.0.0.7 box"
        );
        let machine = machine(&hosts);
        let names = EveryName::new(&machine);
        assert_eq!(names.total(), 204);
        let every: Vec<Local> = names.collect();
        assert_eq!(every.len(), 204);
        for local in &every {
            assert_eq!(*local, Local::of(&machine, &local.name), "{}", local.name);
        }
        let api = &every[2];
        assert_eq!(
            api.addresses.iter().map(|(_, s)| s.to_string()).collect::<Vec<_>>(),
            ["/etc/hosts:4", "/etc/hosts:6"]
        );
        assert_eq!((api.asks_dns, api.leaks), (false, Some(Family::V6)));
        assert_eq!(api.dns_names, ["api.example", "api.example.corp.example"]);
    }

    #[test]
    fn what_dns_answers_is_not_local() {
        let machine = machine("127.0.0.1 localhost\n");
        let local = Local::of(&machine, "other");
        assert_eq!((local.addresses.len(), local.asks_dns, &local.unknown), (0, true, &None));
        assert_eq!(local.dns_names, ["other.corp.example", "other"]);
    }
}
