//! # env.proxy-captures-loopback — requests for this machine go to a proxy
//!
//! ## What it means
//! The environment names a proxy, and no entry of `no_proxy` that the program understands covers this host.
//! The program asks the proxy for it, and the proxy looks on its own machine, or refuses.
//!
//! ## Who is hit
//! curl, wget, git, Python's urllib and requests, Perl, .NET, reqwest: "503 Service Unavailable",
//! "ERR_CONNECT_FAIL", an empty answer from a proxy's page, while `ss` shows the server. Each reads other
//! variables and compares in its own way: `localhost` covers no address, `127.0.0.0/8` means something to
//! curl from 7.86 on, requests and reqwest but nothing to urllib, wget and Node, a port to urllib and Node but
//! nothing to curl and wget; curl reads `http_proxy` in small letters only. Go and Ruby never send loopback addresses to a proxy, nor do
//! browsers and Java unless told to; Node reads the variables with NODE_USE_ENV_PROXY=1.
//!
//! ## Example
//! ```text
//! $ env | grep -i proxy
//! http_proxy=http://proxy.corp.example:3128
//! no_proxy=localhost
//! $ curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:3000
//! 503
//! ```
//!
//! ## Repair
//! Name the host and both loopback addresses in `no_proxy` and `NO_PROXY`, parted by commas without blanks:
//! `localhost,127.0.0.1,::1`. Where Python's urllib, Perl's HTTP::Tiny or the fetch of Node 24 has to reach ::1,
//! `[::1]` as well.
//!
//! ## Not a repair
//! `127.*` or `<local>`: no program that reads these variables takes them so. One letter case alone: wget reads
//! `no_proxy`, others prefer `NO_PROXY`.
//!
//! ## References
//! - https://curl.se/libcurl/c/CURLOPT_NOPROXY.html
//! - https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler
//! - https://pkg.go.dev/net/http#ProxyFromEnvironment
//! - https://nodejs.org/api/http.html#built-in-proxy-support
//! - https://github.com/puppetlabs/puppet/issues/7662

use super::super::facts::{LOCALHOST, is_loopback};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use crate::machine::Machine;
use crate::program::proxy::{self, CLIENTS, Captured, Client, Destination, Environment};
use crate::program::{PROGRAMS, Version};
use std::collections::BTreeSet;
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "env.proxy-captures-loopback",
    severity: Severity::Error,
    title: "requests for this machine go to a proxy",
    references: &[
        "https://curl.se/libcurl/c/CURLOPT_NOPROXY.html",
        "https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler",
        "https://pkg.go.dev/net/http#ProxyFromEnvironment",
        "https://nodejs.org/api/http.html#built-in-proxy-support",
        "https://github.com/puppetlabs/puppet/issues/7662",
    ],
    source: include_str!("proxy_captures_loopback.rs"),
    check,
};

/// A client of the machine with its version.
struct Present {
    client: &'static Client,
    version: Version,
    label: String,
}

/// A host and who sends requests for it to a proxy.
struct Lost<'p> {
    host: String,
    by: Vec<(&'p Present, Captured)>,
}

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let environment = &ctx.machine.raw.env;
    let hosts = hosts(ctx);
    let Some(asked) = hosts.first() else { return };
    if let Some(option) = proxy::java_captures(ctx.machine) {
        out.push(of_java(asked, &option));
    }
    let present = present(ctx.machine);
    let lost: Vec<Lost<'_>> = hosts.iter().map(|h| lost(ctx, environment, &present, h)).collect();
    let Some(first) = lost.iter().find(|l| !l.by.is_empty()) else { return };
    let variables: BTreeSet<&str> = first.by.iter().map(|(_, c)| c.variable.as_str()).collect();
    let variables = variables.into_iter().collect::<Vec<_>>().join(", ");
    let who = names(&first.by);
    let mut finding = RULE.finding(format!("{who} to the proxy in {variables} for {}", first.host));
    if first.host != *asked {
        // The host of the question is spared; its other names are not.
        finding.severity = Severity::Warning;
    }
    finding.message = Some(exceptions(&first.by));
    for variable in environment.keys().filter(|k| k.to_ascii_lowercase().ends_with("_proxy")) {
        finding.evidence.push(row(environment, variable));
    }
    finding.evidence.extend(lost.iter().filter(|l| !l.by.is_empty()).map(|lost| {
        let who: Vec<&str> = lost.by.iter().map(|(p, _)| p.label.as_str()).collect();
        Evidence::new(format!("for {} to the proxy: {}", lost.host, who.join(", ")), "programs")
    }));
    finding.remedies = vec![repair(ctx, environment, &present, &hosts)];
    out.push(finding);
}

/// The host of the question, where it is of loopback; for the checkup of the machine the loopback addresses too.
fn hosts(ctx: &Context<'_>) -> Vec<String> {
    let name = ctx.target.name.clone();
    let literal = ctx.target.literal.map(|l| l.address);
    let own = match literal {
        Some(address) => is_loopback(address),
        None => {
            ctx.asks_localhost() || {
                let addresses = ctx.destinations();
                !addresses.is_empty() && addresses.iter().all(|a| is_loopback(a.address))
            }
        }
    };
    let mut hosts: Vec<String> = if own { vec![name] } else { Vec::new() };
    if ctx.asks_localhost() && ctx.target.port.is_none() {
        hosts.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    hosts
}

/// The clients that come with the programs of the machine; the latest of each where the snapshot names no program.
fn present(machine: &Machine) -> Vec<Present> {
    let all_named = !machine.raw.programs.is_empty();
    let of = |client: &'static Client| {
        let program = PROGRAMS.iter().find(|p| p.id == client.program)?.on(machine);
        let there = if all_named { program.installed } else { true };
        let label =
            if all_named { format!("{} {}", client.name, program.version) } else { client.name.into() };
        (there && client.comes_along).then_some(Present { client, version: program.version, label })
    };
    CLIENTS.iter().filter_map(|c| of(c)).collect()
}

fn lost<'p>(ctx: &Context<'_>, environment: &Environment, present: &'p [Present], host: &str) -> Lost<'p> {
    let captured = |p: &Present| {
        let schemes = [false, true].into_iter();
        let destination = |https| Destination {
            https,
            host: host.to_owned(),
            port: ctx.target.port,
            address: host.parse::<IpAddr>().ok().or_else(|| ctx.destinations().first().map(|d| d.address)),
        };
        schemes.filter_map(|https| p.client.captures(&p.version, environment, &destination(https))).next()
    };
    let by = present.iter().filter_map(|p| Some((p, captured(p)?))).collect();
    Lost { host: host.to_owned(), by }
}

/// `curl sends requests`, `curl, wget and 2 more send requests`.
fn names(by: &[(&Present, Captured)]) -> String {
    let all: Vec<&str> = by.iter().map(|(p, _)| p.client.name).collect();
    match all.as_slice() {
        [one] => format!("{one} sends requests"),
        [one, two] => format!("{one} and {two} send requests"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more send requests", rest.len()),
        [] => String::new(),
    }
}

fn exceptions(by: &[(&Present, Captured)]) -> String {
    let lists: BTreeSet<&str> = by.iter().filter_map(|(_, c)| c.exceptions.as_deref()).collect();
    if lists.is_empty() {
        return "no variable with exceptions is set that they read".into();
    }
    let lists = lists.into_iter().collect::<Vec<_>>().join(" and ");
    format!("no entry of {lists} covers it for them")
}

/// A variable with its value; what stands before an @ may be a password.
fn row(environment: &Environment, name: &str) -> Evidence {
    let value = environment.get(name).map_or("", String::as_str);
    let shown = match (value.split_once("://"), value.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        (None, Some((_, place))) => format!("…@{place}"),
        _ => value.to_owned(),
    };
    Evidence::new(format!("{name}={shown}"), "environment")
}

/// The exceptions that are set, and of the loopback hosts what they lack for the clients that are present.
fn repair(ctx: &Context<'_>, environment: &Environment, present: &[Present], hosts: &[String]) -> Remedy {
    let set = ["no_proxy", "NO_PROXY"].iter().find_map(|n| environment.get(*n).filter(|v| !v.is_empty()));
    let parts = |c: char| c == ',' || c.is_whitespace();
    let mut list: Vec<String> = set.map_or_else(Vec::new, |value| {
        value.split(parts).filter(|e| !e.is_empty()).map(str::to_owned).collect()
    });
    let loopback = [LOCALHOST, "127.0.0.1", "::1"].map(str::to_owned);
    let all: Vec<String> = hosts.iter().cloned().chain(loopback).collect();
    let left = |list: &[String]| {
        let mut environment = environment.clone();
        let value = list.join(",");
        environment.extend(["no_proxy", "NO_PROXY"].map(|name| (name.to_owned(), value.clone())));
        all.iter().map(|host| lost(ctx, &environment, present, host).by.len()).sum::<usize>()
    };
    let bracketed = all.iter().filter(|h| h.contains(':')).map(|h| format!("[{h}]"));
    for entry in all.iter().cloned().chain(bracketed).collect::<Vec<_>>() {
        let longer: Vec<String> = list.iter().cloned().chain([entry]).collect();
        if left(&longer) < left(&list) {
            list = longer;
        }
    }
    let value = list.join(",").replace('\'', "'\\''");
    remedy::command(
        "except the loopback hosts from the proxy",
        Applicability::Safe,
        "programs started from this shell only",
        &[&format!("export no_proxy='{value}'"), "export NO_PROXY=\"$no_proxy\""],
    )
}

fn of_java(asked: &str, option: &str) -> Finding {
    let mut finding = RULE.finding(format!("Java sends requests to the proxy in {option} for {asked}"));
    finding.message =
        Some("its exceptions for loopback are switched off by an empty http.nonProxyHosts".into());
    finding.evidence.push(Evidence::new("-Dhttp.nonProxyHosts=", "environment"));
    finding.remedies.push(remedy::advice(
        "leave -Dhttp.nonProxyHosts out of Java's options",
        "Java only",
        "without it localhost, 127.* and [::1] are excepted",
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};
    use crate::finding::{RemedyAction, Severity};

    const CODE: &str = "env.proxy-captures-loopback";

    fn proxied() -> Bench {
        let bench = debian().program("curl", "7.88.1").program("python", "3.11.7").program("wget", "1.21.3");
        bench.env("http_proxy", "http://me:secret@proxy.test:3128")
    }

    fn commands(bench: &Bench, asked: &str) -> Vec<String> {
        let found = bench.of(CODE, asked).expect("finding");
        let RemedyAction::Command { commands } = &found.remedies[0].action else { panic!("no command") };
        commands.clone()
    }

    #[test]
    fn without_exceptions_every_reader_of_the_variable_is_named() {
        let found = proxied().of(CODE, "localhost:3000").expect("error");
        assert_eq!(
            found.title,
            "curl, wget and 1 more send requests to the proxy in http_proxy for localhost"
        );
        assert_eq!(found.severity, Severity::Error);
        assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        assert_eq!(
            found.evidence[1].text,
            "for localhost to the proxy: curl 7.88.1, wget 1.21.3, Python urllib 3.11.7"
        );
        let capitals = debian().program("curl", "7.88.1").env("HTTP_PROXY", "http://p:1");
        assert_eq!(capitals.of(CODE, "localhost"), None);
        assert!(capitals.program("python", "3.11.7").of(CODE, "localhost").is_some());
    }

    #[test]
    fn localhost_alone_leaves_the_addresses_and_is_a_warning() {
        let bench = proxied().env("no_proxy", "localhost corp.test");
        assert_eq!(proxied().env("no_proxy", "localhost").of(CODE, "localhost:3000"), None);
        let found = proxied().env("no_proxy", "localhost").of(CODE, "localhost").expect("warning");
        assert_eq!(found.severity, Severity::Warning);
        assert!(found.title.ends_with("for 127.0.0.1"), "{}", found.title);
        // Blanks part entries for curl 7.88 and for nobody else here.
        let found = bench.of(CODE, "localhost:3000").expect("error");
        assert_eq!(found.message.as_deref(), Some("no entry of no_proxy covers it for them"));
        assert!(found.title.starts_with("wget and Python urllib"), "{}", found.title);
        assert_eq!(
            commands(&bench, "localhost:3000")[0],
            "export no_proxy='localhost,corp.test,127.0.0.1,::1,[::1]'"
        );
    }

    #[test]
    fn the_repair_adds_only_what_is_missing_and_takes_the_finding_away() {
        let bench = debian()
            .program("curl", "8.23.0")
            .env("https_proxy", "http://p:1")
            .env("NO_PROXY", "127.0.0.0/8");
        assert_eq!(commands(&bench, "localhost")[0], "export no_proxy='127.0.0.0/8,localhost,::1'");
        let repaired =
            bench.env("no_proxy", "127.0.0.0/8,localhost,::1").env("NO_PROXY", "127.0.0.0/8,localhost,::1");
        assert_eq!(repaired.of(CODE, "localhost"), None);
        let full = "localhost,127.0.0.1,::1,[::1]";
        assert_eq!(proxied().env("no_proxy", full).of(CODE, "localhost"), None);
    }

    #[test]
    fn names_of_loopback_and_addresses_are_checked_by_themselves() {
        let bench = proxied()
            .env("no_proxy", "localhost")
            .file("/etc/hosts", "127.0.0.1 localhost shop.test\n192.0.2.9 far.test\n");
        assert!(bench.of(CODE, "shop.test").is_some());
        assert!(bench.of(CODE, "127.0.0.1:3000").is_some());
        assert_eq!(bench.env("no_proxy", "shop.test").of(CODE, "shop.test"), None);
        assert_eq!(bench.of(CODE, "far.test"), None);
        assert_eq!(bench.of(CODE, "192.0.2.9"), None);
    }

    #[test]
    fn programs_that_spare_loopback_or_read_no_variable_are_quiet() {
        let bench = debian().env("http_proxy", "http://p:1").env("https_proxy", "http://p:1");
        let quiet = bench
            .program("node", "24.21.0")
            .program("java", "17")
            .program("ruby", "3.1.2")
            .program("psql", "15");
        assert_eq!(quiet.of(CODE, "localhost"), None);
        assert!(quiet.env("NODE_USE_ENV_PROXY", "1").of(CODE, "localhost").is_some());
        assert_eq!(debian().program("curl", "8").of(CODE, "localhost"), None);
        assert!(bench.of(CODE, "localhost").is_some(), "programs are not known");
    }

    #[test]
    fn java_with_emptied_exceptions_is_told() {
        let options = "-Dhttp.proxyHost=p.test -Dhttp.nonProxyHosts=";
        let bench = debian().program("java", "17").env("JAVA_TOOL_OPTIONS", options);
        let found = bench.of(CODE, "localhost").expect("error");
        assert_eq!(found.title, "Java sends requests to the proxy in -Dhttp.proxyHost=p.test for localhost");
        let usual = debian().program("java", "17").env("JAVA_TOOL_OPTIONS", "-Dhttp.proxyHost=p.test");
        assert_eq!(usual.of(CODE, "localhost"), None);
    }
}
