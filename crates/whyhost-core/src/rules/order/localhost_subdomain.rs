//! # resolve.localhost-subdomain — a name below localhost resolves for some programs alone
//!
//! ## What it means
//! No line of the hosts file and no module of nsswitch.conf answers this name below `localhost`, so a
//! program that asks the C library asks DNS and gets nothing, or what a DNS server makes of it. Programs with
//! an answer of their own take the loopback addresses: RFC 6761 asks for it, but as a SHOULD.
//!
//! ## Who is hit
//! Chrome, Firefox, curl from 7.85 on and gRPC open `http://app.localhost`; Node, Python, Java, Go, wget,
//! psql, older curl and everything in Alpine do not find it. "It works in the browser" is no contradiction.
//! The question also leaves the machine.
//!
//! ## Example
//! ```text
//! $ curl -s http://app.localhost:3000
//! ok
//! $ node -e 'fetch("http://app.localhost:3000").catch(e => console.log(e.cause.message))'
//! getaddrinfo ENOTFOUND app.localhost
//! ```
//!
//! ## Repair
//! Give the name its lines in the hosts file, which has no wildcards. For all such names at once, have
//! nsswitch.conf ask `myhostname` or `resolve`; that serves programs of glibc alone.
//!
//! ## Not a repair
//! `127.0.0.1 *.localhost` in the hosts file: nobody reads the asterisk as "all".
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6761#section-6.3
//! - https://www.freedesktop.org/software/systemd/man/latest/nss-myhostname.html
//! - https://github.com/curl/curl/issues/9192
//! - https://github.com/nodejs/node/issues/50871

use super::super::facts::{
    V4, V6, hosts_reach, is_installed, is_loopback, is_reached, live_lookup, services,
};
use super::super::programs::{self, Asked};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule, edit};
use crate::conf::nginx;
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::machine::Machine;
use crate::program;
use crate::resolve::{Query, Status};
use crate::snapshot::{LiveOutcome, OsFamily};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "resolve.localhost-subdomain",
    severity: Severity::Warning,
    title: "a name below localhost resolves for some programs alone",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6761#section-6.3",
        "https://www.freedesktop.org/software/systemd/man/latest/nss-myhostname.html",
        "https://github.com/curl/curl/issues/9192",
        "https://github.com/nodejs/node/issues/50871",
    ],
    source: include_str!("localhost_subdomain.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if ctx.machine.os.family != OsFamily::Linux {
        return;
    }
    if ctx.target.literal.is_none() && is_below_localhost(&ctx.target.name) {
        out.extend(of_name(ctx, &ctx.target.name, None));
    } else if ctx.asks_localhost() && ctx.target.port.is_none() {
        for (name, place) in served_names(ctx.machine) {
            out.extend(of_name(ctx, &name, Some(place)));
        }
    }
}

fn is_below_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name.strip_suffix(".localhost").is_some_and(|label| !label.is_empty() && !label.starts_with('.'))
}

/// Names below localhost that nginx serves here.
fn served_names(machine: &Machine) -> Vec<(String, Location)> {
    let mut all: Vec<(String, Location)> = Vec::new();
    for directive in nginx::directives(&machine.raw).iter().filter(|d| d.name() == "server_name") {
        let bytes = machine.raw.file(&directive.path).and_then(|f| f.bytes()).unwrap_or_default();
        for word in directive.words.iter().skip(1) {
            let plain = !word.text.starts_with(['~', '*', '.']);
            if plain && is_below_localhost(&word.text) && all.iter().all(|(n, _)| *n != word.text) {
                let place =
                    Location::of(&directive.path, &bytes, word.span.clone(), "served under this name");
                all.push((word.text.clone(), place));
            }
        }
    }
    all
}

/// How programs of the C library fare with the name.
enum Fate {
    /// They get no address.
    Nothing,
    /// Nobody but DNS can answer, and no answer of DNS is known.
    OnlyDns,
    /// They get another machine.
    Foreign(Vec<IpAddr>),
}

fn fate(machine: &Machine, name: &str) -> Option<Fate> {
    let answer = program::system(machine, &Query::any(name));
    let predicted = || answer.addresses.iter().map(|r| r.address.address).collect::<Vec<_>>();
    let addresses = match live_lookup(machine, name).map(|l| &l.outcome) {
        Some(LiveOutcome::Found(addresses)) => addresses.iter().map(|a| a.address).collect(),
        Some(LiveOutcome::Failed(_)) => return Some(Fate::Nothing),
        Some(LiveOutcome::TimedOut) | None => match answer.status {
            Status::Found => predicted(),
            Status::Unknown if is_known_to_a_module(machine) => return None,
            Status::Unknown => return Some(Fate::OnlyDns),
            _ => return Some(Fate::Nothing),
        },
    };
    (!addresses.iter().any(|a| is_loopback(*a))).then_some(Fate::Foreign(addresses))
}

/// A module that knows every name below localhost is asked (`nss-myhostname`, `nss-resolve`).
fn is_known_to_a_module(machine: &Machine) -> bool {
    let services = services(machine).unwrap_or_default();
    services.iter().enumerate().any(|(i, s)| {
        matches!(s.name.as_str(), "myhostname" | "resolve")
            && is_installed(machine, &s.name)
            && is_reached(machine, &services, i)
    })
}

fn of_name(ctx: &Context<'_>, name: &str, place: Option<Location>) -> Option<Finding> {
    let machine = ctx.machine;
    let title = match fate(machine, name)? {
        Fate::Nothing => format!("{name} resolves only for programs that know it by themselves"),
        Fate::OnlyDns => format!("no file and no module answers {name}: programs ask DNS for it"),
        Fate::Foreign(addresses) => {
            format!("{name} is {}, not this machine", super::super::facts::list(&addresses))
        }
    };
    let mut finding = RULE.finding(title);
    finding.message =
        Some("browsers and curl from 7.85 on take the loopback addresses without asking".into());
    finding.locations.extend(place);
    let asked: Vec<Asked> =
        program::installed(machine).into_iter().map(|p| programs::ask_for(ctx, p, name)).collect();
    let knows = |p: &&Asked| {
        p.behaviour.builtin.as_ref().is_some_and(|b| b.when == program::When::Always && b.covers(name))
    };
    for (known, words) in [(true, "know it by themselves"), (false, "do not")] {
        let those: Vec<&Asked> = asked.iter().filter(|p| knows(p) == known).collect();
        if !those.is_empty() {
            finding.evidence.push(Evidence::new(format!("{words}: {}", programs::labels(those)), "programs"));
        }
    }
    let (file, path) = (&machine.hosts.value, &machine.hosts.path);
    let plain = name.strip_suffix('.').unwrap_or(name);
    let edits = edit::hosts(file, |set| {
        let end = file.line_count() + 1;
        set.insert_entry(file, end, "127.0.0.1", &[plain])?;
        if machine.loopback_has(V6) { set.insert_entry(file, end, "::1", &[plain]) } else { Ok(()) }
    });
    let addresses = if machine.loopback_has(V6) { format!("{V4} and {V6}") } else { V4.to_string() };
    finding.remedies.extend(edits.map(|e| {
        let title = format!("give {plain} {addresses} in {path}");
        remedy::edits(title, Applicability::Unsafe, hosts_reach(machine), path, e)
    }));
    finding.remedies.push(remedy::advice(
        "have nsswitch.conf ask `myhostname` after `files`",
        WHOLE_MACHINE,
        "the module answers every name below localhost, for programs of glibc",
    ));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.localhost-subdomain";

    #[test]
    fn a_name_that_only_dns_could_answer_is_a_warning_with_lines_to_add() {
        let bench = debian().program("curl", "7.88.1").program("node", "20.20.2");
        let found = bench.of(CODE, "app.localhost:3000").expect("warning");
        assert_eq!(found.title, "no file and no module answers app.localhost: programs ask DNS for it");
        let rows: Vec<&str> = found.evidence.iter().map(|e| e.text.as_str()).collect();
        assert_eq!(rows, ["know it by themselves: curl 7.88.1", "do not: Node 20.20.2"]);
        let after = bench.after(&found.remedies[0]);
        assert!(after.ends_with("127.0.0.1\tapp.localhost\n::1\tapp.localhost\n"), "{after:?}");
    }

    #[test]
    fn names_that_nginx_serves_are_checked_with_localhost() {
        let conf = "http { server { server_name web.localhost *.localhost x.test; } }";
        let bench = debian().file("/etc/nginx/nginx.conf", conf);
        let found = bench.of(CODE, "localhost").expect("warning");
        assert_eq!((found.locations[0].line, found.locations[0].column), (1, 29));
        let titles = |b: &super::super::super::testing::Bench| {
            b.findings("localhost").iter().filter(|f| f.code == CODE).count()
        };
        assert_eq!(titles(&bench), 1);
        assert_eq!(titles(&bench.file("/etc/hosts", "127.0.0.1 localhost web.localhost\n")), 0);
    }

    #[test]
    fn a_foreign_answer_of_dns_is_told() {
        let bench = debian().live("app.localhost", &["203.0.113.7"], 3);
        let found = bench.of(CODE, "app.localhost").expect("warning");
        assert_eq!(found.title, "app.localhost is 203.0.113.7, not this machine");
    }

    #[test]
    fn lines_modules_dns_with_loopback_and_other_names_are_quiet() {
        let file = debian().file("/etc/hosts", "127.0.0.1 localhost app.localhost\n");
        assert_eq!(file.of(CODE, "app.localhost"), None);
        let nss = debian().file("/etc/nsswitch.conf", "hosts: files myhostname dns\n");
        assert_eq!(nss.of(CODE, "app.localhost"), None);
        let nss = debian().file("/etc/nsswitch.conf", "hosts: files resolve dns\n");
        assert_eq!(nss.of(CODE, "app.localhost"), None);
        assert_eq!(debian().live("app.localhost", &["127.0.0.1"], 3).of(CODE, "app.localhost"), None);
        assert_eq!(debian().of(CODE, "localhost"), None);
        assert_eq!(debian().of(CODE, "notlocalhost"), None);
        assert_eq!(debian().of(CODE, "app.localhost.test"), None);
    }
}
