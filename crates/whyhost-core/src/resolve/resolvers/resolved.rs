//! systemd-resolved as its clients see it: through nss-resolve and its varlink or bus interface (`ResolveHostname`), and
//! through the stub listener 127.0.0.53 where resolv.conf names it.

use super::Resolver;
use super::model::{Failure, Ordered, answer as framed, has_program};
use crate::machine::Machine;
use crate::resolve::answer::{Answer, Evidence, Query, Source, Status, Step};
use crate::resolve::numeric::{Numeric, numeric};
use crate::resolve::order::keyed::as_delivered;
use crate::resolve::stage::resolved::{self, Reaction};
use crate::resolve::stage::{Call, Candidate, hosts};
use std::net::IpAddr;

/// systemd-resolved.
pub const RESOLVER: Resolver = Resolver {
    id: "resolved",
    name: "systemd-resolved",
    versions: "252 to 262",
    evidence: Evidence::Measured { run: "252.39, 257.13, 262.1" },
    stages: &[
        "an address is answered at once",
        "/etc/hosts, unless ReadEtcHosts=no; a name that is there is never asked elsewhere, 0.0.0.0 and :: mean no address",
        "lines with localhost names alone on 127.0.0.1 and ::1 are dropped",
        "since 254: a name that is not the first of its line is an alias of that one, which may have more families",
        "synthesized: localhost, names below it, localhost.localdomain; _gateway, _localdnsstub; the own name where nobody is \
         asked for it: one label, no search domain",
        "else DNS, LLMNR, mDNS; what the stub listener was seen to answer",
    ],
    order: "none of its own: IPv4 then IPv6 for what it synthesizes; several lines in an order that changes with each start",
    deviations: &[
        "the own name below search domains, or with a dot, is asked for first: known only where the stub was asked for it",
        "several addresses from the hosts file are shown in the order of the file, which is one of those possible",
        "since 254: a name on lines with different first names is answered by chance, which the model says",
        "LLMNR, mDNS and the search domains of links are not in a snapshot",
    ],
    references: &[
        "systemd 257 src/resolve/resolved-etc-hosts.c: parse_line, strip_localhost, etc_hosts_lookup_by_name",
        "systemd 257 src/resolve/resolved-dns-synthesize.c: dns_synthesize_answer",
        "systemd 257 src/nss-resolve/nss-resolve.c",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-resolved.service.html",
        "https://www.freedesktop.org/software/systemd/man/latest/resolved.conf.html",
    ],
    answer,
};

/// What systemd-resolved answers to `query`.
pub fn answer(machine: &Machine, query: &Query) -> Answer {
    let mut trace = Vec::new();
    let result = lookup(machine, query, &mut trace);
    let installed = machine.has_path(resolved::SOCKET) == Some(true) || has_program(machine, RESOLVER.id);
    framed(&RESOLVER, resolved::version(machine).to_string(), installed, result, trace)
}

fn lookup(machine: &Machine, query: &Query, trace: &mut Vec<Step>) -> Result<Ordered, Failure> {
    let call = Call::from(query.family);
    // Only the usual spellings are addresses (`in_addr_ifindex_from_string_auto`): 12345 is a name.
    let address = match (query.name.parse::<IpAddr>(), numeric(machine, &query.name)) {
        (Ok(address), _) => Some(address.into()),
        (_, Some(Numeric::V6(v6))) => Some(v6),
        _ => None,
    };
    if let Some(address) = address {
        trace.push(Step::new("numeric", format!("{} is an address", query.name)));
        if !call.delivers(address.address) {
            return Err(Failure::Code(Status::NoData, "NoSuchResourceRecord"));
        }
        return Ok((as_delivered(vec![Candidate { address, from: Source::Literal }]), Vec::new()));
    }
    match resolved::ask(machine, &query.name, call) {
        Reaction::Found(found) => {
            trace.push(Step::new("resolved", hosts::list(&found)));
            Ok((as_delivered(found), Vec::new()))
        }
        Reaction::NoData(detail) => failed(trace, detail, Status::NoData, "NoSuchResourceRecord"),
        Reaction::NoName(detail) => failed(trace, detail, Status::NotFound, "NXDOMAIN"),
        Reaction::Loop(detail) => failed(trace, detail, Status::Failure, "CNAMELoop"),
        Reaction::TryAgain(detail) => failed(trace, detail, Status::TryAgain, "NoNameServers"),
        Reaction::Unknown(why) => Err(Failure::Unknown(why)),
    }
}

fn failed<T>(
    trace: &mut Vec<Step>,
    detail: String,
    status: Status,
    code: &'static str,
) -> Result<T, Failure> {
    trace.push(Step::new("resolved", detail));
    Err(Failure::Code(status, code))
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Bench, dual};
    use super::super::glibc;
    use super::*;
    use crate::snapshot::Family;

    const BOTH: &str = "127.0.0.1 ::1";

    fn ask(bench: &Bench, name: &str) -> String {
        bench.ask(answer, name, Family::Any)
    }

    fn old(bench: &Bench) -> Bench {
        bench.program("resolved", "252.39-1")
    }

    /// Facts of libc resolution, section 10.2, the table of loopback lines.
    #[test]
    fn localhost_by_the_hosts_file() {
        for hosts in [
            "",
            "127.0.0.1 localhost\n",
            "::1 localhost\n",
            "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
            "127.0.0.1 localhost.localdomain localhost\n",
        ] {
            assert_eq!(ask(&dual().hosts(hosts), "localhost"), BOTH, "{hosts}");
            assert_eq!(ask(&old(&dual().hosts(hosts)), "LOCALHOST."), BOTH, "{hosts}");
        }
        for (hosts, expected) in [
            ("::1 localhost ip6-localhost\n", "::1"),
            ("127.0.0.1 localhost myapp\n", "127.0.0.1"),
            ("127.0.1.1 localhost\n", "127.0.1.1"),
            ("192.0.2.77 localhost\n", "192.0.2.77"),
            ("0.0.0.0 localhost\n", "NoSuchResourceRecord"),
        ] {
            assert_eq!(ask(&dual().hosts(hosts), "localhost"), expected, "{hosts}");
            assert_eq!(ask(&dual().hosts(hosts), "foo.localhost"), BOTH, "{hosts}");
        }
    }

    #[test]
    fn one_family_in_the_file_is_no_data_for_the_other() {
        let bench = dual().hosts("192.0.2.1 box\n");
        assert_eq!(bench.ask(answer, "box", Family::V6), "NoSuchResourceRecord");
        assert_eq!(bench.ask(answer, "box", Family::V4), "192.0.2.1");
        assert_eq!(ask(&dual().hosts("0.0.0.0 box\n"), "box"), "NoSuchResourceRecord");
    }

    /// Facts of the hosts format, section 5.3.
    #[test]
    fn aliases_since_254() {
        let debian = dual();
        assert_eq!(ask(&debian, "ip6-localhost"), BOTH);
        assert_eq!(ask(&old(&debian), "ip6-localhost"), "::1");
        assert_eq!(debian.ask(answer, "ip6-localhost", Family::V4), "NoSuchResourceRecord");
        let chain = dual().hosts("192.0.2.1 a b\n192.0.2.2 b c\n192.0.2.3 c\n");
        assert_eq!(ask(&chain, "c"), "192.0.2.1");
        assert_eq!(chain.ask(answer, "c", Family::V4), "192.0.2.3");
        assert_eq!(ask(&old(&chain), "c"), "192.0.2.2 192.0.2.3");
        assert_eq!(ask(&dual().hosts("127.0.0.1 localhost myapp\n::1 localhost\n"), "myapp"), BOTH);
        let two = dual().hosts("192.0.2.1 one a\n192.0.2.2 two a\n");
        assert!(ask(&two, "a").starts_with("unknown: a stands on lines with different first names"));
        let case = dual().hosts("192.0.2.1 A.test\n192.0.2.2 a.test\n");
        assert_eq!(ask(&case, "a.test"), "CNAMELoop");
        assert_eq!(ask(&old(&case), "a.test"), "192.0.2.1 192.0.2.2");
    }

    /// Found by `cargo xtask oracle --resolved` with 252.
    #[test]
    fn what_a_running_daemon_showed() {
        // With IPv6 off, a question for both families is one for IPv4.
        let off = dual().file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1\n");
        assert_eq!(ask(&off.hosts("127.0.0.1 box\n::1 box\n"), "box"), "127.0.0.1");
        assert_eq!(ask(&off.hosts("::1 box\n"), "box"), "NoSuchResourceRecord");
        assert_eq!(off.hosts("::1 box\n").ask(answer, "box", Family::V6), "::1");
        // Lines of localhost alone are dropped, the memory of an address that is none is not.
        let both = dual().hosts("127.0.0.1 localhost\n0.0.0.0 localhost\n");
        assert_eq!(ask(&both, "localhost"), "NoSuchResourceRecord");
        // The own name is asked for where there is a search domain, and IPv4 comes first where there is none.
        let search = dual().file("/etc/resolv.conf", "nameserver 192.0.2.53\nsearch corp.test\n");
        assert!(ask(&search, "devbox").starts_with("unknown: systemd-resolved asks other servers"));
        assert_eq!(ask(&dual(), "devbox"), "192.0.2.10 2001:db8::10");
    }

    #[test]
    fn names_that_are_synthesized() {
        let bench = dual().hosts("");
        assert_eq!(ask(&bench, "devbox"), "192.0.2.10 2001:db8::10");
        assert_eq!(ask(&bench, "DEVBOX.local"), "192.0.2.10 2001:db8::10");
        assert_eq!(ask(&bench, "_localdnsstub"), "127.0.0.53");
        assert!(ask(&old(&bench), "_localdnsstub").starts_with("unknown"));
        assert_eq!(ask(&bench, "_gateway"), "NXDOMAIN");
        let off = bench.file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1\n");
        assert_eq!(ask(&off, "localhost"), "127.0.0.1");
        assert_eq!(off.ask(answer, "localhost", Family::V6), "NoSuchResourceRecord");
    }

    #[test]
    fn read_etc_hosts() {
        let bench = dual().hosts("192.0.2.1 localhost\n");
        let off = bench.file("/etc/systemd/resolved.conf", "[Resolve]\nReadEtcHosts=no\n");
        assert_eq!(ask(&off, "localhost"), BOTH);
        let on = off.file("/etc/systemd/resolved.conf.d/50-x.conf", "[Resolve]\nReadEtcHosts=yes\n");
        assert_eq!(ask(&on, "localhost"), "192.0.2.1");
        let last = on.file("/usr/lib/systemd/resolved.conf.d/60-y.conf", "[Resolve]\nReadEtcHosts=no\n");
        assert_eq!(ask(&last, "localhost"), BOTH);
        assert_eq!(ask(&last.file("/etc/systemd/resolved.conf.d/60-y.conf", ""), "localhost"), "192.0.2.1");
    }

    #[test]
    fn nss_resolve_answers_for_glibc() {
        let running = dual()
            .nss("resolve [!UNAVAIL=return] files dns")
            .file(resolved::SOCKET, "")
            .module("resolve", "257.13");
        let glibc = |bench: &Bench, name, family| bench.ask(glibc::answer, name, family);
        assert_eq!(glibc(&running, "localhost", Family::Any), "::1 127.0.0.1");
        assert_eq!(glibc(&running.hosts(""), "x.localhost", Family::Any), "::1 127.0.0.1");
        // The file's AF_INET conversion of ::1 belongs to the files service, which is not reached.
        assert_eq!(glibc(&running.hosts("::1 six\n"), "six", Family::V4), "EAI_NODATA");
        let old = dual()
            .nss("resolve [!UNAVAIL=return] files dns")
            .file(resolved::SOCKET, "")
            .module("resolve", "252.39");
        assert_eq!(glibc(&old.hosts("::1 six\n"), "six", Family::V4), "EAI_NONAME");
        assert!(
            glibc(&running, "example.test", Family::Any)
                .starts_with("unknown: resolve: systemd-resolved asks")
        );
        let stopped = running.absent(resolved::SOCKET).hosts("::1 six\n");
        assert_eq!(glibc(&stopped, "six", Family::V4), "127.0.0.1");
    }
}
