//! # resolve.addrconfig-differs — AI_ADDRCONFIG changes the answer
//!
//! ## What it means
//! A program that passes the flag AI_ADDRCONFIG to getaddrinfo gets other addresses for the name than one
//! that does not. glibc then asks only for families of which an address beside the loopback ones is
//! configured: without IPv6 on the network ::1 goes, and a `::1` line counts as 127.0.0.1. musl drops a
//! family only where its loopback address cannot be reached.
//!
//! ## Who is hit
//! With the flag ask Node's http, fetch and net, Bun's node: modules, aiohttp, nginx, Apache, wget2 and
//! `openssl s_client`; without it Python's standard library, curl, wget, Go, Java, Rust, psql, and Node where
//! it listens. A server that only one half of them can find looks up for some and down for others. The
//! usual tool for a look, `getent ahosts`, sets the flag; `getent ahosts --no-addrconfig` does not.
//!
//! ## Example
//! ```text
//! $ getent ahosts localhost | sort -u
//! 127.0.0.1       STREAM localhost
//! $ getent ahosts --no-addrconfig localhost | awk '/STREAM/{print $1}'
//! ::1
//! 127.0.0.1
//! ```
//!
//! ## Repair
//! Let servers listen on every address that the name has without the flag. A program of your own leaves the
//! flag out for loopback names.
//!
//! ## Not a repair
//! Moving the lines of the hosts file: the flag drops a family wherever its line stands.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man3/getaddrinfo.3.html
//! - https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/unix/sysv/linux/check_pf.c;hb=glibc-2.36
//! - https://github.com/aio-libs/aiohttp/issues/12700
//! - https://github.com/nodejs/node/issues/33279

use super::super::programs::{self, Asked};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::program::{self, Addrconfig, Lookup};
use crate::resolve::{Answer, Query, QueryFlags, Status};
use crate::snapshot::{OsFamily, ScopedAddr};

pub(super) const RULE: Rule = Rule {
    code: "resolve.addrconfig-differs",
    severity: Severity::Note,
    title: "AI_ADDRCONFIG changes the answer",
    references: &[
        "https://man7.org/linux/man-pages/man3/getaddrinfo.3.html",
        "https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/unix/sysv/linux/check_pf.c;hb=glibc-2.36",
        "https://github.com/aio-libs/aiohttp/issues/12700",
        "https://github.com/nodejs/node/issues/33279",
    ],
    source: include_str!("addrconfig_differs.rs"),
    check,
};

/// What programs get without the flag and with it, each address once.
pub(super) struct Answers {
    pub(super) without: Vec<ScopedAddr>,
    pub(super) with: Vec<ScopedAddr>,
}

/// The two answers of the machine's C library, where both are known and the name has addresses without the flag.
pub(super) fn answers(ctx: &Context<'_>) -> Option<Answers> {
    if ctx.target.literal.is_some() || ctx.machine.os.family != OsFamily::Linux {
        return None;
    }
    let ask = |addrconfig| {
        let flags = QueryFlags { addrconfig, ..QueryFlags::default() };
        program::system(ctx.machine, &Query { flags, ..Query::any(&ctx.target.name) })
    };
    let (without, with) = (ask(false), ask(true));
    let known = without.status == Status::Found && with.status != Status::Unknown;
    known.then(|| Answers { without: addresses(&without), with: addresses(&with) })
}

fn addresses(answer: &Answer) -> Vec<ScopedAddr> {
    let mut all: Vec<ScopedAddr> = answer.addresses.iter().map(|r| r.address).collect();
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|a| seen.insert(*a));
    all
}

/// The program sets the flag; `None` where it asks no getaddrinfo for every family.
pub(super) fn sets_flag(asked: &Asked) -> Option<bool> {
    match asked.behaviour.lookup {
        Lookup::System { addrconfig, .. } if asked.behaviour.builtin.is_none() => {
            Some(addrconfig != Addrconfig::Unset)
        }
        _ => None,
    }
}

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(Answers { without, with }) = answers(ctx) else { return };
    if without == with {
        return;
    }
    let name = &ctx.target.name;
    let (plain, flagged) = (list(&without), list(&with));
    let mut finding =
        RULE.finding(format!("{name} is {plain}, but {flagged} for programs that set AI_ADDRCONFIG"));
    finding.message = Some("the flag asks only for the families that the network of this machine has".into());
    finding.evidence.push(Evidence::new(plain, "getaddrinfo without AI_ADDRCONFIG"));
    finding.evidence.push(Evidence::new(flagged, "getaddrinfo with AI_ADDRCONFIG"));
    let programs = programs::installed(ctx);
    for (flag, words) in [(true, "with the flag"), (false, "without the flag")] {
        let those: Vec<&Asked> = programs.iter().filter(|p| sets_flag(p) == Some(flag)).collect();
        if !those.is_empty() {
            finding.evidence.push(Evidence::new(format!("{words}: {}", programs::labels(those)), "programs"));
        }
    }
    finding.remedies.push(remedy::advice(
        format!("let servers listen on every address of {name}"),
        THIS_SERVER,
        "then programs find them with the flag and without it",
    ));
    out.push(finding);
}

fn list(addresses: &[ScopedAddr]) -> String {
    if addresses.is_empty() {
        return "no address".into();
    }
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.addrconfig-differs";

    #[test]
    fn without_ipv6_on_the_network_the_flag_takes_v6_loopback_away() {
        let bench = debian().program("node", "20.20.2").program("python", "3.11.7").program("curl", "7.88.1");
        let found = bench.of(CODE, "localhost").expect("note");
        assert_eq!(
            found.title,
            "localhost is ::1, 127.0.0.1, but 127.0.0.1 for programs that set AI_ADDRCONFIG"
        );
        let rows: Vec<&str> = found.evidence.iter().map(|e| e.text.as_str()).collect();
        assert_eq!(rows[2..], ["with the flag: Node 20.20.2", "without the flag: Python 3.11.7"]);
    }

    #[test]
    fn on_an_ipv6_network_it_is_ipv4_that_goes() {
        let bench = debian().only_network(&["2001:db8::10"]);
        let found = bench.of(CODE, "localhost").expect("note");
        assert_eq!(found.title, "localhost is ::1, 127.0.0.1, but ::1 for programs that set AI_ADDRCONFIG");
    }

    #[test]
    fn both_families_no_network_and_musl_are_quiet() {
        let dual = debian().only_network(&["192.0.2.10", "2001:db8::10"]);
        assert_eq!(dual.of(CODE, "localhost"), None);
        assert_eq!(debian().only_network(&["192.0.2.10", "fe80::1"]).of(CODE, "localhost"), None);
        assert_eq!(debian().only_network(&[]).of(CODE, "localhost"), None);
        assert_eq!(debian().musl().of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "127.0.0.1"), None);
        assert_eq!(debian().file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
    }
}
