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
use crate::snapshot::{OsFamily, ScopedAddr};
use hosts_edit::dialect::{LIBINFO, MACOS};
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
    let mut found = hosts::lookup(machine, &MACOS, name, query.family).map_err(Failure::Unknown)?;
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
    match query.family.covers(address.address) {
        true => Ok(Some(address)),
        false => Err(Failure::Code(Status::NotFound, "EAI_NONAME")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, dual};
    use super::*;
    use crate::snapshot::Family;

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
