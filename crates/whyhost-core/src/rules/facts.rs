//! Questions that several rules ask of a machine.

use super::Context;
use crate::conf::nsswitch::{Action, Service, Status};
use crate::finding::{Evidence, Location};
use crate::machine::{FileState, HOSTS, Machine};
use crate::reach;
use crate::resolve::{self, Answer, Query, Source, Status as Found};
use crate::snapshot::{Family, LiveLookup, LiveOutcome, OsFamily, Protocol, RawFile, ScopedAddr, Socket};
use hosts_edit::{Ending, GLIBC, HostsFile, Line, Place};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// The source that evidence about listeners names; a renderer with rows of its own for listeners leaves these out.
pub const SOCKETS: &str = "listening sockets";
/// The name that this tool is about.
pub(super) const LOCALHOST: &str = "localhost";
/// 127.0.0.1.
pub(super) const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// ::1.
pub(super) const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

const RESOLVED_SOCKET: &str = "/run/systemd/resolve/io.systemd.Resolve";

impl<'a> Context<'a> {
    /// The lines that name localhost, as the first reader reads the hosts file.
    pub(super) fn localhost_lines(&self) -> &[Place] {
        let reader = self.readers.first().copied().unwrap_or(&GLIBC);
        self.localhost_lines
            .get_or_init(|| self.machine.hosts.value.view(reader).places(LOCALHOST.as_bytes()))
    }

    /// The first line that gives localhost ::1.
    pub(super) fn localhost_v6_line(&self) -> Option<&Place> {
        self.localhost_lines().iter().find(|l| l.address == V6)
    }

    /// What glibc answers for localhost with no flags.
    fn localhost_answer(&self) -> Option<&Answer> {
        match self.glibc() {
            Some(answer) if self.target.name == LOCALHOST => Some(answer),
            _ => self.localhost_answer.get_or_init(|| localhost_answer(self.machine)).as_ref(),
        }
    }

    /// The question is about localhost.
    pub(super) fn asks_localhost(&self) -> bool {
        self.target.is_localhost()
    }

    /// The system resolver's answer for the target's name.
    pub(super) fn glibc(&self) -> Option<&Answer> {
        self.answers.iter().find(|a| a.resolver == "glibc" && self.machine.os.family == OsFamily::Linux)
    }

    /// The live answer to the plain question for the target's name.
    pub(super) fn live(&self) -> Option<&LiveLookup> {
        live_lookup(self.machine, &self.target.name)
    }

    /// Addresses that the question leads to: the literal, or the answer; both loopbacks where localhost has none.
    pub(super) fn destinations(&self) -> Vec<ScopedAddr> {
        let answered =
            || self.glibc().map_or(Vec::new(), |a| a.addresses.iter().map(|r| r.address).collect());
        let mut all: Vec<ScopedAddr> = self.target.literal.map_or_else(answered, |l| vec![l]);
        if all.is_empty() && self.asks_localhost() {
            all = vec![V6.into(), V4.into()];
        }
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|a| seen.insert(*a));
        all
    }
}

/// Programs that count read /etc/hosts for localhost; Windows answers it by itself (its stock file has comments only).
pub(super) fn reads_etc_hosts(ctx: &Context<'_>) -> bool {
    ctx.machine.os.family != OsFamily::Windows && ctx.readers.iter().any(|r| r.id != "windows")
}

/// What programs get for localhost in order: the model's answer, else the live one; `None` where neither tells.
pub(super) fn localhost_addresses(ctx: &Context<'_>) -> Option<Vec<IpAddr>> {
    addresses_of(ctx.machine, ctx.localhost_answer())
}

/// The same for another machine than that of the context.
pub(super) fn localhost_addresses_on(machine: &Machine) -> Option<Vec<IpAddr>> {
    addresses_of(machine, localhost_answer(machine).as_ref())
}

fn localhost_answer(machine: &Machine) -> Option<Answer> {
    (machine.os.family == OsFamily::Linux).then(|| resolve::glibc::answer(machine, &Query::any(LOCALHOST)))
}

fn addresses_of(machine: &Machine, answer: Option<&Answer>) -> Option<Vec<IpAddr>> {
    let of = |all: Vec<ScopedAddr>| all.into_iter().map(|a| a.address).collect();
    match answer.filter(|a| a.status != Found::Unknown) {
        Some(answer) => Some(of(answer.addresses.iter().map(|r| r.address).collect())),
        None => match &live_lookup(machine, LOCALHOST)?.outcome {
            LiveOutcome::Found(addresses) => Some(of(addresses.clone())),
            _ => None,
        },
    }
}

/// The live answer to the plain question for `name`.
pub(super) fn live_lookup<'m>(machine: &'m Machine, name: &str) -> Option<&'m LiveLookup> {
    let plain = |l: &&LiveLookup| l.name == name && l.family == Family::Any && l.flags.is_empty();
    machine.raw.live.lookups.iter().find(plain)
}

/// The NSS module that answers localhost without a line in the hosts file.
///
/// systemd-resolved's answer is not computable from a snapshot, but it always knows localhost.
pub(super) fn localhost_supplier(ctx: &Context<'_>) -> Option<String> {
    let (machine, answer) = (ctx.machine, ctx.localhost_answer()?);
    if answer.status == Found::Unknown {
        let services = services(machine)?;
        let knows = |s: &&Service| matches!(s.name.as_str(), "resolve" | "myhostname");
        return services
            .iter()
            .filter(knows)
            .find(|s| is_installed(machine, &s.name))
            .map(|s| s.name.clone());
    }
    answer.addresses.iter().find_map(|r| match &r.from {
        Source::Nss { module } => Some(module.clone()),
        _ => None,
    })
}

/// 127/8, ::1, or 127/8 written as an IPv6 address.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// A place in the hosts file. Its line is found by the index of the file, which may have a million lines.
pub(super) fn in_hosts(machine: &Machine, span: Range<usize>, label: impl Into<String>) -> Location {
    let (path, file) = (&machine.hosts.path, &machine.hosts.value);
    let whole = Location::of(path, file.bytes(), 0..0, label);
    if file.encoding().is_utf16() || file.line_count() == 0 {
        return Location::of(path, file.bytes(), span, whole.label);
    }
    let (line, column) = position(file, span.start);
    let (end_line, end_column) = position(file, span.end.max(span.start));
    let (byte_start, byte_end) = (span.start, span.end);
    Location { line, column, end_line, end_column, byte_start, byte_end, ..whole }
}

/// A line ends with CR alone, as on Mac OS 9, and something follows: most readers go on with the same line.
pub(super) fn first_lone_cr(file: &HostsFile) -> Option<Line<'_>> {
    if file.encoding().is_utf16() || !file.bytes().contains(&b'\r') {
        return None;
    }
    file.lines().find(|l| l.ending() == Ending::Cr && l.span().end < file.bytes().len())
}

/// As [`crate::finding::position`], for a parsed file.
fn position(file: &HostsFile, offset: usize) -> (usize, usize) {
    let Some(line) = file.line_of(offset) else { return (1, 1) };
    let start = if line.number() == 1 { 0 } else { line.span().start };
    let before = file.bytes().get(start..offset).unwrap_or_default();
    (line.number(), String::from_utf8_lossy(before).chars().count() + 1)
}

/// The raw hosts file.
pub(super) fn hosts_file(machine: &Machine) -> Option<&RawFile> {
    machine.raw.file(HOSTS)
}

/// Who is hit by a change of the hosts file, and who writes it again.
pub(super) fn hosts_reach(machine: &Machine) -> String {
    let again = super::owner::rewriter(machine).map_or_else(String::new, |words| format!("; {words}"));
    format!("{}{again}", super::remedy::WHOLE_MACHINE)
}

/// The services that a look-up walks; `None` when nsswitch.conf is not known.
pub(super) fn services(machine: &Machine) -> Option<Vec<Service>> {
    let known = matches!(machine.nsswitch.state, FileState::Read | FileState::Absent(_));
    (known && machine.os.family == OsFamily::Linux).then(|| machine.nsswitch.value.effective(machine.glibc))
}

/// A look-up gets as far as service `index`: no service before it ends every walk.
pub(super) fn is_reached(machine: &Machine, services: &[Service], index: usize) -> bool {
    !services[..index].iter().any(|s| ends_every_walk(machine, s))
}

/// `resolve [!UNAVAIL=return]` with a running systemd-resolved, or criteria that return on every status.
fn ends_every_walk(machine: &Machine, service: &Service) -> bool {
    let ends = |status| service.actions.after(status) == Action::Return;
    if !(ends(Status::Success) && ends(Status::NotFound)) {
        return false;
    }
    let runs = service.name == "resolve"
        && is_installed(machine, "resolve")
        && machine.has_path(RESOLVED_SOCKET) != Some(false);
    runs || ends(Status::Unavail)
}

/// The loader finds the module, or the snapshot does not say.
pub(super) fn is_installed(machine: &Machine, module: &str) -> bool {
    machine.raw.nss_modules.iter().find(|m| m.name == module).is_none_or(|m| m.path.is_some())
}

/// The TCP sockets of `port`.
pub(super) fn tcp_sockets(machine: &Machine, port: u16) -> impl Iterator<Item = &Socket> {
    machine.raw.sockets.iter().filter(move |s| s.protocol == Protocol::Tcp && s.port == port)
}

/// A TCP listener takes connections to `address` on `port`.
pub(super) fn accepts(machine: &Machine, address: IpAddr, port: u16) -> bool {
    reach::accepting(machine, address.into(), port).is_some()
}

/// Addresses of the other family beside `address`: the other loopback address, or those of the same interface.
pub(super) fn other_family(machine: &Machine, address: IpAddr) -> Vec<IpAddr> {
    let address = reach::normalise(address.into()).address;
    match address {
        V4 => return vec![V6],
        a if a.is_loopback() => return vec![V4],
        _ => {}
    }
    let beside = machine.interface_of(address).map_or(&[][..], |i| &i.addresses);
    beside.iter().map(|a| a.address).filter(|a| a.is_ipv4() != address.is_ipv4()).collect()
}

/// The listening sockets could not be read, so their absence proves nothing (the gap that whyhost-sys records).
pub(super) fn listeners_are_unknown(machine: &Machine) -> bool {
    machine.raw.gaps.iter().any(|g| g.what.starts_with("listeners in "))
}

/// `127.0.0.1:3000 (python3, pid 412)`.
pub(super) fn describe(socket: &Socket) -> String {
    let place = std::net::SocketAddr::new(socket.address, socket.port);
    match &socket.process {
        Some(p) => format!("{place} ({}, pid {})", p.name, p.pid),
        None => place.to_string(),
    }
}

/// Evidence: a listening socket.
pub(super) fn listener_row(socket: &Socket) -> Evidence {
    let only = if socket.v6only == Some(true) { ", IPv6 only" } else { "" };
    Evidence::new(format!("{} listens{only}", describe(socket)), SOCKETS)
}

/// Bytes of a line that evidence shows: a line may have millions.
const SHOWN: usize = 200;

/// Evidence: a line of the hosts file.
pub(super) fn hosts_row(machine: &Machine, line: usize) -> Evidence {
    let text = machine.hosts.value.line(line).map_or_else(Vec::new, |l| l.text().into_owned());
    let text = text.trim_ascii_end();
    let shown = String::from_utf8_lossy(&text[..text.len().min(SHOWN)]);
    let text = if text.len() > SHOWN { format!("{shown}…") } else { shown.into_owned() };
    Evidence::new(text, format!("{}:{line}", machine.hosts.path))
}

/// Addresses joined by commas, or a word for none.
pub(super) fn list(addresses: &[IpAddr]) -> String {
    if addresses.is_empty() {
        return "no address".to_owned();
    }
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
