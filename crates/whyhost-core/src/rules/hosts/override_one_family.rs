//! # hosts.override-one-family — names are overridden for one address family only
//!
//! ## What it means
//! The file gives names of the Internet an IPv4 address and no IPv6 address, or the reverse. It is about the
//! names that the file sends to this machine or nowhere (0.0.0.0, 127.0.0.1): what is blocked is blocked for
//! one family.
//!
//! ## Who is hit
//! A question for both families is answered from the file alone by glibc, musl, Go and Chromium. A question
//! for the missing family goes to DNS with glibc and c-ares, and macOS and hickory ask DNS for it always:
//! there the real site answers over IPv6. musl, Go and systemd-resolved never ask. A warning where such a
//! reader is asked on this machine, or where a DNS answer for the other family is known; else a note, since
//! every other blocklist is so on purpose (50 of 125 files of public repositories). On macOS the question may
//! last five seconds.
//!
//! ## Example
//! ```text
//! 0.0.0.0 ads.example.com
//! ```
//! `getent ahostsv6 ads.example.com` gives the address of the real site.
//!
//! ## Repair
//! Give the name an address of the other family on a second line (`::` where the first has none to offer,
//! `::1` where it has 127.0.0.1). A blocklist doubles in size by that; a DNS server that blocks does it
//! better.
//!
//! ## Not a repair
//! Switching IPv6 off: other names lose it as well.
//!
//! ## References
//! - https://github.com/StevenBlack/hosts/issues/47
//! - https://github.com/hectorm/hblock/issues/108

use super::super::facts::in_hosts;
use super::super::hosts_line::{is_public, is_sink, labels, readers_that};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use hosts_edit::Listed;
use hosts_edit::dialect::OtherFamily;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "hosts.override-one-family",
    severity: Severity::Note,
    title: "names are overridden for one address family only",
    references: &[
        "https://github.com/StevenBlack/hosts/issues/47",
        "https://github.com/hectorm/hblock/issues/108",
    ],
    source: include_str!("override_one_family.rs"),
    check,
};

/// Places that the finding shows.
const SHOWN: usize = 3;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Blocked { count, shown, known } = one_family(ctx);
    let Some(first) = shown.first() else { return };
    let leaking = readers_that(ctx, |r| r.other_family == OtherFamily::EachGoesOn);
    let bytes = ctx.machine.hosts.value.bytes();
    let name = |l: &Listed| String::from_utf8_lossy(&bytes[l.span.clone()]).into_owned();
    let family = |l: &Listed| if l.address.is_ipv4() { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
    let (has, lacks) = family(first);
    let mut finding = RULE.finding(match count {
        1 => format!("`{}` is overridden for {has} only", name(first)),
        many => format!("{many} names, the first `{}`, are overridden for one family only", name(first)),
    });
    for (place, listed) in shown.iter().enumerate() {
        let location = in_hosts(ctx.machine, listed.span.clone(), format!("no {} address", family(listed).1));
        finding.locations.push(if place == 0 { location } else { location.secondary() });
    }
    if !leaking.is_empty() {
        finding.severity = Severity::Warning;
        let text = format!("{} asks DNS for the other family whatever the file says", labels(&leaking));
        finding.evidence.push(Evidence::new(text, leaking[0].cite));
    }
    if let Some((listed, answer)) = known {
        finding.severity = Severity::Warning;
        finding.evidence.push(Evidence::new(format!("DNS has {answer} for {}", name(&listed)), "DNS"));
    }
    finding.remedies.push(remedy::advice(
        format!("give the names an {lacks} address in {} as well", ctx.machine.hosts.path),
        super::super::facts::hosts_reach(ctx.machine),
        "a second line with `::` or `::1`; for a long list a DNS server that blocks is the better place",
    ));
    out.push(finding);
}

/// The public names that are sent to this machine or nowhere for one family, and have no line for the other.
struct Blocked {
    count: usize,
    /// The first of them.
    shown: Vec<Listed>,
    /// One for which DNS is known to have an address of the other family, and the address.
    known: Option<(Listed, String)>,
}

fn one_family(ctx: &Context<'_>) -> Blocked {
    let bytes = ctx.machine.hosts.value.bytes();
    let repeats = ctx.names().repeats();
    let both: HashSet<usize> = repeats
        .filter(|(f, a)| f.address.is_ipv4() != a.address.is_ipv4())
        .map(|(f, _)| f.span.start)
        .collect();
    let blocks = |l: &Listed| is_sink(l.address) && !both.contains(&l.span.start);
    let mut blocked = Blocked { count: 0, shown: Vec::new(), known: None };
    for listed in ctx.names().each().filter(|l| blocks(l) && is_public(&bytes[l.span.clone()])) {
        if blocked.known.is_none() {
            blocked.known = answer(ctx, &listed).map(|a| (listed.clone(), a));
        }
        blocked.count += 1;
        if blocked.shown.len() < SHOWN {
            blocked.shown.push(listed);
        }
    }
    blocked
}

/// What a DNS server said for the other family.
fn answer(ctx: &Context<'_>, listed: &Listed) -> Option<String> {
    let name = &ctx.machine.hosts.value.bytes()[listed.span.clone()];
    let kind = if listed.address.is_ipv4() { "AAAA" } else { "A" };
    let mut dns = ctx.machine.raw.live.dns.iter();
    let found = dns
        .find(|o| o.kind == kind && o.name.as_bytes().eq_ignore_ascii_case(name) && !o.records.is_empty())?;
    found.records.iter().find(|r| r.parse::<std::net::IpAddr>().is_ok()).cloned()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use crate::finding::Severity;
    use hosts_edit::dialect::MACOS;

    const CODE: &str = "hosts.override-one-family";

    #[test]
    fn a_note_by_itself_and_a_warning_with_proof() {
        let bench = debian().lines("::1 ads.example.com\n0.0.0.0 x.example.org\n:: x.example.org\n");
        let found = bench.one(CODE);
        assert_eq!(
            (found.severity, found.title.as_str()),
            (Severity::Note, "`ads.example.com` is overridden for IPv6 only")
        );
        assert_eq!(bench.check(CODE, &[&MACOS])[0].severity, Severity::Warning);
        assert_eq!(bench.dns("ads.example.com", "192.0.2.7").one(CODE).severity, Severity::Warning);
        assert_eq!(bench.dns("other.example.com", "192.0.2.7").one(CODE).severity, Severity::Note);
    }

    #[test]
    fn many_names_are_one_finding() {
        let found = debian().lines("0.0.0.0 a.example.com b.example.com\n0.0.0.0 c.example.com\n").one(CODE);
        assert_eq!(found.title, "3 names, the first `a.example.com`, are overridden for one family only");
    }

    #[test]
    fn private_names_and_other_machines_are_none() {
        assert!(
            debian()
                .lines("127.0.0.1 app.test app\n10.0.0.1 git.example.com\n0.0.0.0 0.0.0.0\n")
                .is_quiet(CODE)
        );
    }
}
