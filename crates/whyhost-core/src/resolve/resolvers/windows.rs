//! Windows: the DNS Client service behind getaddrinfo and GetAddrInfoEx. Only documented: facts of the hosts format, section
//! 10, and the pages in [`RESOLVER`].

use super::Resolver;
use super::model::{Failure, Ordered, answer as framed, kinds, one_type, sorted};
use crate::machine::Machine;
use crate::resolve::answer::{Answer, Evidence, Query, Source, Status, Step};
use crate::resolve::numeric::{Numeric, numeric};
use crate::resolve::order::keyed::{RFC6724, Style, Unreachable, as_delivered};
use crate::resolve::stage::{Candidate, hosts, myhostname};
use crate::snapshot::{Family, OsFamily, ScopedAddr};
use hosts_edit::HostsFile;
use hosts_edit::dialect::WINDOWS;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Windows.
pub const RESOLVER: Resolver = Resolver {
    id: "windows",
    name: "Windows (DNS Client)",
    versions: "10 and 11",
    evidence: Evidence::Documented,
    stages: &[
        "an address is answered at once",
        "the hosts file, which the service keeps in its cache: at most nine names a line; a family that it lacks has no data",
        "localhost without a line there: ::1 and 127.0.0.1, from the resolver itself (since Windows 7)",
        "the computer's own name: its own addresses",
        "DNS, then LLMNR and NetBIOS for single names",
    ],
    order: "RFC 6724 with the prefix policies, whose defaults are that standard's table: ::1 before 127.0.0.1",
    deviations: &[
        "prefix policies that were changed (netsh interface ipv6 show prefixpolicies) and DisabledComponents are not in a snapshot",
        "LLMNR, NetBIOS and the name resolution policy table are not modelled",
        "no machine was asked: encoding, line ends and invalid addresses of the file are as other readers take them",
    ],
    references: &[
        "Microsoft KB 2717022 (nine names a line); the comment in the shipped hosts file (localhost within DNS itself)",
        "https://learn.microsoft.com/en-us/windows/win32/winsock/sol-ip-socket-options",
        "https://learn.microsoft.com/en-us/troubleshoot/windows-server/networking/configure-ipv6-in-windows",
        "https://www.rfc-editor.org/rfc/rfc6724#section-2.1",
    ],
    answer,
};

const STYLE: Style = Style { policy: RFC6724, unreachable: Unreachable::Compared, prefix_bits: 128 };
/// Where the hosts file is below the system folder.
const HOSTS: &str = "\\drivers\\etc\\hosts";

/// What Windows answers to `query`; on another system, with the hosts file of that one.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    let result = lookup(machine, query, &mut trace);
    framed(&RESOLVER, "11", machine.os.family == OsFamily::Windows, result, trace)
}

fn lookup(machine: &Machine, query: &Query, trace: &mut Vec<Step>) -> Result<Ordered, Failure> {
    let name = &query.name;
    if let Some(address) = literal(machine, query)? {
        trace.push(Step::new("numeric", format!("{name} is an address: nothing is asked")));
        return Ok((as_delivered(vec![Candidate { address, from: Source::Literal }]), Vec::new()));
    }
    let listed = listed(machine, name)?;
    let detail = if listed.is_empty() { format!("no line for {name}") } else { hosts::list(&listed) };
    trace.push(Step::new("hosts", detail));
    let known = if listed.is_empty() { built_in(machine, name) } else { listed };
    if !known.is_empty() {
        let found: Vec<Candidate> =
            known.into_iter().filter(|c| wanted(query.family, c.address.address)).collect();
        if found.is_empty() {
            return Err(Failure::Code(Status::NoData, "WSANO_DATA"));
        }
        return sorted(machine, &STYLE, found, trace);
    }
    let bare = name.strip_suffix('.').unwrap_or(name);
    let mut found = Vec::new();
    for kind in kinds(query.family) {
        found.extend(one_type(machine, &machine.resolv.value, bare, bare, kind)?.unwrap_or_default());
    }
    if found.is_empty() {
        trace.push(Step::new("dns", format!("{name}: no address")));
        return Err(Failure::Code(Status::NotFound, "WSAHOST_NOT_FOUND"));
    }
    sorted(machine, &STYLE, found, trace)
}

fn literal(machine: &Machine, query: &Query) -> Result<Option<ScopedAddr>, Failure> {
    let address: ScopedAddr = match numeric(machine, &query.name) {
        None => return Ok(None),
        Some(Numeric::UnknownZone) => return Err(Failure::Code(Status::NotFound, "WSAHOST_NOT_FOUND")),
        Some(Numeric::V4(v4)) => IpAddr::V4(v4).into(),
        Some(Numeric::V6(v6)) => v6,
    };
    match wanted(query.family, address.address) {
        true => Ok(Some(address)),
        false => Err(Failure::Code(Status::NoData, "WSANO_DATA")),
    }
}

fn wanted(family: Family, address: IpAddr) -> bool {
    match family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    }
}

/// The lines of the Windows hosts file where the snapshot has one, else of /etc/hosts.
fn listed(machine: &Machine, name: &str) -> Result<Vec<Candidate>, Failure> {
    let own = machine.raw.files.iter().find(|f| f.path.to_ascii_lowercase().ends_with(HOSTS));
    let Some(file) = own else {
        return hosts::lookup(machine, &WINDOWS, name, Family::Any).map_err(Failure::Unknown);
    };
    let Some(bytes) = file.bytes() else { return Ok(Vec::new()) };
    let hits = HostsFile::parse(bytes).0.lookup(&WINDOWS, name.as_bytes(), Family::Any.into());
    let candidate = |hit: hosts_edit::Hit| Candidate {
        address: ScopedAddr { address: hit.address, scope_id: hit.scope_id },
        from: Source::HostsLine { path: file.path.clone(), line: hit.line },
    };
    Ok(hits.into_iter().map(candidate).collect())
}

/// What the resolver answers itself.
fn built_in(machine: &Machine, name: &str) -> Vec<Candidate> {
    let plain = name.strip_suffix('.').unwrap_or(name);
    let (all, cite): (Vec<ScopedAddr>, &str) = if plain.eq_ignore_ascii_case("localhost") {
        let both = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
        (
            both.map(ScopedAddr::from).to_vec(),
            "Windows hosts file: localhost name resolution is handled within DNS itself",
        )
    } else if !plain.is_empty() && plain.eq_ignore_ascii_case(&machine.os.hostname) {
        (myhostname::own_addresses(machine), "Windows DNS Client: the computer's own name")
    } else {
        return Vec::new();
    };
    let from = Source::Builtin { cite: cite.into() };
    all.into_iter().map(|address| Candidate { address, from: from.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, dual};
    use super::*;

    fn ask(bench: &Bench, name: &str) -> String {
        bench.ask(answer, name, Family::Any)
    }

    #[test]
    fn localhost_is_built_in_unless_it_is_listed() {
        assert_eq!(ask(&dual().hosts("# comments only\r\n"), "localhost"), "::1 127.0.0.1");
        assert_eq!(ask(&dual().hosts("127.0.0.1 localhost\r\n"), "localhost"), "127.0.0.1");
        assert_eq!(
            dual().hosts("127.0.0.1 localhost\r\n").ask(answer, "localhost", Family::V6),
            "WSANO_DATA"
        );
        assert!(ask(&dual().hosts(""), "a.localhost").starts_with("unknown"));
    }

    #[test]
    fn its_own_file_where_the_snapshot_has_one() {
        let path = "C:\\Windows\\System32\\drivers\\etc\\hosts";
        let bench = dual().os(OsFamily::Windows).file(path, "127.0.0.1 a b c d e f g h i j\r\n");
        let got = answer(&bench.machine(), &Query::any("i"));
        assert!(
            got.installed && matches!(&got.addresses[0].from, Source::HostsLine { path: p, .. } if p == path)
        );
        assert!(ask(&bench, "j").starts_with("unknown"), "the tenth name is not seen");
    }

    #[test]
    fn the_own_name() {
        assert_eq!(ask(&dual().hosts(""), "DEVBOX"), "2001:db8::10 192.0.2.10");
    }
}
