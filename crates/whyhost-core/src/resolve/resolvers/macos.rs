//! macOS: getaddrinfo of Libinfo, which asks mDNSResponder (hosts file, DNS) and then its own file module.
//!
//! Sources, read and partly run outside macOS: mDNSResponder-2600.100.147 mDNSMacOSX.c and mDNSCore/mDNS.c, Libinfo-600
//! file_module.c and si_compare.c; facts of the hosts format, section 5.6.

use super::Resolver;
use super::model::{Failure, Ordered, answer as framed, kinds, one_type, sorted};
use crate::machine::Machine;
use crate::resolve::answer::{Answer, Evidence, Query, Source, Status, Step};
use crate::resolve::numeric::{Numeric, numeric};
use crate::resolve::order::keyed::{RFC6724, Style, Unreachable, as_delivered};
use crate::resolve::stage::{Candidate, hosts};
use crate::snapshot::{Family, OsFamily, ScopedAddr};
use hosts_edit::HostsFile;
use hosts_edit::dialect::{LIBINFO, MACOS};
use std::collections::HashMap;
use std::net::IpAddr;

/// macOS.
pub const RESOLVER: Resolver = Resolver {
    id: "macos",
    name: "macOS (Libinfo, mDNSResponder)",
    versions: "mDNSResponder 2600, Libinfo 600",
    evidence: Evidence::Documented,
    stages: &[
        "an address is answered at once",
        "mDNSResponder: /etc/hosts, the first name of a line with its addresses, the others as aliases of it",
        "mDNSResponder: DNS for a type that the file does not have, mDNS for .local",
        "Libinfo's file module: /etc/hosts once more, case-sensitive, the first line of each family",
    ],
    order: "RFC 6724 with that standard's table, as far as no statistics of earlier connections say otherwise",
    deviations: &[
        "si_compare.c looks at the round-trip times of earlier TCP connections first: the real order may differ",
        "mDNS and the resolvers of single domains (scutil --dns) are not in a snapshot",
        "names below localhost, which newer versions are said to answer themselves, are asked of DNS here",
    ],
    references: &[
        "mDNSResponder-2600.100.147 mDNSMacOSX.c: mDNSMacOSXCreateEtcHostsEntry; mDNSCore/mDNS.c",
        "Libinfo-600 lookup.subproj/file_module.c, si_getaddrinfo.c, si_compare.c",
        "https://developer.apple.com/library/archive/documentation/System/Conceptual/ManPages_iPhoneOS/man3/getaddrinfo.3.html",
    ],
    answer,
};

const STYLE: Style = Style { policy: RFC6724, unreachable: Unreachable::Compared, prefix_bits: 128 };

/// What macOS answers to `query` with the files of this machine.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    let result = lookup(machine, query, &mut trace);
    framed(&RESOLVER, "Libinfo-600", machine.os.family == OsFamily::Macos, result, trace)
}

fn lookup(machine: &Machine, query: &Query, trace: &mut Vec<Step>) -> Result<Ordered, Failure> {
    let name = &query.name;
    if let Some(address) = literal(machine, query)? {
        trace.push(Step::new("numeric", format!("{name} is an address: nothing is asked")));
        return Ok((as_delivered(vec![Candidate { address, from: Source::Literal }]), Vec::new()));
    }
    let file = hosts::file(machine).map_err(Failure::Unknown)?;
    let mut found: Vec<Candidate> = file.map(|f| listed(machine, f, name)).unwrap_or_default();
    found.retain(|c| wanted(query.family, c.address.address));
    trace.push(Step::new("mDNSResponder, hosts", hosts::detail(machine, name, &found)));
    let mut unknown = None;
    for kind in kinds(query.family) {
        if found.iter().any(|c| c.address.address.is_ipv4() == (*kind == "A")) {
            continue;
        }
        let bare = name.strip_suffix('.').unwrap_or(name);
        match one_type(machine, &machine.resolv.value, bare, bare, kind) {
            Ok(Ok(more)) => found.extend(more),
            Ok(Err(_)) => trace.push(Step::new(format!("dns, {kind}"), format!("{name}: no address"))),
            Err(Failure::Unknown(why)) => unknown = Some(why),
            Err(error) => return Err(error),
        }
    }
    if found.is_empty() {
        found = hosts::lookup(machine, &LIBINFO, name, query.family).map_err(Failure::Unknown)?;
        trace.push(Step::new("Libinfo, file", hosts::detail(machine, name, &found)));
    }
    match (found.is_empty(), unknown) {
        (true, Some(why)) => Err(Failure::Unknown(why)),
        (true, None) => Err(Failure::Code(Status::NotFound, "EAI_NONAME")),
        (false, unknown) => {
            if let Some(why) = unknown {
                trace.push(Step::new("dns", format!("the other family is asked of DNS too; {why}")));
            }
            sorted(machine, &STYLE, found, trace)
        }
    }
}

fn literal(machine: &Machine, query: &Query) -> Result<Option<ScopedAddr>, Failure> {
    let address: ScopedAddr = match numeric(machine, &query.name) {
        None => return Ok(None),
        Some(Numeric::UnknownZone) => return Err(Failure::Code(Status::NotFound, "EAI_NONAME")),
        Some(Numeric::V4(v4)) => IpAddr::V4(v4).into(),
        Some(Numeric::V6(v6)) => v6,
    };
    match wanted(query.family, address.address) {
        true => Ok(Some(address)),
        false => Err(Failure::Code(Status::NotFound, "EAI_NONAME")),
    }
}

fn wanted(family: Family, address: IpAddr) -> bool {
    match family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    }
}

/// The records that mDNSResponder makes of the file. A further name that is an alias already ends its line; what stands
/// behind it is lost.
fn listed(machine: &Machine, file: &HostsFile, name: &str) -> Vec<Candidate> {
    let plain = |text: &[u8]| text.strip_suffix(b".").unwrap_or(text).to_ascii_lowercase();
    let asked = plain(name.as_bytes());
    // A name that is on no line has no record: large files are not worked through for it.
    if file.view(&MACOS).places(name.as_bytes()).is_empty() {
        return Vec::new();
    }
    let interface =
        |zone: &[u8]| machine.raw.interfaces.iter().find(|i| i.name.as_bytes() == zone).map(|i| i.index);
    let mut aliases: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    let mut records: Vec<(Vec<u8>, ScopedAddr, usize)> = Vec::new();
    for entry in file.view(&MACOS).with_zones(&interface).entries() {
        let mut names = entry.names.iter().map(|n| plain(&n.text));
        let Some(first) = names.next() else { continue };
        let address = ScopedAddr { address: entry.address, scope_id: entry.scope_id };
        if records.iter().all(|(n, a, _)| (n, a) != (&first, &address)) {
            records.push((first.clone(), address, entry.line));
        }
        for further in names {
            if aliases.contains_key(&further) {
                break;
            }
            if further != first {
                aliases.insert(further, first.clone());
            }
        }
    }
    let target = aliases.get(&asked).unwrap_or(&asked);
    let mut found: Vec<Candidate> = records
        .into_iter()
        .filter(|(owner, ..)| *owner == asked || owner == target)
        .map(|(_, address, line)| Candidate {
            address,
            from: Source::HostsLine { path: machine.hosts.path.clone(), line },
        })
        .collect();
    found.sort_by_key(|c| c.address.address.is_ipv6());
    found
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, dual};
    use super::*;

    fn ask(bench: &Bench, name: &str) -> String {
        bench.ask(answer, name, Family::Any)
    }

    /// Facts of the hosts format, section 5.6.
    #[test]
    fn aliases_have_both_families_of_the_first_name() {
        let bench = dual().hosts("127.0.0.1 localhost myapp\n::1 localhost\n");
        assert_eq!(ask(&bench, "myapp"), "::1 127.0.0.1");
        assert_eq!(ask(&dual(), "ip6-localhost"), "::1 127.0.0.1");
    }

    #[test]
    fn an_alias_that_is_one_already_ends_its_line() {
        let bench = dual().hosts("127.0.0.1 localhost foo\n::1 localhost foo bar\n").nx(&["bar"]);
        // Libinfo's file module still finds it.
        assert_eq!(ask(&bench, "bar"), "::1");
        assert_eq!(
            ask(&bench.hosts("127.0.0.1 localhost foo\n::1 localhost foo BAR\n"), "bar"),
            "EAI_NONAME"
        );
    }

    #[test]
    fn a_missing_family_comes_from_dns() {
        let bench = dual().hosts("127.0.0.1 box.test\n");
        assert_eq!(ask(&bench, "box.test"), "127.0.0.1");
        let answered = bench.dns("box.test", "AAAA", "NOERROR", &["::1"]);
        assert_eq!(ask(&answered, "box.test"), "::1 127.0.0.1");
        assert!(ask(&dual().hosts(""), "localhost").starts_with("unknown: DNS decides"));
    }

    #[test]
    fn present_on_macos_alone() {
        let present = |bench: &Bench| answer(&bench.machine(), &Query::any("localhost")).installed;
        assert!(present(&dual().os(OsFamily::Macos)) && !present(&dual()));
    }
}
