//! # info.dns-tools-skip-hosts — dig, nslookup and host do not see a name of the hosts file
//!
//! ## What it means
//! The address of the name stands in the hosts file. dig, nslookup and host ask DNS servers and nothing else:
//! what they say of the name is not what programs get.
//!
//! ## Who is hit
//! Whoever looks for a fault with them: "NXDOMAIN" for a name that works, or the public address of a name
//! that the hosts file sends elsewhere. The other way round, a stub server that reads the hosts file itself,
//! as systemd-resolved does, shows them the name.
//!
//! ## Example
//! ```text
//! $ dig +short shop.test
//! $ getent ahosts shop.test
//! 127.0.0.1       STREAM shop.test
//! ```
//!
//! ## Repair
//! Look with `getent ahosts NAME`, which asks as programs do.
//!
//! ## Not a repair
//! A record in DNS for the sake of a tool.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man1/getent.1.html
//! - https://bind9.readthedocs.io/en/stable/manpages.html
//! - https://github.com/actions/runner-images/issues/6383

use super::super::facts::hosts_row;
use super::super::{Context, Rule, remedy};
use crate::finding::{Evidence, Finding, Severity};
use crate::resolve::Source;
use crate::snapshot::Observation;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule {
    code: "info.dns-tools-skip-hosts",
    severity: Severity::Note,
    title: "dig, nslookup and host do not see a name of the hosts file",
    references: &[
        "https://man7.org/linux/man-pages/man1/getent.1.html",
        "https://bind9.readthedocs.io/en/stable/manpages.html",
        "https://github.com/actions/runner-images/issues/6383",
    ],
    source: include_str!("dns_tools_skip_hosts.rs"),
    check,
};

/// systemd-resolved's stub servers, which answer from the hosts file too (resolved.conf(5), ReadEtcHosts=).
const STUBS: [&str; 2] = ["127.0.0.53", "127.0.0.54"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(answer) = ctx.glibc() else { return };
    let from_hosts = answer.addresses.iter().filter_map(|r| match &r.from {
        Source::HostsLine { line, .. } => Some(*line),
        _ => None,
    });
    let lines: BTreeSet<usize> = from_hosts.collect();
    let servers = &ctx.machine.resolv.value.nameservers;
    let is_stub = servers.iter().any(|(_, s)| STUBS.contains(&s.to_string().as_str()));
    // Of localhost everybody knows where it comes from, until a DNS server has said otherwise.
    let told = observations(ctx);
    if lines.is_empty() || is_stub || (ctx.asks_localhost() && told.is_empty()) {
        return;
    }
    let (name, path) = (&ctx.target.name, &ctx.machine.hosts.path);
    let mut finding =
        RULE.finding(format!("{name} stands in {path}, which dig, nslookup and host do not read"));
    finding.evidence.extend(lines.iter().map(|line| hosts_row(ctx.machine, *line)));
    finding.evidence.extend(told.iter().map(|o| {
        let records = if o.records.is_empty() { "no record".to_owned() } else { o.records.join(", ") };
        Evidence::new(format!("{} {}: {}, {records}", o.name, o.kind, o.rcode), format!("DNS {}", o.server))
    }));
    finding.remedies.push(remedy::advice(
        format!("look with `getent ahosts {name}`"),
        "nothing is changed",
        "it asks as programs do: the hosts file first where nsswitch.conf says so",
    ));
    out.push(finding);
}

/// What DNS servers were heard to say of the name itself.
fn observations<'m>(ctx: &Context<'m>) -> Vec<&'m Observation> {
    let name = ctx.target.name.trim_end_matches('.');
    let observed = ctx.machine.raw.live.dns.iter();
    observed.filter(|o| o.name.trim_end_matches('.').eq_ignore_ascii_case(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "info.dns-tools-skip-hosts";

    #[test]
    fn a_name_of_the_hosts_file_is_noted_with_its_line() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\n127.0.0.1 shop.test\n");
        let found = bench.of(CODE, "shop.test").expect("note");
        assert_eq!(found.title, "shop.test stands in /etc/hosts, which dig, nslookup and host do not read");
        assert_eq!(found.evidence[0].source.as_deref(), Some("/etc/hosts:2"));
        let told = bench.dns("shop.test", "203.0.113.7").of(CODE, "shop.test").expect("note");
        assert_eq!(told.evidence[1].text, "shop.test A: NOERROR, 203.0.113.7");
    }

    #[test]
    fn localhost_a_stub_that_reads_the_file_and_names_from_dns_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        assert!(debian().dns("localhost", "127.0.0.1").of(CODE, "localhost").is_some());
        let bench = debian().file("/etc/hosts", "127.0.0.1 shop.test\n");
        let stub = bench.file("/etc/resolv.conf", "nameserver 127.0.0.53\n");
        assert_eq!(stub.of(CODE, "shop.test"), None);
        assert_eq!(bench.of(CODE, "127.0.0.1"), None);
        assert_eq!(debian().dns("web.test", "203.0.113.7").of(CODE, "web.test"), None);
    }
}
